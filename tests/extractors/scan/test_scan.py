from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from extractors.formats.image import ImageFormat
from extractors.grid import Grid
from extractors.options import ExtractOptions
from extractors.page import Content
from extractors.scan.page import read_scan
from extractors.scan.raster import Raster
from extractors.scan.read import Crop
from extractors.scan.rules import rules_of
from extractors.scan.straighten import skew, straightened
from extractors.scan.tone import is_black_and_white, toned
from extractors.sources.source import Source
from models.errors import GoujiError

FONT = "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"
ROWS = (
    ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"),
    ("规章", "3", "0", "128"),
    ("行政规范性文件", "47", "—", "609"),
    ("行政许可", "1,250", "6", "95"),
    ("行政处罚", "18", "", "734"),
)
XS, YS = (150, 520, 800, 1080, 1400), tuple(range(700, 700 + 60 * 6, 60))


def page(rules: bool = True) -> NDArray[np.uint8]:
    """A page at 200 dpi: a line of prose and a table."""
    image = Image.new("RGB", (1654, 2339), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(FONT, 30)
    draw.text((150, 300), "本机关全年主动公开政府信息二百余条，未收到政府信息公开申请。", fill="black", font=font)
    draw.text((150, 400), "现将有关情况报告如下，请予审议并向社会公布本年度报告全文。", fill="black", font=font)
    for row, texts in enumerate(ROWS):
        for column, text in enumerate(texts):
            draw.text(((XS[column] + XS[column + 1]) / 2, YS[row] + 30), text, fill="black", font=font, anchor="mm")
    for y in YS if rules else ():
        draw.line((XS[0], y, XS[-1], y), fill="black", width=2)
    for x in XS if rules else ():
        draw.line((x, YS[0], x, YS[-1]), fill="black", width=2)
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def texts(image: NDArray[np.uint8]) -> list[tuple[str, ...]]:
    blocks = read_scan(Raster(1, image, 200.0)).blocks
    (grid,) = [block for block in blocks if isinstance(block, Grid)]
    return [tuple(cell.text for cell in grid.cells if cell.row == row) for row in range(grid.n_rows)]


def turned(image: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(image, matrix, (width, height), borderValue=(255, 255, 255)), np.uint8)


def curled(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    bent = cv2.remap(image, xs, ys + 14 * np.sin(xs / width * 3), cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    return np.asarray(bent, np.uint8)


def sealed(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    ink = np.zeros(image.shape[:2], np.uint8)
    cv2.circle(ink, (940, 850), 160, 255, 9)
    cv2.circle(ink, (940, 850), 30, 255, -1)
    share = 1 - ink[:, :, None] / 255 * np.array([0.8, 0.8, 0.15])
    return np.asarray(image * share, np.uint8)


def dithered(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    grey = np.where(image[:, :, 0] > 128, 249, 20).astype(np.uint8)
    return np.repeat(np.asarray(Image.fromarray(grey).convert("1").convert("L"))[:, :, None], 3, axis=2)


DAMAGE: dict[str, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    "none": lambda image: image,
    "skew": lambda image: turned(image, 1.7),
    "curl": curled,
    "seal": sealed,
    "uneven light": lambda image: (image * np.linspace(0.55, 1, image.shape[1])[None, :, None]).astype(np.uint8),
    "greys shown by dots": dithered,
    "on its side": lambda image: np.ascontiguousarray(np.rot90(image)),
    "upside down": lambda image: np.ascontiguousarray(np.rot90(image, 2)),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_table_is_read_whatever_happened_to_the_page(name: str) -> None:
    assert texts(DAMAGE[name](page())) == [*ROWS]


def test_readings_carry_their_probabilities() -> None:
    blocks = read_scan(Raster(1, page(), 200.0)).blocks
    (grid,) = [block for block in blocks if isinstance(block, Grid)]
    cell = next(cell for cell in grid.cells if cell.text == "609")
    assert grid.route == "ocr" and cell.readings[0].text == "609" and cell.readings[0].p > 0.9


def test_a_row_of_dashes_is_no_rule() -> None:
    image = np.full((600, 1600), 255, np.uint8)
    for x in range(200, 1400, 160):
        cv2.line(image, (x, 300), (x + 26, 300), 0, 2)
    assert rules_of(image, 200.0).level == ()


def test_a_straight_page_is_left_alone() -> None:
    grey, steps = toned(page(), 200.0)
    assert steps == () and straightened(grey).steps == ()


def test_a_page_without_greys_is_known_and_its_words_are_shown_larger() -> None:
    grey = page()
    fax = np.where(grey < 128, 0, 255).astype(np.uint8)
    assert is_black_and_white(fax) and not is_black_and_white(grey) and not is_black_and_white(cv2.blur(fax, (3, 3)))
    shown, jagged = (
        Crop((150, 720, 400, 750), grey[:, :, 0], in_cell=True, jagged=two).for_words(30.0) for two in (False, True)
    )
    assert shown.shape[0] > jagged.shape[0] and shown.shape[1] == jagged.shape[1]


def test_the_angle_of_a_page_is_measured() -> None:
    grey, _ = toned(turned(page(), -2.4), 200.0)
    assert skew(grey) == pytest.approx(-2.4, abs=0.1)


def read_file(image: Image.Image | bytes, kind: str, **options: object) -> Content:
    data = image
    if not isinstance(data, bytes):
        out = io.BytesIO()
        data.save(out, kind.upper(), **options)
        data = out.getvalue()
    return ImageFormat().read(Source(f"scan.{kind}", data, f"image/{kind}"), ExtractOptions())


def test_every_page_of_a_tiff_is_read() -> None:
    first = Image.fromarray(page()[:, :, ::-1])
    content = read_file(first, "tiff", save_all=True, append_images=[first.convert("1")], dpi=(200, 200))
    assert content.pages == 2 and content.routes == {"1": "ocr", "2": "ocr"}
    assert [
        block.place.page if not isinstance(block, Grid) else block.cells[0].place.page for block in content.blocks
    ] == ([1, 1, 1, 2, 2, 2])


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"\x89PNG\r\n\x1a\n" + b"x" * 50, "corrupt"), (Image.new("L", (1000, 1400), 255), "no_text")],
)
def test_what_holds_no_page_says_why(data: Image.Image | bytes, code: str) -> None:
    with pytest.raises(GoujiError) as caught:
        read_file(data, "png")
    assert caught.value.code == code
