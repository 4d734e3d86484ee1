"""What a cell may say: each text that was read, as a meaning with its probability."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache

from models.evidence import Place
from models.forms import load_forms
from models.numerals import NOTE_GROUP
from models.quantities import CellQuantity, money_in_wan, parse_cell
from models.readings import Candidate, CellState, Number, Reading

#: A probability left over by the readings below this is rounding.
LEAST_LEFT = 1e-6

Option = tuple[Candidate | None, float]


def candidate_of(
    text: str,
    cell: str,
    place: Place,
    route: str,
    engines: tuple[str, ...],
    readings: tuple[Reading, ...] = (),
) -> Candidate:
    """The meaning of a text in a cell; the form asks for money in 万元 unless the cell itself names another unit."""
    meaning = _meaning(text, cell in money_cells())
    return Candidate(meaning.printed, meaning.state, meaning.value, place, route, engines, meaning.doubt, readings)


def options_of(candidate: Candidate | None, cell: str) -> list[Option]:
    """All that a cell may say with probabilities that sum to 1, the likeliest first.

    Without readings (a text layer) what is printed is certain. Readings with one meaning (``1,234`` and ``1234``) are one
    option; what the readings leave of the whole is the chance that it says something else.
    """
    if candidate is None or not candidate.readings:
        return [(candidate, 1.0)]
    money = cell in money_cells()
    found: dict[object, tuple[_Meaning, float]] = {}
    for reading in candidate.readings:
        meaning = _meaning(reading.text, money)
        key = meaning.state, meaning.value
        first, so_far = found.get(key, (meaning, 0.0))
        found[key] = (first, so_far + reading.p)
    left = 1.0 - sum(p for _, p in found.values())
    options = [(_meant(meaning, candidate), p) for meaning, p in found.values()]
    if left > LEAST_LEFT:
        unread = _Meaning(candidate.printed, CellState.TEXT, None, "it could not be read for certain")
        options.append((_meant(unread, candidate), left))
    return sorted(options, key=lambda option: -option[1])


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a text says in a cell, wherever that stands."""

    printed: str
    state: CellState
    value: Number | None
    doubt: str


def _meant(meaning: _Meaning, seen: Candidate) -> Candidate:
    """A reading of what was seen as a candidate."""
    return Candidate(
        meaning.printed,
        meaning.state,
        meaning.value,
        seen.place,
        seen.route,
        seen.engines,
        meaning.doubt,
        seen.readings,
    )


@lru_cache(maxsize=16384)
def _meaning(text: str, money: bool) -> _Meaning:
    """Kept, since a form holds 150 zeros."""
    parsed = _parsed(text)
    value = money_in_wan(parsed) if money and parsed.value is not None else parsed.value
    return _Meaning(parsed.printed, CellState(parsed.state), value, _doubt(parsed, money))


@cache
def money_cells() -> frozenset[str]:
    """Cells that a form asks for in 万元."""
    labels = (label for form in load_forms().values() for label in form.labels().values())
    return frozenset(label.id for label in labels if label.unit == "万元")


def _parsed(text: str) -> CellQuantity:
    """What is printed in a cell. Figures broken over lines in a narrow column are one number, but not for certain."""
    parsed = parse_cell(text)
    pieces = text.split()
    if parsed.state == "na" and len(pieces) > 1:
        return replace(parsed, doubtful=True, note="several marks stand in one cell")
    if "\n" in text.strip() and len(pieces) > 1 and all(piece.isdecimal() for piece in pieces):
        joined = parse_cell("".join(pieces))
        return replace(joined, printed=parsed.printed, doubtful=True, note="the number is broken over lines")
    return parsed


def _doubt(parsed: CellQuantity, money: bool) -> str:
    """Why the print is not plain. Three decimals are usual in 万元; a bound (10余) is no count."""
    if parsed.doubtful:
        return "" if money and parsed.note == NOTE_GROUP else parsed.note
    return "" if parsed.qualifier == "exact" else f"the number is only a bound ({parsed.qualifier})"
