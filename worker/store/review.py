"""The queue of what people should look at, the worst first.

An item stands for one reason for review of one report, as that is after all decisions; so what was decided is not in the
queue. Items can be made anew at any time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, or_, select, tuple_
from sqlalchemy.orm import Session

from models.audit import in_sample
from models.decisions import proposed
from models.report import Report, Result, ReviewReason
from worker.store import decisions, results, series
from worker.store.inserts import insert_ignoring
from worker.store.records import DocumentRecord, ReviewItemRecord
from worker.store.series import OrganYear

#: How much a doubt weighs by its kind, in thousandths: a doubt about whose report this is outweighs one about a figure.
WEIGHTS: Mapping[str, int] = {
    "heading_year": 900,
    "heading_organ": 900,
    "form": 850,
    "lost_row": 800,
    "decision_without_cell": 800,
    "no_text": 750,
    "readers_differ": 700,
    "contradiction": 650,
    "series": 500,
    "jump": 480,
    "duplicate": 470,
    "second_reader": 450,
    "doubt": 400,
    "confidence": 300,
}
OTHER_WEIGHT = 450
#: Totals are what most people use.
TOTAL_WEIGHT = 50
WORST = 1000


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """Which items: of a batch, of an organ, of one kind of doubt; and none that ``reader`` has read already."""

    batch_id: int | None = None
    organ: str | None = None
    code: str | None = None
    reader: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the queue: the page that follows it begins right behind."""

    rank: int
    id: int


def rank(reason: ReviewReason, report: Report) -> int:
    """The order of an item, 0 for the worst: the kind of doubt first, then how unsure the reading is, totals ahead."""
    weight = WEIGHTS.get(reason.code, OTHER_WEIGHT)
    cell = report.cells.get(reason.cell) if reason.cell else None
    if cell is not None:
        weight += round(50 * (1 - cell.confidence))
    if reason.cell and "total" in reason.cell:
        weight += TOTAL_WEIGHT
    return max(0, WORST - weight)


def replace(session: Session, document: DocumentRecord, results: Sequence[Result], *, audit_share: float = 0.0) -> None:
    """Make the items of a document anew. ``results`` are those with the decisions replayed (``results.of_document``).

    A share of the accepted cells is asked about as well, at random and under the same code as cells that are not sure.
    """
    session.execute(delete(ReviewItemRecord).where(ReviewItemRecord.document_id == document.id))
    rows = []
    for report in results:
        if isinstance(report, Report):
            readers = _readers(session, report)
            reasons = (*report.review.reasons, *audited(report, audit_share))
            rows += [_row(document, report, reason, readers.get(reason.cell)) for reason in reasons]
    insert_ignoring(session, ReviewItemRecord, rows)


def remake(session: Session, document: DocumentRecord, *, audit_share: float = 0.0) -> list[Result]:
    """Make the items of a document anew from what is held of it now, which is handed back.

    Of two who do this at once the second waits. Whoever does it for several documents goes by their ids.
    """
    session.execute(select(DocumentRecord.id).where(DocumentRecord.id == document.id).with_for_update())
    found = results.of_document(session, document)
    replace(session, document, found, audit_share=audit_share)
    return found


def remake_years(session: Session, places: Sequence[OrganYear], *, audit_share: float = 0.0) -> None:
    """The same for all documents of an organ and some years, since other reports of the organ have changed."""
    for place in places:  # of documents that are too many to be compared, what was said before does not hold any more
        stale = delete(ReviewItemRecord).where(
            ReviewItemRecord.organ == place.organ, ReviewItemRecord.year == place.year
        )
        session.execute(stale.where(ReviewItemRecord.code.in_(series.CODES)))
    for document in series.documents_of(session, places):
        remake(session, document, audit_share=audit_share)


def _readers(session: Session, report: Report) -> dict[str | None, str]:
    """Who has read a cell alone, by cell."""
    if not any(reason.code == "second_reader" for reason in report.review.reasons):
        return {}
    kept = decisions.of_part(session, report.source.sha256 or "", report.source.part)
    return {cell: next(iter(said)) for cell, said in proposed(kept).items() if len(said) == 1}


def audited(report: Report, share: float) -> Iterator[ReviewReason]:
    """The accepted cells of a report that people are asked about at random."""
    sha256, part = report.source.sha256 or "", report.source.part
    for name, cell in report.cells.items():
        if cell.status == "accepted" and in_sample(sha256, part, name, share):
            yield ReviewReason(cell=name, why="compare the cell with the page", code="confidence")


def _row(document: DocumentRecord, report: Report, reason: ReviewReason, reader: str | None) -> dict[str, object]:
    organ, year = report.report.organ.value, report.report.year.value
    return {
        "document_id": document.id,
        "batch_id": document.batch_id,
        "part": report.source.part,
        "cell": reason.cell,
        "code": reason.code[:40],
        "why": reason.why.replace("\0", "\ufffd"),
        "organ": organ.replace("\0", "\ufffd")[:200] if isinstance(organ, str) else None,
        "year": year if isinstance(year, int) else None,
        "rank": rank(reason, report),
        "reader": reader,
    }


def page(
    session: Session, wanted: ReviewFilter, *, after: Place | None = None, limit: int = 50
) -> Sequence[ReviewItemRecord]:
    """Items, the worst first; the cost does not grow with how far down the queue the page is."""
    query = select(ReviewItemRecord).where(*_conditions(wanted))
    if after is not None:
        query = query.where(tuple_(ReviewItemRecord.rank, ReviewItemRecord.id) > (after.rank, after.id))
    return session.scalars(query.order_by(ReviewItemRecord.rank, ReviewItemRecord.id).limit(limit)).all()


def count(session: Session, wanted: ReviewFilter) -> int:
    """How many items there are."""
    query = select(func.count()).select_from(ReviewItemRecord).where(*_conditions(wanted))
    return session.execute(query).scalar_one()


def codes(session: Session, batch_id: int | None) -> list[tuple[str, int]]:
    """The kinds of doubt in the queue and how often each comes, the most frequent first."""
    number = func.count()
    query = select(ReviewItemRecord.code, number).where(*_conditions(ReviewFilter(batch_id)))
    rows = session.execute(query.group_by(ReviewItemRecord.code).order_by(number.desc(), ReviewItemRecord.code)).all()
    return [(code, count) for code, count in rows]


def first_of_another(session: Session, wanted: ReviewFilter, *, document_id: int, part: int) -> ReviewItemRecord | None:
    """The worst item that is not of this report."""
    other = or_(ReviewItemRecord.document_id != document_id, ReviewItemRecord.part != part)
    query = select(ReviewItemRecord).where(*_conditions(wanted), other)
    return session.scalars(query.order_by(ReviewItemRecord.rank, ReviewItemRecord.id).limit(1)).first()


def _conditions(wanted: ReviewFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.batch_id is not None:
        conditions.append(ReviewItemRecord.batch_id == wanted.batch_id)
    if wanted.organ is not None:
        conditions.append(ReviewItemRecord.organ == wanted.organ)
    if wanted.code is not None:
        conditions.append(ReviewItemRecord.code == wanted.code)
    if wanted.reader is not None:
        conditions.append(or_(ReviewItemRecord.reader.is_(None), ReviewItemRecord.reader != wanted.reader))
    return conditions


def of_document(session: Session, document_id: int) -> Sequence[ReviewItemRecord]:
    """All items of a document, the worst first."""
    query = select(ReviewItemRecord).where(ReviewItemRecord.document_id == document_id)
    return session.scalars(query.order_by(ReviewItemRecord.rank, ReviewItemRecord.id)).all()
