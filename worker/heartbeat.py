"""Holds documents while they are being read: a thread that renews their leases until the work is over."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from models.errors import StoreUnavailable
from worker.store import leases
from worker.store.database import Database
from worker.store.leases import Claimed

_log = logging.getLogger(__name__)
#: Renewals within the time of one lease.
BEATS = 3


class Heartbeat:
    """Renews the leases of what a process reads, in one thread for all of them: to begin one for each costs more than it does.

    A renewal that fails is tried again at the next beat; the lease is longer than that.
    """

    def __init__(self, database: Database, seconds: float) -> None:
        self._database, self._seconds = database, seconds
        self._held: set[Claimed] = set()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def holding(self, claimed: Claimed) -> Iterator[None]:
        """Renew the lease from entering to leaving. The thread begins with the first, and again if it was lost."""
        self._held.add(claimed)
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
            self._thread.start()
        try:
            yield
        finally:
            self._held.discard(claimed)

    def close(self) -> None:
        """End the thread."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self._seconds / BEATS):
            for claimed in tuple(self._held):
                self._renew(claimed)

    def _renew(self, claimed: Claimed) -> None:
        try:
            with self._database.write() as session:
                held = leases.renew(session, claimed, now=time.time(), seconds=self._seconds)
        except StoreUnavailable as error:
            _log.warning("lease of document %d not renewed: %s", claimed.id, error.detail)
            return
        if not held and claimed in self._held:  # it may have come to its end just now
            _log.warning("document %d is held by another by now", claimed.id)
            self._held.discard(claimed)


def let_go(database: Database, step: Callable[[Session], object], pause: float) -> None:
    """Take the step that lets go of a document: now, or in a thread as soon as the database answers.

    Nobody takes a document from a process that lives, so this process has to say that it has stopped.
    """
    if _taken(database, step):
        return

    def insist() -> None:
        while not _taken(database, step):
            time.sleep(pause)

    threading.Thread(target=insist, name="letting go", daemon=True).start()


def _taken(database: Database, step: Callable[[Session], object]) -> bool:
    try:
        with database.write() as session:
            step(session)
    except StoreUnavailable as error:
        _log.warning("a document is not let go of yet: %s", error.detail)
        return False
    return True
