"""Text layers of PDFs that say something else than what is printed."""

from __future__ import annotations

import io
import re
import zlib
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from extractors.options import ExtractOptions
from extractors.pipeline import extract_bytes
from models.report import Report

pytest.importorskip("openvino", reason="the ocr extra is not installed")
PDF = Path(__file__).resolve().parents[2] / "samples" / "青禾县人民政府2024年年报.pdf"
OPTIONS = ExtractOptions(tagger_model="none")


@pytest.fixture(scope="module")
def page() -> tuple[ImageReader, float, float]:
    """The picture of a page of a report, with its size in points."""
    with PdfDocument(PDF) as document:
        size = document[0].get_size()
        return ImageReader(document[0].render(scale=200 / 72).to_pil()), *size


def searchable(page: tuple[ImageReader, float, float], *, invisible: bool) -> bytes:
    """A scan that was made searchable by somebody whose recogniser read other figures; the text is invisible or underneath."""
    picture, width, height = page
    buffer = io.BytesIO()
    drawn = canvas.Canvas(buffer, pagesize=(width, height))

    def text() -> None:
        lines = drawn.beginText(40, height - 40)
        lines.setTextRenderMode(3 if invisible else 0)
        for number in range(30):
            lines.textLine(f"recognised 9{number} 99 999 9999")
        drawn.drawText(lines)

    if not invisible:
        text()
    drawn.drawImage(picture, 0, 0, width, height)
    if invisible:
        text()
    drawn.showPage()
    drawn.save()
    return buffer.getvalue()


@pytest.mark.parametrize("invisible", [True, False])
def test_a_hidden_text_layer_is_not_what_is_printed(page: tuple[ImageReader, float, float], invisible: bool) -> None:
    (report,) = extract_bytes("a.pdf", searchable(page, invisible=invisible), OPTIONS)
    assert isinstance(report, Report)
    assert report.pipeline.route == {"1": "ocr"}
    assert report.pipeline.notes["1"].startswith("the text lies unseen")
    assert report.cells["requests.new.total"].value == 135


def test_a_font_that_gives_other_figures_than_it_shows_is_found_out_by_the_sums() -> None:
    (report,) = extract_bytes("a.pdf", with_other_digits(PDF.read_bytes()), OPTIONS)
    assert isinstance(report, Report)
    assert report.pipeline.route["1"] == "ocr" and "sums of the text layer fail" in report.pipeline.notes["1"]
    assert report.cells["requests.new.total"].value == 135


def with_other_digits(data: bytes) -> bytes:
    """The PDF with each digit but 9 one higher in what its font says that the glyphs mean."""

    def remade(found: re.Match[bytes]) -> bytes:
        try:
            text = zlib.decompress(found[2])
        except zlib.error:
            return found[0]
        packed = zlib.compress(text.replace(b"<0030> <0039> <0030>", b"<0030> <0038> <0031>"), 9)
        is_map = b"beginbfrange" in text and len(packed) <= len(found[2])
        return found[1] + packed.ljust(len(found[2]), b"\0") + b"endstream" if is_map else found[0]

    return re.sub(rb"(stream\r?\n)(.*?)endstream", remade, data, flags=re.DOTALL)
