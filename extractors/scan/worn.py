"""Rules of which a fax or a copy of a copy has left specks: looked for between the upright rules of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Row:
    """What makes a row of specks: so many of them, this share of the way, so many times as many as beside it, quarters."""

    specks: int
    share: float
    excess: float
    quarters: int


#: Enough to find a rule by; enough to lead on one that is known from the columns beside.
FOUND, LED_ON = Row(4, 0.02, 4.0, 3), Row(2, 0.008, 3.0, 2)
#: The same of those that nothing stands close to.
FREE = Row(4, 0.03, 0.0, 4)
#: This share of a row has nothing right above and below, as strokes of glyphs would have.
ALONE = 0.75
Ink = NDArray[np.bool_]
#: In millimetres: the narrowest column looked at, what its rules take up, and how far from a row "beside" it begins and ends.
COLUMN_MM, SIDE_MM, NEAR_MM, FAR_MM = 3.0, 0.4, 0.5, 1.3
#: Two rows of specks closer than this are one; one closer than the second to a rule is that rule's.
SAME_MM, KNOWN_MM = 0.8, 1.6
#: A rule reaches over two columns of at least this width together, or one as wide as the second: less is chance.
LONG_MM, ALONE_MM = 20.0, 45.0


class Trace(NamedTuple):
    """A row of specks across neighbouring columns: where it lies, from where to where."""

    at: float
    start: float
    end: float


def specks_follow(ink: Ink, at: float, span: tuple[float, float], dot: float, wanted: Row = FOUND) -> bool:
    """Whether between two places of a line more ink lies on it than beside it, in specks along all of the way."""
    x0, x1, y = round(span[0] + SIDE_MM * dot), round(span[1] - SIDE_MM * dot), round(at)
    near, far = round(NEAR_MM * dot), round(FAR_MM * dot)
    if x1 - x0 < dot or y < far or y + far >= ink.shape[0]:
        return False
    around = ink[y - far : y + far + 1, x0:x1]
    on_line = around[far - 1 : far + 2].any(axis=0)
    beside = np.concatenate([around[: far - near], around[far + near + 1 :]])
    expected = 3 * float(beside.mean())
    quarters = [part.any() for part in np.array_split(on_line, 4)]
    specks = int((np.diff(on_line.astype(np.int8)) == 1).sum())
    enough = float(on_line.mean()) >= max(wanted.share, wanted.excess * expected)
    return bool(specks >= wanted.specks and enough and sum(quarters) >= wanted.quarters)


def traces(ink: Ink, columns: Sequence[Trace], known: Sequence[Trace], dot: float) -> Iterator[Trace]:
    """Rows of specks across two or more neighbouring columns, or one wide one.

    ``columns`` are the upright rules (``at`` across the page, ``start`` and ``end`` down it), ``known`` the level ones.
    """
    found: list[tuple[int, float, float]] = []
    for left, right, top, bottom in _columns(columns, dot):
        for y in _rows(ink, left, right, top, bottom, dot):
            if not any(abs(y - rule.at) < KNOWN_MM * dot and _shared(rule, left, right) > 0.5 for rule in known):
                found.append((y, left, right))
    for row in _by_height(found, SAME_MM * dot):
        at = float(np.median([y for y, _, _ in row]))
        for start, end, count in _runs([(left, right) for _, left, right in row]):
            if end - start >= (LONG_MM if count > 1 else ALONE_MM) * dot:
                yield Trace(at, start, end)


def _columns(uprights: Sequence[Trace], dot: float) -> Iterator[tuple[float, float, int, int]]:
    """The places between neighbouring upright rules that stand beside each other: left, right, top, bottom."""
    placed = sorted(uprights, key=lambda rule: rule.at)
    edges = sorted({edge for rule in placed for edge in (rule.start, rule.end)})
    for top, bottom in pairwise(edges):
        across = [rule for rule in placed if rule.start <= top and bottom <= rule.end]
        for left, right in pairwise(across):
            if right.at - left.at >= COLUMN_MM * dot and bottom - top >= dot:
                yield left.at, right.at, round(top), round(bottom)


def _rows(ink: Ink, left: float, right: float, top: int, bottom: int, dot: float) -> Iterator[int]:
    """Heights in a column at which specks lie in a row."""
    x0, x1 = round(left + SIDE_MM * dot), round(right - SIDE_MM * dot)
    share = np.asarray(ink[top:bottom, x0:x1].mean(axis=1))
    peaks = np.flatnonzero(share >= FOUND.share / 3) + top
    for y in peaks.tolist():
        on_line, stands = on_and_beside(ink, y, x0, x1, dot)
        if _alone(on_line, stands) and (specks_follow(ink, y, (left, right), dot) or _lies_free(on_line, stands)):
            yield y


def _alone(on_line: Ink, stands: Ink) -> bool:
    """Whether most of a row has nothing right above and below, as strokes of glyphs would have."""
    return bool(on_line.any() and 1 - stands[on_line].mean() >= ALONE)


def _lies_free(on_line: Ink, stands: Ink) -> bool:
    """Whether specks lie along all of a row where nothing stands close, however much stands close to the rest of it."""
    free = on_line & ~stands
    specks = int((np.diff(free.astype(np.int8)) == 1).sum())
    quarters = sum(part.any() for part in np.array_split(free, 4))
    return bool(specks >= FREE.specks and free.mean() >= FREE.share and quarters >= FREE.quarters)


def on_and_beside(ink: Ink, y: int, x0: int, x1: int, dot: float) -> tuple[Ink, Ink]:
    """By column, whether ink is on a row, and whether any stands right above or below it."""
    near, far = round(0.45 * dot), round(1.05 * dot)
    on_line = np.asarray(ink[y - 1 : y + 2, x0:x1].any(axis=0))
    return on_line, np.asarray(
        ink[y - far : y - near, x0:x1].any(axis=0) | ink[y + near + 1 : y + far + 1, x0:x1].any(axis=0)
    )


def _by_height(found: Sequence[tuple[int, float, float]], near: float) -> Iterator[list[tuple[int, float, float]]]:
    row: list[tuple[int, float, float]] = []
    for one in sorted(found):
        if row and one[0] - row[-1][0] > near:
            yield row
            row = []
        row.append(one)
    if row:
        yield row


def _runs(spans: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float, int]]:
    """Columns that stand side by side, together, and how many; one that is missing between two others is bridged."""
    distinct = [span for span, _ in groupby(sorted(spans))]
    widest = max(right - left for left, right in distinct)
    start, end, count = *distinct[0], 1
    for left, right in distinct[1:]:
        if left - end > widest:
            yield start, end, count
            start, count = left, 0
        end, count = max(end, right), count + 1
    yield start, end, count


def _shared(rule: Trace, left: float, right: float) -> float:
    return max(0.0, min(rule.end, right) - max(rule.start, left)) / (right - left)
