"""A page of words and rules as blocks in reading order: lines of text and tables, by the cheapest route that will do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractors.grid import Grid
from extractors.grids.ruled import MARGIN, Lattice, lattice_grid, lattices
from extractors.grids.stream import headed_grids, is_figure, stream_grid
from extractors.page import Block, Line, Page, Word
from extractors.text_lines import line_text, visual_lines
from models.evidence import Box, Place

_SENTENCE = re.compile("[。；;！？]")
_HEADING = re.compile("^[一二三四五六七八][、.．]")


def page_blocks(page: Page) -> tuple[tuple[Block, ...], str]:
    """The blocks of a page in reading order, and the route taken: ``text``, ``lattice`` or ``stream``."""
    tables = lattices(page)
    inside: list[list[Word]] = [[] for _ in tables]
    outside: list[Word] = []
    for word in page.words:
        home = next((i for i, table in enumerate(tables) if _holds(table, word.box)), None)
        (outside if home is None else inside[home]).append(word)
    placed: list[tuple[float, Block]] = [
        (table.ys[0], lattice_grid(table, words, page.number))
        for table, words in zip(tables, inside, strict=True)
        if words
    ]
    for run in _runs(visual_lines(outside), [table.ys[0] for table in tables]):
        placed.extend(_blocks_of(run, page.number))
    routes = {block.route for _, block in placed if isinstance(block, Grid)}
    ordered = tuple(block for _, block in sorted(placed, key=lambda item: item[0]))
    return ordered, "stream" if "stream" in routes else "lattice" if routes else "text"


def _holds(table: Lattice, box: Box) -> bool:
    area = table.box
    return area.x0 - MARGIN <= box.center_x <= area.x1 + MARGIN and area.y0 <= box.center_y <= area.y1


def _runs(lines: Sequence[list[Word]], tops: Sequence[float]) -> Iterator[list[list[Word]]]:
    """Runs of lines between prose, headings and tables."""
    run: list[list[Word]] = []
    for line in lines:
        text = line_text(line)
        top = line[0].box.y0
        parted = run and any(run[-1][0].box.y0 < at <= top for at in tops)
        if parted or _SENTENCE.search(text) or (_HEADING.match(text) and not any(map(is_figure, line))):
            yield run
            run = []
        run.append(line)
        if _SENTENCE.search(text):
            yield run
            run = []
    yield run


def _blocks_of(run: Sequence[list[Word]], page: int) -> Iterator[tuple[float, Block]]:
    grid = stream_grid(run, page) if run else None
    if grid is not None:
        yield run[0][0].box.y0, grid
        return
    small = headed_grids(run, page)
    for start, _, headed in small:
        yield run[start][0].box.y0, headed
    for line in (line for at, line in enumerate(run) if not any(start <= at < end for start, end, _ in small)):
        box = line[0].box
        for word in line[1:]:
            box = box.union(word.box)
        digits = min((word.readings[0].digits for word in line if word.readings), default=1.0)
        yield box.y0, Line(line_text(line), Place(page=page, box=box), digits=digits)
