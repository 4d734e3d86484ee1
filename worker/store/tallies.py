"""What the page of a batch counts: made of a document's reports, decisions included, whenever these change.

A batch may have tens of thousands of reports, and a person waits for its page; so it is summed up from a few hundred bytes for
each document and from the decisions, and no report is opened for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.decisions import standing
from models.events import Answer, Decision
from models.report import Report, Result
from worker.store import decisions
from worker.store.records import DecisionRecord, DocumentRecord

_TOTAL = ".total"
_REQUESTS = "requests."


class ReportTally(TypedDict):
    """One report: ``totals`` are those of the rows of the requests that are not 0, by row."""

    organ: str | None
    year: int | None
    failing: list[str]
    totals: dict[str, int]


def tally_of(results: Sequence[Result]) -> list[ReportTally]:
    """The tally of a document; errors count nothing."""
    return [_of(result) for result in results if isinstance(result, Report)]


def _of(report: Report) -> ReportTally:
    organ, year = report.report.organ.value, report.report.year.value
    totals = {
        name.removeprefix(_REQUESTS).removesuffix(_TOTAL): cell.value
        for name, cell in report.cells.items()
        if name.startswith(_REQUESTS) and name.endswith(_TOTAL) and isinstance(cell.value, int) and cell.value
    }
    return ReportTally(
        organ=organ if isinstance(organ, str) else None,
        year=year if isinstance(year, int) else None,
        failing=[check.rule for check in report.checks if check.status == "fail"],
        totals=totals,
    )


def of_batch(session: Session, batch_id: int) -> Iterator[ReportTally]:
    """The tallies of all reports of a batch. Documents with the same bytes and name are one report."""
    query = select(DocumentRecord.tally).where(DocumentRecord.batch_id == batch_id, DocumentRecord.tally.is_not(None))
    for tally in session.scalars(query):
        yield from tally or ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A cell on which a decision stands, beside what the pipeline had read when it was first decided on."""

    sha256: str
    part: int
    cell: str
    read: Answer
    confidence: float
    accepted: bool
    decision: Decision

    @property
    def is_right(self) -> bool:
        """Whether the person agreed with the pipeline."""
        return self.decision.after == self.read


def judged(session: Session, batch_id: int) -> Iterator[Judged]:
    """The cells of a batch on which decisions stand."""
    of_batch = select(DocumentRecord.sha256).where(DocumentRecord.batch_id == batch_id)
    query = select(DecisionRecord).where(DecisionRecord.sha256.in_(of_batch), DecisionRecord.read.is_not(None))
    parts: dict[tuple[str, int], list[DecisionRecord]] = {}
    for row in session.scalars(query.order_by(DecisionRecord.id)):
        parts.setdefault((row.sha256, row.part), []).append(row)
    for (sha256, part), rows in parts.items():
        held = standing(decisions.of_rows(rows))
        by_version = {row.version: row for row in rows}
        for name, decision in held.items():
            row = by_version[decision.version]
            confidence, accepted = row.read_confidence or 0.0, bool(row.read_accepted)
            yield Judged(sha256, part, name, decisions.unpacked(row.read or ""), confidence, accepted, decision)
