"""Which way up: a page is turned to where its lines of text read best."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from extractors.scan.components import components
from extractors.scan.strips import Gray
from models.readings import Reading

#: Lines read well enough to leave the page as it stands.
WELL_READ = 0.92
#: Below this usual probability of a character a page is named as illegible.
ILLEGIBLE = 0.55
#: A page lies on its side when runs down it are longer than those across it by this factor; at sight, with the second times as much, or as
#: little, it is sure.
SIDEWAYS, SURELY = 1.3, 2.0
#: So many lines are read first.
SAMPLE = 6
#: A reading of so many characters is a line of text.
LINE = 4
#: One direction reads better than another when its legibility is higher by this.
CLEARLY = 0.05


def legibility(readings: Sequence[Reading]) -> float:
    """The usual probability of a character, over the readings of lines; 0 when nothing was read.

    Lines of some length decide where there are any: a 0 in a cell reads as well upside down.
    """
    scores = [(len(reading.text), reading.p ** (1 / len(reading.text))) for reading in readings if reading.text]
    lines = [score for length, score in scores if length >= LINE]
    usable = lines if len(lines) >= SAMPLE else [score for _, score in scores]
    return float(np.mean(usable)) if usable else 0.0


def down_to_across(ink: Gray, glyph: float) -> float:
    """How many times as much text runs down the page as across it: glyphs that lie on their side can read well one by one."""
    return _run_length(np.ascontiguousarray(ink.T), glyph) / max(1.0, _run_length(ink, glyph))


def _run_length(ink: Gray, glyph: float) -> float:
    """Summed length of the level runs of glyphs that are one glyph high."""
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, max(3, round(0.8 * glyph))), np.uint8))
    _, stats = components(closed)
    widths, heights = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    return float(widths[(widths >= 3 * glyph) & (heights <= 1.6 * glyph)].sum())
