"""``python -m bench.judgement``: how long it takes to decide what the cells of a report say.

Reports are generated and read; then the alignment is judged (`models.reconcile`) again and again, in one process. Beside the
milliseconds of a report stands the share of one of its tables. The aim is 5 ms for a clean table and 200 ms for a bad one.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from bench.reports.files import LAYOUTS
from bench.reports.make import generate as generate_digital
from bench.scans.levels import LEVELS
from bench.scans.make import PRINTED
from bench.scans.make import generate as generate_scans
from extractors.alignment.align import Alignment, align
from extractors.options import ExtractOptions
from extractors.registry import format_for
from extractors.sources.sniff import media_type
from extractors.sources.source import Source
from models.errors import GoujiError
from models.forms import load_forms
from models.reconcile import reconcile

OUT = Path("out/judgement")
#: Each report is judged so many times; the fastest counts, as what else the machine does makes it only slower.
TIMES = 3


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.judgement", description=__doc__)
    parser.add_argument(
        "--level", choices=("digital", *LEVELS), action="append", help="default: digital, clean300, fax150"
    )
    parser.add_argument("--count", type=int, help="documents a level (default: one of each layout)")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--documents", type=Path, metavar="FOLDER", help="judge the reports in these files instead")
    args = parser.parse_args()
    print(f"{'level':<16}{'reports':>9}{'median ms':>11}{'a table':>9}{'most ms':>9}{'a table':>9}")
    levels = ["documents"] if args.documents else args.level or ["digital", "clean300", "fax150"]
    for level in levels:
        folder = args.documents or generated(level, args.count, args.seed)
        spent = [milliseconds(one) for one in alignments(folder)]
        report, table = ([one[at] for one in spent] for at in (0, 1))
        figures = (statistics.median(report), statistics.median(table), max(report), max(table))
        print(
            f"{level:<16}{len(spent):>9}{figures[0]:>11.1f}" + "".join(f"{one:>9.1f}" for one in figures[1:]),
            flush=True,
        )


def generated(level: str, count: int | None, seed: int) -> Path:
    """The folder of generated documents of a level; without ``count`` one of each layout."""
    count = count or len(LAYOUTS if level == "digital" else PRINTED)
    if level == "digital":
        truth = generate_digital(count, seed, OUT / f"digital-{count}-{seed}")
    else:
        truth = generate_scans(level, count, seed, OUT)
    return truth.parent / "documents"


def alignments(folder: Path) -> Iterator[Alignment]:
    """What the documents of a folder hold, aligned to its form. One that cannot be read is left out."""
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        source = Source(path.name, data, media_type(data, path.name))
        reader = format_for(source.media_type)
        assert reader is not None
        try:
            content = reader.read(source, ExtractOptions())
        except GoujiError:
            continue
        found = align(content.blocks, None)
        if found is not None:
            yield found


def milliseconds(alignment: Alignment) -> tuple[float, float]:
    """Processor time of judging it once, and the share of each of its tables."""
    spent = []
    for _ in range(TIMES):
        began = time.process_time()
        reconcile(alignment.choice.form, alignment.rows)
        spent.append(time.process_time() - began)
    return 1000 * min(spent), 1000 * min(spent) / len(load_forms()[alignment.choice.form].tables)


if __name__ == "__main__":
    main()
