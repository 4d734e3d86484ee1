"""The long table: one row per cell. Made column by column, for there are two hundred rows to a report.

The fields of the cells are taken from each report as soon as it is read. To hold a hundred reports, and to go through all of
their cells for one field after the other, costs as much again: by then they are no longer in the processor's cache.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
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
from api.export.heads import Head
from api.export.keys import KEY_COLUMNS, repeated_keys
from models.forms import load_forms
from models.light import Figure, LightCell, LightEvidence
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


class Cells:
    """The fields of cells, each by itself and all in one order.

    ``states`` and ``statuses`` are codes, ``boxes`` the four sides one behind the other (NaN where there is no box), an array
    for each time that cells were added.
    """

    def __init__(self) -> None:
        self.values: list[Figure | None] = []
        self.states, self.statuses = bytearray(), bytearray()
        self.units: list[str | None] = []
        self.printed: list[str] = []
        self.confidences = array("d")
        self.boxes: list[NDArray[np.float64]] = []
        self.pages: list[int | None] = []
        self.lines: list[int | None] = []
        self.columns: list[int | None] = []
        self.routes: list[str | None] = []

    def add(self, cells: Collection[LightCell]) -> None:
        """Add cells behind those that there are; they are not kept themselves."""
        seen = [cell.evidence or _NOWHERE for cell in cells]
        self.values += [cell.value for cell in cells]
        self.states += bytes([_STATE_CODES[cell.state] for cell in cells])
        self.statuses += bytes([_STATUS_CODES[cell.status] for cell in cells])
        self.units += [cell.unit for cell in cells]
        self.printed += [cell.printed for cell in cells]
        self.confidences.extend([cell.confidence for cell in cells])
        boxes = chain.from_iterable([place.bbox or _NO_BOX for place in seen])
        self.boxes.append(np.fromiter(boxes, np.float64, 4 * len(seen)))
        self.pages += [place.page for place in seen]
        self.lines += [place.line for place in seen]
        self.columns += [place.column for place in seen]
        self.routes += [place.route for place in seen]


class CellGroups:
    """Takes reports and puts those together that have the same cells."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, tuple[str, ...]], tuple[list[Head], Cells]] = {}

    def add(self, head: Head, cells: Mapping[str, LightCell]) -> None:
        """Add a report's cells."""
        key = (str(head.report.report.form.value), tuple(cells))
        if key not in self._groups:
            self._groups[key] = ([], Cells())
        heads, fields = self._groups[key]
        heads.append(head)
        fields.add(cells.values())

    def judgements(self) -> Iterator[Judgements]:
        """The groups in the order of their first reports."""
        for (form, names), (heads, cells) in self._groups.items():
            yield _judgements(form, names, tuple(heads), cells)


@dataclass(frozen=True, slots=True)
class Judgements:
    """What the cells of some reports that have the same cells hold, report after report.

    ``values`` are the figures that are whole numbers of 64 bits (0 elsewhere), ``odd`` the positions of the others,
    ``digits`` all figures as texts; ``marks`` say why a value is missing or that a person should look.
    """

    names: tuple[str, ...]
    form: str
    heads: tuple[Head, ...]
    cells: Cells
    values: NDArray[np.int64]
    odd: tuple[int, ...]
    digits: pa.Array
    marks: NDArray[np.uint8]
    states: NDArray[np.int8]
    statuses: NDArray[np.int8]

    def counts(self) -> Iterator[CellCounts]:
        """For each report, how many of its cells are what."""
        shape = (len(self.heads), len(self.names))
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


def _judgements(form: str, names: tuple[str, ...], heads: tuple[Head, ...], cells: Cells) -> Judgements:
    import pyarrow as pa
    import pyarrow.compute as pc

    figures = cells.values
    whole = _whole(figures)
    given = np.asarray(whole.is_valid())
    odd = [at for at in np.flatnonzero(~given).tolist() if figures[at] is not None]
    shown = whole.cast(pa.string())
    if odd:
        others = np.zeros(len(figures), bool)
        others[odd] = True
        given = given | others
        texts_of_odd = [digits(value) for at in odd if (value := figures[at]) is not None]
        shown = pc.replace_with_mask(shown, others, pa.array(texts_of_odd, pa.string()))
    states, statuses = np.frombuffer(cells.states, np.int8), np.frombuffer(cells.statuses, np.int8)
    unread = np.repeat([bool(head.report.pipeline.problems) for head in heads], len(names))
    marks = mark(states, statuses, unread)
    marks = np.where(~given & (marks & KIND == GIVEN), marks + UNREADABLE, marks).astype(np.uint8)
    values = whole.fill_null(0).to_numpy()
    return Judgements(names, form, heads, cells, values, tuple(odd), shown, marks, states, statuses)


def _whole(figures: Sequence[Figure | None]) -> pa.Array:
    """The figures that are whole numbers of 64 bits; null elsewhere."""
    import pyarrow as pa

    with suppress(OverflowError):
        return pa.array([value if type(value) is int else None for value in figures], pa.int64())
    return pa.array([value if _is_whole(value) else None for value in figures], pa.int64())


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


def cell_frame(found: Judgements) -> Frame:
    """The rows of reports that have the same cells."""
    import pyarrow as pa

    cells, reports, width = found.cells, len(found.heads), len(found.names)
    per_report = np.repeat(np.arange(reports, dtype=np.int32), width)
    per_cell = np.tile(np.arange(width, dtype=np.int32), reports)
    named = [repeated(names, per_cell) for names in _names(found.form, found.names)]
    return Frame(
        (
            *repeated_keys([head.keys for head in found.heads], per_report),
            *named,
            coded(cells.units),
            found.digits,
            repeated(_STATES, found.states.astype(np.int32)),
            texts(cells.printed),
            pa.array(np.frombuffer(cells.confidences)),
            repeated(_STATUSES, found.statuses.astype(np.int32)),
            *_places(cells),
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


def _places(cells: Cells) -> Iterator[pa.Array]:
    import pyarrow as pa

    yield pa.array(cells.pages, pa.int32())
    sides = np.concatenate(cells.boxes).reshape(-1, 4)
    for side in range(4):
        yield pa.array(sides[:, side], from_pandas=True)  # which takes NaN for null
    yield pa.array(cells.lines, pa.int32())
    yield pa.array(cells.columns, pa.int32())
    yield coded(cells.routes)
