"""A long source read in parts: each part is a ``Content`` that can be kept as JSON, and the parts become one again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic import TypeAdapter

from extractors.page import Block, Content, Line
from models.errors import UnreadableSource
from models.evidence import Place

_CONTENT = TypeAdapter(Content)


def to_json(content: Content) -> bytes:
    """A part as JSON; every figure comes back as it was."""
    return _CONTENT.dump_json(content)


def from_json(data: bytes) -> Content:
    """The part again. Raises pydantic's ValidationError on anything else."""
    return _CONTENT.validate_json(data)


def join(parts: Sequence[Content]) -> Content:
    """One content of all parts, which are given in the order of their pages. What the first part declares holds."""
    return Content(
        blocks=tuple(block for part in parts for block in part.blocks),
        pages=parts[0].pages,
        routes={page: route for part in parts for page, route in part.routes.items()},
        problems=tuple(problem for part in parts for problem in part.problems),
        hints=parts[0].hints,
        notes={page: note for part in parts for page, note in part.notes.items()},
        seals=tuple(seal for part in parts for seal in part.seals),
    )


def from_page(content: Content, first: int) -> Content:
    """A part whose pages are counted from ``first`` instead of 1."""
    by = first - 1
    return Content(
        blocks=tuple(_moved(block, by) for block in content.blocks),
        pages=content.pages,
        routes={str(int(page) + by): route for page, route in content.routes.items()},
        problems=tuple(replace(one, page=one.page + by if one.page else first) for one in content.problems),
        hints=content.hints,
        notes={str(int(page) + by): note for page, note in content.notes.items()},
        seals=tuple(replace(seal, place=_on(seal.place, by)) for seal in content.seals),
    )


def _moved(block: Block, by: int) -> Block:
    if isinstance(block, Line):
        return replace(block, place=_on(block.place, by))
    return replace(block, cells=tuple(replace(cell, place=_on(cell.place, by)) for cell in block.cells))


def _on(place: Place, by: int) -> Place:
    return replace(place, page=place.page + by) if place.page is not None else place


def complete(content: Content) -> Content:
    """The content, if anything was read. Raises UnreadableSource with the first problem, or because all is blank."""
    if content.blocks:
        return content
    if content.problems:
        raise UnreadableSource(content.problems[0].message, code=content.problems[0].code)
    raise UnreadableSource("all pages are blank", code="no_text")
