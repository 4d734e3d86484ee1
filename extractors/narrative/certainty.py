"""How often a decision of such a kind was right in cross-validation: the confidence of a fact.

The numbers stand in ``certainty.json``, fitted by ``extractors.narrative.training.calibrate``. There are four cases: ``rules``
(no tagger was asked), ``both`` (rules and tagger agree), and where they differ ``rule`` and ``model``, for either's type.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal

Case = Literal["rules", "both", "rule", "model"]
#: No sample is large enough to tell a higher or lower probability.
_HIGHEST: Final = 0.995
_LEAST: Final = 0.005
#: Probabilities of the tagger nearer to 0 or 1 than this are not told apart.
_EDGE: Final = 0.001


@dataclass(frozen=True, slots=True)
class Curve:
    """Log-odds of being right: ``base + slope * log-odds of the tagger``, and what the rules' reason adds."""

    base: float
    slope: float = 0.0
    why: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Certainty:
    """The curves of the four cases."""

    curves: Mapping[Case, Curve]

    def of(self, case: Case, why: str, probability: float = 0.5) -> float:
        """The probability that a type is right.

        ``why`` is the reason that the rules gave for theirs; ``probability`` is the tagger's for the type in question.
        """
        curve = self.curves[case]
        score = curve.base + curve.slope * log_odds(probability) + curve.why.get(why, 0.0)
        return round(min(max(1 / (1 + math.exp(-score)), _LEAST), _HIGHEST), 4)

    def record(self) -> dict[str, Any]:
        """The curves as they are stored."""
        return {case: {"base": c.base, "slope": c.slope, "why": dict(c.why)} for case, c in self.curves.items()}


def log_odds(probability: float) -> float:
    """The logarithm of the odds, with the edges cut off."""
    inside = min(max(probability, _EDGE), 1 - _EDGE)
    return math.log(inside / (1 - inside))


@lru_cache(maxsize=1)
def shipped_certainty() -> Certainty:
    """The curves that come with gouji."""
    rows: dict[Case, dict[str, Any]] = json.loads(files(__package__).joinpath("certainty.json").read_text("utf-8"))
    return Certainty({case: Curve(row["base"], row["slope"], row["why"]) for case, row in rows.items()})
