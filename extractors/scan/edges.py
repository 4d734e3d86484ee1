"""Whether a rule goes on, however pale: seen over the whole side of a cell, where a single pixel tells nothing."""

from __future__ import annotations

import numpy as np

from extractors.scan.strips import Gray

#: In millimetres: what crossing rules take up at either end, the length that is averaged over, how far from the line the paper
#: beside it begins and ends, how far the line may wander.
END_MM, WINDOW_MM, NEAR_MM, FAR_MM, WANDER_MM = 0.4, 1.2, 0.5, 1.2, 0.3
#: A line is darker than the paper on either side by this, of 255, in this share of the windows.
DARKER, SHARE = 6.0, 0.8
FEWEST_WINDOWS = 2


def goes_on(grey: Gray, at: float, span: tuple[float, float], dot: float) -> bool:
    """Whether a level line lies on a place between two others; ``dot`` is pixels in a millimetre.

    Each window along the line is averaged first, so grain hides no line; text on the line is darker in some windows only, and
    the edge of something dark has no lighter paper on its other side.
    """
    start, end, y = round(span[0] + END_MM * dot), round(span[1] - END_MM * dot), round(at)
    far, near, wander = round(FAR_MM * dot), round(NEAR_MM * dot), max(1, round(WANDER_MM * dot))
    count = (end - start) // max(1, round(WINDOW_MM * dot))
    if count < FEWEST_WINDOWS or y < far or y + far >= grey.shape[0] or start < 0 or end > grey.shape[1]:
        return False
    around = grey[y - far : y + far + 1, start:end].astype(np.float32)
    profiles = np.stack([part.mean(axis=1) for part in np.array_split(around, count, axis=1)])
    on_line = profiles[:, far - wander : far + wander + 1].min(axis=1)
    above, below = np.median(profiles[:, : far - near], axis=1), np.median(profiles[:, far + near + 1 :], axis=1)
    return bool((np.minimum(above, below) - on_line >= DARKER).mean() >= SHARE)
