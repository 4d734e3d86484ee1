"""XLSX: one workbook, one sheet per table; a full sheet is continued on the next."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from api.export.atomic import AtomicPath
from api.export.registry import Written
from api.export.safe_text import begins_like_formula, printable
from api.export.tables import TABLES, Row, Table, Value, digits, precision
from models.report import Result

# Limits of the format itself.
SHEET_ROWS = 1_048_576
CELL_CHARACTERS = 32_767
# A spreadsheet computes in doubles: beyond 15 digits it would show another number, so such a figure is kept as text.
EXACT_DIGITS = 15
# Column widths in characters, where the usual 12 would hide or waste too much.
WIDTHS = {
    **{"source": 36, "organ": 24, "cell": 38, "label": 48, "rule": 38, "sentence": 60, "cells": 40, "message": 40},
    **{"hint": 60, "type": 24, "problems": 40, "region": 20, "part": 6, "year": 7, "form": 7},
}
# Equal input gives equal bytes: the day on which zip's own calendar begins stands in for the time of writing.
EPOCH = datetime(1980, 1, 1)


class WorkbookWriter:
    """``reports.xlsx``. Sheets are streamed to temporary files, so memory does not grow with the number of reports."""

    def __init__(self, folder: Path) -> None:
        from openpyxl import Workbook

        self._target = AtomicPath(folder / "reports.xlsx")
        self._book = Workbook(write_only=True)
        self._sheets = tuple(_Sheet(self._book, table) for table in TABLES)

    def write(self, result: Result) -> None:
        """Add the rows of one result to every sheet."""
        for sheet in self._sheets:
            sheet.add(result)

    def close(self) -> Written:
        """Save the workbook and put it in place; notes name texts that were cut."""
        self._book.save(self._target.working)
        _settle(self._target.working)
        return Written((self._target.commit(),), tuple(sheet.note() for sheet in self._sheets if sheet.cut))

    def abort(self) -> None:
        """Remove the unfinished workbook."""
        for sheet in self._book.worksheets:
            sheet.close()
        self._target.discard()


class _Sheet:
    def __init__(self, book: Any, table: Table) -> None:
        self._book, self._table = book, table
        self._number = 0
        self._open()
        self.cut = 0

    def _open(self) -> None:
        self._number += 1
        title = self._table.name if self._number == 1 else f"{self._table.name} {self._number}"
        self._sheet = self._book.create_sheet(title)
        self._sheet.freeze_panes = "A2"
        for at, column in enumerate(self._table.columns, 1):
            self._sheet.column_dimensions[_letter(at)].width = WIDTHS.get(column.name, 12)
        self._sheet.append([self._header(column.name) for column in self._table.columns])
        self._rows = 1

    def _header(self, name: str) -> Any:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font

        cell = WriteOnlyCell(self._sheet, name)
        cell.font = Font(bold=True)
        return cell

    def add(self, result: Result) -> None:
        for row in self._table.rows(result):
            if self._rows == SHEET_ROWS:
                self._open()
            self._sheet.append(list(self._cells(row)))
            self._rows += 1

    def _cells(self, row: Row) -> Iterator[Any]:
        for value in row:
            yield self._text(value) if isinstance(value, str) else self._number_cell(value)

    def _text(self, value: str) -> Any:
        if len(value) > CELL_CHARACTERS:
            value = value[: CELL_CHARACTERS - 1] + "…"
            self.cut += 1
        value = printable(value)
        return _text_cell(self._sheet, value) if begins_like_formula(value) else value

    def _number_cell(self, value: Value) -> Any:
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            count, _ = precision(value)
            return _text_cell(self._sheet, digits(value)) if count > EXACT_DIGITS else value
        return value

    def note(self) -> str:
        return f"reports.xlsx, sheet {self._table.name}: {self.cut} text(s) too long for a cell were cut and end in …"


def _text_cell(sheet: Any, value: str) -> Any:
    """A cell that is text and stays text, also after someone has edited it."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    cell.quotePrefix = 1
    return cell


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(number))


def _settle(path: Path) -> None:
    """Take the time of writing out of the file: from its zip entries and from its properties."""
    rewritten = path.with_name(path.name + ".z")
    try:
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED) as new:
            for entry in old.infolist():
                _copy(old, new, entry.filename)
        rewritten.replace(path)
    finally:
        rewritten.unlink(missing_ok=True)


def _copy(old: zipfile.ZipFile, new: zipfile.ZipFile, name: str) -> None:
    entry = zipfile.ZipInfo(name, EPOCH.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    if name == "docProps/core.xml":
        new.writestr(entry, _properties())
        return
    with old.open(name) as source, new.open(entry, "w", force_zip64=True) as target:
        while block := source.read(1 << 20):
            target.write(block)


def _properties() -> bytes:
    from openpyxl.packaging.core import DocumentProperties
    from openpyxl.xml.functions import tostring

    xml: bytes = tostring(DocumentProperties(creator="gouji", created=EPOCH, modified=EPOCH).to_tree())
    return xml


WRITERS = {"xlsx": WorkbookWriter}
