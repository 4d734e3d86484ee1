"""The audit: a random share of accepted cells goes to people as well, so that the silent error rate is known in use.

Whoever checks must not know which these are. So all doubts that are about a reading alone, and tell a person nothing that the
picture does not, are shown in the same words as a cell of the audit, and one such cell takes its place in the queue by lot.
"""

from __future__ import annotations

import hashlib

from models.reconcile import PLAINNESS, SEVERAL
from models.report import ReviewReason

#: What is said of a cell of the audit, and the code that it goes under.
COMPARE, CODE = "compare the cell with the page", "confidence"
_WHOLE = 1 << 64


def in_sample(sha256: str, part: int, cell: str, share: float) -> bool:
    """Whether a cell is in the sample: by a digest of where it stands, so the same in every run and on every machine."""
    return _lot("audit", sha256, part, cell) < share


def place_by_lot(sha256: str, part: int, cell: str) -> float:
    """How doubtful a cell of the sample pretends to be, from 0 to 1."""
    return _lot("place", sha256, part, cell)


def _lot(what: str, sha256: str, part: int, cell: str) -> float:
    digest = hashlib.sha256(f"{what}\0{sha256}\0{part}\0{cell}".encode()).digest()
    return int.from_bytes(digest[:8]) / _WHOLE


def unmarked(reason: ReviewReason) -> ReviewReason:
    """A reason as people are shown it: what is about the reading alone reads like a cell of the sample."""
    if reason.code == CODE or reason.why == SEVERAL or reason.why.startswith(PLAINNESS):
        return ReviewReason(cell=reason.cell, why=COMPARE, code=CODE)
    return reason


def interval(wrong: int, seen: int, confidence: float = 0.95) -> tuple[float, float]:
    """Bounds of a rate of which ``wrong`` of ``seen`` is an observation (Clopper and Pearson 1934, Biometrika 26)."""
    from scipy.stats import beta

    if seen == 0:
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    low = 0.0 if wrong == 0 else float(beta.ppf(tail, wrong, seen - wrong + 1))
    high = 1.0 if wrong == seen else float(beta.ppf(1 - tail, wrong + 1, seen - wrong))
    return low, high
