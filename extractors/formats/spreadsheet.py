"""Workbooks (XLSX, and XLS by way of LibreOffice): values as the cells display them, merges as spans."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from extractors.formats.displayed import displayed
from extractors.formats.office import convert
from extractors.formats.ooxml import Package
from extractors.formats.sheet_runs import sheet_blocks
from extractors.options import ExtractOptions
from extractors.page import Block, Content, PageProblem
from extractors.sources.source import Source
from models.errors import LimitExceeded, UnreadableSource

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_OLD = frozenset({"application/vnd.ms-excel", "application/vnd.oasis.opendocument.spreadsheet"})
_MERGE = re.compile(
    rb"""<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*["']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})["']"""
)
#: openpyxl makes one object for each merged position: a single merge over a whole sheet would be 17 thousand million.
_MAX_MERGED = 300_000
#: A sheet of a report has some hundred rows; what lies beyond these is not read and named.
MAX_ROWS, MAX_COLUMNS = 20_000, 500
_SHEET_PART = re.compile(r"^xl/worksheets/[^/]+\.xml$")
#: openpyxl takes some fifty times the size of a sheet's XML in memory.
_MAX_SHEET_BYTES = 48 << 20


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A used cell: its text, its place from 0, its spans."""

    text: str
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1


class SpreadsheetFormat:
    """Reads visible sheets; those that are hidden are not part of what the workbook shows."""

    name = "spreadsheet"

    def read(self, source: Source, options: ExtractOptions) -> Content:
        """Each run of table rows a grid, other rows lines, sheet by sheet.

        Raises ``UnreadableSource`` (``corrupt``, ``no_text``) or ``LimitExceeded``.
        """
        data = source.data
        if source.media_type in _OLD:
            suffix = ".ods" if source.media_type.endswith("spreadsheet") else ".xls"
            data = convert(data, suffix, "xlsx", options.timeout_seconds)
        _refuse_bombs(data, options)
        shown = _load(data, values=True)
        formulas = _load(data, values=False)
        blocks: list[Block] = []
        problems: list[PageProblem] = []
        for sheet in shown.worksheets:
            if sheet.sheet_state == "visible":
                blocks += sheet_blocks(list(_cells(sheet, problems)), len(blocks) + 1)
                problems += _uncomputed(sheet, formulas[sheet.title])
        if not blocks:
            raise UnreadableSource("the workbook holds no text", code="no_text")
        return Content(tuple(blocks), problems=tuple(problems))


def _refuse_bombs(data: bytes, options: ExtractOptions) -> None:
    """Look at sizes and merges before openpyxl unfolds them."""
    package = Package(data, options)
    merged = 0
    for name in package.names():
        content = package.part(name) if name.endswith(".xml") else b""
        if len(content) > _MAX_SHEET_BYTES:
            raise LimitExceeded(f"a part of the workbook is larger than {_MAX_SHEET_BYTES >> 20} MiB: {name}")
        if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content[:4096]:
            raise UnreadableSource("the workbook defines entities, as no office program does", code="corrupt")
        if _SHEET_PART.match(name):
            merged += sum(_area(found) for found in _MERGE.finditer(content))
    if merged > _MAX_MERGED:
        raise LimitExceeded(f"the workbook merges more than {_MAX_MERGED} cells")


def _area(found: re.Match[bytes]) -> int:
    left, top, right, bottom = (part.decode("ascii") for part in found.groups())
    return (abs(int(bottom) - int(top)) + 1) * (abs(_column(right) - _column(left)) + 1)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _load(data: bytes, *, values: bool) -> Workbook:
    import warnings

    from openpyxl import load_workbook

    damage = (zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, SyntaxError)
    try:
        with warnings.catch_warnings():
            # openpyxl warns of extensions, print settings and the like that it leaves out: none carries a value.
            warnings.simplefilter("ignore")
            return load_workbook(io.BytesIO(data), data_only=values, keep_links=False)
    except damage as error:
        raise UnreadableSource("the workbook is damaged", code="corrupt", detail=repr(error)) from error


def _cells(sheet: Worksheet, problems: list[PageProblem]) -> Iterator[SheetCell]:
    """Cells that show something, with their merges, row by row."""
    spans, covered = _merges(sheet)
    beyond = 0
    for row, column in sorted(_positions(sheet)):
        cell = sheet.cell(row, column)
        text = displayed(cell.value, cell.number_format)
        if (row, column) in covered or (not text and (row, column) not in spans and not _is_drawn(cell)):
            continue
        if row > MAX_ROWS or column > MAX_COLUMNS:
            beyond += bool(text)
            continue
        rows, columns = spans.get((row, column), (1, 1))
        yield SheetCell(text, row - 1, column - 1, min(rows, MAX_ROWS), min(columns, MAX_COLUMNS))
    if beyond:
        message = f"sheet {sheet.title}: {beyond} cells beyond row {MAX_ROWS} or column {MAX_COLUMNS} were not read"
        problems.append(PageProblem(None, "too_large", message))


def _is_drawn(cell: Any) -> bool:
    """An empty cell with a border around it is a cell of a table that was left blank."""
    border = cell.border
    return all(side is not None and side.style for side in (border.left, border.right, border.top, border.bottom))


def _positions(sheet: Worksheet) -> list[tuple[int, int]]:
    cells: dict[tuple[int, int], Any] = sheet._cells  # the sparse store: ranges would walk a million empty rows
    return list(cells)


def _merges(sheet: Worksheet) -> tuple[dict[tuple[int, int], tuple[int, int]], set[tuple[int, int]]]:
    """Spans by first position, and the positions that lie under another one."""
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for merge in sheet.merged_cells.ranges:
        first = (merge.min_row, merge.min_col)
        area = {
            (row, column)
            for row in range(merge.min_row, merge.max_row + 1)
            for column in range(merge.min_col, merge.max_col + 1)
        }
        if area & covered or area & spans.keys():
            continue
        spans[first] = (merge.max_row - merge.min_row + 1, merge.max_col - merge.min_col + 1)
        covered |= area - {first}
    return spans, covered


def _uncomputed(shown: Worksheet, formulas: Worksheet) -> Iterator[PageProblem]:
    """Formulas whose result the file does not hold: their program never computed them, and guessing is not reading."""
    for row, column in sorted(_positions(formulas)):
        cell = formulas.cell(row, column)
        if cell.data_type == "f" and shown.cell(row, column).value is None:
            message = f"sheet {shown.title}, cell {cell.coordinate}: a formula without a stored result"
            yield PageProblem(None, "unreadable", message)
