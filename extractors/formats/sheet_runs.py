"""A sheet parted into tables and text: reports are pasted into sheets whole, prose, headings and all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from extractors.formats.layout import Slot, grid_of
from extractors.page import Block, Line
from models.evidence import Place

#: A single cell with more text than this is a paragraph, not a row of a table.
_LONG_TEXT = 60
#: In larger sheets empty positions stay uncovered; tables of reports have some hundred positions.
_MAX_FILLED = 100_000
#: Headings of a report's sections, which part one table from the next even where no empty row does.
#: (Rows of the second table are numbered like sections; alone in their row, their values are blank.)
_SECTION = re.compile(r"^\s*[一二三四五六七八九十]{1,3}\s*[、.．](?!本年新收|上年结转|本年度办理|结转下年)")
#: A row that names the article of the Regulations belongs to the rows below it.
_ARTICLE = re.compile(r"^\s*第\s*[一二三四五六七八九十]{1,4}\s*条")


class PlacedCell(Protocol):
    """What ``sheet_blocks`` needs of a cell."""

    @property
    def text(self) -> str:
        """The displayed text."""
        ...

    @property
    def row(self) -> int:
        """First row, from 0."""
        ...

    @property
    def column(self) -> int:
        """First column, from 0."""
        ...

    @property
    def row_span(self) -> int:
        """Rows covered."""
        ...

    @property
    def column_span(self) -> int:
        """Columns covered."""
        ...


_Row = tuple[int, list[PlacedCell]]


def sheet_blocks(cells: Sequence[PlacedCell], first_line: int) -> list[Block]:
    """Blocks of one sheet in row order, numbered from ``first_line``."""
    blocks: list[Block] = []
    for run in _runs(_rows(cells)):
        for part in _trimmed(run):
            line = first_line + len(blocks)
            if len(part) > 1 or _is_wide(part[0]):
                blocks.append(_grid(part, line))
            else:
                blocks += _lines(part[0], line)
    return blocks


def _rows(cells: Sequence[PlacedCell]) -> list[_Row]:
    by_row: dict[int, list[PlacedCell]] = {}
    for cell in cells:
        by_row.setdefault(cell.row, []).append(cell)
    return sorted(by_row.items())


def _filled(row: _Row) -> list[PlacedCell]:
    return [cell for cell in row[1] if cell.text]


def _is_wide(row: _Row) -> bool:
    return len(_filled(row)) > 1


def _is_prose(row: _Row) -> bool:
    filled = _filled(row)
    if len(filled) != 1:
        return False
    return len(filled[0].text) > _LONG_TEXT or bool(_SECTION.match(filled[0].text))


def _runs(rows: list[_Row]) -> Iterator[list[_Row]]:
    """Rows that hang together: an empty row, a paragraph or a section heading ends a run."""
    run: list[_Row] = []
    reach = 0  # the first row below everything in the run, merged cells included
    for row in rows:
        if not _filled(row) and row[0] >= reach and not _continues_table(run, row):
            continue
        if run and (row[0] > max(reach, run[-1][0] + 1) or _is_prose(row) or _is_prose(run[-1])):
            yield run
            run, reach = [], 0
        run.append(row)
        reach = max(reach, *(cell.row + cell.row_span for cell in row[1]))
    if run:
        yield run


def _continues_table(run: list[_Row], row: _Row) -> bool:
    """A row of drawn but empty cells right below the rows of a table."""
    return bool(run) and len(row[1]) > 1 and row[0] <= run[-1][0] + 1


def _trimmed(run: list[_Row]) -> Iterator[list[_Row]]:
    """Single cells before and after the table of a run on their own; single cells between its rows stay in it."""
    wide = [number for number, row in enumerate(run) if _is_wide(row)]
    if not wide:
        yield from ([row] for row in run if _filled(row))
        return
    first, last = wide[0], wide[-1]
    if first and _filled(run[first - 1]) and _ARTICLE.match(_filled(run[first - 1])[0].text):
        first -= 1
    width = max(cell.column + cell.column_span for _, cells in run for cell in cells)
    while last + 1 < len(run) and _is_label_or_blank(run[last + 1], width):
        last += 1
    yield from ([row] for row in run[:first] if _filled(row))
    yield run[first : last + 1]
    yield from ([row] for row in run[last + 1 :] if _filled(row))


def _is_label_or_blank(row: _Row, width: int) -> bool:
    """A row below a table that is still of it: nothing, or a label merged over some of its columns but not over all."""
    filled = _filled(row)
    return not filled or (len(filled) == 1 and filled[0].column_span < width and not _is_prose(row))


def _grid(rows: list[_Row], line: int) -> Block:
    top = rows[0][0]
    left = min(cell.column for _, cells in rows for cell in cells)
    bottom = rows[-1][0] + 1
    slots = [
        Slot(cell.text, cell.row - top, cell.column - left, min(cell.row_span, bottom - cell.row), cell.column_span)
        for _, cells in rows
        for cell in cells
    ]
    width = max(slot.column + slot.column_span for slot in slots)
    if width * (bottom - top) <= _MAX_FILLED:
        slots += _blanks(slots, bottom - top, width)
    return grid_of(sorted(slots, key=lambda slot: (slot.row, slot.column)), route="xlsx", engine="openpyxl", line=line)


def _blanks(slots: Sequence[Slot], height: int, width: int) -> list[Slot]:
    """Empty cells: a workbook stores only used ones, but within a table an empty cell is one that was left blank."""
    covered = {
        (row, column)
        for slot in slots
        for row in range(slot.row, slot.row + slot.row_span)
        for column in range(slot.column, slot.column + slot.column_span)
    }
    return [Slot("", row, at, 1, 1) for row in range(height) for at in range(width) if (row, at) not in covered]


def _lines(row: _Row, line: int) -> list[Block]:
    return [Line(text, Place(line=line + number)) for number, text in enumerate(_filled(row)[0].text.split("\n"))]
