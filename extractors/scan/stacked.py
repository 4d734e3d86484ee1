"""Rules that a scan has lost, put back where the figures of a table show that they were there.

A cell of the forms holds one figure, and each row of figures has a label of its own. Two figures or more on lines of their
own, in two columns at the same heights, are rows whose rule is gone; so it is where a rule ends beside a cell that holds
more than one figure or label. A number that was broken over two lines for want of room fills the first of them, so it is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from statistics import median

from extractors.grids.ruled import Lattice, lattice_grid, lattices
from extractors.page import Page, Ruling, Word
from models.evidence import Box

#: What a cell for a figure holds; a dash may be what is left of the rule itself.
_FIGURE = re.compile(r"[\d,.，．\s]+|无")
#: Figures that begin at heights this close, in heights of a glyph, are one row.
_SAME = 0.5
#: A figure wider than this share of its cell may go on in the next line.
_FULL = 0.5
#: Of figures below each other at the same heights, so many may fill their cells: where numbers are broken over lines, all do.
_MOST_FULL = 0.4
#: A rule goes through what it meets within this share of its height from either end: specks that were taken for its part.
_EDGE = 0.3
#: Marks that specks are read as.
_SPECK = re.compile(r"[\W_]*")


#: The cells of a table with the words in them.
Filled = Mapping[Box, Sequence[Word]]


@dataclass(frozen=True, slots=True)
class _Gap:
    """A cell with a figure below something else; ``is_full``: the upper one may go on below."""

    cell: Box
    above: Word
    below: Word
    is_full: bool


def restored(page: Page, glyph: float) -> tuple[Ruling, ...]:
    """The rules of a page with those that its figures show to be lost; ``glyph`` is the height of its print, in points."""
    words = [word for word in page.words if not _SPECK.fullmatch(word.text)]
    for find in (_led_through, partial(_between_rows, glyph=glyph), _led_to_labels):
        found = [rule for table in lattices(page) for rule in find(_filled(table, words))]
        page = replace(page, rulings=(*page.rulings, *found))
    return page.rulings


def _filled(table: Lattice, words: Sequence[Word]) -> Filled:
    boxes = [cell.place.box for cell in lattice_grid(table, (), 1).cells if cell.place.box is not None]
    return {box: [word for word in words if _holds(box, word.box)] for box in boxes}


def _led_through(filled: Filled) -> Iterator[Ruling]:
    """Rules above figures, led on through cells beside them that hold several lines."""
    for cell, found in filled.items():
        lines = sorted(found, key=lambda word: word.box.y0)
        if lines and _FIGURE.fullmatch(lines[0].text.strip()):
            at = cell.y0
            for other, there in filled.items():
                is_row = other.y0 + 1 < at < other.y1 - 1 and len(there) > 1 and any(map(_is_figure, there))
                if is_row and not any(_crosses(word.box, at) for word in there) and _reaches(cell, other, filled, at):
                    yield Ruling(other.x0, at, other.x1, at)


def _reaches(cell: Box, other: Box, filled: Filled, at: float) -> bool:
    """Whether between a cell and another all cells are of figures: no label parts them."""
    left, right = min(cell.x1, other.x1), max(cell.x0, other.x0)
    between = [box for box in filled if box.y0 - 1 < at < box.y1 + 1 and box.x0 > left - 1 and box.x1 < right + 1]
    return all(not filled[box] or any(map(_is_figure, filled[box])) for box in between)


def _crosses(word: Box, at: float) -> bool:
    edge = _EDGE * (word.y1 - word.y0)
    return word.y0 + edge < at < word.y1 - edge


def _between_rows(filled: Filled, glyph: float) -> Iterator[Ruling]:
    """Rules between figures that stand below each other in two columns at the same heights."""
    words = [word for found in filled.values() for word in found]
    gaps = [gap for cell, found in filled.items() for gap in _gaps(cell, found)]
    for row in _rows(gaps, _SAME * glyph):
        if len({gap.cell.x0 for gap in row}) >= 2 and sum(gap.is_full for gap in row) <= _MOST_FULL * len(row):
            yield from _rule_between(row, tuple(filled), words)


def _rule_between(row: Sequence[_Gap], cells: Sequence[Box], words: Sequence[Word]) -> Iterator[Ruling]:
    """The rule above a row of figures, led on through the label beside it where nothing stands in its way.

    Specks may have made single figures higher than they are, so the row as a whole says where it begins.
    """
    left, right = min(gap.cell.x0 for gap in row), max(gap.cell.x1 for gap in row)
    top, bottom = median(gap.above.box.y1 for gap in row), median(gap.below.box.y0 for gap in row)
    own = {id(word) for gap in row for word in (gap.above, gap.below)}
    others = [word for word in words if id(word) not in own]
    labels = [cell for cell in cells if abs(cell.x1 - left) < 1 and cell.y0 < bottom and top < cell.y1]
    further = min((cell.x0 for cell in labels), default=left)
    for start in dict.fromkeys((further, left)):
        at = _free(others, Box(start, top, right, bottom))
        if at is not None:
            yield Ruling(start, at, right, at)
            return


def _led_to_labels(filled: Filled) -> Iterator[Ruling]:
    """Rules between figures, led on through a cell of labels that stops at neither of them."""
    for cell, found in filled.items():
        if len(found) < 2:
            continue
        beside = [other for other in filled if abs(other.x0 - cell.x1) < 1 and cell.y0 - 1 < other.y0 < cell.y1]
        for upper, lower in pairwise(sorted(beside, key=lambda box: box.y0)):
            at = upper.y1
            is_edge = abs(lower.y0 - at) < 1 and cell.y0 + 1 < at < cell.y1 - 1
            if (
                is_edge
                and any(map(_is_figure, filled[upper]))
                and any(map(_is_figure, filled[lower]))
                and _parts(found, at)
            ):
                yield Ruling(cell.x0, at, cell.x1, at)


def _is_figure(word: Word) -> bool:
    return bool(_FIGURE.fullmatch(word.text.strip()))


def _parts(words: Sequence[Word], at: float) -> bool:
    """Whether words stand above a height and others below it, and none across."""
    above, below = [word.box.y1 <= at for word in words], [word.box.y0 >= at for word in words]
    return any(above) and any(below) and all(one or other for one, other in zip(above, below, strict=True))


def _holds(cell: Box, word: Box) -> bool:
    return cell.x0 <= (word.x0 + word.x1) / 2 <= cell.x1 and cell.y0 <= (word.y0 + word.y1) / 2 <= cell.y1


def _gaps(cell: Box, words: Sequence[Word]) -> Iterator[_Gap]:
    """Where a figure stands below something else in one cell."""
    lines = sorted(words, key=lambda word: word.box.y0)
    for above, below in pairwise(lines):
        if _FIGURE.fullmatch(below.text.strip()) and above.box.y1 < below.box.y0:
            is_full = bool(_FIGURE.fullmatch(above.text.strip())) and above.box.x1 - above.box.x0 > _FULL * (
                cell.x1 - cell.x0
            )
            yield _Gap(cell, above, below, is_full)


def _rows(gaps: Sequence[_Gap], near: float) -> Iterator[list[_Gap]]:
    """Gaps whose figures begin at about the same height."""
    row: list[_Gap] = []
    for gap in sorted(gaps, key=lambda gap: gap.below.box.y0):
        if row and gap.below.box.y0 - row[0].below.box.y0 > near:
            yield row
            row = []
        row.append(gap)
    if row:
        yield row


def _free(words: Sequence[Word], band: Box) -> float | None:
    """The middle of the widest part of a band that no word reaches into; None when there is none."""
    taken = sorted(
        (word.box.y0, word.box.y1)
        for word in words
        if word.box.x1 > band.x0 and word.box.x0 < band.x1 and word.box.y1 > band.y0 and word.box.y0 < band.y1
    )
    best, at, reached = 0.0, None, band.y0
    for top, bottom in (*taken, (band.y1, band.y1)):
        if top - reached > best:
            best, at = top - reached, (reached + top) / 2
        reached = max(reached, bottom)
    return at
