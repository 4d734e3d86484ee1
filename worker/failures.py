"""What follows from a fault. Pure."""

from __future__ import annotations

from models.report import ErrorReport, Result

#: Codes that tell of this machine or this moment and not of the source: the next run may end otherwise.
PASSING = frozenset({"internal", "missing_dependency", "out_of_memory", "timeout", "unavailable"})
#: How often a task is tried again on its own; after that the sweep takes over.
RETRIES = 6
_FIRST_WAIT = 1.0
_LONGEST_WAIT = 60.0


def wait_before(retry: int) -> float:
    """Seconds before the next try; ``retry`` counts from 0."""
    return float(min(_FIRST_WAIT * 2**retry, _LONGEST_WAIT))


def is_lasting(result: Result) -> bool:
    """Whether a result is worth keeping: what only this machine or this moment failed at is found out again."""
    return not (isinstance(result, ErrorReport) and result.error.code in PASSING)


def lost_reason(attempts: int, ran: float, allowed: float) -> str:
    """Why a document was left alone. ``ran`` is for how long its last process is known to have worked on it, in seconds."""
    if ran >= allowed:
        return f"it was tried {attempts} times, was still being read after {ran:.0f} s and could not be stopped"
    return f"it was tried {attempts} times, and each time the process that read it died or gave no more sign"
