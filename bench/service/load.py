"""``python -m bench.service.load``: very many tiny reports, and what the service itself costs a document.

Submission over HTTP and through the inbox (rate and memory), then reading with one and with two processes beside the bare
library on the same documents.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.service.parts import Peak, service, wait_until
from worker.services import Services
from worker.store import batches
from worker.store.records import FINAL, Status

TEXT = Path("samples/白石县统计局2020.txt")


def write_reports(folder: Path, count: int, first: int = 0) -> None:
    """Tiny reports whose bytes differ."""
    text = TEXT.read_bytes()
    for number in range(first, first + count):
        place = folder / f"{number // 1000:04}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.txt").write_bytes(text + f"\n{number}".encode())


def recorded(services: Services) -> int:
    with services.database.read() as session:
        return sum(batches.counts_of_all(session).values())


def over(services: Services) -> int:
    with services.database.read() as session:
        counts = batches.counts_of_all(session)
    return sum(counts[status] for status in FINAL)


def watch(peak: Peak, look: Callable[[], bool]) -> Callable[[], bool]:
    def looking() -> bool:
        peak.look()
        return look()

    return looking


def submission(folder: Path, count: int) -> None:
    with service(folder / "submission") as (parts, services):
        reports = folder / "reports"
        write_reports(reports, count)
        api = parts.start("api", "--port", "0")
        wait_until(lambda: "gouji: http" in parts.log_of(api))
        url = re.findall(r"gouji: (http://\S+)", parts.log_of(api))[0]
        peak = Peak(api.pid)
        began = time.perf_counter()
        client = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "submit", str(reports), "--quiet"],
            env={**os.environ, "GOUJI_URL": url}, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        own = Peak(client.pid)
        while client.poll() is None:
            peak.look()
            if client.poll() is None:
                own.look()
            time.sleep(0.2)
        seconds = time.perf_counter() - began
        assert client.returncode == 0 and recorded(services) == count
        say("submitted over HTTP", f"{count / seconds:.0f} documents a second ({count} in {seconds:.0f} s)")
        say("memory of the API", f"{peak.first:.0f} MiB idle, {peak.most:.0f} MiB at most")
        say("memory of gouji submit", f"{own.most:.0f} MiB at most")
        shutil.rmtree(reports)


def inbox(folder: Path, count: int) -> None:
    with service(folder / "inbox-service", settle_seconds=1.0) as (parts, services):
        ready, box = folder / "ready", folder / "inbox"
        write_reports(ready, count)
        box.mkdir()
        watcher = parts.start("watch", str(box))
        wait_until(lambda: watcher.poll() is None and Peak(watcher.pid).now() > 60)
        time.sleep(1)
        peak = Peak(watcher.pid)
        os.rename(ready, box / "all")
        seconds = wait_until(watch(peak, lambda: recorded(services) >= count), 0.2)
        say("taken in from the inbox", f"{count / seconds:.0f} documents a second ({count} in {seconds:.0f} s)")
        say("memory of the watcher", f"{peak.first:.0f} MiB idle, {peak.most:.0f} MiB at most")


def bare(folder: Path, count: int) -> float:
    """Seconds a document of the library alone, in this process."""
    from extractors import extract_bytes

    files = sorted(folder.rglob("*.txt"))[:count]
    list(extract_bytes("warm.txt", files[0].read_bytes()))
    began = time.perf_counter()
    for path in files:
        list(extract_bytes(path.name, path.read_bytes()))
    return (time.perf_counter() - began) / len(files)


def reading(folder: Path, count: int, processes: int) -> float:
    """Seconds a document with so many processes, from queue to result, after the first ones have warmed them up."""
    with service(folder / f"reading-{processes}") as (parts, services):
        reports = folder / f"reports-{processes}"
        write_reports(reports, count)
        take_all(services, reports)
        parts.start("worker", "--processes", str(processes))
        warm = 20 * processes
        wait_until(lambda: over(services) >= warm, 0.01)
        first, began = over(services), time.perf_counter()
        wait_until(lambda: over(services) == count, 0.01)
        seconds = time.perf_counter() - began
        with services.database.read() as session:
            assert batches.counts_of_all(session)[Status.DONE] == count
        shutil.rmtree(reports)
        return seconds / (count - first)


def take_all(services: Services, folder: Path) -> None:
    from worker.store.documents import Arrival

    arrivals = []
    for path in sorted(folder.rglob("*.txt")):
        with services.blobs.writer() as writer:
            writer.write(path.read_bytes())
            stored = writer.keep()
        arrivals.append(Arrival(path.name, stored.sha256, stored.size))
    with services.database.write() as session:
        batch = batches.ensure(session, "b", now=time.time())
    services.intake.take(batch.id, arrivals)


def say(what: str, found: str) -> None:
    print(f"{what:<28}{found}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.service.load")
    parser.add_argument("--documents", type=int, default=100_000, help="submitted (default: 100000)")
    parser.add_argument("--read", type=int, default=1000, help="read (default: 1000)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gouji-load-") as name:
        folder = Path(name)
        if args.documents:
            submission(folder, args.documents)
            inbox(folder, args.documents)
        if args.read:
            write_reports(folder / "bare", min(args.read, 300))
            alone = bare(folder / "bare", min(args.read, 300))
            one, two = reading(folder, args.read, 1), reading(folder, args.read, 2)
            say("the library alone", f"{1000 * alone:.1f} ms a document")
            say("one process", f"{1000 * one:.1f} ms a document: {1000 * (one - alone):.1f} ms for broker and store")
            say("two processes", f"{1000 * two:.1f} ms a document: {one / two:.2f} times as fast")


if __name__ == "__main__":
    main()
