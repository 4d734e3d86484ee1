"""The connection to the database: SQLite for one machine, PostgreSQL for many; sessions and migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from models.errors import StoreUnavailable, UsageError

#: Seconds that a writer waits for the others; SQLite has one writer at a time.
BUSY_SECONDS = 30
#: Connections that one process keeps, and those that it opens beyond them when many threads ask at once.
POOL = 5
OVERFLOW = 40
_MIGRATION_LOCK = 0x676F756A69


class Database:
    """An engine with two kinds of session: ``read`` and ``write``.

    A process that was forked must make its own: connections do not survive a fork.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of this machine."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A snapshot; what is changed in it is dropped. Raises StoreUnavailable."""
        with self._session(writing=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction, committed at the end, rolled back on any exception. Raises StoreUnavailable.

        It begins here and not with its first statement: what the time is, is asked after the wait for the other writers.
        """
        with self._session(writing=True) as session:
            session.connection()
            yield session
            session.commit()

    @contextmanager
    def _session(self, *, writing: bool) -> Iterator[Session]:
        try:
            with (
                self._engine.connect().execution_options(gouji_writing=writing) as connection,
                Session(connection, expire_on_commit=False) as session,
            ):
                yield session
        except (DBAPIError, PoolTimeout) as error:
            if isinstance(error, DBAPIError) and not _passing(error):
                raise
            raise StoreUnavailable("the database does not answer", detail=str(error)) from error

    def migrate(self) -> None:
        """Bring the tables to the state of this version of gouji; safe to call from many processes at once."""
        with self._raw() as connection:
            if _revision(connection) == _head():
                return
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            _upgrade(connection)

    def ping(self) -> None:
        """Ask whether the database answers and has the right tables. Raises StoreUnavailable."""
        with self._raw() as connection:
            if _revision(connection) != _head():
                raise StoreUnavailable("the tables of the database are those of another version of gouji")

    @contextmanager
    def _raw(self) -> Iterator[Connection]:
        try:
            with self._engine.connect().execution_options(gouji_writing=True) as connection, connection.begin():
                yield connection
        except DBAPIError as error:
            raise StoreUnavailable("the database does not answer", detail=str(error)) from error

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


def _passing(error: DBAPIError) -> bool:
    """Faults of the connection, the disk or a lock may pass; a wrong statement or a broken rule is a defect."""
    return error.connection_invalidated or type(error).__name__ in ("OperationalError", "InterfaceError")


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        name = parsed.get_backend_name()
    except ArgumentError as error:
        raise UsageError(f"GOUJI_DATABASE_URL: {error}", hint="Give sqlite:///PATH or postgresql://…") from error
    if name == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS}, pool_size=POOL, max_overflow=OVERFLOW)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if name == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_size=POOL, max_overflow=OVERFLOW, pool_pre_ping=True
        )
    raise UsageError(f"GOUJI_DATABASE_URL: {name} is not supported", hint="Give sqlite:///PATH or postgresql://…")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """WAL lets readers read beside the writer; FULL makes a commit outlast a power cut."""
    connection.isolation_level = None  # the driver's own BEGIN comes too late to be IMMEDIATE
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={1000 * BUSY_SECONDS}",
        "cache_size=-4000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: one that began as a reader would fail instead of waiting."""
    writing = connection.get_execution_options().get("gouji_writing", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _alembic_config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "worker.store:migrations")
    return config


def _head() -> str:
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory.from_config(_alembic_config()).get_current_head())


def _revision(connection: Connection) -> str | None:
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = _alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
