"""Samples for the tagger: windows over invented and annotated sections, with the type of every figure in them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from extractors.narrative.context import contexts
from extractors.narrative.denials import denials
from extractors.narrative.encoding import windows
from extractors.narrative.flat import flatten
from extractors.narrative.mentions import mentions
from extractors.narrative.training.generator import make_section
from models.facts import OTHER, fact_types

#: The class of a figure that several types share (各, 均): the rules settle it, and the tagger does not learn from it.
SHARED: Final = "shared"


@dataclass(frozen=True, slots=True)
class Sample:
    """One input: its characters, and (place, type) of each figure in it."""

    chars: tuple[str, ...]
    marks: tuple[tuple[int, str], ...]


def labels() -> list[str]:
    """The classes in their fixed order: ``other``, then the types of ``facts.yaml``."""
    return [OTHER, *fact_types()]


def samples_of(title: str, text: str, year: int, marked: Sequence[tuple[int, int, str]]) -> Iterator[Sample]:
    """The samples of one section, whose figures are marked with spans in ``text`` and types."""
    flat = flatten(text)
    numbers = list(mentions(flat.text))
    found = sorted([*numbers, *denials(flat.text, numbers)], key=lambda mention: mention.start)
    kinds = [kind_at(flat.span(mention.start, mention.end), marked) for mention in found]
    for window in windows(flat.text, found, contexts(flat.text, title, found), year):
        yield Sample(window.chars, tuple((place, kinds[index]) for place, index in window.marks))


def kind_at(span: tuple[int, int], marked: Sequence[tuple[int, int, str]]) -> str:
    """The type of the figure at ``span`` among marked stretches of the same text."""
    kinds = {kind for start, end, kind in marked if start < span[1] and span[0] < end}
    return SHARED if len(kinds) > 1 else next(iter(kinds), OTHER)


def invented(count: int, seed: int) -> list[Sample]:
    """At least ``count`` samples from the grammar."""
    rng = random.Random(seed)
    result: list[Sample] = []
    while len(result) < count:
        made = make_section(rng)
        result += samples_of(made.title, made.text, made.year, made.marks)
    return result


def annotated(documents: Iterable[dict[str, Any]]) -> list[Sample]:
    """The samples of annotated documents (the shape of ``dev.jsonl``)."""
    result: list[Sample] = []
    for document in documents:
        for index, section in enumerate(document["sections"]):
            marks = [(*fact["span"], fact["type"]) for fact in document["facts"] if fact["section"] == index]
            result += samples_of(section["title"], section["text"], document["year"], marks)
    return result


def documents(path: Path) -> list[dict[str, Any]]:
    """The annotated documents of a JSON-lines file, decimals exact."""
    return [json.loads(line, parse_float=Decimal) for line in path.read_text(encoding="utf-8").splitlines()]


def missed(documents: Iterable[dict[str, Any]]) -> list[str]:
    """The annotated facts that no mention covers: no tagger can find those."""
    result = []
    for document in documents:
        for index, section in enumerate(document["sections"]):
            flat = flatten(section["text"])
            numbers = list(mentions(flat.text))
            spans = [flat.span(one.start, one.end) for one in (*numbers, *denials(flat.text, numbers))]
            result += [
                f"{document['id']} {fact['type']}: {section['text'][slice(*fact['span'])]}"
                for fact in document["facts"]
                if fact["section"] == index and not any(_overlap(span, fact["span"]) for span in spans)
            ]
    return result


def _overlap(one: tuple[int, int], two: Sequence[int]) -> bool:
    return one[0] < two[1] and two[0] < one[1]
