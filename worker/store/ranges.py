"""Long documents: read by ranges of pages, each a document of its own beneath, then joined.

The long document is ``split`` while its ranges are read. A range is of one version of the pipeline, so a later version
begins anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from worker.store import documents
from worker.store.documents import Arrival
from worker.store.leases import Claimed, change
from worker.store.records import OPEN, DocumentRecord, Kind, Status


@dataclass(frozen=True, slots=True)
class Pages:
    """A range of pages, counted from 1, both included."""

    first: int
    last: int


def cut(pages: int, size: int) -> list[Pages]:
    """All pages in ranges of at most ``size``."""
    return [Pages(first, min(first + size - 1, pages)) for first in range(1, pages + 1, size)]


def split(
    session: Session, claimed: Claimed, ranges: Sequence[Pages], pipeline_version: str, *, now: float
) -> list[DocumentRecord]:
    """Record the ranges of a document that is held, and let go of it until they are read; empty when it is not held.

    The attempt does not count. The caller sends the ranges after the commit.
    """
    held = change(session, claimed, status=Status.SPLIT, attempts=claimed.attempts - 1, lease=None, lease_until=None)
    if not held:
        return []
    arrivals = [
        Arrival(
            f"{claimed.name}#{pages.first}-{pages.last}@{pipeline_version}",
            claimed.sha256,
            queue=claimed.queue,
            kind=Kind.RANGE,
            pages=(pages.first, pages.last),
            files=claimed.files[pages.first - 1 : pages.last],
        )
        for pages in ranges
    ]
    found = documents.record(
        session, claimed.batch_id, arrivals, now=now, parent_id=claimed.id, interactive=claimed.interactive
    )
    for document in found:
        document.pipeline_version = pipeline_version
    return found


def of(session: Session, parent_id: int, pipeline_version: str) -> Sequence[DocumentRecord]:
    """The ranges of a document in the order of their pages, if it was split by this version."""
    query = select(DocumentRecord).where(
        DocumentRecord.parent_id == parent_id,
        DocumentRecord.kind == Kind.RANGE,
        DocumentRecord.pipeline_version == pipeline_version,
    )
    return session.scalars(query.order_by(DocumentRecord.first_page)).all()


def wake(session: Session) -> list[int]:
    """Let documents be joined whose ranges are all over; their ids, to be sent after the commit."""
    part = aliased(DocumentRecord)
    still_open = select(part.id).where(
        part.parent_id == DocumentRecord.id, part.kind == Kind.RANGE, part.status.in_(OPEN)
    )
    query = (
        update(DocumentRecord)
        .where(DocumentRecord.status == Status.SPLIT, ~still_open.exists())
        .values(status=Status.RECEIVED)
        .returning(DocumentRecord.id)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(query))
