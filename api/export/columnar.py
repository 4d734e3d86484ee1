"""Parquet: figures are exact decimals, or whole numbers where a column can hold nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.export.books import FileBook
from api.export.columns import Column, Frame, Table, digits, precision_of

if TYPE_CHECKING:
    import pyarrow as pa

# 128-bit decimals, which every Parquet reader knows, hold 38 digits; no printed amount has 12 after the point.
DIGITS, SCALE = 38, 12
# A row group is written when so many values are there: memory stays small, and groups are large enough to compress.
GROUP = 2_500_000
# Digits that fit in any case, so that only longer texts are looked at one by one.
SHORT = 12


class ParquetSheet:
    """Row groups of about a constant size."""

    def __init__(self, path: Path, table: Table) -> None:
        self._path, self._table = path, table
        self._schema: pa.Schema | None = None
        self._file: Any = None
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0
        self._unfit = 0

    def write(self, frame: Frame) -> None:
        """Add rows."""
        import pyarrow as pa

        schema = self._open([isinstance(array, pa.DictionaryArray) for array in frame.columns])
        self._waiting.append(pa.RecordBatch.from_arrays(list(self._arrays(frame, schema)), schema=schema))
        self._rows += frame.rows
        if self._rows * len(frame.columns) >= GROUP:
            self._flush()

    def _open(self, coded: Sequence[bool]) -> pa.Schema:
        """Open the file with the first rows. Texts that come coded are written so, which is faster and reads the same."""
        import pyarrow.parquet as pq

        if self._schema is None:
            self._schema = _schema(self._table.columns, coded)
            # Without Arrow's own schema in the file, every reader takes coded texts for texts.
            self._file = pq.ParquetWriter(self._path, self._schema, compression="zstd", store_schema=False)
        return self._schema

    def _arrays(self, frame: Frame, schema: pa.Schema) -> Iterator[pa.Array]:
        for column, field, array in zip(self._table.columns, schema, frame.columns, strict=True):
            if column.is_figure:
                array = self._fitted(array)
            yield array if array.type.equals(field.type) else array.cast(field.type)

    def _fitted(self, array: pa.Array) -> pa.Array:
        """The digits that a 128-bit decimal can hold; others are left empty and counted."""
        import pyarrow as pa
        import pyarrow.compute as pc

        longest = pc.max(pc.utf8_length(array)).as_py()
        if longest is None or longest <= SHORT:
            return array
        kept = [value if value is None or fits_text(value) else None for value in array.to_pylist()]
        self._unfit += kept.count(None) - array.null_count
        return pa.array([None if value is None else _plain(value) for value in kept], pa.string())

    def _flush(self) -> None:
        import pyarrow as pa

        table = pa.Table.from_batches(self._waiting, schema=self._schema).unify_dictionaries()
        self._file.write_table(table, row_group_size=len(table) or None)
        self._waiting.clear()
        self._rows = 0

    def close(self) -> Sequence[str]:
        """The note names the figures that a 128-bit decimal cannot hold."""
        self._open([False] * len(self._table.columns))
        if self._waiting:
            self._flush()
        self._file.close()
        if not self._unfit:
            return ()
        return (f"{self._table.name}.parquet: {self._unfit} figure(s) have too many digits and are left empty",)

    def abort(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()


def fits(value: int | Decimal) -> bool:
    """Whether the value can be held exactly in ``DIGITS`` digits, ``SCALE`` of them after the point."""
    return fits_text(digits(value))


def fits_text(text: str) -> bool:
    """The same of the digits of a figure."""
    _, after = precision_of(text)
    return after <= SCALE and len(text.partition(".")[0].lstrip("-").lstrip("0")) <= DIGITS - SCALE


def _plain(text: str) -> str:
    """Without zeros that end a fraction: there may be more of them than a decimal has places."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _schema(columns: Sequence[Column], coded: Sequence[bool]) -> pa.Schema:
    import pyarrow as pa

    kinds: dict[str, Any] = {
        "text": pa.string(),
        "integer": pa.int32(),
        "real": pa.float64(),
        "number": pa.decimal128(DIGITS, SCALE),
        "count": pa.int64(),
        "flag": pa.bool_(),
    }
    texts = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        pa.field(column.name, texts if is_coded else kinds[column.kind])
        for column, is_coded in zip(columns, coded, strict=True)
    )


def open_book(folder: Path, tables: Sequence[Table]) -> FileBook:
    """``cells.parquet`` and so on."""
    return FileBook(folder, "parquet", tables, ParquetSheet)
