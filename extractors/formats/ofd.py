"""OFD, the national standard of fixed-layout documents (GB/T 33190-2016): a zip of XML, read into pages."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.etree import _Element

from extractors.formats.ofd_geometry import POINTS_PER_MM, box_of
from extractors.formats.ofd_objects import Drawing, draw, local
from extractors.formats.ooxml import Package, relative_part
from extractors.options import ExtractOptions
from extractors.page import Block, Content, Page, PageProblem
from extractors.sources.source import Source
from models.errors import LimitExceeded, UnreadableSource

_ROOT = "OFD.xml"
#: A4 in millimetres, where a document states no page size at all.
_A4 = (0.0, 0.0, 210.0, 297.0)


class OfdFormat:
    """Reads OFD. Annotations, seals and attachments are left out."""

    name = "ofd"

    def read(self, source: Source, options: ExtractOptions) -> Content:
        """Blocks page by page; a page that cannot be read alone is a problem of its own.

        Raises ``UnreadableSource`` (``corrupt``, ``encrypted_document``, ``no_text``) or ``LimitExceeded``.
        """
        from extractors.grids.pageblocks import page_blocks

        pages, problems = _load(source.data, options)
        blocks: list[Block] = []
        routes: dict[str, str] = {}
        for page in pages:
            found, route = page_blocks(page)
            blocks += found
            routes[str(page.number)] = route
            if not page.words and page.pictures:
                problems.append(PageProblem(page.number, "no_text", f"page {page.number} holds pictures but no text"))
        if not blocks and not problems:
            raise UnreadableSource("the document holds no text", code="no_text")
        total = max([page.number for page in pages] + [problem.page or 0 for problem in problems])
        return Content(tuple(blocks), total, routes, tuple(problems))


def read_pages(data: bytes) -> tuple[Page, ...]:
    """All pages that can be read, in points with the origin at the top left.

    Raises ``UnreadableSource`` when the document as a whole cannot be read.
    """
    pages, _ = _load(data, ExtractOptions())
    return pages


@dataclass(frozen=True, slots=True)
class _Document:
    """One document of the file: its root part, page size, templates by id and shared graphics by id."""

    part: str
    root: _Element
    area: tuple[float, float, float, float]
    templates: dict[str, str]
    composites: dict[str, _Element]


def _load(data: bytes, options: ExtractOptions) -> tuple[tuple[Page, ...], list[PageProblem]]:
    package = Package(data, options)
    if any(name.rsplit("/", 1)[-1] in ("encryptions.xml", "decryptseed.dat") for name in package.names()):
        raise UnreadableSource("the document is encrypted", code="encrypted_document")
    pages: list[Page] = []
    problems: list[PageProblem] = []
    number = 0
    for part in _document_parts(package):
        document = _document(package, part)
        for target in _page_parts(document):
            number += 1
            if number > options.max_pages:
                raise LimitExceeded(f"more than {options.max_pages} pages", code="too_many_pages")
            try:
                pages.append(_page(package, document, target, number))
            except UnreadableSource as error:
                problems.append(PageProblem(number, error.code, f"page {number}: {error.message}"))
    if not number:
        raise UnreadableSource("the document has no pages", code="corrupt")
    return tuple(pages), problems


def _document_parts(package: Package) -> list[str]:
    root = package.xml(_ROOT)
    return [
        relative_part(_ROOT, (element.text or "").strip())
        for element in root.iter()
        if local(element) == "DocRoot" and (element.text or "").strip()
    ]


def _document(package: Package, part: str) -> _Document:
    root = package.xml(part)
    common = _child(root, "CommonData")
    templates = {
        each.get("ID") or "": relative_part(part, each.get("BaseLoc") or "")
        for each in (common if common is not None else ())
        if local(each) == "TemplatePage"
    }
    area = _area(_child(common, "PageArea")) or _A4
    return _Document(part, root, area, templates, _composites(package, part, common))


def _composites(package: Package, part: str, common: _Element | None) -> dict[str, _Element]:
    """Composite graphics of the resource files; a damaged resource file costs these alone, as viewers do it too."""
    found: dict[str, _Element] = {}
    for each in common if common is not None else ():
        if local(each) in ("PublicRes", "DocumentRes") and (each.text or "").strip():
            try:
                resources = package.xml(relative_part(part, (each.text or "").strip()))
            except UnreadableSource:
                continue
            for unit in resources.iter():
                if local(unit) == "CompositeGraphicUnit":
                    found[unit.get("ID") or ""] = unit
    return found


def _page_parts(document: _Document) -> list[str]:
    pages = _child(document.root, "Pages")
    if pages is None:
        return []
    return [relative_part(document.part, each.get("BaseLoc") or "") for each in pages if local(each) == "Page"]


def _page(package: Package, document: _Document, target: str, number: int) -> Page:
    root = package.xml(target)
    area = _area(_child(root, "Area")) or document.area
    drawing = Drawing()
    for each in root:
        template = document.templates.get(each.get("TemplateID") or "") if local(each) == "Template" else None
        if template:
            _draw_content(package.xml(template), drawing, document)
    _draw_content(root, drawing, document)
    return _finished(drawing, area, number)


def _draw_content(root: _Element, drawing: Drawing, document: _Document) -> None:
    content = _child(root, "Content")
    if content is not None:
        draw(content, drawing, document.composites)


def _finished(drawing: Drawing, area: tuple[float, float, float, float], number: int) -> Page:
    """The page in points; OFD too counts from the top left."""
    return Page(
        number,
        area[2] * POINTS_PER_MM,
        area[3] * POINTS_PER_MM,
        tuple(drawing.words),
        tuple(drawing.rulings),
        tuple(drawing.pictures),
    )


def _area(element: _Element | None) -> tuple[float, float, float, float] | None:
    box = _child(element, "PhysicalBox")
    return None if box is None else box_of(box.text)


def _child(element: _Element | None, name: str) -> _Element | None:
    return None if element is None else next((each for each in element if local(each) == name), None)
