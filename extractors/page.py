"""A page as geometry, and the blocks that every format ends in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from extractors.grid import Grid
from models.evidence import Box, Place
from models.readings import Reading


@dataclass(frozen=True, slots=True)
class Word:
    """A run of glyphs without a gap, with its box. ``readings`` is a recogniser's n-best, empty for a text layer."""

    text: str
    box: Box
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """A straight horizontal (``y0 == y1``) or vertical (``x0 == x1``) stroke, in page points."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a paged source: number from 1, size in points, words in reading order, rulings.

    ``hidden`` is the share of its text that is drawn invisibly or under a picture.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    pictures: tuple[Box, ...] = ()
    hidden: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line or paragraph of text outside of any native table.

    ``text`` keeps leading tabs and blanks (they mark cells in flattened tables). ``heading`` is true when the
    format itself says so (HTML h1-h6, a Word heading style, Markdown #). ``digits`` is how sure a recogniser is of the
    digit that it is the least sure of; 1 for text that was not recognised.
    """

    text: str
    place: Place
    heading: bool = False
    digits: float = 1.0


Block = Line | Grid


@dataclass(frozen=True, slots=True)
class PageProblem:
    """Something that was not read, named: ``page`` (None = whole source), a stable code and a sentence."""

    page: int | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a format makes of a source: blocks in reading order.

    ``pages`` is the number of pages (None where the format has none); ``routes`` tells by page number (as text, as in
    the report) which route was taken; ``problems`` names every page or part that could not be read; ``hints`` holds
    what the format itself declares (``title``, ``published``, ``url``), never trusted above the text; ``notes`` tells by page
    why it was read as a picture and what was repaired first. ``seals`` are the names on seals that were read, which are no
    part of the text.
    """

    blocks: tuple[Block, ...]
    pages: int | None = None
    routes: dict[str, str] = field(default_factory=dict)
    problems: tuple[PageProblem, ...] = ()
    hints: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    seals: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadPage:
    """What came of one page, by which route, and why that."""

    blocks: tuple[Block, ...] = ()
    route: str = "none"
    problem: PageProblem | None = None
    note: str = ""
    seals: tuple[Line, ...] = ()


def content_of(pages: Mapping[int, ReadPage], count: int) -> Content:
    """What was made of pages by their numbers, of a source of ``count``."""
    return Content(
        blocks=tuple(block for page in pages.values() for block in page.blocks),
        pages=count,
        routes={str(number): page.route for number, page in pages.items()},
        problems=tuple(page.problem for page in pages.values() if page.problem is not None),
        notes={str(number): page.note for number, page in pages.items() if page.note},
        seals=tuple(seal for page in pages.values() for seal in page.seals),
    )
