"""Real parts for the tests of the service: a Redis and a PostgreSQL of their own, on sockets, gone with the session."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from extractors.options import ExtractOptions
from worker.services import Services, open_services
from worker.settings import ServiceSettings
from worker.store.database import Database

REPOSITORY = Path(__file__).resolve().parents[1]
#: Only a defect makes anything take so long, however busy the machine is.
PATIENCE = 300.0
T = TypeVar("T")


def eventually(look: Callable[[], T], what: str, patience: float = PATIENCE) -> T:
    """Look until something is there."""
    end = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < end, f"waited {patience:.0f} s for {what}"
        time.sleep(0.02)
    return found


def _postgres_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _unprivileged() -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a private cluster."""
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    home = Path(tempfile.mkdtemp(prefix="gouji-pg-"))
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    run = _unprivileged()
    options = f"-c listen_addresses='' -k {home} -c fsync=off -c max_connections=60"
    try:
        _quietly(*run, str(programs / "initdb"), "-D", f"{home}/data", "-A", "trust", "-U", user, "-E", "UTF8")
        _quietly(
            *run, str(programs / "pg_ctl"), "-D", f"{home}/data", "-w", "-l", f"{home}/log", "-o", options, "start"
        )
        yield f"postgresql://{user}@/postgres?host={home}"
    finally:
        subprocess.run(
            [*run, str(programs / "pg_ctl"), "-D", f"{home}/data", "-m", "immediate", "stop"],
            capture_output=True, cwd="/", check=False,
        )  # fmt: skip
        shutil.rmtree(home, ignore_errors=True)


def _quietly(*command: str) -> None:
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty database."""
    name = f"t{uuid4().hex}"
    engine = create_engine(postgres_server.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgres_server.replace("/postgres?", f"/{name}?")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/gouji.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Each kind of database, with its tables."""
    made = Database(database_url)
    made.migrate()
    yield made
    made.close()


class RedisServer:
    """A Redis that keeps nothing, on a socket; it can be killed and comes back empty."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis+socket://{self._socket}"

    def start(self) -> None:
        command = ["redis-server", "--port", "0", "--unixsocket", str(self._socket), "--save", "", "--daemonize", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=self._socket.parent)
        eventually(self._socket.exists, "Redis")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._socket.unlink(missing_ok=True)


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    if shutil.which("redis-server") is None:
        pytest.skip("Redis is not installed (apt-get install redis-server)")
    with tempfile.TemporaryDirectory(prefix="gouji-redis-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        yield server
        server.kill()


def settings_for(database_url: str, broker_url: str, folder: Path, **others: object) -> ServiceSettings:
    """Settings with short times, as tests like them."""
    quick = {
        "sweep_seconds": 0.5,
        "lease_seconds": 5.0,
        "resend_seconds": 1.0,
        "settle_seconds": 0.3,
        "workers": 2,
        "audit_share": 0,
    }
    given = {"database_url": database_url, "broker_url": broker_url, "data_dir": folder / "data", **quick, **others}
    return ServiceSettings.model_validate(given)


def environment(settings: ServiceSettings) -> dict[str, str]:
    """The variables that make a process see these settings."""
    given = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {f"GOUJI_{name}".upper(): ",".join(v) if isinstance(v, tuple) else str(v) for name, v in given.items()}


class Processes:
    """Real processes of the service. All are gone when the test is over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, settings: ServiceSettings, *args: str, program: str = "api.cli") -> subprocess.Popen[bytes]:
        """Run ``gouji ARGS``, or another module that takes the same arguments."""
        log = self._folder / f"process-{len(self._started)}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", program, *args],
                cwd=REPOSITORY, env={**os.environ, **environment(settings)}, stdout=stream, stderr=stream,
                start_new_session=True,
            )  # fmt: skip
        self._started.append(process)
        return process

    def logs(self) -> str:
        """Everything that was said, for the message of a test that fails."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self._folder.glob("process-*.log")))

    def stop(self) -> None:
        for process in self._started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def settings(tmp_path: Path, redis_server: RedisServer) -> ServiceSettings:
    """A service on SQLite with a Redis of its own."""
    return settings_for(f"sqlite:///{tmp_path}/gouji.db", redis_server.url, tmp_path)


@pytest.fixture
def services(settings: ServiceSettings) -> Iterator[Services]:
    """The parts of that service, in this process."""
    with closing(open_services(settings, ExtractOptions())) as made:
        yield made
