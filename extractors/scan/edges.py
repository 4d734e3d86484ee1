"""Whether a rule goes on, however pale: seen over the whole side of a cell, where a single pixel tells nothing."""

from __future__ import annotations

import numpy as np

from extractors.scan.strips import Gray

#: In millimetres: what crossing rules take up at either end, the length that is averaged over, how far from the line the paper
#: beside it begins and ends, how far the line may wander.
END_MM, WINDOW_MM, NEAR_MM, FAR_MM, WANDER_MM = 0.7, 1.2, 0.5, 1.2, 0.3
#: The side of a low cell is looked at in this many windows, so that a glyph does not fill them all, each at least this long.
LOW_CELL, LEAST_MM = 8, 0.5
#: A line is darker than the paper on either side by this, of 255, in this share of the windows, straight to within so many pixels.
DARKER, SHARE, STRAIGHT = 6.0, 0.8, 1
#: A line is as dark in one place as in another: its paler fifth has this share of the contrast of its darker fifth.
EVEN = 0.35
FEWEST_WINDOWS = 2


def goes_on(grey: Gray, at: float, span: tuple[float, float], dot: float) -> bool:
    """Whether a level line lies on a place between two others; ``dot`` is pixels in a millimetre.

    Each window along the line is averaged first, so grain hides no line; text on the line is darker in some windows than in
    others and strays from one line, and the edge of something dark has no lighter paper on its other side.
    """
    start, end, y = round(span[0] + END_MM * dot), round(span[1] - END_MM * dot), round(at)
    far, near, wander = round(FAR_MM * dot), round(NEAR_MM * dot), max(1, round(WANDER_MM * dot))
    count = max((end - start) // round(WINDOW_MM * dot), min(LOW_CELL, (end - start) // round(LEAST_MM * dot)))
    if count < FEWEST_WINDOWS or y < far or y + far >= grey.shape[0] or start < 0 or end > grey.shape[1]:
        return False
    around = grey[y - far : y + far + 1, start:end].astype(np.float32)
    profiles = np.stack([part.mean(axis=1) for part in np.array_split(around, count, axis=1)])
    middle = profiles[:, far - wander : far + wander + 1]
    above, below = np.median(profiles[:, : far - near], axis=1), np.median(profiles[:, far + near + 1 :], axis=1)
    contrast = np.minimum(above, below) - middle.min(axis=1)
    lies = middle.argmin(axis=1)
    is_line = (contrast >= DARKER) & (np.abs(lies - np.median(lies)) <= STRAIGHT)
    paler, darker = np.quantile(contrast, (1 - SHARE, SHARE))
    return bool(is_line.mean() >= SHARE and paler >= EVEN * darker)
