"""What comes out of an archive: each member becomes a document of its own, in groups, as it is unpacked."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.sources.pictures import place_of
from extractors.sources.source import Source
from extractors.sources.unpack import SourceFailure
from models.errors import GoujiError
from worker import queues
from worker.pictures import gathered_neighbours
from worker.services import Services
from worker.store.blobs import side_by_side
from worker.store.documents import Arrival
from worker.store.leases import Claimed

#: Members that are recorded in one transaction and sent together: so many, and so many bytes.
GROUP = 200
GROUP_BYTES = 32 << 20


class Members:
    """Stores members and takes them in. Doing it again after a break adds only what is missing.

    Numbered pictures that follow each other may be one document, so that they are taken in together.
    """

    def __init__(self, services: Services, archive: Claimed) -> None:
        self._services, self._archive = services, archive
        self._waiting: list[Source | SourceFailure] = []
        self._bytes = 0
        self._held: list[Arrival] = []
        self.failure: GoujiError | None = None

    def add(self, found: Source | SourceFailure) -> None:
        """A member with its bytes, or one that could not be read and why."""
        self._waiting.append(found)
        self._bytes += len(found.data) if isinstance(found, Source) else 0
        if len(self._waiting) >= GROUP or self._bytes >= GROUP_BYTES:
            self._store()
            self._take(_ends_before_last_set(self._held))

    def failed_itself(self, failure: SourceFailure) -> None:
        """The archive itself is at fault."""
        self.failure = failure.error

    def flush(self) -> None:
        """Take in what waits."""
        self._store()
        self._take(len(self._held))

    def _store(self) -> None:
        """Keep the bytes of what waits."""
        self._held += side_by_side(self._arrival, self._waiting)
        self._waiting, self._bytes = [], 0

    def _take(self, count: int) -> None:
        """Take in the first ``count`` of those whose bytes are kept."""
        if not count:
            return
        archive, arrivals = self._archive, gathered_neighbours(self._services.blobs, self._held[:count])
        self._services.intake.take(archive.batch_id, arrivals, parent_id=archive.id, interactive=archive.interactive)
        self._held = self._held[count:]

    def _arrival(self, found: Source | SourceFailure) -> Arrival:
        if isinstance(found, SourceFailure):
            return Arrival(found.name, None, error=(found.error.code, found.error.message))
        with self._services.blobs.writer() as writer:
            writer.write(found.data)
            stored = writer.keep()
        return Arrival(found.name, stored.sha256, stored.size, queues.queue_for(found.data[: queues.HEAD]))


def _ends_before_last_set(arrivals: Sequence[Arrival]) -> int:
    """How many come before the set of pictures at the end, to which more may belong that are still to come."""
    keys = [place[0] if (place := place_of(arrival.name)) else None for arrival in arrivals]
    at = len(keys)
    while at and keys[at - 1] is not None and keys[at - 1] == keys[-1]:
        at -= 1
    return at
