"""Cells placed one row after another, as HTML and Word give them, and what tells data from page layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractors.grid import Grid, GridCell
from models.evidence import Place

#: A cell with more text than this is running text: the longest label of a form has 45 characters.
LONG_CELL = 200
#: Share of a table's text in long cells from which on the table is page layout around an article.
_PROSE_SHARE = 0.8
#: Columns beyond any printed table: more come from hostile or broken spans.
MAX_COLUMNS = 1000
#: Above so many columns, those that no cell begins in are taken out.
_PLAIN_COLUMNS = 64


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell that was placed: its text and where it stands."""

    text: str
    row: int
    column: int
    row_span: int
    column_span: int


def is_layout(slots: Sequence[Slot], *, nested: bool) -> bool:
    """Whether a table only arranges a page: it holds tables, has a single column, or is mostly running text."""
    if nested or not slots:
        return True
    if max(slot.column for slot in slots) == 0:
        return True
    sizes = [len("".join(slot.text.split())) for slot in slots]
    prose = sum(size for size in sizes if size > LONG_CELL)
    return prose > _PROSE_SHARE * sum(sizes)


def grid_of(slots: Sequence[Slot], *, route: str, engine: str, line: int) -> Grid:
    """The grid of placed cells; ``line`` is the number of the block in reading order."""
    slots = _without_empty_columns(slots)
    cells = tuple(
        GridCell(
            slot.text, slot.row, slot.column, slot.row_span, slot.column_span,
            Place(line=line, row=slot.row + 1, column=slot.column + 1),
        )
        for slot in slots
    )  # fmt: skip
    n_rows = max((slot.row + slot.row_span for slot in slots), default=0)
    n_columns = max((slot.column + slot.column_span for slot in slots), default=0)
    return Grid(cells, n_rows, n_columns, route, (engine,))


def _without_empty_columns(slots: Sequence[Slot]) -> Sequence[Slot]:
    """A ``colspan="1000"`` makes hundreds of columns that hold nothing: keep those that a cell begins in."""
    if max((slot.column + slot.column_span for slot in slots), default=0) <= _PLAIN_COLUMNS:
        return slots
    starts = sorted({slot.column for slot in slots})
    number = {column: index for index, column in enumerate(starts)}
    packed = []
    for slot in slots:
        end = slot.column + slot.column_span
        span = sum(slot.column <= column < end for column in starts)
        packed.append(Slot(slot.text, slot.row, number[slot.column], slot.row_span, span))
    return packed
