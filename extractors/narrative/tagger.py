"""The tagger: a small transformer that types the figures of a sentence, all at once.

The one that ships runs in onnxruntime. Another checkpoint is loaded by the ordinary ``transformers`` calls, which need torch.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

from extractors.narrative.encoding import MAX_TOKENS, Window
from extractors.options import NO_TAGGER, SHIPPED_TAGGER
from models.errors import DependencyError, UnusableModel
from models.facts import OTHER, fact_types

#: Inputs of one call: more would only cost memory.
_BATCH: Final = 16
_PAD: Final = 0
#: How many types of a guess are kept: the rest have next to no probability.
_KEPT: Final = 6


@dataclass(frozen=True, slots=True)
class Guess:
    """What the tagger makes of one figure: its types with their probabilities, the likeliest first."""

    ranked: tuple[tuple[str, float], ...]

    @property
    def kind(self) -> str:
        """The likeliest type."""
        return self.ranked[0][0]

    @property
    def sure(self) -> float:
        """The probability of the likeliest type."""
        return self.ranked[0][1]

    def probability(self, kind: str) -> float:
        """The probability of a type."""
        return next((p for name, p in self.ranked if name == kind), 0.0)


class Tagger(Protocol):
    """Types the figures of windows."""

    def guesses(self, windows: Sequence[Window]) -> dict[int, Guess]:
        """For each mention marked in the windows, by its index, what it is."""
        ...


class _OnnxTagger:
    """A checkpoint folder with ``model.onnx``, ``tokenizer.json`` and ``config.json``."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # Documents are read side by side in processes of their own; threads would only get in each other's way.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, ["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._labels = _labels(json.loads((folder / "config.json").read_text("utf-8"))["id2label"], folder)

    def guesses(self, windows: Sequence[Window]) -> dict[int, Guess]:
        """For each mention marked in the windows, by its index, what it is."""
        import numpy as np

        result: dict[int, Guess] = {}
        ordered = sorted(windows, key=lambda window: len(window.chars))
        for at in range(0, len(ordered), _BATCH):
            batch = ordered[at : at + _BATCH]
            rows = [self._tokenizer.encode(list(window.chars), is_pretokenized=True).ids for window in batch]
            ids = np.full((len(rows), max(map(len, rows))), _PAD, dtype=np.int64)
            for row, values in enumerate(rows):
                ids[row, : len(values)] = values
            (logits,) = self._session.run(
                ["logits"], {"input_ids": ids, "attention_mask": (ids != _PAD).astype(np.int64)}
            )
            for window, scores in zip(batch, logits, strict=True):
                # the tokenizer puts one mark before the characters, and makes one token of each
                result |= {index: softmax(scores[place + 1].tolist(), self._labels) for place, index in window.marks}
        return result


class _TransformersTagger:
    """Any ``transformers`` checkpoint for token classification whose labels are the fact types."""

    def __init__(self, folder: Path) -> None:
        if find_spec("torch") is None:
            raise DependencyError(
                f"the tagger {folder} needs torch, which is not installed",
                hint="Run `pip install torch`, or unset GOUJI_TAGGER_MODEL.",
            )
        from transformers import AutoModelForTokenClassification, AutoTokenizer

        try:
            self._model: Any = AutoModelForTokenClassification.from_pretrained(folder, local_files_only=True)
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError) as error:
            raise UnusableModel(f"{folder} is no checkpoint that can be loaded", detail=str(error)) from error
        self._model.eval()
        self._labels = _labels(self._model.config.id2label, folder)

    def guesses(self, windows: Sequence[Window]) -> dict[int, Guess]:
        """For each mention marked in the windows, by its index, what it is."""
        result: dict[int, Guess] = {}
        for window in windows:
            encoded = self._tokenizer(
                list(window.chars),
                is_split_into_words=True,
                truncation=True,
                max_length=MAX_TOKENS,
                return_tensors="pt",
            )
            scores = self._model(**encoded).logits[0].tolist()
            words = encoded.word_ids(0)
            result |= {
                index: softmax(scores[words.index(place)], self._labels)
                for place, index in window.marks
                if place in words
            }
        return result


@lru_cache(maxsize=2)
def load_tagger(choice: str = SHIPPED_TAGGER) -> Tagger | None:
    """The tagger for a setting: the shipped one, none at all, or the checkpoint in a folder.

    Raises ``DependencyError`` where torch is needed and not there, ``UnusableModel`` where the folder is no such
    checkpoint.
    """
    if choice == NO_TAGGER:
        return None
    if choice == SHIPPED_TAGGER:
        with as_file(files("extractors.narrative.model")) as folder:
            return _OnnxTagger(folder)
    folder = Path(choice)
    if not (folder / "config.json").is_file():
        raise UnusableModel(f"{folder} holds no config.json, so it is no checkpoint")
    return _OnnxTagger(folder) if (folder / "model.onnx").is_file() else _TransformersTagger(folder)


def tagger_digest(choice: str) -> bytes:
    """What tells one tagger from another: the contents of its folder."""
    digest = hashlib.sha256(choice.encode() if choice == NO_TAGGER else b"")
    for path in sorted(Path(choice).glob("*")) if choice != NO_TAGGER else ():
        if path.suffix in (".json", ".onnx", ".safetensors", ".bin", ".txt"):
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.digest()


def _labels(by_number: dict[Any, str], folder: Path) -> list[str]:
    names = [name for _, name in sorted((int(number), name) for number, name in by_number.items())]
    strange = sorted(set(names) - {OTHER, *fact_types()})
    if strange:
        raise UnusableModel(f"{folder} has labels that are no fact types: {', '.join(strange[:5])}")
    return names


def softmax(scores: Sequence[float], labels: Sequence[str]) -> Guess:
    """The guess that a row of scores amounts to."""
    top = max(scores)
    weights = [math.exp(score - top) for score in scores]
    total = sum(weights)
    return ranked([weight / total for weight in weights], labels)


def ranked(probabilities: Sequence[float], labels: Sequence[str]) -> Guess:
    """The guess for a probability of each label."""
    pairs = sorted(zip(labels, probabilities, strict=True), key=lambda pair: -pair[1])
    return Guess(tuple(pairs[:_KEPT]))
