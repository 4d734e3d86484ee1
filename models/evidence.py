"""Where a value stands: a box on a page, or a line and column of a text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points (1/72 inch), origin at the top left of the page, ``x0 <= x1`` and ``y0 <= y1``."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Width in points."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height in points."""
        return self.y1 - self.y0

    @property
    def center_x(self) -> float:
        """Horizontal middle in points."""
        return (self.x0 + self.x1) / 2

    @property
    def center_y(self) -> float:
        """Vertical middle in points."""
        return (self.y0 + self.y1) / 2

    def union(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a source.

    ``page`` (from 1) and ``box`` for paged sources; ``line`` and ``column`` (both from 1) for text sources.
    A place in a format without pages (DOCX, HTML, XLSX) has ``line`` = number of the block in reading order, and in a
    table ``row`` and ``column`` of the table, from 1.
    """

    page: int | None = None
    box: Box | None = None
    line: int | None = None
    column: int | None = None
    row: int | None = None
