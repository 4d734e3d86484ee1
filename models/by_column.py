"""Results as tables want them: the fields of a report's cells and checks each by itself, what is said of the whole as it was.

Tables of a hundred thousand reports have millions of rows: what makes them goes through a column at a time, not through the
cells. How such a report is kept is in ``models.packed``.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Any, TypeVar

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from models.light import (
    Figure,
    LightCell,
    LightCheck,
    LightClaim,
    LightErrorReport,
    LightEvidence,
    LightFact,
    LightInfo,
    LightPipeline,
    LightReport,
    LightResult,
    LightReview,
)

#: The words behind the codes of states and of statuses: their order is that of what is kept, so it never changes.
STATES = ("number", "blank", "na", "text", "absent")
STATUSES = ("accepted", "review", "confirmed", "corrected")
OUTCOMES = ("pass", "fail", "unknown")
#: Stands in a column of integers where there is none.
NOTHING = -(2**31)
_LEAST, _MOST = -(2**63), 2**63 - 1
_NOWHERE = LightEvidence()
_NO_BOX = (np.nan,) * 4
_CODE_OF_STATE = {word: code for code, word in enumerate(STATES)}
_CODE_OF_STATUS = {word: code for code, word in enumerate(STATUSES)}
_CODE_OF_OUTCOME = {word: code for code, word in enumerate(OUTCOMES)}


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Texts many of which are the same: which there are, and for each row the code of its own; -1 where there is none."""

    words: tuple[str, ...]
    codes: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Figures: those that are whole numbers of 64 bits where ``given`` (0 elsewhere), and the ``odd`` ones by their rows."""

    whole: NDArray[np.int64]
    given: NDArray[np.bool_]
    odd: Mapping[int, Figure]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Cells, a row each; of several reports that have the same cells one report's behind the other's.

    ``states`` and ``statuses`` are codes. ``printed`` are by their rows the texts that are not simply the digits of a whole
    value, or empty where there is none. ``boxes`` are four sides each, NaN where there is no box.
    """

    names: tuple[str, ...]
    values: Figures
    states: NDArray[np.uint8]
    statuses: NDArray[np.uint8]
    units: Words
    printed: Mapping[int, str]
    confidences: NDArray[np.float64]
    pages: NDArray[np.int32]
    boxes: NDArray[np.float64]
    lines: NDArray[np.int32]
    columns: NDArray[np.int32]
    routes: Words


@dataclass(frozen=True, slots=True, eq=False)
class Checks:
    """Checks, a row each. ``outcomes`` are codes; ``cells`` are the names of a check's, joined by blanks."""

    rules: Words
    relations: Words
    outcomes: NDArray[np.uint8]
    causes: Words
    left: Figures
    right: Figures
    cells: Words
    messages: Words


@dataclass(frozen=True, slots=True, eq=False)
class ColumnReport:
    """A report. ``head`` has what is said of the whole: none of what stands beside it here, no prose, and of claims, reasons and
    the making of the report only what tables tell."""

    head: LightReport
    cells: Cells
    facts: tuple[LightFact, ...]
    checks: Checks


ColumnResult = ColumnReport | LightErrorReport


def by_column(result: LightResult) -> ColumnResult:
    """A result by column; an error has none. Raises OverflowError where a page or line has more than 32 bits."""
    if isinstance(result, LightErrorReport):
        return result
    return ColumnReport(_head(result), _cells(result.cells), result.facts, _checks(result.checks))


def _head(report: LightReport) -> LightReport:
    info, pipeline = report.report, report.pipeline
    claims = (info.organ, info.region, info.year, info.period, info.form, info.published)
    return replace(
        report,
        report=LightInfo(*map(_bare, claims)),
        cells={},
        facts=(),
        checks=(),
        narrative=(),
        review=LightReview(report.review.needed),
        pipeline=LightPipeline(pipeline.version, problems=pipeline.problems),
    )


def _bare(claim: LightClaim) -> LightClaim:
    return LightClaim(claim.value, claim.confidence, claim.code, where=claim.where)


def _cells(cells: Mapping[str, LightCell]) -> Cells:
    found = list(cells.values())
    seen = [cell.evidence or _NOWHERE for cell in found]
    values = figures([cell.value for cell in found])
    digits = [str(value) if there else "" for value, there in zip(values.whole.tolist(), values.given, strict=True)]
    sides = chain.from_iterable([place.bbox or _NO_BOX for place in seen])
    return Cells(
        tuple(cells),
        values,
        _codes([_CODE_OF_STATE[cell.state] for cell in found]),
        _codes([_CODE_OF_STATUS[cell.status] for cell in found]),
        words([cell.unit for cell in found]),
        {at: cell.printed for at, cell in enumerate(found) if cell.printed != digits[at]},
        np.array([cell.confidence for cell in found], np.float64),
        _integers([place.page for place in seen]),
        np.fromiter(sides, np.float64, 4 * len(found)).reshape(-1, 4),
        _integers([place.line for place in seen]),
        _integers([place.column for place in seen]),
        words([place.route for place in seen]),
    )


def _checks(checks: Sequence[LightCheck]) -> Checks:
    return Checks(
        words([check.rule for check in checks]),
        words([check.relation for check in checks]),
        _codes([_CODE_OF_OUTCOME[check.status] for check in checks]),
        words([check.cause for check in checks]),
        figures([check.left for check in checks]),
        figures([check.right for check in checks]),
        words([" ".join(check.cells) for check in checks]),
        words([check.message for check in checks]),
    )


def _codes(codes: Sequence[int]) -> NDArray[np.uint8]:
    return np.frombuffer(bytes(codes), np.uint8)


def figures(values: Sequence[Figure | None]) -> Figures:
    """Figures by column."""
    given = [type(value) is int for value in values]
    try:
        whole = _where(given, values)
    except OverflowError:
        given = [type(value) is int and _LEAST <= value <= _MOST for value in values]
        whole = _where(given, values)
    odd = {at: value for at, value in enumerate(values) if value is not None and not given[at]}
    return Figures(whole, np.frombuffer(bytes(given), np.bool_), odd)


def _where(given: Sequence[bool], values: Sequence[Any]) -> NDArray[np.int64]:
    return np.frombuffer(
        array("q", [value if there else 0 for value, there in zip(values, given, strict=True)]), np.int64
    )


def words(texts: Sequence[str | None]) -> Words:
    """Texts by column."""
    known = dict.fromkeys(texts)
    told = tuple(text for text in known if text is not None)
    if len(known) == 1:
        return Words(told, np.full(len(texts), len(told) - 1, np.int32))
    codes: dict[str | None, int] = {**{text: code for code, text in enumerate(told)}, None: -1}
    return Words(told, np.array([codes[text] for text in texts], np.int32))


def _integers(values: Sequence[int | None]) -> NDArray[np.int32]:
    return np.array([NOTHING if value is None else value for value in values], np.int32)


def join_cells(parts: Sequence[Cells]) -> Cells:
    """The cells of reports that have the same ones."""
    lengths = [len(part.states) for part in parts]
    return Cells(
        parts[0].names,
        join_figures([part.values for part in parts]),
        np.concatenate([part.states for part in parts]),
        np.concatenate([part.statuses for part in parts]),
        join_words([part.units for part in parts]),
        _shifted([part.printed for part in parts], lengths),
        np.concatenate([part.confidences for part in parts]),
        np.concatenate([part.pages for part in parts]),
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.lines for part in parts]),
        np.concatenate([part.columns for part in parts]),
        join_words([part.routes for part in parts]),
    )


def join_checks(parts: Sequence[Checks]) -> Checks:
    """The checks of some reports."""
    return Checks(
        join_words([part.rules for part in parts]),
        join_words([part.relations for part in parts]),
        np.concatenate([part.outcomes for part in parts]),
        join_words([part.causes for part in parts]),
        join_figures([part.left for part in parts]),
        join_figures([part.right for part in parts]),
        join_words([part.cells for part in parts]),
        join_words([part.messages for part in parts]),
    )


def join_figures(parts: Sequence[Figures]) -> Figures:
    """Figures one behind the other."""
    return Figures(
        np.concatenate([part.whole for part in parts]),
        np.concatenate([part.given for part in parts]),
        _shifted([part.odd for part in parts], [len(part.given) for part in parts]),
    )


def halves(both: Figures) -> tuple[Figures, Figures]:
    """What was joined of two that are equally long."""
    middle = len(both.given) // 2
    first = {at: value for at, value in both.odd.items() if at < middle}
    second = {at - middle: value for at, value in both.odd.items() if at >= middle}
    return (
        Figures(both.whole[:middle], both.given[:middle], first),
        Figures(both.whole[middle:], both.given[middle:], second),
    )


def join_words(parts: Sequence[Words]) -> Words:
    """Texts one behind the other."""
    codes: dict[str, int] = {}
    own: dict[tuple[str, ...], NDArray[np.int32]] = {}  # most reports have the same words
    for part in parts:
        if part.words not in own:
            # -1, which stands for none, takes the last.
            own[part.words] = np.array([*(codes.setdefault(word, len(codes)) for word in part.words), -1], np.int32)
    return Words(tuple(codes), np.concatenate([own[part.words][part.codes] for part in parts]))


_Value = TypeVar("_Value")


def _shifted(parts: Sequence[Mapping[int, _Value]], lengths: Sequence[int]) -> dict[int, _Value]:
    starts = accumulate(lengths, initial=0)
    return {start + at: value for start, part in zip(starts, parts, strict=False) for at, value in part.items()}
