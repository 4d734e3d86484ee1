"""XLSX: one workbook, one sheet per table; a full sheet is continued on the next. Doubtful figures are coloured."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import repeat
from pathlib import Path
from typing import Any

from api.export import words
from api.export.atomic import EPOCH, AtomicPath
from api.export.books import Written
from api.export.columns import DOUBTFUL, Column, Frame, Table, Value, precision_of
from api.export.safe_text import begins_like_formula, printable

# Limits of the format itself.
SHEET_ROWS = 1_048_576
CELL_CHARACTERS = 32_767
# A spreadsheet computes in doubles: beyond 15 digits it would show another number, so such a figure is kept as text.
EXACT_DIGITS = 15
# Column widths in characters, where the usual 12 would hide or waste too much.
WIDTHS = {
    **{"source": 36, "organ": 24, "cell": 38, "label": 48, "rule": 38, "sentence": 60, "cells": 40, "message": 40},
    **{"hint": 60, "type": 24, "problems": 40, "region": 20, "part": 6, "year": 7, "form": 7, "variable": 38},
    **{"label_zh": 44, "label_en": 44, "why": 60, "breaks": 60, "evidence": 40, "name": 30, "names": 50},
    **{
        "organ_id": 17,
        "column": 36,
        "alias": 28,
        "table": 14,
        "values": 40,
        "forms": 15,
        "comparable": 50,
        "alone": 50,
    },
    **{f"cell_{form}": 36 for form in words.FORM},
    **{f"label_{form}": 44 for form in words.FORM},
}
# A figure's column, in characters; its name, which has dots and no blanks, is broken over so many lines at most.
FIGURE_WIDTH, HEADING_LINES = 17, 4
LINE_POINTS = 15
# The fill of a figure that a person should look at.
DOUBTFUL_COLOUR = "FFFFE699"
# What a spreadsheet takes for the outcome of a formula and not for a text.
_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})


class WorkbookBook:
    """Sheets are streamed to temporary files, so memory does not grow with the number of rows."""

    def __init__(self, path: Path, tables: Sequence[Table]) -> None:
        from openpyxl import Workbook

        self._target = AtomicPath(path)
        self._book = Workbook(write_only=True)
        self._sheets = {table.name: _Sheet(self._book, table, path.name) for table in tables}

    def write(self, table: Table, frame: Frame) -> None:
        """Add rows to the table's sheet."""
        self._sheets[table.name].write(frame)

    def close(self) -> Written:
        """Save the workbook and put it in place; notes name texts that were cut."""
        self._book.save(self._target.working)
        _settle(self._target.working)
        notes = tuple(sheet.note() for sheet in self._sheets.values() if sheet.cut)
        return Written((self._target.commit(),), notes)

    def abort(self) -> None:
        """Remove the unfinished workbook."""
        for sheet in self._book.worksheets:
            sheet.close()
        self._target.discard()


class _Sheet:
    def __init__(self, book: Any, table: Table, name: str) -> None:
        from openpyxl.styles import PatternFill

        self._book, self._table, self._name = book, table, name
        self._fill = PatternFill("solid", fgColor=DOUBTFUL_COLOUR)
        self._number = 0
        self._open()
        self.cut = 0

    def _open(self) -> None:
        self._number += 1
        title = self._table.name if self._number == 1 else f"{self._table.name} {self._number}"
        self._sheet = self._book.create_sheet(title)
        self._sheet.freeze_panes = f"{_letter(self._table.frozen + 1)}2"
        for at, column in enumerate(self._table.columns, 1):
            self._sheet.column_dimensions[_letter(at)].width = _width(column)
        lines = max((-(-len(column.name) // _width(column)) for column in self._table.columns), default=1)
        self._sheet.row_dimensions[1].height = LINE_POINTS * min(lines, HEADING_LINES)
        self._sheet.append([self._header(column) for column in self._table.columns])
        self._rows = 1

    def _header(self, column: Column) -> Any:
        """The name, which programs read; what it means in Chinese and English is a note on it."""
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.comments import Comment
        from openpyxl.styles import Alignment, Font

        cell = WriteOnlyCell(self._sheet, column.name)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        zh = words.COLUMNS.get(column.name)
        cell.comment = Comment(f"{zh}\n{column.label}" if zh else column.label, "gouji", height=60, width=260)
        return cell

    def write(self, frame: Frame) -> None:
        columns = self._table.columns
        values = [_values(column, array) for column, array in zip(columns, frame.columns, strict=True)]
        doubts = [
            (frame.marks[at] & DOUBTFUL).tolist() if at in frame.marks else repeat(0) for at in range(len(columns))
        ]
        for row, doubt in zip(zip(*values, strict=True), zip(*doubts, strict=False), strict=False):
            if self._rows == SHEET_ROWS:
                self._open()
            self._sheet.append(list(self._cells(row, doubt)))
            self._rows += 1

    def _cells(self, row: Sequence[Value], doubts: Sequence[int]) -> Iterator[Any]:
        for value, doubtful in zip(row, doubts, strict=True):
            found = self._text(value) if isinstance(value, str) else value
            yield self._coloured(found) if doubtful else found

    def _coloured(self, found: Any) -> Any:
        from openpyxl.cell import Cell, WriteOnlyCell

        cell = found if isinstance(found, Cell) else WriteOnlyCell(self._sheet, found)
        cell.fill = self._fill
        return cell

    def _text(self, value: str) -> Any:
        if len(value) > CELL_CHARACTERS:
            value = value[: CELL_CHARACTERS - 1] + "…"
            self.cut += 1
        value = printable(value)
        if not begins_like_formula(value) and value not in _ERRORS:
            return value
        return _text_cell(self._sheet, value)

    def note(self) -> str:
        return f"{self._name}, sheet {self._table.name}: {self.cut} text(s) too long for a cell were cut and end in …"


def _width(column: Column) -> int:
    return WIDTHS.get(column.name, FIGURE_WIDTH if column.alias else 12)


def _values(column: Column, array: Any) -> list[Value]:
    values: list[Value] = array.to_pylist()
    return [None if value is None else _figure(str(value)) for value in values] if column.is_figure else values


def _figure(text: str) -> Value:
    """A number where a spreadsheet can show every digit of it, else its digits."""
    if precision_of(text)[0] > EXACT_DIGITS:
        return text
    return Decimal(text) if "." in text else int(text)


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


def open_book(folder: Path, tables: Sequence[Table]) -> WorkbookBook:
    """``reports.xlsx``, or ``panel.xlsx`` where there is a panel."""
    name = "panel" if any(table.name == "panel" for table in tables) else "reports"
    return WorkbookBook(folder / f"{name}.xlsx", tables)
