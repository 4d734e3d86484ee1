"""What is known of a batch's quality: shares, kinds of doubt, confidences against decisions, the audit, missing years."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from sqlalchemy.orm import Session

from api.http.pages.form_view import labels
from api.http.pages.rules import kind_of
from models.audit import in_sample, interval
from models.forms import load_forms
from worker.store import review, tallies
from worker.store.tallies import Judged, ReportTally

#: Upper ends of the bins of confidence.
BINS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)
#: So many organs and years are drawn, those with missing reports first; so many kinds of checks.
MOST_ORGANS, MOST_YEARS, MOST_KINDS = 60, 20, 12
#: How the label begins of the rows that say what became of requests.
OUTCOMES, TOTAL = "三、本年度办理结果", "handled_total"


@dataclass(frozen=True, slots=True)
class Bin:
    """Decided cells whose confidence was at most ``upper``: how many, how many were right, what was expected.

    ``low`` and ``high`` bound the share that is right (95 %).
    """

    upper: float
    seen: int
    right: int
    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Audit:
    """Accepted cells that people checked at random, those that were wrong, and bounds of the rate."""

    share: float
    seen: int
    wrong: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Panel:
    """Organs by ``years``, whether there is a report; ``rows`` are some of ``organs``, of which ``gaps`` miss a year."""

    years: list[int]
    rows: list[tuple[str, list[bool]]]
    organs: int
    gaps: int


@dataclass(frozen=True, slots=True)
class Summary:
    """``failing`` are the kinds of checks that fail, ``outcomes`` the requests by outcome (label) and year."""

    codes: list[tuple[str, int]]
    bins: list[Bin]
    audit: Audit
    panel: Panel
    failing: list[tuple[str, int]]
    outcomes: list[tuple[str, dict[int, int]]]

    @property
    def outcome_years(self) -> list[int]:
        """The years of ``outcomes``, the last ones."""
        return sorted({year for _, by_year in self.outcomes for year in by_year})[-MOST_YEARS:]

    @property
    def most_of_an_outcome(self) -> int:
        """The largest number in ``outcomes``."""
        return max((count for _, by_year in self.outcomes for count in by_year.values()), default=0)


def summary_of(session: Session, batch_id: int, audit_share: float) -> Summary:
    """The summary of a batch, with everything that people decided so far."""
    decided = list(tallies.judged(session, batch_id))
    reports = list(tallies.of_batch(session, batch_id))
    return Summary(
        review.codes(session, batch_id),
        _bins(decided),
        _audit(decided, audit_share),
        _panel(reports),
        _failing(reports),
        _outcomes(reports),
    )


def _failing(reports: Iterable[ReportTally]) -> list[tuple[str, int]]:
    """Failing checks by kind, the most frequent first."""
    return Counter(kind_of(rule) for report in reports for rule in report["failing"]).most_common(MOST_KINDS)


def _outcomes(reports: Iterable[ReportTally]) -> list[tuple[str, dict[int, int]]]:
    """The totals of the answers to requests, by label and year; what is in doubt counts as it was read."""
    found: dict[str, Counter[int]] = {row: Counter() for row in _outcome_rows()}
    for report in reports:
        for row, value in report["totals"].items():
            if row in found and report["year"] is not None:
                found[row][report["year"]] += value
    return [(_outcome_rows()[row], dict(count)) for row, count in found.items() if count]


@cache
def _outcome_rows() -> dict[str, str]:
    """What the rows are called that say what became of requests, by id, in the order of the forms."""
    rows = [
        row for form in load_forms().values() for table in form.tables if table.id == "requests" for row in table.rows
    ]
    named = {row.id: labels()[f"requests.{row.id}.total"] for row in rows if row.path[0].startswith(OUTCOMES)}
    named.pop(TOTAL, None)
    return {row: label.split(" / ", 1)[-1].removesuffix(" / 总计") for row, label in named.items()}


def _bins(decided: Sequence[Judged]) -> list[Bin]:
    found = []
    for lower, upper in pairwise((-1.0, *BINS)):
        cells = [one for one in decided if lower < one.confidence <= upper]
        if cells:
            right = sum(one.is_right for one in cells)
            expected = sum(one.confidence for one in cells) / len(cells)
            found.append(Bin(upper, len(cells), right, expected, *interval(right, len(cells))))
    return found


def _audit(decided: Sequence[Judged], share: float) -> Audit:
    sample = [one for one in decided if one.accepted and in_sample(one.sha256, one.part, one.cell, share)]
    wrong = sum(not one.is_right for one in sample)
    return Audit(share, len(sample), wrong, *interval(wrong, len(sample)))


def _panel(reports: Iterable[ReportTally]) -> Panel:
    by_organ: dict[str, set[int]] = defaultdict(set)
    for report in reports:
        if report["organ"] is not None and report["year"] is not None:
            by_organ[report["organ"]].add(report["year"])
    every = {year for years in by_organ.values() for year in years}
    span = list(range(min(every), max(every) + 1))[-MOST_YEARS:] if every else []
    missing = {organ: len(set(span) - years) for organ, years in by_organ.items()}
    order = sorted(by_organ, key=lambda organ: (-missing[organ], organ))[:MOST_ORGANS]
    rows = [(organ, [year in by_organ[organ] for year in span]) for organ in order]
    return Panel(span, rows, len(by_organ), sum(count > 0 for count in missing.values()))
