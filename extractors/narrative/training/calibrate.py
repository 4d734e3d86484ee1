"""Fits ``certainty.json``: how often rules and tagger were right, by what they said, on reports that neither knew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import minimize

from extractors.narrative.certainty import Case, Certainty, Curve, log_odds
from extractors.narrative.tagger import Guess

#: A reason of the rules that decided fewer figures than this says nothing of its own.
_LEAST_SEEN: Final = 8
#: Pulls the weights towards 0, so that a reason seen a few times does not count as certain.
_PULL: Final = 1.0
#: The same for the slope, so that a handful of trials make no cliff of it.
_PULL_SLOPE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Trial:
    """One figure of which the truth is known: the rules' type and reason, the tagger's guess, the true type."""

    kind: str
    why: str
    guess: Guess
    truth: str


@dataclass(frozen=True, slots=True)
class _Row:
    why: str
    x: float
    right: bool


def fitted(trials: Sequence[Trial]) -> Certainty:
    """The curves that make the trials most likely."""
    agree = [trial for trial in trials if trial.kind == trial.guess.kind]
    differ = [trial for trial in trials if trial.kind != trial.guess.kind]
    curves: dict[Case, Curve] = {
        "rules": _curve(trials, lambda t: 0.5, lambda t: t.kind, slope=False),
        "both": _curve(agree, lambda t: t.guess.sure, lambda t: t.kind),
        "rule": _curve(differ, lambda t: t.guess.probability(t.kind), lambda t: t.kind),
        "model": _curve(differ, lambda t: t.guess.sure, lambda t: t.guess.kind),
    }
    return Certainty(curves)


def _curve(
    trials: Sequence[Trial], sure: Callable[[Trial], float], kind: Callable[[Trial], str], *, slope: bool = True
) -> Curve:
    rows = [_Row(t.why, log_odds(sure(t)) if slope else 0.0, kind(t) == t.truth) for t in trials]
    counts = Counter(row.why for row in rows)
    reasons = sorted(why for why, count in counts.items() if count >= _LEAST_SEEN)
    x = np.array([[1.0, row.x, *(float(row.why == why) for why in reasons)] for row in rows])
    y = np.array([1.0 if row.right else -1.0 for row in rows])
    pull = np.array([0.0, _PULL_SLOPE, *(_PULL for _ in reasons)])

    def loss(weights: np.ndarray) -> float:
        return float(np.logaddexp(0.0, -y * (x @ weights)).sum() + (pull * weights**2).sum() / 2)

    best = minimize(loss, np.zeros(x.shape[1]), method="L-BFGS-B").x
    weights = [round(float(weight), 3) for weight in best]
    return Curve(weights[0], weights[1], dict(zip(reasons, weights[2:], strict=True)))
