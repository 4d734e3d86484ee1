"""OFD: geometry, templates, shared graphics, what makers vary, and damage."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.ofd_writer import write_ofd
from extractors.formats.ofd import OfdFormat, read_pages
from extractors.formats.ofd_geometry import Matrix, deltas, matrix_of, subpaths
from extractors.options import ExtractOptions
from extractors.page import Page, Ruling, Word
from extractors.sources.source import Source
from models.errors import GoujiError
from models.evidence import Box

MM = 72 / 25.4


def ofd(content: str, *, space: str = "http://www.ofdspec.org/2016", common: str = "", before: str = "",
        **members: str) -> bytes:  # fmt: skip
    """A one-page OFD around the objects in ``content``."""
    head = f'xmlns:ofd="{space}"'
    parts = {
        "OFD.xml": f"<ofd:OFD {head}><ofd:DocBody><ofd:DocRoot>/Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {head}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
        f'</ofd:PhysicalBox></ofd:PageArea>{common}</ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"'
        "/></ofd:Pages></ofd:Document>",
        "Doc_0/Pages/Page_0/Content.xml": f"<ofd:Page {head}>{before}<ofd:Content><ofd:Layer>{content}</ofd:Layer>"
        "</ofd:Content></ofd:Page>",
    }
    parts |= {name: text.replace("HEAD", head) for name, text in members.items()}
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return output.getvalue()


def text(value: str, attributes: str = "", code: str = 'X="0" Y="4"') -> str:
    return (
        f'<ofd:TextObject Boundary="10 20 50 5" Size="4" {attributes}><ofd:TextCode {code}>{value}</ofd:TextCode>'
        "</ofd:TextObject>"
    )


def words(content: str) -> list[str]:
    (page,) = read_pages(ofd(content))
    return [word.text for word in page.words]


def test_a_word_stands_where_the_object_says() -> None:
    (page,) = read_pages(ofd(text("规章", code='X="1" Y="4" DeltaX="4"')))
    (word,) = page.words
    assert (page.number, page.width, page.height) == pytest.approx((1, 210 * MM, 297 * MM))
    assert (word.box.x0, word.box.x1) == pytest.approx((11 * MM, 19 * MM))
    assert word.box.y0 < 24 * MM < word.box.y1 and word.box.height == pytest.approx(4 * MM)


def test_gaps_blanks_and_turned_lines_part_words() -> None:
    assert words(text("规章12", code='X="0" Y="4" DeltaX="4 12 2"')) == ["规章", "12"]
    assert words(text("规章 12", code='X="0" Y="4"')) == ["规章", "12"]
    assert words(text("办理", code='X="0" Y="4" DeltaY="5"')) == ["办", "理"]
    assert words(text("总计结果", code='X="0" Y="4" DeltaX="g 3 4"')) == ["总计结果"]


def test_a_matrix_scales_and_moves() -> None:
    (page,) = read_pages(ofd(text("章", 'CTM="2 0 0 2 1 0"')))
    assert page.words[0].box.width == pytest.approx(8 * MM) and page.words[0].box.x0 == pytest.approx(11 * MM)


def test_rulings_from_strokes_frames_and_thin_fills() -> None:
    paths = (
        '<ofd:PathObject Boundary="10 10 100 1"><ofd:AbbreviatedData>M 0 0 L 100 0</ofd:AbbreviatedData></ofd:PathObject>'
        '<ofd:PathObject Boundary="0 50 90 20"><ofd:AbbreviatedData>M 0 0 L 90 0 L 90 20 L 0 20 C</ofd:AbbreviatedData>'
        '</ofd:PathObject><ofd:PathObject Boundary="0 0 99 99" Fill="true" Stroke="false"><ofd:AbbreviatedData>'
        "M 0 80 L 60 80 L 60 80.2 L 0 80.2 C M 5 80 L 5.2 80 L 5.2 95 L 5 95 C</ofd:AbbreviatedData></ofd:PathObject>"
        '<ofd:PathObject Boundary="0 0 99 99" Fill="true" Stroke="false"><ofd:AbbreviatedData>M 0 0 L 90 0 L 90 90 L 0 90 C'
        '</ofd:AbbreviatedData></ofd:PathObject><ofd:PathObject Boundary="0 0 9 9" Visible="false"><ofd:AbbreviatedData>'
        "M 0 0 L 90 0</ofd:AbbreviatedData></ofd:PathObject>"
    )
    (page,) = read_pages(ofd(paths))
    flat = [r for r in page.rulings if r.y0 == r.y1]
    upright = [r for r in page.rulings if r.x0 == r.x1]
    assert [round(r.y0 / MM, 1) for r in flat] == [10, 50, 70, 80.1]
    assert [round(r.x0 / MM, 1) for r in upright] == [90, 0, 5.1]


def test_templates_groups_and_shared_graphics() -> None:
    common = '<ofd:TemplatePage ID="7" BaseLoc="Tpls/T.xml"/><ofd:DocumentRes>Res.xml</ofd:DocumentRes>'
    template = f"<ofd:Page HEAD><ofd:Content><ofd:Layer>{text('页眉')}</ofd:Layer></ofd:Content></ofd:Page>"
    unit = (
        f'<ofd:Res HEAD><ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="9"><ofd:Content>{text("图内")}'
        '<ofd:CompositeObject ResourceID="9" Boundary="0 0 9 9"/></ofd:Content></ofd:CompositeGraphicUnit>'
        "</ofd:CompositeGraphicUnits></ofd:Res>"
    )
    body = f"<ofd:PageBlock>{text('正文')}</ofd:PageBlock>" + '<ofd:CompositeObject ResourceID="9" Boundary="5 5 9 9"/>'
    members = {"Doc_0/Tpls/T.xml": template, "Doc_0/Res.xml": unit}
    (page,) = read_pages(ofd(body, common=common, before='<ofd:Template TemplateID="7"/>', **members))
    assert [word.text for word in page.words] == ["页眉", "正文", "图内"]
    assert page.words[2].box.x0 == pytest.approx(15 * MM)


def test_another_namespace_and_odd_member_names() -> None:
    data = ofd(text("规章"), space="http://www.ofdspec.org")
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(output, "w") as target:
        for name in archive.namelist():
            target.writestr(name.upper().replace("OFD.XML", "OFD.xml"), archive.read(name))
    assert read_pages(output.getvalue())[0].words[0].text == "规章"


def test_pictures_without_text_are_named() -> None:
    data = ofd('<ofd:ImageObject Boundary="0 0 210 297" CTM="210 0 0 297 0 0" ResourceID="3"/>')
    (picture,) = read_pages(data)[0].pictures
    assert (picture.x0, picture.y0, picture.x1, picture.y1) == pytest.approx((0, 0, 210 * MM, 297 * MM))
    content = OfdFormat().read(Source("a.ofd", data, "application/ofd"), ExtractOptions())
    assert [(problem.page, problem.code) for problem in content.problems] == [(1, "no_text")]


def test_pages_beyond_the_limit_are_refused() -> None:
    data = write_ofd([Page(1, 100, 100), Page(2, 100, 100)])
    with pytest.raises(GoujiError) as caught:
        OfdFormat().read(Source("a.ofd", data, "application/ofd"), ExtractOptions(max_pages=1))
    assert caught.value.code == "too_many_pages"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (ofd("", **{"Doc_0/Encryptions.xml": "<x/>"}), "encrypted_document"),
        (ofd("")[:200], "truncated"),
        (ofd("", **{"OFD.xml": "<OFD/>"}), "corrupt"),
        (ofd("", **{"OFD.xml": '<!DOCTYPE a [<!ENTITY b "c">]><OFD/>'}), "corrupt"),
        (ofd("", **{"OFD.xml": "<OFD><DocRoot>../../etc/passwd</DocRoot></OFD>"}), "corrupt"),
    ],
    ids=["encrypted", "cut", "no document", "entities", "root outside"],
)
def test_unreadable_files_say_why(data: bytes, code: str) -> None:
    with pytest.raises(GoujiError) as caught:
        read_pages(data)
    assert caught.value.code == code


def test_broken_numbers_do_not_blow_up() -> None:
    assert words(text("规章", 'CTM="x y"', code='X="nan" Y="1e999" DeltaX="g 999999999 4 g x y g"')) == ["规章"]
    assert deltas("g 3 1.5 2 g") == [1.5, 1.5, 1.5, 2.0]
    assert len(deltas("g 999999999 1")) == 10_000
    assert matrix_of("1 2 3") == Matrix()
    assert subpaths("M 0 0 B 1 1 2 2 3 3 L 5 3 C Q 1") == [[(3.0, 3.0, 5.0, 3.0), (5.0, 3.0, 0.0, 0.0)]]


NUMBERS = st.floats(10, 400).map(lambda value: round(value, 1))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.text("规章许可总计0123456789abc", min_size=1, max_size=8), NUMBERS, NUMBERS), max_size=8),
    st.lists(st.tuples(NUMBERS, NUMBERS, st.floats(5, 300), st.booleans()), max_size=8),
)
def test_what_is_written_is_read(
    texts: list[tuple[str, float, float]], lines: list[tuple[float, float, float, bool]]
) -> None:
    placed = tuple(Word(value, Box(x, y, x + 9.0 * len(value), y + 10.5)) for value, x, y in texts)
    drawn = tuple(Ruling(x, y, x + size, y) if flat else Ruling(x, y, x, y + size) for x, y, size, flat in lines)
    (page,) = read_pages(write_ofd([Page(1, 595.3, 841.9, placed, drawn)]))
    assert [word.text for word in page.words] == [word.text for word in placed]
    for seen, meant in zip(page.words, placed, strict=True):
        assert (seen.box.x0, seen.box.y0, seen.box.x1) == pytest.approx(
            (meant.box.x0, meant.box.y0, meant.box.x1), abs=0.1
        )
    for found, line in zip(page.rulings, drawn, strict=True):
        assert (found.x0, found.y0, found.x1, found.y1) == pytest.approx((line.x0, line.y0, line.x1, line.y1), abs=0.01)
