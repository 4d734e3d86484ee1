"""Reads what is too long for one task: by ranges of pages, side by side in many tasks, joined in one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from extractors import parts
from extractors.page import Content, PageProblem
from extractors.pipeline import error_report, page_count, pipeline_version, read_pages, results_of
from extractors.sources.source import Source
from models.errors import GoujiError
from models.report import Result
from worker import pictures
from worker.services import Services
from worker.store import documents, ranges
from worker.store.leases import Claimed
from worker.store.ranges import Pages
from worker.store.records import DocumentRecord, Status


class Split(Exception):
    """The document is too long for one task."""

    def __init__(self, ranges: tuple[Pages, ...]) -> None:
        super().__init__(f"{len(ranges)} ranges")
        self.ranges = ranges


def ranges_of(source: Source, services: Services) -> tuple[Pages, ...]:
    """The ranges that a source is to be read by; empty when one task will do. A source that cannot be opened is short."""
    try:
        pages = page_count(source)
    except GoujiError:
        return ()
    if pages is None or pages > services.options.max_pages:
        return ()
    return _ranges(pages, services)


def _ranges(pages: int, services: Services) -> tuple[Pages, ...]:
    size = services.settings.range_pages
    return tuple(ranges.cut(pages, size)) if pages > size else ()


def read_pictures(services: Services, claimed: Claimed) -> list[Result]:
    """The reports of pictures that are one document. Raises Split, or Apart when they are documents each."""
    if pictures.is_too_large(services, claimed):
        raise pictures.Apart
    wanted = _ranges(len(claimed.files), services)
    if not wanted:
        return pictures.read_set(services, claimed)
    started = time.perf_counter()
    content = _joined(services, claimed, wanted)
    return pictures.reports_of(services, claimed, replace(content, pages=len(claimed.files)), started)


def read_bundle(services: Services, claimed: Claimed, source: Source, wanted: tuple[Pages, ...]) -> list[Result]:
    """The reports of a document whose ranges have been read. Raises Split when that is still to be done."""
    started = time.perf_counter()
    try:
        content = parts.complete(_joined(services, claimed, wanted))
    except GoujiError as error:
        return [error_report(source.name, source.sha256, error, source.media_type)]
    return results_of(source, content, services.options, started)


def _joined(services: Services, claimed: Claimed, wanted: tuple[Pages, ...]) -> Content:
    with services.database.read() as session:
        found = ranges.of(session, claimed.id, pipeline_version(services.options))
    if [(part.first_page, part.last_page) for part in found] != [(pages.first, pages.last) for pages in wanted]:
        raise Split(wanted)
    if any(part.status not in (Status.DONE, Status.FAILED, Status.QUARANTINED) for part in found):
        raise Split(wanted)
    return parts.join([_content(services, part) for part in found])


def _content(services: Services, part: DocumentRecord) -> Content:
    """What was read of a range; where that failed, nothing but the reason, so that its pages are named in the report."""
    if part.content is not None:
        with services.blobs.open(part.content) as stream:
            return parts.from_json(stream.read())
    why = f"pages {part.first_page} to {part.last_page} were not read: {part.error_message}"
    return Content((), problems=(PageProblem(part.first_page, part.error_code or "internal", why),))


def read_range(services: Services, source: Source, pages: Pages) -> str:
    """Read one range and keep what came of it; its hash. Raises SourceError, BlobsUnavailable."""
    return _keep(services, read_pages(source, services.options, pages.first, pages.last))


def read_range_of_pictures(services: Services, claimed: Claimed, first: int) -> str:
    """The same for pictures, which are pages from ``first`` on."""
    return _keep(services, pictures.read_some(services, claimed, first))


def _keep(services: Services, content: Content) -> str:
    with services.blobs.writer() as writer:
        writer.write(parts.to_json(content))
        return writer.keep().sha256


def send_split(services: Services, claimed: Claimed, wanted: Sequence[Pages]) -> None:
    """Record the ranges and send those that are new."""
    with services.database.write() as session:
        found = ranges.split(session, claimed, wanted, pipeline_version(services.options), now=time.time())
    services.intake.send(found)


def send_woken(services: Services) -> int:
    """Send documents whose ranges are all over, to be joined; how many. What is missed here, the sweep does."""
    with services.database.write() as session:
        woken = [documents.get(session, number) for number in ranges.wake(session)]
    services.intake.send(woken)
    return len(woken)
