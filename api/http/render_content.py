"""``python -m api.http.render_content NAME``: the source on stdin, what was read of it as JSON on stdout.

For sources without page images (web pages, Word, spreadsheets, OFD): their lines and tables in reading order, each with
its place, so that a person can compare a cell with where it stands.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

from api.http.rendering import MEMORY_MB, NO_SUCH_PAGE, SECONDS
from extractors.grid import Grid
from extractors.options import ExtractOptions
from extractors.page import Block, Content
from extractors.registry import format_for
from extractors.sources.sniff import media_type
from extractors.sources.source import Source
from models.errors import SourceError
from models.evidence import Place
from worker.confine import limit_memory

#: Characters that are shown of a source.
MOST_TEXT = 1_000_000


def main(name: str) -> int:
    """Read and print; the exit status is ``NO_SUCH_PAGE`` when nothing can be read."""
    limit_memory(MEMORY_MB)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    data = sys.stdin.buffer.read()
    kind = media_type(data, name)
    reader = format_for(kind)
    try:
        content = reader.read(Source(name, data, kind), ExtractOptions()) if reader else Content(())
    except SourceError as error:
        print(error.message, file=sys.stderr)
        return NO_SUCH_PAGE
    json.dump(list(_within(content.blocks)), sys.stdout)
    return 0


def _within(blocks: tuple[Block, ...]) -> Iterator[dict[str, Any]]:
    left = MOST_TEXT
    for block in blocks:
        shown = _grid(block) if isinstance(block, Grid) else _line(block.text, block.place, block.heading)
        left -= sum(len(cell.text) for cell in block.cells) if isinstance(block, Grid) else len(block.text)
        if left < 0:
            return
        yield shown


def _line(text: str, place: Place, heading: bool) -> dict[str, Any]:
    return {"text": text, "heading": heading, "at": at(place)}


def _grid(grid: Grid) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = [[] for _ in range(grid.n_rows)]
    for cell in sorted(grid.cells, key=lambda cell: (cell.row, cell.column)):
        spans = {"down": cell.row_span, "across": cell.column_span}
        rows[cell.row].append({"text": cell.text, "at": at(cell.place), **spans})
    return {"rows": rows, "at": str(grid.cells[0].place.line or "") if grid.cells else ""}


def at(place: Place) -> str:
    """A place as one word, the same for a piece of the source and for the evidence of a cell."""
    box = place.box
    bbox = (box.x0, box.y0, box.x1, box.y1) if box else None
    return name_of(place.page, bbox, place.line, place.row, place.column)


def name_of(
    page: int | None,
    bbox: tuple[float, float, float, float] | None,
    line: int | None,
    row: int | None,
    column: int | None,
) -> str:
    """The word for a place by its parts; empty where nothing is known."""
    if bbox is not None:
        return "-".join([f"p{page}", *(f"{edge:.1f}" for edge in bbox)])
    if row is not None:
        return f"{line}-{row}-{column}"
    return "" if line is None else str(line)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
