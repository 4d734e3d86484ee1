"""A photograph: the sheet of paper found on its desk and laid flat."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.scan.raster import Colour

#: A sheet covers at least this share of the photograph, and its four sides leave at most this much of its outline out.
LEAST_SHARE, MOST_LEFT_OUT = 0.3, 0.06
#: Right outside of its edge the desk is darker than the paper inside by at least this factor.
DARKER_OUTSIDE = 0.75
#: A sheet that covers more than this is the whole picture: a scan.
WHOLE = 0.97


def sheet_of(image: Colour) -> tuple[Colour, NDArray[np.float64]] | None:
    """The sheet as a flat picture, and the matrix (3, 3) that leads its pixels back; None when it fills the picture."""
    corners = _corners(image)
    if corners is None:
        return None
    top, bottom = np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[2] - corners[3])
    left, right = np.linalg.norm(corners[3] - corners[0]), np.linalg.norm(corners[2] - corners[1])
    width, height = int(max(top, bottom)), int(max(left, right))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), flat)
    result = cv2.warpPerspective(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(result, np.uint8), np.asarray(np.linalg.inv(matrix), np.float64)


def _corners(image: Colour) -> NDArray[np.float64] | None:
    """Top left, top right, bottom right, bottom left of the brightest large four-sided thing."""
    share = max(1, max(image.shape[:2]) // 500)
    small = cv2.resize(image, None, fx=1 / share, fy=1 / share, interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(small.max(axis=2), (0, 0), 2)
    closed = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    _, bright = cv2.threshold(closed, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    area, whole = cv2.contourArea(hull), float(bright.size)
    if not LEAST_SHARE * whole <= area <= WHOLE * whole:
        return None
    quad = _four_sided(hull)
    if quad is None or not _stands_out(closed, quad) or abs(cv2.contourArea(quad) - area) > MOST_LEFT_OUT * area:
        return None
    points = quad.reshape(4, 2).astype(np.float64)
    middle = points.mean(axis=0)
    order = np.argsort(np.arctan2(points[:, 1] - middle[1], points[:, 0] - middle[0]))
    return points[order] * share


def _stands_out(grey: NDArray[np.uint8], quad: NDArray[np.int32]) -> bool:
    """Whether the paper is much lighter than what lies right outside of its edge: light that fades has no edge."""
    inside = cv2.fillPoly(np.zeros(grey.shape, np.uint8), [quad], 1)
    reach = max(3, min(grey.shape) // 40)
    kernel = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    inner = (inside == 1) & (cv2.erode(inside, kernel) == 0)
    outer = (inside == 0) & (cv2.dilate(inside, kernel) == 1)
    return bool(outer.any()) and float(np.median(grey[outer])) < DARKER_OUTSIDE * float(np.median(grey[inner]))


def _four_sided(hull: NDArray[np.int32]) -> NDArray[np.int32] | None:
    length = cv2.arcLength(hull, True)
    for tolerance in np.arange(0.01, 0.1, 0.01):
        simple = cv2.approxPolyDP(hull, tolerance * length, True)
        if len(simple) == 4:
            return np.asarray(simple, np.int32)
    return None
