"""``python -m bench.speed``: the whole report beside bare table detection, on the same PDF files in the same run.

gouji reads everything (text, tables, heading, facts, checks); the peers only find tables. Times are per document, the best of
three, after one that is not counted; ratios are what counts.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.reports.files import LAYOUTS
from bench.reports.make import generate

REPEATS = 3


def with_gouji(path: Path) -> None:
    from extractors import extract

    list(extract(path))


def with_pdfplumber(path: Path) -> None:
    import pdfplumber

    with pdfplumber.open(path) as document:
        for page in document.pages:
            page.extract_tables()


def with_camelot(path: Path) -> None:
    import camelot

    camelot.read_pdf(str(path), pages="all", suppress_stdout=True)


READERS: dict[str, Callable[[Path], None]] = {
    "gouji (whole report)": with_gouji,
    "pdfplumber.extract_tables": with_pdfplumber,
    "camelot.read_pdf": with_camelot,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.speed")
    parser.add_argument("folder", type=Path, nargs="?", help="PDF files (default: generated ones)")
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    files = sorted((args.folder or _generated()).glob("**/*.pdf"))
    seconds = {name: _best(reader, files) for name, reader in READERS.items()}
    ours = seconds["gouji (whole report)"]
    print(f"{len(files)} files")
    for name, spent in seconds.items():
        print(f"{name:<28}{1000 * spent:>9.0f} ms a document{spent / ours:>8.1f} ×")


def _generated() -> Path:
    out = Path("out/speed")
    generate(11, 1, out, [layout for layout in LAYOUTS if layout.suffix == ".pdf"])
    return out / "documents"


def _best(reader: Callable[[Path], None], files: Sequence[Path]) -> float:
    reader(files[0])
    spent = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        for path in files:
            reader(path)
        spent.append((time.perf_counter() - started) / len(files))
    return min(spent)


if __name__ == "__main__":
    main()
