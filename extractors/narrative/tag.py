"""From sections to facts."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.narrative.context import contexts
from extractors.narrative.denials import denials
from extractors.narrative.flat import Flat, flatten
from extractors.narrative.lists import settle
from extractors.narrative.mentions import mentions
from extractors.narrative.rules import Typed, type_all
from extractors.narrative.scope import scope_of
from extractors.narrative.sections import Section, sections
from extractors.narrative.sentences import sentences
from models.facts import OTHER, fact_types
from models.narrative_fact import Fact
from models.numerals import Number, shift

__all__ = ["Section", "facts", "sections"]

#: Units under which ``inspections`` counts rounds; under any other it counts what was inspected.
_ROUNDS = frozenset({None, "次", "场", "轮", "遍", "回", "场次"})
_DOCUMENTS = frozenset({"件", "份", "篇", "条", "个", "项"})
_ACCEPT = 0.8
_UNTYPED = 0.5


def facts(sections: Sequence[Section], *, year: int | None, organ: str | None) -> tuple[Fact, ...]:
    """The figures that the sections state, in reading order; quantities of no known type are kept as ``other``.

    ``year`` is the report's year: without it earlier years' figures and plans are told by words alone.
    """
    return tuple(fact for index, section in enumerate(sections) for fact in _in_section(index, section, year))


def typed_mentions(section: Section, year: int | None) -> tuple[Flat, list[Typed]]:
    """The readable text of a section and its typed mentions."""
    flat = flatten(section.text)
    numbers = list(mentions(flat.text))
    found = sorted([*numbers, *denials(flat.text, numbers)], key=lambda mention: mention.start)
    around = contexts(flat.text, section.title, found)
    return flat, settle(list(type_all(zip(found, around, strict=True), year)))


def _in_section(index: int, section: Section, year: int | None) -> list[Fact]:
    flat, typed = typed_mentions(section, year)
    spans = [(flat.span(start, end)) for start, end in sentences(flat.text)]
    return [_fact(index, section, flat, one, spans, year) for one in typed if one.kind != OTHER or one.mention.unit]


def _fact(
    index: int, section: Section, flat: Flat, one: Typed, spans: Sequence[tuple[int, int]], year: int | None
) -> Fact:
    start, end = flat.span(one.mention.start, one.mention.end)
    home = next(((a, b) for a, b in spans if a <= start and end <= b), (start, end))
    place = section.place_at(start)
    return Fact(
        type=one.kind,
        value=_value(one),
        unit=unit_of(one.kind, one.mention.unit),
        qualifier=one.mention.qualifier,
        scope=scope_of(one.context, one.kind, year),
        sentence=section.text[slice(*home)],
        span=(start, end),
        section=index,
        page=place.page if place else section.page,
        place=place,
        confidence=_confidence(one),
        status="accepted" if _confidence(one) >= _ACCEPT else "review",
    )


def _confidence(one: Typed) -> float:
    """How sure the type is; of a quantity without a known type only the number is certain."""
    return one.certain if one.kind != OTHER else _UNTYPED


def _value(one: Typed) -> Number:
    """The value in the type's unit: fees in 万元, all else in the base unit."""
    if one.kind == "fees_amount" and one.mention.unit is not None:
        return shift(one.mention.value, -4)
    return one.mention.value


def unit_of(kind: str, printed: str | None) -> str:
    """The usual unit of the type, except where one type counts two kinds of thing; the printed one for ``other``."""
    if kind == OTHER:
        return printed or ""
    if kind == "disclosed_gazette" and printed in _DOCUMENTS:
        return "件"
    if kind == "inspections" and printed not in _ROUNDS:
        return "个"
    return fact_types()[kind].unit
