"""Results by the hundred thousand: what ``results.with_history`` gives, a few queries for many documents, as light as can be.

Few reports have decisions on them. Only these are made into models, have the decisions replayed over them, and are made light
again by way of the same JSON.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import LargeBinary, select, tuple_, type_coerce
from sqlalchemy.orm import Session

from models.decisions import replay
from models.events import Decision
from models.light import LightReport, LightResult, light, read_light
from models.report import Report, from_json
from worker.store import decisions
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
    query = select(DocumentRecord).where(DocumentRecord.id.in_(document_ids)).order_by(DocumentRecord.id)
    documents = session.scalars(query).all()
    readings = {one.id: reading for one in documents if (reading := reading_of(one)) is not None}
    packed = _packed(session, list(readings.values()))
    # Each is unpacked and read while it is in the processor's cache; the few that are replayed are unpacked again.
    stored = {
        number: [(body, read_light(zlib.decompress(body))) for body in packed.get(_key(one), ())]
        for number, one in readings.items()
    }
    decided = decisions.of_sources(
        session, (one.source.sha256 for some in stored.values() for _, one in some if one.source.sha256 is not None)
    )
    for document in documents:
        found = stored.get(document.id, [])
        if not found and document.error_code is not None:
            yield Held(light(error_of(document)))
        for body, one in found:
            kept = decided.get((one.source.sha256 or "", one.source.part))
            yield _replayed(body, kept) if kept and isinstance(one, LightReport) else Held(one)


def _replayed(body: bytes, kept: Sequence[Decision]) -> Held:
    read = from_json(zlib.decompress(body).decode())
    assert isinstance(read, Report)
    return Held(light(replay(read, kept)), read, kept)


_Key = tuple[str, str, str]


def _key(reading: Reading) -> _Key:
    return reading.sha256, reading.named, reading.pipeline_version


def _packed(session: Session, readings: Sequence[Reading]) -> dict[_Key, list[bytes]]:
    """The results of each reading as the table holds them, in order of parts."""
    row = ResultRecord
    query = (
        select(row.sha256, row.named, row.pipeline_version, type_coerce(row.body, LargeBinary))
        .where(tuple_(row.sha256, row.named, row.pipeline_version).in_(list({_key(one) for one in readings})))
        .order_by(row.sha256, row.named, row.pipeline_version, row.part)
    )
    found: dict[_Key, list[bytes]] = {}
    for sha256, named, version, body in session.execute(query):
        found.setdefault((sha256, named, version), []).append(body)
    return found
