"""``python -m bench.service.load``: very many tiny reports, and what the service itself costs a document.

Submission over HTTP and through the inbox (rate and memory), then reading with one and with two processes beside the bare
library on the same documents. Ends with 1 when rate, growth of memory or cost are not what is wanted; what a second reader
brings is judged on documents that take real work (``bench.service.scaling``).
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.service.parts import Peak, service, wait_until
from worker.services import Services
from worker.store import batches
from worker.store.records import FINAL, Status

#: After so much of the documents, memory has grown to what it will be.
EARLY = 0.2
TEXT = Path("samples/白石县统计局2020.txt")
#: A document in which there is nothing to read.
NOTHING = "无\n".encode()


def write_reports(folder: Path, count: int, text: bytes | None = None) -> None:
    """Tiny reports whose bytes differ."""
    text = TEXT.read_bytes() if text is None else text
    for number in range(count):
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


#: What the service has to show; see ``Verdict``.
LEAST_RATE, MOST_GROWTH, MOST_OVERHEAD = 300.0, 24.0, 5.0


class Verdict:
    """What was wanted and not found. Memory is constant when it grows by no more after a fifth of the documents."""

    def __init__(self) -> None:
        self.failures: list[str] = []

    def judge(self, what: str, found: float, fits: bool, limit: str) -> None:
        if not fits:
            self.failures.append(f"{what}: {found:.1f}, wanted: {limit}")

    def rate(self, what: str, found: float) -> None:
        self.judge(what, found, found >= LEAST_RATE, f"{LEAST_RATE:.0f} a second at least")

    def growth(self, what: str, early: float, most: float) -> None:
        grown = most - early
        self.judge(f"memory of the {what}, MiB more", grown, grown <= MOST_GROWTH, f"{MOST_GROWTH:.0f} MiB at most")


def submission(folder: Path, count: int, verdict: Verdict) -> None:
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
        own, early = Peak(client.pid), 0.0
        while client.poll() is None:
            peak.look()
            early = early if early or recorded(services) < EARLY * count else peak.most
            if client.poll() is None:
                own.look()
            time.sleep(0.2)
        seconds = time.perf_counter() - began
        assert client.returncode == 0 and recorded(services) == count
        say("submitted over HTTP", f"{count / seconds:.0f} documents a second ({count} in {seconds:.0f} s)")
        say("memory of the API", f"{peak.first:.0f} MiB idle, {peak.most:.0f} MiB at most")
        say("memory of gouji submit", f"{own.most:.0f} MiB at most")
        verdict.rate("submission", count / seconds)
        verdict.growth("API", early or peak.most, peak.most)
        shutil.rmtree(reports)


def inbox(folder: Path, count: int, verdict: Verdict) -> None:
    with service(folder / "inbox-service", settle_seconds=1.0) as (parts, services):
        ready, box = folder / "ready", folder / "inbox"
        write_reports(ready, count)
        box.mkdir()
        watcher = parts.start("watch", str(box))
        wait_until(lambda: watcher.poll() is None and Peak(watcher.pid).now() > 60)
        time.sleep(1)
        peak = Peak(watcher.pid)
        os.rename(ready, box / "all")
        seconds = wait_until(watch(peak, lambda: recorded(services) >= EARLY * count), 0.2)
        early = peak.most
        seconds += wait_until(watch(peak, lambda: recorded(services) >= count), 0.2)
        verdict.growth("watcher", early, peak.most)
        say("taken in from the inbox", f"{count / seconds:.0f} documents a second ({count} in {seconds:.0f} s)")
        say("memory of the watcher", f"{peak.first:.0f} MiB idle, {peak.most:.0f} MiB at most")


def bare(count: int, processes: int) -> float:
    """Seconds a document of the library alone, in so many processes of its own."""
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        pool.map(read_bare, range(10 * processes), chunksize=1)
        began = time.perf_counter()
        pool.map(read_bare, range(count), chunksize=4)
        return (time.perf_counter() - began) / count


def read_bare(number: int) -> int:
    from extractors import extract_bytes

    return len(list(extract_bytes(f"{number}.txt", TEXT.read_bytes() + f"\n{number}".encode())))


def processor_bare(count: int) -> float:
    """Seconds of processor time that the library takes for a document in which there is nothing to read."""
    from extractors import extract_bytes

    for _ in range(20):
        list(extract_bytes("0.txt", NOTHING))
    began = time.process_time()
    for number in range(count):
        list(extract_bytes(f"{number}.txt", NOTHING + f"\n{number}".encode()))
    return (time.process_time() - began) / count


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds a document: on the clock, and of processor time in the worker and its processes."""

    wall: float
    processor: float


def reading(folder: Path, count: int, processes: int, text: bytes | None = None) -> Cost:
    """What a document costs with so many processes, from queue to result, after the first ones have warmed them up."""
    with tempfile.TemporaryDirectory(dir=folder) as name, service(Path(name) / "service") as (parts, services):
        reports = Path(name) / "reports"
        write_reports(reports, count, text)
        take_all(services, reports)
        worker = parts.start("worker", "--processes", str(processes))
        warm = 20 * processes
        wait_until(lambda: over(services) >= warm, 0.01)
        first, before, began = over(services), processor_seconds(worker.pid), time.perf_counter()
        wait_until(lambda: over(services) == count, 0.05)
        seconds, spent = time.perf_counter() - began, processor_seconds(worker.pid) - before
        with services.database.read() as session:
            counts = batches.counts_of_all(session)
        assert counts[Status.DONE if text is None else Status.FAILED] == count
        return Cost(seconds / (count - first), spent / (count - first))


def processor_seconds(pid: int) -> float:
    """Processor time of a process, those below it, and those that it has replaced (they count once they are waited for)."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return float(sum(sum(member.cpu_times()[:4]) for member in family))


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


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.service.load")
    parser.add_argument("--documents", type=int, default=100_000, help="submitted (default: 100000)")
    parser.add_argument("--read", type=int, default=1000, help="read (default: 1000)")
    args = parser.parse_args()
    verdict = Verdict()
    with tempfile.TemporaryDirectory(prefix="gouji-load-") as name:
        folder = Path(name)
        if args.documents:
            submission(folder, args.documents, verdict)
            inbox(folder, args.documents, verdict)
        if args.read:
            costs(folder, args.read, verdict)
    print("\n".join(["FAIL", *verdict.failures]) if verdict.failures else "PASS")
    return 1 if verdict.failures else 0


def costs(folder: Path, count: int, verdict: Verdict) -> None:
    """What the service costs beside the reading, and what a second process brings, there and without the service."""
    nothing = reading(folder, 3 * count, 1, NOTHING)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        library = pool.apply(processor_bare, (3 * count,))
    clock = f"{1000 * nothing.wall:.1f} ms on the clock, {1000 * nothing.processor:.1f} ms of a processor"
    say("nothing to read", f"{clock}, of which {1000 * library:.1f} ms for the library (one process)")
    spent = 1000 * (nothing.processor - library)
    say("broker and store", f"{spent:.1f} ms of a processor a document")
    verdict.judge(
        "broker and store, ms of a processor", spent, spent <= MOST_OVERHEAD, f"{MOST_OVERHEAD:.0f} ms at most"
    )
    alone, two_alone = bare(count, 1), bare(count, 2)
    say("the library alone", f"{1000 * alone:.1f} ms a document; two processes {alone / two_alone:.2f} times as fast")
    one, two = reading(folder, count, 1), reading(folder, count, 2)
    say("the service", f"{1000 * one.wall:.1f} ms a document; two processes {one.wall / two.wall:.2f} times as fast")


if __name__ == "__main__":
    sys.exit(main())
