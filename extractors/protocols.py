"""The small protocols that a new format or table route meets. Implementations are listed in ``registry.py``."""

from __future__ import annotations

from typing import Protocol

from extractors.grid import Grid
from extractors.options import ExtractOptions
from extractors.page import Content, Page
from extractors.sources.source import Source


class Format(Protocol):
    """Reads one file format."""

    name: str

    def read(self, source: Source, options: ExtractOptions) -> Content:
        """Turn a source into blocks in reading order.

        Raises a ``models.errors.SourceError`` when nothing can be read; a page that fails alone becomes a
        ``PageProblem`` and the others are kept.
        """
        ...


class GridRoute(Protocol):
    """Finds the tables of one page."""

    name: str

    def grids(self, page: Page) -> tuple[Grid, ...]:
        """All tables of the page in reading order; empty when there is none."""
        ...
