"""A crop of one number, made ready for the digit reader: the same at training and at reading."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Strip = NDArray[np.float32]

#: Height of a strip in pixels, and the narrowest and widest strips.
HEIGHT = 40
NARROWEST = 24
WIDEST = 400
#: What the reader can say: digits, separators, signs; the box stands for any other glyph.
OTHER = "□"
ALPHABET = "0123456789.,+-/%" + OTHER
#: A crop whose darkest and lightest parts differ by less than this is blank.
LEAST_CONTRAST = 24


def strip_of(crop: Gray) -> Strip:
    """Dark ink on light paper, uint8 (height, width), to ink in 0..1, float32 (HEIGHT, width)."""
    height, width = crop.shape
    wanted = int(np.clip(round(width * HEIGHT / height), NARROWEST, WIDEST))
    method = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_CUBIC
    sized = cv2.resize(crop, (wanted, HEIGHT), interpolation=method).astype(np.float32)
    dark, light = np.percentile(sized, 1), np.percentile(sized, 90)
    if light - dark < LEAST_CONTRAST:
        return np.zeros((HEIGHT, wanted), np.float32)
    return np.clip((light - sized) / (light - dark), 0, 1).astype(np.float32)


def batch_of(strips: list[Strip], step: int = 1) -> NDArray[np.float32]:
    """Strips side by side as (count, 1, HEIGHT, width), padded with paper to a width that is a multiple of ``step``."""
    widest = -(-max(strip.shape[1] for strip in strips) // step) * step
    batch = np.zeros((len(strips), 1, HEIGHT, widest), np.float32)
    for row, strip in zip(batch, strips, strict=True):
        row[0, :, : strip.shape[1]] = strip
    return batch
