"""Pages as sites publish them and as hostile or careless hands make them; the common cases stand in test_formats."""

from __future__ import annotations

import base64

import pytest

from extractors.formats.webpage import WebpageFormat
from extractors.grid import Grid
from extractors.options import ExtractOptions
from extractors.page import Content, Line
from extractors.sources.source import Source
from models.errors import UnreadableSource


def read(html: str | bytes, kind: str = "text/html") -> Content:
    data = html.encode() if isinstance(html, str) else html
    return WebpageFormat().read(Source("a.html", data, kind), ExtractOptions())


def texts(content: Content) -> list[str]:
    return [block.text for block in content.blocks if isinstance(block, Line)]


def only_grid(content: Content) -> Grid:
    (grid,) = (block for block in content.blocks if isinstance(block, Grid))
    return grid


def places(grid: Grid) -> list[tuple[str, int, int, int, int]]:
    return [(cell.text, cell.row, cell.column, cell.row_span, cell.column_span) for cell in grid.cells]


def covered_once(grid: Grid) -> bool:
    seen = [
        (row, column)
        for cell in grid.cells
        for row in range(cell.row, cell.row + cell.row_span)
        for column in range(cell.column, cell.column + cell.column_span)
    ]
    return len(seen) == len(set(seen)) and all(row < grid.n_rows and column < grid.n_columns for row, column in seen)


def test_blocks_keep_their_order_and_numbers() -> None:
    content = read("<h2>二、主动公开</h2>引言<table><tr><td>a<td>1</table>尾<ul><li>一<li>二</ul>")
    assert [getattr(block, "text", "grid") for block in content.blocks] == [
        "二、主动公开",
        "引言",
        "grid",
        "尾",
        "一",
        "二",
    ]
    assert [b.heading for b in content.blocks if isinstance(b, Line)] == [True, False, False, False, False]
    assert [b.place.line for b in content.blocks if isinstance(b, Line)] == [1, 2, 4, 5, 6]
    assert {cell.place.line for cell in only_grid(content).cells} == {3}


def test_breaks_blank_paragraphs_and_spaces() -> None:
    html = "<p>　　第一　段&nbsp;&nbsp;A\n B<br>第<span>二</span><b>段</b><br/><br/>四</p><p>&nbsp;</p><div></div><p>五\u200b</p>"
    assert texts(read(html)) == ["第一　段  A B", "第二段", "", "四", "", "五"]


def test_preformatted_text_keeps_tabs_and_blank_lines() -> None:
    assert texts(read("<pre>规章\t1\t2\n\n  行政\t3</pre>")) == ["规章\t1\t2", "", "  行政\t3"]
    assert texts(read("<div style='white-space: pre-wrap'>规章\t1\n二</div>")) == ["规章\t1", "二"]


def test_text_behind_skipped_elements_stays() -> None:
    html = "<p>甲<!-- x -->乙<script>1</script>丙<span hidden>藏</span>丁<select><option>省</select>戊</p>"
    assert texts(read(html)) == ["甲乙丙丁戊"]


def test_cells_of_word_exports_are_lines() -> None:
    html = (
        "<table><tr><td><p class=MsoNormal><span lang=EN-US><span>1</span></span><span>5</span></p><p>&nbsp;</p>"
        "<p>件</p></td><td>规<br>章</td></tr></table>"
    )
    assert [cell.text for cell in only_grid(read(html)).cells] == ["15\n件", "规\n章"]


def test_row_groups_end_spans_and_footers_come_last() -> None:
    html = (
        "<table><tfoot><tr><td>计<td>9</tfoot><tbody><tr><td rowspan=5>甲<td>1</tbody>"
        "<tbody><tr><td rowspan=0>乙<td>2<tr><td>3</tbody></table>"
    )
    assert places(only_grid(read(html))) == [
        ("甲", 0, 0, 1, 1), ("1", 0, 1, 1, 1), ("乙", 1, 0, 2, 1), ("2", 1, 1, 1, 1), ("3", 2, 1, 1, 1),
        ("计", 3, 0, 1, 1), ("9", 3, 1, 1, 1),
    ]  # fmt: skip


def test_hidden_rows_and_cells_take_no_place() -> None:
    html = "<table><tr style='display:none'><td>x<td>y<tr><td>甲<td style='display: none'>藏<td>1</table>"
    assert places(only_grid(read(html))) == [("甲", 0, 0, 1, 1), ("1", 0, 1, 1, 1)]


def test_spans_that_run_into_each_other_cover_nothing_twice() -> None:
    html = "<table><tr><td>a<td rowspan=2>b<td>c<tr><td colspan=3>d<td>e</table>"
    grid = only_grid(read(html))
    assert covered_once(grid) and {cell.text for cell in grid.cells} == set("abcde")


def test_column_bombs_are_bounded_and_what_is_cut_is_named() -> None:
    row = "<tr><td>规章" + "<td colspan=1000>x" * 50
    content = read("<table>" + row * 40 + "</table>")
    assert [problem.code for problem in content.problems] == ["corrupt"]
    wide = read("<table><tr><td colspan=900>表头<tr><td>规章<td>1</table>")
    assert not wide.problems and only_grid(wide).n_columns == 2 and covered_once(only_grid(wide))


@pytest.mark.parametrize("depth", [400, 1500])
def test_unclosed_tags_nest_deeply_and_lose_nothing(depth: int) -> None:
    content = read("<p>始</p>" + "<font>" * depth + "深处" + "<p>尾</p>")
    assert texts(content) == ["始", "深处", "尾"] and not content.problems


def test_what_nests_too_deep_for_the_parser_is_named() -> None:
    content = read("<p>始</p>" + "<div>" * 5000 + "深处")
    assert texts(content)[0] == "始" and [problem.code for problem in content.problems] == ["corrupt"]


def test_nested_layout_tables_do_not_multiply() -> None:
    html = "<table><tr><td>" * 60 + "<table><tr><td>规章<td>1</table>" + "</table>" * 60
    assert places(only_grid(read(html))) == [("规章", 0, 0, 1, 1), ("1", 0, 1, 1, 1)]


def test_an_article_in_a_table_is_text() -> None:
    article = "我局认真贯彻落实政府信息公开条例，主动公开各类信息。" * 12
    assert texts(read(f"<table><tr><td>导航</td><td><p>{article}</p></td></tr></table>")) == ["导航", article]


def test_entities_nul_bytes_and_prologs() -> None:
    html = '<?xml version="1.0" encoding="gb2312"?><!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    content = read(html + "<body><p>甲&a;\0乙&amp;&#20108;</p></body>")
    assert "root:" not in "".join(texts(content)) and texts(content)[-1].endswith("乙&二")


def test_hints() -> None:
    head = (
        "<!-- saved from url=(0031)http://www.example.gov.cn/a.htm --><title>门户网站 - 年报</title>"
        '<meta name="ArticleTitle" content="2023年年度报告"><META NAME="PubDate" CONTENT="2024-01-20 09:30">'
    )
    hints = read(f"<html><head>{head}</head><body>x</body></html>").hints
    assert hints == {
        "title": "2023年年度报告",
        "published": "2024-01-20 09:30",
        "url": "http://www.example.gov.cn/a.htm",
    }


@pytest.mark.parametrize("coding", ["quoted-printable", "base64"])
def test_mhtml_with_frames(coding: str) -> None:
    body = "<html><body><p>年度报告</p></body></html>".encode("gbk")
    payload = (
        base64.encodebytes(body) if coding == "base64" else b"".join(b"=%02X" % byte for byte in body[:60]) + b"=\r\n"
        + b"".join(b"=%02X" % byte for byte in body[60:])
    )  # fmt: skip
    data = (
        b'From: <Saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: " + coding.encode() + b"\r\n"
        b"Content-Location: http://a.gov.cn/1.html\r\n\r\n"
        + payload
        + b"\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n"
        b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + "<p>框内</p>".encode() + b"\r\n--b--\r\n"
    )
    content = read(data, "multipart/related")
    assert texts(content) == ["年度报告", "框内"] and content.hints["url"] == "http://a.gov.cn/1.html"
    assert [b.place.line for b in content.blocks if isinstance(b, Line)] == [1, 2]


@pytest.mark.parametrize("html", ["<html><body><script>1</script></body></html>", "<!-- nur -->", "<html></html>"])
def test_a_page_without_text_says_so(html: str) -> None:
    with pytest.raises(UnreadableSource) as caught:
        read(html)
    assert caught.value.code == "no_text"


def test_mhtml_without_html_says_so() -> None:
    with pytest.raises(UnreadableSource) as caught:
        read(b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b--", "multipart/related")
    assert caught.value.code == "corrupt"
