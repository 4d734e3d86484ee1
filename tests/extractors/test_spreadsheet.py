"""Workbooks: values as displayed, reports pasted into sheets, bombs."""

from __future__ import annotations

import datetime
import io
import zipfile

import pytest
from openpyxl import Workbook

from extractors.formats.displayed import displayed
from extractors.formats.spreadsheet import SpreadsheetFormat
from extractors.grid import Grid
from extractors.options import ExtractOptions
from extractors.page import Block, Content, Line
from extractors.sources.source import Source
from models.errors import GoujiError


def read(data: bytes) -> Content:
    return SpreadsheetFormat().read(Source("a.xlsx", data, "x"), ExtractOptions())


def saved(book: Workbook) -> bytes:
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def sheet_of(*rows: list[object], merges: tuple[str, ...] = ()) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for merge in merges:
        book.active.merge_cells(merge)
    return saved(book)


def shape(block: Block) -> object:
    return block.text if isinstance(block, Line) else [cell.text for cell in block.cells]


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (3.0, "General", "3"),
        (3001, "General", "3001"),
        (0.1 + 0.2, "General", "0.3"),
        (12.5, "0.00", "12.50"),
        (1234567, "#,##0", "1,234,567"),
        (-1234.5, "#,##0.00", "-1,234.50"),
        (-5, "0_);[Red](0)", "(5)"),
        (0, "0;-0;;@", ""),
        (0, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"??_ ;_ @_ ', "-"),
        (3001, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"??_ ;_ @_ ', "3,001"),
        (0.256, "0.0%", "25.6%"),
        (2.5, "0", "3"),
        (7, "000", "007"),
        (12, '0"件"', "12件"),
        (1.5, "0.##", "1.5"),
        (3, "@", "3"),
        (True, "General", "TRUE"),
        ("—", "General", "—"),
        (" 无\r\n", "General", "无"),
        (None, "General", ""),
        (datetime.datetime(2024, 1, 31), "yyyy-mm-dd", "2024-01-31"),
        (float("nan"), "0", "NaN"),
        (1e300, "0.00", "1" + "0" * 300 + ".00"),
    ],
)
def test_values_are_shown_as_the_cell_shows_them(value: object, form: str, shown: str) -> None:
    assert displayed(value, form) == shown


def test_a_report_in_one_sheet_is_parted_into_text_and_tables() -> None:
    prose = "本报告由总体情况、主动公开政府信息情况等部分组成。" * 4
    data = sheet_of(
        ["某局2023年年度报告"],
        [prose],
        ["二、主动公开政府信息情况"],
        ["第二十条第（一）项"],
        ["信息内容", "本年制发件数"],
        ["规章", 0],
        ["第二十条第（五）项"],
        ["信息内容", "本年处理决定数量"],
        ["行政许可", 12],
        ["三、收到和处理政府信息公开申请情况"],
        ["项目", "总计"],
        ["新收", 3],
    )
    assert [shape(block) for block in read(data).blocks] == [
        "某局2023年年度报告",
        prose,
        "二、主动公开政府信息情况",
        ["第二十条第（一）项", "", "信息内容", "本年制发件数", "规章", "0", "第二十条第（五）项", "", "信息内容",
         "本年处理决定数量", "行政许可", "12"],
        "三、收到和处理政府信息公开申请情况",
        ["项目", "总计", "新收", "3"],
    ]  # fmt: skip


def test_merges_are_spans_and_blank_cells_are_cells() -> None:
    data = sheet_of(["项目", "数量", None], [None, "制发", "废止"], ["规章", 1, None], ["许可", 2, 3],
                    merges=("A1:A2", "B1:C1"))  # fmt: skip
    (grid,) = read(data).blocks
    assert isinstance(grid, Grid) and (grid.n_rows, grid.n_columns, grid.route) == (4, 3, "xlsx")
    assert [(c.text, c.row, c.column, c.row_span, c.column_span) for c in grid.cells][:2] == [
        ("项目", 0, 0, 2, 1),
        ("数量", 0, 1, 1, 2),
    ]
    assert ("", 2, 2) in [(c.text, c.row, c.column) for c in grid.cells]


def test_hidden_sheets_are_not_shown_and_used_ones_all_are() -> None:
    book = Workbook()
    book.active.append(["a", 1])
    for title, state in (("二", "visible"), ("藏", "hidden")):
        sheet = book.create_sheet(title)
        sheet.append([title, 2])
        sheet.sheet_state = state
    assert [shape(block) for block in read(saved(book)).blocks] == [["a", "1"], ["二", "2"]]


def test_cells_far_away_are_named_and_cost_nothing() -> None:
    book = Workbook()
    book.active.append(["规章", 1])
    book.active["XFD1048576"] = 7
    content = read(saved(book))
    assert [problem.code for problem in content.problems] == ["too_large"]
    assert [shape(block) for block in content.blocks] == [["规章", "1"]]


def rewritten(data: bytes, old: bytes, new: bytes) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target:
        for name in archive.namelist():
            target.writestr(name, archive.read(name).replace(old, new))
    return output.getvalue()


def test_a_merge_over_the_whole_sheet_is_refused() -> None:
    data = rewritten(sheet_of(["a", 1], merges=("A1:B2",)), b'ref="A1:B2"', b'ref="A1:XFD1048576"')
    with pytest.raises(GoujiError) as caught:
        read(data)
    assert caught.value.code == "too_large"


def test_entities_are_refused() -> None:
    entity = b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'
    with pytest.raises(GoujiError) as caught:
        read(rewritten(sheet_of(["a", 1]), b"<worksheet", entity))
    assert caught.value.code == "corrupt"


@pytest.mark.parametrize("cut", [100, 2000])
def test_a_cut_workbook_says_so(cut: int) -> None:
    with pytest.raises(GoujiError) as caught:
        read(sheet_of(["a", 1])[:cut])
    assert caught.value.code == "truncated"


def test_an_empty_workbook_says_so() -> None:
    with pytest.raises(GoujiError) as caught:
        read(saved(Workbook()))
    assert caught.value.code == "no_text"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"])
def test_damaged_parts_are_not_tracebacks(part: str) -> None:
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet_of(["a", 1]))) as archive, zipfile.ZipFile(output, "w") as target:
        for name in archive.namelist():
            target.writestr(name, archive.read(name)[:200] if name == part else archive.read(name))
    with pytest.raises(GoujiError) as caught:
        read(output.getvalue())
    assert caught.value.code == "corrupt"
