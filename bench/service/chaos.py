"""``python -m bench.service.chaos``: mixed documents while workers are killed and Redis is emptied; the count must come out.

Every document has to end exactly once, in a result or in a named failure. The test of the same name does it in small.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import cycle
from pathlib import Path

from sqlalchemy import func, select

from bench.service.parts import service, wait_until
from worker import queues
from worker.services import Services
from worker.store import batches, documents
from worker.store.documents import Arrival
from worker.store.records import FINAL, DocumentRecord, Kind, ResultRecord, Status

TEXT = Path(__file__).resolve().parents[2] / "samples" / "白石县统计局2020.txt"
MEMBERS = 15
#: Samples of other kinds, each with one report in it; every so many of the single documents is one.
KINDS = [
    path
    for path in sorted(TEXT.parent.iterdir())
    if path.suffix in (".html", ".docx", ".xlsx") or "2024年年报" in path.name
]
KIND_OF = 10
#: Documents that end between two kills, at the least.
ENDED_BETWEEN = 5


def mixed_files(documents: int) -> dict[str, bytes]:
    """Half of them reports by themselves, a third in archives, a tenth that cannot be read, and one that kills its reader.

    Of the reports by themselves one in ten is a PDF, a web page, a workbook or a Word document.
    """
    text = TEXT.read_bytes()
    archives, bad = documents // 3 // MEMBERS, documents // 10
    single = documents - archives * MEMBERS - bad - 1
    files = {f"{number}.txt": text + b"\n" * number for number in range(single) if number % KIND_OF}
    files |= {
        f"{n}{kind.suffix}": kind.read_bytes() for n, kind in zip(range(0, single, KIND_OF), cycle(KINDS), strict=False)
    }
    files |= {f"bad{number}.pdf": b"%%PDF-1.7 cut %d" % number for number in range(bad)}
    files["poison.md"] = "# kill\n\n# 报告\n".encode()
    for number in range(archives):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for member in range(MEMBERS):
                archive.writestr(f"{member}.txt", text + f"\n{number} {member}".encode())
        files[f"z{number}.zip"] = buffer.getvalue()
    return files


def take(services: Services, files: dict[str, bytes]) -> None:
    """Into a batch that is called b."""
    arrivals = []
    for name, data in files.items():
        with services.blobs.writer() as writer:
            writer.write(data)
            stored = writer.keep()
        arrivals.append(Arrival(name, stored.sha256, stored.size, queues.queue_for(data[: queues.HEAD])))
    with services.database.write() as session:
        batch = batches.ensure(session, "b", now=time.time())
    services.intake.take(batch.id, arrivals)


class Chaos:
    """Workers that are killed again and again, in whole or in part, until it is told to stop.

    Between two kills some documents come to an end (``over`` counts them), so that a slow machine gets on as well.
    """

    def __init__(
        self,
        start: Callable[[], subprocess.Popen[bytes]],
        over: Callable[[], int],
        *,
        workers: int = 2,
        seed: int = 6,
    ) -> None:
        self._start, self._ended = start, over
        self._random = random.Random(seed)
        self._over = threading.Event()
        self._workers = [start() for _ in range(workers)]
        self.kills = 0
        self._thread = threading.Thread(target=self._rage)

    def __enter__(self) -> Chaos:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._thread.join()

    def _rage(self) -> None:
        ended = -ENDED_BETWEEN
        while not self._over.wait(self._random.uniform(0.5, 1.5)):
            if self._ended() < ended + ENDED_BETWEEN:
                continue
            ended = self._ended()
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
    """Processes that another one has started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def listed(services: Services) -> list[DocumentRecord]:
    """All documents."""
    with services.database.read() as session:
        return list(documents.page(session, 1, limit=1_000_000))


def over(services: Services) -> int:
    """How many documents and archives have ended."""
    with services.database.read() as session:
        query = select(func.count()).select_from(DocumentRecord).where(DocumentRecord.status.in_(FINAL))
        return session.execute(query).scalar_one()


def is_finished(services: Services) -> bool:
    """Whether nothing is left to do."""
    with services.database.read() as session:
        return batches.is_finished(session, batches.by_name(session, "b").id)


def check(services: Services, files: dict[str, bytes]) -> Counter[str]:
    """Assert that everything ended once, and as it had to; how many ended how."""
    every = listed(services)
    found = {document.name: document for document in every}
    assert len(found) == len(every), "no document is there twice"
    archives = [name for name in files if name.endswith(".zip")]
    assert len(found) == len(files) + len(archives) * MEMBERS, "every document is there, and once"
    endings = Counter(f"{d.status} {d.error_code or ''}".strip() for d in found.values())
    poison = found.pop("poison.md")
    assert (poison.status, poison.error_code) == (Status.QUARANTINED, "quarantined")
    bad = [d for name, d in found.items() if name.startswith("bad")]
    assert {d.error_code for d in bad} == {"truncated"}
    good = [d for name, d in found.items() if not name.startswith("bad") and d.kind == Kind.FILE]
    assert {(d.status, d.reports) for d in good} == {(Status.DONE, 1)}
    with services.database.read() as session:
        rows = session.execute(select(func.count()).select_from(ResultRecord)).scalar_one()
    assert rows == len(good) + len(bad), "one result for each, and none twice"
    return endings


def wait_for(services: Services, ended: float) -> None:
    """Until so many have ended."""
    wait_until(lambda: over(services) > ended, 0.2)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.service.chaos")
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--database", help="address of an empty database (default: SQLite)")
    args = parser.parse_args()
    files = mixed_files(args.documents)
    given = {"database_url": args.database} if args.database else {}
    with (
        tempfile.TemporaryDirectory(prefix="gouji-chaos-") as name,
        # Kills at random may hit one document three times; that is not what is tried here.
        service(Path(name), attempts=10, lease_seconds=5.0, workers=2, **given) as (parts, services),
    ):
        take(services, files)
        began = time.perf_counter()
        with Chaos(lambda: parts.start("worker", program="tests.plugins.misbehaving"), lambda: over(services)) as chaos:
            for share in (0.3, 0.6):
                wait_for(services, share * args.documents)
                parts.kill_redis()
                parts.start_redis()
            wait_for(services, 0.9 * args.documents)
        wait_until(lambda: is_finished(services), 0.2)
        seconds = time.perf_counter() - began
        try:
            endings = check(services, files)
        except AssertionError as error:
            print(f"FAIL: {error}")
            return 1
    print(f"{args.documents} documents in {seconds:.0f} s, {chaos.kills} kills, Redis emptied twice")
    print(", ".join(f"{count} {ending}" for ending, count in endings.most_common()))
    print("PASS: each ended once, in a result or a named failure")
    return 0


if __name__ == "__main__":
    sys.exit(main())
