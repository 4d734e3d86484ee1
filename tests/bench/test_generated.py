"""A small part of ``python -m bench.digital``: one document of each layout that needs no converter, and two printed ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.reports.files import LAYOUTS, Layout
from bench.reports.make import generate
from bench.score import score, table
from extractors import extract
from models.report import to_json

QUICK = [layout for layout in LAYOUTS if not layout.via]
PRINTED = [layout for layout in LAYOUTS if layout.name in ("PDF: full", "PDF: borderless", "OFD")]


def outcome(layouts: list[Layout], count: int, seed: int, folder: Path) -> str:
    """Generate, extract, score; returns the table of what is wrong, empty when all is right."""
    truth = generate(count, seed, folder, layouts)
    results = folder / "reports.jsonl"
    documents = sorted((folder / "documents").iterdir())
    lines = [to_json(result) for path in documents for result in extract(path)]
    results.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    tallies = score(truth, results)
    total = tallies["all"]
    perfect = total.exact == total.cells and total.silent == 0 and total.false_fails == 0
    perfect = perfect and total.headings == total.reports
    return "" if perfect else "\n".join([table(tallies), *total.errors[:20]])


@pytest.mark.parametrize("seed", [5, 6])
def test_every_cell_of_every_layout_is_exact_and_nothing_is_wrong_in_silence(seed: int, tmp_path: Path) -> None:
    assert outcome(QUICK, 2 * len(QUICK), seed, tmp_path / "quick") == ""


def test_printed_documents_are_exact(tmp_path: Path) -> None:
    if shutil.which("chromium") is None:
        pytest.skip("chromium prints these documents, and it is not installed")
    assert outcome(PRINTED, len(PRINTED), 7, tmp_path / "printed") == ""
