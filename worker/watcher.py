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
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from extractors.sources.pictures import place_of
from models.errors import ServiceUnavailable
from worker import queues, receipts
from worker.inbox import (
    DONE,
    FAILED,
    LOOSE,
    Found,
    Inbox,
    digest_of,
    face_of_open,
    is_held_for_writing,
    shown,
    with_digest,
)
from worker.pictures import as_one, grouped
from worker.services import Services
from worker.stability import PICTURE_PATIENCE, WINDOW, Rest
from worker.store import batches, upkeep
from worker.store.blobs import Stored, side_by_side
from worker.store.documents import Arrival, pictures_of
from worker.store.records import DocumentRecord

_log = logging.getLogger(__name__)
#: Files that are recorded in one transaction.
GROUP = 200
_PIECE = 1 << 20
#: Between the paths of files that are one document: the one byte that no path holds.
NUL = b"\0"


@dataclass(frozen=True, slots=True)
class Kept:
    """The bytes of a file are held, and this is where it will be read."""

    stored: Stored
    queue: str


@dataclass(frozen=True, slots=True)
class Coming:
    """A document that comes in, with its files and the places where they will lie while it is read."""

    arrival: Arrival
    files: tuple[tuple[Found, Path], ...]


class Changed(Enum):
    """The file is not at rest after all."""

    NOW = "now"


def _name(found: Found) -> str:
    return "/".join((*found.folders, shown(found.relative.name)))


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
        ready: list[list[Found]] = []
        seen: set[object] = set()
        for group in self._inbox.groups():
            first, faces = group[0].relative, tuple(found.face for found in group)
            if len(seen) <= 2 * WINDOW:
                seen.add(first)
            patience = 1 if place_of(first.name) is None else PICTURE_PATIENCE
            if self._rest.is_complete(first, faces, time.monotonic(), patience):
                ready.append(group)
            if sum(map(len, ready)) >= GROUP:
                self._take(ready)
                ready = []
        self._take(ready)
        if len(seen) <= 2 * WINDOW:
            self._rest.keep_only(seen)

    def _take(self, groups: list[list[Found]]) -> None:
        """Take in what is complete. Files that may be one document are taken together or not at all."""
        stored = iter(side_by_side(self._store, [found for group in groups for found in group]))
        taken = []
        for group in groups:
            kept = [(found, next(stored)) for found in group]
            here = [(found, one) for found, one in kept if isinstance(one, Kept)]
            if len(here) == len(group):
                taken.append(here)
            if any(one is Changed.NOW for _, one in kept):
                self._rest.forget(group[0].relative)
            for found, one in kept:
                if isinstance(one, str):
                    self._tell(found.relative, f"not read: {one}")
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

    def _record(self, groups: list[list[tuple[Found, Kept]]]) -> None:
        """Record what was taken by batches; only then does a file leave the place where it was dropped."""
        by_folder: dict[tuple[str, ...], list[Coming]] = {}
        for group in groups:
            by_folder.setdefault(group[0][0].folders, []).extend(self._coming(group))
        for folders, coming in by_folder.items():
            with self._services.database.write() as session:
                name = "/".join(folders) or LOOSE
                batch = batches.ensure(session, name, tags=folders, now=time.time())
            with self._moved_together(coming):
                self._services.intake.take(batch.id, [one.arrival for one in coming])
            for one in coming:
                for found, place in one.files:
                    self._inbox.move(found.relative, place)
                    self._told.pop(found.relative, None)
                    self._rest.forget(found.relative)

    def _coming(self, group: list[tuple[Found, Kept]]) -> Iterator[Coming]:
        """The documents that files are which came together, mostly one."""
        files = [
            (found, Arrival(_name(found), kept.stored.sha256, kept.stored.size, kept.queue)) for found, kept in group
        ]
        for members in grouped(self._services.blobs, files, lambda file: file[1]):
            arrival = as_one(self._services.blobs, [one for _, one in members])
            places = [(found, self._inbox.working_place(found, one.sha256 or "")) for found, one in members]
            path = NUL.join(os.fsencode(place) for _, place in places)
            yield Coming(replace(arrival, inbox_path=path), tuple(places))

    @contextmanager
    def _moved_together(self, coming: list[Coming]) -> Iterator[None]:
        """Files that are one document are moved first: were some left behind, they would come in as another document.

        If recording them fails they are put back; after a crash ``return_strays`` does that.
        """
        several = [file for one in coming if len(one.files) > 1 for file in one.files]
        for found, place in several:
            self._inbox.move(found.relative, place)
        try:
            yield
        except BaseException:
            for found, place in several:
                self._inbox.move(place, found.relative)
            raise

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
        sources = [Path(os.fsdecode(path)) for path in (document.inbox_path or b"").split(NUL)]
        database = self._services.database
        with database.read() as session:
            ending = DONE if receipts.is_wholly_read(session, document) else FAILED
            targets = self._targets([Path(ending, *source.parts[1:]) for source in sources], document)
            receipts.write(session, document, self._inbox.folder / targets[0])
        for source, target in zip(sources, targets, strict=True):
            if source != target:
                self._inbox.move(source, target)
                if source.parts[0] in (DONE, FAILED):
                    receipts.place_of(self._inbox.folder / source).unlink(missing_ok=True)
        with database.write() as session:
            upkeep.mark_settled(session, document.id, NUL.join(os.fsencode(target) for target in targets))

    def _targets(self, wanted: list[Path], document: DocumentRecord) -> list[Path]:
        """Another content that ended under one of these names stays; the same content takes its own place again."""
        first, *others = wanted
        path = self._inbox.folder / first
        taken = path.exists() or receipts.place_of(path).exists()
        if taken and document.sha256 is not None and receipts.sha256_in(path) != document.sha256:
            first = with_digest(first, document.sha256)
        pages = zip(others, pictures_of(document)[1:], strict=True)
        return [first, *(self._page_target(path, page.sha256 or "") for path, page in pages)]

    def _page_target(self, wanted: Path, sha256: str) -> Path:
        path = self._inbox.folder / wanted
        return wanted if not path.exists() or digest_of(path) == sha256 else with_digest(wanted, sha256)

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
