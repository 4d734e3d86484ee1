"""PDF pages drawn with known words and rules: text layer, lattice, stream, routes, and files that cannot be read."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas

from extractors.formats.pdf import PdfFormat
from extractors.grid import Grid
from extractors.options import ExtractOptions
from extractors.page import Content, Line
from extractors.sources.source import Source
from models.errors import GoujiError

FONT = "STSong-Light"
HEIGHT = A4[1]
ROWS = [["", "自然人", "商业企业", "总计"], ["本年新收", "12", "", "12"], ["上年结转", "0", "1", "1"]]
LEFT, TOP, WIDTH, ROW = 60.0, 100.0, 110.0, 24.0
Draw = Callable[[Canvas], None]


def pdf(*pages: Draw, **how: object) -> bytes:
    registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, **how)
    for draw in pages:
        canvas.setFont(FONT, 11)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def words(canvas: Canvas, rows: Sequence[Sequence[str]], top: float = TOP) -> None:
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            canvas.drawCentredString(LEFT + (c + 0.5) * WIDTH, HEIGHT - top - (r + 0.65) * ROW, text)


def rules(canvas: Canvas, rows: int, columns: int, *, upright: bool = True, first: int = 0) -> None:
    for r in range(rows + 1):
        y = HEIGHT - TOP - r * ROW
        canvas.line(LEFT, y, LEFT + columns * WIDTH, y)
    if upright:
        for c in range(first, columns + 1 - first):
            x = LEFT + c * WIDTH
            canvas.line(x, HEIGHT - TOP, x, HEIGHT - TOP - rows * ROW)


def read(data: bytes) -> Content:
    return PdfFormat().read(Source("report.pdf", data, "application/pdf"), ExtractOptions())


def only_grid(content: Content) -> Grid:
    grids = [block for block in content.blocks if isinstance(block, Grid)]
    assert len(grids) == 1
    return grids[0]


def texts(grid: Grid) -> list[list[str]]:
    table = [["" for _ in range(grid.n_columns)] for _ in range(grid.n_rows)]
    for cell in grid.cells:
        table[cell.row][cell.column] = cell.text
    return table


def ruled(canvas: Canvas) -> None:
    words(canvas, ROWS)
    rules(canvas, 3, 4)


def boxed(canvas: Canvas) -> None:
    """Each cell a rectangle of its own, as spreadsheets print."""
    words(canvas, ROWS)
    for r in range(3):
        for c in range(4):
            canvas.rect(LEFT + c * WIDTH, HEIGHT - TOP - (r + 1) * ROW, WIDTH, ROW)


def filled(canvas: Canvas) -> None:
    """Rules as thin filled bars, as browsers print, with a hair between the pieces."""
    words(canvas, ROWS)
    for r in range(4):
        for c in range(4):
            canvas.rect(LEFT + c * WIDTH + 0.4, HEIGHT - TOP - r * ROW, WIDTH - 0.8, 0.7, stroke=0, fill=1)
    for c in range(5):
        canvas.rect(LEFT + c * WIDTH, HEIGHT - TOP - 3 * ROW, 0.7, 3 * ROW, stroke=0, fill=1)


def open_sides(canvas: Canvas) -> None:
    words(canvas, ROWS)
    rules(canvas, 3, 4, first=1)


@pytest.mark.parametrize("draw", [ruled, boxed, filled, open_sides], ids=lambda draw: draw.__name__)
def test_rules_of_every_kind_give_the_same_grid(draw: Draw) -> None:
    content = read(pdf(draw))
    assert content.routes == {"1": "lattice"}
    assert texts(only_grid(content)) == ROWS


def test_a_blank_cell_has_its_own_box_and_a_filled_one_that_of_its_words() -> None:
    grid = only_grid(read(pdf(ruled)))
    blank = next(cell for cell in grid.cells if (cell.row, cell.column) == (1, 2))
    full = next(cell for cell in grid.cells if (cell.row, cell.column) == (1, 1))
    assert blank.text == "" and blank.place.box is not None and full.place.box is not None
    assert blank.place.box.width == pytest.approx(WIDTH, abs=1)
    assert full.place.box.width < 20
    assert LEFT + WIDTH < full.place.box.x0 < full.place.box.x1 < LEFT + 2 * WIDTH
    assert TOP + ROW < full.place.box.y0 < full.place.box.y1 < TOP + 2 * ROW


def test_cells_without_a_rule_between_them_are_one() -> None:
    def draw(canvas: Canvas) -> None:
        words(canvas, [["", "甲", "乙"], ["丙", "1", "2"]])
        canvas.line(LEFT, HEIGHT - TOP, LEFT + 3 * WIDTH, HEIGHT - TOP)
        canvas.line(LEFT, HEIGHT - TOP - 2 * ROW, LEFT + 3 * WIDTH, HEIGHT - TOP - 2 * ROW)
        canvas.line(LEFT + WIDTH, HEIGHT - TOP - ROW, LEFT + 3 * WIDTH, HEIGHT - TOP - ROW)
        for c in range(4):
            canvas.line(LEFT + c * WIDTH, HEIGHT - TOP, LEFT + c * WIDTH, HEIGHT - TOP - 2 * ROW)

    grid = only_grid(read(pdf(draw)))
    spans = {cell.text: (cell.row_span, cell.column_span) for cell in grid.cells}
    assert spans["丙"] == (2, 1)
    assert spans["1"] == (1, 1)


def test_white_rules_and_pictures_of_rules_are_not_rules() -> None:
    def draw(canvas: Canvas) -> None:
        words(canvas, ROWS)
        canvas.setStrokeColorRGB(1, 1, 1)
        rules(canvas, 3, 4)

    assert read(pdf(draw)).routes == {"1": "stream"}


@pytest.mark.parametrize("horizontal", [True, False])
def test_tables_without_upright_rules_keep_every_figure_in_its_column(horizontal: bool) -> None:
    def draw(canvas: Canvas) -> None:
        words(canvas, ROWS)
        if horizontal:
            rules(canvas, 3, 4, upright=False)

    grid = only_grid(read(pdf(draw)))
    assert grid.route == "stream"
    values = {(cell.row, cell.column): cell.text for cell in grid.cells}
    assert [values[1, column] for column in (1, 2, 3)] == ["12", "", "12"]
    assert [values[2, column] for column in (1, 2, 3)] == ["0", "1", "1"]


def test_a_table_cut_by_the_page_is_open_at_the_cut() -> None:
    def draw(canvas: Canvas) -> None:
        words(canvas, ROWS)
        rules(canvas, 3, 4)
        canvas.drawCentredString(LEFT + WIDTH / 2, HEIGHT - TOP - 3.65 * ROW, "三、")
        for c in range(5):
            x = LEFT + c * WIDTH
            canvas.line(x, HEIGHT - TOP, x, HEIGHT - TOP - 4 * ROW)

    assert texts(only_grid(read(pdf(draw))))[3] == ["三、", "", "", ""]


def test_text_around_a_table_stays_in_order() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(LEFT, HEIGHT - 60, "三、收到和处理政府信息公开申请情况")
        ruled(canvas)
        canvas.drawString(LEFT, HEIGHT - 400, "四、结尾。")

    kinds = [block.text if isinstance(block, Line) else "table" for block in read(pdf(draw)).blocks]
    assert kinds == ["三、收到和处理政府信息公开申请情况", "table", "四、结尾。"]


def test_glyphs_drawn_twice_are_read_once() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(LEFT, HEIGHT - 60, "总计12件。")
        canvas.drawString(LEFT + 0.3, HEIGHT - 60, "总计12件。")

    assert [block.text for block in read(pdf(draw)).blocks if isinstance(block, Line)] == ["总计12件。"]


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_turned_page_is_read_as_it_is_shown(angle: int) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf(ruled))
    document[0].set_rotation(angle)
    out = io.BytesIO()
    document.save(out)
    content = read(out.getvalue())
    boxes = [cell.place.box for block in content.blocks if isinstance(block, Grid) for cell in block.cells]
    width, height = (HEIGHT, A4[0]) if angle != 180 else A4
    assert boxes and all(b is not None and 0 <= b.x0 < b.x1 <= width and 0 <= b.y0 < b.y1 <= height for b in boxes)


def picture(canvas: Canvas) -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, *A4)


def noise(canvas: Canvas) -> None:
    from random import Random

    from PIL import Image
    from reportlab.lib.utils import ImageReader

    specks = bytes(Random(1).choices((0, 255), (1, 9), k=400 * 560))
    canvas.drawImage(ImageReader(Image.frombytes("L", (400, 560), specks)), 0, 0, *A4)


def test_a_page_that_cannot_be_read_is_named_and_the_others_are_kept() -> None:
    content = read(pdf(ruled, noise))
    assert [(problem.page, problem.code) for problem in content.problems] == [(2, "no_text")]
    assert content.routes == {"1": "lattice", "2": "ocr"}
    assert content.pages == 2


def broken(kind: str) -> bytes:
    good = pdf(ruled)
    if kind == "encrypted_pdf":
        from reportlab.lib.pdfencrypt import StandardEncryption

        return pdf(ruled, encrypt=StandardEncryption("secret", canPrint=0))
    if kind == "truncated":
        return good[:300]
    if kind == "no_text":
        return pdf(picture)
    return b"%PDF-1.4\n" + b"garbage " * 50 + b"\n%%EOF"


@pytest.mark.parametrize("code", ["encrypted_pdf", "truncated", "corrupt", "no_text"])
def test_what_cannot_be_read_says_why(code: str) -> None:
    with pytest.raises(GoujiError) as caught:
        read(broken(code))
    assert caught.value.code == code
    assert caught.value.hint


def test_too_many_pages_are_refused() -> None:
    source = Source("report.pdf", pdf(ruled, ruled), "application/pdf")
    with pytest.raises(GoujiError) as caught:
        PdfFormat().read(source, ExtractOptions(max_pages=1))
    assert caught.value.code == "too_many_pages"


def test_an_owner_password_alone_does_not_keep_a_reader_out() -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    data = pdf(ruled, encrypt=StandardEncryption("", ownerPassword="owner", canPrint=0))
    assert texts(only_grid(read(data))) == ROWS
