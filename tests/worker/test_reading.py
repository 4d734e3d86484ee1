"""From a recorded document to its result, with a real Redis and real worker processes."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bench.service.hostile import bomb
from extractors.options import ExtractOptions
from models.errors import BlobsUnavailable, StoreUnavailable
from models.report import ErrorReport, Report, Result
from tests.conftest import PATIENCE, Processes, RedisServer, eventually, settings_for
from worker import jobs, queues
from worker.heartbeat import Heartbeat
from worker.holder import is_dead, new_lease
from worker.services import Services, open_services
from worker.settings import ServiceSettings
from worker.store import batches, documents, leases, results, upkeep
from worker.store.blobs import FolderBlobs
from worker.store.database import Database
from worker.store.documents import Arrival
from worker.store.leases import Claimed
from worker.store.records import DocumentRecord, Kind, Status
from worker.sweep import sweep

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
TEXT = (SAMPLES / "白石县统计局2020.txt").read_bytes()


def submit(services: Services, *files: tuple[str, bytes], batch: str = "一批", interactive: bool = False) -> list[int]:
    """Bytes under names, into a batch."""
    arrivals = []
    for name, data in files:
        with services.blobs.writer() as writer:
            writer.write(data)
            stored = writer.keep()
        arrivals.append(Arrival(name, stored.sha256, stored.size, queues.queue_for(data[: queues.HEAD])))
    with services.database.write() as session:
        found = batches.ensure(session, batch, now=time.time())
    return [document.id for document in services.intake.take(found.id, arrivals, interactive=interactive)]


def finished(services: Services, batch: str = "一批") -> Callable[[], bool]:
    def look() -> bool:
        with services.database.read() as session:
            return batches.progress(session, batches.by_name(session, batch).id).finished

    return look


def listed(services: Services) -> list[DocumentRecord]:
    with services.database.read() as session:
        return list(documents.page(session, 1, limit=10_000))


def statuses(services: Services) -> dict[str, str]:
    return {document.name: str(document.status) for document in listed(services)}


def results_of(services: Services, document: int) -> list[Result]:
    with services.database.read() as session:
        return results.of_document(session, documents.get(session, document))


def markdown(what: str, number: int = 0) -> tuple[str, bytes]:
    return f"{what}{number}.md", f"# {what} {number}\n\n# 报告\n".encode()


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return buffer.getvalue()


def claim(services: Services, document: int, *, lease: str, seconds: float = 60) -> Claimed:
    with services.database.write() as session:
        found = leases.claim(session, document, lease=lease, now=time.time(), seconds=seconds, most_attempts=3)
    assert isinstance(found, Claimed)
    return found


def test_a_worker_reads_what_is_queued_and_unpacks_archives(services: Services, processes: Processes) -> None:
    files = [(path.name, path.read_bytes()) for path in sorted(SAMPLES.iterdir())]
    submit(services, *files)
    processes.start(services.settings, "worker")
    eventually(finished(services), "all samples")
    found = {document.name: document for document in listed(services)}
    assert found["历年年报.zip"].kind == Kind.ARCHIVE
    members = [document for document in found.values() if document.parent_id == found["历年年报.zip"].id]
    assert len(members) == 3
    assert all(member.status == Status.DONE and member.name.startswith("历年年报.zip/") for member in members)
    assert (found["损坏的文件.pdf"].status, found["损坏的文件.pdf"].error_code) == (Status.FAILED, "truncated")
    (report,) = results_of(services, found["白石县统计局2020.txt"].id)
    assert isinstance(report, Report)
    assert report.source.name == "白石县统计局2020.txt"
    with services.database.read() as session:
        progress = batches.progress(session, 1)
    assert (progress.counts[Status.DONE], progress.counts[Status.FAILED]) == (9, 1)
    assert progress.total == 10, "the archive itself is not counted"


def test_a_document_in_this_process_is_read_once(services: Services) -> None:
    (document,) = submit(services, ("a.txt", TEXT))
    for _ in range(2):
        jobs.read_document(services, document)
    (found,) = listed(services)
    assert (found.status, found.attempts, found.reports) == (Status.DONE, 1, 1)


def test_the_same_bytes_under_another_name_are_read_by_that_name(services: Services) -> None:
    blank = TEXT.decode("gb18030").replace("白石县统计局", "").encode()
    for document in submit(services, ("青禾县审计局.txt", blank), ("云岭市教育局.txt", blank)):
        jobs.read_document(services, document)
    organs = []
    for document in (1, 2):
        (report,) = results_of(services, document)
        assert isinstance(report, Report)
        organs.append(report.report.organ.value)
    assert organs[0] != organs[1]


def test_a_broken_archive_gives_its_whole_members_and_is_itself_a_failure(services: Services) -> None:
    whole = zipped(a_txt=TEXT, b_txt=TEXT + b"\n")
    (document,) = submit(services, ("坏.zip", whole[: len(whole) - 30]))
    jobs.read_document(services, document)
    found = {d.name: d for d in listed(services)}
    assert found["坏.zip"].status == Status.FAILED
    assert found["坏.zip"].error_code == "truncated"
    assert "坏.zip/a.txt" in found


def test_unpacking_again_after_a_break_adds_only_what_is_missing(services: Services) -> None:
    (document,) = submit(services, ("z.zip", zipped(a_txt=TEXT, b_txt=TEXT)))
    claimed = claim(services, document, lease=new_lease())
    jobs._attempt(services, claimed)
    before = listed(services)
    jobs._attempt(services, claimed)
    assert [d.id for d in listed(services)] == [d.id for d in before]
    assert len(before) == 3


def test_a_scan_is_moved_to_the_queue_for_ocr(services: Services, tmp_path: Path) -> None:
    scan = picture_pdf(tmp_path)
    (document,) = submit(services, ("扫描.pdf", scan))
    jobs.read_document(services, document)
    (found,) = listed(services)
    assert (found.queue, found.status, found.attempts) == (queues.OCR, Status.QUEUED, 0)
    assert services.dispatcher.length(queues.OCR) == 1


def picture_pdf(folder: Path) -> bytes:
    from PIL import Image

    Image.effect_noise((400, 600), 64).save(folder / "scan.pdf", "PDF")
    return (folder / "scan.pdf").read_bytes()


def test_pictures_go_to_the_queue_for_ocr_at_once(services: Services) -> None:
    submit(services, ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(20)), ("b.txt", TEXT))
    assert {d.name: d.queue for d in listed(services)} == {"a.png": "ocr", "b.txt": "digital"}


@pytest.mark.parametrize(
    ("what", "code"), [("endless", "timeout"), ("greedy", "out_of_memory"), ("defect", "internal")]
)
def test_what_goes_wrong_over_a_document_is_named_and_costs_no_process(
    redis_server: RedisServer, tmp_path: Path, processes: Processes, what: str, code: str
) -> None:
    settings = settings_for("", redis_server.url, tmp_path, task_seconds=4, memory_mb=512)
    with closing(open_services(settings, ExtractOptions())) as services:
        submit(services, markdown(what), markdown("good"))
        processes.start(settings, "worker", program="tests.plugins.misbehaving")
        eventually(finished(services), what)
        found = {d.name: d for d in listed(services)}
        assert (found[f"{what}0.md"].status, found[f"{what}0.md"].error_code) == (Status.FAILED, code)
        assert found[f"{what}0.md"].attempts == 1
        (error,) = results_of(services, found[f"{what}0.md"].id)
        assert isinstance(error, ErrorReport)
        assert error.error.hint
        assert found["good0.md"].error_code == "no_report"


def test_a_document_that_kills_its_process_is_left_alone_and_the_others_are_read(
    services: Services, processes: Processes
) -> None:
    submit(services, markdown("kill"), *(markdown("good", n) for n in range(10)))
    processes.start(services.settings, "worker", program="tests.plugins.misbehaving")
    eventually(finished(services), "the good ones and the verdict on the bad one")
    found = {d.name: d for d in listed(services)}
    poison = found.pop("kill0.md")
    assert (poison.status, poison.attempts, poison.error_code) == (Status.QUARANTINED, 3, "quarantined")
    assert "3 times" in (poison.error_message or "")
    assert {d.error_code for d in found.values()} == {"no_report"}


def test_a_document_that_does_not_even_hear_the_alarm_is_stopped(
    redis_server: RedisServer, tmp_path: Path, processes: Processes
) -> None:
    settings = settings_for("", redis_server.url, tmp_path, task_seconds=2, attempts=1, lease_seconds=1)
    with closing(open_services(settings, ExtractOptions())) as services:
        submit(services, markdown("deaf"), markdown("good"))
        processes.start(settings, "worker", program="tests.plugins.misbehaving")
        eventually(finished(services), "the end of the deaf one")
        found = {d.name: d for d in listed(services)}
    assert found["deaf0.md"].status == Status.QUARANTINED
    assert "could not be stopped" in (found["deaf0.md"].error_message or "")
    assert found["good0.md"].error_code == "no_report"


def test_nobody_reads_what_another_holds(services: Services) -> None:
    (document,) = submit(services, ("a.txt", TEXT))
    claim(services, document, lease=new_lease())
    jobs.read_document(services, document)
    assert statuses(services) == {"a.txt": "running"}


def test_the_sweep_frees_what_a_dead_process_held(services: Services) -> None:
    (document,) = submit(services, ("a.txt", TEXT))
    child = subprocess.run(
        ["python3", "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    machine, _, began, run = new_lease().split("/")
    claim(services, document, lease=f"{machine}/{int(child.stdout)}/{began}/{run}")
    assert sweep(services).freed == 1
    jobs.read_document(services, document)
    assert statuses(services) == {"a.txt": "done"}


def test_the_sweep_leaves_the_living_alone(services: Services) -> None:
    (document,) = submit(services, ("a.txt", TEXT))
    claim(services, document, lease=new_lease())
    assert sweep(services).freed == 0
    assert statuses(services) == {"a.txt": "running"}


def test_a_process_that_lives_keeps_its_document_until_its_time_is_over(services: Services) -> None:
    (document,) = submit(services, ("a.txt", TEXT))
    claim(services, document, lease=new_lease(), seconds=-1)
    assert sweep(services).freed == 0, "it could not renew its lease, and is at work all the same"
    jobs.read_document(services, document)
    assert statuses(services) == {"a.txt": "running"}, "nobody else reads it meanwhile"
    with services.database.write() as session:
        documents.get(session, document).started_at = time.time() - 10 * services.settings.task_seconds
    assert sweep(services).freed == 1


class Away(Database):
    """A database that answers to the first transaction that writes, and then to none until it is back."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._first = True
        self.back = threading.Event()

    @contextmanager
    def write(self) -> Iterator[Session]:
        if not self._first and not self.back.is_set():
            raise StoreUnavailable("away")
        self._first = False
        with super().write() as session:
            yield session


def test_a_document_is_let_go_of_as_soon_as_the_database_is_back(services: Services) -> None:
    (document,) = submit(services, ("a.txt", TEXT))
    quick = services.settings.model_copy(update={"lease_seconds": 0.1})
    with closing(Away(services.settings.database)) as away:
        with pytest.raises(StoreUnavailable):
            jobs.read_document(replace(services, database=away, settings=quick), document)
        assert statuses(services) == {"a.txt": "running"}
        away.back.set()
        eventually(lambda: statuses(services) == {"a.txt": "queued"}, "it to be let go of")
    assert [found.attempts for found in listed(services)] == [0]


def test_a_defect_in_keeping_what_was_read_counts_as_an_attempt(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    (document,) = submit(services, ("a.txt", TEXT))

    def defect(*_: object) -> None:
        raise KeyError("a defect")

    monkeypatch.setattr(jobs, "_write", defect)
    with pytest.raises(KeyError):
        jobs.read_document(services, document)
    (found,) = listed(services)
    assert (found.status, found.attempts) == (Status.RECEIVED, 1), "it is tried again without waiting"


def test_a_process_of_another_machine_is_dead_when_its_lease_has_run_out(services: Services) -> None:
    (document,) = submit(services, ("a.txt", TEXT))
    claim(services, document, lease="elsewhere/1/2/3", seconds=-1)
    assert not is_dead("elsewhere/1/2/3")
    assert sweep(services).freed == 1


def test_without_a_broker_documents_are_recorded_and_sent_when_it_is_back(
    services: Services, redis_server: RedisServer
) -> None:
    redis_server.kill()
    submit(services, ("a.txt", TEXT))
    assert statuses(services) == {"a.txt": "received"}
    redis_server.start()
    eventually(lambda: sweep(services).sent == 1, "the sweep to send it")
    assert services.dispatcher.length(queues.DIGITAL) == 1


def test_what_an_emptied_broker_lost_is_sent_again(services: Services, redis_server: RedisServer) -> None:
    submit(services, *((f"{n}.txt", TEXT) for n in range(3)))
    assert services.dispatcher.length(queues.DIGITAL) == 3
    redis_server.kill()
    redis_server.start()
    eventually(lambda: sweep(services).sent == 3, "the sweep to miss them")
    assert services.dispatcher.length(queues.DIGITAL) == 3
    assert sweep(services).sent == 0, "a message that waits is not lost"


def until(services: Services, document: int) -> float:
    """When its lease runs out."""
    with services.database.read() as session:
        return documents.get(session, document).lease_until or 0.0


def test_a_heartbeat_holds_a_document_for_longer_than_its_lease(services: Services) -> None:
    (document,) = submit(services, ("a.txt", TEXT))
    claimed = claim(services, document, lease=new_lease(), seconds=0.4)
    first = until(services, document)
    with closing(Heartbeat(services.database, 0.4)) as heartbeat, heartbeat.holding(claimed):
        eventually(lambda: until(services, document) > first + 0.4, "two renewals")
    assert not any(thread.name == "heartbeat" for thread in threading.enumerate())


def test_one_heartbeat_holds_one_document_after_the_other(services: Services) -> None:
    first, second = submit(services, ("a.txt", TEXT), ("b.txt", TEXT))
    with closing(Heartbeat(services.database, 0.4)) as heartbeat:
        with heartbeat.holding(claim(services, first, lease=new_lease(), seconds=0.4)):
            pass
        with heartbeat.holding(claim(services, second, lease=new_lease(), seconds=0.4)):
            before = until(services, second)
            eventually(lambda: until(services, second) > before, "a renewal")
            left, before = until(services, first), until(services, second)
            eventually(lambda: until(services, second) > before, "another renewal")
        assert until(services, first) == left, "what is over is not held any more"


def test_a_fault_that_may_pass_does_not_count_as_an_attempt(services: Services) -> None:
    (document,) = submit(services, ("a.txt", TEXT))
    away = services.settings.sources.with_name("away")
    services.settings.sources.rename(away)
    with pytest.raises(BlobsUnavailable):
        jobs.read_document(services, document)
    (found,) = listed(services)
    assert (found.status, found.attempts) == (Status.QUEUED, 0)
    away.rename(services.settings.sources)
    jobs.read_document(services, document)
    assert statuses(services) == {"a.txt": "done"}


def test_bytes_that_are_gone_are_a_named_failure(services: Services) -> None:
    (document,) = submit(services, ("a.txt", TEXT))
    sha256 = listed(services)[0].sha256
    assert sha256
    assert isinstance(services.blobs, FolderBlobs)
    services.blobs.path(sha256).unlink()
    jobs.read_document(services, document)
    assert listed(services)[0].error_code == "no_such_thing"


def test_somebody_who_waits_goes_ahead_of_the_bulk(services: Services, processes: Processes) -> None:
    bulk = submit(services, *(markdown("slow", n) for n in range(20)))
    (urgent,) = submit(services, markdown("urgent"), interactive=True)
    processes.start(services.settings, "worker", "--processes", "1", program="tests.plugins.misbehaving")
    eventually(finished(services), "all")
    ended = {d.id: d.finished_at or 0.0 for d in listed(services)}
    # One that was being fetched already may come first.
    assert sorted(ended[document] for document in bulk)[1] > ended[urgent]


def test_a_worker_that_is_told_to_stop_finishes_what_it_reads(services: Services, processes: Processes) -> None:
    submit(services, *(markdown("slow", n) for n in range(30)))
    worker = processes.start(services.settings, "worker", program="tests.plugins.misbehaving")
    eventually(lambda: "running" in statuses(services).values(), "work to begin")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0, processes.logs()
    with services.database.read() as session:
        assert upkeep.running(session) == []
    assert not any(d.attempts > 1 for d in listed(services))


def test_nothing_is_left_over_of_a_worker_that_was_killed(settings: ServiceSettings, processes: Processes) -> None:
    worker = processes.start(settings, "worker")
    eventually(lambda: len(family(worker.pid)) >= 2, "its processes")
    children = family(worker.pid)
    worker.kill()
    worker.wait()
    eventually(lambda: not any(alive(pid) for pid in children), "its children to go too")


def test_the_sweep_goes_on_whichever_of_a_worker_s_processes_die(
    services: Services, redis_server: RedisServer, processes: Processes
) -> None:
    worker = processes.start(services.settings, "worker")
    submit(services, ("a.txt", TEXT))
    eventually(lambda: statuses(services) == {"a.txt": "done"}, "the worker to work")
    redis_server.kill()
    for child in family(worker.pid):
        os.kill(child, signal.SIGKILL)
    submit(services, ("b.txt", TEXT + b"\n"))
    assert statuses(services)["b.txt"] == "received"
    redis_server.start()
    eventually(lambda: statuses(services) == {"a.txt": "done", "b.txt": "done"}, "the sweep to send it")


def family(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.slow
def test_three_bad_ones_among_a_hundred_are_named_and_the_hundred_are_read(
    redis_server: RedisServer, tmp_path: Path, processes: Processes
) -> None:
    settings = settings_for("", redis_server.url, tmp_path, task_seconds=60)
    with closing(open_services(settings, ExtractOptions())) as services:
        good = [(f"{n}.txt", TEXT + b"\n" * n) for n in range(100)]
        submit(services, markdown("kill"), markdown("endless"), ("bombe.zip", bomb()), *good)
        processes.start(settings, "worker", program="tests.plugins.misbehaving")
        eventually(finished(services), "all of them", 3 * PATIENCE)
        found = {d.name: (str(d.status), d.error_code) for d in listed(services)}
    assert found.pop("kill0.md") == ("quarantined", "quarantined")
    assert found.pop("endless0.md") == ("failed", "timeout")
    assert found.pop("bombe.zip") == ("failed", "archive_bomb")
    assert set(found.values()) == {("done", None)}
    assert len(found) == 100


def test_an_archive_larger_than_any_source_is_unpacked(settings: ServiceSettings) -> None:
    with closing(open_services(settings, ExtractOptions(max_source_mb=1))) as services:
        large = zipped(a_txt=TEXT, b_txt=TEXT + b"\n", c_bin=os.urandom(2 << 20))
        (document,) = submit(services, ("groß.zip", large))
        jobs.read_document(services, document)
        found = {d.name: d.error_code for d in listed(services)}
    assert found == {"groß.zip": None, "groß.zip/a.txt": None, "groß.zip/b.txt": None, "groß.zip/c.bin": "too_large"}
