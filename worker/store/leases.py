"""From one state to the next: who works on a document, and how that ends.

Every step is one statement that names the state it starts from, so that of two who try the same step one does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, or_, update
from sqlalchemy.orm import Session

from worker.store.documents import Picture, pictures_in
from worker.store.records import FINAL, OPEN, DocumentRecord, Kind, Status


class Refusal(StrEnum):
    """Why a document cannot be worked on by whoever asks."""

    OVER = "over"
    TAKEN = "taken"
    WORN_OUT = "worn_out"


@dataclass(frozen=True, slots=True)
class Claimed:
    """The right to work on a document until ``lease_until``; ``attempts`` counts this time too; ``pages`` of a range.

    ``files`` are the pictures of a document that is several, or of a range of them.
    """

    id: int
    batch_id: int
    name: str
    sha256: str
    lease: str
    attempts: int
    queue: str
    interactive: bool
    pages: tuple[int, int] | None = None
    files: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How work ended: reports and their cells, or an error (code and message), or what came of a range."""

    status: Status
    reports: int = 0
    cells_accepted: int = 0
    cells_review: int = 0
    error: tuple[str, str] | None = None
    kind: Kind | None = None
    pipeline_version: str | None = None
    content: str | None = None


def claim(
    session: Session, document_id: int, *, lease: str, now: float, seconds: float, most_attempts: int
) -> Claimed | Refusal:
    """Take a document for work for ``seconds``; the attempt is counted now, before anything can go wrong.

    ``OVER``: it is finished (or gone). ``TAKEN``: another holds it; that it holds it no longer is for the sweep to find
    out (``release``). ``WORN_OUT``: it was tried ``most_attempts`` times and ended none of them; quarantine it.
    """
    given = {
        "claimed": document_id,
        "most": most_attempts,
        "lease": lease,
        "lease_until": now + seconds,
        "started_at": now,
    }
    row = session.connection().execute(_CLAIM, given).one_or_none()
    if row is None:
        return _refusal(session, document_id, most_attempts)
    return Claimed(
        row.id,
        row.batch_id,
        row.name,
        row.sha256,
        lease,
        row.attempts,
        row.queue,
        row.interactive,
        (row.first_page, row.last_page) if row.first_page and row.last_page else None,
        pictures_in(row.files),
    )


_CLAIM = (
    update(DocumentRecord)
    .where(
        DocumentRecord.id == bindparam("claimed"),
        or_(DocumentRecord.status == Status.RECEIVED, DocumentRecord.status == Status.QUEUED),
        DocumentRecord.sha256.is_not(None),
        DocumentRecord.attempts < bindparam("most"),
    )
    .values(
        status=Status.RUNNING,
        attempts=DocumentRecord.attempts + 1,
        lease=bindparam("lease"),
        lease_until=bindparam("lease_until"),
        started_at=bindparam("started_at"),
    )
    .returning(
        DocumentRecord.id,
        DocumentRecord.batch_id,
        DocumentRecord.name,
        DocumentRecord.sha256,
        DocumentRecord.attempts,
        DocumentRecord.queue,
        DocumentRecord.interactive,
        DocumentRecord.first_page,
        DocumentRecord.last_page,
        DocumentRecord.files,
    )
)


def _refusal(session: Session, document_id: int, most_attempts: int) -> Refusal:
    """Why a document was not claimed. One that has come free just now is sent again by whoever freed it, or the sweep."""
    document = session.get(DocumentRecord, document_id, with_for_update=True)
    if document is None or document.status in FINAL or document.sha256 is None:
        return Refusal.OVER
    is_waiting = document.status in (Status.RECEIVED, Status.QUEUED)
    return Refusal.WORN_OUT if is_waiting and document.attempts >= most_attempts else Refusal.TAKEN


def renew(session: Session, claimed: Claimed, *, now: float, seconds: float) -> bool:
    """Hold a document for longer; False when it is no longer held."""
    return change(session, claimed, lease_until=now + seconds)


def give_back(session: Session, claimed: Claimed, *, now: float, queue: str | None = None) -> bool:
    """Undo a claim: the document waits again, in another queue if one is named, and the attempt does not count.

    The caller sends its message after the commit.
    """
    return change(
        session,
        claimed,
        status=Status.QUEUED,
        queued_at=now,
        queue=queue or claimed.queue,
        attempts=claimed.attempts - 1,
        lease=None,
        lease_until=None,
    )


def finish(session: Session, claimed: Claimed, outcome: Outcome, *, now: float) -> bool:
    """Write how work ended. False when the document is no longer held by this claim: then somebody else ends it."""
    return change(session, claimed, **_ended(outcome, now))


def quarantine(session: Session, document_id: int, *, message: str, now: float) -> None:
    """Leave a document alone from now on. Does nothing when it is finished already.

    The caller has made sure that nobody works on it.
    """
    ended = _ended(Outcome(Status.QUARANTINED, error=("quarantined", message)), now)
    query = update(DocumentRecord).where(DocumentRecord.id == document_id, DocumentRecord.status.in_(OPEN))
    session.execute(query.values(**ended).execution_options(synchronize_session=False))


def _ended(outcome: Outcome, now: float) -> dict[str, object]:
    code, message = outcome.error or (None, None)
    found_out = {"kind": outcome.kind, "pipeline_version": outcome.pipeline_version, "content": outcome.content}
    return {
        **{name: value for name, value in found_out.items() if value is not None},
        "status": outcome.status,
        "reports": outcome.reports,
        "cells_accepted": outcome.cells_accepted,
        "cells_review": outcome.cells_review,
        "error_code": code,
        "error_message": message,
        "lease": None,
        "lease_until": None,
        "finished_at": now,
    }


def change(session: Session, claimed: Claimed, **values: object) -> bool:
    """Set columns of a document that is held; False when it is not. What the session has read of it is not refreshed."""
    held = {"held_id": claimed.id, "held_by": claimed.lease}
    return session.connection().execute(_HELD, {**values, **held}).rowcount > 0


_HELD = update(DocumentRecord).where(
    DocumentRecord.id == bindparam("held_id"),
    DocumentRecord.status == Status.RUNNING,
    DocumentRecord.lease == bindparam("held_by"),
)


def release(session: Session, document_id: int, lease: str | None, *, until: float | None = None) -> bool:
    """Let a document be claimed again; the attempt counts. False when it is no longer held under that lease.

    Of a lease that ran out ``until`` says when: one that was renewed since then is held.
    """
    query = update(DocumentRecord).where(DocumentRecord.id == document_id)
    query = query.where(DocumentRecord.status == Status.RUNNING, DocumentRecord.lease == lease)
    if until is not None:
        query = query.where(DocumentRecord.lease_until == until)
    freed = query.values(status=Status.RECEIVED, lease=None, lease_until=None).returning(DocumentRecord.id)
    return session.scalars(freed.execution_options(synchronize_session=False)).first() is not None
