"""Watches an inbox: takes in what is complete, and puts away what has been read.

The truth is what a look through the folder finds; events only say that it is time for a look. So nothing is missed that
fell in while no watcher ran, or that an event never told of. Every step can be done twice: a watcher that is killed
anywhere goes on where it was.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from models.errors import ServiceUnavailable
from worker import queues, receipts
from worker.inbox import (
    DONE,
    FAILED,
    LOOSE,
    Found,
    Inbox,
    face_of_open,
    is_held_for_writing,
    shown,
    with_digest,
)
from worker.services import Services
from worker.stability import WINDOW, Rest
from worker.store import batches, upkeep
from worker.store.blobs import Stored, side_by_side
from worker.store.documents import Arrival
from worker.store.records import DocumentRecord

_log = logging.getLogger(__name__)
#: Files that are recorded in one transaction.
GROUP = 200
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """The bytes of a file are held, and this is where it will be read."""

    stored: Stored
    queue: str


class Changed(Enum):
    """The file is not at rest after all."""

    NOW = "now"


class Watcher:
    """One inbox and the service that its files go to."""

    def __init__(self, services: Services, folder: Path) -> None:
        self._services = services
        self._inbox = Inbox(folder)
        self._rest = Rest(services.settings.settle_seconds)
        self._told: dict[Path, str] = {}

    def run(self, stop: threading.Event, wake: threading.Event) -> None:
        """Look, then wait for an event or for the time to look anyway, until ``stop`` is set (and ``wake`` with it)."""
        started = False
        while not stop.is_set():
            try:
                if not started:
                    self.return_strays()
                    started = True
                busy = self.look()
            except FileNotFoundError:
                self._tell(Path(), "the inbox is not there; waiting for it")
                busy, started = True, False
            except (ServiceUnavailable, OSError) as error:
                _log.warning("looking later again", extra={"why": str(error)})
                busy = True
            wake.wait(self._pause(busy))
            wake.clear()

    def _pause(self, busy: bool) -> float:
        settings = self._services.settings
        return settings.settle_seconds / 2 if busy or settings.poll else settings.scan_seconds

    def look(self) -> bool:
        """Take in what is complete and put away what has been read; whether more is to be done soon.

        Raises FileNotFoundError when the inbox is gone, ServiceUnavailable when database or disk do not answer.
        """
        self._take_complete()
        self.put_away()
        with self._services.database.read() as session:
            return self._rest.waiting > 0 or upkeep.awaits_settling(session)

    def _take_complete(self) -> None:
        group: list[Found] = []
        seen: set[object] = set()
        for found in self._inbox.files():
            if len(seen) <= 2 * WINDOW:
                seen.add(found.relative)
            if self._rest.is_complete(found.relative, found.face, time.monotonic()):
                group.append(found)
            if len(group) >= GROUP:
                self._take(group)
                group = []
        self._take(group)
        if len(seen) <= 2 * WINDOW:
            self._rest.keep_only(seen)

    def _take(self, group: list[Found]) -> None:
        taken = []
        for found, stored in zip(group, side_by_side(self._store, group), strict=True):
            if isinstance(stored, Kept):
                taken.append((found, stored))
            elif stored is Changed.NOW:
                self._rest.forget(found.relative)
            else:
                self._tell(found.relative, f"not read: {stored}")
        self._record(taken)

    def _store(self, found: Found) -> Kept | Changed | str:
        """Keep the bytes of a file; or why not, in a word. Runs side by side with others."""
        path = self._inbox.folder / found.relative
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            return error.strerror or "unknown"
        with os.fdopen(descriptor, "rb") as stream, self._services.blobs.writer() as writer:
            if is_held_for_writing(descriptor):
                return Changed.NOW
            head = b""
            try:
                while piece := stream.read(_PIECE):
                    head = head or piece[: queues.HEAD]
                    writer.write(piece)
            except OSError as error:
                return error.strerror or "unknown"
            return (
                Changed.NOW if face_of_open(descriptor) != found.face else Kept(writer.keep(), queues.queue_for(head))
            )

    def _record(self, group: list[tuple[Found, Kept]]) -> None:
        """Record a group by batches; only then do the files leave the place where they were dropped."""
        by_folder: dict[tuple[str, ...], list[tuple[Found, Arrival]]] = {}
        for found, kept in group:
            place = os.fsencode(self._inbox.working_place(found, kept.stored.sha256))
            name = "/".join((*found.folders, shown(found.relative.name)))
            arrival = Arrival(name, kept.stored.sha256, kept.stored.size, kept.queue, inbox_path=place)
            by_folder.setdefault(found.folders, []).append((found, arrival))
        for folders, arrivals in by_folder.items():
            with self._services.database.write() as session:
                name = "/".join(folders) or LOOSE
                batch = batches.ensure(session, name, tags=folders, now=time.time())
            self._services.intake.take(batch.id, [arrival for _, arrival in arrivals])
            for found, arrival in arrivals:
                assert arrival.inbox_path is not None
                self._inbox.move(found.relative, Path(os.fsdecode(arrival.inbox_path)))
                self._rest.forget(found.relative)
                self._told.pop(found.relative, None)

    def put_away(self) -> None:
        """Move the files of documents whose work is over to ``done`` or ``failed``, each with its receipt."""
        for document in self._over():
            try:
                self._put_away(document)
            except OSError as error:
                self._tell(Path(os.fsdecode(document.inbox_path or b"")), f"not put away: {error.strerror}")

    def _over(self) -> Iterator[DocumentRecord]:
        after = 0
        while True:
            with self._services.database.read() as session:
                found = upkeep.unsettled(session, after=after)
            if not found:
                return
            yield from found
            after = found[-1].id

    def _put_away(self, document: DocumentRecord) -> None:
        source = Path(os.fsdecode(document.inbox_path or b""))
        database = self._services.database
        with database.read() as session:
            ending = DONE if receipts.is_wholly_read(session, document) else FAILED
            target = self._target(Path(ending, *source.parts[1:]), document)
            receipts.write(session, document, self._inbox.folder / target)
        if source != target:
            self._inbox.move(source, target)
            if source.parts[0] in (DONE, FAILED):
                receipts.place_of(self._inbox.folder / source).unlink(missing_ok=True)
        with database.write() as session:
            upkeep.mark_settled(session, document.id, os.fsencode(target))

    def _target(self, wanted: Path, document: DocumentRecord) -> Path:
        """Another content that ended under this name stays; the same content takes its own place again."""
        path = self._inbox.folder / wanted
        taken = path.exists() or receipts.place_of(path).exists()
        if not taken or document.sha256 is None or receipts.sha256_in(path) == document.sha256:
            return wanted
        return with_digest(wanted, document.sha256)

    def return_strays(self) -> None:
        """Put files back that lie in ``working`` though no document waits for them, so that they come in again."""
        group: list[Path] = []
        for path in self._inbox.left_in_work():
            group.append(path)
            if len(group) >= GROUP:
                self._return(group)
                group = []
        self._return(group)

    def _return(self, group: list[Path]) -> None:
        with self._services.database.read() as session:
            expected = upkeep.expected(session, [os.fsencode(path) for path in group])
        for path in group:
            if os.fsencode(path) not in expected:
                self._inbox.move(path, Path(*path.parts[1:]))

    def _tell(self, path: Path, what: str) -> None:
        """Say it once, not at every look."""
        if self._told.get(path) != what and len(self._told) < WINDOW:
            self._told[path] = what
            _log.warning(what, extra={"file": shown(str(path))})


def wake_on_events(folder: Path, stop: threading.Event, wake: threading.Event) -> None:
    """Set ``wake`` whenever something happens in the folder, until ``stop`` is set. Runs in a thread of its own.

    Where events cannot be had (the folder is gone, the system has no more watches), the looks by the clock remain.
    """
    from watchfiles import watch

    while not stop.is_set():
        try:
            for _ in watch(folder, stop_event=stop, watch_filter=None, raise_interrupt=False, debounce=200):
                wake.set()
        except (OSError, RuntimeError) as error:
            _log.warning("no events, looking by the clock", extra={"why": str(error)})
        stop.wait(5)
