"""Reports as tables want them: the fields of cells and checks each by itself, what is said of the whole as it was.

Tables of a hundred thousand reports have millions of rows: what makes them goes through a column at a time, not through the
cells. Columns are bytes, so that a report is taken out of a store (``models.packed``) and put behind others
(``models.joined``) with nothing done for each cell.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import msgspec
from msgspec.structs import replace

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

#: The words behind the codes of states, statuses and outcomes: their order is that of what is kept, so it never changes.
STATES = ("number", "blank", "na", "text", "absent")
STATUSES = ("accepted", "review", "confirmed", "corrected")
OUTCOMES = ("pass", "fail", "unknown")
_CODE_OF_STATE = {word: code for code, word in enumerate(STATES)}
_CODE_OF_STATUS = {word: code for code, word in enumerate(STATUSES)}
_CODE_OF_OUTCOME = {word: code for code, word in enumerate(OUTCOMES)}
_LEAST, _MOST = -(2**63), 2**63 - 1
_NOWHERE = LightEvidence()
_NO_BOX = (0.0,) * 4

#: Rule, relation, and the names of the cells joined by blanks: what checks of one kind have in common.
CheckKind = tuple[str, str, str]


class _Column(msgspec.Struct, array_like=True, gc=False):
    """Fields by their order."""


class Numbers(_Column):
    """Numbers as bytes of this ``type`` of NumPy's.

    With ``places`` they are whole numbers to be divided by ten to the power of that, and all their first bytes stand
    before all second ones (see ``models.packed``).
    """

    type: str
    data: bytes
    places: int | None = None


class ColumnFigures(_Column):
    """Figures: those that are whole numbers of 64 bits where ``given`` (a byte each; 0 elsewhere), the ``odd`` ones as texts."""

    whole: Numbers
    given: bytes
    odd: dict[int, str]


class ColumnCells(_Column):
    """Cells by column.

    ``states`` and ``statuses`` are codes. ``printed`` has by their position the texts that are not simply the digits of a whole
    value, or empty where there is none. ``boxes`` are the left sides of all, then the upper ones and so on; 0 where there is
    none, as ``boxed`` says. ``places`` are in the same way pages, lines, columns, units and routes, the last two as numbers
    of those listed; 0 where there is none, and one more than they are where they are not below 0.
    """

    names: tuple[str, ...]
    values: ColumnFigures
    states: bytes
    statuses: bytes
    printed: dict[int, str]
    confidences: Numbers
    boxed: bytes
    boxes: Numbers
    places: Numbers
    units: tuple[str, ...]
    routes: tuple[str, ...]


class ColumnChecks(_Column):
    """Checks by column.

    ``outcomes`` are codes. ``codes`` are one behind the other the kinds, causes and messages of all, one more than the numbers
    of those listed; 0 where there is none. ``sides`` are what is on the left of all, then what is on the right.
    """

    outcomes: bytes
    codes: Numbers
    kinds: tuple[CheckKind, ...]
    causes: tuple[str, ...]
    messages: tuple[str, ...]
    sides: ColumnFigures


class ColumnReport(_Column):
    """A report. ``head`` has what is said of the whole: none of what stands beside it here, no prose, and of claims, reasons and
    the making of the report only what tables tell."""

    head: LightReport
    cells: ColumnCells
    facts: tuple[LightFact, ...]
    checks: ColumnChecks


ColumnResult = ColumnReport | LightErrorReport


def by_column(result: LightResult) -> ColumnResult:
    """A result by column; an error has none. Raises OverflowError where a page or line has more than 64 bits."""
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


def _cells(cells: Mapping[str, LightCell]) -> ColumnCells:
    found = list(cells.values())
    seen = [cell.evidence or _NOWHERE for cell in found]
    values = [cell.value for cell in found]
    figures = _figures(values)
    digits = [str(value) if there else "" for value, there in zip(values, figures.given, strict=True)]
    boxes = zip(*[place.bbox or _NO_BOX for place in seen], strict=True)
    units, unit_codes = _listed([cell.unit for cell in found])
    routes, route_codes = _listed([place.route for place in seen])
    numbers = ([place.page for place in seen], [place.line for place in seen], [place.column for place in seen])
    places = [0 if value is None else value + (value >= 0) for column in numbers for value in column]
    return ColumnCells(
        tuple(cells),
        figures,
        bytes([_CODE_OF_STATE[cell.state] for cell in found]),
        bytes([_CODE_OF_STATUS[cell.status] for cell in found]),
        {at: cell.printed for at, cell in enumerate(found) if cell.printed != digits[at]},
        Numbers("<f8", array("d", [cell.confidence for cell in found]).tobytes()),
        bytes([place.bbox is not None for place in seen]),
        Numbers("<f8", array("d", list(chain.from_iterable(boxes))).tobytes()),
        _whole(places + unit_codes + route_codes),
        units,
        routes,
    )


def _checks(checks: Sequence[LightCheck]) -> ColumnChecks:
    kinds, kind_codes = _listed([(check.rule, str(check.relation), " ".join(check.cells)) for check in checks])
    causes, cause_codes = _listed([check.cause for check in checks])
    messages, message_codes = _listed([check.message for check in checks])
    return ColumnChecks(
        bytes([_CODE_OF_OUTCOME[check.status] for check in checks]),
        _whole(kind_codes + cause_codes + message_codes),
        kinds,
        causes,
        messages,
        _figures([check.left for check in checks] + [check.right for check in checks]),
    )


def _figures(values: Sequence[Figure | None]) -> ColumnFigures:
    given = bytes([type(value) is int for value in values])
    try:
        whole = _where(given, values)
    except OverflowError:
        given = bytes([type(value) is int and _LEAST <= value <= _MOST for value in values])
        whole = _where(given, values)
    odd = {at: str(value) for at, value in enumerate(values) if value is not None and not given[at]}
    return ColumnFigures(whole, given, odd)


def _where(given: bytes, values: Sequence[Any]) -> Numbers:
    return _whole([value if there else 0 for value, there in zip(values, given, strict=True)])


def _whole(values: Sequence[int]) -> Numbers:
    return Numbers("<i8", array("q", values).tobytes())


def _listed(items: Sequence[Any]) -> tuple[tuple[Any, ...], list[int]]:
    """The different items, and for each the number of its own from 1; 0 for what is missing."""
    known = tuple(item for item in dict.fromkeys(items) if item is not None)
    codes = {None: 0, **{item: code for code, item in enumerate(known, 1)}}
    return known, [codes[item] for item in items]
