"""The tables. Times are seconds since 1970 (UTC); ids grow, so the order of ids is the order of arrival."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from isal import isal_zlib
from sqlalchemy import (
    JSON,
    BigInteger,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

#: SQLite numbers rows by itself only in a column that is called INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")
#: Reports are 60 to 150 kB of very regular JSON; the fastest level already leaves an eighth of it. ISA-L writes and reads zlib's own
#: format, three times and twice as fast.
COMPRESSION = 1


class Status(StrEnum):
    """Where a document is. ``OPEN`` ones still have work ahead of them, ``FINAL`` ones stay as they are.

    ``SPLIT``: ranges of its pages are being read; in counts it is one that is being read.
    """

    RECEIVED = "received"
    QUEUED = "queued"
    RUNNING = "running"
    SPLIT = "split"
    DONE = "done"
    FAILED = "failed"
    QUARANTINED = "quarantined"


OPEN = (Status.RECEIVED, Status.QUEUED, Status.RUNNING, Status.SPLIT)
FINAL = (Status.DONE, Status.FAILED, Status.QUARANTINED)


class Kind(StrEnum):
    """A document is read itself; an archive only gives documents, and a range is a part of one: these are not counted."""

    FILE = "file"
    ARCHIVE = "archive"
    RANGE = "range"


class PackedText(TypeDecorator[str]):
    """Text that is compressed in the table."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """To the table."""
        return None if value is None else isal_zlib.compress(value.encode(), COMPRESSION)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """From the table."""
        return None if value is None else isal_zlib.decompress(value).decode()


class PackedBytes(TypeDecorator[bytes]):
    """Bytes that are compressed in the table."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """To the table."""
        return None if value is None else isal_zlib.compress(value, COMPRESSION)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """From the table."""
        return None if value is None else isal_zlib.decompress(value)


class Base(DeclarativeBase):
    """All tables."""


class BatchRecord(Base):
    """Documents that belong together. The name is what people and programs join a batch by."""

    __tablename__ = "batches"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(500), unique=True)
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Messages of interactive batches go ahead of bulk ones.
    interactive: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[float]


class SourceRecord(Base):
    """Bytes that are held, by their SHA-256."""

    __tablename__ = "sources"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[float]


class DocumentRecord(Base):
    """A name that was submitted in a batch, and what became of it.

    ``key`` is made of name and content, so that the same file submitted again to the same batch is the same document.
    ``lease`` names the run that works on it; until ``lease_until`` nobody else may. ``attempts`` is counted before work
    begins: a document that kills its process is known by it. ``inbox_path`` is where the watcher put the file (of several,
    with NUL between); ``settled`` is false while that file still has to be moved to where it ends.

    ``files`` are the pictures of a document that is several, as name, hash, size and what it was lost by, in the order of the pages;
    each is held by its own hash, and ``sha256`` is of all of them one behind the other.
    """

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("batch_id", "key"),
        Index("ix_documents_batch_status", "batch_id", "status", "id"),
        Index("ix_documents_status", "status", "queued_at"),
        Index("ix_documents_parent", "parent_id", "status"),
        Index("ix_documents_unsettled", "settled", "status"),
        Index("ix_documents_sha256", "sha256"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("sources.sha256"))
    kind: Mapped[str] = mapped_column(String(10), default=Kind.FILE)
    queue: Mapped[str] = mapped_column(String(20))
    interactive: Mapped[bool] = mapped_column(server_default=false())
    status: Mapped[str] = mapped_column(String(12), default=Status.RECEIVED)
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(120))
    lease_until: Mapped[float | None]
    pipeline_version: Mapped[str | None] = mapped_column(String(64))
    reports: Mapped[int] = mapped_column(default=0)
    cells_accepted: Mapped[int] = mapped_column(default=0)
    cells_review: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[str | None] = mapped_column(String(40))
    error_message: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[float]
    queued_at: Mapped[float | None]
    started_at: Mapped[float | None]
    finished_at: Mapped[float | None]
    first_page: Mapped[int | None]
    last_page: Mapped[int | None]
    files: Mapped[list[list[Any]] | None] = mapped_column(JSON(none_as_null=True))
    #: Of a range that was read: the hash of what came of it.
    content: Mapped[str | None] = mapped_column(String(64))
    #: What the page of its batch counts (see `worker.store.tallies`).
    tally: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    inbox_path: Mapped[bytes | None] = mapped_column(LargeBinary)
    settled: Mapped[bool] = mapped_column(default=True, server_default=true())


class ResultRecord(Base):
    """A report or an error object, as the pipeline gave it; written once and never changed.

    The name of a source is evidence for organ and year, so a reading belongs to bytes and name (``named`` is a digest of
    the name), not to bytes alone: the same bytes under another name are read again.

    ``by_column`` says the same as ``body`` as far as tables need it (see ``models.packed``); it may be missing.
    """

    __tablename__ = "results"
    __table_args__ = (
        UniqueConstraint("sha256", "named", "pipeline_version", "part"),
        Index("ix_results_organ", "organ", "year"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("sources.sha256"))
    named: Mapped[str] = mapped_column(String(32))
    pipeline_version: Mapped[str] = mapped_column(String(64))
    part: Mapped[int]
    parts: Mapped[int]
    is_report: Mapped[bool]
    body: Mapped[str] = mapped_column(PackedText)
    organ: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(String(12))
    year: Mapped[int | None]
    form: Mapped[str | None] = mapped_column(String(8))
    created_at: Mapped[float]
    by_column: Mapped[bytes | None] = mapped_column(PackedBytes, deferred=True)


class ChangedYearRecord(Base):
    """Reports of an organ and year have come in or changed: the queue is to be made anew for them and for their neighbours.

    ``mark`` is another one each time that it is noted; until ``taken_until`` somebody is at it.
    """

    __tablename__ = "changed_years"

    organ: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[str] = mapped_column(String(32), server_default="")
    taken_until: Mapped[float] = mapped_column(server_default="0")


class DecisionRecord(Base):
    """What a person decided about a cell: an event, appended and never changed.

    It belongs to the bytes and the part, since it says what stands on the page: it holds for every later run and for
    every copy of the document. ``version`` counts the decisions on one part from 1; being unique, it is also what keeps
    two people from overwriting each other. ``document_id`` is where the person was looking.
    """

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("sha256", "part", "version"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("sources.sha256"))
    part: Mapped[int]
    version: Mapped[int]
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    cell: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(10))
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    who: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(Text, default="")
    #: What the pipeline had read, how sure it was, and whether it had accepted that; null for what is no cell.
    read: Mapped[str | None] = mapped_column(Text)
    read_confidence: Mapped[float | None]
    read_accepted: Mapped[bool | None]
    created_at: Mapped[float]


class ReviewItemRecord(Base):
    """Something a person should look at. Made from a result and its decisions, so it can be made anew at any time.

    ``rank`` orders the queue: the smallest is the worst. ``reader`` has read it already and waits for another to do so.
    """

    __tablename__ = "review_items"
    __table_args__ = (
        Index("ix_review_all", "rank", "id"),
        Index("ix_review_batch", "batch_id", "rank", "id"),
        Index("ix_review_code", "code", "rank", "id"),
        Index("ix_review_organ", "organ", "rank", "id"),
        Index("ix_review_document", "document_id", "part", "cell"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    part: Mapped[int]
    cell: Mapped[str | None] = mapped_column(String(120))
    code: Mapped[str] = mapped_column(String(40))
    why: Mapped[str] = mapped_column(Text)
    organ: Mapped[str | None] = mapped_column(String(200))
    year: Mapped[int | None]
    rank: Mapped[int]
    reader: Mapped[str | None] = mapped_column(String(200))


class ReplyRecord(Base):
    """The answer to a request that carried an idempotency key; without a ``status`` it is still being worked on."""

    __tablename__ = "replies"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    body: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[float]
