"""The table algorithm of the HTML standard (4.9.12, forming a table), held to what a browser would show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from extractors.formats.layout import MAX_COLUMNS, Slot

_NUMBER = re.compile(r"[ \t\n\r\f]*\+?([0-9]{1,9})")
_ROW_GROUPS = frozenset({"thead", "tbody", "tfoot"})
_MAX_ROWSPAN = 65_534


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    columns: int
    rows: int


def placed_cells(
    table: _Element, text_of: Callable[[_Element], str], hidden: Callable[[_Element], bool]
) -> tuple[list[Slot], bool]:
    """Every visible cell of the table's own rows with its place and spans, and whether cells were cut off.

    Cells beyond ``MAX_COLUMNS`` are left out and make the second value true. Positions are covered once: where spans
    of broken pages run into each other, the later cell is cut short.
    """
    slots: list[Slot] = []
    cut, first = False, 0
    for rows in _groups(table, hidden):
        group = [[_cell(element, text_of) for element in _children(row, ("td", "th"), hidden)] for row in rows]
        placed, group_cut = _place_group(group, first)
        slots += placed
        cut |= group_cut
        first += len(group)
    return slots, cut


def own_rows(table: _Element) -> Iterator[_Element]:
    """The rows of this table, not those of tables inside its cells."""
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in _ROW_GROUPS:
            yield from (row for row in child if row.tag == "tr")


def _groups(table: _Element, hidden: Callable[[_Element], bool]) -> list[list[_Element]]:
    """Rows by row group, footers last; no cell reaches beyond its group. Loose rows in a row form a group."""
    body: list[list[_Element]] = []
    foot: list[list[_Element]] = []
    loose = False
    for child in table:
        if child.tag in _ROW_GROUPS and not hidden(child):
            (foot if child.tag == "tfoot" else body).append(list(_children(child, ("tr",), hidden)))
            loose = False
        elif child.tag == "tr" and not hidden(child):
            if not loose:
                body.append([])
            body[-1].append(child)
            loose = True
    return body + foot


def _children(parent: _Element, tags: tuple[str, ...], hidden: Callable[[_Element], bool]) -> Iterator[_Element]:
    return (child for child in parent if child.tag in tags and not hidden(child))


def _cell(element: _Element, text_of: Callable[[_Element], str]) -> _Cell:
    columns = _span(element.get("colspan"), 1, MAX_COLUMNS)
    return _Cell(text_of(element), max(1, columns), _span(element.get("rowspan"), 1, _MAX_ROWSPAN))


def _span(value: str | None, default: int, most: int) -> int:
    """The standard's rules for parsing a non-negative integer, clamped."""
    found = _NUMBER.match(value or "")
    return min(int(found.group(1)), most) if found else default


def _place_group(rows: list[list[_Cell]], first: int) -> tuple[list[Slot], bool]:
    slots: list[Slot] = []
    busy: dict[int, int] = {}  # column → rows, this one included, for which a cell from above still covers it
    cut = False
    for number, row in enumerate(rows):
        column, left = 0, len(rows) - number
        for cell in row:
            while busy.get(column, 0) > 0:
                column += 1
            if column >= MAX_COLUMNS:
                cut = True
                break
            width = _free_width(busy, column, cell.columns)
            height = left if cell.rows == 0 else min(cell.rows, left)
            slots.append(Slot(cell.text, first + number, column, height, width))
            busy.update(dict.fromkeys(range(column, column + width), height))
            column += width
        busy = {at: rows_left - 1 for at, rows_left in busy.items() if rows_left > 1}
    return slots, cut


def _free_width(busy: dict[int, int], column: int, wanted: int) -> int:
    width = 1
    while width < wanted and column + width < MAX_COLUMNS and busy.get(column + width, 0) <= 0:
        width += 1
    return width
