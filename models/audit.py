"""The audit: a random share of accepted cells goes to people as well, so that the silent error rate is known in use."""

from __future__ import annotations

import hashlib

_WHOLE = 1 << 64


def in_sample(sha256: str, part: int, cell: str, share: float) -> bool:
    """Whether a cell is in the sample: by a digest of where it stands, so the same in every run and on every machine."""
    digest = hashlib.sha256(f"audit\0{sha256}\0{part}\0{cell}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * _WHOLE


def interval(wrong: int, seen: int, confidence: float = 0.95) -> tuple[float, float]:
    """Bounds of a rate of which ``wrong`` of ``seen`` is an observation (Clopper and Pearson 1934, Biometrika 26)."""
    from scipy.stats import beta

    if seen == 0:
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    low = 0.0 if wrong == 0 else float(beta.ppf(tail, wrong, seen - wrong + 1))
    high = 1.0 if wrong == seen else float(beta.ppf(1 - tail, wrong + 1, seen - wrong))
    return low, high
