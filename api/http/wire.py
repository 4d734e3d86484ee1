"""Requests and answers as they go over the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.context import cursor_of
from models.errors import CODES
from models.events import Action, Answer, Decision, Event
from models.readings import CellState
from models.report import ErrorInfo, ExactNumber
from worker.store.batches import Progress
from worker.store.documents import pictures_of
from worker.store.records import BatchRecord, DocumentRecord, ReviewItemRecord

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def moment(seconds: float | None) -> datetime | None:
    """A time of the database as a date."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


class ProgressOut(_Wire):
    """How many documents are in each status; archives are counted by what came out of them."""

    received: int
    queued: int
    running: int
    done: int
    failed: int
    quarantined: int
    total: int
    reports: int
    cells_accepted: int
    cells_review: int
    finished: bool

    @classmethod
    def of(cls, progress: Progress) -> ProgressOut:
        """From the store."""
        counts = {str(status): count for status, count in progress.counts.items()}
        return cls(
            **counts,
            total=progress.total,
            reports=progress.reports,
            cells_accepted=progress.cells_accepted,
            cells_review=progress.cells_review,
            finished=progress.finished,
        )


class BatchOut(_Wire):
    """A batch; ``progress`` is told where one batch is asked for, since all of its documents are counted for it."""

    id: int
    name: str
    tags: list[str]
    created: datetime
    progress: ProgressOut | None = None

    @classmethod
    def of(cls, batch: BatchRecord, progress: Progress | None = None) -> BatchOut:
        """From the store."""
        return cls(
            id=batch.id,
            name=batch.name,
            tags=batch.tags,
            created=datetime.fromtimestamp(batch.created_at, UTC),
            progress=ProgressOut.of(progress) if progress else None,
        )


class DocumentOut(_Wire):
    """A document without its results."""

    id: int
    batch: int
    name: str
    sha256: str | None
    kind: Literal["file", "archive"]
    parent: int | None
    status: str
    attempts: int
    reports: int
    files: list[str] = Field(description="all names, where pictures of pages form one document")
    error: ErrorInfo | None
    created: datetime
    finished: datetime | None

    @classmethod
    def of(cls, document: DocumentRecord) -> DocumentOut:
        """From the store."""
        error = None
        if document.error_code:
            hint = CODES.get(document.error_code, "")
            error = ErrorInfo(code=document.error_code, message=document.error_message or "", hint=hint)
        return cls(
            id=document.id,
            batch=document.batch_id,
            name=document.name,
            sha256=document.sha256,
            kind="archive" if document.kind == "archive" else "file",
            parent=document.parent_id,
            status=str(document.status),
            attempts=document.attempts,
            reports=document.reports,
            files=[picture.name for picture in pictures_of(document)],
            error=error,
            created=datetime.fromtimestamp(document.created_at, UTC),
            finished=moment(document.finished_at),
        )


class SubmittedOut(_Wire):
    """What a submission became: its batch, and each file as a document, new or known before."""

    batch: BatchOut
    documents: list[DocumentOut]


class BatchPage(_Wire):
    """Some batches, the newest first; ``next`` is the cursor of the following page."""

    items: list[BatchOut]
    next: str | None


class DocumentPage(_Wire):
    """Some documents in order of arrival."""

    items: list[DocumentOut]
    next: str | None


class FileName(_Wire):
    """A file that a client has, by name and content."""

    name: str
    sha256: Sha256


class FileList(_Wire):
    """Files that a client may have to send."""

    files: list[FileName] = Field(max_length=5000)


class Missing(_Wire):
    """Positions, in the list that was sent, of the files that the batch does not have yet."""

    missing: list[int]


class ReviewItem(_Wire):
    """Something to look at."""

    document: int
    batch: int
    part: int
    cell: str | None
    code: str
    why: str
    organ: str | None
    year: int | None
    rank: int = Field(description="0 is the worst")

    @classmethod
    def of(cls, item: ReviewItemRecord) -> ReviewItem:
        """From the store."""
        return cls(
            document=item.document_id,
            batch=item.batch_id,
            part=item.part,
            cell=item.cell,
            code=item.code,
            why=item.why,
            organ=item.organ,
            year=item.year,
            rank=item.rank,
        )


class ReviewPage(_Wire):
    """Some of the queue, the worst first."""

    items: list[ReviewItem]
    next: str | None

    @classmethod
    def of(cls, items: list[ReviewItemRecord], limit: int) -> ReviewPage:
        """From the store."""
        last = cursor_of(items[-1].rank, items[-1].id) if len(items) == limit else None
        return cls(items=[ReviewItem.of(item) for item in items], next=last)


class VerdictIn(_Wire):
    """What a person says about a cell. ``version`` is that of the report that the person looked at."""

    action: Action
    version: int = Field(ge=0)
    part: int = Field(1, ge=1)
    state: CellState | None = Field(None, description="for a correction")
    value: ExactNumber | None = Field(None, description="for a correction to a number; as text it keeps every digit")
    text: str | None = Field(None, max_length=200, description="for a correction of organ or region (its code)")
    who: str = Field("", max_length=100)
    why: str = Field("", max_length=2000)

    def answer(self) -> Answer | None:
        """What the cell is said to hold. Raises ValueError when state and value do not go together."""
        return None if self.state is None else Answer(state=self.state, value=self.value, text=self.text)


class DecisionOut(_Wire):
    """A decision as it was kept."""

    version: int
    cell: str
    action: Event
    before: Answer
    after: Answer | None
    who: str
    why: str
    at: datetime

    @classmethod
    def of(cls, decision: Decision) -> DecisionOut:
        """From the store."""
        return cls(
            version=decision.version,
            cell=decision.cell,
            action=decision.action,
            before=decision.before,
            after=decision.after,
            who=decision.who,
            why=decision.why,
            at=datetime.fromtimestamp(decision.at, UTC),
        )


class History(_Wire):
    """All decisions on one report, the oldest first, and the version that they amount to."""

    version: int
    decisions: list[DecisionOut]
