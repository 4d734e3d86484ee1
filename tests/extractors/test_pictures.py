"""Pictures of pages that are one document by their names and by what stands on them."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from extractors.options import ExtractOptions
from extractors.pipeline import extract_bytes, extract_files
from extractors.sources.pictures import MOST, has_pages, in_sets
from models.report import ErrorReport, Report, from_json

pytest.importorskip("openvino", reason="the ocr extra is not installed")
PDF = Path(__file__).resolve().parents[2] / "samples" / "青禾县人民政府2024年年报.pdf"
OPTIONS = ExtractOptions(tagger_model="none")


def sets(*names: str) -> list[list[str]]:
    return [[name for name, _ in group] for group in in_sets(((name, None) for name in names), lambda _: False)]


def test_neighbours_whose_names_differ_in_the_last_number_are_a_set() -> None:
    assert sets("a/scan_2.jpg", "a/scan_10.jpg", "a/scan_1.jpg") == [["a/scan_1.jpg", "a/scan_2.jpg", "a/scan_10.jpg"]]
    assert sets("a/p1.jpg", "b/p2.jpg", "b/q3.jpg", "b/q4.png") == [
        ["a/p1.jpg"],
        ["b/p2.jpg"],
        ["b/q3.jpg"],
        ["b/q4.png"],
    ]
    assert sets("2023.pdf", "2024.pdf", "cover.jpg") == [["2023.pdf"], ["2024.pdf"], ["cover.jpg"]]
    assert sets("p1.jpg", "p01.jpg") == [["p1.jpg"], ["p01.jpg"]]
    assert len(sets(*(f"p{number}.jpg" for number in range(MOST + 1)))) == MOST + 1


def test_a_tiff_of_several_pages_is_a_document_by_itself() -> None:
    page = Image.new("1", (40, 40))
    one, two = io.BytesIO(), io.BytesIO()
    page.save(one, "TIFF")
    page.save(two, "TIFF", save_all=True, append_images=[page])
    assert not has_pages(io.BytesIO(one.getvalue())) and has_pages(io.BytesIO(two.getvalue()))
    assert not any(has_pages(io.BytesIO(two.getvalue()[:cut])) for cut in range(8))
    assert not has_pages(io.BytesIO(b"\xff\xd8\xff\xe0"))


@pytest.fixture(scope="module")
def pages() -> list[bytes]:
    """The pages of a sample as JPEG."""
    from pypdfium2 import PdfDocument

    found = []
    with PdfDocument(PDF) as document:
        for page in document:
            buffer = io.BytesIO()
            page.render(scale=200 / 72).to_pil().convert("RGB").save(buffer, "JPEG", quality=90)
            found.append(buffer.getvalue())
    return found


def test_pages_of_one_report_are_one_source(pages: list[bytes], tmp_path: Path) -> None:
    assert len(pages) > 1
    names = [f"scan_{number:02}.jpg" for number in range(1, len(pages) + 1)]
    for name, data in zip(names, pages, strict=True):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "scan_99.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut short")
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "extract", str(tmp_path), "-q"], capture_output=True, text=True, check=False
    )
    (report,) = [from_json(line) for line in done.stdout.splitlines()]
    assert isinstance(report, Report)
    folder = tmp_path.name
    assert report.source.name == f"{folder}/scan_01.jpg"
    assert report.source.files == (*(f"{folder}/{name}" for name in names), f"{folder}/scan_99.jpg")
    assert report.report.organ.value == "青禾县人民政府" and report.cells["requests.new.total"].value == 135
    last = [cell.evidence.page for cell in report.cells.values() if cell.evidence and cell.evidence.page]
    assert set(last) == set(range(1, len(pages) + 1))
    assert [(one.page, one.code) for one in report.pipeline.problems] == [(len(pages) + 1, "corrupt")]


def test_the_same_in_an_archive(pages: list[bytes]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, data in enumerate(pages, 1):
            archive.writestr(f"扫描/{number}.jpg", data)
    (report,) = extract_bytes("a.zip", buffer.getvalue(), OPTIONS)
    assert isinstance(report, Report) and report.source.files is not None
    assert report.source.name == "a.zip/扫描/1.jpg"


def test_pictures_that_each_begin_a_report_stay_apart(pages: list[bytes]) -> None:
    results = extract_files([("a_1.jpg", pages[0]), ("a_2.jpg", pages[0])], OPTIONS)
    assert [(result.source.name, result.source.files) for result in results] == [("a_1.jpg", None), ("a_2.jpg", None)]
    assert not any(isinstance(result, ErrorReport) for result in results)
