"""The one list of output formats. A table format is one module with ``open_book(folder, tables)`` and one line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from api.export.books import Book, Written
from api.export.columns import Table
from models.errors import UsageError
from models.light import light
from models.report import Result

#: Formats of whole results, and what is called for them.
RESULT_FORMATS = ("json", "jsonl")
#: Formats of tables → the module that writes them, loaded on use.
TABLE_FORMATS: dict[str, str] = {
    "csv": "api.export.delimited",
    "jsonl": "api.export.lines",
    "parquet": "api.export.columnar",
    "xlsx": "api.export.workbook",
    "dta": "api.export.stata",
}
#: What results can be written as: whole, or as tables.
FORMATS = ("json", "jsonl", "csv", "parquet", "xlsx", "dta")
# Results held before they become rows: enough that a step for many rows pays, few enough that memory stays small.
BATCH = 100


class Writer(Protocol):
    """Takes results one after another.

    Nothing stands under its final name before ``close``, except where each result is a file of its own.
    """

    def write(self, result: Result) -> None:
        """Add one result."""
        ...

    def close(self) -> Written:
        """Finish and put everything in place."""
        ...

    def abort(self) -> None:
        """Remove what is unfinished."""
        ...


def open_writer(name: str, folder: Path) -> Writer:
    """A writer of results in the format into the folder, which is made if need be.

    Raises UsageError for an unknown format or a folder that cannot be made.
    """
    if name not in FORMATS:
        raise UsageError(f"Unknown format: {name}", hint=f"Known are {', '.join(FORMATS)}.")
    make_folder(folder)
    if name in RESULT_FORMATS:
        openers = cast("dict[str, Callable[[Path], Writer]]", import_module("api.export.jsonl").WRITERS)
        return openers[name](folder)
    from api.export.tables import RESULT_TABLES

    return ResultBook(open_book(name, folder, RESULT_TABLES))


def open_book(name: str, folder: Path, tables: Sequence[Table]) -> Book:
    """A book of these tables in the format. Raises UsageError for an unknown format."""
    if name not in TABLE_FORMATS:
        raise UsageError(f"Unknown format: {name}", hint=f"Known are {', '.join(TABLE_FORMATS)}.")
    opener = cast("Callable[[Path, Sequence[Table]], Book]", import_module(TABLE_FORMATS[name]).open_book)
    return opener(folder, tables)


def make_folder(folder: Path) -> None:
    """Make the folder if need be. Raises UsageError where that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"Cannot write into {folder}: {error.strerror}"
        raise UsageError(message, hint="Choose another folder with -o.") from error


class ResultBook:
    """Results as the rows of their tables, in one book."""

    def __init__(self, book: Book) -> None:
        from api.export.tables import ResultRows
        from models.by_column import by_column

        self._book, self._begin, self._by_column = book, ResultRows, by_column
        self._rows, self._waiting = ResultRows(), 0

    def write(self, result: Result) -> None:
        """Add the rows of one result to every table."""
        self._rows.add(self._by_column(light(result)))
        self._waiting += 1
        if self._waiting >= BATCH:
            self._flush()

    def _flush(self) -> None:
        for table, frame in self._rows.frames():
            self._book.write(table, frame)
        self._rows, self._waiting = self._begin(), 0

    def close(self) -> Written:
        """Put the files in place."""
        self._flush()
        return self._book.close()

    def abort(self) -> None:
        """Remove the unfinished files."""
        self._book.abort()
