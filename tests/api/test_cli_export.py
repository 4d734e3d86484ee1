from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Context, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.export.books import Written
from api.export.columnar import fits
from api.export.columns import encodable, precision
from api.export.jsonl import file_stem, free_name
from api.export.registry import FORMATS, open_writer
from api.export.safe_text import FORMULA_STARTS, inert, original, printable
from api.export.tables import RESULT_TABLES, ResultRows
from models.by_column import by_column
from models.errors import UsageError
from models.light import light
from models.report import ErrorReport, Report, from_json

MakeReport = Callable[..., Report]
TABULAR = ("csv", "parquet", "dta")


def write(name: str, folder: Path, *results: Report | ErrorReport) -> Written:
    writer = open_writer(name, folder)
    for result in results:
        writer.write(result)
    return writer.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", FORMATS)
def test_equal_input_gives_equal_bytes_and_leaves_nothing_else(
    name: str, tmp_path: Path, make_report: MakeReport, error: ErrorReport
) -> None:
    for folder in ("one", "two"):
        write(name, tmp_path / folder, make_report(), error)
    again = contents(tmp_path / "one")
    assert again == contents(tmp_path / "two")
    write(name, tmp_path / "one", make_report(), error)
    assert contents(tmp_path / "one") == again
    assert not [path for path in again if path.startswith(".")]


@pytest.mark.parametrize("name", FORMATS)
def test_an_aborted_run_leaves_no_unfinished_file(name: str, tmp_path: Path, make_report: MakeReport) -> None:
    writer = open_writer(name, tmp_path)
    writer.write(make_report())
    writer.abort()
    assert [path.suffix for path in tmp_path.iterdir()] == ([".json"] if name == "json" else [])


@pytest.mark.parametrize("name", FORMATS)
def test_no_results_at_all_can_be_written(name: str, tmp_path: Path) -> None:
    write(name, tmp_path)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@given(st.text())
def test_inert_text_is_no_formula_and_can_be_undone(text: str) -> None:
    assert original(inert(text)) == text
    assert inert(text) == text or inert(text)[0] == "'"


@pytest.mark.parametrize("text", ["=1+1", "+2", "-3", "@A1", "\t=1", "\r=1", " =1", "＝1", "'x", "\n=HYPERLINK(1)"])
def test_formula_like_text_is_made_inert(text: str) -> None:
    assert inert(text) == "'" + text
    assert text.lstrip()[0] in FORMULA_STARTS


def test_csv_keeps_digits_marks_encoding_and_defuses_text(tmp_path: Path, make_report: MakeReport) -> None:
    write("csv", tmp_path, make_report(value=Decimal("-1234567890123456789.50"), printed="-1234567890123456789.50"))
    data = (tmp_path / "cells.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0]["value"] == "-1234567890123456789.50"  # a number stays a number
    assert rows[0]["printed"] == "'-1234567890123456789.50"  # a text that looks like a formula does not
    assert rows[0]["label"] == "行政事业性收费 / 本年收费金额（单位：万元）"
    assert [row["line"] for row in rows] == ["", "12", ""]
    assert rows[2]["value"] == "" and rows[2]["state"] == "blank"


def test_csv_errors_table_names_what_was_not_read(tmp_path: Path, error: ErrorReport) -> None:
    write("csv", tmp_path, error)
    (row,) = csv.DictReader(io.StringIO((tmp_path / "errors.csv").read_text("utf-8-sig"), newline=""))
    assert (row["source"], row["code"], row["message"]) == ("坏.pdf", "truncated", "'=cut")


def test_parquet_holds_exact_decimals(tmp_path: Path, make_report: MakeReport) -> None:
    import pyarrow.parquet as pq

    write("parquet", tmp_path, make_report(value=Decimal("0.1")), make_report(id="r2", value=12345678901234567890))
    values = pq.read_table(tmp_path / "cells.parquet")["value"].to_pylist()
    assert values[0] == Decimal("0.1") and values[3] == 12345678901234567890 and values[2] is None


def test_parquet_names_figures_that_do_not_fit(tmp_path: Path, make_report: MakeReport) -> None:
    import pyarrow.parquet as pq

    written = write("parquet", tmp_path, make_report(value=10**30))
    assert any("1 figure(s)" in note for note in written.notes)
    assert pq.read_table(tmp_path / "cells.parquet")["value"].to_pylist()[0] is None


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_what_fits_survives_128_bit_decimals(value: Decimal) -> None:
    import pyarrow as pa

    try:
        kept = pa.array([value], type=pa.decimal128(38, 12))[0].as_py() == value
    except pa.ArrowInvalid:
        kept = False
    assert fits(value) == kept


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6) | st.integers())
def test_precision_counts_digits_without_rounding(value: Decimal | int) -> None:
    count, after = precision(value)
    scaled = int(Decimal(value).scaleb(after, Context(prec=400)))
    assert Decimal(scaled).scaleb(-after, Context(prec=400)) == value
    assert count == len(str(abs(scaled)).rstrip("0") if not after else str(abs(scaled))) or value == 0


def test_workbook_has_numbers_as_numbers_and_no_formula(tmp_path: Path, make_report: MakeReport) -> None:
    from openpyxl import load_workbook

    write("xlsx", tmp_path, make_report(printed='=HYPERLINK("x")', organ="a\x0bb"), make_report(value=10**18 + 1))
    book = load_workbook(tmp_path / "reports.xlsx")
    assert book.sheetnames == [table.name for table in RESULT_TABLES]
    sheet = book["cells"]
    at = {cell.value: cell.column for cell in sheet[1]}
    assert sheet.cell(2, at["value"]).value == 25.1
    assert sheet.cell(2, at["printed"]).data_type == "s"
    assert sheet.cell(2, at["organ"]).value == "a\ufffdb"
    assert sheet.cell(5, at["value"]).value == str(10**18 + 1)  # a double would show another number
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_a_full_sheet_is_continued(tmp_path: Path, make_report: MakeReport, monkeypatch: pytest.MonkeyPatch) -> None:
    from openpyxl import load_workbook

    monkeypatch.setattr("api.export.workbook.SHEET_ROWS", 3)
    write("xlsx", tmp_path, make_report(), make_report(id="r2"))
    book = load_workbook(tmp_path / "reports.xlsx", read_only=True)
    assert [name for name in book.sheetnames if name.startswith("cells")] == ["cells", "cells 2", "cells 3"]
    book.close()


def test_stata_file_reads_elsewhere(tmp_path: Path, make_report: MakeReport) -> None:
    import pyreadstat

    write("dta", tmp_path, make_report(sentence="长" * 3000))
    assert b"<release>118</release>" in (tmp_path / "cells.dta").read_bytes()[:60]
    frame, about = pyreadstat.read_dta(tmp_path / "cells.dta")
    assert frame["value"].tolist()[:2] == [25.1, 3001]
    assert frame["value"].isna().tolist() == [False, False, True]
    assert about.column_names_to_labels["printed"] == "印刷原文 What stands on the page"
    facts, _ = pyreadstat.read_dta(tmp_path / "facts.dta")
    assert facts["sentence"][0] == "长" * 3000


def test_stata_leaves_no_table_of_an_earlier_run(tmp_path: Path, make_report: MakeReport, error: ErrorReport) -> None:
    write("dta", tmp_path, error)
    assert (tmp_path / "errors.dta").exists()
    written = write("dta", tmp_path, make_report())
    assert not (tmp_path / "errors.dta").exists()
    assert any("errors" in note for note in written.notes)


def test_every_table_keeps_to_the_limits_of_every_format() -> None:
    for table in RESULT_TABLES:
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names)
        assert all(len(column.name) <= 32 and len(column.label) <= 80 for column in table.columns)


def test_rows_are_as_wide_as_their_table(make_report: MakeReport, error: ErrorReport) -> None:
    rows = ResultRows()
    for result in (make_report(), error):
        rows.add(by_column(light(result)))
    made = list(rows.frames())
    assert {table.name for table, _ in made} == {table.name for table in RESULT_TABLES}
    for table, frame in made:
        assert len(frame.columns) == len(table.columns)
        assert {len(array) for array in frame.columns} == {frame.rows}


def test_lines_read_back_as_written(tmp_path: Path, make_report: MakeReport, error: ErrorReport) -> None:
    report = make_report(value=Decimal("25.100"))
    write("jsonl", tmp_path, report, error)
    lines = (tmp_path / "reports.jsonl").read_text("utf-8").splitlines()
    assert [from_json(line) for line in lines] == [report, error]
    assert '"value":25.100,' in lines[0]


def test_two_folders_may_hold_a_report_of_one_name(tmp_path: Path, make_report: MakeReport) -> None:
    same = [
        make_report("a/report.pdf", id="1"),
        make_report("b/report.pdf", id="2"),
        make_report("c/report.pdf", id="2"),
    ]
    write("json", tmp_path, *same)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [f"{file_stem(same[0])}.json", f"{file_stem(same[1])}.json", f"{file_stem(same[1])}~2.json"]
    )


@given(st.text(min_size=1))
def test_every_source_gives_a_file_name_that_any_system_takes(name: str) -> None:
    stem = file_stem(ErrorReport.model_validate({"source": {"name": name}, "error": {"code": "x", "message": ""}}))
    assert len(stem.encode()) < 200
    assert not set(stem) & set('<>:"/\\|?*\x00\n')
    assert stem[0] not in ". " and stem.split(".")[0].lower() not in {"con", "nul", "aux", "prn", "com1"}


def test_names_that_differ_in_case_alone_are_told_apart() -> None:
    assert free_name("Report", {"report", "report~2"}) == "Report~3"


def test_undecodable_file_names_can_be_written(tmp_path: Path, make_report: MakeReport) -> None:
    report = make_report("\udcb1\udca8.pdf")
    for name in FORMATS:
        write(name, tmp_path / name, report)
    assert encodable("\udcb1") == "\\udcb1"
    assert b"\\udcb1" in (tmp_path / "jsonl" / "reports.jsonl").read_bytes()


def test_a_folder_that_cannot_be_made_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="Cannot write"):
        open_writer("jsonl", tmp_path / "file")
    with pytest.raises(UsageError, match="Unknown format"):
        open_writer("ods", tmp_path)


def test_printable_shows_what_was_lost() -> None:
    assert printable("a\x00b\tc") == "a\ufffdb\tc"
