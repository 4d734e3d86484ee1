"""Stata: one file per table. Figures are doubles there, for Stata knows no exact decimals; why one is missing stays.

The format must know every width before the first row, so rows wait in a file until the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from api.export import dta, words
from api.export.books import FileBook
from api.export.columns import GIVEN, KIND, MARKS, UNREADABLE, Column, Frame, Table
from api.export.spool import Spool

if TYPE_CHECKING:
    import pyarrow as pa

# Above this a double no longer tells neighbouring whole numbers apart.
EXACT = 2**53
# The name of the labels of missing figures; a column of few words has labels of its own name.
FIGURES = "figure"
_LETTERS = tuple(words.MISSING.get(mark, ("", ""))[0] for mark in MARKS)
_MISSING = dta.missing_doubles(_LETTERS)
_NOTE = "Missing: " + ", ".join(
    f".{letter} {zh} ({mark.replace('_', ' ')})" for mark, (letter, zh) in words.MISSING.items()
)


class StataSheet:
    """The rows wait in a spool beside the file, while the widths of the texts are measured."""

    def __init__(self, path: Path, table: Table) -> None:
        self._path, self._table = path, table
        self._spool = Spool(path.with_name(path.name + ".rows"))
        self._widths = dict.fromkeys((column.name for column in table.columns if _is_free_text(column)), 1)
        self._marked: set[int] = set()
        self._large = 0

    def write(self, frame: Frame) -> None:
        """Add rows."""
        for column, array in zip(self._table.columns, frame.columns, strict=True):
            if column.name in self._widths:
                self._widths[column.name] = max(self._widths[column.name], _widest(array))
        self._marked.update(frame.marks)
        self._spool.write(frame)

    def close(self) -> Sequence[str]:
        """Write the file; the note counts figures that a double cannot hold."""
        try:
            head = self._head()
            with self._path.open("wb") as file:
                writer = dta.Writer(file, head)
                for frame in self._spool.read():
                    writer.write(*self._rows(head, frame))
                writer.close()
        finally:
            self._spool.discard()
        if not self._large:
            return ()
        return (f"{self._table.name}.dta: {self._large} figure(s) are larger than a double holds exactly",)

    def abort(self) -> None:
        """Remove the rows that wait."""
        self._spool.discard()

    def _head(self) -> dta.Head:
        columns = self._table.columns
        variables = tuple(self._variable(at, column) for at, column in enumerate(columns))
        labels = {column.short: dict(enumerate(column.levels.values(), 1)) for column in columns if column.levels}
        if self._marked:
            labels[FIGURES] = {dta.missing(dta.LONG, letter): zh for letter, zh in words.MISSING.values() if letter}
        notes = (_NOTE,) if self._marked else ()
        return dta.Head(variables, self._spool.rows, f"gouji: {self._table.name}", notes, labels)

    def _variable(self, at: int, column: Column) -> dta.Variable:
        if column.levels:
            return dta.Variable(column.short, dta.BYTE, _label(column), column.short)
        if column.kind == "text":
            width = self._widths[column.name]
            return dta.Variable(column.short, width if width <= dta.FIXED_BYTES else dta.STRL, _label(column))
        kinds = {"integer": dta.LONG, "flag": dta.BYTE}
        values = FIGURES if at in self._marked else ""
        return dta.Variable(column.short, kinds.get(column.kind, dta.DOUBLE), _label(column), values)

    def _rows(self, head: dta.Head, frame: Frame) -> tuple[NDArray[np.void], Mapping[str, Sequence[bytes]]]:
        rows = np.zeros(frame.rows, head.dtype)
        long_texts: dict[str, list[bytes]] = {}
        for at, (column, variable) in enumerate(zip(self._table.columns, head.variables, strict=True)):
            array = frame.columns[at]
            if column.levels:
                rows[variable.name] = _codes(column, array)
            elif column.kind == "text":
                texts = [(value or "").replace("\x00", "\ufffd").encode() for value in array.to_pylist()]
                if variable.type == dta.STRL:
                    long_texts[variable.name] = texts
                else:
                    rows[variable.name] = texts
            elif column.is_figure:
                rows[variable.name] = self._doubles(array, frame.marks.get(at))
            else:
                rows[variable.name] = _plain(array, variable.type)
        return rows, long_texts

    def _doubles(self, array: pa.Array, marks: NDArray[np.uint8] | None) -> NDArray[np.float64]:
        import pyarrow as pa
        import pyarrow.compute as pc

        absent = np.asarray(pc.is_null(array).to_numpy(zero_copy_only=False), bool)
        values = array.cast(pa.float64()).fill_null(0.0).to_numpy(zero_copy_only=False)
        self._large += int((np.abs(values) > EXACT).sum())
        codes = np.zeros(len(array), np.int64) if marks is None else marks.astype(np.int64) & KIND
        values = np.where(
            np.abs(values) >= _MISSING[GIVEN], _MISSING[UNREADABLE], values
        )  # from there on all is missing
        return np.where(absent, _MISSING[codes], values)


def _label(column: Column) -> str:
    """Chinese first; a variable's label is Chinese itself."""
    return f"{words.COLUMNS.get(column.name, '')} {column.label}".strip()


def _is_free_text(column: Column) -> bool:
    return column.kind == "text" and not column.levels


def _widest(array: pa.Array) -> int:
    """Bytes of the longest text, at most three times that with what a NUL becomes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = array
    if isinstance(array, pa.DictionaryArray):  # which may hold texts that no row has
        texts = array.dictionary.take(pc.drop_null(pc.unique(array.indices)))
    longest = pc.max(pc.binary_length(pc.replace_substring(texts, "\x00", "\ufffd"))).as_py()
    return int(longest or 1)


def _codes(column: Column, array: pa.Array) -> NDArray[np.int8]:
    codes = {word: code for code, word in enumerate(column.levels, 1)}
    return np.array([codes.get(value, dta.SYSMIS[dta.BYTE]) for value in array.to_pylist()], np.int8)


def _plain(array: pa.Array, kind: int) -> NDArray[Any]:
    if kind == dta.DOUBLE:
        values = [_MISSING[0] if value is None else value for value in array.to_pylist()]
        return np.array(values, np.float64)
    return np.array([dta.SYSMIS[kind] if value is None else int(value) for value in array.to_pylist()], np.int64)


def open_book(folder: Path, tables: Sequence[Table]) -> FileBook:
    """``cells.dta`` and so on; a table without rows has no file, for Stata cannot hold one."""
    return FileBook(folder, "dta", tables, StataSheet, holds_empty=False)
