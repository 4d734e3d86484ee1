"""The small protocols that a new format or table route meets. Implementations are listed in ``registry.py``."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

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


@runtime_checkable
class PagedFormat(Format, Protocol):
    """A format whose pages can be read by themselves, so that a long source need not be read in one go."""

    def page_count(self, source: Source) -> int:
        """How many pages there are. Raises a ``models.errors.SourceError``."""
        ...

    def read_pages(self, source: Source, options: ExtractOptions, first: int, last: int) -> Content:
        """Blocks of some pages, counted from 1, both included; ``pages`` is that of the whole source."""
        ...


class GridRoute(Protocol):
    """Finds the tables of one page."""

    name: str

    def grids(self, page: Page) -> tuple[Grid, ...]:
        """All tables of the page in reading order; empty when there is none."""
        ...
