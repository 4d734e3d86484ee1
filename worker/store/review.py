"""The queue of what people should look at, the worst first.

An item stands for one reason for review of one report, as that is after all decisions; so what was decided is not in the
queue. Items can be made anew at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from models.audit import CODE, COMPARE, in_sample, place_by_lot, unmarked
from models.decisions import proposed
from models.reconcile import FAILING
from models.report import Report, Result, ReviewReason
from models.whole import about
from worker.store import decisions, results, series
from worker.store.inserts import insert_ignoring
from worker.store.leases import Claimed
from worker.store.records import DocumentRecord, ReviewItemRecord
from worker.store.series import OrganYear
from worker.store.tallies import ReportTally, tally_of

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
    "failing": 470,
    "second_reader": 450,
    "doubt": 400,
    "confidence": 400,
}
OTHER_WEIGHT = 450
#: Totals are what most people use.
TOTAL_WEIGHT = 50
#: What a cell weighs more of which nothing is sure.
UNSURE_WEIGHT = 50
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


@dataclass(frozen=True, slots=True)
class Stop:
    """A report on somebody's way down the queue, at the rank of its worst item when they came."""

    rank: int
    document_id: int
    part: int


def rank(reason: ReviewReason, report: Report) -> int:
    """The order of an item, 0 for the worst: the kind of doubt first, then how unsure the reading is, totals ahead.

    A cell of the audit is placed by lot over the whole range of such doubts: were totals ahead, the sample would be one of totals.
    """
    weight = WEIGHTS.get(told(reason).code, OTHER_WEIGHT)
    cell = report.cells.get(reason.cell) if reason.cell else None
    if reason.cell and cell is not None and cell.status == "accepted":
        weight += round((UNSURE_WEIGHT + TOTAL_WEIGHT) * place_by_lot(*_part(report), reason.cell))
    elif reason.cell:
        weight += round(UNSURE_WEIGHT * (1 - cell.confidence)) if cell is not None else 0
        weight += TOTAL_WEIGHT if "total" in reason.cell else 0
    return max(0, WORST - weight)


def told(reason: ReviewReason) -> ReviewReason:
    """A reason as it stands in the queue: sums that fail are a kind of their own, cells of the audit are not."""
    return reason.model_copy(update={"code": "failing"}) if reason.why.startswith(FAILING) else unmarked(reason)


@dataclass(frozen=True, slots=True)
class Made:
    """The items of a document and its tally, and what they were made from."""

    made_from: tuple[object, ...]
    rows: Sequence[Mapping[str, object]]
    tally: Sequence[ReportTally]


def make(session: Session, document: DocumentRecord, *, audit_share: float = 0.0) -> Made:
    """What the queue says of a document, made anew from what is held of it now; nothing is written.

    A share of the accepted cells is asked about as well, at random and not to be told from others (see `models.audit`).
    """
    made_from = _state(session, document)
    found = results.of_document(session, document)
    return Made(made_from, _rows(session, document, found, audit_share), tally_of(found))


def put(session: Session, document_id: int, made: Made) -> None:
    """Write down what was made; nothing when the document was decided on or read since, for then it was made anew too."""
    query = select(DocumentRecord).where(DocumentRecord.id == document_id).with_for_update()
    document = session.scalars(query).one_or_none()
    if document is not None and _state(session, document) == made.made_from:
        _write(session, document.id, made.rows)
        document.tally = [*made.tally]


def remake(session: Session, document: DocumentRecord, *, audit_share: float = 0.0) -> list[Result]:
    """Make the items of a document anew from what is held of it now, which is handed back.

    Of two who do this at once the second waits. Whoever does it for several documents goes by their ids.
    """
    session.execute(select(DocumentRecord.id).where(DocumentRecord.id == document.id).with_for_update())
    found = results.of_document(session, document)
    _write(session, document.id, _rows(session, document, found, audit_share))
    document.tally = [*tally_of(found)]
    return found


def fill(session: Session, claimed: Claimed, read: Sequence[Result], *, audit_share: float = 0.0) -> list[Result]:
    """Make the items of a document that has just ended from what was ``read``; as people left it, that is handed back.

    This transaction has locked the document by ending it. What other reports of the organ say against it follows when the
    years are compared: that means reading them all, and a transaction that writes is to be short.
    """
    found = [one.result for one in results.decided(session, read)]
    _write(session, claimed.id, _rows(session, claimed, found, audit_share))
    session.connection().execute(_TALLY_OF, {"document": claimed.id, "counted": tally_of(found)})
    return found


def drop_compared(session: Session, places: Sequence[OrganYear], *, but: Sequence[int]) -> None:
    """Drop what other reports of the organ say against documents of these years, ``but`` for those that were made anew.

    Documents that are too many to be compared are not, and what was said of them before does not hold any more.
    """
    for place in places:
        stale = delete(ReviewItemRecord).where(
            ReviewItemRecord.organ == place.organ, ReviewItemRecord.year == place.year
        )
        stale = stale.where(ReviewItemRecord.code.in_(series.CODES), ReviewItemRecord.document_id.not_in(but))
        session.execute(stale)


def _state(session: Session, document: DocumentRecord) -> tuple[object, ...]:
    """What changes whenever the document itself is read again or decided on."""
    decided = decisions.last(session, document.sha256) if document.sha256 else 0
    return document.status, document.pipeline_version, document.finished_at, decided


def _rows(
    session: Session, document: DocumentRecord | Claimed, found: Sequence[Result], share: float
) -> list[dict[str, object]]:
    rows: dict[tuple[object, ...], dict[str, object]] = {}
    for report in found:
        if isinstance(report, Report):
            readers = _readers(session, report)
            for reason in (*report.review.reasons, *audited(report, share)):
                row = _row(document, report, reason, readers.get(about(reason)))
                rows.setdefault((row["part"], row["cell"], row["code"], row["why"]), row)
    return list(rows.values())


def _write(session: Session, document_id: int, rows: Sequence[Mapping[str, object]]) -> None:
    session.connection().execute(_ITEMS_OF, {"document": document_id})
    insert_ignoring(session, ReviewItemRecord, rows)


_ITEMS_OF = delete(ReviewItemRecord).where(ReviewItemRecord.document_id == bindparam("document"))
_TALLY_OF = update(DocumentRecord).where(DocumentRecord.id == bindparam("document")).values(tally=bindparam("counted"))


def _readers(session: Session, report: Report) -> dict[str, str]:
    """Who has read a cell alone, by cell."""
    if not any(reason.code == "second_reader" for reason in report.review.reasons):
        return {}
    kept = decisions.of_part(session, report.source.sha256 or "", report.source.part)
    return {cell: next(iter(said)) for cell, said in proposed(kept).items() if len(said) == 1}


def audited(report: Report, share: float) -> Iterator[ReviewReason]:
    """The accepted cells of a report that people are asked about at random."""
    for name, cell in report.cells.items():
        if cell.status == "accepted" and in_sample(*_part(report), name, share):
            yield ReviewReason(cell=name, why=COMPARE, code=CODE)


def _part(report: Report) -> tuple[str, int]:
    return report.source.sha256 or "", report.source.part


def _row(
    document: DocumentRecord | Claimed, report: Report, reason: ReviewReason, reader: str | None
) -> dict[str, object]:
    organ, year = report.report.organ.value, report.report.year.value
    shown = told(reason)
    return {
        "document_id": document.id,
        "batch_id": document.batch_id,
        "part": report.source.part,
        "cell": reason.cell,
        "code": shown.code[:40],
        "why": shown.why.replace("\0", "\ufffd"),
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


def left(session: Session, *, batch_ids: Iterable[int] = (), document_ids: Iterable[int] = ()) -> dict[int, int]:
    """How many items there are for each of these batches, or else of these documents; those without any are left out."""
    chosen = list(batch_ids)
    column = ReviewItemRecord.batch_id if chosen else ReviewItemRecord.document_id
    query = select(column, func.count()).where(column.in_(chosen or list(document_ids))).group_by(column)
    return {number: count for number, count in session.execute(query)}


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


def organs(session: Session, batch_id: int | None, *, limit: int) -> Sequence[str]:
    """Organs that have something in the queue, in the order of their names."""
    query = select(ReviewItemRecord.organ).where(
        *_conditions(ReviewFilter(batch_id)), ReviewItemRecord.organ.is_not(None)
    )
    return [one for one in session.scalars(query.distinct().order_by(ReviewItemRecord.organ).limit(limit)) if one]


def next_report(
    session: Session, wanted: ReviewFilter, *, document_id: int, part: int, after: Stop | None = None
) -> ReviewItemRecord | None:
    """The worst item of another report than this one. Reports come in the order of their worst items, from ``after`` on."""
    worst, document, of = func.min(ReviewItemRecord.rank), ReviewItemRecord.document_id, ReviewItemRecord.part
    query = select(document, of).where(*_conditions(wanted), or_(document != document_id, of != part))
    query = query.group_by(document, of).order_by(worst, document, of).limit(1)
    if after is not None:
        later = or_(document > after.document_id, and_(document == after.document_id, of > after.part))
        query = query.having(or_(worst > after.rank, and_(worst == after.rank, later)))
    found = session.execute(query).first()
    if found is None:
        return None
    its = select(ReviewItemRecord).where(*_conditions(wanted), document == found[0], of == found[1])
    return session.scalars(its.order_by(ReviewItemRecord.rank, ReviewItemRecord.id).limit(1)).first()


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
