"""Which way up: a page is turned to where its lines of text read best."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from extractors.scan.strips import Gray
from models.readings import Reading

#: Lines read well enough to leave the page as it stands.
WELL_READ = 0.8
#: So many of the longest lines are read in each direction.
SAMPLE = 8


def legibility(readings: Sequence[Reading]) -> float:
    """The usual probability of a character, over the readings of lines; 0 when nothing was read."""
    scores = [reading.p ** (1 / max(1, len(reading.text))) for reading in readings if reading.text]
    return float(np.mean(scores)) if scores else 0.0


def quarter_turns(grey: Gray, legible: Callable[[Gray], float]) -> int:
    """By how many quarter turns against the clock the page must be turned; 0 where no direction reads clearly better."""
    scores = [legible(np.ascontiguousarray(np.rot90(grey, turns))) for turns in range(4)]
    best = int(np.argmax(scores))
    return best if scores[best] > scores[0] + 0.05 else 0
