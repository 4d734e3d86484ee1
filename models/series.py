"""Checks across the years of one organ: what is carried over, and what stays in force.

The rules are those of the form (a year's opening stock is last year's closing stock) and of the arithmetic of documents in
force. They need the reports of two neighbouring years; the check belongs to the later one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from models.forms import load_forms
from models.readings import Number
from models.report import CheckRecord, Report

#: Requests of these forms are asked for in the same words, so that their stocks can be compared.
COMPARABLE = frozenset({"2019", "2021"})


@dataclass(frozen=True, slots=True)
class YearKey:
    """An organ's report of a year."""

    organ: str
    year: int


@dataclass(frozen=True, slots=True)
class YearFigures:
    """What later years need to know of a report."""

    form: str
    values: Mapping[str, Number | None]
    accepted: frozenset[str]


def year_key(report: Report) -> YearKey | None:
    """Organ and year of a report; None where one of them is unknown."""
    organ, year = report.report.organ.value, report.report.year.value
    return YearKey(organ, year) if isinstance(organ, str) and isinstance(year, int) else None


def figures(report: Report) -> YearFigures:
    """The values of a report and which of them are firm."""
    return YearFigures(
        form=str(report.report.form.value),
        values={name: cell.value for name, cell in report.cells.items()},
        accepted=frozenset(name for name, cell in report.cells.items() if cell.status != "review"),
    )


def series_checks(before: YearFigures, after: YearFigures) -> Iterator[CheckRecord]:
    """Checks of a year against the year before it, for one organ."""
    if {before.form, after.form} <= COMPARABLE:
        for column in load_forms()["2021"].table("requests").rows[0].columns:
            cell, earlier = f"requests.carried_in.{column.id}", f"requests.carried_out.{column.id}"
            left, right = after.values.get(cell), before.values.get(earlier)
            firm = cell in after.accepted and earlier in before.accepted
            yield _check(f"series.carried_over.{column.id}", (cell,), left, right, firm)
    if after.form == "2021" and before.form in COMPARABLE:
        yield from _in_force(before, after)


def _in_force(before: YearFigures, after: YearFigures) -> Iterator[CheckRecord]:
    """in_force = last year's + issued - repealed; the form of 2019 asks for 对外公开总数量 in its place."""
    stock = "in_force" if before.form == "2021" else "disclosed_total"
    for row in ("rules", "normative"):
        cells = tuple(f"proactive.{row}.{column}" for column in ("in_force", "issued", "repealed"))
        last = before.values.get(f"proactive.{row}.{stock}")
        now, issued, repealed = (after.values.get(cell) for cell in cells)
        right = None if last is None or issued is None or repealed is None else last + issued - repealed
        firm = before.form == "2021" and set(cells) <= after.accepted
        yield _check(f"series.in_force.{row}", cells, now, right, firm)


def _check(rule: str, cells: tuple[str, ...], left: Number | None, right: Number | None, firm: bool) -> CheckRecord:
    status: Literal["pass", "fail", "unknown"] = "unknown"
    if left is not None and right is not None:
        status = "pass" if left == right else "fail"
    cause: Literal["source", "unclear"] | None = None
    if status == "fail":
        cause = "source" if firm else "unclear"
    return CheckRecord(rule=rule, status=status, cells=cells, left=left, right=right, cause=cause)
