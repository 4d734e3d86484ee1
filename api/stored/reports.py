"""Reports from the store of the service, with what people decided: who, when, and what had been accepted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from api.export.panel.source import PACKET, Correction, Given
from models.audit import in_sample
from models.decisions import standing
from models.events import Decision
from models.report import Cell, Report, Result
from models.whole import is_whole
from worker.store import batches, bulk, documents
from worker.store.database import Database
from worker.store.records import DocumentRecord


def final_documents(database: Database, batch_id: int | None) -> Iterator[Sequence[DocumentRecord]]:
    """Documents with results in order of batch and arrival, ``PACKET`` or so at a time."""
    for ids in _final_ids(database, batch_id):
        with database.read() as session:
            page = documents.some(session, ids)
        yield page


def _final_ids(database: Database, batch_id: int | None) -> Iterator[Sequence[int]]:
    """The same by their ids. Each page is a snapshot of its own, so that a long export holds no lock."""
    for number in [batch_id] if batch_id is not None else _all_batches(database):
        after: int | None = 0
        while after is not None:
            with database.read() as session:
                ids, after = documents.final_ids(session, number, after=after, limit=PACKET)
            if ids:
                yield ids


def _all_batches(database: Database) -> Iterator[int]:
    last = 0
    while True:
        with database.read() as session:
            found = batches.after(session, last, limit=PACKET)
        yield from (batch.id for batch in found)
        if len(found) < PACKET:
            return
        last = found[-1].id


class StoredReports:
    """All reports of a store, or those of one batch.

    ``audit_share`` is the share of accepted cells that people are asked about by chance.
    """

    def __init__(self, database_url: str, batch_id: int | None = None, audit_share: float = 0.0) -> None:
        self._url, self._batch, self._share = database_url, batch_id, audit_share

    def packets(self) -> Iterator[StoredPacket]:
        """Documents in order of batch and arrival."""
        for ids in _final_ids(_database(self._url), self._batch):
            yield StoredPacket(self._url, tuple(ids), self._share)


@dataclass(frozen=True, slots=True)
class StoredPacket:
    """Documents whose results are still to be read, by whichever process."""

    database_url: str
    documents: tuple[int, ...]
    audit_share: float

    def results(self) -> Iterator[Given]:
        """Results with decisions, each with the decisions that hold for its cells."""
        with _database(self.database_url).read() as session:
            for one in bulk.held(session, self.documents):
                yield one.result, self.corrections(one.read, one.decisions)

    def corrections(self, read: Result | None, kept: Sequence[Decision]) -> tuple[Correction, ...]:
        """The decisions on cells that hold, beside what the pipeline itself had read."""
        if not isinstance(read, Report):
            return ()
        sha256, part = read.source.sha256 or "", read.source.part
        return tuple(
            _correction(read.cells.get(cell), one, drawn=in_sample(sha256, part, cell, self.audit_share))
            for cell, one in standing(kept).items()
            if not is_whole(cell)
        )


def _correction(read: Cell | None, decision: Decision, *, drawn: bool) -> Correction:
    after = decision.after or decision.before
    is_same = read is not None and (read.state, read.value) == (after.state, after.value)
    return Correction(
        cell=decision.cell,
        action="confirmed" if is_same else "corrected",
        read_state=read.state if read else None,
        read_value=read.value if read else None,
        read_status="accepted" if read and read.status == "accepted" else "review" if read else None,
        state=after.state,
        value=after.value,
        who=decision.who,
        why=decision.why or None,
        at=decision.at,
        drawn=drawn,
    )


@cache
def _database(url: str) -> Database:
    """One connection for each process."""
    return Database(url)
