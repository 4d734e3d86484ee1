"""Rules of a straightened page: long thin runs of ink, faint pieces joined where something faint lies between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.scan.components import components
from extractors.scan.dotted import dotted_on, dotted_rows, joining, with_dotted
from extractors.scan.edges import long_lines
from extractors.scan.strips import Gray
from extractors.scan.strokes import MEET_MM, Stroke, bridged, carried_on, covers, ends_on, led_on, merged
from extractors.scan.worn import LED_ON, Trace, specks_follow, traces

#: Lengths in millimetres: a level rule is longer than a glyph is wide, an upright one than a glyph is high.
LEVEL_MM, UPRIGHT_MM = 6.0, 4.6
DOUBLE_LEVEL_MM, DOUBLE_UPRIGHT_MM = 45.0, 9.0
#: What a glyph that touches the end of a rule adds to it at most.
TAIL_MM = 4.0
#: A rule is darker than its surroundings by this, of 255, after averaging over this length along it.
DARKER, ALONG_MM = 26, 1.6
#: At least this share of a rule has nothing darker than the second (of the paper) beside it.
#: (a short one: at least the third). One longer than any glyph may have text close to one side.
QUIET, QUIET_TONE, QUIET_SHORT = 0.6, 0.7, 0.7
QUIET_SIDE, QUIET_OTHER = 0.85, 0.45
#: A level and an upright one this long without a gap is no row of strokes, however close the text stands to it; each part of it
#: as long as the third runs straight, where strokes of neighbouring glyphs only fill a band together.
SOLID_LEVEL_MM, SOLID_UPRIGHT_MM, STRAIGHT_MM = 22.0, 7.0, 2.5
#: A worn rule keeps at least this share of its length, in any window of this width, in this tone of the paper or darker.
WORN_LEFT, WORN_WINDOW_MM, WORN_TONE, WORN_QUIET = 0.06, 20.0, 0.75, 0.85
#: An upright rule goes on right beside so many of the level rules that it crosses, in this tone of the paper or darker; the third: see
#: ``_meets_what_it_crosses``.
CROSSINGS, CROSSING_TONE, FRAME = 0.75, 0.85, 0.9
#: That is looked at over this length, of which at least this share is left; figures stop further from the rules of their row.
BESIDE_MM, BESIDE_LEFT = 0.8, 0.6
#: Gaps wider than this make up no more than this share of a worn rule; dashes in the cells of a row stand wider apart.
CELL_GAP_MM, CELL_GAPS = 5.0, 0.4
#: The core of a rule reaches so many pixels to either side; strokes of glyphs below each other lie within it only in part.
CORE = 2
#: What is longer than this was led on from rule to rule, or lost its ends.
FEW_ROWS_MM = 25.0
#: A gap is clearly wider than others by this.
CLEARLY_MORE_MM = 0.25
#: Pixels that the end of a rule is blurred over.
END = 3
#: What is left of a stroke without the glyphs on its line is at least this share of it.
MOST_OF = 0.5
#: Where a rule is less whole than this, others may have left nothing but specks.
WHOLE = 0.9
#: Dashes in so many columns, in this share of all, look like a rule but leave most of both sides of a column free; the
#: first length is what the rule beside the column takes up.
SIDE_MM, SIDE_SHARE, SIDE_INK, DASH_INK, LEAST_DASHES, MOST_STOP = 0.6, 0.15, 0.2, 0.25, 3, 0.8
#: A rule is at most this thick: a double rule that has run together, at the most.
THICKEST_MM = 1.5
#: What is left of a worn rule is at most this thick.
THIN_MM = 1.1
#: Two pieces on one line with at most this between them are one rule when the faint ink between them covers enough.
GAP_MM, FAINT_SHARE = 8.0, 0.6
#: Two pieces on one line closer than this are one rule whatever lies between: a scratch, a glyph that crosses.
BREAK_MM = 1.2
#: Longer than this a level or an upright stroke is no part of glyphs when at least this share of it is there; a shorter
#: one must be nearly whole and end on longer rules at both ends.
LONG_MM, LONG_UPRIGHT_MM, MOSTLY_THERE, WITHOUT_GAP = 22.0, 14.0, 0.65, 0.8


@dataclass(frozen=True, slots=True)
class Rules:
    """Level and upright rules, and the mask of the pixels that they cover."""

    level: tuple[Stroke, ...]
    upright: tuple[Stroke, ...]
    mask: Gray

    def half_turned(self) -> Rules:
        """The rules of the page when it is turned by a half."""
        height, width = self.mask.shape
        level = tuple(stroke.half_turned(height, width) for stroke in self.level)
        upright = tuple(stroke.half_turned(width, height) for stroke in self.upright)
        return Rules(level, upright, np.ascontiguousarray(np.rot90(self.mask, 2)))


def rules_of(grey: Gray, dpi: float) -> Rules:
    """Find the rules of a page with white paper."""
    flipped = np.ascontiguousarray(grey.T)
    level = _confirmed_level(_strokes(grey, dpi, LEVEL_MM, DOUBLE_LEVEL_MM, SOLID_LEVEL_MM), dpi)
    level = (*level, *_pale(grey, level, dpi, LONG_MM))
    level = (*level, *_worn(grey, level, dpi))
    sure = [stroke for stroke in level if stroke.end - stroke.start >= LONG_MM * dpi / 25.4]
    strokes = _strokes(flipped, dpi, UPRIGHT_MM, DOUBLE_UPRIGHT_MM, SOLID_UPRIGHT_MM)
    strokes = (*strokes, *_pale(flipped, strokes, dpi, LONG_UPRIGHT_MM))
    strokes, dots = with_dotted(strokes, flipped, dpi)
    dots = (*dots, *_unknown(dotted_rows(sure, flipped, dpi), (*strokes, *dots), dpi))
    strokes = tuple(part for stroke in strokes for part in _between_rules(stroke, sure, flipped, dpi))
    upright = (*_confirmed(strokes, sure, dpi, LONG_UPRIGHT_MM), *joining(dots, sure, dpi))
    upright = tuple(stroke for stroke in upright if _meets_what_it_crosses(stroke, sure, flipped, dpi))
    short = [stroke for stroke in level if stroke not in sure]
    level = tuple(stroke for stroke in sure if not _stops_at_columns(stroke, upright, grey, dpi))
    level = (*level, *_confirmed(short, upright, dpi, LONG_MM))
    if dots or any(stroke.covered < WHOLE for stroke in level):
        level = _with_traces(grey, level, upright, dpi)
    level = led_on(level, upright, grey, dpi)
    upright = (*upright, *joining(_unknown((*dots, *dotted_rows(level, flipped, dpi)), upright, dpi), level, dpi))
    level = tuple(stroke for stroke in level if not _stops_at_columns(stroke, upright, grey, dpi))
    # Level rules that were put back show which of the upright ones are figures below each other, or glyphs between two.
    upright = tuple(
        stroke
        for stroke in upright
        if _meets_what_it_crosses(stroke, level, flipped, dpi) and not _stops_short(stroke, level, flipped, dpi)
    )
    upright = led_on(upright, level, flipped, dpi)
    if dots:
        upright = dotted_on(upright, level, flipped, dpi)
    level = led_on(level, upright, grey, dpi)
    level, upright = bridged(level, upright, dpi), bridged(upright, level, dpi)
    upright = tuple(stroke for stroke in upright if not _hangs(stroke, level, dpi))
    mask = cv2.bitwise_or(_mask(level, grey.shape), np.ascontiguousarray(_mask(upright, flipped.shape).T))
    return Rules(level, upright, mask)


def _unknown(found: Sequence[Stroke], known: Sequence[Stroke], dpi: float) -> list[Stroke]:
    """The strokes that none of those known already makes up."""
    return [one for one in found if not covers(known, one.at, one.start, one.end, dpi / 25.4)]


def _pale(grey: Gray, known: Sequence[Stroke], dpi: float, shortest_mm: float) -> list[Stroke]:
    """Long level strokes that are not known yet: pale ones, blurred ones, ones beside others or close to text."""
    dot = dpi / 25.4
    half = round(THIN_MM * dot / 2)
    return [
        Stroke(line.at, line.start, line.end, round(line.at) - half, round(line.at) + half + 1, 1.0)
        for line in long_lines(grey, dot, shortest_mm)
        if not covers(known, line.at, line.start, line.end, dot)
    ]


def _worn(grey: Gray, known: Sequence[Stroke], dpi: float) -> list[Stroke]:
    """Rules of which only specks in a row are left (a fax), with nothing beside them."""
    dot = dpi / 25.4
    ink = (grey < 255 * WORN_TONE).astype(np.uint8)
    tall = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((round(THIN_MM * dot) + 1, 1), np.uint8))
    thin = cv2.dilate(cv2.subtract(ink, cv2.dilate(tall, np.ones((3, 3), np.uint8))), np.ones((3, 1), np.uint8))
    dense = cv2.blur(thin.astype(np.float32), (round(WORN_WINDOW_MM * dot), 1)) >= WORN_LEFT
    runs = cv2.morphologyEx(dense.astype(np.uint8), cv2.MORPH_OPEN, np.ones((1, round(LONG_MM * dot)), np.uint8))
    _, stats = components(runs)
    found = []
    for x, y, width, height, _ in stats[1:].tolist():
        rows, columns = np.nonzero(thin[y : y + height, x : x + width])
        if not columns.size or height > 2 * THIN_MM * dot:
            continue
        start, end, at = x + int(columns.min()), x + int(columns.max()) + 1, y + float(rows.mean())
        specks = x + np.unique(columns)
        if end - start < LONG_MM * dot or covers(known, at, start, end, dot) or _dashes(specks, end - start, dot):
            continue
        if float(_quiet(grey, round(at), dot)[specks].mean()) >= WORN_QUIET:
            found.append(Stroke(at, start, end, y - 1, y + height + 1, MOSTLY_THERE))
    return found


def _meets_what_it_crosses(stroke: Stroke, across: Sequence[Stroke], grey: Gray, dpi: float) -> bool:
    """Whether a stroke goes through most of the rules that it crosses; figures below each other stop short of them.

    So do the frames of single cells, which have no other gaps (``FRAME``: the share of their length that is there).
    """
    if stroke.covered >= FRAME:
        return True
    dot = dpi / 25.4
    ink = grey[max(0, stroke.top) : stroke.bottom].min(axis=0, initial=255) < 255 * CROSSING_TONE
    met = [rule for rule in across if rule.start - 1 <= stroke.at <= rule.end + 1]
    if stroke.covered < WITHOUT_GAP and not any(stroke.start + dot < rule.at < stroke.end - dot for rule in met):
        return False  # Within one cell it may be the strokes of words written downwards.
    sides = []
    for rule in met:
        before, after, some = rule.top - 1, rule.bottom + 1, round(BESIDE_MM * dot)
        if stroke.start + dot < rule.at < stroke.end + MEET_MM * dot:
            sides.append(ink[max(0, before - some) : before].mean() >= BESIDE_LEFT)
        if stroke.start - MEET_MM * dot < rule.at < stroke.end - dot:
            sides.append(ink[after : after + some].mean() >= BESIDE_LEFT)
    return len(sides) < 2 or bool(np.mean(sides) >= CROSSINGS)


def _stops_short(stroke: Stroke, across: Sequence[Stroke], grey: Gray, dpi: float) -> bool:
    """Whether a stroke within a single row leaves paper before the rules at both of its ends, clearly more than along it.

    So does a glyph in a low row. A rule reaches its rules; the dots of a worn one leave as much between them.
    """
    dot = dpi / 25.4
    reach = MEET_MM * dot
    met = sorted(
        round(rule.at)
        for rule in across
        if rule.start - 1 <= stroke.at <= rule.end + 1 and stroke.start - reach <= rule.at <= stroke.end + reach
    )
    if len(met) != 2:
        return False
    middle = round(stroke.at)
    dark = grey[max(0, middle - CORE) : middle + CORE + 1, met[0] : met[1] + 1].min(axis=0) < 255 * CROSSING_TONE
    edges = np.flatnonzero(np.diff(np.concatenate([[False], ~dark, [False]]).astype(np.int8)))
    gaps = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    thick = THICKEST_MM * dot
    if len(gaps) < 2 or gaps[0][0] > thick or len(dark) - gaps[-1][1] > thick:
        return False  # It runs into one of them.
    (first, *along, last) = (end - start for start, end in gaps)
    return max(first, last) > max(along, default=0) + CLEARLY_MORE_MM * dot


def _hangs(stroke: Stroke, across: Sequence[Stroke], dpi: float) -> bool:
    """Whether a stroke of a few rows begins and ends in the middle of one: figures below each other do, a rule of a table does not."""
    dot = dpi / 25.4
    if stroke.end - stroke.start > FEW_ROWS_MM * dot:
        return False
    met = [rule.at for rule in across if rule.start - 1 <= stroke.at <= rule.end + 1]

    def in_a_row(end: float) -> bool:
        off = [at - end for at in met]
        return any(o < 0 for o in off) and any(o > 0 for o in off) and min(map(abs, off)) > MEET_MM * dot

    return in_a_row(stroke.start) and in_a_row(stroke.end)


def _with_traces(grey: Gray, level: Sequence[Stroke], upright: Sequence[Stroke], dpi: float) -> tuple[Stroke, ...]:
    """Level rules led on as far as specks of them are left, and those of which nothing else is left."""
    dot = dpi / 25.4
    ink = grey < 255 * WORN_TONE
    follows = partial(specks_follow, ink, dot=dot, wanted=LED_ON)
    level = [carried_on(stroke, upright, follows, dpi) for stroke in level]
    known = [Trace(stroke.at, stroke.start, stroke.end) for stroke in level]
    columns = [Trace(stroke.at, stroke.start, stroke.end) for stroke in upright]
    half = round(THIN_MM * dot / 2)
    for trace in traces(ink, columns, known, dot):
        y = round(trace.at)
        stroke = Stroke(trace.at, trace.start, trace.end, y - half, y + half + 1, WORN_LEFT)
        if not _stops_at_columns(stroke, upright, grey, dpi):
            level.append(carried_on(stroke, upright, follows, dpi))
    return tuple(level)


def _dashes(specks: NDArray[np.intp], length: int, dot: float) -> bool:
    """Whether specks in a row stand in groups as wide apart as columns: dashes in cells, not what is left of a rule."""
    gaps = np.diff(specks)
    return float(gaps[gaps > CELL_GAP_MM * dot].sum()) > CELL_GAPS * length


def _stops_at_columns(stroke: Stroke, upright: Sequence[Stroke], grey: Gray, dpi: float) -> bool:
    """Whether what looks like a rule is a row of dashes: in nearly every column it stops short of both of its sides."""
    dot = dpi / 25.4
    reach = MEET_MM * dot
    crossed = sorted(rule.at for rule in upright if rule.start - reach <= stroke.at <= rule.end + reach)
    ink = grey[max(0, stroke.top) : stroke.bottom].min(axis=0) < 255 * WORN_TONE
    stops = []
    for left, right in pairwise(crossed):
        if right - left < CELL_GAP_MM * dot or left < stroke.start - right + left or right > stroke.end + right - left:
            continue
        x0, x1 = round(left + SIDE_MM * dot), round(right - SIDE_MM * dot)
        side = round(SIDE_SHARE * (x1 - x0))
        sides = np.concatenate([ink[x0 : x0 + side], ink[x1 - side : x1]])
        middle = float(ink[x0 + side : x1 - side].mean())
        stops.append(float(sides.mean()) < SIDE_INK and middle >= DASH_INK)
    return len(stops) >= LEAST_DASHES and float(np.mean(stops)) >= MOST_STOP


def _confirmed_level(strokes: Sequence[Stroke], dpi: float) -> tuple[Stroke, ...]:
    """Long ones that are mostly there, and short ones without a gap: those wait for the upright rules that they join."""
    longest = LONG_MM * dpi / 25.4
    return tuple(
        stroke
        for stroke in strokes
        if stroke.covered >= (MOSTLY_THERE if stroke.end - stroke.start >= longest else WITHOUT_GAP)
    )


def _confirmed(strokes: Sequence[Stroke], across: Sequence[Stroke], dpi: float, long_mm: float) -> tuple[Stroke, ...]:
    """Strokes that are long, or that end at both ends on a rule of the other direction: no glyph does."""
    dot = dpi / 25.4
    found = []
    for stroke in strokes:
        if stroke.end - stroke.start >= long_mm * dot:
            if stroke.covered >= MOSTLY_THERE:
                found.append(stroke)
        elif stroke.covered >= WITHOUT_GAP and all(
            ends_on(end, stroke.at, across, MEET_MM * dot) for end in (stroke.start, stroke.end)
        ):
            found.append(stroke)
    return tuple(found)


def _between_rules(stroke: Stroke, across: Sequence[Stroke], grey: Gray, dpi: float) -> tuple[Stroke, ...]:
    """A stroke without what glyphs on the same line gave it: from its first rule to its last.

    A whole one loses a short tail. One with gaps is parted into what is whole from one rule to another, if that is most of it:
    glyphs that stand between, in merged cells, are none of it.
    """
    dot = dpi / 25.4
    reach = MEET_MM * dot
    crossed = sorted(
        rule.at
        for rule in across
        if rule.start - reach <= stroke.at <= rule.end + reach and stroke.start - reach <= rule.at <= stroke.end + reach
    )
    if len(crossed) < 2:
        return (stroke,)
    if stroke.covered < FRAME:
        return _whole_parts(stroke, crossed, grey)
    start = crossed[0] if 0 < crossed[0] - stroke.start <= TAIL_MM * dot else stroke.start
    end = crossed[-1] if 0 < stroke.end - crossed[-1] <= TAIL_MM * dot else stroke.end
    return (replace(stroke, start=start, end=end),)


def _whole_parts(stroke: Stroke, crossed: Sequence[float], grey: Gray) -> tuple[Stroke, ...]:
    """The parts of a stroke that are whole from one of the rules that it crosses to the next, if they are most of it."""
    middle = round(stroke.at)
    dark = grey[max(0, middle - CORE) : middle + CORE + 1].min(axis=0, initial=255) < 255 * CROSSING_TONE
    points = sorted({stroke.start, *crossed, stroke.end})
    found: list[Stroke] = []
    for start, end in pairwise(points):
        if float(dark[round(start) : round(end) + 1].mean()) < FRAME:
            continue
        if found and found[-1].end == start:
            found[-1] = replace(found[-1], end=end)
        else:
            found.append(replace(stroke, start=start, end=end, covered=1.0))
    whole = sum(part.end - part.start for part in found)
    return tuple(found) if whole >= MOST_OF * (stroke.end - stroke.start) else (stroke,)


def _mask(strokes: Sequence[Stroke], shape: tuple[int, ...]) -> Gray:
    """The pixels of level strokes, with what a scan spreads around them."""
    mask = np.zeros(shape, np.uint8)
    for stroke in strokes:
        mask[stroke.top : stroke.bottom, int(stroke.start) : int(stroke.end)] = 1
    return mask


def _strokes(grey: Gray, dpi: float, shortest_mm: float, double_mm: float, solid_mm: float) -> tuple[Stroke, ...]:
    """Level strokes of a page (the caller turns it for upright ones).

    A rule is darker than what lies above and below it: the grain is averaged out along the rule, then everything thicker
    than a rule is taken away (a black hat), so that pale rules show as well as black ones. A piece as long as
    ``double_mm`` beside another is the other stroke of a double rule and does not speak against it.
    """
    dot = dpi / 25.4
    shortest = max(8, round(shortest_mm * dot))
    along = cv2.blur(grey, (max(3, round(ALONG_MM * dot)), 1))
    faint = _black_hat(along, round((THICKEST_MM + 0.3) * dot))
    ink = (faint > DARKER).astype(np.uint8)
    across = cv2.dilate(ink, np.ones((2, 1), np.uint8))
    bridged = cv2.morphologyEx(across, cv2.MORPH_CLOSE, np.ones((1, max(3, round(0.35 * dot))), np.uint8))
    runs = _opened(bridged, shortest)
    raw = _black_hat(cv2.blur(grey, (3, 1)), round((THICKEST_MM + 0.3) * dot)) > 0.7 * DARKER
    labels, stats = components(runs)
    others = cv2.max(grey, 255 * cv2.dilate(_opened(runs, round(double_mm * dot)), np.ones((5, 1), np.uint8)))
    pieces = []
    for index in range(1, len(stats)):
        x, y, width, height, area = stats[index].tolist()
        thick = area / width
        if thick > THICKEST_MM * dot + 1 or height > max(3 * thick, 0.02 * width + thick + 3):
            continue
        part = labels[y : y + height, x : x + width] == index
        covered = float(raw[y : y + height, x : x + width].any(axis=0).mean())
        middle = y + float(np.nonzero(part)[0].mean())
        start, end = _longest_dark(grey[y : y + height, x : x + width], round(STRAIGHT_MM * dot))
        if end - start >= solid_mm * dot:
            pieces.append(Stroke(middle, float(x + start), float(x + end), y - 1, y + height + 1, 1.0))
            continue
        if not _stands_alone(others, middle, (x, x + width), thick, dot):
            continue
        pieces.append(Stroke(middle, float(x), float(x + width), y - 1, y + height + 1, covered))
    faint_ink = (faint > DARKER / 2).astype(np.uint8)
    return tuple(_joined(pieces, faint_ink, dot))


def _longest_dark(part: Gray, straight: int) -> tuple[int, int]:
    """The longest stretch along a piece of a rule with ink in every column but for single ones, in runs of a least length."""
    dark = cv2.dilate((part < 255 * WORN_TONE).astype(np.uint8), np.ones((2, 1), np.uint8))
    closed = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
    whole = _opened(closed, straight).any(axis=0).astype(np.int8)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], whole, [0]])))
    stretches = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return max(stretches, key=lambda stretch: stretch[1] - stretch[0], default=(0, 0))


def _stands_alone(grey: Gray, middle: float, span: tuple[int, int], thick: float, dot: float) -> bool:
    """Whether so little stands beside a piece of a rule that it is no stroke of glyphs."""
    sides = [side[span[0] : span[1]] for side in _quiet_sides(grey, round(middle), dot, thick / 2)]
    length = span[1] - span[0]
    both = float(np.logical_and.reduce(sides).mean()) if sides else 1.0
    if length < LONG_MM * dot:
        return both >= (QUIET if length >= LONG_UPRIGHT_MM * dot else QUIET_SHORT)
    shares = [float(side.mean()) for side in sides]
    return both >= QUIET or (max(shares) >= QUIET_SIDE and min(shares) >= QUIET_OTHER)


def _quiet(grey: Gray, at: int, dot: float) -> NDArray[np.bool_]:
    """By column, whether nothing stands right above and right below a thin rule."""
    sides = _quiet_sides(grey, at, dot, 0.0)
    return np.asarray(np.logical_and.reduce(sides) if sides else np.ones(grey.shape[1], bool), np.bool_)


def _quiet_sides(grey: Gray, at: int, dot: float, half: float) -> list[NDArray[np.bool_]]:
    """By column, whether nothing stands right above, and right below, a rule (``half`` its thickness)."""
    near = round(max(0.45 * dot, half + 0.2 * dot))
    far = near + round(0.6 * dot)
    above, below = grey[max(0, at - far) : max(1, at - near)], grey[at + near + 1 : at + far + 1]
    return [np.asarray((side > 255 * QUIET_TONE).all(axis=0), np.bool_) for side in (above, below) if side.size]


def _opened(mask: Gray, length: int) -> Gray:
    """The runs along rows of at least a length."""
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)), np.uint8)


def _black_hat(grey: Gray, thickest: int) -> Gray:
    """How much darker each pixel is than the lightest way out above and below."""
    return np.asarray(
        cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones((2 * (thickest // 2) + 1, 1), np.uint8)), np.uint8
    )


def _joined(pieces: list[Stroke], faint: Gray, dot: float) -> list[Stroke]:
    """Pieces of one line as one stroke; where gaps would make up too much of it, it is parted at the widest."""
    groups: list[list[Stroke]] = []
    for piece in sorted(pieces, key=lambda stroke: stroke.start):
        for group in groups:
            if abs(group[-1].at - piece.at) <= max(2.0, 0.25 * dot) and _continues(group[-1], piece, faint, dot):
                group.append(piece)
                break
        else:
            groups.append([piece])
    return [stroke for group in groups for stroke in _held_together(group)]


def _held_together(group: Sequence[Stroke]) -> list[Stroke]:
    whole = reduce(merged, group)
    if len(group) == 1 or whole.covered >= MOSTLY_THERE:
        return [whole]
    widest = max(range(1, len(group)), key=lambda index: group[index].start - group[index - 1].end)
    return [*_held_together(group[:widest]), *_held_together(group[widest:])]


def _continues(stroke: Stroke, piece: Stroke, faint: Gray, dot: float) -> bool:
    gap = piece.start - stroke.end
    if gap <= BREAK_MM * dot:
        return True
    if gap > GAP_MM * dot:
        return False
    low = int(min(stroke.at, piece.at) - 2)
    between = faint[max(0, low) : low + 5, int(stroke.end) : int(piece.start)]
    return bool(between.any(axis=0).mean() >= FAINT_SHARE) if between.size else False


def without_rules(grey: Gray, rules: Rules, tables: Sequence[tuple[int, int, int, int]], dpi: float) -> Gray:
    """The page with the rules of its tables (x0, y0, x1, y1) painted over, and anywhere long level rules and upright ones.

    Elsewhere a short level run is a stroke of a large glyph.
    """
    result = grey.copy()
    beyond = round(THICKEST_MM * dpi / 25.4)
    for x0, y0, x1, y1 in tables:
        area = (slice(max(0, y0 - beyond), y1 + beyond), slice(max(0, x0 - beyond), x1 + beyond))
        result[area][rules.mask[area] > 0] = 255
    longest = LONG_MM * dpi / 25.4
    for stroke in rules.level:
        if stroke.end - stroke.start >= longest:
            result[max(0, stroke.top) : stroke.bottom, int(stroke.start) : int(stroke.end)] = 255
    for stroke in rules.upright:  # The blurred ends of a thick one would be read as dashes.
        result[max(0, int(stroke.start) - END) : int(stroke.end) + END, max(0, stroke.top) : stroke.bottom] = 255
    return result
