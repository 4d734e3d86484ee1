"""A long source in parts: what is read of ranges and joined is what is read in one go."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractors import parts
from extractors.grid import Grid, GridCell
from extractors.options import ExtractOptions
from extractors.page import Content, Line, PageProblem
from extractors.pipeline import extract_source, page_count, read_pages, results_of
from extractors.sources.source import Source
from models.errors import UnreadableSource
from models.evidence import Box, Place
from models.readings import Reading
from models.report import Report

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
PDF = Source("青禾县人民政府2024年年报.pdf", (SAMPLES / "青禾县人民政府2024年年报.pdf").read_bytes(), "application/pdf")
OPTIONS = ExtractOptions()


@pytest.mark.parametrize("size", [1, 2, 100])
def test_ranges_kept_as_json_and_joined_give_the_same_reports(size: int) -> None:
    pages = page_count(PDF)
    assert pages is not None and pages > 1
    kept = [parts.to_json(read_pages(PDF, OPTIONS, first, first + size - 1)) for first in range(1, pages + 1, size)]
    joined = parts.join([parts.from_json(part) for part in kept])
    (whole,), (again,) = extract_source(PDF, OPTIONS), results_of(PDF, joined, OPTIONS, 0.0)
    assert isinstance(whole, Report)
    assert isinstance(again, Report)
    same = {"pipeline": whole.pipeline}
    assert again.model_copy(update=same) == whole
    assert again.pipeline.route == whole.pipeline.route


def test_everything_in_a_part_comes_back_from_json() -> None:
    cell = GridCell("3O", 1, 2, 1, 2, Place(4, Box(0.1, 0.2, 1 / 3, 4e-7)), (Reading("30", 0.1 + 0.2),))
    grid = Grid((cell,), 2, 4, "lattice", ("pdfium",), spatial=False)
    line = Line("\t一、\u3000总体", Place(line=3, column=1), heading=True)
    content = Content((line, grid), 9, {"4": "lattice"}, (PageProblem(None, "no_text", "w"),), {"title": "t"})
    assert parts.from_json(parts.to_json(content)) == content


def test_a_source_of_which_nothing_was_read_is_named_only_when_all_parts_are_there() -> None:
    empty = Content((), pages=2, problems=(PageProblem(1, "no_text", "a picture"),))
    with pytest.raises(UnreadableSource, match="a picture"):
        parts.complete(parts.join([empty, Content((), pages=2)]))


def test_formats_without_pages_have_none() -> None:
    text = Source("a.txt", b"x", "text/plain")
    assert page_count(text) is None
    with pytest.raises(UnreadableSource):
        read_pages(text, OPTIONS, 1, 2)
