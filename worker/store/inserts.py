"""Inserting what may be there already, in both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from worker.store.records import Base


def insert_ignoring(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; one that breaks a unique key is left out. All rows must have the same keys.

    One statement for all: made once, it is run with each row, which costs a tenth of a statement with all values in it.
    """
    if rows:
        session.connection().execute(_statement(session, table), [dict(row) for row in rows])


def insert_if_new(session: Session, table: type[Base], row: Mapping[str, Any]) -> bool:
    """Insert a row; False when it breaks a unique key, and then nothing is inserted."""
    key = next(iter(table.__table__.primary_key))
    made = session.connection().execute(_statement(session, table).returning(key), dict(row))
    return made.first() is not None


def _statement(session: Session, table: type[Base]) -> Any:
    plain: Any = table.__table__
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(plain).on_conflict_do_nothing()
    return sqlite.insert(plain).on_conflict_do_nothing()
