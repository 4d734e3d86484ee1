"""Upright rules of which a fax leaves dots: close all along, where figures below each other leave gaps.

Everything here is of the turned page, on which upright rules are level.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.scan.components import components
from extractors.scan.strips import Gray
from extractors.scan.strokes import MEET_MM, Stroke, carried_on, covers
from extractors.scan.worn import FAR_MM, NEAR_MM, SIDE_MM, Ink, Trace, on_and_beside

#: A dotted rule has no gap of this length along it; in any window of the second at least the first share is ink, and at least the
#: second share of that has nothing beside it.
DOT_GAP_MM, DOT_WINDOW_MM, DOTS, DOTS_ALONE = 1.6, 10.0, 0.25, 0.85
#: It goes on where so many of the pieces of this length have as many where nothing stands beside, and that is so much of it.
DOTS_PIECE_MM, DOTS_PIECES, DOTS_BESIDE_TEXT = 2.5, 0.75, 0.4
#: One is looked for from this length on, two low rows: within one it may be the figure 1. From the second on it need join nothing.
SHORTEST_MM, LONG_MM = 8.0, 14.0
#: In a row of this height between two level rules dots reach to within the third of both; a figure leaves more, a quarter of its size.
#: So many columns of the row, each at least this wide, are parted so.
LOWEST_ROW_MM, HIGHEST_ROW_MM, END_GAP_MM, FEWEST, NARROWEST_MM = 4.0, 14.0, 0.6, 3, 3.0
#: A dot is this dark, of 255; a rule of dots is so thick.
DARK, THICK_MM = 191, 1.1
#: A stroke with gaps is a rule when at least this share of it is dotted.
MOST_OF = 0.5


def with_dotted(strokes: Sequence[Stroke], flipped: Gray, dpi: float) -> tuple[tuple[Stroke, ...], tuple[Stroke, ...]]:
    """Upright strokes (of the turned page), surer where they are dotted, and the dotted ones that are not among them.

    Nothing else on a page is dotted downwards, so a stroke that is known with gaps is a rule where it is dotted.
    """
    dot = dpi / 25.4
    half = round(THICK_MM * dot / 2)
    lines = tuple(_dotted(flipped < DARK, dot))
    found = [Stroke(at, start, end, round(at) - half, round(at) + half + 1, 1.0) for at, start, end in lines]
    sure = [
        replace(one, covered=1.0) if covers(found, one.at, one.start, one.end, dot, MOST_OF) else one for one in strokes
    ]
    return tuple(sure), tuple(one for one in found if not covers(strokes, one.at, one.start, one.end, dot))


def dotted_rows(level: Sequence[Stroke], flipped: Gray, dpi: float) -> tuple[Stroke, ...]:
    """Upright dotted rules of a single row of a table: dots from the level rule above it to the one below, in several columns.

    They may be too short to be told from figures by their length, but reach to the rules, where a figure does not.
    """
    dot = dpi / 25.4
    ink = flipped < DARK
    half = round(THICK_MM * dot / 2)
    ordered = sorted(level, key=lambda rule: rule.at)
    found: list[Stroke] = []
    for above in ordered:
        below = next((rule for rule in ordered if _is_next(above, rule, dot)), None)
        if below is None:
            continue
        x0, x1 = max(0, round(max(above.start, below.start))), round(min(above.end, below.end))
        lines = _across_row(ink[x0:x1, above.bottom : below.top], dot)
        if len(lines) >= FEWEST and float(np.diff(lines).min()) >= NARROWEST_MM * dot:
            found += [
                Stroke(x0 + x, above.at, below.at, round(x0 + x) - half, round(x0 + x) + half + 1, 1.0) for x in lines
            ]
    return tuple(found)


def _is_next(above: Stroke, below: Stroke, dot: float) -> bool:
    """Whether a level rule lies under another, a row apart, along most of it."""
    shared = min(above.end, below.end) - max(above.start, below.start)
    apart = below.top - above.bottom
    return LOWEST_ROW_MM * dot <= apart <= HIGHEST_ROW_MM * dot and shared >= MOST_OF * (above.end - above.start)


def _across_row(row: Ink, dot: float) -> list[float]:
    """Where dots lie all the way across a row (of the turned page), with nothing beside them."""
    line = cv2.dilate(row.astype(np.uint8), np.ones((3, 1), np.uint8))
    ends = round(END_GAP_MM * dot)
    alone = line & ~_beside(line, dot) & 1
    closed = cv2.morphologyEx(line, cv2.MORPH_CLOSE, np.ones((1, round(DOT_GAP_MM * dot)), np.uint8))
    dense = (line.mean(axis=1) >= DOTS) & (alone.sum(axis=1) >= DOTS_ALONE * line.sum(axis=1))
    whole = closed[:, ends:-ends].all(axis=1) & line[:, :ends].any(axis=1) & line[:, -ends:].any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (dense & whole).astype(np.int8), [0]])))
    return [(start + end - 1) / 2 for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)]


def joining(dots: Sequence[Stroke], across: Sequence[Stroke], dpi: float) -> tuple[Stroke, ...]:
    """Dotted strokes that are long, or that meet two rules of the other direction."""
    reach = MEET_MM * dpi / 25.4
    longest = LONG_MM * dpi / 25.4

    def met(stroke: Stroke) -> int:
        near = [rule for rule in across if rule.start - reach <= stroke.at <= rule.end + reach]
        return sum(stroke.start - reach <= rule.at <= stroke.end + reach for rule in near)

    return tuple(stroke for stroke in dots if stroke.end - stroke.start >= longest or met(stroke) >= 2)


def dotted_on(strokes: Sequence[Stroke], across: Sequence[Stroke], flipped: Gray, dpi: float) -> tuple[Stroke, ...]:
    """Strokes, each as far as its dots go on."""
    follows = partial(_dots_follow, flipped < DARK, dot=dpi / 25.4)
    return tuple(carried_on(stroke, across, follows, dpi) for stroke in strokes)


def _dots_follow(ink: Ink, at: float, span: tuple[float, float], dot: float) -> bool:
    """Whether a dotted line goes on between two places, as close as its dots are, along all of the way."""
    x0, x1 = round(span[0] + SIDE_MM * dot), round(span[1] - SIDE_MM * dot)
    if x1 - x0 < dot:
        return False
    on_line, stands = on_and_beside(ink, round(at), x0, x1, dot)
    pieces = max(4, round((x1 - x0) / (DOTS_PIECE_MM * dot)))
    parts = zip(np.array_split(on_line, pieces), np.array_split(stands, pieces), strict=True)
    dense = [bool((on & ~beside).sum() >= DOTS * max(1, (~beside).sum())) for on, beside in parts]
    is_alone = (on_line & ~stands).sum() >= DOTS_BESIDE_TEXT * on_line.sum()
    return bool(is_alone and np.mean(dense) >= DOTS_PIECES and dense[0] and dense[-1])


def _dotted(ink: Ink, dot: float) -> Iterator[Trace]:
    """Lines of dots that lie close all along, with nothing beside them.

    Figures below each other leave wider gaps, glyphs of prose have others beside them.
    """
    line = cv2.dilate(ink.astype(np.uint8), np.ones((3, 1), np.uint8))
    stands = _beside(line, dot)
    window = (round(DOT_WINDOW_MM * dot), 1)
    here = cv2.blur(line.astype(np.float32), window)
    alone = cv2.blur((line & ~stands & 1).astype(np.float32), window)
    closed = cv2.morphologyEx(line, cv2.MORPH_CLOSE, np.ones((1, round(DOT_GAP_MM * dot)), np.uint8))
    closed[(here < DOTS) | (alone < DOTS_ALONE * here)] = 0
    runs = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, round(SHORTEST_MM * dot)), np.uint8))
    labels, stats = components(runs)
    for index, (x, y, width, height, _) in enumerate(stats[1:].tolist(), 1):
        part = (labels[y : y + height, x : x + width] == index) & ink[y : y + height, x : x + width]
        if height <= FAR_MM * dot and part.any():
            yield Trace(y + float(np.nonzero(part)[0].mean()), x, x + width)


def _beside(line: NDArray[np.uint8], dot: float) -> NDArray[np.uint8]:
    """Where ink stands close to either side of a level line."""
    near, far = round(NEAR_MM * dot), round(FAR_MM * dot)
    band = cv2.dilate(line, np.ones((far - near - 1, 1), np.uint8))
    shift = (near + far) // 2
    return np.asarray(np.roll(band, shift, axis=0) | np.roll(band, -shift, axis=0), np.uint8)
