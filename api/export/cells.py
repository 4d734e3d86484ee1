"""The long table: one row per cell. Made column by column, for there are two hundred rows to a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from api.export import words
from api.export.columns import (
    ABSENT,
    BLANK,
    CONFIRMED,
    CORRECTED,
    DOUBTFUL,
    GIVEN,
    KIND,
    NA,
    TEXT,
    UNREADABLE,
    Frame,
    Table,
    chosen,
    columns,
    digits,
    integers,
    repeated,
    replaced,
    whole_digits,
)
from api.export.heads import Head
from api.export.keys import KEY_COLUMNS, repeated_keys
from models.by_column import STATES, STATUSES, ColumnCells
from models.forms import load_forms
from models.joined import Cells, join_cells
from models.variables import load_variables

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELLS = Table(
    "cells",
    "one row per cell of a report's form",
    (
        *KEY_COLUMNS,
        *columns(
            ("variable", "text", "Name of the question, the same for every form that asks it"),
            ("cell", "text", "Id of the cell: table.row.column"),
            ("label", "text", "Label of the cell on the form"),
            ("unit", "text", "Unit of the value, where the form fixes one"),
            ("value", "number", "What the cell means; empty unless state is number"),
            ("state", "text", "number, blank, na, text or absent", words.STATE),
            ("printed", "text", "What stands on the page"),
            ("confidence", "real", "Probability that value is what the page says"),
            ("status", "text", "accepted, review, confirmed or corrected", words.STATUS),
            ("page", "integer", "Page, from 1"),
            ("x0", "real", "Left edge on the page in points"),
            ("y0", "real", "Top edge on the page in points"),
            ("x1", "real", "Right edge on the page in points"),
            ("y1", "real", "Bottom edge on the page in points"),
            ("line", "integer", "Line of a text source, from 1"),
            ("column", "integer", "Column of a text source, from 1"),
            ("route", "text", "How the cell was read"),
        ),
    ),
    frozen=4,
)
VALUE = CELLS.at("value")
_REVIEW, _ABSENT = STATUSES.index("review"), STATES.index("absent")
_FLAG_OF_STATUS = np.array([0, DOUBTFUL, CONFIRMED, CORRECTED], np.uint8)
_KIND_OF_STATE = np.array([GIVEN, BLANK, NA, TEXT, ABSENT], np.uint8)


class CellGroups:
    """Takes reports and puts those together that have the same cells."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, tuple[str, ...]], list[tuple[Head, ColumnCells]]] = {}

    def add(self, head: Head, cells: ColumnCells) -> None:
        """Add a report's cells."""
        key = (str(head.report.report.form.value), cells.names)
        self._groups.setdefault(key, []).append((head, cells))

    def judgements(self) -> Iterator[Judgements]:
        """The groups in the order of their first reports."""
        for (form, _), found in self._groups.items():
            heads, cells = zip(*found, strict=True)
            yield _judgements(form, heads, join_cells(cells))


@dataclass(frozen=True, slots=True)
class Judgements:
    """What the cells of some reports that have the same cells hold, report after report.

    ``marks`` say why a value is missing or that a person should look.
    """

    form: str
    heads: tuple[Head, ...]
    cells: Cells
    marks: NDArray[np.uint8]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of each report's cells."""
        return self.cells.names

    def counts(self) -> Iterator[CellCounts]:
        """For each report, how many of its cells are what."""
        shape = (len(self.heads), len(self.names))
        statuses, states = self.cells.statuses.reshape(shape), self.cells.states.reshape(shape)
        by_status = [(statuses == code).sum(axis=1).tolist() for code in range(len(STATUSES))]
        absent = ((states == _ABSENT) & (statuses == 0)).sum(axis=1).tolist()
        numbers = ((self.marks & KIND) == GIVEN).reshape(shape).sum(axis=1).tolist()
        for row in zip(*by_status, absent, numbers, strict=True):
            yield CellCounts(*row)


@dataclass(frozen=True, slots=True)
class CellCounts:
    """Cells of a report by status; of those accepted, how many the document does not have; and how many are figures."""

    accepted: int
    review: int
    confirmed: int
    corrected: int
    absent: int
    numbers: int


def _judgements(form: str, heads: tuple[Head, ...], cells: Cells) -> Judgements:
    given = cells.values.given.copy()
    given[list(cells.values.odd)] = True
    unread = np.repeat([bool(head.report.pipeline.problems) for head in heads], len(cells.names))
    marks = mark(cells.states, cells.statuses, unread)
    marks = np.where(~given & (marks & KIND == GIVEN), marks + UNREADABLE, marks).astype(np.uint8)
    return Judgements(form, heads, cells, marks)


def mark(
    states: NDArray[np.uint8], statuses: NDArray[np.uint8], unread: NDArray[np.bool_] | bool = False
) -> NDArray[np.uint8]:
    """Why each value is missing, and whether a person should look.

    A missing value in doubt could not be read: nobody can say yet that it is blank. Neither can a cell be called absent
    of a document of which a page was not read (``unread``).
    """
    kinds: NDArray[np.uint8] = _KIND_OF_STATE[states]
    doubtful = statuses == _REVIEW
    kinds = np.where(doubtful & np.isin(kinds, (BLANK, NA, ABSENT)), UNREADABLE, kinds)
    kinds = np.where(np.asarray(unread) & (kinds == ABSENT), UNREADABLE, kinds)
    return (kinds + _FLAG_OF_STATUS[statuses]).astype(np.uint8)


def cell_frame(found: Judgements) -> Frame:
    """The rows of reports that have the same cells."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells, reports, width = found.cells, len(found.heads), len(found.names)
    per_report = np.repeat(np.arange(reports, dtype=np.int32), width)
    per_cell = np.tile(np.arange(width, dtype=np.int32), reports)
    whole = whole_digits(cells.values)
    named = [repeated(names, per_cell) for names in _names(found.form, found.names)]
    return Frame(
        (
            *repeated_keys([head.keys for head in found.heads], per_report),
            *named,
            chosen(cells.units),
            replaced(whole, {at: digits(value) for at, value in cells.values.odd.items()}),
            repeated(STATES, cells.states),
            replaced(pc.fill_null(whole, ""), cells.printed),
            pa.array(cells.confidences),
            repeated(STATUSES, cells.statuses),
            integers(cells.pages),
            *(pa.array(sides, from_pandas=True) for sides in cells.boxes),  # which takes NaN for null
            integers(cells.lines),
            integers(cells.columns),
            chosen(cells.routes),
        ),
        {VALUE: found.marks},
    )


@cache
def _names(form: str, cells: tuple[str, ...]) -> tuple[tuple[str | None, ...], ...]:
    """Variable, id and label of each cell; a cell that no form has, which older versions may know, has its id alone."""
    known = load_forms().get(form)
    labels = {} if known is None else known.labels()
    variables = load_variables().of_cell.get(form, {})
    return (
        tuple(variables.get(cell) for cell in cells),
        cells,
        tuple(labels[cell].label if cell in labels else None for cell in cells),
    )
