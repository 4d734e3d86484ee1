"""Geometry repair: the page cut out of its surroundings, then skew, perspective and curl taken out in one step.

Rules and lines of text are traced as curves. The page is straight when each upright curve has one x and each level
curve one y; a polynomial map of low degree is fitted that makes it so (linear least squares, no change where nothing
is bent), which takes in skew, perspective and the curl of a bound or folded sheet alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.scan.components import components
from extractors.scan.strips import Gray
from extractors.scan.tone import INK

Points = NDArray[np.float64]
Mapping = Callable[[Points], Points]
#: A skew below this (degrees) and a bend below this (pixels) are left alone.
LEAST_SKEW, LEAST_BEND = 0.08, 1.0
MOST_SKEW = 7.0
#: Darker than the paper around by this, of 255, is ink, however pale.
DARKER = 40
#: Curves shorter than this share of the page's width tell too little.
SHORTEST = 0.08
#: Exponents of x and y in the map of y; with x and y exchanged, in the map of x.
PLAIN = ((1, 0), (1, 1))
BENT = (*PLAIN, (2, 0), (2, 1), (3, 0), (1, 2), (4, 0), (3, 1), (2, 2))
#: Root mean square of what a plain map leaves, in pixels, above which the page is bent.
BENT_FROM = 0.8


@dataclass(frozen=True, slots=True)
class Straight:
    """A straightened page and the way back: ``to_source`` maps its pixels (n, 2) to those of the picture it came from."""

    image: Gray
    to_source: Mapping
    steps: tuple[str, ...]


def straightened(grey: Gray) -> Straight:
    """Take skew, perspective and curl out; the picture itself when there are none."""
    angle = skew(grey)
    turned = grey if abs(angle) < LEAST_SKEW else _rotated(grey, angle)
    level, upright = _level_curves(turned), _upright_curves(turned)
    across, down = _fit(level, turned.shape), _fit([c[:, ::-1] for c in upright], turned.shape[::-1])
    steps = ("skew",) if turned is not grey else ()
    if max(across.reach, down.reach) < LEAST_BEND:
        if turned is grey:
            return Straight(grey, lambda points: points, ())
        return Straight(turned, _back_rotation(grey, angle), steps)
    xs, ys = _grid_back(across, down, turned.shape)
    height, width = turned.shape
    if turned is not grey:
        points = _back_rotation(grey, angle)(np.stack([xs.ravel(), ys.ravel()], 1))
        xs, ys = points[:, 0].reshape(xs.shape), points[:, 1].reshape(ys.shape)
    full = [_spread(one, width, height) for one in (xs, ys)]
    image = cv2.remap(grey, full[0], full[1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=255)
    bent = "curl" if len(across.powers) > len(PLAIN) or len(down.powers) > len(PLAIN) else "perspective"
    return Straight(image, _lookup(xs, ys), (*steps, bent))


def skew(grey: Gray) -> float:
    """Degrees by which the lines of the page rise to the right: the shear under which rows of ink stand out most."""
    share = max(1, round(min(grey.shape) / 420))
    ink = 255 - cv2.resize(grey, None, fx=1 / share, fy=1 / share, interpolation=cv2.INTER_AREA)
    ink[ink < 255 * (1 - INK) / 2] = 0

    def contrast(angle: float) -> float:
        slope = np.tan(np.radians(angle))
        matrix = np.array([[1, 0, 0], [slope, 1, -slope * ink.shape[1] / 2]], np.float32)
        rows = cv2.warpAffine(ink, matrix, ink.shape[::-1]).sum(axis=1, dtype=np.float64)
        return float(np.square(np.diff(rows)).sum())

    best = max(np.arange(-MOST_SKEW, MOST_SKEW + 0.1, 0.5), key=contrast)
    for step in (0.1, 0.02):
        best = max(best + np.arange(-5, 6) * step, key=contrast)
    return float(best)


def _rotation(grey: Gray, angle: float) -> NDArray[np.float64]:
    height, width = grey.shape
    return np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0), np.float64)


def _rotated(grey: Gray, angle: float) -> Gray:
    matrix = _rotation(grey, angle)
    return cv2.warpAffine(grey, matrix, grey.shape[::-1], flags=cv2.INTER_CUBIC, borderValue=255).astype(np.uint8)


def _back_rotation(grey: Gray, angle: float) -> Mapping:
    inverse = np.asarray(cv2.invertAffineTransform(_rotation(grey, angle)), np.float64)
    return lambda points: points @ inverse[:, :2].T + inverse[:, 2]


def _half(grey: Gray) -> Gray:
    """Ink at half the resolution, thin strokes kept."""
    hat = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones((9, 9), np.uint8))
    ink = ((hat > DARKER) | (grey < 255 * INK)).astype(np.uint8)
    thick = cv2.dilate(ink, np.ones((2, 2), np.uint8))
    return thick[::2, ::2]


def _level_curves(grey: Gray) -> list[Points]:
    half = _half(grey)
    return _rules(half) + _text_lines(half)


def _upright_curves(grey: Gray) -> list[Points]:
    return [curve[:, ::-1] for curve in _rules(np.ascontiguousarray(_half(grey).T))]


def _rules(half: Gray) -> list[Points]:
    """Level rules: long thin runs, found although they slope a little."""
    thick = cv2.dilate(half, np.ones((3, 1), np.uint8))
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, 25), np.uint8))
    return _centres(runs, half.shape[1] * SHORTEST, thickness=9.0)


def _text_lines(half: Gray) -> list[Points]:
    """Lines of text as bands of ink; the middle of a band wavers with its glyphs, so its ends are cut."""
    closed = cv2.morphologyEx(half, cv2.MORPH_CLOSE, np.ones((1, 21), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((7, 9), np.uint8))
    return _centres(opened, half.shape[1] * 0.3, thickness=26.0, thinnest=7.0)


def _centres(mask: Gray, shortest: float, thickness: float, thinnest: float = 0.0) -> list[Points]:
    """The middle of each long component by column, in pixels of the full picture, sampled every few pixels."""
    labels, stats = components(mask)
    curves = []
    for index in range(1, len(stats)):
        x, y, width, height, area = stats[index]
        if width < shortest or not thinnest <= area / width <= thickness:
            continue
        part = labels[y : y + height, x : x + width] == index
        columns = np.arange(2, width - 2, max(4, width // 60))
        rows = part[:, columns]
        filled = rows.sum(axis=0)
        kept = filled > 0
        middle = (rows * np.arange(height)[:, None]).sum(axis=0)[kept] / filled[kept]
        curves.append(np.stack([2.0 * (x + columns[kept]), 2.0 * (y + middle)], 1))
    return curves


@dataclass(frozen=True, slots=True)
class _Fit:
    """v(x, y) = y + sum of coefficients times powers of the centred and scaled x and y."""

    powers: tuple[tuple[int, int], ...]
    weights: NDArray[np.float64]
    centre: tuple[float, float]
    scale: float
    reach: float

    def shift(self, points: Points) -> NDArray[np.float64]:
        """What is added to y."""
        return _terms(points, self.powers, self.centre, self.scale) @ self.weights


def _terms(
    points: Points, powers: Sequence[tuple[int, int]], centre: tuple[float, float], scale: float
) -> NDArray[np.float64]:
    x, y = (points[:, 0] - centre[0]) / scale, (points[:, 1] - centre[1]) / scale
    return np.stack([x**i * y**j for i, j in powers], 1)


def _fit(curves: Sequence[Points], shape: tuple[int, ...]) -> _Fit:
    """Fit a plain map; a bent one where the plain one leaves too much."""
    centre, scale = (shape[1] / 2, shape[0] / 2), max(shape) / 2
    none = _Fit(PLAIN, np.zeros(len(PLAIN)), centre, scale, 0.0)
    if len(curves) < 2:
        return none
    plain, rest = _solve(curves, PLAIN, centre, scale)
    best = plain
    powers: tuple[tuple[int, int], ...] = PLAIN
    if rest > BENT_FROM and len(curves) >= 4:
        bent, left = _solve(curves, BENT, centre, scale)
        if left < 0.7 * rest:
            best, powers = bent, BENT
    fit = _Fit(powers, best, centre, scale, 0.0)
    reach = max(float(np.ptp(fit.shift(curve))) for curve in curves)
    return _Fit(powers, best, centre, scale, reach)


def _solve(
    curves: Sequence[Points], powers: Sequence[tuple[int, int]], centre: tuple[float, float], scale: float
) -> tuple[NDArray[np.float64], float]:
    """Least squares over all curves but the worst tenth; returns the weights and the median residual's scale."""
    kept = list(curves)
    weights, errors = np.zeros(len(powers)), [0.0]
    for _ in range(2):
        rows, wanted = [], []
        for curve in kept:
            terms = _terms(curve, powers, centre, scale)
            rows.append(terms - terms.mean(axis=0))
            wanted.append(curve[:, 1].mean() - curve[:, 1])
        matrix, target = np.concatenate(rows), np.concatenate(wanted)
        ridge = 1e-3 * len(matrix) * np.eye(len(powers))
        weights = np.linalg.solve(matrix.T @ matrix + ridge, matrix.T @ target)
        errors = [float(np.sqrt(np.mean((r @ weights - w) ** 2))) for r, w in zip(rows, wanted, strict=True)]
        limit = max(1.5, 2.5 * float(np.median(errors)))
        kept = [curve for curve, error in zip(kept, errors, strict=True) if error <= limit] or kept
    return weights, float(np.median(errors))


#: The way back is worked out on a grid of this step and interpolated between.
STEP = 16


def _grid_back(across: _Fit, down: _Fit, shape: tuple[int, ...]) -> tuple[Points, Points]:
    """For each grid point of the straight page, where it lies in the bent one: fixed point iteration."""
    height, width = shape
    us, vs = np.meshgrid(np.arange(0.0, width + STEP, STEP), np.arange(0.0, height + STEP, STEP))
    goal = np.stack([us.ravel(), vs.ravel()], 1)
    at = goal.copy()
    for _ in range(12):
        at = np.stack([goal[:, 0] - down.shift(at[:, ::-1]), goal[:, 1] - across.shift(at)], 1)
    return at[:, 0].reshape(us.shape), at[:, 1].reshape(us.shape)


def _spread(grid: Points, width: int, height: int) -> NDArray[np.float32]:
    """A grid's values at every pixel."""
    _rows, _columns = grid.shape
    matrix = np.array([[1 / STEP, 0, 0], [0, 1 / STEP, 0]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    full = cv2.warpAffine(
        grid.astype(np.float32), matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(full, np.float32)


def _lookup(xs: Points, ys: Points) -> Mapping:
    """The grid as a function of points."""

    def back(points: Points) -> Points:
        at = np.clip(points / STEP, 0, [xs.shape[1] - 1.001, xs.shape[0] - 1.001])
        column, row = at[:, 0].astype(int), at[:, 1].astype(int)
        fx, fy = at[:, 0] - column, at[:, 1] - row

        def value(grid: Points) -> NDArray[np.float64]:
            top = grid[row, column] * (1 - fx) + grid[row, column + 1] * fx
            return top * (1 - fy) + (grid[row + 1, column] * (1 - fx) + grid[row + 1, column + 1] * fx) * fy

        return np.stack([value(xs), value(ys)], 1)

    return back
