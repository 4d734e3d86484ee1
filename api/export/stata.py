"""Stata: one file per table, release 118 (Stata 14 and later), within that format's limits.

The format is column-bound and must know every width before the first row, so its rows are held until the end: for very
many reports, Parquet is the format to choose.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.export.atomic import AtomicPath
from api.export.registry import Written
from api.export.tables import TABLES, Column, Row, Table
from models.report import Result

if TYPE_CHECKING:
    import pandas as pd

# Equal input gives equal bytes, so the header does not carry the time of writing.
EPOCH = datetime(1980, 1, 1)
# The longest fixed-width text; longer columns become strL.
FIXED_BYTES = 2045
# Above this a double no longer tells neighbouring integers apart.
EXACT = 2**53


class StataWriter:
    """``cells.dta`` and so on. Figures are doubles there: Stata knows no exact decimals."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: dict[str, list[Row]] = {table.name: [] for table in TABLES}

    def write(self, result: Result) -> None:
        """Add the rows of one result to every table."""
        for table in TABLES:
            self._rows[table.name].extend(table.rows(result))

    def close(self) -> Written:
        """Write the files and put them in place; a table without rows has no file, for Stata cannot hold one."""
        filled = [table for table in TABLES if self._rows[table.name]]
        notes = [note for table in filled if (note := _note(table, self._rows[table.name]))]
        empty = [table.name for table in TABLES if table not in filled]
        if empty:
            notes.append(f"dta: no rows, so no file: {', '.join(empty)}")
        for name in empty:  # what an earlier run left would pass for a result of this one
            (self._folder / f"{name}.dta").unlink(missing_ok=True)
        return Written(tuple(_save(self._folder, table, self._rows[table.name]) for table in filled), tuple(notes))

    def abort(self) -> None:
        """Nothing was written."""


def _save(folder: Path, table: Table, rows: list[Row]) -> Path:
    target = AtomicPath(folder / f"{table.name}.dta")
    frame = _frame(table, rows)
    long_texts = [name for name in frame if frame[name].dtype == object and _widest(frame[name]) > FIXED_BYTES]
    try:
        frame.to_stata(
            target.working,
            version=118,
            write_index=False,
            time_stamp=EPOCH,
            data_label=f"gouji {table.name}",
            variable_labels={column.name: column.label for column in table.columns},
            convert_strl=long_texts,
        )
        return target.commit()
    except BaseException:
        target.discard()
        raise


def _frame(table: Table, rows: list[Row]) -> pd.DataFrame:
    import pandas as pd

    columns = zip(*rows, strict=True)
    return pd.DataFrame(
        {column.name: _series(column, values) for column, values in zip(table.columns, columns, strict=True)}
    )


def _series(column: Column, values: tuple[Any, ...]) -> pd.Series[Any]:
    """Texts as they are ("" for none, which is Stata's own missing text), everything else as doubles."""
    import pandas as pd

    if column.kind == "text":
        return pd.Series(["" if value is None else value.replace("\x00", "\ufffd") for value in values], dtype=object)
    return pd.Series([None if value is None else float(value) for value in values], dtype="float64")


def _widest(series: pd.Series[Any]) -> int:
    return max(len(text.encode("utf-8", "replace")) for text in series)


def _note(table: Table, rows: list[Row]) -> str:
    at = [number for number, column in enumerate(table.columns) if column.kind == "number"]
    large = sum(1 for row in rows for number in at if row[number] is not None and abs(float(row[number] or 0)) > EXACT)
    return f"{table.name}.dta: {large} figure(s) are larger than a double holds exactly" if large else ""


WRITERS = {"dta": StataWriter}
