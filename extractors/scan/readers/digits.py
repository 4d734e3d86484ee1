"""Our own reader of short strings of digits, trained on degraded renderings (``training/``; card in ``model/``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from extractors.scan.ctc import n_best
from extractors.scan.readers.batches import Batching
from extractors.scan.readers.protocol import Readings
from extractors.scan.readers.session import run_all
from extractors.scan.strips import ALPHABET, Gray, Strip, batch_of, strip_of

MODEL = Path(__file__).parents[1] / "model" / "digits.onnx"
BATCHING = Batching(step=8, most=16, alone=10_000)


class DigitReader:
    """Reads numbers; the box in a reading stands for a glyph that is none of a number's."""

    name = "digits"

    def read(self, crops: Sequence[Gray]) -> list[Readings]:
        """The readings of each crop."""
        return self.read_strips([strip_of(crop) for crop in crops])

    def read_strips(self, strips: Sequence[Strip]) -> list[Readings]:
        """The readings of crops that were made ready."""
        chunks = BATCHING.batches([strip.shape[1] for strip in strips])
        batches = [batch_of([strips[index] for index in chunk], BATCHING.step) for chunk in chunks]
        found: list[Readings] = [()] * len(strips)
        for chunk, frames in zip(chunks, run_all(MODEL, batches, np.exp), strict=True):
            for index, own in zip(chunk, frames, strict=True):
                found[index] = n_best(own[: max(1, strips[index].shape[1] // 4 + 1)], ALPHABET)
        return found
