"""Tone repair: seals taken out, uneven light evened, the dark edges that a scanner leaves whitened."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.scan.components import components
from extractors.scan.raster import Colour
from extractors.scan.strips import Gray

#: Hue is measured by how far the strongest channel stands above the weakest, of 255.
COLOURED = 45
#: What stamps let through of the light of their own colour is measured where they are this strong, and taken for at most so much.
STRONG, MOST_TAKEN = 70, 0.6
#: A seal, or several that touch, is wider and higher than this many millimetres; a line of a red title is not so high.
SEAL_MM = 14.0
#: Light is uneven when the paper of one place is darker than that of another by more than this, of 255.
UNEVEN = 12.0
#: Darker than this share of the paper is ink; lighter than the second is surely paper.
INK, FAINT = 0.62, 0.82
#: What was scanned in black and white has hardly a tone between, of 255: less than this share of what is dark.
BETWEEN, HARDLY = (48, 208), 0.1

#: Where greys are shown by dots, so much of the page is dots alone; specks of a fax are a tenth of that.
DITHERED = 0.003


def is_black_and_white(image: Colour) -> bool:
    """Whether a page was scanned without greys, as a fax is."""
    tones = np.bincount(image[::2, ::2, 1].ravel(), minlength=256)
    return int(tones[slice(*BETWEEN)].sum()) < HARDLY * int(tones[:128].sum())


def undithered(image: Colour) -> tuple[Colour, bool]:
    """A page that was scanned in black and white without the dots that stand for its greys, and whether there were any.

    Dots that touch no other are noise, or a tint; so many of them are a tint all over the page.
    """
    black = (image[:, :, 1] < 128).astype(np.uint8)
    alone = (black > 0) & (cv2.boxFilter(black, cv2.CV_8U, (3, 3), normalize=False) == 1)
    if float(alone.mean()) < DITHERED:
        return image, False
    result = image.copy()
    result[alone] = 255
    return result, True


def toned(image: Colour, dpi: float) -> tuple[Gray, tuple[str, ...]]:
    """A page in grey with white paper (255), and the names of the repairs that it needed.

    Each channel is held against the light of its own paper, so that a warm lamp colours nothing.
    """
    steps: list[str] = []
    is_grey = not np.any(image[::7, ::7].max(axis=2) > image[::7, ::7].min(axis=2))
    channels = [np.ascontiguousarray(image[:, :, at]) for at in ((0,) if is_grey else (0, 1, 2))]
    papers = [_paper(channel) for channel in channels]
    if any(paper.max() - paper.min() > UNEVEN for paper in papers):
        steps.append("light")
    level = [cv2.divide(channel, paper, scale=255) for channel, paper in zip(channels, papers, strict=True)]
    grey = level[0] if is_grey else _without_seals(np.dstack(level), dpi, steps)
    return _without_edges(grey, steps), tuple(steps)


def _without_seals(image: Colour, dpi: float, steps: list[str]) -> Gray:
    """The page in grey without its stamps: what their ink took of the strongest channel is given back.

    Ink takes light in proportion, so what it takes of its own colour goes with how strong it is; print takes all colours alike.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    strongest = image.max(axis=2)
    chroma, stamped = stamp_ink(image)
    for x, y, width, height in _seals(stamped.astype(np.uint8), dpi):
        area = (slice(y, y + height), slice(x, x + width))
        strong = chroma[area] > STRONG
        if not strong.any():
            continue
        taken = (255.0 - strongest[area][strong]) / chroma[area][strong]
        share = min(MOST_TAKEN, float(np.median(taken)))
        spread = cv2.dilate(chroma[area], np.ones((3, 3), np.uint8))  # JPEG keeps colours less sharp than light
        light = np.minimum(255, strongest[area] + share * spread).astype(np.uint8)
        grey[area] = np.maximum(grey[area], light)
        if "seal" not in steps:
            steps.insert(0, "seal")
    return np.asarray(grey, np.uint8)


def stamp_ink(image: Colour) -> tuple[Gray, NDArray[np.bool_]]:
    """How coloured each place is, of 255, and where that is the ink of red and violet stamps."""
    strength = image.max(axis=2) - image.min(axis=2)
    return strength, (strength > COLOURED) & (image[:, :, 2] >= image[:, :, 1])


def _seals(coloured: Gray, dpi: float) -> Iterator[tuple[int, int, int, int]]:
    """Boxes of stamps in coloured ink, found on a coarse copy."""
    share = 8
    coarse = cv2.resize(coloured * 255, None, fx=1 / share, fy=1 / share, interpolation=cv2.INTER_AREA)
    joined = cv2.dilate((coarse > 40).astype(np.uint8), np.ones((5, 5), np.uint8))
    _, stats = components(joined)
    for x, y, width, height, _ in stats[1:]:
        if min(width, height) >= SEAL_MM / 25.4 * dpi / share:
            yield max(0, x * share - share), max(0, y * share - share), (width + 2) * share, (height + 2) * share


def _paper(grey: Gray) -> Gray:
    """The light of the paper at each place: what remains when everything darker and small is closed over."""
    height, width = grey.shape
    share = 8
    coarse = cv2.resize(grey, (max(1, width // share), max(1, height // share)), interpolation=cv2.INTER_AREA)
    closed = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, np.ones((13, 13), np.uint8))
    closed = cv2.medianBlur(closed, 9)
    smooth = cv2.GaussianBlur(closed, (0, 0), 4)
    floor = max(40.0, 0.35 * float(np.percentile(smooth, 90)))
    return cv2.resize(np.maximum(smooth, floor).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)


def _without_edges(level: Gray, steps: list[str]) -> Gray:
    """Whiten dark areas that touch the border of the picture and are too thick to be a rule or a glyph."""
    share = 4
    coarse = cv2.resize(level, None, fx=1 / share, fy=1 / share, interpolation=cv2.INTER_AREA)
    dark = cv2.morphologyEx((coarse < 150).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    labels, stats = components(dark)
    height, width = dark.shape
    border = [
        index
        for index, (x, y, w, h, _) in enumerate(stats)
        if index and (x <= 1 or y <= 1 or x + w >= width - 1 or y + h >= height - 1)
    ]
    if not border:
        return level
    steps.append("edges")
    mask = cv2.dilate(np.isin(labels, border).astype(np.uint8), np.ones((5, 5), np.uint8))
    result = level.copy()
    result[cv2.resize(mask, (level.shape[1], level.shape[0]), interpolation=cv2.INTER_NEAREST) > 0] = 255
    return result
