"""What has to be sent, sent again, or put away: the questions that the sweep and the watcher ask."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import null, select, update
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
    member = aliased(DocumentRecord)
    still_open = select(member.id).where(member.parent_id == DocumentRecord.id, member.status.in_(OPEN)).exists()
    query = select(DocumentRecord).where(
        DocumentRecord.settled.is_(False), DocumentRecord.status.in_(FINAL), ~still_open, DocumentRecord.id > after
    )
    return session.scalars(query.order_by(DocumentRecord.id).limit(limit)).all()


def mark_settled(session: Session, document_id: int, inbox_path: bytes) -> None:
    """The file of this document has come to where it ends. Does nothing when it has come in once more meanwhile."""
    query = update(DocumentRecord).where(DocumentRecord.id == document_id, DocumentRecord.status.in_(FINAL))
    query = query.values(settled=True, inbox_path=inbox_path)
    session.execute(query.execution_options(synchronize_session=False))


def awaits_settling(session: Session) -> bool:
    """Whether any document from an inbox is still on its way."""
    query = select(DocumentRecord.id).where(DocumentRecord.settled.is_(False))
    return session.scalars(query.limit(1)).first() is not None


def expected(session: Session, inbox_paths: Sequence[bytes]) -> set[bytes]:
    """Which of these files in an inbox belong to documents that are still on their way."""
    waiting = select(DocumentRecord.inbox_path).where(DocumentRecord.settled.is_(False))
    found = session.scalars(waiting.where(DocumentRecord.inbox_path.in_(inbox_paths))).all()
    several = session.scalars(waiting.where(DocumentRecord.files.is_not(null())), execution_options={"yield_per": 500})
    wanted = set(inbox_paths)
    of_several = {path for paths in several for path in (paths or b"").split(b"\0") if path in wanted}
    return {path for path in found if path is not None} | of_several
