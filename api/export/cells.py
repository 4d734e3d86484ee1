"""The long table: one row per cell. Made column by column, for there are two hundred rows to a report."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import chain
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
    coded,
    columns,
    digits,
    repeated,
    texts,
)
from api.export.keys import KEY_COLUMNS, repeated_keys
from models.forms import load_forms
from models.light import LightCell, LightEvidence, LightReport
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
_REVIEW, _ABSENT = _STATUS_CODES["review"], _STATE_CODES["absent"]
_NOWHERE = LightEvidence()
_NO_BOX = (math.nan,) * 4
_FLAG_OF_STATUS = np.array([0, DOUBTFUL, CONFIRMED, CORRECTED], np.uint8)
_KIND_OF_STATE = np.array([GIVEN, BLANK, NA, TEXT, ABSENT], np.uint8)


@dataclass(frozen=True, slots=True)
class Judgements:
    """What the cells of some reports that have the same cells hold, report after report.

    ``values`` are the figures that are whole numbers of 64 bits (0 elsewhere), ``odd`` the positions of the others,
    ``digits`` all figures as texts; ``marks`` say why a value is missing or that a person should look.
    """

    names: tuple[str, ...]
    form: str
    reports: tuple[LightReport, ...]
    cells: list[LightCell]
    values: NDArray[np.int64]
    odd: tuple[int, ...]
    digits: pa.Array
    marks: NDArray[np.uint8]
    states: NDArray[np.int8]
    statuses: NDArray[np.int8]

    def counts(self) -> Iterator[CellCounts]:
        """For each report, how many of its cells are what."""
        shape = (len(self.reports), len(self.names))
        statuses, states = self.statuses.reshape(shape), self.states.reshape(shape)
        by_status = [(statuses == code).sum(axis=1).tolist() for code in range(len(_STATUSES))]
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


def judgements(reports: Sequence[LightReport]) -> Iterator[Judgements]:
    """The reports in groups that have the same cells."""
    groups: dict[tuple[str, tuple[str, ...]], list[LightReport]] = {}
    for report in reports:
        groups.setdefault((str(report.report.form.value), tuple(report.cells)), []).append(report)
    for (form, names), group in groups.items():
        yield _judgements(form, names, tuple(group))


def _judgements(form: str, names: tuple[str, ...], reports: tuple[LightReport, ...]) -> Judgements:
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = [cell for report in reports for cell in report.cells.values()]
    whole = _whole(cells)
    given = np.asarray(whole.is_valid())
    odd = [at for at in np.flatnonzero(~given).tolist() if cells[at].value is not None]
    shown = whole.cast(pa.string())
    if odd:
        others = np.zeros(len(cells), bool)
        others[odd] = True
        given = given | others
        texts_of_odd = [digits(value) for at in odd if (value := cells[at].value) is not None]
        shown = pc.replace_with_mask(shown, others, pa.array(texts_of_odd, pa.string()))
    states = np.frombuffer(bytes([_STATE_CODES[cell.state] for cell in cells]), np.int8)
    statuses = np.frombuffer(bytes([_STATUS_CODES[cell.status] for cell in cells]), np.int8)
    unread = np.repeat([bool(report.pipeline.problems) for report in reports], len(names))
    marks = mark(states, statuses, unread)
    marks = np.where(~given & (marks & KIND == GIVEN), marks + UNREADABLE, marks).astype(np.uint8)
    values = whole.fill_null(0).to_numpy()
    return Judgements(names, form, reports, cells, values, tuple(odd), shown, marks, states, statuses)


def _whole(cells: Sequence[LightCell]) -> pa.Array:
    """The figures that are whole numbers of 64 bits; null elsewhere."""
    import pyarrow as pa

    with suppress(OverflowError):
        return pa.array([value if type(value := cell.value) is int else None for cell in cells], pa.int64())
    return pa.array([value if _is_whole(value := cell.value) else None for cell in cells], pa.int64())


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and abs(value) < 2**63


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


def cell_frames(reports: Sequence[LightReport]) -> Iterator[Frame]:
    """The long table of some reports."""
    for found in judgements(reports):
        if found.names:
            yield cell_frame(found)


def cell_frame(found: Judgements) -> Frame:
    """The rows of reports that have the same cells."""
    import pyarrow as pa

    reports, width = len(found.reports), len(found.names)
    per_report = np.repeat(np.arange(reports, dtype=np.int32), width)
    per_cell = np.tile(np.arange(width, dtype=np.int32), reports)
    named = [repeated(names, per_cell) for names in _names(found.form, found.names)]
    return Frame(
        (
            *repeated_keys(found.reports, per_report),
            *named,
            coded([cell.unit for cell in found.cells]),
            found.digits,
            repeated(_STATES, found.states.astype(np.int32)),
            texts([cell.printed for cell in found.cells]),
            pa.array([cell.confidence for cell in found.cells], pa.float64()),
            repeated(_STATUSES, found.statuses.astype(np.int32)),
            *_places([cell.evidence or _NOWHERE for cell in found.cells]),
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


def _places(seen: Sequence[LightEvidence]) -> Iterator[pa.Array]:
    import pyarrow as pa

    yield pa.array([place.page for place in seen], pa.int32())
    boxes = chain.from_iterable([place.bbox or _NO_BOX for place in seen])
    sides = np.fromiter(boxes, np.float64, 4 * len(seen)).reshape(-1, 4)
    for side in range(4):
        yield pa.array(sides[:, side], from_pandas=True)  # which takes NaN for null
    yield pa.array([place.line for place in seen], pa.int32())
    yield pa.array([place.column for place in seen], pa.int32())
    yield coded([place.route for place in seen])
