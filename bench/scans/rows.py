"""Rows of numbers: what every table tool can be compared by, whatever its notion of a table.

A row of the truth counts as read as far as its numbers stand, in their order, in one row of the tool's output (longest common
subsequence). Columns need not be right, so the measure is kind to tools that find rows but not cells.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: What separates two figures in one string, and what a figure looks like.
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

Rows = list[list[str]]


@dataclass
class Found:
    """Counts of numbers: in the truth, read in their row, and read in that row as something else."""

    numbers: int = 0
    right: int = 0
    wrong: int = 0


def figures(texts: Iterable[str]) -> list[str]:
    """The figures in the texts of a row, full-width forms and digit groups resolved."""
    found: list[str] = []
    for text in texts:
        plain = _GROUPED.sub("", unicodedata.normalize("NFKC", text))
        found += _FIGURE.findall(plain)
    return found


def compare(truth: Sequence[Sequence[str]], seen: Sequence[Sequence[str]], found: Found) -> None:
    """Add to ``found`` how the rows of the truth were read; a row that was seen serves one row of the truth."""
    free = [list(row) for row in seen if row]
    for wanted in sorted(truth, key=len, reverse=True):
        found.numbers += len(wanted)
        if not free:
            continue
        best = max(range(len(free)), key=lambda number: (_common(wanted, free[number]), -len(free[number])))
        common = _common(wanted, free[best])
        if common:
            row = free.pop(best)
            found.right += common
            found.wrong += max(0, min(len(row), len(wanted)) - common)


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    lengths = [0] * (len(second) + 1)
    for one in first:
        diagonal = 0
        for index, other in enumerate(second, 1):
            kept = lengths[index]
            lengths[index] = diagonal + 1 if one == other else max(lengths[index], lengths[index - 1])
            diagonal = kept
    return lengths[-1]


def in_lines(boxes: Sequence[tuple[float, float, float, float]], texts: Sequence[str]) -> Rows:
    """Texts with boxes (x0, y0, x1, y1) put into rows: those whose middles lie within half a height of each other."""
    rows: list[tuple[float, list[tuple[float, str]]]] = []
    for (x0, y0, _, y1), text in sorted(zip(boxes, texts, strict=True), key=lambda item: item[0][1] + item[0][3]):
        middle, height = (y0 + y1) / 2, y1 - y0
        if rows and abs(rows[-1][0] - middle) < height / 2:
            rows[-1][1].append((x0, text))
        else:
            rows.append((middle, [(x0, text)]))
    return [[text for _, text in sorted(row)] for _, row in rows]
