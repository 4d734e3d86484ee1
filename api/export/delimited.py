"""CSV: one file per table, UTF-8 with a byte-order mark so that spreadsheet programs read Chinese rightly."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TextIO

from api.export.atomic import AtomicPath
from api.export.registry import Written
from api.export.safe_text import inert
from api.export.tables import TABLES, Table, Value, digits
from models.report import Result


class CsvWriter:
    """``cells.csv``, ``reports.csv``, ``facts.csv``, ``checks.csv``, ``errors.csv``."""

    def __init__(self, folder: Path) -> None:
        self._sheets = tuple(_Sheet(folder, table) for table in TABLES)

    def write(self, result: Result) -> None:
        """Add the rows of one result to every table."""
        for sheet in self._sheets:
            sheet.add(result)

    def close(self) -> Written:
        """Put the files in place."""
        return Written(tuple(sheet.close() for sheet in self._sheets))

    def abort(self) -> None:
        """Remove the unfinished files."""
        for sheet in self._sheets:
            sheet.abort()


class _Sheet:
    def __init__(self, folder: Path, table: Table) -> None:
        self._table = table
        self._target = AtomicPath(folder / f"{table.name}.csv")
        self._file: TextIO = self._target.working.open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file)  # RFC 4180: CRLF, quotes where needed
        self._rows.writerow(column.name for column in table.columns)

    def add(self, result: Result) -> None:
        for row in self._table.rows(result):
            self._rows.writerow([field(value) for value in row])

    def close(self) -> Path:
        self._file.close()
        return self._target.commit()

    def abort(self) -> None:
        self._file.close()
        self._target.discard()


def field(value: Value) -> str:
    """A value as CSV text: numbers with every digit, texts made inert, a flag as 1 or 0, nothing as empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str):
        return inert(value.replace("\x00", "\ufffd"))  # many CSV readers stop at a NUL
    return repr(value) if isinstance(value, float) else digits(value)


WRITERS = {"csv": CsvWriter}
