"""Killed at random: every document still ends exactly once, in a result or in a named failure."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import threading
import time
import zipfile
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from extractors.options import ExtractOptions
from tests.conftest import PATIENCE, Processes, RedisServer, eventually, settings_for
from worker import queues
from worker.services import Services, open_services
from worker.settings import ServiceSettings
from worker.store import batches, documents
from worker.store.documents import Arrival
from worker.store.records import DocumentRecord, Kind, ResultRecord, Status

TEXT = (Path(__file__).resolve().parents[2] / "samples" / "白石县统计局2020.txt").read_bytes()
ARCHIVES, MEMBERS, SINGLE, BAD = 4, 15, 80, 10


def take(services: Services, files: dict[str, bytes]) -> None:
    arrivals = []
    for name, data in files.items():
        with services.blobs.writer() as writer:
            writer.write(data)
            stored = writer.keep()
        arrivals.append(Arrival(name, stored.sha256, stored.size, queues.queue_for(data[: queues.HEAD])))
    with services.database.write() as session:
        batch = batches.ensure(session, "b", now=time.time())
    services.intake.take(batch.id, arrivals)


def mixed_files() -> dict[str, bytes]:
    """Reports, archives of reports, files that cannot be read, and one that kills whoever reads it."""
    files = {f"{number}.txt": TEXT + b"\n" * number for number in range(SINGLE)}
    files |= {f"bad{number}.pdf": b"%%PDF-1.7 cut %d" % number for number in range(BAD)}
    files["poison.md"] = "# kill\n\n# 报告\n".encode()
    for number in range(ARCHIVES):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for member in range(MEMBERS):
                archive.writestr(f"{member}.txt", TEXT + b"\n" * (1000 + number * MEMBERS + member))
        files[f"z{number}.zip"] = buffer.getvalue()
    return files


class Chaos:
    """Two workers that are killed again and again, in whole or in part, until it is told to stop."""

    def __init__(self, settings: ServiceSettings, processes: Processes) -> None:
        self._settings, self._processes = settings, processes
        self._random = random.Random(6)
        self._over = threading.Event()
        self._workers = [self._start(), self._start()]
        self.kills = 0
        self._thread = threading.Thread(target=self._rage)

    def _start(self) -> subprocess.Popen[bytes]:
        return self._processes.start(self._settings, "worker", program="tests.plugins.misbehaving")

    def __enter__(self) -> Chaos:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._thread.join()

    def _rage(self) -> None:
        while not self._over.wait(self._random.uniform(0.5, 1.5)):
            number = self._random.randrange(len(self._workers))
            worker = self._workers[number]
            victims = children(worker.pid)
            if victims and self._random.random() < 0.7:
                with suppress(ProcessLookupError):
                    os.kill(self._random.choice(victims), signal.SIGKILL)
            else:
                worker.kill()
                worker.wait()
                self._workers[number] = self._start()
            self.kills += 1


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def listed(services: Services) -> list[DocumentRecord]:
    with services.database.read() as session:
        return list(documents.page(session, 1, limit=10_000))


def over(services: Services) -> int:
    return sum(d.status in (Status.DONE, Status.FAILED, Status.QUARANTINED) for d in listed(services))


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_doubled_while_workers_and_redis_are_killed(
    database_url: str, redis_server: RedisServer, tmp_path: Path, processes: Processes
) -> None:
    # Kills at random may hit one document more than three times; that is not what is tried here.
    settings = settings_for(database_url, redis_server.url, tmp_path, attempts=8)
    files = mixed_files()
    expected = len(files) + ARCHIVES * MEMBERS
    with closing(open_services(settings, ExtractOptions())) as services:
        take(services, files)
        with Chaos(settings, processes) as chaos:
            for share in (0.2, 0.5):
                eventually(lambda share=share: over(services) > share * expected, "some progress", 3 * PATIENCE)  # type: ignore[misc]
                redis_server.kill()
                redis_server.start()
            eventually(lambda: over(services) > 0.7 * expected, "most of it", 3 * PATIENCE)
        with services.database.read() as session:
            batch = batches.by_name(session, "b")
        eventually(lambda: is_finished(services, batch.id), "the end", 3 * PATIENCE)
        assert chaos.kills > 3
        check(services, expected)


def is_finished(services: Services, batch_id: int) -> bool:
    with services.database.read() as session:
        return batches.is_finished(session, batch_id)


def check(services: Services, expected: int) -> None:
    found = {document.name: document for document in listed(services)}
    assert len(found) == expected
    poison = found.pop("poison.md")
    assert (poison.status, poison.error_code) == (Status.QUARANTINED, "quarantined")
    assert {d.error_code for name, d in found.items() if name.startswith("bad")} == {"truncated"}
    good = [d for name, d in found.items() if not name.startswith("bad") and d.kind == Kind.FILE]
    assert len(good) == SINGLE + ARCHIVES * MEMBERS
    assert {(d.status, d.reports) for d in good} == {(Status.DONE, 1)}
    with services.database.read() as session:
        rows = session.scalars(select(func.count()).select_from(ResultRecord)).one()
    assert rows == len(good) + BAD, "one result for each, and none twice"


def test_many_processes_write_to_one_database(
    database_url: str, redis_server: RedisServer, tmp_path: Path, processes: Processes
) -> None:
    settings = settings_for(database_url, redis_server.url, tmp_path)
    with closing(open_services(settings, ExtractOptions())) as services:
        processes.start(settings, "worker")
        processes.start(settings, "worker")
        senders = [
            threading.Thread(
                target=take, args=(services, {f"{n}-{k}.txt": TEXT + b"\n" * (20 * n + k) for k in range(20)})
            )
            for n in range(4)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        eventually(lambda: over(services) == 80, "all of them")
        assert {(d.status, d.attempts) for d in listed(services)} == {(Status.DONE, 1)}
