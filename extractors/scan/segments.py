"""Where the text stands: boxes of lines inside cells, and of runs of glyphs outside of tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.scan.components import components
from extractors.scan.strips import Gray
from extractors.scan.tone import INK

Pixels = tuple[int, int, int, int]
#: A speck has fewer pixels than this share of a glyph's square.
SPECK = 0.012
#: What holds a solid square of so many glyph heights is a blot or a punched hole.
BLOT = 0.9
#: Outside of tables, glyphs of one run stand closer than this many glyph heights.
RUN_GAP = 1.25
#: Two figures of one number stand closer than this many glyph heights.
NUMBER_GAP = 0.55
#: Figures of half width stand at most so many glyph heights apart.
HALF_WIDTH_GAP = 0.25
#: A figure is no wider and no higher than this many glyph heights: lower than an ideograph, or clearly narrower.
FIGURES = ((0.75, 0.95), (0.65, 1.15))
#: Figures that touch are no wider together and no higher than this many glyph heights.
MOST_TOUCHING, HIGHEST_FIGURE = 2.5, 0.95
#: A figure stands apart from its label by more than this many glyph heights; words of a line do not.
LABEL_GAP = 0.6
#: A glyph is no wider than this many glyph heights.
ONE_GLYPH = 1.15
#: A decimal point is no wider than this.
POINT = 0.25
#: Two bands of ink of one cell are one line when together they are no higher than this many glyph heights.
ONE_LINE = 1.2
#: Above this many glyph heights a band holds several lines that touch.
TOO_HIGH = 1.75
#: A thin stroke is ink when it is darker than the paper around by this, of 255.
THIN = 45
#: So is a pale one, a third as dark without its grain, that holds a figure together: no wider than the first, as high as the others, in heights of a glyph;
#: so many of its rows are blurred edges, and at least this share of it is ink: of a stamp that was taken away less is left.
PALE, PALE_FIGURE, PALE_EDGES, PALE_LEFT = 14, (0.85, 0.5, 1.1), 4, 0.15
#: A page with more separate parts than this shows noise, not text.
MOST_PARTS = 6000
#: What is left of a rule stands within so many glyph heights of the side of a cell, and along so much of it; a cell lower than the third shows
#: no difference between that and a glyph.
BESIDE_RULE, ALONG_RULE, LOWEST_CELL = 0.35, 0.8, 1.3
#: Dashes are no higher than this share of a glyph.
FLAT = 0.22
#: A part of a run this share of its height is a glyph of a line of large print.
LARGE_PRINT = 0.62
#: Rows with less ink than this share of the width part the lines of a paragraph, each at least so many glyph heights high.
CLEAR, LOWEST_LINE = 0.01, 0.6

_BLOT, _KEPT, _SPECK = range(3)


def ink_of(grey: Gray, glyph: float) -> Gray:
    """The ink of a page without its specks and blots (uint8, 0 or 1)."""
    thin = thin_ink(grey)
    ink = ((grey < 255 * (INK + 0.06)) | (thin > THIN)).astype(np.uint8)
    pale = thin_ink(np.asarray(cv2.blur(grey, (3, 3)), np.uint8)) > PALE
    ink |= _pale_figures(ink, pale.astype(np.uint8), glyph)
    labels, stats = components(ink)
    if len(stats) <= 1:
        return ink
    kinds = np.where(stats[:, cv2.CC_STAT_AREA] < max(2.0, SPECK * glyph * glyph), _SPECK, _KEPT).astype(np.uint8)
    cores = cv2.erode(ink, np.ones((round(BLOT * glyph), round(BLOT * glyph)), np.uint8))
    blots = labels[cores > 0]
    kinds[blots[kinds[blots] == _KEPT]] = _BLOT
    kinds[0] = _BLOT
    found = np.take(kinds, labels)
    return (found == _KEPT).astype(np.uint8) | _broken_dashes((found == _SPECK).astype(np.uint8), glyph)


def _pale_figures(ink: Gray, pale: Gray, glyph: float) -> Gray:
    """Figures of which some strokes are too pale for ink: 2 without its diagonal is two pieces, or looks like a dash."""
    both = ink | pale
    labels, stats = components(both)
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    sized = (
        (widths <= PALE_FIGURE[0] * glyph) & (heights >= PALE_FIGURE[1] * glyph) & (heights <= PALE_FIGURE[2] * glyph)
    )
    sized[0] = False
    inside = ink & np.take(sized.astype(np.uint8), labels)
    rows, columns = np.nonzero(inside)
    own = labels[rows, columns]
    pixels = np.bincount(own, minlength=len(stats))
    high = np.bincount(
        np.unique(own.astype(np.int64) * len(ink) + rows) // len(ink), minlength=len(stats)
    )  # Rows with ink.
    enough = pixels >= PALE_LEFT * stats[:, cv2.CC_STAT_AREA]
    broken = sized & enough & (high < heights - PALE_EDGES)
    return np.asarray(pale & np.take(broken.astype(np.uint8), labels), np.uint8)


def _broken_dashes(specks: Gray, glyph: float) -> Gray:
    """Those specks that lie close together in a level row as long as a dash."""
    rows = cv2.morphologyEx(specks, cv2.MORPH_CLOSE, np.ones((1, max(3, round(0.25 * glyph))), np.uint8))
    labels, stats = components(rows)
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    dashes = (widths >= 0.5 * glyph) & (widths <= 2.4 * glyph) & (heights <= FLAT * glyph)
    dashes[0] = False
    return np.asarray(specks & np.take(dashes.astype(np.uint8), labels), np.uint8)


def thin_ink(grey: Gray) -> Gray:
    """How much darker than the paper around thin strokes are: blur pales a dash or a hair line more than a glyph."""
    return cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones((9, 9), np.uint8))


def glyph_height(grey: Gray, dpi: float) -> float:
    """The usual height of an ideograph in pixels: the larger of the two heights that components cluster around."""
    ink = (grey < 255 * INK).astype(np.uint8)
    joined = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    _, stats = components(joined)
    low, high = 1.6 * dpi / 25.4, 9.0 * dpi / 25.4
    heights = [float(h) for _, _, w, h, _ in stats[1:] if low <= h <= high and 0.5 * h <= w <= 1.6 * h]
    usual = 3.7 * dpi / 25.4
    return float(np.percentile(heights, 60)) if len(heights) >= 20 else usual


def lines_in_cell(ink: Gray, cell: Pixels, glyph: float) -> list[Pixels]:
    """Boxes of the lines of text inside a cell, top to bottom; empty when the cell is blank."""
    x0, y0, x1, y1 = cell
    if x1 - x0 < 3 or y1 - y0 < 3:
        return []
    part = _without_sides(ink[y0:y1, x0:x1], glyph)
    found = []
    for top, bottom in _bands(np.asarray(part.any(axis=1)), glyph):
        for above, below in _unstuck(part[top:bottom], glyph):
            line = part[top + above : top + below]
            stretches = _apart(np.asarray(line.any(axis=0)), glyph)
            for left, right in stretches:
                if len(stretches) > 1 and _is_speck(line[:, left:right], glyph):
                    continue
                found.append((x0 + left, y0 + top + above, x0 + right, y0 + top + below))
    return found


def _is_speck(part: Gray, glyph: float) -> bool:
    """Whether ink is no larger than a decimal point: far from any figure it is none."""
    return max(part.shape[1], int(part.any(axis=1).sum())) <= POINT * glyph


def _without_sides(part: Gray, glyph: float) -> Gray:
    """The ink of a cell without strokes all along its left and right side: a second stroke of its rule, or the edge of a thick one."""
    height, width = part.shape
    reach = min(round(BESIDE_RULE * glyph), width // 2)
    if height < LOWEST_CELL * glyph or reach < 1:
        return part
    along = part.mean(axis=0) >= ALONG_RULE
    left, right = np.flatnonzero(along[:reach]), np.flatnonzero(along[width - reach :])
    if not left.size and not right.size:
        return part
    result = part.copy()
    if left.size:
        result[:, : int(left[-1]) + 2] = 0
    if right.size:
        result[:, width - reach + int(right[0]) - 1 :] = 0
    return result


def _apart(columns: NDArray[np.bool_], glyph: float) -> list[tuple[int, int]]:
    """Stretches of ink with wide gaps between them: cells whose rule was lost."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], columns.astype(np.int8), [0]])))
    found: list[tuple[int, int]] = []
    for left, right in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if found and left - found[-1][1] <= RUN_GAP * glyph:
            found[-1] = (found[-1][0], right)
        else:
            found.append((left, right))
    return found


def _bands(rows: NDArray[np.bool_], glyph: float) -> list[tuple[int, int]]:
    """Runs of rows with ink; the strokes of one glyph (二, 三) are put together again."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], rows.astype(np.int8), [0]])))
    bands: list[tuple[int, int]] = []
    for top, bottom in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        low = min(bottom - top, bands[-1][1] - bands[-1][0]) < 0.7 * glyph if bands else False
        if bands and low and bottom - bands[-1][0] <= ONE_LINE * glyph:
            bands[-1] = (bands[-1][0], bottom)
        else:
            bands.append((top, bottom))
    return bands


def _unstuck(part: Gray, glyph: float) -> Iterator[tuple[int, int]]:
    """A band that is too high for one line, cut where it is thinnest."""
    height = part.shape[0]
    count = round(height / (1.25 * glyph)) if height > TOO_HIGH * glyph else 1
    if count < 2:
        yield 0, height
        return
    weight = part.sum(axis=1).astype(float)
    cuts = [0]
    for number in range(1, count):
        middle, reach = number * height / count, 0.3 * height / count
        low, high = int(middle - reach), int(middle + reach) + 1
        cuts.append(low + int(np.argmin(weight[low:high])))
    yield from zip(cuts, [*cuts[1:], height], strict=True)


def runs_outside(ink: Gray, tables: Sequence[Pixels], glyph: float) -> list[Pixels]:
    """Boxes of runs of glyphs on lines outside of the tables."""
    free = ink.copy()
    for x0, y0, x1, y1 in tables:
        free[max(0, y0) : y1, max(0, x0) : x1] = 0
    width = max(3, round(RUN_GAP * glyph))
    closed = cv2.morphologyEx(free, cv2.MORPH_CLOSE, np.ones((1, width), np.uint8))
    closed = cv2.morphologyEx(closed, cv2.MORPH_CLOSE, np.ones((max(2, round(0.25 * glyph)), 1), np.uint8))
    _, stats = components(closed)
    if len(stats) > MOST_PARTS:
        return []
    boxes = [(x, y, x + w, y + h) for x, y, w, h, _ in stats[1:].tolist()]
    found = []
    for box in (part for run in _put_together(boxes, glyph) for part in _side_by_side(free, run, glyph)):
        x0, y0, x1, y1 = box
        lines = _lines_set_close(free[y0:y1, x0:x1], glyph) if y1 - y0 > TOO_HIGH * glyph else []
        if lines:
            found += [
                run for top, bottom in lines for run in _numbers_apart(free, (x0, y0 + top, x1, y0 + bottom), glyph)
            ]
        elif y1 - y0 > TOO_HIGH * glyph and x1 - x0 > 2 * glyph and not _is_large_print(free[y0:y1, x0:x1]):
            found += [piece for piece in lines_in_cell(free, box, glyph) if _is_text(piece, glyph)]
        elif _is_text(box, glyph):
            found += _numbers_apart(free, box, glyph)
    return sorted(found, key=lambda box: (box[1], box[0]))


def _side_by_side(ink: Gray, box: Pixels, glyph: float) -> Iterator[Pixels]:
    """A run of several lines cut where all of them leave the same wide gap: a label over two lines, and its figure."""
    x0, y0, x1, y1 = box
    if y1 - y0 <= TOO_HIGH * glyph:
        yield box
        return
    edges = np.flatnonzero(np.diff(np.concatenate([[0], ink[y0:y1, x0:x1].any(axis=0).astype(np.int8), [0]])))
    pieces = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    cuts = [x0] + [x0 + (a[1] + b[0]) // 2 for a, b in pairwise(pieces) if b[0] - a[1] > LABEL_GAP * glyph] + [x1]
    for left, right in pairwise(cuts):
        part = ink[y0:y1, left:right]
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        if rows.size:
            yield left + int(columns[0]), y0 + int(rows[0]), left + int(columns[-1]) + 1, y0 + int(rows[-1]) + 1


def _lines_set_close(part: Gray, glyph: float) -> list[tuple[int, int]]:
    """The lines of a paragraph with hardly any space between them; none when it is not clear where each ends.

    Between two lines there is next to no ink along all of the width; in large print of one line there is no such place.
    """
    bands = _bands(np.asarray(part.sum(axis=1) > CLEAR * part.shape[1]), glyph)
    if len(bands) < 2 or any(bottom - top < LOWEST_LINE * glyph for top, bottom in bands):
        return []
    middles = [(above[1] + below[0]) // 2 for above, below in pairwise(bands)]
    return list(zip([0, *middles], [*middles, part.shape[0]], strict=True))


def _numbers_apart(ink: Gray, box: Pixels, glyph: float) -> list[Pixels]:
    """A run cut where two figures or dashes stand apart: neighbouring columns, as no number has such a gap inside."""
    x0, y0, x1, y1 = box
    part = ink[y0:y1, x0:x1]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], part.any(axis=0).astype(np.int8), [0]])))
    pieces = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    flat = y1 - y0 <= FLAT * glyph
    cuts = [0]
    label_end = _end_of_label(part, pieces, glyph)
    alone = _standing_alone(pieces, glyph)
    tight = _standing_close(pieces, glyph)
    for before, after in pairwise(pieces):
        are_figures = all(piece in alone or _is_figure(part, piece, glyph) for piece in (before, after))
        is_apart = after[0] - before[1] > NUMBER_GAP * glyph
        is_wide = not {before, after} & tight and _wide(before, after, glyph)
        if before[1] == label_end or (is_apart and (flat or (are_figures and not is_wide))):
            cuts.append((before[1] + after[0]) // 2)
    if len(cuts) == 1:
        return [box]
    found = []
    for left, right in zip(cuts, [*cuts[1:], x1 - x0], strict=True):
        columns = np.flatnonzero(part[:, left:right].any(axis=0))
        if columns.size:
            found.append((x0 + left + int(columns[0]), y0, x0 + left + int(columns[-1]) + 1, y1))
    return found


def _standing_alone(pieces: Sequence[tuple[int, int]], glyph: float) -> frozenset[tuple[int, int]]:
    """Pieces no wider than a glyph with a gap on both sides: 无 in neighbouring columns, no glyph of a word."""
    if not pieces:
        return frozenset()
    far = NUMBER_GAP * glyph
    gaps = [far + 1, *(after[0] - before[1] for before, after in pairwise(pieces)), far + 1]
    return frozenset(
        piece
        for piece, (left, right) in zip(pieces, pairwise(gaps), strict=True)
        if left > far and right > far and 0.6 * glyph <= piece[1] - piece[0] <= ONE_GLYPH * glyph
    )


def _standing_close(pieces: Sequence[tuple[int, int]], glyph: float) -> frozenset[tuple[int, int]]:
    """Pieces with another right beside them: figures of half width, as no full-width one has a neighbour so close."""
    pairs = [pair for pair in pairwise(pieces) if pair[1][0] - pair[0][1] <= HALF_WIDTH_GAP * glyph]
    return frozenset(piece for pair in pairs for piece in pair)


def _end_of_label(part: Gray, pieces: Sequence[tuple[int, int]], glyph: float) -> int | None:
    """Where words end of which a figure stands apart, at the end of the run: a label and what is counted."""
    for at in range(len(pieces) - 1, 0, -1):
        is_point = pieces[at][1] - pieces[at][0] <= POINT * glyph
        if not is_point and not _is_figure(part, pieces[at], glyph):
            return None
        before = pieces[at - 1]
        if pieces[at][0] - before[1] > LABEL_GAP * glyph and not _is_figure(part, before, glyph):
            return before[1]
    return None


def _wide(before: tuple[int, int], after: tuple[int, int], glyph: float) -> bool:
    """Whether two figures stand as far apart as full-width ones of one number do."""
    pitch = (after[0] + after[1] - before[0] - before[1]) / 2
    single = max(before[1] - before[0], after[1] - after[0]) <= 0.62 * glyph
    return single and 0.85 * glyph <= pitch <= 1.15 * glyph


def _is_figure(part: Gray, piece: tuple[int, int], glyph: float) -> bool:
    """Narrower and lower than an ideograph, and no mere speck or comma; or a dash, or several figures that touch."""
    rows = np.flatnonzero(part[:, piece[0] : piece[1]].any(axis=1))
    height = int(rows[-1]) - int(rows[0]) + 1
    if height <= FLAT * glyph:
        return 0.3 * glyph <= piece[1] - piece[0] <= 2.4 * glyph
    width = piece[1] - piece[0]
    touching = width <= MOST_TOUCHING * glyph and height <= HIGHEST_FIGURE * glyph
    single = any(width <= widest * glyph and height <= highest * glyph for widest, highest in FIGURES)
    return height >= 0.5 * glyph and (single or touching)


def _is_large_print(part: Gray) -> bool:
    """Whether a high run is one line of large glyphs: most of its ink stands in parts nearly as high as the run."""
    joined = cv2.dilate(part, np.ones((5, 3), np.uint8))
    _, stats = components(joined)
    areas, heights = stats[1:, cv2.CC_STAT_AREA], stats[1:, cv2.CC_STAT_HEIGHT]
    return bool(areas[heights >= LARGE_PRINT * part.shape[0]].sum() >= 0.5 * areas.sum())


def _is_text(box: Pixels, glyph: float) -> bool:
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    if height > 4 * glyph or max(width, height) < 0.3 * glyph:
        return False
    return height >= 0.3 * glyph or width <= 3 * glyph


def _put_together(boxes: Sequence[Pixels], glyph: float) -> list[Pixels]:
    """Boxes of one line that overlap or nearly touch (a glyph of two parts above each other, a full stop) as one."""
    merged = np.zeros((len(boxes), 4), np.int64)
    count = 0
    for box in sorted(boxes, key=lambda box: -(box[3] - box[1]) * (box[2] - box[0])):
        at = np.flatnonzero(_one_run(np.array(box), merged[:count], glyph))
        if at.size:
            first = merged[at[0]]
            first[:2], first[2:] = np.minimum(first[:2], box[:2]), np.maximum(first[2:], box[2:])
        else:
            merged[count] = box
            count += 1
    found: list[Pixels] = [(x0, y0, x1, y1) for x0, y0, x1, y1 in merged[:count].tolist()]
    return found if count == len(boxes) else _put_together(found, glyph)


def _one_run(box: NDArray[np.int64], others: NDArray[np.int64], glyph: float) -> NDArray[np.bool_]:
    """Which of the other boxes (count, 4) make one run with a box."""
    across = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    down = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    heights = others[:, 3] - others[:, 1]
    together = np.maximum(box[3], others[:, 3]) - np.minimum(box[1], others[:, 1])
    beside = (down >= 0.5 * np.minimum(heights, box[3] - box[1])) & (across >= -RUN_GAP * glyph)
    above = (across >= -0.1 * glyph) & (down >= -0.2 * glyph)
    limit = np.maximum(1.35 * glyph, 1.15 * np.maximum(heights, box[3] - box[1]))
    return (beside | above) & (together <= limit)
