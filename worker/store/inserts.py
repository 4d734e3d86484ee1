"""Inserting what may be there already, in one statement and in both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from worker.store.records import Base

#: SQLite takes 32,766 values in one statement; the widest table has 30 columns.
ROWS = 500


def insert_ignoring(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows; one that breaks a unique key is left out. All rows must have the same keys. Returns how many went in."""
    inserted = 0
    for start in range(0, len(rows), ROWS):
        some = [dict(row) for row in rows[start : start + ROWS]]
        first = next(iter(table.__table__.primary_key))
        if session.get_bind().dialect.name == "postgresql":
            made = session.execute(postgresql.insert(table).values(some).on_conflict_do_nothing().returning(first))
        else:
            made = session.execute(sqlite.insert(table).values(some).on_conflict_do_nothing().returning(first))
        inserted += len(made.all())
    return inserted
