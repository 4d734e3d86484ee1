"""``python -m bench.service.scaling``: how many times as fast two readers are as one, on reports that take real work.

Both are measured in one run, in turns, beside the bare library in one and in two processes: what that gives is what the
machine has to give. Ends with 1 when two readers of the service are less than 1.8 times as fast as one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.service.load import over, say
from bench.service.parts import service, wait_until
from worker import queues
from worker.services import Services
from worker.store import batches
from worker.store.documents import Arrival
from worker.store.records import Status

PDF = Path("samples/青禾县人民政府2024年年报.pdf")
WANTED = 1.8
#: Documents that are read before the time is taken, for each process: it loads its models over them.
WARM = 5


def numbered(number: int) -> bytes:
    """The sample with other bytes behind its end, which no reader minds."""
    return PDF.read_bytes() + f"\n% {number}\n".encode()


def read_bare(number: int) -> int:
    from extractors import extract_bytes

    return len(list(extract_bytes(f"{number}.pdf", numbered(number))))


def bare(count: int, processes: int) -> float:
    """Seconds a document of the library alone."""
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        pool.map(read_bare, range(WARM * processes), chunksize=1)
        began = time.perf_counter()
        pool.map(read_bare, range(count), chunksize=1)
        return (time.perf_counter() - began) / count


def served(folder: Path, count: int, processes: int) -> float:
    """Seconds a document of the service with so many reading processes, once each is warm."""
    with tempfile.TemporaryDirectory(dir=folder) as name, service(Path(name)) as (parts, services):
        take(services, count)
        parts.start("worker", "--processes", str(processes))
        warm = WARM * processes
        wait_until(lambda: over(services) >= warm, 0.02)
        first, began = over(services), time.perf_counter()
        wait_until(lambda: over(services) == count, 0.05)
        seconds = time.perf_counter() - began
        with services.database.read() as session:
            done = batches.counts_of_all(session)[Status.DONE]
        if done != count:
            raise SystemExit(f"only {done} of {count} were read")
        return seconds / (count - first)


def take(services: Services, count: int) -> None:
    arrivals = []
    for number in range(count):
        data = numbered(number)
        with services.blobs.writer() as writer:
            writer.write(data)
            stored = writer.keep()
        arrivals.append(Arrival(f"{number}.pdf", stored.sha256, stored.size, queues.DIGITAL))
    with services.database.write() as session:
        batch = batches.ensure(session, "b", now=time.time())
    services.intake.take(batch.id, arrivals)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.service.scaling")
    parser.add_argument("--documents", type=int, default=120, help="read in each round (default: 120)")
    parser.add_argument("--rounds", type=int, default=3, help="one and two processes in turns (default: 3)")
    args = parser.parse_args()
    ratios: dict[str, list[float]] = {"the library": [], "the service": []}
    with tempfile.TemporaryDirectory(prefix="gouji-scaling-") as name:
        for _ in range(args.rounds):
            alone = bare(args.documents, 1), bare(args.documents, 2)
            there = served(Path(name), args.documents, 1), served(Path(name), args.documents, 2)
            for what, (one, two) in (("the library", alone), ("the service", there)):
                ratios[what].append(one / two)
                say(what, f"{1000 * one:.0f} ms a document, {1000 * two:.0f} ms with two; {one / two:.2f} times")
    found = {what: median(some) for what, some in ratios.items()}
    share = found["the service"] / found["the library"]
    fits = found["the service"] >= WANTED
    say("two readers are", f"{found['the service']:.2f} times as fast as one; wanted: {WANTED}")
    say("of what the machine gives", f"{100 * share:.0f} % (the library alone: {found['the library']:.2f} times)")
    print("PASS" if fits else "FAIL")
    return 0 if fits else 1


if __name__ == "__main__":
    sys.exit(main())
