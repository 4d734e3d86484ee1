"""Results by the hundred thousand: what ``results.with_history`` gives, a few queries for many documents, as light as can be.

They are taken as they are kept by column. The JSON is read where that does not do, and where people decided something: few
reports have decisions on them, and only these are made into models, to have the decisions replayed over them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from isal import isal_zlib
from sqlalchemy import ColumnElement, LargeBinary, SQLColumnExpression, select, type_coerce
from sqlalchemy.orm import Session

from models.by_column import ColumnReport, ColumnResult, by_column
from models.decisions import replay
from models.events import Decision
from models.light import LightErrorReport, LightReport, heavy, light, read_light
from models.packed import unpack
from models.report import Report
from worker.store import decisions, documents
from worker.store.records import ResultRecord
from worker.store.results import Reading, error_of, reading_of


@dataclass(frozen=True, slots=True)
class Held:
    """A result as people left it. Where they decided something: what the pipeline had ``read``, and all decisions on it."""

    result: ColumnResult
    read: Report | None = None
    decisions: Sequence[Decision] = ()


def held(session: Session, document_ids: Sequence[int]) -> Iterator[Held]:
    """The results of some documents, in the order of their ids and parts."""
    listed = documents.listed(session, document_ids)
    keys = {one.id: _key(reading) for one in listed if (reading := reading_of(one)) is not None}
    kept = _by_column(session, set(keys.values()))
    decided = decisions.of_sources(session, (sha256 for sha256, _, _ in keys.values()))
    read = [number for found in kept.values() for number, one in found if one is None or _said(one.head, decided)]
    texts = _texts(session, read)
    for document in listed:
        found = kept.get(keys[document.id], ()) if document.id in keys else ()
        if not found and document.error_code is not None:
            yield Held(by_column(light(error_of(document))))
        for number, one in found:
            yield _from_json(texts[number], decided) if one is None or number in texts else Held(one)


_Key = tuple[str, str, str]
_Decided = Mapping[tuple[str, int], Sequence[Decision]]


def _key(reading: Reading) -> _Key:
    return reading.sha256, reading.named, reading.pipeline_version


def _said(report: LightReport, decided: _Decided) -> Sequence[Decision]:
    return decided.get((report.source.sha256 or "", report.source.part), ())


def _from_json(text: bytes, decided: _Decided) -> Held:
    found = read_light(text)
    if isinstance(found, LightErrorReport) or not (said := _said(found, decided)):
        return Held(by_column(found))
    read = heavy(found)
    return Held(by_column(light(replay(read, said))), read, said)


def _by_column(session: Session, keys: Collection[_Key]) -> dict[_Key, list[tuple[int, ColumnReport | None]]]:
    """The results of each reading by their ids, in order of parts; there may be some of other names, too.

    None where it is not kept by column, or not in a way that is known here.
    """
    row = ResultRecord
    hashes, versions = ({key[at] for key in keys} for at in (0, 2))
    query = (
        select(row.sha256, row.named, row.pipeline_version, row.id, _packed(row.by_column))
        .where(row.sha256.in_(sorted(hashes)), row.pipeline_version.in_(sorted(versions)))
        .order_by(row.sha256, row.named, row.pipeline_version, row.part)
    )
    found: dict[_Key, list[tuple[int, ColumnReport | None]]] = {}
    for sha256, named, version, number, packed in session.execute(query):
        report = None if packed is None else unpack(isal_zlib.decompress(packed))
        found.setdefault((sha256, named, version), []).append((number, report))
    return found


def _texts(session: Session, numbers: Collection[int]) -> dict[int, bytes]:
    """The JSON of these results."""
    if not numbers:
        return {}
    query = select(ResultRecord.id, _packed(ResultRecord.body)).where(ResultRecord.id.in_(numbers))
    return {number: isal_zlib.decompress(packed) for number, packed in session.execute(query)}


def _packed(column: SQLColumnExpression[Any]) -> ColumnElement[bytes]:
    """As the table holds it: unpacking it at once into what is wanted saves a step for each."""
    return type_coerce(column, LargeBinary)
