"""How often somebody may call: a bucket of tokens for each caller, filled at a steady rate. Pure: the time is handed in."""

from __future__ import annotations

from collections import OrderedDict

#: Callers that are remembered; the one longest unheard of is forgotten first, which only does it a favour.
CALLERS = 10_000


class Rates:
    """Lets each caller make ``per_minute`` calls a minute, and as many at once after a minute of quiet."""

    def __init__(self, per_minute: int) -> None:
        self._capacity = float(per_minute)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, caller: str, now: float) -> float:
        """Seconds until the caller may call; 0 when it may now, and then this call counts."""
        if not self._capacity:
            return 0.0
        tokens, since = self._buckets.pop(caller, (self._capacity, now))
        tokens = min(self._capacity, tokens + (now - since) * self._capacity / 60)
        allowed = tokens >= 1
        self._buckets[caller] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > CALLERS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) * 60 / self._capacity
