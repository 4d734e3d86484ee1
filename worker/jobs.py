"""What a task does, without any knowledge of the queue it came by."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.pipeline import error_report, extract_source, pipeline_version
from extractors.sources.source import Source
from extractors.sources.unpack import SourceFailure, iter_file
from models.errors import GoujiError, ServiceUnavailable
from models.report import Result
from worker import queues
from worker.bundles import (
    Split,
    ranges_of,
    read_bundle,
    read_pictures,
    read_range,
    read_range_of_pictures,
    send_split,
    send_woken,
)
from worker.deadline import OutOfTime, deadline
from worker.dispatch import Message
from worker.failures import is_lasting
from worker.heartbeat import BEATS, let_go
from worker.holder import new_lease
from worker.members import Members
from worker.pictures import Apart, taken_apart
from worker.services import Services
from worker.store import leases, results, review, series
from worker.store.leases import Claimed, Outcome, Refusal
from worker.store.ranges import Pages
from worker.store.records import Kind, Status
from worker.store.results import Reading
from worker.weighing import needs_ocr

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """How the reading of a document ended, with what is to be kept of it."""

    outcome: Outcome
    results: tuple[Result, ...] = ()


class TooHeavy(Exception):
    """The document belongs into another queue."""


def read_document(services: Services, document_id: int) -> None:
    """Read one document and write down how that ended; does nothing when somebody else does it or did.

    Raises ServiceUnavailable when a part of the service does not answer; the document then waits again, and the attempt
    does not count.
    """
    taken = _claim(services, document_id)
    if taken is None:
        return
    claimed, known = taken
    database, seconds = services.database, services.settings.lease_seconds
    try:
        with services.heartbeat.holding(claimed):
            _work(services, claimed, known)
    except ServiceUnavailable:
        let_go(database, lambda session: leases.give_back(session, claimed, now=time.time()), seconds / BEATS)
        raise
    except BaseException:  # a defect in keeping what was read: it counts as an attempt
        let_go(database, lambda session: leases.release(session, claimed.id, claimed.lease), seconds / BEATS)
        raise


def _work(services: Services, claimed: Claimed, known: Sequence[Result]) -> None:
    began = time.monotonic()
    try:
        ending = _known(services, known) if known else _attempt(services, claimed)
        _write(services, claimed, ending)
    except TooHeavy:
        _move(services, claimed, queues.OCR)
    except Split as split:
        send_split(services, claimed, split.ranges)
    else:
        _tell(claimed, ending.outcome, time.monotonic() - began)


def _claim(services: Services, document_id: int) -> tuple[Claimed, list[Result]] | None:
    """The document, if it is to be read, and what is known of it: its bytes may have been read under this name before."""
    settings = services.settings
    with services.database.write() as session:
        claimed = leases.claim(
            session,
            document_id,
            lease=new_lease(),
            now=time.time(),
            seconds=settings.lease_seconds,
            most_attempts=settings.attempts,
        )
        if claimed is Refusal.WORN_OUT:
            message = f"it was tried {settings.attempts} times and never came to an end"
            leases.quarantine(session, document_id, message=message, now=time.time())
        if not isinstance(claimed, Claimed):
            return None
        return claimed, results.find(session, Reading(claimed.sha256, claimed.name, pipeline_version(services.options)))


def _known(services: Services, known: Sequence[Result]) -> Ending:
    return Ending(results.outcome(known, pipeline_version(services.options)), tuple(known))


def _attempt(services: Services, claimed: Claimed) -> Ending:
    """Read, and turn every fault of the source, of gouji or of its limits into an ending."""
    try:
        with deadline(services.settings.task_seconds):
            return _read(services, claimed)
    except OutOfTime:
        return _failed("timeout", f"reading took longer than {services.settings.task_seconds} s")
    except MemoryError:
        return _failed("out_of_memory", f"reading needs more than {services.settings.memory_mb} MiB")
    except (TooHeavy, Split, ServiceUnavailable):
        raise
    except GoujiError as error:
        return _failed(error.code, error.message)
    except Exception as error:  # the outermost border: a defect over one document must not cost the others
        _log.exception("a defect over document %d", claimed.id, extra={"document": claimed.id})
        return _failed("internal", f"{type(error).__name__}: {error}")


def _failed(code: str, message: str) -> Ending:
    return Ending(Outcome(Status.FAILED, error=(code, message.replace("\0", "\ufffd")[:1000])))


def _read(services: Services, claimed: Claimed) -> Ending:
    if claimed.files:
        return _read_pictures(services, claimed)
    members = Members(services, claimed)
    with services.blobs.open(claimed.sha256) as stream:
        for found in iter_file(claimed.name, stream, services.options):
            if isinstance(found, Source) and found.name == claimed.name:
                return (
                    _read_source(services, claimed, found)
                    if claimed.pages is None
                    else _range(services, claimed, found)
                )
            if isinstance(found, SourceFailure) and found.name == claimed.name:
                members.failed_itself(found)
            else:
                members.add(found)
    members.flush()
    return _archive(services, members, claimed)


def _read_pictures(services: Services, claimed: Claimed) -> Ending:
    if claimed.pages is not None:
        return _range_read(read_range_of_pictures(services, claimed, claimed.pages[0]))
    try:
        found = read_pictures(services, claimed)
    except Apart as apart:
        return _taken_apart(services, claimed, apart)
    return Ending(results.outcome(found, pipeline_version(services.options)), tuple(found))


def _taken_apart(services: Services, claimed: Claimed, apart: Apart) -> Ending:
    """Each picture becomes a document, as if they had come in an archive; what was read of it already is not read again."""
    with services.database.write() as session:
        for picture, found in apart.results:
            lasting = [result for result in found if is_lasting(result)]
            if lasting and picture.sha256 is not None:
                reading = Reading(picture.sha256, picture.name, pipeline_version(services.options))
                results.write(session, reading, lasting, now=time.time())
    arrivals = taken_apart(claimed.files, claimed.queue)
    services.intake.take(claimed.batch_id, arrivals, parent_id=claimed.id, interactive=claimed.interactive)
    return Ending(Outcome(Status.DONE, kind=Kind.ARCHIVE))


def _range_read(content: str) -> Ending:
    return Ending(Outcome(Status.DONE, content=content))


def _read_source(services: Services, claimed: Claimed, source: Source) -> Ending:
    if claimed.queue != queues.OCR and needs_ocr(source):
        raise TooHeavy
    wanted = ranges_of(source, services)
    found = read_bundle(services, claimed, source, wanted) if wanted else extract_source(source, services.options)
    return Ending(results.outcome(found, pipeline_version(services.options)), tuple(found))


def _range(services: Services, claimed: Claimed, source: Source) -> Ending:
    assert claimed.pages is not None
    return _range_read(read_range(services, source, Pages(*claimed.pages)))


def _archive(services: Services, members: Members, claimed: Claimed) -> Ending:
    """An archive that is itself at fault counts as a document that failed, whatever could be saved of its members."""
    if members.failure is None:
        return Ending(Outcome(Status.DONE, kind=Kind.ARCHIVE))
    error = members.failure
    version = pipeline_version(services.options)
    found = error_report(claimed.name, claimed.sha256, error)
    return Ending(results.outcome([found], version), (found,))


def _write(services: Services, claimed: Claimed, ending: Ending) -> None:
    lasting = [result for result in ending.results if is_lasting(result)]
    share = services.settings.audit_share
    with services.database.write() as session:
        reading = Reading(claimed.sha256, claimed.name, pipeline_version(services.options))
        if lasting and not results.write(session, reading, lasting, now=time.time()):
            lasting = results.find(session, reading)
        if leases.finish(session, claimed, ending.outcome, now=time.time()) and claimed.pages is None:
            series.note(session, review.fill(session, claimed, lasting, audit_share=share))
    if claimed.pages is not None:
        send_woken(services)


def _move(services: Services, claimed: Claimed, queue: str) -> None:
    with services.database.write() as session:
        moved = leases.give_back(session, claimed, now=time.time(), queue=queue)
    if moved:
        services.dispatcher.send([Message(claimed.id, queue, claimed.interactive)])


def _tell(claimed: Claimed, outcome: Outcome, seconds: float) -> None:
    facts = {
        "document": claimed.id,
        "batch": claimed.batch_id,
        "status": str(outcome.status),
        "attempt": claimed.attempts,
    }
    error = outcome.error[0] if outcome.error else None
    _log.info("read", extra={**facts, "reports": outcome.reports, "error": error, "seconds": round(seconds, 3)})
