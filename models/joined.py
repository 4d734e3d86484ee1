"""The columns of several reports, one report's behind the other's, as arrays."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.by_column import CheckKind, ColumnCells, ColumnChecks, ColumnFigures, Numbers
from models.light import Figure

#: Stands in a column of integers where there is none.
NOTHING = -(2**31)
Word = TypeVar("Word", bound=Hashable)
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, eq=False)
class Words(Generic[Word]):
    """Texts (or the like) many of which are the same: which there are, and for each row the code of its own; -1 for none."""

    words: tuple[Word, ...]
    codes: NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Figures: those that are whole numbers of 64 bits where ``given`` (0 elsewhere), and the ``odd`` ones by their rows."""

    whole: NDArray[np.int64]
    given: NDArray[np.bool_]
    odd: Mapping[int, Figure]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Cells, a row each, of reports that have the same ones. See ``ColumnCells``; ``boxes`` are four rows, NaN where there is none."""

    names: tuple[str, ...]
    values: Figures
    states: NDArray[np.uint8]
    statuses: NDArray[np.uint8]
    printed: Mapping[int, str]
    confidences: NDArray[np.float64]
    boxes: NDArray[np.float64]
    pages: NDArray[np.int32]
    lines: NDArray[np.int32]
    columns: NDArray[np.int32]
    units: Words[str]
    routes: Words[str]


@dataclass(frozen=True, slots=True, eq=False)
class Checks:
    """Checks, a row each. See ``ColumnChecks``."""

    outcomes: NDArray[np.uint8]
    kinds: Words[CheckKind]
    causes: Words[str]
    messages: Words[str]
    left: Figures
    right: Figures


def join_cells(parts: Sequence[ColumnCells]) -> Cells:
    """The cells of reports that have the same ones."""
    places = _tables([part.places for part in parts], 5)
    pages, lines, columns = (np.concatenate([table[at] for table in places]) for at in range(3))
    boxes = np.concatenate(_tables([part.boxes for part in parts], 4), axis=1)
    boxes[:, np.frombuffer(b"".join([part.boxed for part in parts]), np.uint8) == 0] = np.nan
    return Cells(
        parts[0].names,
        _figures([part.values for part in parts]),
        _codes(part.states for part in parts),
        _codes(part.statuses for part in parts),
        _shifted([part.printed for part in parts], [len(part.states) for part in parts]),
        np.concatenate(_tables([part.confidences for part in parts], 1), axis=1)[0],
        boxes,
        _integers(pages),
        _integers(lines),
        _integers(columns),
        _words([part.units for part in parts], [table[3] for table in places]),
        _words([part.routes for part in parts], [table[4] for table in places]),
    )


def join_checks(parts: Sequence[ColumnChecks]) -> Checks:
    """The checks of some reports."""
    codes = _tables([part.codes for part in parts], 3)
    left, right = _sides([part.sides for part in parts])
    return Checks(
        _codes(part.outcomes for part in parts),
        _words([part.kinds for part in parts], [table[0] for table in codes]),
        _words([part.causes for part in parts], [table[1] for table in codes]),
        _words([part.messages for part in parts], [table[2] for table in codes]),
        left,
        right,
    )


def _codes(parts: Iterable[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(parts), np.uint8)


def _integers(values: NDArray[Any]) -> NDArray[np.int32]:
    """What is one more than it is from 0 up, and 0 where it is not. Raises OverflowError for more than 32 bits."""
    if len(values) and not (values.min() > -(2**31) and values.max() <= 2**31):
        raise OverflowError("a page, line or column has more than 32 bits")
    signed = values.astype(np.int64)
    return np.where(signed == 0, NOTHING, signed - (signed > 0)).astype(np.int32)


def _figures(parts: Sequence[ColumnFigures]) -> Figures:
    return Figures(
        np.concatenate(_tables([part.whole for part in parts], 1), axis=1)[0].astype(np.int64, copy=False),
        _codes(part.given for part in parts).view(np.bool_),
        _shifted(
            [{at: figure(text) for at, text in part.odd.items()} for part in parts], [len(p.given) for p in parts]
        ),
    )


def _sides(parts: Sequence[ColumnFigures]) -> tuple[Figures, Figures]:
    """What is on the left and on the right, which stand one behind the other in each report."""
    tables, lengths = _tables([part.whole for part in parts], 2), [len(part.given) // 2 for part in parts]
    found = []
    for side in range(2):
        starts = [side * length for length in lengths]
        ranges = list(zip(parts, starts, lengths, strict=True))
        whole = np.concatenate([table[side] for table in tables]).astype(np.int64, copy=False)
        given = _codes(part.given[start : start + length] for part, start, length in ranges).view(np.bool_)
        odd = [
            {at - start: figure(text) for at, text in part.odd.items() if start <= at < start + length}
            for part, start, length in ranges
        ]
        found.append(Figures(whole, given, _shifted(odd, lengths)))
    return found[0], found[1]


def figure(text: str) -> Figure:
    """What JSON makes of the same text: without point and exponent it is a whole number."""
    return int(text) if text.lstrip("-").isdecimal() else Decimal(text)


def _words(listed: Sequence[tuple[Word, ...]], codes: Sequence[NDArray[Any]]) -> Words[Word]:
    numbers: dict[Word, int] = {}
    own: dict[tuple[Word, ...], NDArray[np.int32]] = {}  # most reports list the same
    for words in listed:
        if words not in own:
            own[words] = np.array([-1, *(numbers.setdefault(word, len(numbers)) for word in words)], np.int32)
    if len(own) == 1:
        return Words(tuple(numbers), next(iter(own.values()))[np.concatenate(codes)])
    joined = [own[words][code] for words, code in zip(listed, codes, strict=True)]
    return Words(tuple(numbers), np.concatenate(joined))


def _tables(parts: Sequence[Numbers], width: int) -> list[NDArray[Any]]:
    """Each as a table of so many rows, those that are written alike read at once."""
    alike: dict[tuple[str, int | None, int], list[int]] = {}
    for at, part in enumerate(parts):
        alike.setdefault((part.type, part.places, len(part.data)), []).append(at)
    found: list[Any] = [None] * len(parts)
    for (kind, places, length), which in alike.items():
        data = b"".join([parts[at].data for at in which])
        size = int(kind[-1])
        tables = _read(data, kind, places, len(which)).reshape(len(which), width, length // size // width)
        for at, table in zip(which, tables, strict=True):
            found[at] = table
    return found


def _read(data: bytes, kind: str, places: int | None, count: int) -> NDArray[Any]:
    """As many times numbers of one kind, equally many each time."""
    size = int(kind[-1])
    if places is None:
        return np.frombuffer(data, kind)
    planes = np.frombuffer(data, np.uint8).reshape(count, size, len(data) // size // count)
    found = np.ascontiguousarray(planes.transpose(0, 2, 1)).view(kind).ravel()
    return found / 10.0**places if places else found


def _shifted(parts: Sequence[Mapping[int, _Value]], lengths: Sequence[int]) -> dict[int, _Value]:
    starts = accumulate(lengths, initial=0)
    return {start + at: value for start, part in zip(starts, parts, strict=False) for at, value in part.items()}
