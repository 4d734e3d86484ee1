"""The one door that documents come in by: record, commit, then send.

Whatever happens between two of these steps, nothing is lost: what was recorded and not sent is sent by the sweep.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from models.errors import BrokerUnavailable
from worker.dispatch import Dispatcher, Message
from worker.store import documents, upkeep
from worker.store.database import Database
from worker.store.documents import Arrival
from worker.store.records import DocumentRecord, Status

_log = logging.getLogger(__name__)


class Intake:
    """Takes documents in."""

    def __init__(self, database: Database, dispatcher: Dispatcher) -> None:
        self._database, self._dispatcher = database, dispatcher

    def take(
        self,
        batch_id: int,
        arrivals: Sequence[Arrival],
        *,
        parent_id: int | None = None,
        interactive: bool = False,
    ) -> list[DocumentRecord]:
        """Record documents and send those that are new. Their bytes must be held already.

        Raises StoreUnavailable, and then nothing was recorded. A broker that does not answer is no reason to refuse.
        """
        with self._database.write() as session:
            found = documents.record(
                session, batch_id, arrivals, now=time.time(), parent_id=parent_id, interactive=interactive
            )
        self.send(found)
        return found

    def send(self, found: Sequence[DocumentRecord]) -> bool:
        """Send those of the documents that wait to be sent; False when the broker does not answer."""
        new = [document for document in found if document.status == Status.RECEIVED]
        if not new:
            return True
        try:
            self._dispatcher.send(Message(document.id, document.queue, document.interactive) for document in new)
        except BrokerUnavailable as error:
            _log.warning("%d documents are recorded but not sent: %s", len(new), error.detail)
            return False
        with self._database.write() as session:
            upkeep.mark_queued(session, [document.id for document in new], now=time.time())
        return True
