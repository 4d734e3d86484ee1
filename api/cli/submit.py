"""``gouji submit``: files, folders and archives to a running service; goes on after a break without sending a file twice."""

from __future__ import annotations

import argparse
import hashlib
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.arguments import at_least_one
from api.cli.extract import find_files
from api.cli.processes import File
from api.exits import Exit

if TYPE_CHECKING:
    from api.client import Client, LocalFile

#: Documents that are compared with the service in one go, and sent in one request: so many, and so many bytes.
COMPARED = 1000
SENT = 100
SENT_BYTES = 32 << 20
_PIECE = 1 << 20


@dataclass
class Tally:
    """What became of the files. Threads count together."""

    sent: int = 0
    known: int = 0
    lost: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, *, sent: int = 0, known: int = 0, lost: str | None = None) -> int:
        """Count; returns how many files are done with."""
        with self._lock:
            self.sent += sent
            self.known += known
            if lost is not None:
                self.lost.append(lost)
            return self.sent + self.known + len(self.lost)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to send, and into which batch."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file, folder or archive")
    parser.add_argument("--batch", metavar="NAME", help="batch to join or make (default: the names of the paths)")
    parser.add_argument("--parallel", type=int, default=4, metavar="N", help="requests at a time (default: 4)")
    parser.add_argument("--wait", action="store_true", help="follow the batch until all of it has been read")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")


def run(args: argparse.Namespace) -> int:
    """Send what the batch does not have. 1 when a file could not be read here, or (with --wait) there."""
    from api.client import Client
    from worker.settings import service_settings

    parallel = at_least_one(args.parallel, "--parallel") or 1
    files = find_files(args.paths)
    name = args.batch or _batch_name(args.paths)
    settings = service_settings()
    with Client(settings.url, settings.key) as client:
        batch_id = client.batch(name)
        tally = submit(client, name, batch_id, files, parallel=parallel, quiet=args.quiet)
        for lost in tally.lost:
            print(f"gouji: {lost}", file=sys.stderr)
        print(
            f"batch {name} (id {batch_id}): {tally.sent} sent, {tally.known} known already, {len(tally.lost)} not read"
        )
        if args.wait:
            from api.cli.status import follow

            return max(follow(client, batch_id, quiet=args.quiet), int(bool(tally.lost)))
    if not args.quiet:
        print(f"gouji: follow it with `gouji status {name}`", file=sys.stderr)
    return Exit.SOME_FAILED if tally.lost else Exit.OK


def _batch_name(paths: Sequence[Path]) -> str:
    """The same paths give the same name, so that the same call goes on where it was."""
    from worker.inbox import shown

    return "+".join(dict.fromkeys(shown(path.resolve().name) for path in paths))[:200]


def submit(client: Client, batch: str, batch_id: int, files: Sequence[File], *, parallel: int, quiet: bool) -> Tally:
    """Compare and send in groups, so that memory does not grow with the number of files."""
    tally = Tally()
    with _bar(len(files), quiet=quiet) as show, ThreadPoolExecutor(parallel) as pool:
        running: set[Future[None]] = set()
        for start in range(0, len(files), COMPARED):
            here = list(_local(files[start : start + COMPARED], tally, pool))
            new = client.missing(batch_id, here)
            show(tally.add(known=len(here) - len(new)))
            for request in _requests(new):
                while len(running) >= parallel:
                    running = _settled(running)
                running.add(pool.submit(_send, client, batch, request, tally, show))
        while running:
            running = _settled(running)
    return tally


def _settled(running: set[Future[None]]) -> set[Future[None]]:
    """Wait for one request at least; a failure of any ends the whole."""
    done, left = wait(running, return_when=FIRST_COMPLETED)
    for future in done:
        future.result()
    return left


def _local(files: Sequence[File], tally: Tally, pool: ThreadPoolExecutor) -> Iterator[LocalFile]:
    for file, found in zip(files, pool.map(_look_at, files), strict=True):
        if isinstance(found, OSError):
            tally.add(lost=f"{file.name}: {found.strerror}")
        else:
            yield found


def _look_at(file: File) -> LocalFile | OSError:
    from api.client import LocalFile
    from worker.inbox import shown

    digest, size = hashlib.sha256(), 0
    files = [file, *file.more]
    try:
        for one in files:
            with one.path.open("rb") as stream:
                while piece := stream.read(_PIECE):
                    digest.update(piece)
                    size += len(piece)
    except OSError as error:
        return error
    named = tuple((one.path, shown(one.name)) for one in files)
    return LocalFile(shown(file.name), digest.hexdigest(), size, named)


def _requests(files: Iterable[LocalFile]) -> Iterator[list[LocalFile]]:
    group: list[LocalFile] = []
    size = 0
    for file in files:
        if len(file.files) > 1:
            yield [file]
            continue
        if group and (len(group) >= SENT or size + file.size > SENT_BYTES):
            yield group
            group, size = [], 0
        group.append(file)
        size += file.size
    if group:
        yield group


def _send(client: Client, batch: str, files: list[LocalFile], tally: Tally, show: Callable[[int], None]) -> None:
    try:
        client.send(batch, files)
    except OSError as error:
        for file in files:  # one of them went away; which one is found out by sending each by itself
            _send_one(client, batch, file, tally, error if len(files) == 1 else None)
        show(tally.add())
        return
    show(tally.add(sent=len(files)))


def _send_one(client: Client, batch: str, file: LocalFile, tally: Tally, known: OSError | None) -> None:
    try:
        if known is not None:
            raise known
        client.send(batch, [file])
    except OSError as error:
        tally.add(lost=f"{file.name}: {error.strerror}")
    else:
        tally.add(sent=1)


class _bar:
    """Progress on stderr, for a person at a terminal."""

    def __init__(self, files: int, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._bar = Progress(console=Console(stderr=True), transient=True, disable=quiet or not sys.stderr.isatty())
        self._task = self._bar.add_task("sending", total=files)

    def __enter__(self) -> Callable[[int], None]:
        self._bar.start()
        return lambda done: self._bar.update(self._task, completed=done)

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()
