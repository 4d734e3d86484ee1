"""Tables without vertical rules: columns from the figures that stand below one another, rows from the printed lines.

Three-line tables and borderless ones. Every figure of the region ends in a cell; a figure that fits no column keeps one of
its own, so that the alignment sees it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from extractors.geometry import cluster
from extractors.grid import Grid, GridCell
from extractors.page import Word
from extractors.text_lines import cell_readings, line_text
from models.evidence import Box, Place

_FIGURE = re.compile(r"^[+\-−－增减]?[\d０-９][\d０-９,，.．]*(?:万元|元|件|条)?$|^[-—–―－/／]{1,3}$|^无$")
#: Middles of figures nearer than this, in points, stand in one column.
SAME_COLUMN = 7.0
#: A column has figures in at least so many lines, or a head.
FEWEST_FIGURES = 2
#: A table has at least so many lines with figures.
FEWEST_ROWS = 2
#: A line of heads sets at least so many columns beside that of the labels.
FEWEST_COLUMNS = 2
#: A line of so many heads, each of at most so many characters, sets the columns.
FEWEST_HEADS = 8
LONGEST_HEAD = 4
#: A row that lacks numbers broken over lines still has this share of its figures.
BROKEN_FROM = 0.5
#: The halves of a broken number stand at most so many glyph heights above and below the row's middle.
LINE_STEP = 1.2


def is_figure(word: Word) -> bool:
    """A word that can only be the value of a cell."""
    return bool(_FIGURE.match(word.text.replace("\n", "")))


def stream_grid(lines: Sequence[Sequence[Word]], page: int) -> Grid | None:
    """The grid of a run of printed lines; None when the figures form no columns."""
    lines = _with_broken_numbers(lines)
    figures = [word for line in lines for word in _tail(line)]
    columns = _below_heads(lines, figures) or _below_each_other(lines, figures)
    if not columns:
        return None
    edge = min((word.box.x0 for word in figures if _stands_over(word, columns[0])), default=columns[0])
    cells = [cell for row, line in enumerate(lines) for cell in _row(line, row, columns, edge, page)]
    return Grid(tuple(cells), len(lines), len(columns) + 1, "stream", ("pdfium",), spatial=_fits(figures, columns))


def _below_each_other(lines: Sequence[Sequence[Word]], figures: Sequence[Word]) -> list[float]:
    """Columns in which several figures stand below one another, or one below a head; none when there are too few."""
    heads = [word for line in lines for word in line if not is_figure(word)]
    columns = [
        at
        for at in cluster([word.box.center_x for word in figures], SAME_COLUMN)
        if sum(_stands_over(word, at) for word in figures) >= FEWEST_FIGURES
        or any(word.box.x0 <= at <= word.box.x1 for word in heads)
    ]
    rows = sum(len(_tail(line)) >= 2 for line in lines)
    return columns if len(columns) >= 2 and rows >= FEWEST_ROWS else []


def _below_heads(lines: Sequence[Sequence[Word]], figures: Sequence[Word]) -> list[float]:
    """Columns of a line of many short heads, where every figure stands below one: the fourth table has one row alone."""
    for line in lines:
        heads = [word for word in line if len(word.text) <= LONGEST_HEAD and not is_figure(word)]
        if len(heads) < FEWEST_HEADS or len(heads) < len(line):
            continue
        columns = sorted(word.box.center_x for word in heads)
        near = min(right - left for left, right in pairwise(columns)) / 2
        if figures and all(min(abs(word.box.center_x - at) for at in columns) < near for word in figures):
            return columns
    return []


def headed_grids(lines: Sequence[Sequence[Word]], page: int) -> list[tuple[int, int, Grid]]:
    """Small tables in a run of lines that makes none as a whole: a line of heads with figures right below, some left out.

    Each with the numbers of its first line and of the first line after it.
    """
    found: list[tuple[int, int, Grid]] = []
    at = 0
    while at < len(lines):
        end = _end_below_heads(lines, at)
        if end > at + 1:
            columns = [word.box.center_x for word in lines[at][1:]]
            edge = lines[at][1].box.x0
            cells = [cell for row, line in enumerate(lines[at:end]) for cell in _row(line, row, columns, edge, page)]
            found.append((at, end, Grid(tuple(cells), end - at, len(columns) + 1, "stream", ("pdfium",))))
        at = max(end, at + 1)
    return found


def _end_below_heads(lines: Sequence[Sequence[Word]], at: int) -> int:
    """The first line that is no row of a table of which line ``at`` has the heads: a label, then figures under the heads."""
    heads = lines[at]
    if len(heads) < FEWEST_COLUMNS + 1 or any(map(is_figure, heads)):
        return at
    end = at + 1
    while end < len(lines) and (figures := _tail(lines[end])) and len(figures) < len(lines[end]):
        if not all(any(_stands_under(figure, head) for head in heads[1:]) for figure in figures):
            break
        end += 1
    return end if any(len(_tail(line)) < len(heads) - 1 for line in lines[at + 1 : end]) else at


def _stands_under(figure: Word, head: Word) -> bool:
    return head.box.x0 - SAME_COLUMN <= figure.box.center_x <= head.box.x1 + SAME_COLUMN


def _stands_over(word: Word, middle: float) -> bool:
    return abs(word.box.center_x - middle) <= SAME_COLUMN


def _with_broken_numbers(lines: Sequence[Sequence[Word]]) -> list[list[Word]]:
    """Put numbers that a narrow column broke over lines together, as one word with a line break in it.

    A line nearly full of figures takes those right above and below it that stand in the columns that it leaves free.
    """
    most = max((len(_tail(line)) for line in lines), default=0)
    result = [list(line) for line in lines]
    for at, line in enumerate(lines):
        if not BROKEN_FROM * most <= len(_tail(line)) < most:
            continue
        above = _pieces(lines[at - 1], line) if at else []
        below = _pieces(lines[at + 1], line) if at + 1 < len(lines) else []
        for first in above:
            second = next((word for word in below if _stands_over(word, first.box.center_x)), None)
            if second is not None:
                result[at].append(Word(f"{first.text}\n{second.text}", first.box.union(second.box)))
                result[at - 1].remove(first)
                result[at + 1].remove(second)
    return [sorted(line, key=lambda word: word.box.x0) for line in result if line]


def _pieces(line: Sequence[Word], full: Sequence[Word]) -> list[Word]:
    """Digits of a line that stand close to a fuller line, in columns that it leaves free."""
    near = LINE_STEP * full[0].box.height
    return [
        word
        for word in line
        if word.text.isdecimal()
        and abs(word.box.center_y - full[-1].box.center_y) <= near
        and not any(_stands_over(other, word.box.center_x) for other in _tail(full))
    ]


def _fits(figures: Sequence[Word], columns: Sequence[float]) -> bool:
    return all(min(abs(word.box.center_x - at) for at in columns) <= SAME_COLUMN for word in figures)


def _tail(line: Sequence[Word]) -> list[Word]:
    """The figures at the end of a line."""
    tail: list[Word] = []
    for word in reversed(line):
        if not is_figure(word):
            break
        tail.append(word)
    return tail[::-1]


def _row(line: Sequence[Word], row: int, columns: Sequence[float], edge: float, page: int) -> list[GridCell]:
    label = [word for word in line if word.box.center_x < edge - SAME_COLUMN and not is_figure(word)]
    first = next((index for index, word in enumerate(line) if word not in label), len(line))
    label = list(line[:first])
    cells = [_cell(label, row, 0, page)] if label else []
    taken: dict[int, list[Word]] = {}
    for word in line[first:]:
        at = min(range(len(columns)), key=lambda index: abs(columns[index] - word.box.center_x))
        taken.setdefault(at, []).append(word)
    if not any(is_figure(word) for word in line[first:]):
        return [*cells, *(_cell(words, row, at + 1, page) for at, words in taken.items())]
    blank = Box(0, line[0].box.y0, 0, line[0].box.y1)
    for at, middle in enumerate(columns):
        if at in taken:
            cells.append(_cell(taken[at], row, at + 1, page))
        else:
            box = Box(middle - SAME_COLUMN, blank.y0, middle + SAME_COLUMN, blank.y1)
            cells.append(GridCell("", row, at + 1, place=Place(page=page, box=box)))
    return cells


def _cell(words: Sequence[Word], row: int, column: int, page: int) -> GridCell:
    box = words[0].box
    for word in words[1:]:
        box = box.union(word.box)
    return GridCell(line_text(words), row, column, place=Place(page=page, box=box), readings=cell_readings(words))
