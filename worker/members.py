"""What comes out of an archive: each member becomes a document of its own, in groups, as it is unpacked."""

from __future__ import annotations

from extractors.sources.source import Source
from extractors.sources.unpack import SourceFailure
from models.errors import GoujiError
from worker import queues
from worker.services import Services
from worker.store.documents import Arrival
from worker.store.leases import Claimed

#: Members that are recorded in one transaction and sent together.
GROUP = 200


class Members:
    """Stores members and takes them in. Doing it again after a break adds only what is missing."""

    def __init__(self, services: Services, archive: Claimed) -> None:
        self._services, self._archive = services, archive
        self._waiting: list[Arrival] = []
        self.failure: GoujiError | None = None

    def add(self, found: Source | SourceFailure) -> None:
        """A member with its bytes, or one that could not be read and why."""
        self._waiting.append(self._stored(found) if isinstance(found, Source) else _lost(found))
        if len(self._waiting) >= GROUP:
            self.flush()

    def failed_itself(self, failure: SourceFailure) -> None:
        """The archive itself is at fault."""
        self.failure = failure.error

    def flush(self) -> None:
        """Take in what waits."""
        if self._waiting:
            archive = self._archive
            self._services.intake.take(
                archive.batch_id, self._waiting, parent_id=archive.id, interactive=archive.interactive
            )
            self._waiting = []

    def _stored(self, source: Source) -> Arrival:
        with self._services.blobs.writer() as writer:
            writer.write(source.data)
            stored = writer.keep()
        return Arrival(source.name, stored.sha256, stored.size, queues.queue_for(source.data[: queues.HEAD]))


def _lost(failure: SourceFailure) -> Arrival:
    return Arrival(failure.name, None, error=(failure.error.code, failure.error.message))
