"""Seen rows: from a native grid or from lines of flattened text, one kind of row for the alignment.

A seen row has label candidates (several ways of putting its label together) and slots: what stands after the label, in
order, blanks included where the source shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from extractors.grid import Grid, GridCell
from models.evidence import Place
from models.folding import label_key
from models.quantities import parse_cell
from models.readings import Reading

_FIGURES = re.compile(r"^[\d\s.,，．/+\-()（）]*$")


@dataclass(frozen=True, slots=True)
class Slot:
    """One cell after the label: its text, its place, and the columns it covers (grid columns, or order in the line)."""

    text: str
    place: Place
    column: int
    span: int = 1
    readings: tuple[Reading, ...] = ()

    @property
    def blank(self) -> bool:
        """Nothing is printed here."""
        return not self.text.strip()


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A row as it was seen.

    ``labels``: label candidates, the likeliest first. ``slots``: cells after the label. ``label_column``: the column of
    the innermost label cell. ``fragment``: number of the grid or run of lines it stands in. ``order``: (block, row),
    increasing in reading order.
    """

    labels: tuple[str, ...]
    slots: tuple[Slot, ...]
    label_column: int
    fragment: int
    order: tuple[int, int]
    spatial: bool
    route: str
    engines: tuple[str, ...]
    heads: tuple[tuple[int, str], ...] = ()

    @property
    def filled(self) -> tuple[Slot, ...]:
        """The slots in which something is printed."""
        return tuple(slot for slot in self.slots if not slot.blank)

    @property
    def label(self) -> str:
        """The innermost label as printed, empty when the row has none."""
        return self.labels[0] if self.labels else ""

    def as_heads(self) -> SeenRow:
        """The row as one of heads alone, where more words than figures stand in its slots: then those are heads misread."""
        figures = sum(is_value(slot.text) for slot in self.filled)
        if len(self.filled) <= 2 * figures:
            return self
        return replace(self, heads=(*self.heads, *((slot.column, slot.text) for slot in self.filled)), slots=())


@lru_cache(maxsize=16384)
def is_value(text: str) -> bool:
    """Whether a cell holds a number, a dash or nothing, as against words; figures that make no number count too.

    A unit in a column of its own (万元) is a word, though 万 alone is a numeral.
    """
    if label_key(text) in UNITS:
        return False
    return parse_cell(text).state != "text" or bool(_FIGURES.match(text))


def rows_of_grid(grid: Grid, fragment: int, block: int) -> Iterator[SeenRow]:
    """The rows of a native grid, top to bottom. A label cell that spans rows is a label of each of them."""
    covering: dict[tuple[int, int], GridCell] = {}
    for cell in grid.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                covering[row, column] = cell
    for row in range(grid.n_rows):
        cells = _distinct([covering[row, column] for column in range(grid.n_columns) if (row, column) in covering])
        if cells:
            yield _grid_row(cells, row, grid, fragment, block)


def _distinct(cells: Sequence[GridCell]) -> list[GridCell]:
    return [cell for index, cell in enumerate(cells) if index == 0 or cell is not cells[index - 1]]


def _grid_row(cells: Sequence[GridCell], row: int, grid: Grid, fragment: int, block: int) -> SeenRow:
    last = label_end([cell.text for cell in cells])
    heads = tuple((cell.column, cell.text) for cell in cells[: last + 1] if cell.text.strip())
    slots = tuple(
        Slot(cell.text, cell.place, cell.column, cell.column_span, cell.readings) for cell in cells[last + 1 :]
    )
    return SeenRow(
        labels=label_candidates([text for _, text in heads]),
        slots=slots,
        label_column=cells[last].column + cells[last].column_span - 1 if last >= 0 else -1,
        fragment=fragment,
        order=(block, row),
        spatial=grid.spatial,
        route=grid.route,
        engines=grid.engines,
        heads=heads,
    )


def label_end(texts: Sequence[str]) -> int:
    """Index of the last label cell of a row: the last words before its first value; -1 when it has no words.

    A serial number before the words is part of the label, words among the values are not, nor behind several of them.
    """
    kinds = [is_value(text) for text in texts]
    first_words = next((index for index, value in enumerate(kinds) if not value), None)
    if first_words is None or sum(bool(text.strip()) for text in texts[:first_words]) > 1:
        return -1
    first_value = next(
        (index for index in range(first_words, len(texts)) if kinds[index] and texts[index].strip()), len(texts)
    )
    return max(index for index in range(first_value) if not kinds[index])


def label_candidates(texts: Sequence[str]) -> tuple[str, ...]:
    """Ways of putting a label together from its cells: the last, the last two, three, all; then the last words alone.

    Bare units are left out. The last words alone serve lines in which several label cells were run together.
    """
    words = [text for text in texts if label_key(text) not in UNITS] or list(texts)
    found = ["".join(words[-count:]) for count in (1, 2, 3, len(words)) if 0 < count <= len(words)]
    parts = words[-1].split() if words else []
    tails = ["".join(parts[start:]) for start in range(1, len(parts))]
    return tuple(dict.fromkeys([*found, *tails]))


#: Units that stand in a column of their own between label and value.
UNITS = frozenset("条件次篇个人期场元份项") | {"人次", "万元", "单位", "条次", "件次"}


def with_neighbours(rows: Sequence[SeenRow]) -> list[SeenRow]:
    """Add label candidates made with label-only rows before and after, for labels broken over lines or pages.

    Rows of tables are neighbours across the page numbers and running heads that stand between them.
    """
    tables = _with_neighbours([row for row in rows if row.route != "text"])
    lines = _with_neighbours([row for row in rows if row.route == "text"])
    return sorted([*tables, *lines], key=lambda row: row.order)


def _with_neighbours(rows: Sequence[SeenRow]) -> list[SeenRow]:
    result = []
    for index, row in enumerate(rows):
        before = _label_only(rows, index, -1)
        after = _label_only(rows, index, +1)
        extra = [before + row.label, row.label + after, before + row.label + after]
        labels = [*row.labels, *(text for text in extra if text and text not in row.labels)]
        result.append(replace(row, labels=tuple(dict.fromkeys(labels))))
    return result


def _label_only(rows: Sequence[SeenRow], index: int, step: int) -> str:
    position = index + step
    if 0 <= position < len(rows) and not rows[position].filled:
        return rows[position].label
    return ""
