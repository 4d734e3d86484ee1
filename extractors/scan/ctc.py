"""What a recogniser with CTC output (Graves et al. 2006) supports: the likeliest texts with their probabilities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.readings import Reading

Probabilities = NDArray[np.float32]
#: Symbols less likely than this in a frame are not followed.
LEAST = 1e-4
#: A frame as sure as this is taken as it stands.
SURE = 0.9995
WIDTH = 12


def best_path(frames: Probabilities, alphabet: Sequence[str]) -> Reading:
    """The text of the likeliest symbol of each frame, and the product of the probabilities of its symbols.

    ``frames`` is (time, 1 + symbols), index 0 the blank.
    """
    return spelled(frames.argmax(axis=1), frames.max(axis=1), alphabet)


def spelled(path: NDArray[np.intp], sure: Probabilities, alphabet: Sequence[str]) -> Reading:
    """The text of a path, which has one symbol a frame, and the product of the probabilities of its symbols."""
    p, digits, text, before = 1.0, 1.0, [], 0
    for index, likely in zip(path.tolist(), sure.tolist(), strict=True):
        if index and index != before:
            text.append(alphabet[index - 1])
            p *= likely
            digits = min(digits, likely) if alphabet[index - 1].isdigit() else digits
        before = index
    return Reading("".join(text), p, digits)


def n_best(frames: Probabilities, alphabet: Sequence[str], count: int = 5) -> tuple[Reading, ...]:
    """The likeliest texts, best first: prefix beam search (Hannun et al. 2014), each text's paths summed."""
    if float(frames.max(axis=1).min()) >= SURE:
        return (best_path(frames, alphabet),)
    beams: dict[tuple[int, ...], tuple[float, float]] = {(): (1.0, 0.0)}
    for frame in frames:
        following: dict[tuple[int, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
        symbols = np.flatnonzero(frame > LEAST).tolist()
        for prefix, (ended, open_) in beams.items():
            for index in symbols:
                p = float(frame[index])
                if index == 0:
                    following[prefix][0] += (ended + open_) * p
                elif prefix and prefix[-1] == index:
                    following[prefix][1] += open_ * p
                    following[(*prefix, index)][1] += ended * p
                else:
                    following[(*prefix, index)][1] += (ended + open_) * p
        ranked = sorted(following.items(), key=lambda item: -sum(item[1]))[:WIDTH]
        beams = {prefix: (both[0], both[1]) for prefix, both in ranked}
    total = [("".join(alphabet[index - 1] for index in prefix), sum(both)) for prefix, both in beams.items()]
    return tuple(Reading(text, min(1.0, p)) for text, p in sorted(total, key=lambda item: -item[1])[:count])
