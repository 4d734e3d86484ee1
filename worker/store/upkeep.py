"""What has to be sent, sent again, or put away: the questions that the sweep and the watcher ask."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, aliased

from worker.store.records import FINAL, OPEN, DocumentRecord, Status


def mark_queued(session: Session, ids: Sequence[int], *, now: float) -> None:
    """Messages for these documents are with the broker. One that has been claimed meanwhile stays claimed."""
    for start in range(0, len(ids), 500):
        session.execute(
            update(DocumentRecord)
            .where(DocumentRecord.id.in_(ids[start : start + 500]))
            .where(DocumentRecord.status.in_((Status.RECEIVED, Status.QUEUED)))
            .values(status=Status.QUEUED, queued_at=now)
            .execution_options(synchronize_session=False)
        )


def waiting(session: Session, queue: str, *, queued_before: float, limit: int) -> Sequence[DocumentRecord]:
    """Documents whose message was sent before a time and that nobody has claimed since, the oldest first."""
    query = (
        select(DocumentRecord)
        .where(DocumentRecord.status == Status.QUEUED, DocumentRecord.queued_at < queued_before)
        .where(DocumentRecord.queue == queue)
    )
    return session.scalars(query.order_by(DocumentRecord.queued_at).limit(limit)).all()


def unsent(session: Session, *, received_before: float, limit: int) -> Sequence[DocumentRecord]:
    """Documents that were recorded before a time and never sent: whoever recorded them died, or had no broker."""
    query = select(DocumentRecord).where(
        DocumentRecord.status == Status.RECEIVED, DocumentRecord.created_at < received_before
    )
    return session.scalars(query.order_by(DocumentRecord.id).limit(limit)).all()


def running(session: Session) -> Sequence[DocumentRecord]:
    """Documents that somebody works on, or died over: no more than there are worker processes."""
    return session.scalars(select(DocumentRecord).where(DocumentRecord.status == Status.RUNNING)).all()


def unsettled(session: Session, *, after: int = 0, limit: int = 200) -> Sequence[DocumentRecord]:
    """Documents from an inbox whose work is over and whose file still has to be moved; archives with all their members."""
    return session.scalars(_settling().where(DocumentRecord.id > after).limit(limit)).all()


def _settling() -> Select[DocumentRecord]:
    member = aliased(DocumentRecord)
    still_open = select(member.id).where(member.parent_id == DocumentRecord.id, member.status.in_(OPEN)).exists()
    return (
        select(DocumentRecord)
        .where(DocumentRecord.settled.is_(False), DocumentRecord.status.in_(FINAL), ~still_open)
        .order_by(DocumentRecord.id)
    )


def mark_settled(session: Session, document_id: int) -> None:
    """The file of this document is where it belongs."""
    query = update(DocumentRecord).where(DocumentRecord.id == document_id)
    session.execute(query.values(settled=True).execution_options(synchronize_session=False))
