"""HTML, Word, spreadsheets and OFD: spans, order, hidden text, numbering, and files that mean harm or are broken."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from bench.ofd_writer import write_ofd
from extractors.grid import Grid
from extractors.options import ExtractOptions
from extractors.page import Content, Line, Page, Ruling, Word
from extractors.registry import FORMATS, format_for
from extractors.sources.sniff import media_type
from extractors.sources.source import Source
from models.errors import GoujiError
from models.evidence import Box

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
    'ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def read(data: bytes, name: str = "x") -> Content:
    kind = media_type(data, name)
    reader = format_for(kind)
    assert reader is not None, kind
    return reader.read(Source(name, data, kind), ExtractOptions())


def page(body: str, head: str = "<meta charset=utf-8>") -> bytes:
    return f"<html><head>{head}</head><body>{body}</body></html>".encode()


def grids(content: Content) -> list[Grid]:
    return [block for block in content.blocks if isinstance(block, Grid)]


def lines(content: Content) -> list[str]:
    return [block.text.strip() for block in content.blocks if isinstance(block, Line) and block.text.strip()]


def spans(grid: Grid) -> dict[str, tuple[int, int, int, int]]:
    return {cell.text: (cell.row, cell.column, cell.row_span, cell.column_span) for cell in grid.cells if cell.text}


def docx(body: str, **members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELS)
        archive.writestr("word/document.xml", f"<w:document {NAMESPACE}><w:body>{body}</w:body></w:document>")
        for name, text in members.items():
            archive.writestr(f"word/{name}.xml", text)
    return out.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


def test_every_format_in_the_list_can_be_made() -> None:
    for kind in FORMATS:
        assert format_for(kind) is not None
    assert format_for("application/x-nothing") is None


def test_html_spans_follow_the_table_algorithm() -> None:
    table = "<table><tr><td rowspan=2>甲<td colspan=2>乙<tr><td>1<td>2</table>"
    assert spans(grids(read(page(table)))[0]) == {
        "甲": (0, 0, 2, 1),
        "乙": (0, 1, 1, 2),
        "1": (1, 1, 1, 1),
        "2": (1, 2, 1, 1),
    }


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td rowspan=0>甲<td>1<tr><td>2</table>",
        "<table><tr><td rowspan=99>甲<td>1<tr><td>2</table>",
        "<table><tr><td colspan=x rowspan=-3>甲<td>1<tr><td>2</table>",
        "<table><tr><td colspan=100000000>甲<td>1<tr><td>2",
    ],
)
def test_html_with_impossible_spans_does_not_blow_up(table: str) -> None:
    content = read(page(table))
    texts = [*lines(content), *(cell.text for grid in grids(content) for cell in grid.cells)]
    assert {"甲", "1", "2"} <= set(texts)
    assert all(grid.n_columns * grid.n_rows < 100_000 for grid in grids(content))


def test_a_layout_table_is_not_a_table_of_data() -> None:
    inner = "<table border=1><tr><td>规章</td><td>0</td></tr><tr><td>行政规范性文件</td><td>3</td></tr></table>"
    content = read(page(f"<table><tr><td><h1>题目</h1><p>第一段。</p>{inner}<p>末段。</p></td></tr></table>"))
    assert [set(spans(grid)) for grid in grids(content)] == [{"规章", "0", "行政规范性文件", "3"}]
    assert lines(content) == ["题目", "第一段。", "末段。"]


def test_hidden_text_scripts_and_comments_are_not_read() -> None:
    body = (
        "<p>看得见</p><p style='display:none'>看不见</p><script>var a='<td>1</td>'</script><!-- 注释 -->"
        "<!--[if mso]><p>条件</p><![endif]--><noscript>无脚本</noscript>"
    )
    assert lines(read(page(body))) == ["看得见"]


@pytest.mark.parametrize("declared", ["gb2312", "utf-8", ""])
def test_html_is_decoded_by_what_the_bytes_say(declared: str) -> None:
    meta = f"<meta charset={declared}>" if declared else ""
    text = f"<html><head>{meta}</head><body><p>政府信息公开工作年度报告，镕字不在国标。</p></body></html>"
    assert "政府信息公开" in lines(read(text.encode("gb18030")))[0]


def test_an_organ_that_is_a_script_stays_text() -> None:
    assert "<script>alert(1)</script>局" in lines(read(page("<p>&lt;script&gt;alert(1)&lt;/script&gt;局</p>")))[0]


def test_word_keeps_order_spans_and_revisions() -> None:
    body = (
        paragraph("甲局年度报告")
        + "<w:tbl><w:tr>"
        + cell("年度", '<w:vMerge w:val="restart"/>')
        + cell("合并", '<w:gridSpan w:val="2"/>')
        + "</w:tr><w:tr>"
        + cell("", "<w:vMerge/>")
        + cell("1")
        + cell("2")
        + "</w:tr></w:tbl><w:p><w:r><w:t>收到</w:t></w:r><w:del><w:r><w:delText>九</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>十件</w:t></w:r></w:ins></w:p>"
    )
    content = read(docx(body))
    assert spans(grids(content)[0]) == {
        "年度": (0, 0, 2, 1),
        "合并": (0, 1, 1, 2),
        "1": (1, 1, 1, 1),
        "2": (1, 2, 1, 1),
    }
    assert lines(content) == ["甲局年度报告", "收到十件"]


def test_word_entities_are_not_resolved(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("机密", encoding="utf-8")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELS)
        archive.writestr(
            "word/document.xml",
            f'<!DOCTYPE d [<!ENTITY e SYSTEM "{secret.as_uri()}">]><w:document {NAMESPACE}><w:body><w:p><w:r><w:t>&e;甲'
            "</w:t></w:r></w:p></w:body></w:document>",
        )
    try:
        found = lines(read(out.getvalue()))
    except GoujiError as error:
        assert error.code == "corrupt"
    else:
        assert "机密" not in "".join(found)


def test_a_broken_word_file_says_so() -> None:
    with pytest.raises(GoujiError) as caught:
        read(docx(paragraph("甲"))[:-30] + b"\0" * 30)
    assert caught.value.code in ("corrupt", "truncated")


def test_doc_and_rtf_are_read_through_libreoffice(tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice converts these formats, and it is not installed")
    source = tmp_path / "report.html"
    source.write_bytes(page("<p>甲局年度报告</p><table border=1><tr><td>规章</td><td>3</td></tr></table>"))
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += ["--infilter=HTML (StarWriter)", "--convert-to"]
    for suffix in ("doc", "rtf"):
        subprocess.run([*command, suffix, "--outdir", str(tmp_path), str(source)], check=True, capture_output=True)
        content = read((tmp_path / f"report.{suffix}").read_bytes(), f"report.{suffix}")
        assert lines(content)[0] == "甲局年度报告"
        assert set(spans(grids(content)[0])) == {"规章", "3"}


def workbook(rows: list[list[object]], merges: tuple[str, ...] = (), formats: dict[str, str] | None = None) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for merge in merges:
        sheet.merge_cells(merge)
    for where, how in (formats or {}).items():
        sheet[where].number_format = how
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_sheet_shows_its_values_as_printed() -> None:
    rows: list[list[object]] = [
        ["甲局2023年度报告"],
        ["项目", "数量"],
        ["规章", 3.0],
        ["金额", 12.5],
        ["行政许可", None],
    ]
    content = read(workbook(rows, formats={"B4": "0.00"}))
    texts = {cell.text for cell in grids(content)[0].cells}
    assert {"规章", "3", "12.50"} <= texts
    assert lines(content)[0] == "甲局2023年度报告"


def test_a_formula_without_a_stored_result_is_named() -> None:
    content = read(workbook([["项目", "数量"], ["合计", "=1+2"], ["规章", 3]]))
    assert any("B2" in problem.message for problem in content.problems)


def ofd_page() -> Page:
    def word(text: str, x: float, y: float) -> Word:
        return Word(text, Box(x, y, x + 11 * len(text), y + 11))

    rules = [Ruling(60, y, 300, y) for y in (100, 130, 160)] + [Ruling(x, 100, x, 160) for x in (60, 180, 300)]
    words = [
        word("年度报告", 60, 60),
        word("规章", 80, 110),
        word("3", 230, 110),
        word("行政许可", 80, 140),
        word("12", 230, 140),
    ]
    return Page(1, 595, 842, tuple(words), tuple(rules))


def test_ofd_gives_words_and_rules_in_points() -> None:
    content = read(write_ofd([ofd_page()]), "x.ofd")
    grid = grids(content)[0]
    assert set(spans(grid)) == {"规章", "3", "行政许可", "12"}
    assert lines(content) == ["年度报告"]
    three = next(cell for cell in grid.cells if cell.text == "3")
    assert three.place.page == 1 and three.place.box is not None
    assert three.place.box.x0 == pytest.approx(230, abs=4) and three.place.box.y0 == pytest.approx(110, abs=4)


def test_a_page_missing_from_an_ofd_is_named() -> None:
    data = write_ofd([ofd_page()])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(out, "w") as part:
        for name in whole.namelist():
            if "Pages" not in name:
                part.writestr(name, whole.read(name))
    content = read(out.getvalue(), "x.ofd")
    assert [(problem.page, problem.code) for problem in content.problems] == [(1, "corrupt")]
    assert content.blocks == ()
