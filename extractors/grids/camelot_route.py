"""Tables of a page through camelot: its lattice where rules are drawn, its stream where they are not."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from extractors.grid import Grid, GridCell
from models.evidence import Box, Place


def camelot_grids(data: bytes, number: int) -> list[Grid]:
    """The tables that camelot finds on a page (from 1), top to bottom.

    camelot's own ``confidence`` is a product of two percentages and falls with every blank cell, so it is not used.
    """
    from camelot.io import read_pdf

    with tempfile.TemporaryDirectory(prefix="gouji-") as folder:
        path = Path(folder, "page.pdf")
        height = _single_page(data, number, path)
        for flavor in ("lattice", "stream"):
            tables = read_pdf(str(path), pages="1", flavor=flavor, suppress_stdout=True)
            grids = [_grid(table, number, height) for table in tables if table.shape[1] > 1]
            if grids:
                return sorted(grids, key=lambda grid: min(c.place.box.y0 for c in grid.cells if c.place.box))
    return []


def _single_page(data: bytes, number: int, path: Path) -> float:
    """Write one page to a file of its own, so that camelot reads no more than it must; returns its height."""
    from pypdfium2 import PdfDocument

    with PdfDocument(data) as whole, PdfDocument.new() as one:
        one.import_pages(whole, [number - 1])
        one.save(str(path))
        return float(one[0].get_height())


def _grid(table: Any, number: int, height: float) -> Grid:
    cells = []
    for row, line in enumerate(table.cells):
        for column, cell in enumerate(line):
            box = Box(cell.x1, height - cell.y2, cell.x2, height - cell.y1)
            cells.append(GridCell(cell.text.strip(), row, column, place=Place(page=number, box=box)))
    return Grid(tuple(cells), len(table.cells), len(table.cells[0]), "camelot", ("camelot",))
