"""Checks across the years of one organ: what is carried over, and what stays in force.

The rules are those of the form (a year's opening stock is last year's closing stock) and of the arithmetic of documents
in force. They need the reports of two neighbouring years.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from models.forms import load_forms
from models.light import LightCheck
from models.readings import Number
from models.report import CheckRecord, Report, Review, ReviewReason

#: Requests of these forms are asked for in the same words, so that their stocks can be compared.
COMPARABLE = frozenset({"2019", "2021"})
#: Totals whose size seldom changes much from one year to the next.
WATCHED = (
    "requests.new.total",
    "requests.handled_total.total",
    "proactive.licensing.decisions",
    "proactive.penalty.decisions",
    "proactive.coercion.decisions",
    "proactive.fees.amount",
)
#: A figure so many times last year's, and greater by so much, is worth a look: a digit too many, a row or unit mistaken.
JUMP, LEAST_DIFFERENCE = 5, 100
#: Two scans of one report differ in a figure or two; documents that differ in more cells than this are different reports.
MOST_MISREAD = 10
# Documents in force: the rule, and the cells of those in force, issued and repealed.
_STOCKS = tuple(
    (f"series.in_force.{row}", tuple(f"proactive.{row}.{column}" for column in ("in_force", "issued", "repealed")))
    for row in ("rules", "normative")
)


@dataclass(frozen=True, slots=True)
class YearFigures:
    """What a neighbouring year needs to know of a report: the few values that carry over, and which are firm."""

    form: str
    values: Mapping[str, Number | None]
    accepted: frozenset[str]


class Series:
    """Adds the checks across years to reports as they come, in any order; keeps a few values of each report.

    A check stands in whichever of the two reports comes second, since only then both are known.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], YearFigures] = {}

    def add(self, report: Report) -> Report:
        """The report with its checks against the years before and after, where these are known."""
        organ, year = report.report.organ.value, report.report.year.value
        if not isinstance(organ, str) or not isinstance(year, int):
            return report
        before, after = self._known.get((organ, year - 1)), self._known.get((organ, year + 1))
        self._known[organ, year] = figures(report)
        return in_context(report, before, after)


def in_context(
    report: Report, before: YearFigures | None, after: YearFigures | None, others: Sequence[YearFigures] = ()
) -> Report:
    """The report with its checks against the same organ's years before and after it, where these are known.

    ``others`` are all figures of other documents that report on the same organ and year. No cell of a report that a
    person decided about is asked about again.
    """
    year = report.report.year.value
    if not isinstance(year, int):
        return report
    own = figures(report)
    checks: list[CheckRecord] = []
    reasons: list[ReviewReason] = []
    if before is not None:
        checks.extend(series_checks(before, own, own_is_later=True))
        reasons.extend(_jumps(before, own, year - 1))
    if after is not None:
        checks.extend(series_checks(own, after, own_is_later=False))
        reasons.extend(_jumps(after, own, year + 1))
    if others:
        every = all_figures(report)
        reasons.extend(dict.fromkeys(reason for other in others for reason in _differences(every, other)))
    return _with_checks(report, checks, reasons) if checks or reasons else report


def figures(report: Report) -> YearFigures:
    """The values of a report that carry over and which of them are firm."""
    return _figures(report, [name for name in (*carried_names(), *WATCHED) if name in report.cells])


def all_figures(report: Report) -> YearFigures:
    """All values of a report and which of them are firm."""
    return _figures(report, list(report.cells))


def _figures(report: Report, names: Sequence[str]) -> YearFigures:
    return YearFigures(
        form=str(report.report.form.value),
        values={name: report.cells[name].value for name in names},
        accepted=frozenset(name for name in names if report.cells[name].status != "review"),
    )


def _jumps(other: YearFigures, own: YearFigures, year: int) -> Iterator[ReviewReason]:
    """Totals that are several times those of a neighbouring year on the same form: no error, but seldom right."""
    if other.form != own.form:
        return
    for cell in WATCHED:
        ours, theirs = own.values.get(cell), other.values.get(cell)
        if ours is not None and theirs is not None:
            low, high = sorted((ours, theirs))
            if high - low >= LEAST_DIFFERENCE and high >= JUMP * low:
                yield ReviewReason(
                    cell=cell, why=f"{ours}, but {theirs} in {year}: {JUMP} times as much or more", code="jump"
                )


def _differences(own: YearFigures, other: YearFigures) -> Iterator[ReviewReason]:
    """Where two documents of one organ and year read otherwise, though each is sure: one is misread, or was mended in print."""
    if other.form != own.form:
        return
    different = [
        (cell, value, theirs)
        for cell, value in own.values.items()
        if cell in own.accepted and cell in other.accepted
        if value is not None and (theirs := other.values.get(cell)) is not None and value != theirs
    ]
    if len(different) > MOST_MISREAD:
        why = f"another document of this organ and year holds other figures in {len(different)} cells"
        yield ReviewReason(cell=None, why=why, code="duplicate")
        return
    for cell, value, theirs in different:
        why = f"another document of this organ and year says otherwise: {value} against {theirs}"
        yield ReviewReason(cell=cell, why=why, code="duplicate")


@cache
def carried_names() -> tuple[str, ...]:
    """The cells whose values carry over from one year to the next."""
    rows = ("proactive.rules.", "proactive.normative.", "requests.carried_in.", "requests.carried_out.")
    cells = (cell for form in load_forms().values() for cell in form.cell_ids())
    return tuple(dict.fromkeys(cell for cell in cells if cell.startswith(rows)))


def series_checks(before: YearFigures, after: YearFigures, *, own_is_later: bool) -> Iterator[CheckRecord]:
    """Checks of a year against the year before it, for one organ; ``cells`` are those of the report they stand in."""
    for check in light_series_checks(before, after, own_is_later=own_is_later):
        yield CheckRecord(
            rule=check.rule,
            status=check.status,
            cells=check.cells,
            left=check.left,
            right=check.right,
            cause=check.cause,
        )


def light_series_checks(before: YearFigures, after: YearFigures, *, own_is_later: bool) -> Iterator[LightCheck]:
    """The same for many years at a time, made without models."""
    if {before.form, after.form} <= COMPARABLE:
        for rule, later, earlier in _carried_over():
            firm = later in after.accepted and earlier in before.accepted
            own = later if own_is_later else earlier
            yield _check(rule, (own,), after.values.get(later), before.values.get(earlier), firm)
    if after.form == before.form == "2021":
        yield from _in_force(before, after, own_is_later=own_is_later)


@cache
def _carried_over() -> tuple[tuple[str, str, str], ...]:
    """For each kind of applicant: the rule, the cell of the later year and that of the earlier one."""
    kinds = [column.id for column in load_forms()["2021"].table("requests").rows[0].columns]
    return tuple(
        (f"series.carried_over.{kind}", f"requests.carried_in.{kind}", f"requests.carried_out.{kind}") for kind in kinds
    )


def _in_force(before: YearFigures, after: YearFigures, *, own_is_later: bool) -> Iterator[LightCheck]:
    """in_force = last year's + issued - repealed. The form of 2019 asks for 对外公开总数量, which is another thing."""
    for rule, cells in _STOCKS:
        last = before.values.get(cells[0])
        now, issued, repealed = (after.values.get(cell) for cell in cells)
        right = None if last is None or issued is None or repealed is None else last + issued - repealed
        firm = after.accepted.issuperset(cells) and cells[0] in before.accepted
        yield _check(rule, cells if own_is_later else cells[:1], now, right, firm)


def _check(rule: str, cells: tuple[str, ...], left: Number | None, right: Number | None, firm: bool) -> LightCheck:
    status: Literal["pass", "fail", "unknown"] = "unknown"
    if left is not None and right is not None:
        status = "pass" if left == right else "fail"
    cause: Literal["source", "unclear"] | None = None
    if status == "fail":
        cause = "source" if firm else "unclear"
    return LightCheck(rule=rule, status=status, cells=cells, left=left, right=right, cause=cause)


def _with_checks(report: Report, checks: Sequence[CheckRecord], doubts: Sequence[ReviewReason]) -> Report:
    """A cell that fails a check or is doubted is never accepted, whichever report made it so."""
    failed = {cell: check for check in checks if check.status == "fail" for cell in check.cells}
    decided = {name for name, cell in report.cells.items() if cell.status in ("confirmed", "corrected")}
    reasons = [reason for reason in doubts if reason.cell not in decided]
    reasons += [
        ReviewReason(cell=cell, why=f"another year says otherwise: {check.left} against {check.right}", code="series")
        for cell, check in failed.items()
        if cell not in decided
    ]
    doubted = {reason.cell for reason in reasons}
    cells = {
        name: cell.model_copy(update={"status": "review"}) if name in doubted and cell.status == "accepted" else cell
        for name, cell in report.cells.items()
    }
    review = Review(needed=report.review.needed or bool(reasons), reasons=(*report.review.reasons, *reasons))
    return report.model_copy(update={"cells": cells, "checks": (*report.checks, *checks), "review": review})
