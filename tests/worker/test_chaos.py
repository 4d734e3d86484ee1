"""Killed at random: every document still ends exactly once, in a result or in a named failure."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from bench.service.chaos import MEMBERS, TEXT, Chaos, check, is_finished, listed, mixed_files, over, take
from extractors.options import ExtractOptions
from tests.conftest import PATIENCE, Processes, RedisServer, eventually, settings_for
from worker.services import open_services
from worker.store.records import Status

DOCUMENTS = 150


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_doubled_while_workers_and_redis_are_killed(
    database_url: str, redis_server: RedisServer, tmp_path: Path, processes: Processes
) -> None:
    # Kills at random may hit one document more than three times; that is not what is tried here.
    settings = settings_for(database_url, redis_server.url, tmp_path, attempts=8)
    files = mixed_files(DOCUMENTS)
    with closing(open_services(settings, ExtractOptions())) as services:
        take(services, files)
        misbehaving = "tests.plugins.misbehaving"
        with Chaos(lambda: processes.start(settings, "worker", program=misbehaving), lambda: over(services)) as chaos:
            for share in (0.2, 0.5, 0.7):
                least = share * DOCUMENTS
                eventually(lambda least=least: over(services) > least, "progress", 3 * PATIENCE)  # type: ignore[misc]
                redis_server.kill()
                redis_server.start()
        eventually(lambda: is_finished(services), "the end", 3 * PATIENCE)
        assert chaos.kills > 3
        endings = check(services, files)
    assert sum(endings.values()) == len(files) + MEMBERS * sum(name.endswith(".zip") for name in files)


def test_many_processes_write_to_one_database(
    database_url: str, redis_server: RedisServer, tmp_path: Path, processes: Processes
) -> None:
    settings = settings_for(database_url, redis_server.url, tmp_path)
    text = TEXT.read_bytes()
    with closing(open_services(settings, ExtractOptions())) as services:
        processes.start(settings, "worker")
        processes.start(settings, "worker")
        senders = [
            threading.Thread(
                target=take, args=(services, {f"{n}-{k}.txt": text + b"\n" * (20 * n + k) for k in range(20)})
            )
            for n in range(4)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        eventually(lambda: over(services) == 80, "all of them")
        assert {(d.status, d.attempts) for d in listed(services)} == {(Status.DONE, 1)}
