"""Starts the parts in order, keeps them alive, and stops them in the other order."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from api.cli.summary import Summary
from api.export.books import Written
from api.http.exports import all_results
from api.own import own_command, own_environment
from api.up.board import Board, is_over
from api.up.broker import redis_part, wait_for_redis
from api.up.parts import Part
from extractors.options import ExtractOptions
from models.errors import ServiceUnavailable, UsageError
from worker.inbox import DONE, FAILED, Inbox
from worker.services import Services, open_services
from worker.settings import ServiceSettings
from worker.store import batches, upkeep

START_SECONDS = 180.0
LOOK_SECONDS = 0.5
#: What is being read may come to its end; whoever is in a hurry presses Ctrl-C again, and it is read again next time.
PATIENCE = 120.0
_ADDRESS = re.compile(rb"^gouji: (http://\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. ``once`` ends when everything in the inbox has been read."""

    settings: ServiceSettings
    options: ExtractOptions
    inbox: Path
    once: bool = False


class Supervisor:
    """The service of one machine."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._board = Board()
        self._parts: list[Part] = []
        self._stop = threading.Event()
        self._signals = 0

    def run(self) -> int:
        """Run until a signal (or, with ``once``, until all has been read). Raises UsageError when a part cannot run."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        try:
            services = self._start()
            try:
                return self._watch_over(services)
            finally:
                services.close()
        finally:
            self._stop_all()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        self._stop.set()

    def _start(self) -> Services:
        settings = self._plan.settings
        settings.data.mkdir(parents=True, exist_ok=True)
        logs = settings.data / "logs"
        if not settings.broker_url:
            redis, url = redis_part(settings.data, logs)
            self._launch(redis)
            wait_for_redis(redis, url)
            settings = settings.model_copy(update={"broker_url": url})
        self._plan.inbox.mkdir(parents=True, exist_ok=True)
        services = open_services(settings, self._plan.options)
        places = {"GOUJI_BROKER_URL": settings.broker, "GOUJI_DATA_DIR": str(settings.data)}
        for name, args in self._commands(settings).items():
            self._launch(Part(name, own_command("api.cli", *args), {**places, **own_environment()}, logs))
        self._board.say(f"{self._address()} · inbox {self._plan.inbox} · logs {logs} · Ctrl-C stops it")
        return services

    def _commands(self, settings: ServiceSettings) -> Mapping[str, list[str]]:
        return {
            "api": ["api", "--host", settings.host, "--port", str(settings.port)],
            "worker": ["worker"],
            "watcher": ["watch", str(self._plan.inbox)],
        }

    def _launch(self, part: Part) -> None:
        part.start()
        self._parts.append(part)

    def _address(self) -> str:
        """Where the API listens, as it says itself. Raises UsageError when it does not start."""
        part = next(part for part in self._parts if part.name == "api")
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and part.is_alive and not self._stop.is_set():
            found = _ADDRESS.findall(part.said())
            if found:
                return bytes(found[-1]).decode()
            time.sleep(0.05)
        if self._stop.is_set():
            return "stopping"
        raise UsageError("The API does not start: is the port taken?", hint=f"See {part.log}, or give another --port.")

    def _watch_over(self, services: Services) -> int:
        said = False
        while not self._stop.wait(LOOK_SECONDS):
            for part in self._parts:
                self._care_for(part)
            done = self._look(services)
            if done and not said:
                self._summarise(services)
                said = True
                if self._plan.once:
                    return 0
            said = said and done
        return 0

    def _care_for(self, part: Part) -> None:
        if not part.keep_alive(time.monotonic()):
            return
        if part.is_hopeless:
            raise UsageError(f"{part.name} dies as soon as it is started.", hint=f"See {part.log}.")
        self._board.say(f"{part.name} died and is started again; see {part.log}")

    def _look(self, services: Services) -> bool:
        """Show the state; whether something came in and all of it is over and put away."""
        try:
            with services.database.read() as session:
                counts = batches.counts_of_all(session)
                on_its_way = upkeep.awaits_settling(session)
        except ServiceUnavailable:
            return False
        self._board.show(counts)
        something = self._plan.once or any(counts.values())
        settled = something and is_over(counts) and not on_its_way
        return settled and not self._has_arrivals()

    def _has_arrivals(self) -> bool:
        """Whether files lie in the inbox that can be taken in."""
        folder = self._plan.inbox
        return any(os.access(folder / found.relative, os.R_OK) for found in Inbox(folder).files())

    def _summarise(self, services: Services) -> None:
        self._board.clear()
        summary = Summary()
        for result in all_results(services, None):
            summary.add(result)
        places = (self._plan.inbox / name for name in (DONE, FAILED))
        summary.show(Written(tuple(place for place in places if place.is_dir())), sys.stderr)

    def _stop_all(self) -> None:
        """The doors first, then the readers, Redis last. A second signal ends what is left at once."""
        if any(part.is_alive for part in self._parts):
            self._board.say("stopping; what is being read comes to its end (Ctrl-C again: at once)")
        order = {"api": 0, "watcher": 1, "worker": 2, "redis": 3}
        for part in sorted(self._parts, key=lambda part: order[part.name]):
            self._stop_part(part)

    def _stop_part(self, part: Part) -> None:
        seen, end = self._signals, time.monotonic() + PATIENCE
        if part.process is None or not part.is_alive:
            return
        part.process.terminate()
        while part.is_alive and time.monotonic() < end and self._signals == seen:
            time.sleep(0.05)
        part.kill()
