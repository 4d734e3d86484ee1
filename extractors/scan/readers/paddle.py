"""PP-OCRv6, the recogniser that RapidOCR carries in its wheel: any text, with the probabilities of its CTC output.

Its own wrapper drops readings under a score, keeps the arguments of one call for the next, and gives one string a crop;
so the model is run directly, and several readings come out of each crop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.scan.ctc import n_best, spelled
from extractors.scan.readers.batches import Batching
from extractors.scan.readers.protocol import Readings
from extractors.scan.readers.session import run_all
from extractors.scan.strips import Gray
from models.errors import DependencyError

HEIGHT = 48
WIDEST = 3200
BATCHING = Batching(step=16, most=8, alone=128)
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


@dataclass(frozen=True, slots=True)
class _Seen:
    """Of each frame of a crop: its likeliest symbol, how likely that is, and the probabilities of the symbols of numbers."""

    path: NDArray[np.intp]
    sure: NDArray[np.float32]
    numbers: NDArray[np.float32]

    def cut(self, width: int) -> _Seen:
        """Without the frames beyond a crop's width."""
        count = max(1, -(-width // 8))
        return _Seen(self.path[:count], self.sure[:count], self.numbers[:count])


class PaddleReader:
    """Reads lines of any text."""

    name = "rapidocr"

    def read(self, crops: Sequence[Gray]) -> list[Readings]:
        """The readings of each crop, any characters."""
        return [_freely(seen) for seen in _seen(crops)]

    def read_both(self, crops: Sequence[Gray]) -> list[tuple[Readings, Readings]]:
        """For each crop the free reading, and the n-best of a number's symbols alone, from the same output."""
        return [(_freely(seen), _as_digits(seen.numbers)) for seen in _seen(crops)]


def _freely(seen: _Seen) -> Readings:
    return (spelled(seen.path, seen.sure, alphabet()),)


def _seen(crops: Sequence[Gray]) -> list[_Seen]:
    sized = [_sized(crop) for crop in crops]
    chunks = BATCHING.batches([crop.shape[1] for crop in sized])
    outputs = run_all(model_file(), [_batch([sized[index] for index in chunk]) for chunk in chunks], _kept)
    found = {
        index: seen.cut(sized[index].shape[1])
        for chunk, output in zip(chunks, outputs, strict=True)
        for index, seen in zip(chunk, output, strict=True)
    }
    return [found[index] for index in range(len(crops))]


def _kept(output: NDArray[np.float32]) -> list[_Seen]:
    narrow, wide = _digit_columns()
    path = output.argmax(axis=2)
    sure = np.take_along_axis(output, path[:, :, None], axis=2)[:, :, 0]
    held = output[:, :, narrow] + np.where(wide == narrow, 0, output[:, :, wide])
    numbers = np.concatenate([output[:, :, :1], held], axis=2)
    return [_Seen(*one) for one in zip(path, sure, numbers, strict=True)]


def _sized(crop: Gray) -> Gray:
    width = int(np.clip(round(crop.shape[1] * HEIGHT / crop.shape[0]), 16, WIDEST))
    method = cv2.INTER_AREA if crop.shape[0] > HEIGHT else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(crop, (width, HEIGHT), interpolation=method), np.uint8)


def _batch(crops: Sequence[Gray]) -> NDArray[np.float32]:
    """(count, 3, 48, width) in -1..1; what is beyond a crop is 0, as the model was trained."""
    batch = np.zeros((len(crops), 3, HEIGHT, BATCHING.padded(max(crop.shape[1] for crop in crops))), np.float32)
    for row, crop in zip(batch, crops, strict=True):
        row[:, :, : crop.shape[1]] = crop.astype(np.float32) / 127.5 - 1
    return batch


@cache
def _digit_columns() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    index = {char: number for number, char in enumerate(alphabet(), 1)}
    narrow = np.array([index[char] for char in DIGITS])
    wide = np.array([index.get(char, index[DIGITS[at]]) for at, char in enumerate(_WIDE)])
    return narrow, wide


def _as_digits(held: NDArray[np.float32]) -> Readings:
    total = held.sum(axis=1, keepdims=True)
    # Where the model is sure of some other glyph, a number's symbols share almost nothing: leave that share visible.
    return n_best(held / np.maximum(total, 1e-3), DIGITS)
