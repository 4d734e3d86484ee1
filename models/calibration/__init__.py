"""What a confidence is worth, as it was measured, and from which one a cell stands without a person.

``curves.json`` is fitted to generated pages of known truth by ``python -m bench.calibration --fit``: for each kind of cell a
rising curve from the confidence that was reckoned to the share that was right (isotonic regression; Zadrozny and Elkan 2002,
KDD), and for digital sources and scans how many of the cells from a confidence up were wrong. Other pages than those it is
measured on are used for fitting.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from operator import itemgetter
from typing import Final, Literal

import simplejson

from models.readings import Candidate, CellState

Origin = Literal["digital", "ocr"]
#: Nothing is accepted from here: no confidence is so high.
NEVER: Final = 1.01
#: Where nothing was measured, this is asked for.
UNMEASURED: Final = 0.99

Curve = Sequence[tuple[float, float]]


def kind_of(candidate: Candidate | None, state: CellState, *, scanned: bool, in_doubt: bool) -> str:
    """The kind of a cell that a curve is fitted for: where it comes from, what it is, whether something speaks against it."""
    is_scan = candidate.route == "ocr" if candidate is not None else scanned
    origin: Origin = "ocr" if is_scan else "digital"
    what = str(state) if state in (CellState.ABSENT, CellState.TEXT) else "value"
    return f"{origin}.{what}.{'doubt' if in_doubt else 'plain'}"


def calibrated(kind: str, confidence: float) -> float:
    """What a reckoned confidence is worth: itself for a kind that was not measured."""
    curve = _curves().get(kind)
    return along(curve, confidence) if curve else confidence


def along(curve: Curve, x: float) -> float:
    """The height of a curve at a place, straight between its points and level beyond them."""
    at = bisect_right(curve, x, key=itemgetter(0))
    if at in (0, len(curve)):
        return curve[max(0, at - 1)][1]
    (x0, y0), (x1, y1) = curve[at - 1], curve[at]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


@cache
def accept_from(origin: Origin, one_wrong_in: int) -> float:
    """The least confidence with which at most one of so many accepted cells was wrong; ``NEVER`` where none was so good."""
    measured = _accepted().get(origin)
    if not measured:
        return UNMEASURED
    return min((confidence for confidence, wrong in measured if wrong * one_wrong_in <= 1), default=NEVER)


def wrong_share(origin: Origin, one_wrong_in: int) -> float | None:
    """The share of the accepted cells that was wrong where this was fitted; None where nothing was accepted or measured.

    The mean of what so many right and wrong ones leave to believe, so never quite 0 (Jeffreys 1946).
    """
    enough = accept_from(origin, one_wrong_in)
    return next((wrong for confidence, wrong in _accepted().get(origin, ()) if confidence == enough), None)


def measured_on(origin: Origin) -> int:
    """How many cells without anything against them the share was measured on."""
    measured: Mapping[str, int] = _data()["measured"]  # type: ignore[assignment]  # counts beside the curves
    return sum(count for kind, count in measured.items() if kind.startswith(origin) and kind.endswith(".plain"))


def made_by() -> str:
    """The command that measured."""
    return str(_data()["made_by"])


@cache
def _data() -> Mapping[str, Mapping[str, Curve]]:
    text = resources.files(__package__).joinpath("curves.json").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, Curve]] = simplejson.loads(text)
    return found


def _curves() -> Mapping[str, Curve]:
    return _data()["curves"]


def _accepted() -> Mapping[str, Curve]:
    return _data()["accepted"]
