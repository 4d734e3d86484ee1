"""Batches: documents that belong together, and how far they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.errors import NotFound
from worker.store.inserts import insert_ignoring
from worker.store.records import OPEN, BatchRecord, DocumentRecord, Kind, Status


@dataclass(frozen=True, slots=True)
class Progress:
    """How many documents of a batch are in each status; archives are not counted, what came out of them is.

    ``finished`` means that nothing of the batch, archives included, has work ahead of it.
    """

    counts: Mapping[Status, int]
    reports: int
    cells_accepted: int
    cells_review: int
    finished: bool

    @property
    def total(self) -> int:
        """All documents."""
        return sum(self.counts.values())


def ensure(
    session: Session, name: str, *, now: float, tags: Sequence[str] = (), interactive: bool = False
) -> BatchRecord:
    """The batch of this name, made if there is none. The first caller's tags and urgency stay."""
    values = {"name": name[:500], "tags": list(tags), "interactive": interactive, "created_at": now}
    insert_ignoring(session, BatchRecord, [values])
    return session.scalars(select(BatchRecord).where(BatchRecord.name == name[:500])).one()


def get(session: Session, batch_id: int) -> BatchRecord:
    """The batch with this id. Raises NotFound."""
    batch = session.get(BatchRecord, batch_id)
    if batch is None:
        raise NotFound(f"there is no batch {batch_id}")
    return batch


def by_name(session: Session, name: str) -> BatchRecord:
    """The batch of this name. Raises NotFound."""
    batch = session.scalars(select(BatchRecord).where(BatchRecord.name == name)).one_or_none()
    if batch is None:
        raise NotFound(f"there is no batch {name!r}")
    return batch


def page(session: Session, *, before: int | None = None, limit: int = 50) -> Sequence[BatchRecord]:
    """Batches, the newest first; ``before`` is the id of the last one of the page before."""
    query = select(BatchRecord).order_by(BatchRecord.id.desc()).limit(limit)
    if before is not None:
        query = query.where(BatchRecord.id < before)
    return session.scalars(query).all()


def after(session: Session, last: int, *, limit: int) -> Sequence[BatchRecord]:
    """Batches in order of arrival, behind the one with the id ``last``."""
    query = select(BatchRecord).where(BatchRecord.id > last).order_by(BatchRecord.id)
    return session.scalars(query.limit(limit)).all()


def is_finished(session: Session, batch_id: int) -> bool:
    """Whether nothing of the batch has work ahead of it. An empty batch is finished."""
    query = select(DocumentRecord.id).where(DocumentRecord.batch_id == batch_id, DocumentRecord.status.in_(OPEN))
    return session.scalars(query.limit(1)).first() is None


def progress(session: Session, batch_id: int) -> Progress:
    """The state of a batch. Cells are counted as the pipeline left them, before any decision of a person."""
    columns = (DocumentRecord.reports, DocumentRecord.cells_accepted, DocumentRecord.cells_review)
    query = (
        select(DocumentRecord.status, DocumentRecord.kind, func.count(), *(func.sum(column) for column in columns))
        .where(DocumentRecord.batch_id == batch_id)
        .group_by(DocumentRecord.status, DocumentRecord.kind)
    )
    rows = [tuple(row) for row in session.execute(query)]
    counts = _by_status((row[0], row[2]) for row in rows if row[1] == Kind.FILE)
    reports, accepted, review = (sum(row[at] for row in rows) for at in (3, 4, 5))
    return Progress(counts, reports, accepted, review, finished=all(row[0] not in OPEN for row in rows))


def counts_of_all(session: Session) -> dict[Status, int]:
    """Documents of all batches by status, archives left out."""
    query = (
        select(DocumentRecord.status, func.count())
        .where(DocumentRecord.kind == Kind.FILE)
        .group_by(DocumentRecord.status)
    )
    return _by_status((status, count) for status, count in session.execute(query))


def _by_status(rows: Iterable[tuple[str, int]]) -> dict[Status, int]:
    """Every status but ``SPLIT``, which counts as being read."""
    counts: dict[Status, int] = {status: 0 for status in Status if status is not Status.SPLIT}
    for status, count in rows:
        counts[Status.RUNNING if status == Status.SPLIT else Status(status)] += count
    return counts
