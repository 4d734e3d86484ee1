"""PP-OCRv6, the recogniser that RapidOCR carries in its wheel: any text, with the probabilities of its CTC output.

Its own wrapper drops readings under a score, keeps the arguments of one call for the next, and gives one string a crop;
so the model is run directly, and several readings come out of each crop.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.scan.ctc import best_path, n_best
from extractors.scan.readers.protocol import Readings
from extractors.scan.readers.session import session
from extractors.scan.strips import Gray
from models.errors import DependencyError

HEIGHT = 48
BATCH = 16
WIDEST = 3200
#: A batch is padded to a width that is a multiple of this, so that few shapes are compiled, and holds crops at most this much
#: narrower: the time goes with the pixels, whether padded or not.
WIDTH_STEP, NARROWER = 16, 1.1
#: Symbols of numbers, each with its full-width form.
DIGITS = "0123456789.,+-/%"
_WIDE = "０１２３４５６７８９．，＋－／％"


@cache
def model_file() -> Path:
    """The recogniser in the installed wheel. Raises DependencyError without it."""
    spec = find_spec("rapidocr")
    folder = Path(spec.origin).parent / "models" if spec and spec.origin else None
    found = sorted(folder.glob("PP-OCR*_rec_*.onnx")) if folder else []
    if not found:
        raise DependencyError("scans need the rapidocr package", hint="install gouji with its ocr extra: gouji[ocr]")
    return found[-1]


@cache
def alphabet() -> tuple[str, ...]:
    """The characters of the recogniser by index (without CTC's blank), as its model file tells."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    loaded = onnxruntime.InferenceSession(str(model_file()), options, providers=["CPUExecutionProvider"])
    return (*loaded.get_modelmeta().custom_metadata_map["character"].splitlines(), " ")


class PaddleReader:
    """Reads lines of any text."""

    name = "rapidocr"

    def read(self, crops: Sequence[Gray]) -> list[Readings]:
        """The readings of each crop, any characters."""
        return [(best_path(frames, alphabet()),) if frames is not None else () for frames in self._frames(crops)]

    def read_both(self, crops: Sequence[Gray]) -> list[tuple[Readings, Readings]]:
        """For each crop the free reading, and the n-best of a number's symbols alone, from the same output."""
        return [
            ((best_path(frames, alphabet()),), _as_digits(frames)) if frames is not None else ((), ())
            for frames in self._frames(crops)
        ]

    def _frames(self, crops: Sequence[Gray]) -> list[NDArray[np.float32] | None]:
        sized = [_sized(crop) for crop in crops]
        order = sorted(range(len(sized)), key=lambda index: sized[index].shape[1])
        found: list[NDArray[np.float32] | None] = [None] * len(sized)
        at = 0
        while at < len(order):
            first = sized[order[at]].shape[1]
            chunk = [
                i for i in order[at : at + BATCH] if sized[i].shape[1] <= max(NARROWER * first, first + WIDTH_STEP)
            ]
            at += len(chunk)
            output = session(model_file(), 2)(_batch([sized[index] for index in chunk]))
            for index, frames in zip(chunk, output, strict=True):
                found[index] = frames[: max(1, -(-sized[index].shape[1] // 8))]
        return found


def _sized(crop: Gray) -> Gray:
    width = int(np.clip(round(crop.shape[1] * HEIGHT / crop.shape[0]), 16, WIDEST))
    method = cv2.INTER_AREA if crop.shape[0] > HEIGHT else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(crop, (width, HEIGHT), interpolation=method), np.uint8)


def _batch(crops: Sequence[Gray]) -> NDArray[np.float32]:
    """(count, 3, 48, width) in -1..1; what is beyond a crop is 0, as the model was trained."""
    widest = -(-max(crop.shape[1] for crop in crops) // WIDTH_STEP) * WIDTH_STEP
    batch = np.zeros((len(crops), 3, HEIGHT, widest), np.float32)
    for row, crop in zip(batch, crops, strict=True):
        row[:, :, : crop.shape[1]] = crop.astype(np.float32) / 127.5 - 1
    return batch


@cache
def _digit_columns() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    index = {char: number for number, char in enumerate(alphabet(), 1)}
    narrow = np.array([index[char] for char in DIGITS])
    wide = np.array([index.get(char, index[DIGITS[at]]) for at, char in enumerate(_WIDE)])
    return narrow, wide


def _as_digits(frames: NDArray[np.float32]) -> Readings:
    narrow, wide = _digit_columns()
    kept = frames[:, narrow] + np.where(wide == narrow, 0, frames[:, wide])
    held = np.concatenate([frames[:, :1], kept], axis=1)
    total = held.sum(axis=1, keepdims=True)
    # Where the model is sure of some other glyph, a number's symbols share almost nothing: leave that share visible.
    return n_best(held / np.maximum(total, 1e-3), DIGITS)
