"""DOCX beyond the common cases: list numbers, headings, text boxes, nested and odd tables, damage."""

from __future__ import annotations

import io
import zipfile

import pytest

from extractors.formats.word import WordFormat
from extractors.formats.word_numbering import chinese, counted, roman
from extractors.grid import Grid
from extractors.options import ExtractOptions
from extractors.page import Content, Line
from extractors.sources.source import Source
from models.errors import GoujiError

TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="v" xmlns:wps="wps"'


def docx(body: str, *, space: str = TRANSITIONAL, main: str = "word/document.xml", **sides: str) -> bytes:
    links = "".join(f'<Relationship Id="{side}" Type="{RELATION}/{side}" Target="{side}.xml"/>' for side in sides)
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    members = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{RELATION}/officeDocument" '
        f'Target="/{main}"/></Relationships>',
        main: f'<w:document xmlns:w="{space}" {MC}><w:body>{body}</w:body></w:document>',
        main.replace("word/", "word/_rels/") + ".rels": f'<Relationships xmlns="{package}">{links}</Relationships>',
    }
    members |= {f"word/{side}.xml": f'<w:x xmlns:w="{space}">{text}</w:x>' for side, text in sides.items()}
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return output.getvalue()


def read(data: bytes) -> Content:
    return WordFormat().read(Source("a.docx", data, "x"), ExtractOptions())


def texts(content: Content) -> list[str]:
    return [block.text for block in content.blocks if isinstance(block, Line)]


def p(text: str, properties: str = "") -> str:
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def tbl(*rows: str) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def places(block: object) -> list[tuple[str, int, int, int, int]]:
    assert isinstance(block, Grid)
    return [(cell.text, cell.row, cell.column, cell.row_span, cell.column_span) for cell in block.cells]


def level(at: int, form: str, text: str) -> str:
    return f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'


NUMBERING = (
    '<w:abstractNum w:abstractNumId="0">' + level(0, "chineseCountingThousand", "%1、")
    + level(1, "japaneseCounting", "（%2）") + level(2, "decimal", "%3.") + "</w:abstractNum>"
    '<w:abstractNum w:abstractNumId="1">' + level(0, "bullet", "\uf06c") + "</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>'
)  # fmt: skip
STYLES = (
    '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>'
    '</w:pPr></w:style><w:style w:type="paragraph" w:styleId="a"><w:name w:val="章"/><w:basedOn w:val="1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="b"><w:name w:val="loop"/><w:basedOn w:val="b"/></w:style>'
)


def numbered(text: str, list_id: int, at: int = 0) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{list_id}"/></w:numPr>')


def test_numbers_that_word_prints_are_reconstructed() -> None:
    body = (
        numbered("总体情况", 1) + numbered("主动公开", 1, 1) + numbered("一条", 1, 2) + numbered("依申请", 1, 1)
        + numbered("收到", 1) + numbered("另计", 1, 1) + numbered("续编", 2) + numbered("点", 3) + numbered("无", 0)
        + numbered("未定义", 9)
    )  # fmt: skip
    assert texts(read(docx(body, numbering=NUMBERING))) == [
        "一、总体情况", "（一）主动公开", "1. 一条", "（二）依申请", "二、收到", "（一）另计", "五、续编", "点", "无", "未定义",
    ]  # fmt: skip


def test_styles_make_headings_and_number_them() -> None:
    body = p("总体", '<w:pStyle w:val="1"/>') + p("公开", '<w:pStyle w:val="a"/>') + p("正文", '<w:pStyle w:val="b"/>')
    body += p("大纲", '<w:outlineLvl w:val="0"/>') + p("非", '<w:pStyle w:val="1"/><w:outlineLvl w:val="9"/>')
    content = read(docx(body, numbering=NUMBERING, styles=STYLES))
    assert [(b.text, b.heading) for b in content.blocks if isinstance(b, Line)] == [
        ("一、总体", True), ("二、公开", True), ("正文", False), ("大纲", True), ("三、非", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("count", "form", "shown"),
    [(11, "chineseCounting", "十一"), (20, "taiwaneseCounting", "二十"), (3, "decimalEnclosedCircle", "③"),
     (27, "upperLetter", "AA"), (4, "lowerRoman", "iv"), (7, "decimalZero", "07"), (12, "decimalFullWidth", "１２"),
     (11, "chineseLegalSimplified", "拾壹"), (2, "ideographTraditional", "乙"), (25, "decimalEnclosedCircle", "25")],
)  # fmt: skip
def test_number_formats(count: int, form: str, shown: str) -> None:
    assert counted(count, form) == shown


def test_chinese_and_roman_never_fail() -> None:
    assert [chinese(count) for count in (0, 9, 10, 99, 123)] == ["〇", "九", "十", "九十九", "一二三"]
    assert [roman(count) for count in (0, 1994, 5000)] == ["0", "MCMXCIV", "5000"]


def test_a_text_box_is_read_once() -> None:
    box = f"<w:txbxContent>{p('框内')}</w:txbxContent>"
    run = (
        f"<w:r><mc:AlternateContent><mc:Choice><wps:txbx>{box}</wps:txbx></mc:Choice><mc:Fallback><w:pict><v:t>{box}"
        "</v:t></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert texts(read(docx(f"<w:p><w:r><w:t>前</w:t></w:r>{run}<w:r><w:t>后</w:t></w:r></w:p>"))) == ["前后", "框内"]


def test_what_is_not_on_the_page_is_not_read() -> None:
    body = (
        "<w:p><w:r><w:t>甲</w:t></w:r><w:moveFrom><w:r><w:t>移</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>到</w:t></w:r>"
        "</w:moveTo><w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>"
        "<w:hyperlink><w:r><w:t>链</w:t></w:r></w:hyperlink><w:r><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t></w:r><w:r>"
        "<w:ruby><w:rt><w:r><w:t>yin</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>音</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>"
        f"<w:p/><w:sdt><w:sdtContent>{p('控件')}</w:sdtContent></w:sdt>"
    )
    assert texts(read(docx(body))) == ["甲到链\t乙", "丙音", "", "控件"]


def test_strict_documents_with_another_main_part() -> None:
    assert texts(read(docx(p("严格"), space=STRICT, main="word/document2.xml"))) == ["严格"]


def test_spans_offsets_and_deleted_rows() -> None:
    table = tbl(
        '<w:trPr><w:gridBefore w:val="1"/></w:trPr>' + tc("头", '<w:gridSpan w:val="2"/>'),
        tc("甲", '<w:vMerge w:val="restart"/>')
        + tc("1", '<w:hMerge w:val="restart"/>')
        + tc("", '<w:hMerge w:val="continue"/>'),
        "<w:trPr><w:del/></w:trPr>" + tc("删") + tc("删") + tc("删"),
        tc("", "<w:vMerge/>") + "<w:sdt><w:sdtContent>" + tc("2") + "</w:sdtContent></w:sdt>" + tc("3"),
        tc("乙", '<w:vMerge w:val="restart"/>') + tc("4") + tc("", "<w:vMerge/>"),
    )
    (block,) = read(docx(table)).blocks
    assert places(block) == [
        ("头", 0, 1, 1, 2), ("甲", 1, 0, 2, 1), ("1", 1, 1, 1, 2), ("2", 2, 1, 1, 1), ("3", 2, 2, 1, 1),
        ("乙", 3, 0, 1, 1), ("4", 3, 1, 1, 1), ("", 3, 2, 1, 1),
    ]  # fmt: skip


def test_a_layout_table_is_walked_through() -> None:
    inner = tbl(tc("规章") + tc("1"), tc("许可") + tc("2"))
    outer = tbl(f"<w:tc>{p('前')}{inner}{p('后')}</w:tc>")
    content = read(docx(outer))
    assert texts(content) == ["前", "后"] and places(content.blocks[1])[1] == ("1", 0, 1, 1, 1)


def test_embedded_documents_are_named() -> None:
    content = read(docx(p("甲") + "<w:altChunk/>"))
    assert [problem.code for problem in content.problems] == ["unknown_type"]


def test_damaged_styles_cost_only_headings() -> None:
    content = read(docx(p("甲"), styles="<broken"))
    assert texts(content) == ["甲"] and [problem.code for problem in content.problems] == ["corrupt"]


@pytest.mark.parametrize(
    ("data", "code"),
    [(docx(""), "no_text"), (docx("<w:p/>"), "no_text"), (docx(p("甲"))[:300], "truncated"), (b"PK\5\6" + bytes(18), "corrupt"),
     (docx("<w:p>"), "corrupt")],
    ids=["empty", "blank", "cut", "no parts", "not well-formed"],
)  # fmt: skip
def test_unreadable_documents_say_why(data: bytes, code: str) -> None:
    with pytest.raises(GoujiError) as caught:
        read(data)
    assert caught.value.code == code


def test_deep_nesting_is_refused_and_not_a_traceback() -> None:
    tables = "<w:tbl><w:tr><w:tc>" * 80 + p("深") + "</w:tc></w:tr></w:tbl>" * 80
    assert texts(read(docx(tables))) == ["深"]
    with pytest.raises(GoujiError) as caught:
        read(docx("<w:ins>" * 400 + p("深") + "</w:ins>" * 400))
    assert caught.value.code == "corrupt"
