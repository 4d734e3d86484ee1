"""A section as it is read: its text made readable, the figures in it, and what surrounds each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractors.narrative.context import Context, contexts
from extractors.narrative.denials import denials
from extractors.narrative.flat import Flat, flatten
from extractors.narrative.mentions import Mention, mentions


@dataclass(frozen=True, slots=True)
class Passage:
    """The text of one section; ``found`` are its figures and denials in order, ``around`` the context of each."""

    title: str
    flat: Flat
    found: tuple[Mention, ...]
    around: tuple[Context, ...]


def quantities(flat: Flat) -> tuple[Mention, ...]:
    """The figures of a text, and the things that it denies, in order."""
    numbers = list(mentions(flat.text))
    return tuple(sorted([*numbers, *denials(flat.text, numbers)], key=lambda mention: mention.start))


def passage(title: str, text: str) -> Passage:
    """The passage of a section under ``title``."""
    flat = flatten(text)
    return with_mentions(title, flat, quantities(flat))


def with_mentions(title: str, flat: Flat, found: Sequence[Mention]) -> Passage:
    """The passage for figures that are known already."""
    return Passage(title, flat, tuple(found), tuple(contexts(flat.text, title, found)))
