"""Crops of a page to readings: which engine reads what, and what is read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from extractors.scan.alike import representatives
from extractors.scan.readers.digits import DigitReader
from extractors.scan.readers.paddle import PaddleReader
from extractors.scan.readers.protocol import Readings
from extractors.scan.readers.tesseract import TesseractReader, installed
from extractors.scan.segments import POINT, Pixels
from extractors.scan.strips import OTHER, Gray, strip_of
from extractors.scan.vote import fused, number_or_words
from models.readings import Reading

ENGINES = ("digits", "rapidocr")
#: A number less sure than this is put to Tesseract too, at most so many of a page (a tenth of a second each).
DOUBTFUL, MOST_ASKED = 0.9, 12
#: A crop wider than this many glyph heights holds words, not a number.
LONGEST_NUMBER = 7.0
#: What may be a number is shown at least so many glyph heights high, without its white.
LOWEST = 0.7
#: A dash is lower than this many glyph heights, and of a length between the next two.
FLAT, SHORTEST_DASH, LONGEST_DASH, SURE_DASH = 0.22, 0.3, 2.4, 0.98
#: White left around a line, in glyph heights.
ABOVE, BESIDE = 0.14, 0.3
#: The general engine reads what stands in a cell as well or better with more of it above and below, and faster: glyphs are smaller then,
#: and its time goes with the length of the line. Of a line, of what is short, and of a page in black and white, whose jagged strokes
#: vanish when they are made smaller. What stands outside of cells it reads worse so.
ABOVE_LINE, ABOVE_SHORT, ABOVE_JAGGED = 0.4, 0.28, 0.21


@dataclass(frozen=True, slots=True)
class Crop:
    """A line of text on a page: its box in pixels, the page without rules, and whether it stands in a ruled cell.

    ``jagged``: the page was scanned in black and white.
    """

    box: Pixels
    page: Gray
    in_cell: bool
    jagged: bool = False

    def image(self, glyph: float, *, lowest: float = 0.0, above: float = ABOVE) -> Gray:
        """The pixels of the line with so much white around, at least ``lowest`` glyph heights high."""
        x0, y0, x1, y1 = self.box
        extra = max(0.0, lowest * glyph - (y1 - y0)) / 2
        margin, beside = round(extra + above * glyph), round(BESIDE * glyph)
        height, width = self.page.shape
        top, bottom = max(0, y0 - margin), min(height, y1 + margin)
        left, right = max(0, x0 - beside), min(width, x1 + beside)
        image = self.page[top:bottom, left:right].copy()
        image[: max(0, y0 - 2 - top)] = np.maximum(image[: max(0, y0 - 2 - top)], 200)
        below = y1 + round(ABOVE * glyph) - top
        image[below:] = np.maximum(image[below:], 200)  # Further down the next line of the cell begins.
        return image

    def for_words(self, glyph: float, *, lowest: float = 0.0) -> Gray:
        """The line as the general engine reads it best; a speck would look like a dash with more white."""
        if not self.in_cell or self.box[2] - self.box[0] <= POINT * glyph:
            return self.image(glyph, lowest=lowest)
        above = ABOVE_JAGGED if self.jagged else ABOVE_SHORT if self.is_short(glyph) else ABOVE_LINE
        return self.image(glyph, lowest=lowest, above=above)

    def is_short(self, glyph: float) -> bool:
        """Whether it may be a number."""
        return self.box[2] - self.box[0] <= LONGEST_NUMBER * glyph


@cache
def _paddle() -> PaddleReader:
    return PaddleReader()


@cache
def _digits() -> DigitReader:
    return DigitReader()


def read_crops(crops: Sequence[Crop], glyph: float) -> list[Readings]:
    """The readings of each crop, best first; short ones are held to be numbers where the engines see one."""
    short = [index for index, crop in enumerate(crops) if crop.is_short(glyph)]
    long = [index for index in range(len(crops)) if index not in set(short)]
    found: list[Readings] = [()] * len(crops)
    for index, readings in zip(long, _paddle().read([crops[i].for_words(glyph) for i in long]), strict=True):
        found[index] = readings
    votes = dict(zip(short, _two_votes([crops[index] for index in short], glyph), strict=True))
    for index, ((free, held), own) in votes.items():
        found[index] = _short_readings(free, held, own)
    doubtful = [i for i in short if crops[i].in_cell and found[i] and _is_doubtful_number(found[i])][:MOST_ASKED]
    if doubtful and installed():
        third = TesseractReader().read([crops[index].image(glyph, lowest=LOWEST) for index in doubtful])
        for index, named in zip(doubtful, third, strict=True):
            (_, held), own = votes[index]
            found[index] = fused({"digits": own, "rapidocr": held, "tesseract": named})
    for index in short:
        if _is_dash(crops[index], glyph):
            found[index] = (Reading("—", SURE_DASH),)
    return found


def read_lines(images: Sequence[Gray]) -> list[Reading | None]:
    """The likeliest reading of each picture of a line of words; None where nothing is read."""
    return [readings[0] if readings else None for readings in _paddle().read(images)]


def _two_votes(crops: Sequence[Crop], glyph: float) -> list[tuple[tuple[Readings, Readings], Readings]]:
    """For each crop the general engine's readings, free and held to numbers, and the digit reader's.

    Figures that look alike are put to the general engine once: most of a form are the same 0.
    """
    strips = [strip_of(crop.image(glyph, lowest=LOWEST)) for crop in crops]
    own = _digits().read_strips(strips)
    first = representatives(strips, own)
    asked = sorted(set(first))
    images = [crops[at].for_words(glyph, lowest=LOWEST) for at in asked]
    both = dict(zip(asked, _paddle().read_both(images), strict=True))
    return [(both[at], readings) for at, readings in zip(first, own, strict=True)]


def _is_doubtful_number(readings: Readings) -> bool:
    text = readings[0].text
    return readings[0].p < DOUBTFUL and any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


def _is_dash(crop: Crop, glyph: float) -> bool:
    """A lone level stroke about the middle of nothing: no engine reads such small ink well, and its shape is plain."""
    x0, y0, x1, y1 = crop.box
    return (
        y1 - y0 <= FLAT * glyph
        and SHORTEST_DASH * glyph <= x1 - x0 <= LONGEST_DASH * glyph
        and x1 - x0 >= 2 * (y1 - y0)
    )


def _short_readings(free: Readings, held: Readings, own: Readings) -> Readings:
    if number_or_words(free, own):
        return fused({"digits": own, "rapidocr": held}) or free
    if free and free[0].text:
        return free
    return (Reading(OTHER, 0.5),)
