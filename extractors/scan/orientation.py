"""Whether a page lies on its side, or stands on its head: told by how its text runs, and by what of it reads."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from extractors.scan.flat import Sheet, turned
from extractors.scan.read import Crop, read_crops
from extractors.scan.rules import Rules, rules_of, without_rules
from extractors.scan.segments import glyph_height, ink_of, runs_outside
from extractors.scan.strips import Gray
from extractors.scan.upright import SAMPLE, SIDEWAYS, SURELY, down_to_across, legibility, quarter_turns

#: So many glyphs of a line tell whether it reads.
QUICK_LINE = 9.0


def on_its_feet(sheet: Sheet) -> tuple[Sheet, Rules]:
    """The sheet, turned by a quarter to where it reads best if its text runs down it, and its rules."""
    rules = rules_of(sheet.grey, sheet.dpi)
    clean = _without_any_rules(sheet, rules)
    if not _runs_down(clean, sheet.dpi):
        return sheet, rules
    sheet = _turned_to_read(sheet, clean, (1, 3))
    return sheet, rules_of(sheet.grey, sheet.dpi)


def head_up(sheet: Sheet, rules: Rules) -> Sheet:
    """The sheet turned by a half where it reads better so; the same one where it does not."""
    return _turned_to_read(sheet, _without_any_rules(sheet, rules), (0, 2))


def _turned_to_read(sheet: Sheet, clean: Gray, tried: Sequence[int]) -> Sheet:
    turns = quarter_turns(clean, lambda turned: _quick_score(turned, sheet.dpi), tried)
    return turned(sheet, turns) if turns else sheet


def _runs_down(clean: Gray, dpi: float) -> bool:
    """Told at half the resolution, which is quicker, where that is sure enough."""
    half = np.asarray(cv2.resize(clean, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    times = _down_to_across(half, dpi / 2)
    if SIDEWAYS / SURELY < times < SIDEWAYS * SURELY:
        times = _down_to_across(clean, dpi)
    return times > SIDEWAYS


def _down_to_across(clean: Gray, dpi: float) -> float:
    glyph = glyph_height(clean, dpi)
    return down_to_across(ink_of(clean, glyph), glyph)


def _without_any_rules(sheet: Sheet, rules: Rules) -> Gray:
    height, width = sheet.grey.shape
    return without_rules(sheet.grey, rules, [(0, 0, width, height)], sheet.dpi)


def _quick_score(clean: Gray, dpi: float) -> float:
    """How legible the longest lines of a page without its rules are."""
    glyph = glyph_height(clean, dpi)
    runs = runs_outside(ink_of(clean, glyph), (), glyph)
    usable = [run for run in runs if (run[2] - run[0]) >= 3 * (run[3] - run[1])]
    longest = sorted(usable, key=lambda run: run[0] - run[2])[:SAMPLE]
    starts = [(x0, y0, min(x1, round(x0 + QUICK_LINE * glyph)), y1) for x0, y0, x1, y1 in longest]
    read = read_crops([Crop(start, clean, in_cell=False) for start in starts], glyph)
    return legibility([readings[0] for readings in read if readings]) * min(1.0, len(longest) / 3)
