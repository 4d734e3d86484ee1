"""CSV: UTF-8 with a byte-order mark so that spreadsheet programs read Chinese rightly, lines as in RFC 4180."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.export.books import FileBook
from api.export.columns import Column, Frame, Table
from api.export.safe_text import FORMULA_PATTERN, inert

if TYPE_CHECKING:
    import pyarrow as pa


class CsvSheet:
    """Numbers with every digit, texts made inert, a flag as 1 or 0, nothing as empty."""

    def __init__(self, path: Path, table: Table) -> None:
        self._table = table
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file)
        self._rows.writerow(column.name for column in table.columns)

    def write(self, frame: Frame) -> None:
        """Add rows."""
        fields = [_fields(column, array) for column, array in zip(self._table.columns, frame.columns, strict=True)]
        self._rows.writerows(zip(*fields, strict=True))

    def close(self) -> Sequence[str]:
        """CSV holds everything."""
        self._file.close()
        return ()

    def abort(self) -> None:
        """Let go of the file."""
        self._file.close()


def _fields(column: Column, array: pa.Array) -> Sequence[Any]:
    """What the csv module turns into the right text: it writes None as nothing and floats by their shortest digits."""
    if column.kind == "text":
        return inert_texts(array)
    values: list[Any] = array.to_pylist()
    if column.kind == "flag":
        return [None if value is None else int(value) for value in values]
    return values


def inert_texts(array: pa.Array) -> list[str | None]:
    """Texts with an apostrophe where one begins like a formula, and no NUL, at which many CSV readers stop."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(array, pa.DictionaryArray):
        safe = inert_texts(array.dictionary)
        return [None if at is None else safe[at] for at in array.indices.to_pylist()]
    values: list[str | None] = array.to_pylist()
    if pc.any(pc.match_substring_regex(array, FORMULA_PATTERN)).as_py():
        return [None if value is None else inert(value.replace("\x00", "\ufffd")) for value in values]
    return values


def open_book(folder: Path, tables: Sequence[Table]) -> FileBook:
    """``cells.csv``, ``reports.csv`` …"""
    return FileBook(folder, "csv", tables, CsvSheet)
