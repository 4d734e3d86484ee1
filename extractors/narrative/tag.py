"""From sections to facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from extractors.narrative.sections import Section, sections
from extractors.options import SHIPPED_TAGGER
from models.evidence import Box, Place
from models.narrative_fact import Fact

if TYPE_CHECKING:
    from spacy.tokens import Span

__all__ = ["Section", "facts", "sections"]


def facts(
    sections: Sequence[Section], *, year: int | None, organ: str | None, tagger: str = SHIPPED_TAGGER
) -> tuple[Fact, ...]:
    """The figures that the sections state, in reading order; quantities of no known type are kept as ``other``.

    ``year`` is the report's year: without it earlier years' figures and plans are told by words alone. ``tagger`` is a
    value of ``GOUJI_TAGGER_MODEL``. Raises ``UnusableModel`` or ``DependencyError`` where that cannot be had.
    """
    # spaCy takes a second to load: whoever reads no prose need not wait for it
    from extractors.narrative.components import FACTS, row_of
    from extractors.narrative.pipeline import document, pipeline

    nlp = pipeline(tagger)
    blank, starts = document(nlp, sections, year)
    doc = nlp(blank)
    result = []
    owners = [row_of(span)["index"] for span in doc.spans["sections"]]
    ends = {index: starts[index] + len(sections[index].text) for index in owners}
    for span in doc.spans[FACTS]:
        index = next(index for index in owners if span.end_char <= ends[index])
        result.append(_fact(span, row_of(span), index, sections[index], starts[index]))
    return tuple(result)


def _fact(span: Span, row: dict[str, Any], index: int, section: Section, base: int) -> Fact:
    from extractors.narrative.pipeline import sentence_of

    start, end = span.start_char - base, span.end_char - base
    first, last = (offset - base for offset in sentence_of(span))
    place = sentence_place(section, start, first, last)
    return Fact(
        type=span.label_,
        value=span._.value,
        unit=row["unit"],
        qualifier=row["qualifier"],
        scope=row["scope"],
        sentence=section.text[max(first, 0) : last],
        span=(start, end),
        section=index,
        page=place.page if place else section.page,
        place=place,
        confidence=row["confidence"],
        status=row["status"],
        by=row["by"],
    )


def sentence_place(section: Section, at: int, first: int, last: int) -> Place | None:
    """The place of the line with the figure ``at``; its box is widened to all lines of the sentence on that page."""
    own = section.place_at(at)
    if own is None or own.box is None:
        return own
    starts = [start for start, _ in section.places]
    box: Box = own.box
    for (start, place), end in zip(section.places, [*starts[1:], len(section.text)], strict=True):
        if start < last and first < end and place.page == own.page and place.box is not None:
            box = box.union(place.box)
    return Place(own.page, box, own.line, own.column)
