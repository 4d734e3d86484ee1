"""Results by the hundred thousand: what ``results.with_history`` gives, a few queries for many documents, as light as can be.

Few reports have decisions on them. Only these are made into models, have the decisions replayed over them, and are made light
again by way of the same JSON.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from isal import isal_zlib
from sqlalchemy import LargeBinary, select, type_coerce
from sqlalchemy.orm import Session

from models.decisions import replay
from models.events import Decision
from models.light import LightReport, LightResult, light, read_light
from models.report import Report, from_json
from worker.store import decisions
from worker.store.documents import WHICH_RESULTS
from worker.store.records import DocumentRecord, ResultRecord
from worker.store.results import Reading, error_of, reading_of


@dataclass(frozen=True, slots=True)
class Held:
    """A result as people left it. Where they decided something: what the pipeline had ``read``, and all decisions on it."""

    result: LightResult
    read: Report | None = None
    decisions: Sequence[Decision] = ()


def held(session: Session, document_ids: Sequence[int]) -> Iterator[Held]:
    """The results of some documents, in the order of their ids and parts."""
    query = select(DocumentRecord).options(WHICH_RESULTS).where(DocumentRecord.id.in_(document_ids))
    documents = session.scalars(query.order_by(DocumentRecord.id)).all()
    keys = {one.id: _key(reading) for one in documents if (reading := reading_of(one)) is not None}
    packed = _packed(session, set(keys.values()))
    decided = decisions.of_sources(session, (sha256 for sha256, _, _ in keys.values()))
    for document in documents:
        found = packed.get(keys[document.id], ()) if document.id in keys else ()
        if not found and document.error_code is not None:
            yield Held(light(error_of(document)))
        for body in found:
            # Each is unpacked, read and handed over while it is in the processor's cache.
            text = isal_zlib.decompress(body)
            one = read_light(text)
            kept = decided.get((one.source.sha256 or "", one.source.part))
            yield _replayed(text, kept) if kept and isinstance(one, LightReport) else Held(one)


def _replayed(text: bytes, kept: Sequence[Decision]) -> Held:
    read = from_json(text.decode())
    assert isinstance(read, Report)
    return Held(light(replay(read, kept)), read, kept)


_Key = tuple[str, str, str]


def _key(reading: Reading) -> _Key:
    return reading.sha256, reading.named, reading.pipeline_version


def _packed(session: Session, keys: Collection[_Key]) -> dict[_Key, list[bytes]]:
    """The results of each reading as the table holds them, in order of parts; there may be some of other names, too."""
    row = ResultRecord
    hashes, versions = ({key[at] for key in keys} for at in (0, 2))
    query = (
        select(row.sha256, row.named, row.pipeline_version, type_coerce(row.body, LargeBinary))
        .where(row.sha256.in_(sorted(hashes)), row.pipeline_version.in_(sorted(versions)))
        .order_by(row.sha256, row.named, row.pipeline_version, row.part)
    )
    found: dict[_Key, list[bytes]] = {}
    for sha256, named, version, body in session.execute(query):
        found.setdefault((sha256, named, version), []).append(body)
    return found
