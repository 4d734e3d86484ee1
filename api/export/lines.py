"""Tables as JSON lines: one object per row, UTF-8, figures with every digit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from api.export.books import FileBook
from api.export.columns import Column, Frame, Table

if TYPE_CHECKING:
    import pyarrow as pa


class LinesSheet:
    """Every row has every column; what is missing is null."""

    def __init__(self, path: Path, table: Table) -> None:
        self._table = table
        self._names = [json.dumps(column.name, ensure_ascii=False) for column in table.columns]
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def write(self, frame: Frame) -> None:
        """Add rows."""
        columns = [
            [f"{name}:{value}" for value in _values(column, array)]
            for name, column, array in zip(self._names, self._table.columns, frame.columns, strict=True)
        ]
        self._file.writelines("{" + ",".join(row) + "}\n" for row in zip(*columns, strict=True))

    def close(self) -> Sequence[str]:
        """JSON holds everything."""
        self._file.close()
        return ()

    def abort(self) -> None:
        """Let go of the file."""
        self._file.close()


def _values(column: Column, array: pa.Array) -> Iterable[str]:
    values = array.to_pylist()
    if column.is_figure:
        return ("null" if value is None else value for value in values)
    return (json.dumps(value, ensure_ascii=False) for value in values)


def open_book(folder: Path, tables: Sequence[Table]) -> FileBook:
    """``cells.jsonl``, ``panel.jsonl`` …"""
    return FileBook(folder, "jsonl", tables, LinesSheet)
