"""What was seen for a cell, before any judgement: readings, not strings."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from models.evidence import Place

Number = int | Decimal


class CellState(StrEnum):
    """What stands in a cell. A blank is never 0; ``absent`` means that the document has no such cell."""

    NUMBER = "number"
    BLANK = "blank"
    NA = "na"
    TEXT = "text"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Reading:
    """One possible reading of a crop: the text and the probability that the reader gives it.

    ``digits`` is the probability of the digit in it that is the least sure; 1 when there is none.
    """

    text: str
    p: float
    digits: float = 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One meaning that a cell may have: what is printed, what it means, where it stands.

    ``doubt`` says in a sentence why the print itself is unclear (``1.234``, ``3O``); empty when it is plain.
    ``readings`` are the recogniser's other readings of the same crop.
    """

    printed: str
    state: CellState
    value: Number | None
    place: Place
    route: str
    engines: tuple[str, ...]
    doubt: str = ""
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way of laying what was seen in a printed row over the row's cells: a candidate or None for each cell.

    ``weight`` is relative to the other hypotheses of the same row, before the identities are asked.
    """

    weight: float
    candidates: tuple[Candidate | None, ...]


@dataclass(frozen=True, slots=True)
class RowReading:
    """A printed row matched to cells of a form.

    ``cells`` are ids in form order; ``match`` in 0..1 says how well label and columns were matched; ``notes`` are
    sentences for a reviewer on what was unusual about its figures (a number too many), ``label_notes`` on why it may be
    another row of the form (a label half missing).
    """

    cells: tuple[str, ...]
    hypotheses: tuple[Hypothesis, ...]
    match: float
    notes: tuple[str, ...] = field(default=())
    label_notes: tuple[str, ...] = field(default=())
