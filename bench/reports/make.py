"""Documents of every layout in turn, with their truth beside them."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from bench.reports.files import LAYOUTS, Layout, finish
from bench.reports.truth import Truth, invent_truth

#: One in so many text, HTML and PDF documents binds two reports.
BOUND = 9


def generate(count: int, seed: int, out: Path, layouts: Sequence[Layout] = LAYOUTS) -> Path:
    """Write ``count`` documents below ``out`` and their truth, one report a line; returns the truth file.

    The same count, seed and layouts give the same truths; a folder that was made before is used as it is.
    """
    stamp = out / "truth.jsonl"
    if stamp.exists():
        return stamp
    shutil.rmtree(out, ignore_errors=True)
    (out / "documents").mkdir(parents=True)
    lines: list[str] = []
    jobs = []
    for number in range(count):
        layout = layouts[number % len(layouts)]
        target = out / "documents" / f"{number:05d}{layout.suffix}"
        truths, data = _document(layout, seed * 1_000_003 + number, number)
        jobs.append((layout, target, data))
        lines += _truth_lines(layout, target, truths)
    finish(jobs)
    stamp.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return stamp


def _document(layout: Layout, seed: int, number: int) -> tuple[list[Truth], bytes]:
    dice = random.Random(seed)
    truth = invent_truth(seed, zeros_only=layout.zeros_only)
    data = layout.make(truth, dice)
    bindable = layout.suffix == ".txt" and b"\r" not in data and not data.startswith((b"\xff\xfe", b"\xef\xbb\xbf"))
    if not bindable or number % BOUND:
        return [truth], data
    other = invent_truth(seed + 500_000, zeros_only=layout.zeros_only)
    return [truth, other], data + b"\n" + layout.make(other, dice)


def _truth_lines(layout: Layout, target: Path, truths: Sequence[Truth]) -> Iterator[str]:
    for part, truth in enumerate(truths, 1):
        record = {"source": target.name, "part": part, "layout": layout.name, **asdict(truth)}
        yield json.dumps(record, ensure_ascii=False)
