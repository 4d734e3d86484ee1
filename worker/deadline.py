"""Stops work that takes too long, from within."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class OutOfTime(BaseException):
    """The time is up. No ``Exception``, so that no ``except Exception`` of a foreign library can swallow it.

    That is also why Celery's own soft limit is not used. Its hard limit, which kills the process, stands behind this.
    """


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in this thread, which must be the main one, when the block runs longer than ``seconds``.

    Only Python code can be stopped like this; work inside of a C library is stopped when it returns, or by the hard
    limit.
    """

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
