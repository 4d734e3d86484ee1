"""Long documents: read by ranges in tasks of their own, joined once, with every lost page named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument

from extractors.options import ExtractOptions
from extractors.pipeline import pipeline_version
from models.report import Report
from tests.conftest import Processes, RedisServer, eventually, settings_for
from worker import jobs
from worker.bundles import send_woken
from worker.dispatch import Message
from worker.services import Services, open_services
from worker.store import batches, documents, leases, ranges, results
from worker.store.documents import Arrival
from worker.store.leases import Claimed
from worker.store.ranges import Pages
from worker.store.records import DocumentRecord, Kind, Status
from worker.sweep import sweep

PDF = (Path(__file__).resolve().parents[2] / "samples" / "青禾县人民政府2024年年报.pdf").read_bytes()
NAME = "合订本.pdf"


@pytest.fixture
def services(redis_server: RedisServer, tmp_path: Path) -> Iterator[Services]:
    """A service that splits after two pages."""
    settings = settings_for("", redis_server.url, tmp_path, range_pages=2)
    with closing(open_services(settings, ExtractOptions())) as made:
        yield made


def bundle(tmp_path: Path, copies: int) -> bytes:
    """The same report several times, one behind the other."""
    made, report = PdfDocument.new(), PdfDocument(PDF)
    for _ in range(copies):
        made.import_pages(report)
    made.save(tmp_path / "bundle.pdf")
    made.close()
    report.close()
    return (tmp_path / "bundle.pdf").read_bytes()


def submit(services: Services, data: bytes, name: str = NAME) -> int:
    with services.blobs.writer() as writer:
        writer.write(data)
        stored = writer.keep()
    with services.database.write() as session:
        batch = batches.ensure(session, "b", now=0.0)
    return services.intake.take(batch.id, [Arrival(name, stored.sha256, stored.size)])[0].id


def parts_of(services: Services, document: int) -> list[DocumentRecord]:
    with services.database.read() as session:
        version = pipeline_version()
        return list(ranges.of(session, document, version))


def state(services: Services, document: int) -> DocumentRecord:
    with services.database.read() as session:
        return documents.get(session, document)


def reports(services: Services, document: int) -> list[Report]:
    with services.database.read() as session:
        found = results.of_document(session, documents.get(session, document))
    return [result for result in found if isinstance(result, Report)]


def test_a_long_document_is_split_read_and_joined(services: Services, tmp_path: Path) -> None:
    whole = submit(services, PDF, "einzeln.pdf")
    jobs.read_document(services, whole)
    pages = len(PdfDocument(PDF))
    document = submit(services, bundle(tmp_path, 3))
    jobs.read_document(services, document)
    found = parts_of(services, document)
    assert [(p.first_page, p.last_page) for p in found][:2] == [(1, 2), (3, 4)]
    assert found[-1].last_page == 3 * pages
    assert state(services, document).status == Status.SPLIT
    assert state(services, document).attempts == 0
    for part in found:
        jobs.read_document(services, part.id)
    assert state(services, document).status == Status.QUEUED
    jobs.read_document(services, document)
    ended = state(services, document)
    assert (ended.status, ended.reports, ended.attempts, ended.kind) == (Status.DONE, 3, 1, Kind.FILE)
    (alone,), joined = reports(services, whole), reports(services, document)
    assert [report.source.pages for report in joined] == [(1 + pages * n, pages * (n + 1)) for n in range(3)]
    for report in joined:
        assert {k: c.value for k, c in report.cells.items()} == {k: c.value for k, c in alone.cells.items()}


def test_ranges_are_nobodys_documents(services: Services, tmp_path: Path) -> None:
    document = submit(services, bundle(tmp_path, 2))
    jobs.read_document(services, document)
    with services.database.read() as session:
        progress = batches.progress(session, 1)
        listed = documents.page(session, 1)
    assert (progress.total, progress.counts[Status.RUNNING], progress.finished) == (1, 1, False)
    assert [d.id for d in listed] == [document]


def test_a_range_that_is_lost_is_named_in_the_reports(services: Services, tmp_path: Path) -> None:
    document = submit(services, bundle(tmp_path, 3))
    jobs.read_document(services, document)
    *others, last = parts_of(services, document)
    with services.database.write() as session:
        leases.quarantine(session, last.id, message="it killed its process", now=0.0)
    for part in others:
        jobs.read_document(services, part.id)
    jobs.read_document(services, document)
    found = reports(services, document)
    assert found
    why = {reason.why for report in found for reason in report.review.reasons}
    expected = f"pages {last.first_page} to {last.last_page} were not read: it killed its process"
    assert any(expected in reason for reason in why)
    with services.database.write() as session:
        documents.retry(session, document)
    assert state(services, last.id).status == Status.QUARANTINED, "what is done is not done again"


def test_a_document_all_of_whose_ranges_failed_can_be_tried_again(services: Services, tmp_path: Path) -> None:
    document = submit(services, bundle(tmp_path, 2))
    jobs.read_document(services, document)
    with services.database.write() as session:
        for part in ranges.of(session, document, pipeline_version()):
            leases.quarantine(session, part.id, message="lost", now=0.0)
    assert send_woken(services) == 1
    jobs.read_document(services, document)
    assert state(services, document).status == Status.FAILED
    with services.database.write() as session:
        documents.retry(session, document)
    jobs.read_document(services, document)
    assert state(services, document).status == Status.SPLIT
    for part in parts_of(services, document):
        jobs.read_document(services, part.id)
    jobs.read_document(services, document)
    assert (state(services, document).status, state(services, document).reports) == (Status.DONE, 2)


def test_messages_that_come_twice_or_too_early_do_no_harm(services: Services, tmp_path: Path) -> None:
    document = submit(services, bundle(tmp_path, 2))
    for _ in range(2):
        jobs.read_document(services, document)
    first, *others = parts_of(services, document)
    for _ in range(2):
        jobs.read_document(services, first.id)
    jobs.read_document(services, document)
    assert state(services, document).status == Status.SPLIT
    for part in others:
        jobs.read_document(services, part.id)
    for _ in range(2):
        jobs.read_document(services, document)
    assert (state(services, document).status, state(services, document).reports) == (Status.DONE, 2)


def test_the_sweep_wakes_what_nobody_woke(services: Services, tmp_path: Path) -> None:
    document = submit(services, bundle(tmp_path, 2))
    jobs.read_document(services, document)
    with services.database.write() as session:
        for part in ranges.of(session, document, pipeline_version()):
            leases.quarantine(session, part.id, message="lost", now=0.0)
    sweep(services)
    assert state(services, document).status == Status.QUEUED


def test_a_split_is_only_for_whoever_holds_the_document(services: Services) -> None:
    document = submit(services, PDF)
    with services.database.write() as session:
        claimed = leases.claim(session, document, lease="a", now=0.0, seconds=1, most_attempts=3)
        assert isinstance(claimed, Claimed)
        leases.release(session, document, "a")
        assert ranges.split(session, claimed, [Pages(1, 2)], "1", now=0.0) == []
    services.dispatcher.send([Message(document, "digital", False)])


def test_workers_read_a_bundle_side_by_side(services: Services, tmp_path: Path, processes: Processes) -> None:
    document = submit(services, bundle(tmp_path, 4))
    processes.start(services.settings, "worker")
    eventually(lambda: state(services, document).status == Status.DONE, "the bundle")
    assert len(reports(services, document)) == 4


@pytest.mark.parametrize(
    ("pages", "size", "expected"), [(5, 2, [(1, 2), (3, 4), (5, 5)]), (4, 4, [(1, 4)]), (1, 9, [(1, 1)])]
)
def test_ranges_cover_every_page_once(pages: int, size: int, expected: list[tuple[int, int]]) -> None:
    assert [(found.first, found.last) for found in ranges.cut(pages, size)] == expected
