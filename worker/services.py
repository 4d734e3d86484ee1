"""The parts that a process of the service works with, made once for each process."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from extractors.options import ExtractOptions
from worker.dispatch import Dispatcher
from worker.heartbeat import Heartbeat
from worker.intake import Intake
from worker.settings import ServiceSettings
from worker.store.blobs import Blobs, FolderBlobs
from worker.store.database import Database


@dataclass(frozen=True)
class Services:
    """Database, bytes, broker, the door that documents come in by, and what holds those that are being read."""

    settings: ServiceSettings
    options: ExtractOptions
    database: Database
    blobs: Blobs
    dispatcher: Dispatcher
    intake: Intake
    heartbeat: Heartbeat

    def close(self) -> None:
        """Give all connections back."""
        self.heartbeat.close()
        self.database.close()
        self.dispatcher.close()


def open_services(settings: ServiceSettings, options: ExtractOptions) -> Services:
    """Connect, with the tables brought up to date. Raises UsageError or StoreUnavailable."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    database.migrate()
    dispatcher = Dispatcher(settings)
    intake = Intake(database, dispatcher)
    heartbeat = Heartbeat(database, settings.lease_seconds)
    return Services(settings, options, database, open_blobs(settings), dispatcher, intake, heartbeat)


def open_blobs(settings: ServiceSettings) -> Blobs:
    """Where the bytes of sources are. Raises UsageError."""
    if not settings.sources_url:
        return FolderBlobs(settings.sources)
    from worker.store.s3 import S3Blobs

    return S3Blobs(settings.sources_url)


class PerProcess:
    """Services that a forked process makes anew, since connections do not survive a fork."""

    def __init__(self, make: Callable[[], Services]) -> None:
        self._make = make
        self._made: tuple[int, Services] | None = None

    def __call__(self) -> Services:
        """The services of this process."""
        if self._made is None or self._made[0] != os.getpid():
            self._made = (os.getpid(), self._make())
        return self._made[1]
