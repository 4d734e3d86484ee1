"""What reading gave: written once, never changed, and handed out with the decisions of people replayed over it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.by_column import ColumnReport, by_column
from models.decisions import replay
from models.errors import CODES
from models.events import Decision
from models.light import read_light
from models.packed import pack
from models.report import ErrorInfo, ErrorReport, Report, Result, SourceInfo, from_json, to_json
from worker.store import decisions, series
from worker.store.documents import Listed
from worker.store.inserts import insert_ignoring
from worker.store.leases import Outcome
from worker.store.records import DocumentRecord, ResultRecord, Status

#: Names and codes are indexed; what a hostile source puts there must fit into an index entry.
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read: bytes under a name, by one version of the pipeline."""

    sha256: str
    name: str
    pipeline_version: str

    @property
    def named(self) -> str:
        """Digest of the name, which is evidence for organ and year."""
        return hashlib.sha256(self.name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def write(session: Session, reading: Reading, results: Sequence[Result], *, now: float) -> bool:
    """Keep the results of a reading. Where there are some already, those stay and these are dropped: then False."""
    if _is_done(session, reading):
        return False
    insert_ignoring(session, ResultRecord, [row(reading, result, len(results), now) for result in results])
    return True


def row(reading: Reading, result: Result, parts: int, now: float) -> dict[str, object]:
    """One of the ``parts`` results of a reading as a row of its table."""
    report = result.report if isinstance(result, Report) else None
    year = report.year.value if report else None
    body = to_json(result)
    return {
        "sha256": reading.sha256,
        "named": reading.named,
        "pipeline_version": reading.pipeline_version,
        "part": result.source.part,
        "parts": parts,
        "is_report": report is not None,
        "body": body,
        "by_column": packed(body),
        "organ": _text(report.organ.value) if report else None,
        "region": _text(report.region.code, 12) if report else None,
        "year": year if isinstance(year, int) else None,
        "form": _text(report.form.value, 8) if report else None,
        "created_at": now,
    }


def packed(body: str) -> bytes | None:
    """The report by column beside its JSON; None for an error, and where it cannot be kept so.

    Made of the JSON, so that it cannot say anything else.
    """
    try:
        found = by_column(read_light(body))
    except OverflowError:  # a page, say, of more digits than any has
        return None
    return pack(found) if isinstance(found, ColumnReport) else None


def _text(value: object, longest: int = LONGEST) -> str | None:
    return None if value is None else series.indexed(str(value), longest)


def find(session: Session, reading: Reading) -> list[Result]:
    """The results of a reading as the pipeline gave them, in order of parts; empty when it has not been done."""
    return [from_json(body) for body in session.connection().execute(_BODIES, _key(reading)).scalars()]


def _is_done(session: Session, reading: Reading) -> bool:
    return session.connection().execute(_IDS, _key(reading)).first() is not None


def _key(reading: Reading) -> dict[str, str]:
    return {"hash": reading.sha256, "name": reading.named, "version": reading.pipeline_version}


# Made once: they are asked for every document.
_BODIES = (
    select(ResultRecord.body)
    .where(
        ResultRecord.sha256 == bindparam("hash"),
        ResultRecord.named == bindparam("name"),
        ResultRecord.pipeline_version == bindparam("version"),
    )
    .order_by(ResultRecord.part)
)
_IDS = _BODIES.with_only_columns(ResultRecord.id)


def outcome(results: Sequence[Result], pipeline_version: str | None) -> Outcome:
    """What a list of results means for the document: done when there is a report, failed when there is only an error."""
    reports = [result for result in results if isinstance(result, Report)]
    errors = [result.error for result in results if isinstance(result, ErrorReport)]
    statuses = [cell.status for report in reports for cell in report.cells.values()]
    return Outcome(
        Status.DONE if reports else Status.FAILED,
        reports=len(reports),
        cells_accepted=statuses.count("accepted"),
        cells_review=statuses.count("review"),
        error=(errors[0].code, errors[0].message) if errors else None,
        pipeline_version=pipeline_version,
    )


def of_document(session: Session, document: DocumentRecord) -> list[Result]:
    """The results of a document with everything that people decided, and what other reports of the organ say against them;
    empty while it is being worked on.

    A document that ended without being read (quarantined, out of time, lost in its archive) gives the error object that
    its record tells of.
    """
    return [_among_others(session, one.result) for one in with_history(session, document)]


def of_documents(session: Session, found: Iterable[DocumentRecord]) -> Iterator[Result]:
    """The same for many, one after the other, so that memory holds the results of one."""
    for document in found:
        yield from of_document(session, document)


def _among_others(session: Session, result: Result) -> Result:
    return series.among_others(session, result) if isinstance(result, Report) else result


def _stored(session: Session, document: DocumentRecord) -> list[Result]:
    reading = reading_of(document)
    return [] if reading is None else find(session, reading)


def reading_of(document: DocumentRecord | Listed) -> Reading | None:
    """The reading that holds for a document; None where there is none."""
    if document.sha256 is None or document.pipeline_version is None or document.status == Status.QUARANTINED:
        return None
    return Reading(document.sha256, document.name, document.pipeline_version)


@dataclass(frozen=True, slots=True)
class WithHistory:
    """A result, as people left it and as the pipeline had ``read`` it, with all decisions on it, the oldest first."""

    result: Result
    read: Result
    decisions: Sequence[Decision]


def with_history(session: Session, document: DocumentRecord) -> Iterator[WithHistory]:
    """The results of a document, each beside what the pipeline had read and what people decided since."""
    stored = _stored(session, document)
    if not stored and document.error_code is not None:
        failed = error_of(document)
        yield WithHistory(failed, failed, ())
    yield from decided(session, stored)


def decided(session: Session, stored: Iterable[Result]) -> Iterator[WithHistory]:
    """Results as the pipeline gave them, each with what people decided since."""
    for read in stored:
        if not isinstance(read, Report) or read.source.sha256 is None:
            yield WithHistory(read, read, ())
            continue
        kept = decisions.of_part(session, read.source.sha256, read.source.part)
        yield WithHistory(replay(read, kept), read, kept)


def latest(session: Session, sha256: str, part: int) -> Report | None:
    """The last report that the pipeline itself made of a part, without any decision; None when there is none."""
    query = select(ResultRecord).where(ResultRecord.sha256 == sha256, ResultRecord.part == part, ResultRecord.is_report)
    record = session.scalars(query.order_by(ResultRecord.id.desc()).limit(1)).first()
    result = from_json(record.body) if record is not None else None
    return result if isinstance(result, Report) else None


def error_of(document: DocumentRecord | Listed) -> ErrorReport:
    """The error object of a document that failed."""
    code = document.error_code or "internal"
    return ErrorReport(
        source=SourceInfo(name=document.name, sha256=document.sha256),
        error=ErrorInfo(code=code, message=document.error_message or "", hint=CODES.get(code, "")),
    )
