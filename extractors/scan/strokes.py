"""Strokes that are rules: led on to the next rule across, and joined where something was laid over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from extractors.geometry import cluster
from extractors.scan.edges import goes_on
from extractors.scan.strips import Gray

#: A rule ends on another one that is at most this far from its end, in millimetres.
MEET_MM = 1.1
#: A rule that ends this far from another goes on to it.
NEARLY_THERE_MM = 1.8
#: Two strokes this near to one line are on it; a stamp takes at most so much of a rule away.
SAME_LINE_MM, LOST_MM = 0.5, 15.0
#: Whether something of a rule is left at a height between two places along it.
Follows = Callable[[float, tuple[float, float]], bool]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A rule in pixels: where it lies across its direction, from where to where along it.

    ``top`` and ``bottom`` hold all of its ink; ``covered`` is the share of its length where it is darker than its
    surroundings.
    """

    at: float
    start: float
    end: float
    top: int
    bottom: int
    covered: float

    def half_turned(self, across: int, along: int) -> Stroke:
        """The rule on a page of so many pixels across and along it, turned by a half."""
        top, bottom = across - self.bottom, across - self.top
        return Stroke(across - 1 - self.at, along - self.end, along - self.start, top, bottom, self.covered)


def carried_on(stroke: Stroke, across: Sequence[Stroke], follows: Follows, dpi: float) -> Stroke:
    """A rule, led on from one rule across it to the next as far as something is left of it."""
    reach, near = MEET_MM * dpi / 25.4, NEARLY_THERE_MM * dpi / 25.4
    crossed = cluster([rule.at for rule in across if rule.start - reach <= stroke.at <= rule.end + reach], reach)
    start, end = stroke.start, stroke.end
    for at in (at for at in crossed if at > end + reach):
        if at - end > near and not follows(stroke.at, (end, at)):
            break
        end = at
    for at in reversed([at for at in crossed if at < start - reach]):
        if start - at > near and not follows(stroke.at, (at, start)):
            break
        start = at
    return replace(stroke, start=start, end=end)


def led_on(strokes: Sequence[Stroke], across: Sequence[Stroke], grey: Gray, dpi: float) -> tuple[Stroke, ...]:
    """Level strokes, each as far as it goes on, however pale (the caller turns the page for upright ones)."""
    return tuple(carried_on(stroke, across, partial(goes_on, grey, dot=dpi / 25.4), dpi) for stroke in strokes)


def bridged(strokes: Sequence[Stroke], across: Sequence[Stroke], dpi: float) -> tuple[Stroke, ...]:
    """Strokes with those joined that lie on one line, of which one ends where no rule crosses it.

    A rule of a table ends on another. One that stops within a cell and goes on behind it was lost between, under a stamp mostly.
    """
    dot = dpi / 25.4
    found: list[Stroke] = []
    for stroke in sorted(strokes, key=lambda stroke: stroke.start):
        before = next((one for one in found if _is_continued(one, stroke, across, dot)), None)
        if before is None:
            found.append(stroke)
        else:
            found[found.index(before)] = merged(before, stroke)
    return tuple(found)


def _is_continued(stroke: Stroke, other: Stroke, across: Sequence[Stroke], dot: float) -> bool:
    reach = MEET_MM * dot
    if abs(stroke.at - other.at) > SAME_LINE_MM * dot or not 0 < other.start - stroke.end <= LOST_MM * dot:
        return False
    ends = (stroke.end, stroke.at), (other.start, other.at)
    return not all(ends_on(end, at, across, reach) for end, at in ends)


def ends_on(end: float, at: float, across: Sequence[Stroke], reach: float) -> bool:
    """Whether a stroke that lies ``at`` has its ``end`` on one of the rules across it."""
    return any(abs(other.at - end) <= reach and other.start - reach <= at <= other.end + reach for other in across)


def merged(stroke: Stroke, piece: Stroke) -> Stroke:
    """Two strokes of one line as one."""
    one, other = stroke.end - stroke.start, piece.end - piece.start
    end = max(stroke.end, piece.end)
    return Stroke(
        (stroke.at * one + piece.at * other) / (one + other),
        stroke.start,
        end,
        min(stroke.top, piece.top),
        max(stroke.bottom, piece.bottom),
        min(1.0, (stroke.covered * one + piece.covered * other) / (end - stroke.start)),
    )


def covers(known: Sequence[Stroke], at: float, start: float, end: float, dot: float, share: float = 0.8) -> bool:
    """Whether strokes that are known already make up most of another."""
    shared = sum(
        max(0.0, min(end, stroke.end) - max(start, stroke.start))
        for stroke in known
        if abs(stroke.at - at) <= 0.6 * dot
    )
    return shared > share * (end - start)
