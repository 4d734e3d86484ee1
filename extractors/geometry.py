"""Plain geometry on positions and rules. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extractors.page import Ruling


def cluster(values: Iterable[float], tolerance: float) -> list[float]:
    """Means of the groups of values whose neighbours are at most ``tolerance`` apart, in order."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= tolerance:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def joined(rules: Sequence[Ruling], tolerance: float) -> list[Ruling]:
    """Rules on one line, all horizontal or all vertical, whose ends meet within ``tolerance``, as single rules."""
    upright = all(rule.x0 == rule.x1 for rule in rules)
    found: list[tuple[float, float, float]] = []
    spans = [(r.x0, r.y0, r.y1) if upright else (r.y0, r.x0, r.x1) for r in rules]
    for at, start, end in sorted(spans):
        index = _mergeable(found, at, start, end, tolerance)
        if index is None:
            found.append((at, start, end))
        else:
            other, low, high = found[index]
            found[index] = (other, min(low, start), max(high, end))
    return [Ruling(a, s, a, e) if upright else Ruling(s, a, e, a) for a, s, e in found]


def _mergeable(
    found: Sequence[tuple[float, float, float]], at: float, start: float, end: float, tolerance: float
) -> int | None:
    for index in range(len(found) - 1, -1, -1):
        other, low, high = found[index]
        if at - other > 2 * tolerance:
            return None
        if at - other <= tolerance and start <= high + tolerance and low <= end + tolerance:
            return index
    return None
