"""The body of a Word document as paragraphs and tables, in document order, as the finished page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml.etree import _Element

from extractors.formats.layout import Slot, is_layout
from extractors.formats.word_numbering import Numbering
from extractors.formats.word_styles import Styles
from extractors.formats.word_xml import alternatives, attr, child, is_on, number, tag, val

#: Wrappers that print what they hold: content controls, smart tags, accepted insertions and moves.
_WRAPPERS = frozenset({"w:sdt", "w:sdtContent", "w:customXml", "w:smartTag", "w:ins", "w:moveTo"})
#: What stands in the file but not on the page: deletions, field codes, properties, notes, ruby glosses.
_UNSEEN = frozenset(
    {"w:del", "w:moveFrom", "w:delText", "w:instrText", "w:delInstrText", "w:rPr", "w:pPr", "w:sdtPr",
     "w:footnoteReference", "w:endnoteReference", "w:annotationRef", "w:commentReference", "w:rt", "w:fldData",
     "m:ctrlPr", "m:rPr"}
)  # fmt: skip
_CHARACTERS = {"w:tab": "\t", "w:ptab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-"}
#: Word's own limit on the columns of a table is 63; other programs write a few more.
_MAX_SPAN = 200
_BLANKS = " \t\n\xa0\u3000"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The text of a paragraph, line breaks as ``\\n``, with the number that Word prints before it."""

    text: str
    heading: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A data table as placed cells."""

    slots: tuple[Slot, ...]


@dataclass
class _Cell:
    column: int
    span: int
    merge: str | None
    parts: list[Paragraph | Table]

    def text(self) -> str:
        texts = (part.text.strip(_BLANKS) for part in self.parts if isinstance(part, Paragraph))
        return "\n".join(text for text in texts if text)


@dataclass
class BodyReader:
    """Reads one body. ``unread`` counts embedded documents (``w:altChunk``) that it passed over."""

    styles: Styles
    numbering: Numbering
    unread: int = field(default=0)

    def parts(self, container: Iterable[_Element]) -> Iterator[Paragraph | Table]:
        """Paragraphs and tables of a body, a cell or a text box."""
        for element in container:
            name = tag(element)
            if name == "w:p":
                yield from self._paragraph(element)
            elif name == "w:tbl":
                yield from self._table(element)
            elif name in _WRAPPERS:
                yield from self.parts(element)
            elif name == "mc:AlternateContent":
                yield from self.parts(alternatives(element))
            elif name == "w:altChunk":
                self.unread += 1

    def _paragraph(self, element: _Element) -> Iterator[Paragraph | Table]:
        properties = child(element, "w:pPr")
        pieces: list[str] = []
        boxes: list[_Element] = []
        _collect(element, pieces, boxes)
        text = "".join(pieces)
        # Word counts an empty numbered paragraph too, and prints its number.
        listed = self.styles.list_of(properties)
        label = self.numbering.label(*listed) if listed else ""
        yield Paragraph(label + text, bool(text.strip()) and self.styles.is_heading(properties))
        for box in boxes:
            yield from self.parts(box)

    def _table(self, table: _Element) -> Iterator[Paragraph | Table]:
        rows = [self._row(row) for row in _rows(table)]
        slots = _placed(rows)
        nested = any(isinstance(part, Table) for row in rows for cell in row for part in cell.parts)
        if not is_layout(slots, nested=nested):
            yield Table(tuple(slots))
            return
        for row in rows:
            for cell in row:
                if cell.merge != "continue":
                    yield from cell.parts

    def _row(self, row: _Element) -> list[_Cell]:
        column = number(val(row, "w:trPr", "w:gridBefore"), 0, _MAX_SPAN)
        cells: list[_Cell] = []
        for element in _wrapped(row, "w:tc"):
            span = max(1, number(val(element, "w:tcPr", "w:gridSpan"), 1, _MAX_SPAN))
            if _merge(element, "w:hMerge") == "continue" and cells:
                cells[-1].span += span
            else:
                cells.append(_Cell(column, span, _merge(element, "w:vMerge"), list(self.parts(element))))
            column += span
        return cells


def _collect(element: _Element, pieces: list[str], boxes: list[_Element]) -> None:
    """The visible text of runs into ``pieces``, text boxes (anchored in the paragraph) into ``boxes``."""
    for each in element if tag(element) != "mc:AlternateContent" else alternatives(element):
        name = tag(each)
        if name in ("w:t", "m:t"):
            pieces.append(each.text or "")
        elif name in _CHARACTERS:
            pieces.append(_CHARACTERS[name])
        elif name == "w:sym":
            pieces.append(_symbol(each))
        elif name == "w:txbxContent":
            boxes.append(each)
        elif name and name not in _UNSEEN and not (name == "w:r" and is_on(each, "w:rPr", "w:vanish")):
            _collect(each, pieces, boxes)


def _symbol(element: _Element) -> str:
    """A character of a symbol font; those in the private area have no meaning outside of their font."""
    try:
        code = int(attr(element, "char") or "", 16)
    except ValueError:
        return ""
    return chr(code) if 0x20 <= code < 0xD800 else ""


def _rows(table: _Element) -> Iterator[_Element]:
    for row in _wrapped(table, "w:tr"):
        if child(row, "w:trPr", "w:del") is None:
            yield row


def _wrapped(parent: _Element, wanted: str) -> Iterator[_Element]:
    """Rows or cells, also those inside of content controls."""
    for each in parent:
        name = tag(each)
        if name == wanted:
            yield each
        elif name in _WRAPPERS:
            yield from _wrapped(each, wanted)


def _merge(cell: _Element, name: str) -> str | None:
    """``restart``, ``continue`` (also where the attribute is missing) or None for an unmerged cell."""
    found = child(cell, "w:tcPr", name)
    return None if found is None else attr(found, "val") or "continue"


def _placed(rows: list[list[_Cell]]) -> list[Slot]:
    """Cells with vertical merges resolved: a cell continues the one above it that begins and ends where it does."""
    slots: list[Slot] = []
    above: dict[int, int] = {}  # first column → number of the slot that reaches down to the row before
    for at, row in enumerate(rows):
        current: dict[int, int] = {}
        for cell in row:
            top = above.get(cell.column) if cell.merge == "continue" else None
            if top is not None and slots[top].column_span == cell.span:
                old = slots[top]
                slots[top] = Slot(old.text, old.row, old.column, old.row_span + 1, old.column_span)
            else:
                top = len(slots)
                slots.append(Slot(cell.text(), at, cell.column, 1, cell.span))
            if cell.merge is not None:
                current[cell.column] = top
        above = current
    return slots
