"""Another look at a page whose tables the cheap route did not cut well: pdfplumber first, camelot after it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from extractors.grid import Grid
from extractors.grids.camelot_route import camelot_grids
from extractors.grids.pdfplumber_route import pdfplumber_grids
from extractors.page import Block, Line, Page
from extractors.routing import digits_of, judge_route
from models.evidence import Box

Look = Callable[[bytes, int], Sequence[Grid]]

#: In order of cost.
LOOKS: tuple[tuple[str, Look], ...] = (("pdfplumber", pdfplumber_grids), ("camelot", camelot_grids))


def second_opinion(data: bytes, page: Page, blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], str] | None:
    """Better blocks and the route that made them; None when the first are enough or nothing does better."""
    if judge_route(page, blocks).enough:
        return None
    # Both warn of each font that lacks a box; that concerns drawing, not reading.
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    for name, look in LOOKS:
        grids = look(data, page.number)
        if not grids:
            continue
        other = _merged(blocks, grids)
        if judge_route(page, other).enough and digits_of(other) >= digits_of(blocks):
            return other, name
    return None


def _merged(blocks: Sequence[Block], grids: Sequence[Grid]) -> tuple[Block, ...]:
    """Lines outside of the new tables, and the tables, from top to bottom."""
    areas = [_area(grid) for grid in grids]
    kept = [block for block in blocks if isinstance(block, Line) and not any(_inside(block, area) for area in areas)]
    placed: list[tuple[float, Block]] = [(line.place.box.y0 if line.place.box else 0.0, line) for line in kept]
    placed += [(area.y0, grid) for area, grid in zip(areas, grids, strict=True)]
    return tuple(block for _, block in sorted(placed, key=lambda item: item[0]))


def _area(grid: Grid) -> Box:
    boxes = [cell.place.box for cell in grid.cells if cell.place.box is not None]
    area = boxes[0]
    for box in boxes[1:]:
        area = area.union(box)
    return area


def _inside(line: Line, area: Box) -> bool:
    box = line.place.box
    return box is not None and area.y0 <= box.center_y <= area.y1 and area.x0 <= box.center_x <= area.x1
