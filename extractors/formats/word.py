"""Word documents (DOCX, both the transitional and the strict kind), read from their XML."""

from __future__ import annotations

from lxml.etree import _Element

from extractors.formats.layout import grid_of
from extractors.formats.ooxml import Package, relations
from extractors.formats.word_blocks import BodyReader, Paragraph, Table
from extractors.formats.word_numbering import read_numbering
from extractors.formats.word_styles import read_styles
from extractors.formats.word_xml import child
from extractors.options import ExtractOptions
from extractors.page import Block, Content, Line, PageProblem
from extractors.sources.source import Source
from models.errors import UnreadableSource
from models.evidence import Place

_MAIN = "word/document.xml"


class WordFormat:
    """Reads DOCX. Headers, footers, notes, comments and deleted text are left out; text boxes are kept."""

    name = "word"

    def read(self, source: Source, options: ExtractOptions) -> Content:
        """Paragraphs and tables in document order.

        Raises ``UnreadableSource`` (``truncated``, ``corrupt``, ``encrypted_document``, ``no_text``).
        """
        package = Package(source.data, options)
        top = relations(package, "")
        main = next((part for kind, part in top.values() if kind == "officeDocument"), _MAIN)
        body = child(package.xml(main), "w:body")
        if body is None:
            raise UnreadableSource("the document has no body", code="corrupt")
        problems: list[PageProblem] = []
        around = {kind: part for kind, part in relations(package, main).values()}
        styles = read_styles(_side_part(package, around.get("styles"), problems))
        numbering = read_numbering(_side_part(package, around.get("numbering"), problems))
        reader = BodyReader(styles, numbering)
        blocks = _blocks(list(reader.parts(body)))
        if reader.unread:
            message = f"{reader.unread} embedded documents (altChunk) were not read"
            problems.append(PageProblem(None, "unknown_type", message))
        if not blocks:
            raise UnreadableSource("the document holds no text", code="no_text")
        return Content(tuple(blocks), problems=tuple(problems), hints=_hints(package, top))


def _side_part(package: Package, name: str | None, problems: list[PageProblem]) -> _Element | None:
    """Styles or numbering: a damaged one costs headings or list numbers, not the document."""
    if name is None or name not in package:
        return None
    try:
        return package.xml(name)
    except UnreadableSource as error:
        problems.append(PageProblem(None, error.code, error.message))
        return None


def _blocks(parts: list[Paragraph | Table]) -> list[Block]:
    """Number the blocks in reading order; a line break inside a paragraph parts it into lines."""
    blocks: list[Block] = []
    for part in parts:
        if isinstance(part, Table):
            blocks.append(grid_of(part.slots, route="docx", engine="lxml", line=len(blocks) + 1))
            continue
        for text in part.text.split("\n"):
            blocks.append(Line(text, Place(line=len(blocks) + 1), part.heading and bool(text.strip())))
    return blocks if any(not isinstance(block, Line) or block.text.strip() for block in blocks) else []


def _hints(package: Package, top: dict[str, tuple[str, str]]) -> dict[str, str]:
    name = next((part for kind, part in top.values() if kind == "core-properties"), None)
    if name is None or name not in package:
        return {}
    try:
        root = package.xml(name)
    except UnreadableSource:
        # The title of the file's properties is only a hint; the text has its own.
        return {}
    hints: dict[str, str] = {}
    for element in root:
        local = element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
        text = (element.text or "").strip()
        if local == "title" and text:
            hints["title"] = text
    return hints
