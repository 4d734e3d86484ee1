"""The long table: one row per cell. Made column by column, for there are two hundred rows to a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

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
    columns,
    digits,
    repeated,
    texts,
)
from api.export.keys import KEY_COLUMNS, keys
from models.forms import load_forms
from models.report import Cell, Report
from models.variables import load_variables

if TYPE_CHECKING:
    import pyarrow as pa
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
_STATES = tuple(words.STATE)
_STATUSES = tuple(words.STATUS)
_STATE_CODES = {state: code for code, state in enumerate(_STATES)}
_STATUS_CODES = {status: code for code, status in enumerate(_STATUSES)}
_REVIEW = _STATUS_CODES["review"]
_FLAG_OF_STATUS = np.array([0, DOUBTFUL, CONFIRMED, CORRECTED], np.uint8)
_KIND_OF_STATE = np.array([GIVEN, BLANK, NA, TEXT, ABSENT], np.uint8)


@dataclass(frozen=True, slots=True)
class Judgements:
    """What the cells of some reports that have the same cells hold, report after report.

    ``values`` are ints, decimals or None, ``digits`` the same as texts, ``marks`` say why a value is missing or that a
    person should look.
    """

    cells: tuple[str, ...]
    form: str
    reports: tuple[Report, ...]
    values: list[Any]
    digits: pa.Array
    marks: NDArray[np.uint8]
    states: NDArray[np.int8]
    statuses: NDArray[np.int8]


def judgements(reports: Sequence[Report]) -> Iterator[Judgements]:
    """The reports in runs that have the same cells, in their order."""
    import pyarrow as pa

    for (form, names), run in groupby(reports, lambda report: (str(report.report.form.value), tuple(report.cells))):
        group = tuple(run)
        cells = [cell for report in group for cell in report.cells.values()]
        values = [cell.value for cell in cells]
        texts_of = [None if value is None else str(value) if type(value) is int else digits(value) for value in values]
        states = np.array([_STATE_CODES[cell.state] for cell in cells], np.int8)
        statuses = np.array([_STATUS_CODES[cell.status] for cell in cells], np.int8)
        unread = np.repeat([bool(report.pipeline.problems) for report in group], len(names))
        marks = mark(states, statuses, unread)
        nothing = np.array([value is None for value in values], bool)
        marks = np.where(nothing & (marks & KIND == GIVEN), marks + UNREADABLE, marks).astype(np.uint8)
        yield Judgements(names, form, group, values, pa.array(texts_of, pa.string()), marks, states, statuses)


def mark(
    states: NDArray[np.int8], statuses: NDArray[np.int8], unread: NDArray[np.bool_] | bool = False
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


def cell_frames(reports: Sequence[Report]) -> Iterator[Frame]:
    """The long table of some reports."""
    for found in judgements(reports):
        if found.cells:
            yield cell_frame(found)


def cell_frame(found: Judgements) -> Frame:
    """The rows of reports that have the same cells."""
    reports, width = len(found.reports), len(found.cells)
    per_report = np.repeat(np.arange(reports, dtype=np.int32), width)
    per_cell = np.tile(np.arange(width, dtype=np.int32), reports)
    cells = [cell for report in found.reports for cell in report.cells.values()]
    named = [repeated(names, per_cell) for names in _names(found.form, found.cells)]
    return Frame(
        (
            *_key_arrays(found.reports, per_report),
            *named,
            _units(cells),
            found.digits,
            repeated(_STATES, found.states.astype(np.int32)),
            texts([cell.printed for cell in cells]),
            *_floats([cell.confidence for cell in cells]),
            repeated(_STATUSES, found.statuses.astype(np.int32)),
            *_places(cells),
        ),
        {VALUE: found.marks},
    )


def _key_arrays(reports: Sequence[Report], per_report: NDArray[np.int32]) -> Iterator[pa.Array]:
    import pyarrow as pa

    for column, values in zip(KEY_COLUMNS, zip(*map(keys, reports), strict=True), strict=True):
        if column.kind == "text":
            yield repeated(values, per_report)
        else:
            yield pa.array(values, pa.int32()).take(pa.array(per_report))


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


def _units(cells: Sequence[Cell]) -> pa.Array:
    found = {unit: code for code, unit in enumerate(sorted({cell.unit for cell in cells if cell.unit}))}
    codes = [None if cell.unit is None else found[cell.unit] for cell in cells]
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(list(found), pa.string()))


def _floats(*series: Sequence[float | None]) -> Iterator[pa.Array]:
    import pyarrow as pa

    for values in series:
        yield pa.array(values, pa.float64())


def _places(cells: Sequence[Cell]) -> Iterator[pa.Array]:
    import pyarrow as pa

    seen = [cell.evidence for cell in cells]
    boxes = [None if place is None else place.bbox for place in seen]
    yield pa.array([None if place is None else place.page for place in seen], pa.int32())
    for side in range(4):
        yield pa.array([None if box is None else box[side] for box in boxes], pa.float64())
    yield pa.array([None if place is None else place.line for place in seen], pa.int32())
    yield pa.array([None if place is None else place.column for place in seen], pa.int32())
    routes = {
        route: code for code, route in enumerate(sorted({place.route for place in seen if place and place.route}))
    }
    codes = [None if place is None or place.route is None else routes[place.route] for place in seen]
    yield pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(list(routes), pa.string()))
