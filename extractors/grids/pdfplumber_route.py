"""Tables of a page through pdfplumber: explicit rules where there are some, else the alignment of words."""

from __future__ import annotations

import io

from extractors.geometry import cluster
from extractors.grid import Grid, GridCell
from models.evidence import Box, Place

#: Rules this near to one another, in points, are one (pdfplumber's ``snap_tolerance``).
SNAP = 3.0


def pdfplumber_grids(data: bytes, number: int) -> list[Grid]:
    """The tables that pdfplumber finds on a page (from 1), top to bottom."""
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data), pages=[number]) as document:
        page = document.pages[0]
        ruled = len(page.edges) >= 8
        how = "lines" if ruled else "text"
        settings = {"vertical_strategy": how, "horizontal_strategy": how, "snap_tolerance": SNAP}
        found = [_grid(table, number) for table in page.find_tables(settings)]
    return [grid for grid in found if grid is not None]


def _grid(table: object, number: int) -> Grid | None:
    boxes = [Box(*cell) for cell in getattr(table, "cells", ()) if cell is not None]
    if not boxes:
        return None
    texts = {
        tuple(box): text
        for row, printed in zip(table.rows, table.extract(), strict=True)  # type: ignore[attr-defined]
        for box, text in zip(row.cells, printed, strict=True)
        if box is not None
    }
    xs = cluster([x for box in boxes for x in (box.x0, box.x1)], SNAP)
    ys = cluster([y for box in boxes for y in (box.y0, box.y1)], SNAP)
    cells = []
    for box in boxes:
        left, right = _nearest(xs, box.x0), _nearest(xs, box.x1)
        top, bottom = _nearest(ys, box.y0), _nearest(ys, box.y1)
        text = texts.get((box.x0, box.y0, box.x1, box.y1)) or ""
        place = Place(page=number, box=box)
        cells.append(GridCell(text, top, left, max(1, bottom - top), max(1, right - left), place))
    ordered = tuple(sorted(cells, key=lambda cell: (cell.row, cell.column)))
    return Grid(ordered, len(ys) - 1, len(xs) - 1, "pdfplumber", ("pdfplumber",))


def _nearest(edges: list[float], value: float) -> int:
    return min(range(len(edges)), key=lambda index: abs(edges[index] - value))
