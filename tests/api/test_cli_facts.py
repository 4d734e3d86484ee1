"""``gouji facts``: figures marked where they stand, in a terminal and on a page."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from api.cli.facts import show, wrapped
from api.cli.main import main
from api.cli.marks import COLOURS, GROUPS, group_of, marks_of, page_of_marks
from api.exits import Exit
from extractors.pipeline import extract_bytes
from models.facts import OTHER, fact_types
from models.report import Report

TEXT = """白石县水利局2023年政府信息公开工作年度报告
一、总体情况
通过门户网站公开信息96条，微信公众号发布40条。行政复议、行政诉讼均0件。惠及农户320户。
通过门户网站公开信息96条，微信公众号发布40条。
二、主动公开政府信息情况
无<b>。
三、收到和处理政府信息公开申请情况
收到申请5件。
四、政府信息公开行政复议、行政诉讼情况
无。
五、存在的主要问题及改进情况
公开不够及时。
六、其他需要报告的事项
无。
"""


@pytest.fixture(scope="module")
def report() -> Report:
    (result,) = extract_bytes("白石.txt", TEXT.encode())
    assert isinstance(result, Report)
    return result


def test_every_mark_covers_the_figure_it_speaks_of(report: Report) -> None:
    marks = marks_of(report, other=False)
    covered = [
        (report.narrative[mark.section].text[mark.start : mark.end], [fact.type for fact in mark.facts])
        for mark in marks
    ]
    assert covered == [
        ("96条", ["disclosed_website"]),
        ("40条", ["disclosed_wechat"]),
        ("0件", ["reviews", "litigations"]),
        ("96条", ["disclosed_website"]),
        ("40条", ["disclosed_wechat"]),
        ("5件", ["requests_received"]),
    ]
    starts = [mark.start for mark in marks if mark.section == marks[0].section]
    assert starts == sorted(set(starts))


def test_the_view_shows_figures_types_and_what_it_leaves_out(report: Report) -> None:
    out = io.StringIO()
    show(report, Console(file=out, width=160), other=False)
    assert "96条[disclosed_website]" in out.getvalue()
    assert "requests_received" in out.getvalue()
    assert "--other" in out.getvalue()


def test_lines_are_broken_between_characters_and_words_stay_whole() -> None:
    text = Text("全年通过门户网站公开信息 4000 余条[disclosed_website]，其中（含公众号）政策文件191件。\n\n末行")
    lines = [line.plain for line in wrapped(text, 30)]
    assert "".join(lines) == text.plain.replace("\n", "")
    assert all(cell_len(line) <= 30 for line in lines)
    assert sum("[disclosed_website]，" in line for line in lines) == 1
    assert not any(line.startswith(("，", "。", "）")) or line.endswith("（") for line in lines)
    assert "" in lines and lines[-1] == "末行"


def test_the_page_marks_figures_and_lets_no_markup_through(report: Report) -> None:
    page = page_of_marks([report], other=True)
    assert "320户" in page
    assert "<b>" not in page
    assert COLOURS["requests"] in page


def test_every_type_has_a_group_and_every_group_a_colour() -> None:
    assert {group_of(kind) for kind in fact_types()} == {name for name, _ in GROUPS}
    assert set(COLOURS) == {name for name, _ in GROUPS} | {OTHER}


def test_the_command_writes_a_page_and_names_what_it_could_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, broken, page = tmp_path / "白石.txt", tmp_path / "leer.pdf", tmp_path / "facts.html"
    source.write_text(TEXT, "utf-8")
    broken.write_bytes(b"")
    assert main(["facts", str(source), str(broken), "--html", str(page)]) == Exit.SOME_FAILED
    assert "disclosed_website" in page.read_text("utf-8")
    assert "leer.pdf" in capsys.readouterr().err


def test_a_folder_is_no_page(tmp_path: Path) -> None:
    assert main(["facts", str(tmp_path), "--html", str(tmp_path)]) == Exit.USAGE
