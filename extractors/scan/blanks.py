"""Whether a cell from which no text came is blank: offices write nothing, a dash or 0, and a dash is the first that a scan loses."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from extractors.scan.segments import Pixels, thin_ink
from extractors.scan.strips import Gray

#: Strokes darker by this than the paper in a cell from which no text came are a sign that something stands there: mostly
#: nothing, else what is left of a dash.
PALE = 28
#: Between its margins a cell for a figure is at least this wide and high; a smaller one is made of rules that are none.
LEAST_ROOM_MM, MARGIN_MM = 1.5, 0.8
#: So much pale ink, in square millimetres, is more than grain leaves.
MUCH = 0.08
#: Dashes stand within this of the middle of a cell; where specks are found there in at least so many blank cells, and in so many
#: times as many as right above and below, the dashes of a page have worn away to them.
MIDDLE_MM, FEWEST, TIMES = 0.5, 5, 1.8


def is_empty(grey: Gray, cell: Pixels, dpi: float) -> bool:
    """Whether a cell is large enough for text and shows no ink, however pale, away from its rules."""
    inside = _inside(grey, cell, dpi)
    has_room = min(inside.shape, default=0) >= LEAST_ROOM_MM * dpi / 25.4
    return bool(has_room and (thin_ink(inside) > PALE).sum() < MUCH * (dpi / 25.4) ** 2)


def lost_dashes(grey: Gray, blank: Iterable[Pixels], dpi: float) -> bool:
    """Whether specks lie in a row with the middles of the blank cells of a page, where its dashes would stand."""
    half = max(1, round(MIDDLE_MM * dpi / 25.4))
    there = beside = 0
    for cell in blank:
        inside = _inside(grey, cell, dpi)
        middle = inside.shape[0] // 2
        if middle < 2 * half or inside.shape[1] < LEAST_ROOM_MM * dpi / 25.4:
            continue
        rows = np.asarray((thin_ink(inside) > PALE).any(axis=1))
        there += bool(rows[middle - half : middle + half].any())
        # As many heights above as below, together as many as in the middle.
        beside += bool(rows[middle - 2 * half : middle - half].any() or rows[middle + half : middle + 2 * half].any())
    return there >= max(FEWEST, TIMES * beside)


def _inside(grey: Gray, cell: Pixels, dpi: float) -> Gray:
    x0, y0, x1, y1 = cell
    margin = round(MARGIN_MM * dpi / 25.4)
    return np.asarray(grey[y0 + margin : y1 - margin, x0 + margin : x1 - margin], np.uint8)
