"""Tesseract, through pytesseract: a slow independent vote on single cells of digits, free of rules."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

import cv2
import numpy as np

from extractors.scan.readers.protocol import Readings
from extractors.scan.strips import Gray
from models.readings import Reading

#: Tesseract reads best at this height in pixels, with white around (its own documentation on improving quality).
HEIGHT, MARGIN = 48, 24
CONFIG = "--psm 7 --oem 1 -c tessedit_char_whitelist=0123456789.,-/"


def installed() -> bool:
    """Whether the program is there."""
    return shutil.which("tesseract") is not None


class TesseractReader:
    """Reads one cell at a time by starting the program, about a tenth of a second each."""

    name = "tesseract"

    def read(self, crops: Sequence[Gray]) -> list[Readings]:
        """One reading a crop, with Tesseract's own confidence as its probability."""
        return [self._one(crop) for crop in crops]

    def _one(self, crop: Gray) -> Readings:
        import pytesseract

        share = HEIGHT / crop.shape[0]
        sized = cv2.resize(crop, None, fx=share, fy=share, interpolation=cv2.INTER_CUBIC)
        framed = np.pad(np.asarray(sized), MARGIN, constant_values=255)
        try:
            table = pytesseract.image_to_data(
                framed, lang="eng", config=CONFIG, output_type=pytesseract.Output.DICT, timeout=10
            )
        except (pytesseract.TesseractError, RuntimeError):
            return ()
        words = [(str(text), float(sure)) for text, sure in zip(table["text"], table["conf"], strict=True) if text]
        if not words:
            return ()
        p = min(sure for _, sure in words) / 100
        return (Reading("".join(text for text, _ in words), max(0.0, p)),)
