"""The visible text of an HTML tree as lines and tables, in document order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree
from lxml.etree import _Element

from extractors.formats.html_tables import own_rows, placed_cells
from extractors.formats.layout import MAX_COLUMNS, grid_of, is_layout
from extractors.page import Block, Line, PageProblem
from models.evidence import Place

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir",
        "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "legend",
        "li", "listing", "main", "menu", "nav", "ol", "optgroup", "option", "p", "plaintext", "pre", "search",
        "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "xmp",
    }
)  # fmt: skip
_UNSEEN = frozenset(
    {
        "script", "style", "noscript", "template", "head", "title", "meta", "link", "object", "embed", "applet",
        "iframe", "audio", "video", "canvas", "svg", "math", "map", "textarea", "select", "datalist", "button",
        "colgroup", "col", "rp", "rt", "noframes",
    }
)  # fmt: skip
_PREFORMATTED = frozenset({"pre", "listing", "xmp", "plaintext"})
_HIDING_STYLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden)", re.IGNORECASE
)
_PRE_STYLE = re.compile(r"white-space\s*:\s*(?:pre|pre-wrap|break-spaces)\s*(?:;|$)", re.IGNORECASE)
_SPACES = re.compile("[ \t\r\n\f]+")
#: Blanks at the ends of a line are layout: indents of two ideographic spaces, no-break spaces of editors.
_EDGES = " \t\r\n\f\v\xa0\u3000\u200b\ufeff"
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")


@dataclass
class _Writer:
    """Collects text into lines; ``br`` and the edges of blocks end a line."""

    lines: list[tuple[str, bool]] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    headings: int = 0
    preformatted: int = 0

    def text(self, value: str | None) -> None:
        if not value:
            return
        if not self.preformatted:
            self.parts.append(_SPACES.sub(" ", value))
            return
        first, *others = re.split("\r\n|\n|\r", value)
        self.parts.append(first)
        for other in others:
            self.end_line(blank=True)
            self.parts.append(other)

    def end_line(self, *, blank: bool) -> None:
        """End the line; an empty one is kept only where the page has one on purpose (``blank``)."""
        line = _INVISIBLE.sub("", "".join(self.parts))
        self.parts.clear()
        if not self.preformatted:
            line = re.sub(" {2,}", " ", line).strip(_EDGES)
        # Runs of no-break spaces stay as long as they are: they part the cells of tables typed as text.
        line = line.replace("\xa0", " ")
        if line or blank:
            self.lines.append((line, self.headings > 0))


@dataclass
class _Walk:
    """State of one walk through a tree: what was found so far."""

    writer: _Writer = field(default_factory=_Writer)
    blocks: list[Block] = field(default_factory=list)
    problems: list[PageProblem] = field(default_factory=list)

    def flush(self) -> None:
        """Turn the collected lines into blocks."""
        for text, heading in self.writer.lines:
            self.blocks.append(Line(text, Place(line=len(self.blocks) + 1), heading and bool(text)))
        self.writer.lines.clear()


def is_hidden(element: _Element) -> bool:
    """Whether a browser shows nothing of the element. Comments and instructions count as hidden."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _UNSEEN:
        return True
    if tag == "input" or element.get("hidden") is not None:
        return True
    style = element.get("style")
    return style is not None and bool(_HIDING_STYLE.search(style))


def blocks_of(root: _Element, first_line: int = 1) -> tuple[list[Block], list[PageProblem]]:
    """Lines and data tables below ``root`` in document order, and what could not be read.

    A table that only lays out the page is walked through; a data table becomes a grid. ``first_line`` numbers the
    first block.
    """
    walk = _Walk(blocks=[Line("", Place())] * (first_line - 1))
    _walk(root, walk, in_table=False)
    walk.writer.end_line(blank=False)
    walk.flush()
    return walk.blocks[first_line - 1 :], walk.problems


def cell_text(cell: _Element) -> str:
    """The text of a table cell; its lines are joined by line feeds, blank ones left out."""
    walk = _Walk()
    _walk(cell, walk, in_table=True)
    walk.writer.end_line(blank=False)
    return "\n".join(text.strip(_EDGES) for text, _ in walk.writer.lines if text.strip(_EDGES))


def _walk(root: _Element, walk: _Walk, *, in_table: bool) -> None:
    """One pass over the tree without recursion, since broken pages nest a thousand deep."""
    writer = walk.writer
    events = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    skipped: set[_Element] = set()
    for event, element in events:
        if event in ("comment", "pi"):
            writer.text(element.tail)
        elif event == "end":
            if element not in skipped:
                _leave(element, writer)
            if element is not root:
                writer.text(element.tail)
        elif (element is not root and is_hidden(element)) or (not in_table and _as_grid(element, walk)):
            skipped.add(element)
            events.skip_subtree()
        else:
            _enter(element, writer)


def _enter(element: _Element, writer: _Writer) -> None:
    tag = element.tag
    if tag in _BLOCKS:
        writer.end_line(blank=False)
        writer.headings += tag in _HEADINGS
    if _is_preformatted(element):
        writer.preformatted += 1
    writer.text(element.text)


def _leave(element: _Element, writer: _Writer) -> None:
    tag = element.tag
    if tag == "br":
        writer.end_line(blank=True)
    elif tag in _BLOCKS:
        # An empty paragraph is a blank line that somebody typed; empty boxes are only layout.
        writer.end_line(blank=tag == "p" and _is_empty(element))
        writer.headings -= tag in _HEADINGS
    if _is_preformatted(element):
        writer.preformatted -= 1


def _is_preformatted(element: _Element) -> bool:
    return element.tag in _PREFORMATTED or bool(_PRE_STYLE.search(element.get("style") or ""))


def _is_empty(element: _Element) -> bool:
    if len(element) > 20 or next(element.iter("br", "img", "table"), None) is not None:
        return False
    return not "".join(str(text) for text in element.itertext()).strip(_EDGES)


def _as_grid(element: _Element, walk: _Walk) -> bool:
    """Turn a data table into a grid; False for anything else, which is then walked through."""
    if element.tag != "table":
        return False
    nested = any(next(row.iter("table"), None) is not None for row in own_rows(element))
    slots, cut = ([], False) if nested else placed_cells(element, cell_text, is_hidden)
    if is_layout(slots, nested=nested) or _holds_headings(element, slots_wide=max(slot.column for slot in slots)):
        return False
    walk.writer.end_line(blank=False)
    caption = next((child for child in element if child.tag == "caption" and not is_hidden(child)), None)
    if caption is not None:
        walk.writer.text(cell_text(caption))
        walk.writer.end_line(blank=False)
    walk.flush()
    number = len(walk.blocks) + 1
    walk.blocks.append(grid_of(slots, route="html", engine="lxml", line=number))
    if cut:
        message = f"the table at block {number} has more than {MAX_COLUMNS} columns; those beyond were not read"
        walk.problems.append(PageProblem(None, "corrupt", message))
    return True


def _holds_headings(table: _Element, slots_wide: int) -> bool:
    """Headings in a table of at most two columns: an article beside its pictures, not figures."""
    return slots_wide < 2 and next(table.iter(*_HEADINGS), None) is not None
