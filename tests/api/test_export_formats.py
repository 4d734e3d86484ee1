"""Every format, read back by what people read it with, against the frames that were written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.export import dta
from api.export.background import BackgroundBook
from api.export.books import Written
from api.export.columns import (
    ABSENT,
    BLANK,
    DOUBTFUL,
    GIVEN,
    NA,
    NOT_ASKED,
    TEXT,
    UNREADABLE,
    Frame,
    Table,
    Value,
    columns,
    frame_of,
    repeated,
)
from api.export.delimited import inert_texts
from api.export.panel.export import panel_tables
from api.export.registry import TABLE_FORMATS, open_book
from api.export.safe_text import inert, original
from api.export.tables import RESULT_TABLES

LEVELS = {"one": "一", "two": "二"}
TABLE = Table(
    "things",
    "one row per thing",
    columns(
        ("name", "text", "A name"),
        ("level", "text", "A word", LEVELS),
        ("page", "integer", "A page"),
        ("p", "real", "A probability"),
        ("value", "number", "A figure"),
        ("count", "count", "A count"),
        ("yes", "flag", "A flag"),
    ),
    frozen=2,
)
ROWS: list[tuple[Value, ...]] = [
    ("=1+1", "one", 3, 0.1, Decimal("25.10"), 7, True),
    ('政府\r\n信息, "公开"', "two", None, None, None, None, None),
    (None, None, 1, 1e-9, -3, 2**40, False),
    ("@x\x00y", "one", 2, 0.5, Decimal("0.000001"), 0, True),
]
MARKS = np.array([GIVEN, BLANK, GIVEN | DOUBTFUL, GIVEN, GIVEN], np.uint8)


def write(name: str, folder: Path, *rows: Sequence[Value]) -> Written:
    book = open_book(name, folder, [TABLE])
    if rows:
        frame = frame_of(TABLE, [tuple(row) for row in rows])
        book.write(TABLE, Frame(frame.columns, {4: MARKS[: len(rows)], 5: MARKS[: len(rows)]}))
    return book.close()


def test_csv_reads_back_as_written(tmp_path: Path) -> None:
    import pandas as pd

    write("csv", tmp_path, *ROWS)
    found = list(csv.reader(io.StringIO((tmp_path / "things.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert found[1] == ["'=1+1", "one", "3", "0.1", "25.10", "7", "1"]
    assert found[2] == ['政府\r\n信息, "公开"', "two", "", "", "", "", ""]
    assert found[3] == ["", "", "1", "1e-09", "-3", str(2**40), "0"]
    assert found[4][0] == "'@x\ufffdy"
    frame = pd.read_csv(tmp_path / "things.csv")
    assert frame["value"].tolist()[0] == 25.1 and np.isnan(frame["value"].tolist()[1])
    assert list(frame.columns) == [column.name for column in TABLE.columns]


def test_json_lines_keep_every_digit(tmp_path: Path) -> None:
    write("jsonl", tmp_path, *ROWS)
    lines = (tmp_path / "things.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line, parse_float=Decimal) for line in lines]
    assert [row["value"] for row in rows] == [Decimal("25.10"), None, -3, Decimal("0.000001")]
    assert str(rows[0]["value"]) == "25.10"
    assert [row["name"] for row in rows] == [row[0] for row in ROWS]
    assert rows[1]["yes"] is None and rows[2]["yes"] is False


def test_parquet_has_the_right_types(tmp_path: Path) -> None:
    write("parquet", tmp_path, *ROWS)
    table = pq.read_table(tmp_path / "things.parquet")
    assert table.schema.field("value").type == pa.decimal128(38, 12)
    assert table.schema.field("count").type == pa.int64()
    assert table["value"].to_pylist() == [row[4] for row in ROWS]
    assert table["count"].to_pylist() == [row[5] for row in ROWS]
    assert table["name"].to_pylist() == [row[0] for row in ROWS]


def test_a_workbook_has_no_formula_and_colours_what_is_in_doubt(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    from api.export.workbook import DOUBTFUL_COLOUR

    write("xlsx", tmp_path, *ROWS)
    sheet = load_workbook(tmp_path / "reports.xlsx")["things"]
    assert sheet.freeze_panes == "C2"
    assert sheet["A2"].value == "=1+1" and sheet["A2"].data_type == "s"
    coloured = {
        cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == DOUBTFUL_COLOUR
    }
    assert coloured == {"E4", "F4"}
    assert sheet["E4"].value == -3 and sheet["F4"].value == 2**40


def test_a_heading_in_a_workbook_is_the_name_and_its_note_says_what_it_means(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    write("xlsx", tmp_path, *ROWS)
    sheet = load_workbook(tmp_path / "reports.xlsx")["things"]
    assert [cell.value for cell in sheet[1]] == [column.name for column in TABLE.columns]
    assert sheet["A1"].comment.text == "名称\nA name"


@pytest.mark.parametrize("bad", ["#N/A", "#REF!", "=1", "\ufeff=1", "\u200b+1", "\xad@x", "﹦1", "\u3000-1"])
def test_a_spreadsheet_shows_a_text_as_it_is(tmp_path: Path, bad: str) -> None:
    from openpyxl import load_workbook

    table = Table("t", "texts", columns(("name", "text", "A name")))
    for form in ("xlsx", "csv"):
        book = open_book(form, tmp_path, [table])
        book.write(table, frame_of(table, [(bad,)]))
        book.close()
    cell = load_workbook(tmp_path / "reports.xlsx")["t"]["A2"]
    assert (cell.value, cell.data_type) == (bad, "s")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        (_, (text,)) = csv.reader(file)
    assert text == (bad if bad[0] == "#" else "'" + bad) and original(text) == bad


def test_stata_tells_the_kinds_of_missing(tmp_path: Path) -> None:
    import pandas as pd
    import pyreadstat

    kinds = [GIVEN, BLANK, NA, ABSENT, TEXT, UNREADABLE, NOT_ASKED]
    rows = [("x", "one", 1, 0.5, 1 if kind == GIVEN else None, None, None) for kind in kinds]
    frame = frame_of(TABLE, rows)
    book = open_book("dta", tmp_path, [TABLE])
    book.write(TABLE, Frame(frame.columns, {4: np.array(kinds, np.uint8) + DOUBTFUL}))
    book.close()
    read, about = pyreadstat.read_dta(tmp_path / "things.dta", user_missing=True)
    assert read["value"].tolist()[:6] == [1.0, "b", "n", "a", "t", "u"]
    assert np.isnan(read["value"].tolist()[6])
    labels = {str(value): label for value, label in about.variable_value_labels["value"].items()}
    assert labels == {"a": "表中无此格", "b": "空白", "n": "不适用", "t": "文字", "u": "未能读出"}
    assert about.variable_value_labels["level"] == {1: "一", 2: "二"}
    again = pd.read_stata(tmp_path / "things.dta", convert_missing=True, convert_categoricals=False)
    assert [str(value) for value in again["value"]] == ["1.0", ".b", ".n", ".a", ".t", ".u", "."]


def test_stata_reads_back_elsewhere(tmp_path: Path) -> None:
    import pandas as pd
    import pyreadstat

    write("dta", tmp_path, *ROWS, ("长" * 3000, None, None, None, None, None, None))
    read, about = pyreadstat.read_dta(tmp_path / "things.dta")
    again = pd.read_stata(tmp_path / "things.dta", convert_categoricals=False)
    assert read["name"].tolist() == again["name"].tolist() == [
        "=1+1", "政府\r\n信息, \"公开\"", "", "@x\ufffdy", "长" * 3000,
    ]  # fmt: skip
    assert again["count"].tolist()[:4:2] == [7, 2**40]
    assert again["level"].tolist()[:2] == [1, 2]
    assert about.file_label == "gouji: things"
    with pd.io.stata.StataReader(tmp_path / "things.dta") as reader:
        assert reader.variable_labels()["p"] == "A probability"
        assert reader.time_stamp == "01 Jan 1980 00:00"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.text(max_size=40), st.decimals(-(10**6), 10**6, places=3)), min_size=1, max_size=20))
def test_any_text_and_figure_survive_stata(tmp_path: Path, rows: list[tuple[str, Decimal]]) -> None:
    import pyreadstat

    write("dta", tmp_path, *[(text, None, None, None, value, None, None) for text, value in rows][:4])
    read, _ = pyreadstat.read_dta(tmp_path / "things.dta")
    assert read["value"].tolist() == [float(value) for _, value in rows[:4]]
    assert read["name"].tolist() == [text.replace("\x00", "\ufffd") for text, _ in rows[:4]]


@pytest.mark.parametrize("name", TABLE_FORMATS)
def test_equal_rows_give_equal_bytes_however_they_come(name: str, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    write(name, tmp_path / "a", *ROWS)
    book = open_book(name, tmp_path / "b", [TABLE])
    for at, row in enumerate(ROWS):
        marks = MARKS[at : at + 1]
        book.write(TABLE, Frame(frame_of(TABLE, [row]).columns, {4: marks, 5: marks}))
    book.close()
    (one,), (other,) = (list((tmp_path / part).iterdir()) for part in ("a", "b"))
    assert one.read_bytes() == other.read_bytes()


def test_a_release_118_file_says_where_everything_stands(tmp_path: Path) -> None:
    write("dta", tmp_path, *ROWS)
    data = (tmp_path / "things.dta").read_bytes()
    at = data.index(b"<map>") + 5
    offsets = np.frombuffer(data[at : at + 112], "<u8").tolist()
    for offset, name in zip(offsets[1:12], dta._PARTS[1:12], strict=True):
        assert data[offset:].startswith(f"<{name}>".encode())
    assert data[offsets[12] :] == b"</stata_dta>" and offsets[13] == len(data)


def test_stata_missing_values_are_those_of_the_manual() -> None:
    assert dta.missing(dta.BYTE, "") == 101 and dta.missing(dta.BYTE, "z") == 127
    assert dta.missing(dta.LONG, "a") == 2147483622
    assert float.hex(float(dta.missing_doubles([""])[0])) == "0x1.0000000000000p+1023"
    assert float.hex(float(dta.missing_doubles(["a"])[0])) == "0x1.0010000000000p+1023"


def test_too_many_or_too_few_rows_are_a_defect(tmp_path: Path) -> None:
    with (tmp_path / "x.dta").open("wb") as file:
        writer = dta.Writer(file, dta.Head((dta.Variable("a", dta.BYTE, ""),), 2, ""))
        with pytest.raises(ValueError, match="2 rows were announced and 0 written"):
            writer.close()


@given(st.lists(st.none() | st.text()))
def test_texts_by_the_column_are_as_inert_as_one_by_one(texts: list[str | None]) -> None:
    expected = [None if text is None else inert(text.replace("\x00", "\ufffd")) for text in texts]
    assert inert_texts(pa.array(texts, pa.string())) == expected
    assert inert_texts(repeated(texts, np.arange(len(texts), dtype=np.int32))) == expected


@pytest.mark.parametrize("name", TABLE_FORMATS)
def test_an_aborted_book_leaves_nothing(name: str, tmp_path: Path) -> None:
    book = open_book(name, tmp_path, [TABLE])
    book.write(TABLE, frame_of(TABLE, ROWS))
    book.abort()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["csv", "jsonl", "parquet", "xlsx"])
def test_a_table_without_rows_has_its_columns(name: str, tmp_path: Path) -> None:
    (path,) = write(name, tmp_path).paths
    assert path.exists()
    names = [column.name for column in TABLE.columns]
    if name == "csv":
        assert path.read_text("utf-8-sig").strip().split(",") == names
    elif name == "parquet":
        assert pq.read_schema(path).names == names


def test_a_figure_beyond_stata_is_missing_and_said_to_be(tmp_path: Path) -> None:
    import pyreadstat

    huge = [10**400, -(10**308), 10**300]
    written = write("dta", tmp_path, *[(None, None, None, None, figure, None, None) for figure in huge])
    read, _ = pyreadstat.read_dta(tmp_path / "things.dta", user_missing=True)
    assert read["value"].tolist() == ["u", "u", 1e300]
    assert any("3 figure(s) are larger than a double holds exactly" in note for note in written.notes)


def test_no_column_has_a_name_that_stata_keeps_for_itself() -> None:
    kept = {"_all", "_b", "byte", "_coef", "_cons", "double", "float", "if", "in", "int", "long", "_n", "_N", "_pi"}
    kept |= {"_pred", "_rc", "_skip", "strL", "using", "with"}
    for made in (*panel_tables(), *RESULT_TABLES):
        assert not kept & {column.short for column in made.columns}


def test_a_failure_in_the_background_is_raised_and_nothing_hangs(tmp_path: Path) -> None:
    book = BackgroundBook(open_book("csv", tmp_path, [TABLE]))
    broken = Frame(frame_of(TABLE, ROWS).columns[:2])  # too few columns
    book.write(TABLE, broken)
    with pytest.raises(ValueError, match="shorter"):
        for _ in range(1000):
            book.write(TABLE, frame_of(TABLE, ROWS))
        book.close()
    book.abort()
    assert list(tmp_path.iterdir()) == []
