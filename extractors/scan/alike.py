"""Which crops of figures look alike, so that the slow reader need not read every 0 of a form anew."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from extractors.scan.readers.protocol import Readings
from extractors.scan.strips import Strip

#: Our own reader is this sure of what it reads, the same in both.
SURE = 0.995
#: Nowhere do two pictures of one figure differ by more than this share of the ink, over a spot of this size in pixels of a strip.
DIFFER, SPOT = 0.2, 7
#: Pictures of one figure are as wide to within this many pixels of a strip.
AS_WIDE = 3


def representatives(strips: Sequence[Strip], read: Sequence[Readings]) -> list[int]:
    """For each strip the number of the first that shows the same figure: its own where there is none before it.

    ``read`` are the readings of our own reader. Strips that it is not sure of stand for themselves.
    """
    first: list[int] = []
    known: dict[str, list[tuple[int, Strip]]] = {}
    for at, (strip, readings) in enumerate(zip(strips, read, strict=True)):
        found = at
        if readings and readings[0].p >= SURE and readings[0].text:
            soft = np.asarray(cv2.blur(strip, (SPOT, SPOT)), np.float32)
            others = known.setdefault(readings[0].text, [])
            found = next((other for other, seen in others if _same(soft, seen)), at)
            if found == at:
                others.append((at, soft))
        first.append(found)
    return first


def _same(one: Strip, other: Strip) -> bool:
    if abs(one.shape[1] - other.shape[1]) > AS_WIDE:
        return False
    width = min(one.shape[1], other.shape[1])
    left, right = (one.shape[1] - width) // 2, (other.shape[1] - width) // 2
    return bool(np.abs(one[:, left : left + width] - other[:, right : right + width]).max() <= DIFFER)
