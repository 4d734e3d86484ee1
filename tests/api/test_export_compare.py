"""Two reports side by side: what is compared, what never is, and how it is shown."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from api.cli.diff import find_report, show, title
from api.cli.main import main
from api.export.compare import Comparison, Line, compare, sentences
from api.export.compare_page import page
from models.errors import SourceError, UsageError
from models.readings import CellState
from models.report import CheckRecord, ErrorReport, NarrativeSection, Report, to_json

FullReport = Callable[..., Report]
NEW, OUT, IN = "requests.new.total", "requests.carried_out.total", "requests.carried_in.total"
SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def line(found: Comparison, name: str) -> Line:
    return next(line for line in found.cells if line.name == name)


def test_two_years_are_compared_by_variable_and_what_is_carried_over_is_checked(full_report: FullReport) -> None:
    found = compare(
        full_report(year=2022, cells={NEW: 5, OUT: 2}),
        full_report(year=2023, cells={NEW: Decimal("7.5"), IN: 3}, status={NEW: "review"}),
    )
    assert found.kind == "years"
    assert line(found, NEW) == Line(
        NEW, "本年新收申请（总计） [件]", line(found, NEW).left, line(found, NEW).right, "changed", Decimal("2.5")
    )
    assert line(found, NEW).right.doubtful and line(found, NEW).right.text == "7.5"
    failing = [check for check in found.carried if check.status == "fail"]
    assert [(check.rule, check.left, check.right) for check in failing] == [("series.carried_over.total", 3, 2)]
    assert found.breaks == ()


def test_the_order_of_the_years_does_not_turn_the_check_round(full_report: FullReport) -> None:
    earlier, later = full_report(year=2022, cells={OUT: 2}), full_report(year=2023, cells={IN: 3})
    assert compare(earlier, later).carried == compare(later, earlier).carried


def test_forms_meet_only_where_they_ask_the_same(full_report: FullReport) -> None:
    annex = full_report(
        year=2018, form="2014", cells={"statistics.requests.value": 9, "statistics.answer_granted.value": 4}
    )
    found = compare(annex, full_report(year=2021, cells={NEW: 9, "requests.granted.total": 4}))
    assert line(found, NEW).sameness == "same"
    assert line(found, "requests.granted.total").sameness == "not_asked"
    assert line(found, "requests.granted.total").left.text == "–"
    assert any("statistics.answer_granted.value" in one.variables for one in found.breaks)
    assert found.carried == ()


@pytest.mark.parametrize(
    ("one", "other", "sameness"),
    [
        (CellState.BLANK, 0, "changed"),
        (CellState.BLANK, CellState.NA, "changed"),
        (CellState.BLANK, CellState.BLANK, "same"),
        (Decimal("2.50"), Decimal("2.5"), "same"),
    ],
)
def test_a_blank_is_not_a_zero(full_report: FullReport, one: object, other: object, sameness: str) -> None:
    found = compare(full_report(cells={NEW: one}), full_report(cells={NEW: other}))
    assert line(found, NEW).sameness == sameness
    assert found.kind == "versions"


def test_prose_is_compared_by_the_sentence(full_report: FullReport) -> None:
    def told(text: str) -> Report:
        section = NarrativeSection(section="一、总体情况", text=text)
        return full_report().model_copy(update={"narrative": (section,)})

    (section,) = compare(told("甲。乙。丙。"), told("甲。丁。 丙。戊。")).sections
    assert section.changed == 3
    assert [(one.equal, one.left, one.right) for one in section.passages] == [
        (True, ("甲。",), ("甲。",)),
        (False, ("乙。",), ("丁。",)),
        (True, ("丙。",), ("丙。",)),
        (False, (), ("戊。",)),
    ]
    assert sentences("一。\n\n二；三") == ("一。", "二；", "三")


def test_failing_checks_stand_side_by_side(full_report: FullReport) -> None:
    bad = CheckRecord(rule="x", status="fail", cells=(), left=1, right=2)
    good = bad.model_copy(update={"status": "pass"})
    (check,) = compare(full_report(checks=(bad,)), full_report(checks=(good,))).checks
    assert (check.left.text, check.right.text) == ("fail 1 ≠ 2", "pass")
    assert compare(full_report(checks=(good,)), full_report(checks=(good,))).checks == ()


class Reader(HTMLParser):
    """Notes the tags that are open, and every address."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_lets_nothing_through(full_report: FullReport) -> None:
    bad = "<script>alert(1)</script>&"
    section = NarrativeSection(section=bad, text=bad + "。")
    one = full_report(organ=bad, file=bad).model_copy(update={"narrative": (section,)})
    text = page(compare(one, full_report(year=2018, form="2014")), (title(one), bad))
    reader = Reader()
    reader.feed(text)
    assert reader.open == [] and reader.addresses == []
    assert "<script" not in text and "&lt;script&gt;" in text
    assert "口径变化" in text


def test_the_terminal_lists_what_differs(full_report: FullReport) -> None:
    found = compare(full_report(year=2022, organ="[red]局"), full_report(year=2023, organ="[red]局", cells={NEW: 7}))
    short, long = io.StringIO(), io.StringIO()
    show(found, ("[red]A", "B"), short)
    show(found, ("[red]A", "B"), long, every=True)
    assert "本年新收申请（总计）" in short.getvalue() and "+7" in short.getvalue()
    assert "本年新收申请（自然人）" not in short.getvalue() and "本年新收申请（自然人）" in long.getvalue()
    assert "[red]局" in short.getvalue() and "199 cells are equal" in short.getvalue()


def test_a_side_is_exactly_one_report(tmp_path: Path, full_report: FullReport, error: ErrorReport) -> None:
    path = tmp_path / "reports.jsonl"
    reports = [full_report(year=2022), full_report(year=2023), full_report("清河县财政局", 2023)]
    path.write_text("".join(to_json(one) + "\n" for one in reports) + to_json(error), "utf-8")
    assert find_report(f"{path}#2022").report.year.value == 2022
    assert find_report(f"{path}#财政局").report.organ.value == "清河县财政局"
    assert find_report(f"{path}#水利局, 2023").id == reports[1].id
    with pytest.raises(UsageError, match=r"2 reports in .*#2023"):
        find_report(f"{path}#2023")
    with pytest.raises(UsageError, match="No such file"):
        find_report(str(tmp_path / "none.json"))
    (tmp_path / "error.json").write_text(to_json(error), "utf-8")
    with pytest.raises(SourceError, match="=cut"):
        find_report(str(tmp_path / "error.json"))


def test_documents_are_read_where_they_are_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = SAMPLES / "柳湾镇人民政府2024.md", SAMPLES / "白石县统计局2020.txt"
    assert main(["diff", str(one), str(other)]) == 0
    assert "不是同一机关" in capsys.readouterr().out
    assert main(["diff", str(one), str(one), "--html", str(tmp_path / "x.html")]) == 0
    assert "没有不同 None differs" in (tmp_path / "x.html").read_text("utf-8")
