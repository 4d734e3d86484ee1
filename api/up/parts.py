"""One part of the service: a process that is started again when it dies, and a log that it writes to."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from worker.confine import die_with_parent

#: A log that has grown beyond this is begun anew when its part is started; the last one is kept beside it.
LOG_BYTES = 16 << 20
#: A part that lived for so many seconds was well; one that keeps dying is started more and more slowly.
WELL_SECONDS = 30.0
#: One that was not well so many times in a row will not get well by itself.
HOPELESS = 6
_LONGEST_PAUSE = 30.0


@dataclass
class Part:
    """What to run, and what became of it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    logs: Path
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    deaths: int = 0
    _again_at: float = field(default=0.0)
    _log_start: int = field(default=0)

    @property
    def log(self) -> Path:
        """What the part says."""
        return self.logs / f"{self.name}.log"

    def start(self) -> None:
        """Start it. Ctrl-C on the terminal does not reach it: whoever started it says when to stop."""
        with self._open_log() as log:
            self._log_start = log.tell()
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(die_with_parent, signal.SIGTERM, os.getpid()),
            )
        self.began = time.monotonic()

    def _open_log(self) -> IO[bytes]:
        self.logs.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            os.replace(self.log, self.log.with_suffix(".log.1"))
        log = self.log.open("ab")
        log.seek(0, os.SEEK_END)
        return log

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def keep_alive(self, now: float) -> bool:
        """Start it again when it is dead and its pause is over; whether it was found dead just now."""
        if self.is_alive:
            return False
        if self.process is not None:
            self.deaths = 1 if now - self.began > WELL_SECONDS else self.deaths + 1
            self._again_at = now + min(2.0 ** (self.deaths - 1) - 1, _LONGEST_PAUSE)
            self.process = None
            return True
        if now >= self._again_at:
            self.start()
        return False

    @property
    def is_hopeless(self) -> bool:
        """Whether starting it again is no use."""
        return self.deaths >= HOPELESS

    def kill(self) -> None:
        """End it at once, with everything that it has started."""
        if self.process is not None and self.is_alive:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def said(self) -> bytes:
        """What it has said since it was started last."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read()
