"""The small parts of the worker, each by itself."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.errors import UsageError
from models.report import ErrorInfo, ErrorReport, SourceInfo
from worker import failures, queues
from worker.app import make_app
from worker.deadline import OutOfTime, deadline
from worker.holder import is_alive, is_dead, new_lease
from worker.settings import ServiceSettings, service_settings
from worker.telemetry import JsonLines, current_id

REPOSITORY = Path(__file__).resolve().parents[2]


def error(code: str) -> ErrorReport:
    return ErrorReport(source=SourceInfo(name="a"), error=ErrorInfo(code=code, message="m"))


@pytest.mark.parametrize(("code", "lasting"), [("corrupt", True), ("timeout", False), ("missing_dependency", False)])
def test_what_only_this_moment_failed_at_is_not_kept(code: str, lasting: bool) -> None:
    assert failures.is_lasting(error(code)) is lasting


def test_waits_grow_and_stay_bounded() -> None:
    waits = [failures.wait_before(retry) for retry in range(12)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (1.0, 60.0)


def test_a_lease_tells_whether_its_process_lives() -> None:
    code = "from worker.holder import new_lease; print(new_lease())"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert is_dead(done.stdout.strip())
    assert not is_alive(done.stdout.strip())
    assert is_alive(new_lease())
    assert not is_dead(new_lease())
    assert new_lease() != new_lease()


def test_a_process_with_a_number_used_again_is_another_one() -> None:
    machine, pid, began, run = new_lease().split("/")
    assert is_dead(f"{machine}/{pid}/{int(began) - 1}/{run}")
    assert not is_dead("a machine elsewhere/1/1/1")
    assert not is_alive("a machine elsewhere/1/1/1"), "nothing is known of it"


def test_the_deadline_reaches_code_that_catches_every_exception() -> None:
    def stubborn() -> None:
        while True:
            with contextlib.suppress(Exception):
                time.sleep(0.01)

    with pytest.raises(OutOfTime), deadline(0.05):
        stubborn()


def test_a_deadline_that_was_kept_does_nothing_later() -> None:
    with deadline(0.05):
        pass
    time.sleep(0.06)


def test_a_process_may_not_take_more_memory_than_it_is_given() -> None:
    code = (
        "from worker.confine import limit_memory; limit_memory(256)\n"
        "try: bytearray(1 << 30)\nexcept MemoryError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"


@pytest.mark.parametrize(
    ("head", "queue"),
    [(b"%PDF-1.7", "digital"), (b"\xff\xd8\xff\xe0", "ocr"), (b"RIFF....WEBPVP8 ", "ocr"), (b"", "digital")],
)
def test_a_source_is_queued_by_its_first_bytes(head: bytes, queue: str) -> None:
    assert queues.queue_for(head) == queue


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOUJI_API_KEYS", "a:1, b:2,")
    monkeypatch.setenv("GOUJI_DATA_DIR", "~/there")
    monkeypatch.setenv("GOUJI_INBOX", "")
    monkeypatch.setenv("GOUJI_WORKERS", "7")
    settings = service_settings()
    assert settings.api_keys == ("a:1", "b:2")
    assert settings.database == f"sqlite:///{Path.home()}/there/gouji.db"
    assert (settings.inbox, settings.processes) == (None, 7)


@pytest.mark.parametrize(("name", "value"), [("GOUJI_PORT", "many"), ("GOUJI_ATTEMPTS", "0")])
def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=f"{name}='{value}'"):
        service_settings()


def test_messages_come_back_only_long_after_any_task_must_be_over() -> None:
    app = make_app(ServiceSettings(task_seconds=4000, broker_url="redis://nowhere"))
    visible = app.conf.broker_transport_options["visibility_timeout"]
    assert visible > 2 * app.conf.task_time_limit > 2 * 4000
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


def test_a_log_line_is_json_with_its_ids() -> None:
    record = logging.makeLogRecord(
        {"name": "worker", "levelname": "INFO", "msg": "读 %s", "args": ("完",), "document": 7}
    )
    token = current_id.set("r1")
    try:
        line = json.loads(JsonLines().format(record))
    finally:
        current_id.reset(token)
    assert (line["message"], line["document"], line["id"], line["level"]) == ("读 完", 7, "r1", "info")
    assert os.linesep not in JsonLines().format(record)
