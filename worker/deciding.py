"""A person decides about a cell: one transaction from what they saw to what the queue shows next."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.decisions import answer_of, kept_as, last_of, proposed, standing
from models.errors import NotFound, ServiceError
from models.events import Action, Answer, Decision
from models.report import Report
from models.whole import fits, is_whole, matters
from worker.store import decisions, documents, results, review, series
from worker.store.database import Database
from worker.store.decisions import NewDecision
from worker.store.records import DocumentRecord


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person says about one cell of one report. ``seen`` is the version of the report that they looked at.

    ``name`` is what the person calls themselves, ``who`` the same with the key that they came in with.
    """

    document_id: int
    cell: str
    action: Action
    who: str
    seen: int
    part: int = 1
    answer: Answer | None = None
    why: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was kept, and the report as it is now."""

    decision: Decision
    report: Report


def decide(database: Database, verdict: Verdict, *, readers: int = 1, audit_share: float = 0.0) -> Decided:
    """Keep a verdict as an event and take its cell off the queue (an undo that leaves no decision puts it back).

    ``confirm`` keeps what the cell holds, ``correct`` needs an answer, ``undo`` takes the last decision back. With two
    ``readers`` a cell is settled when two people say the same without having seen each other's answer; where they
    differ, a third decides. Raises NotFound (document, part or cell), Conflict (somebody decided since), ServiceError
    (nothing to say or to undo, or nobody's name where two must agree).
    """
    with database.write() as session:
        document = documents.get(session, verdict.document_id)
        report, read = _part(session, document, verdict.part)
        if report.source.sha256 is None:
            raise NotFound("the bytes of this document were never had")
        known = decisions.of_part(session, report.source.sha256, verdict.part)
        before = _held(report, known, verdict.cell)
        after = _after(verdict, before, last_of(known, verdict.cell))
        if readers > 1 and not verdict.name:
            raise ServiceError("two people must agree on each cell here, so each has to give a name")
        said = proposed(known).get(verdict.cell, {})
        new = NewDecision(
            cell=verdict.cell,
            action=kept_as(verdict.action, after, verdict.who, said) if readers > 1 else verdict.action,
            before=before,
            after=after,
            who=verdict.who,
            seen=verdict.seen,
            why=verdict.why,
            read=read.cells.get(verdict.cell),
        )
        kept = decisions.append(
            session, report.source.sha256, verdict.part, new, document_id=document.id, now=time.time()
        )
        _refresh(session, document, audit_share)
        after_all, _ = _part(session, document, verdict.part)
        series.note(session, [after_all])
        return Decided(kept, after_all)


def _after(verdict: Verdict, before: Answer, last: Decision | None) -> Answer | None:
    if verdict.action == "undo":
        if last is None:
            raise ServiceError("there is no decision on this cell to take back")
        if last.action == "propose" and last.who != verdict.who:
            raise ServiceError("the last to speak of this cell was somebody else, who alone can take it back")
        return None
    if verdict.action == "confirm":
        return before
    if verdict.answer is None:
        raise ServiceError("a correction needs a state and, for a number, a value")
    if is_whole(verdict.cell) and not fits(verdict.cell, verdict.answer):
        raise ServiceError("an organ is a name, a year a year, a region a code of six digits; a doubt can only be seen")
    if not is_whole(verdict.cell) and verdict.answer.text is not None:
        raise ServiceError("a cell of the form holds no words")
    return verdict.answer


def _held(report: Report, known: Sequence[Decision], name: str) -> Answer:
    """What a cell, or a matter of the whole report, holds now. Raises NotFound."""
    if name in report.cells:
        return answer_of(report.cells[name])
    held = matters(report) | {cell: one.before for cell, one in standing(known).items() if is_whole(cell)}
    if name not in held:
        raise NotFound(f"the form of this report has no cell {name!r}")
    return matters(report).get(name, held[name])


def _part(session: Session, document: DocumentRecord, part: int) -> tuple[Report, Report]:
    """A report as people left it, held against the others of its organ, and as the pipeline had read it."""
    for one in results.with_history(session, document):
        if isinstance(one.result, Report) and isinstance(one.read, Report) and one.result.source.part == part:
            return series.among_others(session, one.result), one.read
    raise NotFound(f"this document has no report {part}")


def _refresh(session: Session, document: DocumentRecord, audit_share: float) -> None:
    """Make the queue anew for every copy of the document, since all show the same page."""
    for copy in documents.copies(session, document):
        review.remake(session, copy, audit_share=audit_share)
