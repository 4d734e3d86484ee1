"""Inserting what may be there already, in both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
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


def insert_replacing(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]], column: str) -> None:
    """Insert rows; of one whose primary key is there already only this column is written. All must have the same keys.

    Whoever calls this in several transactions at once gives the rows in the same order, or one may wait for the other.
    """
    if rows:
        made = _replacing(session.connection().dialect.name, table, column)
        session.connection().execute(made, [dict(row) for row in rows])


def _statement(session: Session, table: type[Base]) -> Any:
    return _ignoring(session.connection().dialect.name, table)


@cache
def _ignoring(dialect: str, table: type[Base]) -> Any:
    """Made once for each table: making it costs more than running it."""
    return _insert(dialect, table).on_conflict_do_nothing()


@cache
def _replacing(dialect: str, table: type[Base], column: str) -> Any:
    made = _insert(dialect, table)
    key = list(table.__table__.primary_key)
    return made.on_conflict_do_update(index_elements=key, set_={column: made.excluded[column]})


def _insert(dialect: str, table: type[Base]) -> Any:
    plain: Any = table.__table__
    return postgresql.insert(plain) if dialect == "postgresql" else sqlite.insert(plain)
