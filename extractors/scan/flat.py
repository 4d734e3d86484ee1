"""A page laid flat: cut out, at the working resolution, its tone and its geometry repaired, and turned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.scan.raster import POINTS, SHORT_SIDE, Raster
from extractors.scan.sheet import sheet_of
from extractors.scan.straighten import Mapping, straightened
from extractors.scan.streaks import without_streaks
from extractors.scan.strips import Gray
from extractors.scan.tone import is_black_and_white, toned, undithered
from models.evidence import Box

#: Pages are worked on at this resolution, where an ideograph of a report is about thirty pixels high.
WORKING_DPI = 200.0
#: A resolution in this range is left as it is.
LEFT_ALONE = (170.0, 240.0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page laid flat, in grey, and the way back from its pixels to those of the raster.

    ``jagged``: it was scanned in black and white alone. ``turns``: by how many quarters it was turned against the clock.
    ``hidden``: where nothing is left of what was printed, in points of the page as it was given.
    """

    grey: Gray
    dpi: float
    back: Mapping
    steps: tuple[str, ...]
    jagged: bool
    turns: int = 0
    hidden: tuple[Box, ...] = ()

    @property
    def repairs(self) -> tuple[str, ...]:
        """What was done to the page, in order; by how many degrees it was turned, last."""
        return (*self.steps, f"turned {90 * self.turns}") if self.turns else self.steps


def laid_flat(raster: Raster) -> Sheet:
    """Cut the sheet out, bring it to the working resolution, repair its tone and its geometry."""
    image, dpi = raster.image, raster.dpi
    back: Mapping = _same
    steps: list[str] = []
    jagged = is_black_and_white(image)
    if jagged:
        image, dithered = undithered(image)
        steps += ["dots"] if dithered else []
    found = sheet_of(image)
    if found is not None:
        image, matrix = found
        back, dpi = _projection(matrix), min(image.shape[:2]) * POINTS / SHORT_SIDE
        steps.append("sheet")
    if not LEFT_ALONE[0] <= dpi <= LEFT_ALONE[1]:
        share = WORKING_DPI / dpi
        method = cv2.INTER_AREA if share < 1 else cv2.INTER_CUBIC
        image = np.asarray(cv2.resize(image, None, fx=share, fy=share, interpolation=method), np.uint8)
        back, dpi = _after(back, lambda points: points / share), WORKING_DPI
        steps += ["upsampled"] if share > 1 else []
    grey, tone = toned(image, dpi)
    grey, streaks = without_streaks(grey, dpi)
    hidden = tuple(box_back(streak.box, back, raster.dpi) for streak in streaks if streak.is_black)
    steps += [*tone, "streaks"] if streaks else tone
    return _straight(Sheet(grey, dpi, back, tuple(steps), jagged, hidden=hidden))


def _straight(sheet: Sheet) -> Sheet:
    straight = straightened(sheet.grey)
    back = _after(sheet.back, straight.to_source)
    return replace(sheet, grey=straight.image, back=back, steps=(*sheet.steps, *straight.steps))


def turned(sheet: Sheet, turns: int) -> Sheet:
    """The sheet after quarter turns against the clock. One that lay on its side is straightened anew, by its lines."""
    height, width = sheet.grey.shape
    grey = np.ascontiguousarray(np.rot90(sheet.grey, turns))
    ways: dict[int, Mapping] = {
        1: lambda points: np.stack([width - 1 - points[:, 1], points[:, 0]], 1),
        2: lambda points: np.stack([width - 1 - points[:, 0], height - 1 - points[:, 1]], 1),
    }
    other = replace(sheet, grey=grey, back=_after(sheet.back, ways[turns]), turns=(sheet.turns + turns) % 4)
    return _straight(other) if turns % 2 else other


def box_back(box: tuple[float, float, float, float], back: Mapping, dpi: float) -> Box:
    """A box of a sheet (x0, y0, x1, y1, in pixels) in points of the page as it was given, which has so many dots to the inch."""
    x0, y0, x1, y1 = box
    points = back(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float64)) * POINTS / dpi
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return Box(left, top, right, bottom)


def _same(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return points


def _after(outer: Mapping, inner: Mapping) -> Mapping:
    return lambda points: outer(inner(points))


def _projection(matrix: NDArray[np.float64]) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    def back(points: NDArray[np.float64]) -> NDArray[np.float64]:
        lifted = np.concatenate([points, np.ones((len(points), 1))], 1) @ matrix.T
        return np.asarray(lifted[:, :2] / lifted[:, 2:], np.float64)

    return back
