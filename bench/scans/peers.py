"""``python -m bench.scans.peers``: table pages of scans, read by gouji and by what people use today, in one run.

The peers: RapidOCR on the whole page (with its limit of 2,000 pixels a side, and without that limit), img2table with RapidOCR, camelot.
RapidOCR runs on OpenVINO, as gouji does, and is somewhat faster so; "as it comes" is with its default, onnxruntime. Accuracy is of numbers in their rows (``bench.scans.rows``), before
any arithmetic of the form; time is wall and CPU seconds a page.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.scans.levels import LEVELS
from bench.scans.make import PRINTED, rendered
from bench.scans.make import generate as generate_scans
from bench.scans.rows import Found, Rows, compare, figures, in_lines
from extractors.ahead import ahead

OUT = Path("out/scans")
#: A page with at least so many numbers of the tables is a table page.
TABLE_PAGE = 20


@dataclass(frozen=True, slots=True)
class TablePage:
    """A picture file, its resolution, and the rows of numbers that stand on it."""

    picture: Path
    dpi: int
    rows: Rows


@dataclass
class Spent:
    """Of one tool at one level."""

    found: Found
    seconds: float = 0.0
    cpu: float = 0.0
    pages: int = 0


def table_pages(level_name: str, count: int, seed: int) -> list[TablePage]:
    """Pictures of the table pages of a level. Where a row stands is told by the printed file, what it says by the truth."""
    level = LEVELS[level_name]
    truth = generate_scans(level_name, count, seed, OUT)
    printed = OUT / f"printed-{count}-{seed}" / "documents"
    folder = truth.parent / "pages"
    folder.mkdir(exist_ok=True)
    found = []
    for line in truth.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        scan = truth.parent / "documents" / record["source"]
        rows = _rows_by_page(printed / f"{scan.stem}.pdf", record["cells"])
        pictures = _pictures(scan, level.dpi)
        for number, on_page in rows.items():
            if sum(map(len, on_page)) >= TABLE_PAGE:
                target = folder / f"{scan.stem}-{number}.png"
                _save(pictures[number - 1], target, level.dpi)
                found.append(TablePage(target, level.dpi, on_page))
    return found


def _rows_by_page(printed: Path, truth: dict[str, Any]) -> dict[int, Rows]:
    from extractors import extract
    from models.report import Report

    rows: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for report in extract(printed):
        if isinstance(report, Report):
            for name, cell in report.cells.items():
                value = truth[name]["value"]
                if value is not None and cell.evidence and cell.evidence.page:
                    rows[cell.evidence.page][_printed_row(name)].append(str(value).lstrip("-"))  # 减2 has the figure 2
    return {page: list(by_name.values()) for page, by_name in rows.items()}


def _printed_row(cell: str) -> str:
    """Which cells stand in one printed row: those of a row of the form; the fourth table has all of its own in one."""
    table, _, row = cell.rpartition(".")[0].partition(".")
    return table if table == "remedies" else f"{table}.{row}"


def _pictures(scan: Path, dpi: int) -> list[Any]:
    from PIL import Image, ImageSequence

    if scan.suffix == ".pdf":
        return [Image.fromarray(page[:, :, ::-1]) for page in rendered(scan, dpi)]
    with Image.open(scan) as picture:
        return [frame.convert("RGB") for frame in ImageSequence.Iterator(picture)]


def _save(picture: Any, target: Path, dpi: int) -> None:
    if not target.exists():
        picture.save(target, dpi=(dpi, dpi))


def with_gouji(page: TablePage) -> Rows:
    from PIL import Image

    from extractors.grid import Grid
    from extractors.scan.page import read_scan
    from extractors.scan.raster import of_picture

    with Image.open(page.picture) as picture:
        blocks = read_scan(of_picture(picture, 1)).blocks
    rows: Rows = []
    for block in blocks:
        if isinstance(block, Grid):
            by_row: dict[int, list[tuple[int, str]]] = defaultdict(list)
            for cell in block.cells:
                by_row[cell.row].append((cell.column, cell.text))
            rows += [[text for _, text in sorted(row)] for row in by_row.values()]
        else:
            rows.append([block.text])
    return rows


@cache
def _rapidocr(longest: int, engine: str) -> Any:
    from rapidocr import EngineType, RapidOCR

    engines = {f"{stage}.engine_type": EngineType(engine) for stage in ("Det", "Cls", "Rec")}
    return RapidOCR(params={"Global.log_level": "error", "Global.max_side_len": longest, **engines})


def with_rapidocr(page: TablePage, longest: int = 2000, engine: str = "openvino") -> Rows:
    result = _rapidocr(longest, engine)(str(page.picture))
    if result.boxes is None:
        return []
    boxes = [(*np.min(box, axis=0), *np.max(box, axis=0)) for box in result.boxes]
    return in_lines(boxes, result.txts)


def with_camelot(page: TablePage) -> Rows:
    import camelot
    from PIL import Image

    bound = page.picture.with_suffix(".pdf")
    if not bound.exists():
        with Image.open(page.picture) as picture:
            picture.save(bound, resolution=page.dpi)
    tables = camelot.read_pdf(str(bound), suppress_stdout=True)
    return [[str(value) for value in row] for table in tables for row in table.df.to_numpy()]


Reader = Callable[[TablePage], Rows]
READERS: dict[str, Reader] = {
    "gouji": with_gouji,
    "RapidOCR": with_rapidocr,
    "RapidOCR, as it comes": partial(with_rapidocr, engine="onnxruntime"),
    "RapidOCR, full size": partial(with_rapidocr, longest=5000),
    "camelot": with_camelot,
}


def measured(reader: Reader, pages: Iterable[TablePage]) -> Spent:
    """A reader over pages. A peer that fails on a page has read nothing of it."""
    spent = Spent(Found())
    for page in pages:
        started, used = time.perf_counter(), time.process_time()
        try:
            rows = reader(page)
        except Exception:
            rows = []
        spent.seconds += time.perf_counter() - started
        spent.cpu += time.process_time() - used
        spent.pages += 1
        compare(page.rows, [figures(row) for row in rows], spent.found)
    return spent


def with_gouji_ahead(pages: list[TablePage]) -> Spent:
    """gouji over the pages as it reads those of a document: the next one is begun while one is being read."""
    spent = Spent(Found(), pages=len(pages))
    started, used = time.perf_counter(), time.process_time()
    for page, rows in zip(pages, ahead(partial(with_gouji, page) for page in pages), strict=True):
        compare(page.rows, [figures(row) for row in rows], spent.found)
    spent.seconds, spent.cpu = time.perf_counter() - started, time.process_time() - used
    return spent


def with_img2table(pages: list[TablePage]) -> Spent:
    """img2table in its own environment; the first page warms it up and is not counted twice."""
    names = "".join(f"{page.picture}\n" for page in [pages[0], *pages])
    command = [str(_environment() / "bin" / "python"), str(Path(__file__).with_name("peer_img2table.py"))]
    done = subprocess.run(command, input=names, capture_output=True, text=True, check=True)
    spent = Spent(Found())
    for page, line in zip(pages, done.stdout.splitlines()[1:], strict=True):
        answer = json.loads(line)
        spent.seconds += answer["seconds"]
        spent.cpu += answer["cpu"]
        spent.pages += 1
        compare(page.rows, [figures(row) for row in answer["rows"]], spent.found)
    return spent


def _environment() -> Path:
    folder = Path("out/peers")
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        wanted = Path(__file__).with_name("peers.txt")
        subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "-q", "-r", str(wanted)], check=True)
        (folder / "ready").touch()
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scans.peers", description=__doc__)
    parser.add_argument("--level", choices=LEVELS, action="append", help="default: all")
    parser.add_argument("--count", type=int, default=2 * len(PRINTED), help="documents a level")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    print(
        f"{'level':<16}{'tool':<22}{'pages':>6}{'numbers':>9}{'right %':>9}{'wrong %':>9}{'s/page':>8}{'CPU s':>8}{'× RapidOCR':>12}"
    )
    for level in args.level or LEVELS:
        pages = table_pages(level, args.count, args.seed)
        spent = {}
        for name, reader in READERS.items():
            measured(reader, pages[:1])
            spent[name] = measured(reader, pages)
        spent["gouji, as a document"] = with_gouji_ahead(pages)
        spent["img2table + RapidOCR"] = with_img2table(pages)
        for name, one in spent.items():
            print(_row(level, name, one, spent["RapidOCR"]), flush=True)


def _row(level: str, name: str, one: Spent, base: Spent) -> str:
    numbers = max(one.found.numbers, 1)
    right, wrong = 100 * one.found.right / numbers, 100 * one.found.wrong / numbers
    times = one.seconds / one.pages, one.cpu / one.pages
    share = one.seconds / base.seconds
    return f"{level:<16}{name:<22}{one.pages:>6}{numbers:>9}{right:>9.2f}{wrong:>9.2f}{times[0]:>8.2f}{times[1]:>8.2f}{share:>12.2f}"


if __name__ == "__main__":
    main()
