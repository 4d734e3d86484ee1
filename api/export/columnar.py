"""Parquet: one file per table, figures as exact decimals."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.export.atomic import AtomicPath
from api.export.registry import Written
from api.export.tables import TABLES, Column, Row, Table, precision
from models.report import Result

if TYPE_CHECKING:
    import pyarrow as pa

# 128-bit decimals, which every Parquet reader knows, hold 38 digits; no printed amount has 12 after the point.
DIGITS, SCALE = 38, 12
# Rows held in memory before they are written as one row group.
GROUP = 20_000


class ParquetWriter:
    """``cells.parquet`` and so on, in row groups of a constant size."""

    def __init__(self, folder: Path) -> None:
        self._sheets = tuple(_Sheet(folder, table) for table in TABLES)

    def write(self, result: Result) -> None:
        """Add the rows of one result to every table."""
        for sheet in self._sheets:
            sheet.add(result)

    def close(self) -> Written:
        """Put the files in place; notes name the figures that a 128-bit decimal cannot hold."""
        paths = tuple(sheet.close() for sheet in self._sheets)
        return Written(paths, tuple(sheet.note() for sheet in self._sheets if sheet.unfit))

    def abort(self) -> None:
        """Remove the unfinished files."""
        for sheet in self._sheets:
            sheet.abort()


class _Sheet:
    def __init__(self, folder: Path, table: Table) -> None:
        import pyarrow.parquet as pq

        self._table = table
        self._target = AtomicPath(folder / f"{table.name}.parquet")
        self._schema = _schema(table.columns)
        self._numbers = tuple(i for i, column in enumerate(table.columns) if column.kind == "number")
        self._waiting: list[Row] = []
        self._file = pq.ParquetWriter(self._target.working, self._schema, compression="zstd")
        self.unfit = 0

    def add(self, result: Result) -> None:
        self._waiting.extend(self._fitted(row) for row in self._table.rows(result))
        if len(self._waiting) >= GROUP:
            self._flush()

    def _fitted(self, row: Row) -> Row:
        values = list(row)
        for at in self._numbers:
            value = values[at]
            if isinstance(value, (int, Decimal)) and not fits(value):
                values[at] = None
                self.unfit += 1
        return tuple(values)

    def _flush(self) -> None:
        import pyarrow as pa

        columns = list(zip(*self._waiting, strict=True)) or [()] * len(self._schema)
        arrays = [_array(values, kind) for values, kind in zip(columns, self._schema, strict=True)]
        self._file.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._waiting.clear()

    def close(self) -> Path:
        if self._waiting:
            self._flush()
        self._file.close()
        return self._target.commit()

    def abort(self) -> None:
        self._file.close()
        self._target.discard()

    def note(self) -> str:
        return f"{self._table.name}.parquet: {self.unfit} figure(s) have too many digits and are left empty"


def fits(value: int | Decimal) -> bool:
    """Whether the value can be held exactly in ``DIGITS`` digits, ``SCALE`` of them after the point."""
    _, after = precision(value)
    return after <= SCALE and abs(value) < 10 ** (DIGITS - SCALE)


def _schema(columns: tuple[Column, ...]) -> pa.Schema:
    import pyarrow as pa

    kinds: dict[str, Any] = {
        "text": pa.string(),
        "integer": pa.int32(),
        "real": pa.float64(),
        "number": pa.decimal128(DIGITS, SCALE),
        "flag": pa.bool_(),
    }
    return pa.schema([pa.field(c.name, kinds[c.kind], metadata={"label": c.label}) for c in columns])


def _array(values: tuple[Any, ...], column: pa.Field) -> pa.Array:
    import pyarrow as pa

    if pa.types.is_decimal(column.type):
        values = tuple(None if value is None else Decimal(value) for value in values)
    return pa.array(values, type=column.type)


WRITERS = {"parquet": ParquetWriter}
