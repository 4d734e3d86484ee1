"""The life of a document.

::

    received ──→ queued ──→ running ──→ done | failed | quarantined
      ↑ ↑           ↑          ││                    │
      │ │           └──────────┘│ its process was lost (attempts < limit), or the fault may pass
      │ └──────── split ←───────┘ too long: ranges of its pages are read first
      └──────────────────────────────────────────────┘ a person asks for another try

Here a document is recorded, found and listed; ``leases`` takes it from one state to the next, ``upkeep`` finds what was
left behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models.errors import NotFound
from worker.store.inserts import insert_ignoring
from worker.store.records import FINAL, DocumentRecord, Kind, ResultRecord, SourceRecord, Status


@dataclass(frozen=True, slots=True)
class Picture:
    """One of the pictures that together are a document. Without ``sha256`` it could not be had, and ``error`` says why."""

    name: str
    sha256: str | None
    size: int
    error: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document that comes in. Without ``sha256`` its bytes could not be had, and ``error`` says why.

    ``inbox_path`` is where the watcher put the file, in the bytes of the file system; ``pages`` are those of a range;
    ``files`` are the pictures of a document that is several (then ``sha256`` is of all of them).
    """

    name: str
    sha256: str | None
    size: int = 0
    queue: str = "digital"
    error: tuple[str, str] | None = None
    inbox_path: bytes | None = None
    kind: Kind = Kind.FILE
    pages: tuple[int, int] | None = None
    files: tuple[Picture, ...] = ()


def key_of(name: str, sha256: str | None) -> str:
    """What makes a document the same one within its batch."""
    return hashlib.sha256(f"{name}\0{sha256 or ''}".encode("utf-8", "surrogatepass")).hexdigest()


def record(
    session: Session,
    batch_id: int,
    arrivals: Sequence[Arrival],
    *,
    now: float,
    parent_id: int | None = None,
    interactive: bool = False,
) -> list[DocumentRecord]:
    """Record documents as ``received`` (or ``failed``, with an error); one that is known already is handed back as it is.

    Commit before anything is sent to the broker. The order is that of ``arrivals``; equal ones come once.
    """
    sources = {a.sha256: a.size for a in arrivals if a.sha256} | {
        f.sha256: f.size for a in arrivals for f in a.files if f.sha256
    }
    rows_of_sources = [{"sha256": sha256, "size": sources[sha256], "created_at": now} for sha256 in sorted(sources)]
    insert_ignoring(session, SourceRecord, rows_of_sources)
    rows = {key_of(a.name, a.sha256): a for a in arrivals}
    common = {"batch_id": batch_id, "parent_id": parent_id, "interactive": interactive, "created_at": now}
    insert_ignoring(session, DocumentRecord, [{**common, **_row(key, a, now)} for key, a in rows.items()])
    known = _by_key(session, batch_id, list(rows))
    for key, arrival in rows.items():
        if arrival.inbox_path is not None:  # it lies in the inbox, be it for the first time or again
            known[key].inbox_path, known[key].settled = arrival.inbox_path, False
    return [known[key] for key in rows]


def _row(key: str, arrival: Arrival, now: float) -> dict[str, object]:
    code, message = arrival.error or (None, None)
    return {
        "key": key,
        "name": arrival.name,
        "sha256": arrival.sha256,
        "queue": arrival.queue,
        "kind": arrival.kind,
        "first_page": arrival.pages[0] if arrival.pages else None,
        "last_page": arrival.pages[1] if arrival.pages else None,
        "files": [[file.name, file.sha256, file.size, file.error] for file in arrival.files] or None,
        "status": Status.FAILED if arrival.error else Status.RECEIVED,
        "attempts": 0,
        "reports": 0,
        "cells_accepted": 0,
        "cells_review": 0,
        "error_code": code,
        "error_message": message,
        "finished_at": now if arrival.error else None,
        "inbox_path": arrival.inbox_path,
        "settled": arrival.inbox_path is None,
    }


def _by_key(session: Session, batch_id: int, keys: Sequence[str]) -> dict[str, DocumentRecord]:
    found: dict[str, DocumentRecord] = {}
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        query = select(DocumentRecord).where(DocumentRecord.batch_id == batch_id, DocumentRecord.key.in_(some))
        found.update((document.key, document) for document in session.scalars(query))
    return found


def known_keys(session: Session, batch_id: int, keys: Sequence[str]) -> set[str]:
    """Which of these keys (see ``key_of``) are documents of the batch already: what need not be sent again."""
    return set(_by_key(session, batch_id, keys))


def retry(session: Session, document_id: int) -> DocumentRecord:
    """Let a failed or quarantined document be tried anew; send it after the commit.

    What stands in its way, an error object of an earlier run, is removed. Raises NotFound; a document that did not
    fail, or whose bytes were never had, is handed back unchanged.
    """
    document = get(session, document_id)
    if document.status not in (Status.FAILED, Status.QUARANTINED) or document.sha256 is None:
        return document
    wrong = delete(ResultRecord).where(ResultRecord.sha256 == document.sha256, ResultRecord.is_report.is_(False))
    session.execute(wrong)
    _begin_anew(document)
    for part in session.scalars(select(DocumentRecord).where(DocumentRecord.parent_id == document_id)):
        if part.kind == Kind.RANGE and part.status in (Status.FAILED, Status.QUARANTINED):
            _begin_anew(part)
    document.settled = document.inbox_path is None
    session.flush()
    return document


def _begin_anew(document: DocumentRecord) -> None:
    document.status, document.attempts, document.finished_at = Status.RECEIVED, 0, None
    document.error_code = document.error_message = document.tally = None


def pictures_of(document: DocumentRecord) -> tuple[Picture, ...]:
    """The pictures of a document that is several; empty for any other."""
    return pictures_in(document.files)


def pictures_in(files: list[list[Any]] | None) -> tuple[Picture, ...]:
    """The same from what the column ``files`` holds."""
    return tuple(
        Picture(name, sha256, size, tuple(error) if error else None) for name, sha256, size, error in files or ()
    )


def get(session: Session, document_id: int, *, lock: bool = False) -> DocumentRecord:
    """The document with this id, locked until the transaction is over if asked to. Raises NotFound."""
    document = session.get(DocumentRecord, document_id, with_for_update=lock or None)
    if document is None:
        raise NotFound(f"there is no document {document_id}")
    return document


def page(
    session: Session,
    batch_id: int,
    *,
    after: int = 0,
    limit: int = 100,
    status: Iterable[Status] = (),
    parent_id: int | None = None,
) -> Sequence[DocumentRecord]:
    """Documents of a batch in order of arrival, ranges of pages left out; ``after`` is the last id of the page before."""
    query = select(DocumentRecord).where(DocumentRecord.batch_id == batch_id, DocumentRecord.id > after)
    query = query.where(DocumentRecord.kind != Kind.RANGE)
    if wanted := tuple(status):
        query = query.where(DocumentRecord.status.in_(wanted))
    if parent_id is not None:
        query = query.where(DocumentRecord.parent_id == parent_id)
    return session.scalars(query.order_by(DocumentRecord.id).limit(limit)).all()


class Listed(NamedTuple):
    """The few columns that tell which results a document has: documents by the hundred thousand are read five times as fast so."""

    id: int
    name: str
    sha256: str | None
    status: str
    pipeline_version: str | None
    error_code: str | None
    error_message: str | None


def listed(session: Session, ids: Collection[int]) -> list[Listed]:
    """Some documents, in the order of their ids."""
    columns = (getattr(DocumentRecord, name) for name in Listed._fields)
    query = select(*columns).where(DocumentRecord.id.in_(ids)).order_by(DocumentRecord.id)
    return [Listed(*row) for row in session.execute(query)]


def some(session: Session, ids: Collection[int]) -> Sequence[DocumentRecord]:
    """These documents, in the order of their ids."""
    return session.scalars(select(DocumentRecord).where(DocumentRecord.id.in_(ids)).order_by(DocumentRecord.id)).all()


def final_ids(session: Session, batch_id: int, *, after: int, limit: int) -> tuple[list[int], int | None]:
    """Ids of the documents of a batch that have results, in order of arrival, and after which to go on; None at the end.

    ``after`` is where the page before said to go on. An archive has none but that it could not be opened.
    """
    row = DocumentRecord
    query = select(row.id, row.kind, row.error_code).where(
        row.batch_id == batch_id, row.id > after, row.kind != Kind.RANGE, row.status.in_(FINAL)
    )
    found = session.execute(query.order_by(row.id).limit(limit)).all()
    ids = [number for number, kind, error in found if kind != Kind.ARCHIVE or error is not None]
    return ids, found[-1][0] if len(found) == limit else None


def copies(session: Session, document: DocumentRecord) -> Sequence[DocumentRecord]:
    """All documents with the same bytes, this one included, in the order of their ids."""
    if document.sha256 is None:
        return [document]
    query = select(DocumentRecord).where(DocumentRecord.sha256 == document.sha256, DocumentRecord.kind == Kind.FILE)
    return session.scalars(query.order_by(DocumentRecord.id)).all()


def member_counts(session: Session, parent_id: int) -> dict[Status, int]:
    """What became of the members of an archive, archives inside of it apart."""
    query = (
        select(DocumentRecord.status, func.count())
        .where(DocumentRecord.parent_id == parent_id)
        .group_by(DocumentRecord.status)
    )
    return {Status(status): count for status, count in session.execute(query)}
