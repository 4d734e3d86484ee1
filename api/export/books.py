"""A book holds tables in one file format, whichever they are. Nothing stands under its final name before ``close``.

A table's file is opened with its first rows, by the columns that come with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from api.export.atomic import AtomicPath
from api.export.columns import Frame, Table


@dataclass(frozen=True, slots=True)
class Written:
    """What a writer left behind: its files, and sentences on what a format could not hold."""

    paths: tuple[Path, ...]
    notes: tuple[str, ...] = ()


class Book(Protocol):
    """Takes frames of its tables in any order."""

    def write(self, table: Table, frame: Frame) -> None:
        """Add rows to a table."""
        ...

    def close(self) -> Written:
        """Finish and put everything in place."""
        ...

    def abort(self) -> None:
        """Remove what is unfinished."""
        ...


class Sheet(Protocol):
    """The file of one table, written under a working name."""

    def write(self, frame: Frame) -> None:
        """Add rows."""
        ...

    def close(self) -> Sequence[str]:
        """Finish the file; returns sentences on what it could not hold."""
        ...

    def abort(self) -> None:
        """Let go of the file, finished or not."""
        ...


class FileBook:
    """A file per table: ``<table>.<suffix>``. A table without rows has a file too, unless the format cannot hold one."""

    def __init__(
        self,
        folder: Path,
        suffix: str,
        tables: Sequence[Table],
        open_sheet: Callable[[Path, Table], Sheet],
        *,
        holds_empty: bool = True,
    ) -> None:
        self._folder, self._suffix, self._open, self._holds_empty = folder, suffix, open_sheet, holds_empty
        self._tables = tuple(tables)
        self._sheets: dict[str, tuple[AtomicPath, Sheet]] = {}

    def _path(self, table: Table) -> Path:
        return self._folder / f"{table.name}.{self._suffix}"

    def _sheet(self, table: Table) -> Sheet:
        if table.name not in self._sheets:
            target = AtomicPath(self._path(table))
            self._sheets[table.name] = (target, self._open(target.working, table))
        return self._sheets[table.name][1]

    def write(self, table: Table, frame: Frame) -> None:
        """Add rows to the table's file."""
        self._sheet(table).write(frame)

    def close(self) -> Written:
        """Put the files in place; a table that has none loses the one that an earlier run left."""
        if self._holds_empty:
            for table in self._tables:
                self._sheet(table)
        notes = [note for _, sheet in self._sheets.values() for note in sheet.close()]
        paths = [self._sheets[table.name][0].commit() for table in self._tables if table.name in self._sheets]
        empty = [table for table in self._tables if table.name not in self._sheets]
        for table in empty:  # what an earlier run left would pass for a result of this one
            self._path(table).unlink(missing_ok=True)
        if empty:
            notes.append(f"{self._suffix}: no rows, so no file: {', '.join(table.name for table in empty)}")
        return Written(tuple(paths), tuple(notes))

    def abort(self) -> None:
        """Remove the unfinished files."""
        for target, sheet in self._sheets.values():
            try:
                sheet.abort()
            finally:
                target.discard()
