"""A store filled with invented reports, and the export of it as a process of its own: what ``bench.export --stored`` measures."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from models.decisions import Answer
from models.readings import CellState
from models.report import Report, to_json
from worker.store import batches, decisions, documents, results
from worker.store.database import Database
from worker.store.inserts import insert_ignoring
from worker.store.records import ResultRecord, Status

BATCH = "bench"
VERSION = "bench"
#: Different contents that the reports have in turn; every one has an organ, a year and a file of its own.
CONTENTS = 600
#: One report in so many has a cell that a person corrected.
DECIDED = 50
#: Reports that are written in one transaction.
TOGETHER = 1000
CELL = "requests.new.total"
_BARE: dict[str, object] = {"cells": {}, "facts": (), "checks": (), "narrative": ()}
#: What separates the head of a report, which is its own, from its content.
_CUT = ',"cells":'


def fill(store: Path, count: int, make: Callable[[int, random.Random], Report]) -> str:
    """Write ``count`` reports into a store of SQLite, each as reading it would have; returns its URL.

    A store that was filled before with as many is used as it is.
    """
    url = f"sqlite:///{store.absolute()}"
    if store.exists():
        return url
    unfinished = store.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    database = Database(f"sqlite:///{unfinished.absolute()}")
    database.migrate()
    tails = [_parts(make(number, random.Random(number)))[1] for number in range(min(count, CONTENTS))]
    for some in _batched(count):
        with database.write() as session:
            batch = batches.ensure(session, BATCH, now=0.0)
            bare = [make(number, random.Random(number)).model_copy(update=_BARE) for number in some]
            arrivals = [documents.Arrival(one.source.name, one.source.sha256, size=1) for one in bare]
            kept = documents.record(session, batch.id, arrivals, now=0.0)
            rows = []
            for number, report, document in zip(some, bare, kept, strict=True):
                document.status, document.pipeline_version, document.reports = Status.DONE, VERSION, 1
                row = results.row(results.Reading(document.sha256 or "", document.name, VERSION), report, 1, 0.0)
                body = _parts(report)[0] + _CUT + tails[number % len(tails)]
                rows.append({**row, "body": body, "by_column": results.packed(body)})
            insert_ignoring(session, ResultRecord, rows)
            for number, document in zip(some, kept, strict=True):
                if number % DECIDED == 0:
                    decisions.append(session, document.sha256 or "", 1, _decision(), document_id=document.id, now=0.0)
    database.close()
    unfinished.rename(store)
    return url


def _batched(count: int) -> Iterator[range]:
    for first in range(0, count, TOGETHER):
        yield range(first, min(first + TOGETHER, count))


def _parts(report: Report) -> tuple[str, str]:
    head, _, tail = to_json(report).partition(_CUT)
    return head, tail


def _decision() -> decisions.NewDecision:
    """Somebody says that a figure is another one."""
    before, after = (Answer(state=CellState.NUMBER, value=value) for value in (0, 4711))
    return decisions.NewDecision(CELL, "correct", before, after, "bench", seen=0)


@dataclass(frozen=True, slots=True)
class Used:
    """What a command used: seconds by the clock and of the processor, MiB of its largest process and of all added up.

    Of each process its own most, whenever that was, so that the sum is more than was ever in use at once.
    """

    seconds: float
    processor: float
    largest: float
    together: float
    processes: int


def measured(command: list[str], url: str) -> Used:
    """Run ``gouji`` with a store. Raises CalledProcessError where it fails."""
    started = time.perf_counter()
    whole = [sys.executable, "-W", "ignore", "-m", "api.cli", *command]
    before = os.times()
    with subprocess.Popen(whole, env={**os.environ, "GOUJI_DATABASE_URL": url}) as process:
        peaks: dict[int, float] = {}
        while process.poll() is None:
            peaks |= _peaks(process.pid)
            time.sleep(0.1)
    seconds, after = time.perf_counter() - started, os.times()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, whole)
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return Used(seconds, processor, max(peaks.values()), sum(peaks.values()), len(peaks))


def _peaks(pid: int) -> dict[int, float]:
    """The most memory of a process and of those below it so far, in MiB."""
    try:
        root = psutil.Process(pid)
        found = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return {}
    return {one.pid: peak for one in found if (peak := _peak(one.pid)) is not None}


def _peak(pid: int) -> float | None:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    kib = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")), None)
    return None if kib is None else int(kib) / 1024
