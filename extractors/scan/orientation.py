"""Whether a page lies on its side, or stands on its head: told by how its text runs, and by whether some lines of it read."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from extractors.scan.flat import Sheet, turned
from extractors.scan.layout import Layout, laid_out
from extractors.scan.rules import Rules, rules_of, without_rules
from extractors.scan.segments import glyph_height, ink_of
from extractors.scan.strips import Gray
from extractors.scan.tone import INK
from extractors.scan.upright import CLEARLY, ILLEGIBLE, SIDEWAYS, SURELY, WELL_READ, down_to_across

#: Dark runs longer than this, in millimetres, are rules or pictures.
LONG_RUN_MM = 8.0


def head_up(sheet: Sheet) -> Layout:
    """The sheet laid out as its lines read best, in doubt as it most likely lies."""
    best: Layout | None = None
    for number, layout in enumerate(_ways(sheet)):
        if best is None or layout.legibility > best.legibility + CLEARLY:
            best = layout
        if best.legibility >= WELL_READ or not layout.crops or (number and best.legibility >= ILLEGIBLE):
            break
    assert best is not None
    return best


def _ways(sheet: Sheet) -> Iterator[Layout]:
    """The four ways that a sheet may lie, the likeliest first, each worked out when it is asked for."""
    aside, rules = _lies_on_its_side(sheet)
    if aside:
        sheet, rules = turned(sheet, 1), None
    for _ in range(2):
        layout = laid_out(sheet, rules)
        yield layout
        yield laid_out(turned(sheet, 2), layout.rules.half_turned())
        sheet, rules = turned(sheet, 1), None


def _lies_on_its_side(sheet: Sheet) -> tuple[bool, Rules | None]:
    """Told at sight where that is sure; else with its rules, which are given too, taken out."""
    half = cv2.resize(sheet.grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    times = _down_to_across(_without_long_runs(np.asarray(half, np.uint8), sheet.dpi / 2), sheet.dpi / 2)
    if not SIDEWAYS / SURELY < times < SIDEWAYS * SURELY:
        return times > SIDEWAYS, None
    rules = rules_of(sheet.grey, sheet.dpi)
    height, width = sheet.grey.shape
    clean = without_rules(sheet.grey, rules, [(0, 0, width, height)], sheet.dpi)
    return _down_to_across(clean, sheet.dpi) > SIDEWAYS, rules


def _without_long_runs(grey: Gray, dpi: float) -> Gray:
    """The page without the rules that anybody sees: those are quickly found, and few others are as long as a line of text."""
    ink = (grey < 255 * INK).astype(np.uint8)
    long = round(LONG_RUN_MM * dpi / 25.4)
    level, upright = (
        cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(shape, np.uint8)) for shape in ((1, long), (long, 1))
    )
    clean = grey.copy()
    clean[cv2.dilate(level | upright, np.ones((3, 3), np.uint8)) > 0] = 255
    return clean


def _down_to_across(clean: Gray, dpi: float) -> float:
    glyph = glyph_height(clean, dpi)
    return down_to_across(ink_of(clean, glyph), glyph)
