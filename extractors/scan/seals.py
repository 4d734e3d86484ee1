"""The names on round seals: the glyphs along the ring are laid out as a line and read like any other.

The seal of a body of the state is round and red, its name runs clockwise along the ring from the lower left to the lower right, and
it is 42 to 50 mm wide (State Council rules on seals, 国发〔1999〕25号; offices that make their own keep near to it).
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.page import Line
from extractors.scan.components import components
from extractors.scan.raster import POINTS, Raster
from extractors.scan.read import read_lines
from extractors.scan.strips import Gray
from extractors.scan.tone import stamp_ink
from models.evidence import Box, Place

#: How wide a seal is, in millimetres, and how much wider than high it may look.
NARROWEST_MM, WIDEST_MM, ROUND = 32.0, 60.0, 1.12
#: The dots of worn ink that are one seal lie this close, in millimetres.
NEAR_MM = 1.0
#: The name stands between the ring and this share of the radius from the outside; it is looked at in the same detail as there.
RING, NAME, MIDDLE = 0.085, 0.36, 0.8
#: Red ink of this strength, of 255, is black to the reader; less than the second is no ink.
BLACK, LEAST_INK = 160, 8
#: A name is taken from this probability on, and has at least so many glyphs.
SURE, SHORTEST = 0.8, 5
#: White left before and after the name, in pixels.
MARGIN = 6

Circle = tuple[float, float, float]


def seal_names(raster: Raster) -> tuple[Line, ...]:
    """The names on the seals of a page, as far as they are read for sure, each with its place on the page (points)."""
    strength, stamped = stamp_ink(raster.image)
    circles = list(_circles(stamped, raster.dpi))
    if not circles:
        return ()
    paper = (255 - np.minimum(255, strength.astype(np.float32) * (255 / BLACK))).astype(np.uint8)
    names = read_lines([_unrolled(paper, circle) for circle in circles])
    share = POINTS / raster.dpi
    return tuple(
        Line(reading.text, Place(page=raster.number, box=_box(circle, share)))
        for circle, reading in zip(circles, names, strict=True)
        if reading is not None and reading.p >= SURE and len(reading.text) >= SHORTEST
    )


def _circles(red: NDArray[np.bool_], dpi: float) -> Iterator[Circle]:
    """Middle and radius of what is as round and as large as a seal, in pixels."""
    dot = dpi / 25.4
    reach = 2 * round(NEAR_MM * dot / 2) + 1
    joined = cv2.dilate(red.astype(np.uint8), np.ones((reach, reach), np.uint8))
    _, stats = components(joined)
    for x, y, width, height, _ in stats[1:].tolist():
        small, large = min(width, height), max(width, height)
        if NARROWEST_MM * dot <= small and large <= min(WIDEST_MM * dot, ROUND * small):
            yield x + width / 2, y + height / 2, (small - reach + 1) / 2


def _unrolled(paper: Gray, circle: Circle) -> Gray:
    """The band between ring and star as a straight line, from where its widest gap ends (the foot of the seal)."""
    x, y, radius = circle
    size = (round(radius), round(2 * np.pi * radius * MIDDLE))
    polar = cv2.warpPolar(paper, size, (x, y), radius, cv2.INTER_CUBIC | cv2.WARP_FILL_OUTLIERS)
    outside_in = np.rot90(polar)  # Rows from the ring inwards, columns clockwise.
    band = outside_in[round(RING * radius) : round(NAME * radius)]
    inked = np.flatnonzero((255 - band.astype(np.int32)).mean(axis=0) > LEAST_INK)
    if not inked.size:
        return np.ascontiguousarray(band)
    gaps = np.diff(np.concatenate([inked, [inked[0] + band.shape[1]]]))
    widest = int(gaps.argmax())
    start = int(inked[widest] + gaps[widest])
    length = band.shape[1] - int(gaps[widest]) + 2 * MARGIN
    return np.ascontiguousarray(np.roll(band, MARGIN - start, axis=1)[:, :length], np.uint8)


def _box(circle: Circle, share: float) -> Box:
    x, y, radius = circle
    return Box((x - radius) * share, (y - radius) * share, (x + radius) * share, (y + radius) * share)
