"""Holds a document while it is being read: a thread that renews the lease until the work is over."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from sqlalchemy.orm import Session

from models.errors import StoreUnavailable
from worker.store import leases
from worker.store.database import Database
from worker.store.leases import Claimed

_log = logging.getLogger(__name__)
#: Renewals within the time of one lease.
BEATS = 3


class Heartbeat:
    """Renews a lease from entering to leaving. A renewal that fails is tried again; the lease is longer than that."""

    def __init__(self, database: Database, claimed: Claimed, seconds: float) -> None:
        self._database, self._claimed, self._seconds = database, claimed, seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self._seconds / BEATS):
            try:
                with self._database.write() as session:
                    held = leases.renew(session, self._claimed, now=time.time(), seconds=self._seconds)
            except StoreUnavailable as error:
                _log.warning("lease of document %d not renewed: %s", self._claimed.id, error.detail)
                continue
            if not held:
                _log.warning("document %d is held by another by now", self._claimed.id)
                return


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
