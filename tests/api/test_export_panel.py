"""The panel as a researcher gets it, against the reports that went in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from api.export.panel.export import Exported, Options, export_panel, panel_tables
from api.export.panel.processes import FEW
from api.export.panel.source import PACKET, JsonLines, Lines, SourceLine
from api.export.registry import TABLE_FORMATS
from api.export.safe_text import original
from models.errors import UsageError
from models.readings import CellState
from models.report import Alternative, CheckRecord, ErrorReport, Report, Result, to_json
from models.variables import load_variables
from tests.models.test_by_column import plain

FullReport = Callable[..., Report]


class Given:
    """A source of these results, one by one."""

    def __init__(self, results: Sequence[Result]) -> None:
        self._results = results

    def packets(self) -> Iterator[Lines]:
        for result in self._results:
            yield Lines((SourceLine("given", 1, to_json(result)),))


def export(folder: Path, *results: Result, formats: str = "csv", **options: Any) -> Exported:
    return export_panel(Given(results), folder, Options(formats=tuple(formats.split(",")), **options))


def read(folder: Path) -> list[Any]:
    return [plain(result) for packet in JsonLines([folder]).packets() for result, _ in packet.results()]


def table(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / f"{name}.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_one_row_per_organ_and_year_with_every_form_in_its_place(tmp_path: Path, full_report: FullReport) -> None:
    export(
        tmp_path,
        full_report(year=2017, form="2014", cells={"statistics.requests.value": 5, "statistics.handled.value": 4}),
        full_report(year=2020, form="2019", cells={"requests.new.total": 6, "requests.other_handling.total": 2}),
        full_report(year=2022, form="2021", cells={"requests.new.total": 7, "proactive.fees.amount": Decimal("25.10")}),
        full_report(year=2023, form="2019", cells={"requests.new.total": 8}),
    )
    rows = table(tmp_path, "panel")
    assert [row["year"] for row in rows] == ["2017", "2020", "2022", "2023"]
    assert [row["requests.new.total"] for row in rows] == ["5", "6", "7", "8"]  # one question, three forms
    assert [row["statistics.handled.value"] for row in rows] == ["4", "", "", ""]
    assert [row["requests.other_handling.total"] for row in rows] == ["", "2", "", "0"]
    assert [row["requests.other_misc.total"] for row in rows] == ["", "", "0", ""]
    assert rows[2]["proactive.fees.amount"] == "25.1"
    assert [row["form_of_year"] for row in rows] == ["1", "1", "1", "0"]
    status = table(tmp_path, "panel_status")
    assert [row["requests.other_misc.total"] for row in status] == ["not_asked", "not_asked", "accepted", "not_asked"]


def test_a_missing_figure_says_why_and_a_doubtful_one_is_never_called_blank(
    tmp_path: Path, full_report: FullReport
) -> None:
    names = [
        f"requests.{row}.total" for row in ("new", "granted", "partial", "carried_in", "carried_out", "other_misc")
    ]
    states = [CellState.BLANK, CellState.NA, CellState.TEXT, CellState.ABSENT, CellState.BLANK, 3]
    export(
        tmp_path,
        full_report(cells=dict(zip(names, states, strict=True)), status={names[4]: "review", names[5]: "review"}),
    )
    (row,), (worth,) = table(tmp_path, "panel"), table(tmp_path, "panel_status")
    assert [row[name] for name in names] == ["", "", "", "", "", "3"]
    assert [worth[name] for name in names] == ["blank", "na", "text", "absent", "unreadable", "review"]
    assert row["cells_review"] == "2"


def test_the_panel_equals_the_long_table_and_that_equals_the_reports(tmp_path: Path, full_report: FullReport) -> None:
    cells = {"requests.new.total": 10**30, "requests.granted.total": Decimal("2.5"), "proactive.fees.amount": -3}
    reports = [full_report(year=2023, cells=cells), full_report(year=2020, form="2019")]
    export(tmp_path, *reports)
    long = {(row["document"], row["cell"]): row for row in table(tmp_path, "cells")}
    wide = {row["document"]: row for row in table(tmp_path, "panel")}
    assert len(long) == sum(len(report.cells) for report in reports)
    for report in reports:
        for name, cell in report.cells.items():
            row = long[report.id, name]
            assert (row["value"], row["state"], original(row["printed"])) == (
                str(cell.value),
                "number",
                str(cell.printed),
            )
            assert Decimal(wide[report.id][row["variable"]]) == cell.value


def test_parquet_types_follow_the_question_and_give_way_to_what_is_printed(
    tmp_path: Path, full_report: FullReport
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    export(tmp_path, full_report(cells={"requests.granted.total": Decimal("2.5")}), formats="parquet")
    found = pq.read_table(tmp_path / "panel.parquet")
    assert found.schema.field("requests.new.total").type == pa.int64()
    assert found.schema.field("proactive.fees.amount").type == pa.decimal128(38, 12)
    assert found["requests.granted.total"].to_pylist() == [Decimal("2.5")]


@pytest.mark.parametrize("name", TABLE_FORMATS)
def test_equal_reports_give_equal_bytes(
    name: str, tmp_path: Path, full_report: FullReport, make_report: FullReport, error: ErrorReport
) -> None:
    results: list[Result] = [full_report(), full_report(year=2022), full_report(organ=None), make_report(), error]
    for folder in ("one", "two"):
        export(tmp_path / folder, *results, formats=name)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / part).iterdir()} for part in ("one", "two"))
    assert one == two
    assert not [path for path in one if path.startswith(".")]
    export(tmp_path / "one", *results, formats=name)
    assert {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()} == two


def test_the_package_is_valid_and_a_changed_figure_is_found(
    tmp_path: Path, full_report: FullReport, make_report: FullReport, error: ErrorReport
) -> None:
    import frictionless

    export(
        tmp_path, full_report(), make_report(organ="=1+1"), full_report(organ=None), error, formats="csv,parquet,dta"
    )
    done = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert done.valid, done.flatten(["name", "message"])
    assert {task.name for task in done.tasks} >= {made.name for made in panel_tables()}
    path = tmp_path / "panel.csv"
    path.write_bytes(path.read_bytes().replace(b",2023,", b",2O23,"))
    assert not frictionless.validate(str(tmp_path / "datapackage.json")).valid


def test_no_text_becomes_a_formula_in_any_table(tmp_path: Path, make_report: FullReport) -> None:
    from openpyxl import load_workbook

    bad = '=HYPERLINK("http://x")'
    export(tmp_path, make_report(bad, organ=bad, printed="+1", sentence="@x"), formats="csv,xlsx")
    for made in panel_tables():
        for row in table(tmp_path, made.name):
            assert not [value for value in row.values() if value[:1] in ("=", "+", "@")], made.name
    book = load_workbook(tmp_path / "panel.xlsx")
    assert book.sheetnames[:3] == ["panel", "panel_status", "codebook"]
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_of_several_versions_the_best_stands_and_a_different_one_is_listed(
    tmp_path: Path, full_report: FullReport
) -> None:
    doubtful = full_report(file="a.pdf", cells={"requests.new.total": 1}, status={"requests.new.total": "review"})
    checked = full_report(file="b.pdf", cells={"requests.new.total": 2}, status={"requests.new.total": "confirmed"})
    copy = full_report(file="c.pdf", cells={"requests.new.total": 2})
    export(tmp_path, doubtful, copy, checked)
    (row,) = table(tmp_path, "panel")
    assert (row["source"], row["versions"], row["requests.new.total"]) == ("b.pdf", "3", "2")
    (listed,) = [row for row in table(tmp_path, "review") if row["code"] == "versions_differ"]
    assert listed["source"] == "a.pdf" and listed["why"].startswith("1 variable(s) differ")
    documents = {row["source"]: row for row in table(tmp_path, "documents")}
    assert [documents[name]["in_panel"] for name in ("a.pdf", "b.pdf", "c.pdf")] == ["0", "1", "0"]


def test_reports_that_no_row_can_be_made_of_are_listed_and_not_lost(tmp_path: Path, full_report: FullReport) -> None:
    reports = [full_report(organ=None, file="a"), full_report(year=None, file="b")]
    reports += [full_report("城关镇人民政府", region=None, file=name) for name in ("c", "d")]
    reports += [full_report("长亭镇人民政府", region=None, file="e")]
    export(tmp_path, *reports)
    assert [row["organ"] for row in table(tmp_path, "panel")] == ["长亭镇人民政府"]
    review = [(row["code"], row["source"]) for row in table(tmp_path, "review")]
    assert {("no_organ", "a"), ("no_year", "b"), ("not_told_apart", "c"), ("not_told_apart", "d")} <= set(review)
    assert len({row["document"] for row in table(tmp_path, "cells")}) == 5


def test_checks_across_years_are_made_under_varying_names(tmp_path: Path, full_report: FullReport) -> None:
    export(
        tmp_path,
        full_report("清河县工信局", 2022, cells={"requests.carried_out.total": 4, "proactive.normative.in_force": 10}),
        full_report(
            "清河县工业和信息化局",
            2023,
            cells={
                "requests.carried_in.total": 3,
                "proactive.normative.in_force": 9,
                "proactive.normative.repealed": 1,
            },
        ),
        full_report("清河县工业和信息化局", 2025),
    )
    rows = {row["rule"]: row for row in table(tmp_path, "panel_checks")}
    failed = rows["series.carried_over.total"]
    assert (failed["status"], failed["left"], failed["right"], failed["year"]) == ("fail", "3", "4", "2023")
    assert rows["series.in_force.normative"]["status"] == "pass"
    assert [(row["year"], row["where"]) for row in table(tmp_path, "missing")] == [("2024", "gap")]


def test_a_region_is_held_against_those_below_it_when_all_are_there(tmp_path: Path, full_report: FullReport) -> None:
    from api.export.panel.checks import regions_below
    from models.organs import load_regions

    below = regions_below(2023)["350200"]  # 厦门市
    named = {code: load_regions().by_code[code].name for code in ("350200", *below)}
    new = "requests.new.total"
    reports = [full_report(f"{named[code]}人民政府", region=code, cells={new: 10}) for code in below]
    city = full_report("厦门市人民政府", region="350200", cells={new: 10 * len(below) - 1})
    export(tmp_path / "all", city, *reports)
    (row,) = [row for row in table(tmp_path / "all", "panel_checks") if row["rule"] == f"levels.{new}"]
    assert (row["status"], row["cause"], row["right"]) == ("fail", "unclear", str(10 * len(below)))
    export(tmp_path / "some", city, *reports[1:])
    assert table(tmp_path / "some", "panel_checks") == []


def test_the_years_wanted_can_be_given(tmp_path: Path, full_report: FullReport) -> None:
    export(tmp_path, full_report(year=2022), years=(2021, 2023))
    assert [(row["year"], row["where"]) for row in table(tmp_path, "missing")] == [
        ("2021", "before_first"),
        ("2023", "after_last"),
    ]


def test_decisions_become_corrections(tmp_path: Path, full_report: FullReport) -> None:
    report = full_report(cells={"requests.new.total": 7}, status={"requests.new.total": "corrected"})
    cell = report.cells["requests.new.total"].model_copy(
        update={"alternatives": (Alternative(value=1, p=0.9, state=CellState.NUMBER),)}
    )
    report = report.model_copy(update={"cells": {**report.cells, "requests.new.total": cell}})
    export(tmp_path, report)
    (row,) = table(tmp_path, "corrections")
    assert (row["cell"], row["action"], row["read_value"], row["value"]) == (
        "requests.new.total",
        "corrected",
        "1",
        "7",
    )
    assert table(tmp_path, "panel_status")[0]["requests.new.total"] == "corrected"


def test_the_codebook_has_every_column_and_is_loud_about_breaks(tmp_path: Path, full_report: FullReport) -> None:
    export(tmp_path, full_report())
    found = {(row["table"], row["column"]): row for row in table(tmp_path, "codebook")}
    assert set(found) == {(made.name, column.name) for made in panel_tables() for column in made.columns}
    for variable in load_variables().by_id.values():
        row = found["panel", variable.id]
        assert (row["label_zh"], row["label_en"], row["alias"]) == (
            variable.label.zh,
            variable.label.en,
            variable.alias,
        )
        assert {form: row[f"cell_{form}"] for form in ("2014", "2019", "2021") if row[f"cell_{form}"]} == variable.cells
    assert "NOT COMPARABLE WITH proactive.rules.made" in found["panel", "proactive.rules.issued"]["breaks"]
    assert all(row["label_zh"] and row["label_en"] for row in found.values())


def test_the_codebook_says_what_stands_in_each_variable(tmp_path: Path, full_report: FullReport) -> None:
    new, fees = "requests.new.total", "proactive.fees.amount"
    export(
        tmp_path,
        full_report(year=2021, cells={new: 7, fees: Decimal("25.10")}),
        full_report(year=2022, cells={new: 10**30, fees: Decimal("-0.5")}, status={new: "review"}),
        full_report(year=2023, cells={new: CellState.BLANK, fees: 3}),
        full_report(year=2020, form="2019", cells={new: CellState.NA}),
    )
    found = {row["column"]: row for row in table(tmp_path, "codebook") if row["table"] == "panel"}
    said = [[found[name][of] for of in ("given", "in_doubt", "missing", "least", "greatest")] for name in (new, fees)]
    assert said[0] == ["2", "1", "blank 1, na 1", "7", str(10**30)]
    assert said[1] == ["3", "0", "not_asked 1", "-0.5", "25.1"]
    assert found["organ"]["given"] == ""


@pytest.mark.parametrize("name", ["csv", "parquet", "jsonl", "dta"])
def test_extract_writes_the_tables_that_the_panel_has(
    name: str, tmp_path: Path, full_report: FullReport, make_report: FullReport, error: ErrorReport
) -> None:
    import pyarrow.parquet as pq

    from api.export.registry import ResultBook, open_book
    from api.export.tables import RESULT_TABLES

    results: list[Result] = [full_report(), make_report(), full_report(year=2020, form="2019"), error]
    export(tmp_path / "panel", *results, formats=name)
    (tmp_path / "own").mkdir()
    writer = ResultBook(open_book(name, tmp_path / "own", RESULT_TABLES))
    for result in results:
        writer.write(result)
    writer.close()
    for made in ("cells", "facts", "checks", "errors"):
        own, other = (tmp_path / folder / f"{made}.{name}" for folder in ("own", "panel"))
        if name == "parquet":  # which row stands in which dictionary depends on how many come at a time
            assert pq.read_table(own).equals(pq.read_table(other)), made
        else:
            assert own.read_bytes() == other.read_bytes(), made


def test_a_check_without_columns_of_stata_would_not_be_silent() -> None:
    for made in panel_tables():
        shorts = [column.short for column in made.columns]
        assert len(set(shorts)) == len(shorts)
        assert max(map(len, shorts)) <= 32


def test_lines_are_read_in_a_fixed_order_and_a_broken_one_stops_the_export(
    tmp_path: Path, full_report: FullReport, error: ErrorReport
) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.jsonl").write_text(to_json(full_report()) + "\n\n" + to_json(error) + "\n", "utf-8")
    (tmp_path / "b" / "c.json").write_text(to_json(full_report(year=2022)), "utf-8")
    results = read(tmp_path)
    assert [result[0].id if isinstance(result, tuple) else None for result in results] == [
        "id of 清河县水利局2023.pdf",
        None,
        "id of 清河县水利局2022.pdf",
    ]
    export_panel(JsonLines([tmp_path]), tmp_path, Options(formats=("jsonl",)))  # beside what it was made of
    assert read(tmp_path) == results
    (tmp_path / "b" / "d.jsonl").write_text('{"schema": "x"}\n', "utf-8")
    with pytest.raises(UsageError, match=r"d\.jsonl, line 1, is not a result"):
        read(tmp_path)


def test_files_of_an_earlier_export_do_not_stay(tmp_path: Path, full_report: FullReport) -> None:
    (tmp_path / "own.csv").touch()
    export(tmp_path, full_report(), formats="csv")
    export(tmp_path, full_report(), formats="parquet")
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv", ".parquet", ".json", ".md"}
    assert [path.name for path in tmp_path.glob("*.csv")] == ["own.csv"]


def test_a_failed_export_leaves_nothing(tmp_path: Path, full_report: FullReport) -> None:
    class Failing(Given):
        def packets(self) -> Iterator[Lines]:
            yield from Given([full_report()]).packets()
            raise UsageError("broken")

    with pytest.raises(UsageError, match="broken"):
        export_panel(Failing([]), tmp_path, Options(formats=tuple(TABLE_FORMATS)))
    assert list(tmp_path.iterdir()) == []


def test_the_package_says_what_made_it(tmp_path: Path, full_report: FullReport) -> None:
    export(tmp_path, full_report())
    about = json.loads((tmp_path / "datapackage.json").read_bytes())["gouji"]
    assert about["pipeline_versions"] == {"1": 1} and about["reports_are_of_installed_version"] is False
    assert "models/forms/2021.yaml" in about["data_sha256"]


def test_a_failing_check_of_a_report_is_counted(tmp_path: Path, full_report: FullReport) -> None:
    check = CheckRecord(rule="x", status="fail", cells=("requests.new.total",), left=1, right=2, cause="source")
    done = export(tmp_path, full_report(checks=(check,)))
    assert done.tally.checks == {"fail source": 1}
    assert table(tmp_path, "panel")[0]["checks_failed"] == "1"
    assert "1 made, 1 do not hold (100.00%): wrong in print 1" in (tmp_path / "QUALITY.md").read_text("utf-8")


def test_many_processes_give_the_same_bytes_as_one(tmp_path: Path, full_report: FullReport) -> None:
    results = [full_report(year=year) for year in range(2010, 2010 + FEW + 2)]
    for jobs in (1, 2):
        export(tmp_path / str(jobs), *results, formats="csv,parquet", jobs=jobs)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / jobs).iterdir()} for jobs in "12")
    assert one == two


def test_an_error_in_another_process_keeps_its_place_and_its_words(tmp_path: Path, full_report: FullReport) -> None:
    lines = [to_json(full_report())] * ((FEW + 1) * PACKET)
    lines[-3] = "{}"
    (tmp_path / "in.jsonl").write_text("\n".join(lines), "utf-8")
    with pytest.raises(UsageError, match=f"line {len(lines) - 2}, is not a result") as raised:
        export_panel(JsonLines([tmp_path]), tmp_path / "out", Options(jobs=2))
    assert "gouji extract" in raised.value.hint
    assert list((tmp_path / "out").iterdir()) == []
