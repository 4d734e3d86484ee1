"""Rules, however pale: seen over a length, where a single pixel tells nothing."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.scan.components import components
from extractors.scan.strips import Gray
from extractors.scan.worn import Trace

#: In millimetres: what crossing rules take up at either end, the length that is averaged over, how far from the line the paper
#: beside it begins and ends, how far the line may wander.
END_MM, WINDOW_MM, NEAR_MM, FAR_MM, WANDER_MM = 0.7, 1.2, 0.5, 1.6, 0.3
#: The side of a low cell is looked at in this many windows, so that a glyph does not fill them all, each at least this long.
LOW_CELL, LEAST_MM = 8, 0.5
#: A line is darker than the paper on either side by this, of 255, in this share of the windows, straight to within so many pixels.
DARKER, SHARE, STRAIGHT = 8.0, 0.9, 1
#: A line is as dark in one place as in another: its paler fifth has this share of the contrast of its darker fifth.
EVEN = 0.35
FEWEST_WINDOWS = 2
#: A long line is looked at in sections of this length, so that it may drift, by this share of its length at most.
SECTION_MM, DRIFT = 25.0, 0.01
#: The paper beside a lone line is as light as this share of what lies there is at most: half of it may be the other line of a
#: double one. Where a line is known to lead somewhere, text may stand so close that only a strip of paper is left.
BESIDE, LIGHTEST = 0.75, 1.0
#: The same of a line of which nothing else is known: the back of the sheet does not shine through so dark, no row of glyphs is so
#: even, with paper so light on both sides of so much of it.
LONE_DARKER, LONE_SHARE, LONE_EVEN, PAPER, LIGHT = 22.0, 0.9, 0.55, 0.9, 0.5


def goes_on(grey: Gray, at: float, span: tuple[float, float], dot: float) -> bool:
    """Whether a level line lies on a place between two others; ``dot`` is pixels in a millimetre.

    Each window along the line is averaged first, so grain hides no line; text on the line is darker in some windows than in
    others and strays from one line, and the edge of something dark has no lighter paper on its other side.
    """
    profiles, far = _profiles(grey, at, span, dot)
    if profiles is None:
        return False
    contrast, straight, _ = _contrast(profiles, far, dot, LIGHTEST)
    paler, darker = _quantile(contrast, 1 - SHARE), _quantile(contrast, SHARE)
    return bool(((contrast >= DARKER) & straight).mean() >= SHARE and paler >= EVEN * darker)


def long_lines(grey: Gray, dot: float, shortest_mm: float) -> Iterator[Trace]:
    """Level lines of at least a length, darker than the paper on both sides all along, whatever stands close to them."""
    near, far = round(NEAR_MM * dot), round(FAR_MM * dot)
    soft = cv2.blur(grey, (max(3, round(WINDOW_MM * dot)), 1))
    lightest = cv2.dilate(soft, np.ones((far - near + 1, 1), np.uint8))
    shift = (near + far) // 2
    beside = np.minimum(np.roll(lightest, shift, axis=0), np.roll(lightest, -shift, axis=0))
    darker = cv2.subtract(beside, soft)
    ridge = ((darker >= LONE_DARKER / 2) & (darker >= cv2.dilate(darker, np.ones((3, 1), np.uint8)))).astype(np.uint8)
    runs = cv2.dilate(ridge, np.ones((3, 1), np.uint8))
    runs = cv2.morphologyEx(runs, cv2.MORPH_OPEN, np.ones((1, round(shortest_mm * dot)), np.uint8))
    labels, stats = components(runs)
    for index, (x, y, width, height, _) in enumerate(stats[1:].tolist(), 1):
        if height > NEAR_MM * dot + 3 + DRIFT * width:
            continue
        part = labels[y : y + height, x : x + width] == index
        sections = np.array_split(np.arange(width), max(1, round(width / (SECTION_MM * dot))))
        found = [_is_alone(grey, y + _height(part, own), (x + own[0], x + own[-1] + 1), dot) for own in sections]
        if np.mean(found) >= LONE_SHARE:
            yield Trace(y + _height(part, np.arange(width)), x, x + width)


def _height(part: NDArray[np.bool_], columns: NDArray[np.intp]) -> float:
    """At what height the pixels of some columns lie, on average."""
    return float(np.nonzero(part[:, columns])[0].mean())


def _is_alone(grey: Gray, at: float, span: tuple[float, float], dot: float) -> bool:
    """Whether a line that nothing else vouches for is one: even, straight, with paper on both sides."""
    profiles, far = _profiles(grey, at, span, dot)
    if profiles is None:
        return False
    contrast, straight, lighter = _contrast(profiles, far, dot, BESIDE)
    clear = lighter >= 255 * PAPER  # Elsewhere another rule crosses it, or text stands close.
    if clear.mean() < LIGHT:
        return False
    paler, darker = _quantile(contrast[clear], 1 - LONE_SHARE), _quantile(contrast[clear], LONE_SHARE)
    is_line = (contrast >= LONE_DARKER) & straight
    return bool(is_line[clear].mean() >= LONE_SHARE and paler >= LONE_EVEN * darker)


Floats = NDArray[np.float32]


def _profiles(grey: Gray, at: float, span: tuple[float, float], dot: float) -> tuple[Floats | None, int]:
    """The mean tone across a line in each window along it (windows, heights), and how many heights lie on either side."""
    start, end, y = round(span[0] + END_MM * dot), round(span[1] - END_MM * dot), round(at)
    far = round(FAR_MM * dot)
    count = max((end - start) // round(WINDOW_MM * dot), min(LOW_CELL, (end - start) // round(LEAST_MM * dot)))
    if count < FEWEST_WINDOWS or y < far or y + far >= grey.shape[0] or start < 0 or end > grey.shape[1]:
        return None, far
    around = grey[y - far : y + far + 1, start:end].astype(np.float32)
    edges = np.linspace(0, end - start, count + 1).astype(int)
    return np.asarray((np.add.reduceat(around, edges[:-1], axis=1) / np.diff(edges)).T, np.float32), far


def _contrast(profiles: Floats, far: int, dot: float, share: float) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """By window: how much darker the line is than either side, whether it lies where the others do, the tone of its darker side."""
    near, wander = round(NEAR_MM * dot), max(1, round(WANDER_MM * dot))
    middle = profiles[:, far - wander : far + wander + 1]
    above, below = _quantile(profiles[:, : far - near], share), _quantile(profiles[:, far + near + 1 :], share)
    beside, lies = np.minimum(above, below), middle.argmin(axis=1)
    return beside - middle.min(axis=1), np.abs(lies - np.median(lies)) <= STRAIGHT, beside


def _quantile(values: Floats, share: float) -> Floats:
    """A quantile along the last axis, straight between neighbours; numpy's own takes ten times as long for so few values."""
    ordered = np.sort(values, axis=-1)
    at = share * (values.shape[-1] - 1)
    low = int(at)
    high = min(low + 1, values.shape[-1] - 1)
    return np.asarray(ordered[..., low] + (at - low) * (ordered[..., high] - ordered[..., low]), np.float32)
