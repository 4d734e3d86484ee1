"""Samples for the tagger: one line of context and one type for every number mention."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from extractors.narrative.context import contexts
from extractors.narrative.encoding import encode
from extractors.narrative.flat import flatten
from extractors.narrative.mentions import mentions
from extractors.narrative.training.generator import make_section
from models.facts import OTHER, fact_types

_SPACES: Final = 0.02


@dataclass(frozen=True, slots=True)
class Sample:
    """One input line and its type."""

    line: str
    kind: str


def labels() -> list[str]:
    """The classes in their fixed order: ``other``, then the types of ``facts.yaml``."""
    return [OTHER, *fact_types()]


def samples_of(title: str, text: str, marks: Iterable[tuple[int, int, str]]) -> Iterator[Sample]:
    """The samples of one section, whose figures are marked with source spans and types."""
    marked = list(marks)
    flat = flatten(text)
    found = [mention for mention in mentions(flat.text)]
    for mention, context in zip(found, contexts(flat.text, title, found), strict=True):
        start, end = flat.span(mention.start, mention.end)
        kinds = [kind for a, b, kind in marked if a < end and start < b]
        yield Sample(encode(mention, context), kinds[0] if kinds else OTHER)


def invented(count: int, seed: int) -> list[Sample]:
    """At least ``count`` samples from the grammar, some of them with OCR noise."""
    rng = random.Random(seed)
    result: list[Sample] = []
    while len(result) < count:
        made = make_section(rng)
        result += samples_of(made.title, made.text, made.marks)
    return result


def annotated(documents: Iterable[dict[str, Any]]) -> list[Sample]:
    """The samples of annotated documents (the shape of ``dev.jsonl``)."""
    result: list[Sample] = []
    for document in documents:
        for index, section in enumerate(document["sections"]):
            marks = [(*fact["span"], fact["type"]) for fact in document["facts"] if fact["section"] == index]
            result += samples_of(section["title"], section["text"], marks)
    return result


def documents(path: Path) -> list[dict[str, Any]]:
    """The annotated documents of a JSON-lines file, decimals exact."""
    return [json.loads(line, parse_float=Decimal) for line in path.read_text(encoding="utf-8").splitlines()]
