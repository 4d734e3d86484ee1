"""A person decides about a cell: one transaction from what they saw to what the queue shows next."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.decisions import Action, Answer, Decision, answer_of, standing
from models.errors import NotFound, ServiceError
from models.report import Cell, Report, Result
from worker.store import decisions, documents, results, review
from worker.store.database import Database
from worker.store.decisions import NewDecision
from worker.store.records import DocumentRecord


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person says about one cell of one report. ``seen`` is the version of the report that they looked at."""

    document_id: int
    cell: str
    action: Action
    who: str
    seen: int
    part: int = 1
    answer: Answer | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was kept, and the report as it is now."""

    decision: Decision
    report: Report

    @property
    def cell(self) -> Cell:
        """The cell as it is now."""
        return self.report.cells[self.decision.cell]


def decide(database: Database, verdict: Verdict, *, audit_share: float = 0.0) -> Decided:
    """Keep a verdict as an event and take its cell off the queue (an undo that leaves no decision puts it back).

    ``confirm`` keeps what the cell holds, ``correct`` needs an answer, ``undo`` takes the last decision back. Raises
    NotFound (document, part or cell), Conflict (somebody decided since), ServiceError (nothing to say or to undo).
    """
    with database.write() as session:
        document = documents.get(session, verdict.document_id)
        report = _part(results.of_document(session, document), verdict.part)
        if report.source.sha256 is None or verdict.cell not in report.cells:
            raise NotFound(f"the form of this report has no cell {verdict.cell!r}")
        before = answer_of(report.cells[verdict.cell])
        known = standing(decisions.of_part(session, report.source.sha256, verdict.part))
        new = NewDecision(
            cell=verdict.cell,
            action=verdict.action,
            before=before,
            after=_after(verdict, before, has_decision=verdict.cell in known),
            who=verdict.who,
            seen=verdict.seen,
            why=verdict.why,
        )
        kept = decisions.append(
            session, report.source.sha256, verdict.part, new, document_id=document.id, now=time.time()
        )
        _refresh(session, document, audit_share)
        return Decided(kept, _part(results.of_document(session, document), verdict.part))


def _after(verdict: Verdict, before: Answer, *, has_decision: bool) -> Answer | None:
    if verdict.action == "undo":
        if not has_decision:
            raise ServiceError("there is no decision on this cell to take back")
        return None
    if verdict.action == "confirm":
        return before
    if verdict.answer is None:
        raise ServiceError("a correction needs a state and, for a number, a value")
    return verdict.answer


def _part(found: Sequence[Result], part: int) -> Report:
    for result in found:
        if isinstance(result, Report) and result.source.part == part:
            return result
    raise NotFound(f"this document has no report {part}")


def _refresh(session: Session, document: DocumentRecord, audit_share: float) -> None:
    """Make the queue anew for every copy of the document, since all show the same page."""
    for copy in documents.copies(session, document):
        review.replace(session, copy, results.of_document(session, copy), audit_share=audit_share)
