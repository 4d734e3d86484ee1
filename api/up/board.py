"""What the terminal shows while the service runs: one line that changes, or a line in a log now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping

from worker.store.records import OPEN, Status

LINE_SECONDS = 15.0


class Board:
    """Shows how many documents are where."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._last: Mapping[Status, int] | None = None
        self._said = 0.0

    def say(self, text: str) -> None:
        """A line that stays."""
        self.clear()
        print(f"gouji: {text}", file=sys.stderr, flush=True)

    def show(self, counts: Mapping[Status, int]) -> None:
        """The state now; nothing is written when nothing has changed."""
        if counts == self._last or not any(counts.values()):
            return
        over = is_over(counts)
        if self._live:
            print(f"\r\x1b[K{line(counts)}", end="", file=sys.stderr, flush=True)
        elif over or time.monotonic() - self._said > LINE_SECONDS:
            self._said = time.monotonic()
            print(f"gouji: {line(counts)}", file=sys.stderr, flush=True)
        self._last = dict(counts)

    def clear(self) -> None:
        """Take the changing line away."""
        if self._live and self._last is not None:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def line(counts: Mapping[Status, int]) -> str:
    """The counts in words."""
    waiting = counts[Status.RECEIVED] + counts[Status.QUEUED]
    failed = counts[Status.FAILED] + counts[Status.QUARANTINED]
    return f"{counts[Status.DONE]} read, {failed} failed, {counts[Status.RUNNING]} being read, {waiting} waiting"


def is_over(counts: Mapping[Status, int]) -> bool:
    """Whether nothing waits and nothing is being read."""
    return not any(counts.get(status, 0) for status in OPEN)
