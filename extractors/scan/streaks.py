"""Streaks that a scanner with a feeder leaves: dust on its glass draws a thin line along the whole sheet, through the margins too.

No rule of a table does that; taken for one, a streak parts cells and moves what stands in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractors.scan.segments import Pixels
from extractors.scan.strips import Gray

#: A streak is at most this thick, in millimetres.
THICKEST_MM = 0.6
#: It is darker than the paper on both sides by this, of 255, in so many of its rows, and in so many of each of the parts of the sheet.
DARKER, NEARLY_ALL, MOST, PARTS = 10, 0.9, 0.6, 16
#: In so many parts there is paper on both sides of it, in the first and the last among them.
SEEN = 0.75
#: Paper is at least so light.
PAPER = 215
#: Looked at in every so many rows.
EVERY = 3
#: Between these distances from the border, in millimetres, a sheet is blank: nothing but streaks and at most this share of ink. In a table that was
#: cut out along its frame rules reach the border too.
MARGIN_MM, MARGIN_INK = (1.0, 4.5), 0.01
#: Under a streak as dark as this nothing is left of what was printed.
BLACK = 90


@dataclass(frozen=True, slots=True)
class Streak:
    """Where a streak was, in pixels of the page, and whether it was black: then what was printed under it is not known."""

    box: Pixels
    is_black: bool


def without_streaks(grey: Gray, dpi: float) -> tuple[Gray, tuple[Streak, ...]]:
    """The page (paper 255) without the streaks along it or across it, and these."""
    height, width = grey.shape
    grey, upright = _without_upright(grey, dpi)
    flipped, level = _without_upright(np.ascontiguousarray(grey.T), dpi)
    grey = np.ascontiguousarray(flipped.T) if level else grey
    found = [Streak((left, 0, right, height), black) for left, right, black in upright]
    found += [Streak((0, left, width, right), black) for left, right, black in level]
    return grey, tuple(found)


def _without_upright(grey: Gray, dpi: float) -> tuple[Gray, list[tuple[int, int, bool]]]:
    """The page without its upright streaks; from where to where each reached, and whether it was black."""
    reach = round(THICKEST_MM * dpi / 25.4) + 1
    columns = _streaks(grey[::EVERY], reach)
    near, far = (round(mm * dpi / 25.4) for mm in MARGIN_MM)
    margins = np.concatenate([grey[near:far], grey[-far:-near]])
    if not columns.any() or float((margins[:, ~columns] < PAPER).mean()) > MARGIN_INK:
        return grey, []
    result, found = grey.copy(), []
    edges = np.flatnonzero(np.diff(np.concatenate([[0], columns.astype(np.int8), [0]])))
    for left, right in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        left, right = max(1, left - 1), min(grey.shape[1] - 1, right + 1)  # with its blurred sides
        tone = np.median(margins[:, left:right], axis=0)  # A rule may stand under the streak, but not there.
        result[:, left:right] = _restored(grey[:, left:right], grey[:, left - 1], grey[:, right], tone)
        found.append((left, right, bool(tone.min() < BLACK)))
    return result, found


def _streaks(grey: Gray, reach: int) -> NDArray[np.bool_]:
    """Which columns are a streak. One that stands beside text is looked at where both of its sides are paper."""
    middle, left, right = grey[:, reach:-reach], grey[:, : -2 * reach], grey[:, 2 * reach :]
    seen = (left >= PAPER) & (right >= PAPER)
    dark = seen & (middle < np.minimum(left, right) - np.uint8(DARKER))
    bounds = np.linspace(0, len(grey), PARTS, endpoint=False).astype(int)
    counts, darks = (np.add.reduceat(one, bounds, axis=0, dtype=np.int64) for one in (seen, dark))
    found = np.zeros(grey.shape[1], bool)
    rows = len(grey) / PARTS
    looked_at = counts >= rows / 4
    everywhere = (darks >= MOST * counts).all(axis=0) & looked_at[0] & looked_at[-1] & (looked_at.mean(axis=0) >= SEEN)
    found[reach:-reach] = everywhere & (darks.sum(axis=0) >= NEARLY_ALL * counts.sum(axis=0))
    return found


def _restored(streak: Gray, left: Gray, right: Gray, tone: NDArray[np.float64]) -> Gray:
    """What stood under a streak: made as much lighter as its paper is darker; where that is black, led across from side to side."""
    if tone.min() >= BLACK:
        return np.minimum(255, streak * (255.0 / tone)).astype(np.uint8)
    across = np.linspace(0, 1, streak.shape[1] + 2)[1:-1]
    return np.asarray(left[:, None] * (1 - across) + right[:, None] * across, np.uint8)
