"""What is known of a batch's quality: shares, kinds of doubt, confidences against decisions, the audit, missing years."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import simplejson
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.pages.form_view import labels
from models.audit import in_sample, interval
from models.decisions import Decision, answer_of, standing
from models.forms import load_forms
from models.report import Cell
from worker.store import decisions, results, review
from worker.store.records import DecisionRecord, DocumentRecord, ResultRecord

#: Upper ends of the bins of confidence.
BINS = (0.5, 0.8, 0.9, 0.95, 0.99, 1.0)
#: So many decided documents, the latest, speak for the confidences; and so many organs are drawn.
MOST_DECIDED, MOST_ORGANS = 300, 40
#: Checks and requests are counted in so many reports, the latest; so many kinds of checks are drawn.
MOST_COUNTED, MOST_KINDS = 200, 12
#: How the label begins of the rows that say what became of requests.
OUTCOMES, TOTAL = "三、本年度办理结果", "handled_total"


@dataclass(frozen=True, slots=True)
class Bin:
    """Decided cells whose confidence was at most ``upper``: how many, how many were right, what was expected."""

    upper: float
    seen: int
    right: int
    expected: float


@dataclass(frozen=True, slots=True)
class Audit:
    """Accepted cells that people checked at random, those that were wrong, and bounds of the rate."""

    share: float
    seen: int
    wrong: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Summary:
    """``panel`` tells for organs by which years there is a report; ``years`` are the columns.

    ``failing`` are the kinds of checks that fail, ``outcomes`` the requests by outcome (label) and year, of the last reports.
    """

    codes: list[tuple[str, int]]
    bins: list[Bin]
    audit: Audit
    years: list[int]
    panel: list[tuple[str, list[bool]]]
    failing: list[tuple[str, int]]
    outcomes: list[tuple[str, dict[int, int]]]

    @property
    def outcome_years(self) -> list[int]:
        """The years of ``outcomes``."""
        return sorted({year for _, by_year in self.outcomes for year in by_year})


def summary_of(session: Session, batch_id: int, audit_share: float) -> Summary:
    """The summary of a batch."""
    decided = list(_decided(session, batch_id))
    years, panel = _panel(session, batch_id)
    reports = list(_last_reports(session, batch_id))
    return Summary(
        review.codes(session, batch_id),
        _bins(decided),
        _audit(decided, audit_share),
        years,
        panel,
        _failing(reports),
        _outcomes(reports),
    )


def _last_reports(session: Session, batch_id: int) -> Iterator[Mapping[str, Any]]:
    """The last reports of a batch as they were read, as plain data: it is only counted here."""
    query = (
        select(ResultRecord.body)
        .join(DocumentRecord, DocumentRecord.sha256 == ResultRecord.sha256)
        .where(DocumentRecord.batch_id == batch_id, ResultRecord.is_report)
        .order_by(ResultRecord.id.desc())
        .limit(MOST_COUNTED)
    )
    return (simplejson.loads(body) for body in session.scalars(query))


def _failing(reports: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Failing checks by the first two parts of their rule, the most frequent first."""
    counts = Counter(
        ".".join(check["rule"].split(".")[:2])
        for report in reports
        for check in report["checks"]
        if check["status"] == "fail"
    )
    return counts.most_common(MOST_KINDS)


def _outcomes(reports: Sequence[Mapping[str, Any]]) -> list[tuple[str, dict[int, int]]]:
    """The totals of the answers to requests, by label and year; what is in doubt counts as it was read."""
    found: dict[str, Counter[int]] = {}
    for form in load_forms().values():
        for table in form.tables:
            for row in table.rows:
                if table.id == "requests" and row.path[0].startswith(OUTCOMES) and row.id != TOTAL:
                    found.setdefault(row.id, Counter())
    names = labels()
    for report in reports:
        year = report["report"]["year"]["value"]
        for outcome, by_year in found.items():
            cell = report["cells"].get(f"requests.{outcome}.total")
            if cell and isinstance(cell["value"], int) and isinstance(year, int):
                by_year[year] += cell["value"]
    return [(names[f"requests.{row}.total"], dict(count)) for row, count in found.items() if sum(count.values())]


@dataclass(frozen=True, slots=True)
class _Decided:
    sha256: str
    part: int
    cell: Cell
    decision: Decision

    @property
    def is_right(self) -> bool:
        """Whether the person agreed with the pipeline."""
        return self.decision.after == answer_of(self.cell)


def _decided(session: Session, batch_id: int) -> Iterator[_Decided]:
    """Cells on which a decision stands, as the pipeline had left them."""
    query = (
        select(DecisionRecord.sha256, DecisionRecord.part)
        .join(DocumentRecord, DocumentRecord.sha256 == DecisionRecord.sha256)
        .where(DocumentRecord.batch_id == batch_id)
        .distinct()
        .limit(MOST_DECIDED)
    )
    for sha256, part in session.execute(query).all():
        held = standing(decisions.of_part(session, sha256, part))
        report = results.latest(session, sha256, part)
        for name, decision in held.items():
            if report is not None and name in report.cells:
                yield _Decided(sha256, part, report.cells[name], decision)


def _bins(decided: list[_Decided]) -> list[Bin]:
    found = []
    for lower, upper in pairwise((-1.0, *BINS)):
        cells = [one for one in decided if lower < one.cell.confidence <= upper]
        if cells:
            expected = sum(one.cell.confidence for one in cells) / len(cells)
            found.append(Bin(upper, len(cells), sum(one.is_right for one in cells), expected))
    return found


def _audit(decided: list[_Decided], share: float) -> Audit:
    sample = [
        one
        for one in decided
        if one.cell.status == "accepted" and in_sample(one.sha256, one.part, one.decision.cell, share)
    ]
    wrong = sum(not one.is_right for one in sample)
    return Audit(share, len(sample), wrong, *interval(wrong, len(sample)))


def _panel(session: Session, batch_id: int) -> tuple[list[int], list[tuple[str, list[bool]]]]:
    query = (
        select(ResultRecord.organ, ResultRecord.year)
        .join(DocumentRecord, DocumentRecord.sha256 == ResultRecord.sha256)
        .where(DocumentRecord.batch_id == batch_id, ResultRecord.organ.is_not(None), ResultRecord.year.is_not(None))
        .distinct()
        .order_by(ResultRecord.organ)
        .limit(MOST_ORGANS * 20)
    )
    by_organ: dict[str, set[int]] = defaultdict(set)
    for organ, year in session.execute(query).all():
        if organ is not None and year is not None:
            by_organ[organ].add(year)
    every = {year for years in by_organ.values() for year in years}
    span = list(range(min(every), max(every) + 1)) if every else []
    rows = [(organ, [year in years for year in span]) for organ, years in list(by_organ.items())[:MOST_ORGANS]]
    return span, rows
