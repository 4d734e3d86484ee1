"""The parts of a service in a folder of its own, for measuring; all are gone at the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from extractors.options import ExtractOptions
from worker.services import Services, open_services
from worker.settings import ServiceSettings


class Parts:
    """Starts processes and ends them."""

    def __init__(self, folder: Path, **given: object) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._socket = folder / "redis.sock"
        self._redis: subprocess.Popen[bytes] | None = None
        self._started: list[subprocess.Popen[bytes]] = []
        defaults: dict[str, object] = {"sweep_seconds": 2.0, "resend_seconds": 5.0, "rate_limit": 0}
        places = {"broker_url": f"redis+socket://{self._socket}", "data_dir": folder / "data"}
        self.settings = ServiceSettings.model_validate({**defaults, **given, **places})

    def start_redis(self) -> None:
        command = ["redis-server", "--port", "0", "--unixsocket", str(self._socket), "--save", ""]
        self._redis = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(self._socket.exists)

    def kill_redis(self) -> None:
        if self._redis is not None:
            self._redis.kill()
            self._redis.wait()
            self._socket.unlink(missing_ok=True)

    def start(self, *args: str, program: str = "api.cli") -> subprocess.Popen[bytes]:
        """``gouji ARGS``, with its output in a log."""
        log = self.folder / f"{len(self._started)}-{args[0]}.log"
        given = {name: getattr(self.settings, name) for name in self.settings.model_fields_set}
        environment = {f"GOUJI_{name}".upper(): str(value) for name, value in given.items()}
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", program, *args],
                env={**os.environ, **environment}, stdout=stream, stderr=stream, start_new_session=True,
            )  # fmt: skip
        self._started.append(process)
        return process

    def log_of(self, process: subprocess.Popen[bytes]) -> str:
        number = self._started.index(process)
        return next(self.folder.glob(f"{number}-*.log")).read_text(errors="replace")

    def stop(self) -> None:
        for process in self._started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.kill_redis()


@contextmanager
def service(folder: Path, **given: object) -> Iterator[tuple[Parts, Services]]:
    """Redis and the store; nothing else runs yet. SIGTERM ends everything as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        parts = Parts(folder, **given)
        stack.callback(parts.stop)
        parts.start_redis()
        services = open_services(parts.settings, ExtractOptions())
        stack.callback(services.close)
        yield parts, services


def wait_until(look: Callable[[], object], pause: float = 0.05) -> float:
    """Seconds until something is so."""
    began = time.perf_counter()
    while not look():
        time.sleep(pause)
    return time.perf_counter() - began


class Peak:
    """The most memory that a process, with those below it, ever had resident, in MiB."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.first = self.now()
        self.most = self.first

    def now(self) -> float:
        family = [self._process, *self._process.children(recursive=True)]
        return float(sum(process.memory_info().rss for process in family)) / (1 << 20)

    def look(self) -> None:
        self.most = max(self.most, self.now())
