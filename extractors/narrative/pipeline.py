"""The spaCy pipeline that reads the prose of a report: ``zh``, one token a character, and gouji's own components.

::

    from extractors.narrative.pipeline import pipeline

    doc = pipeline()("一、总体情况\\n全年通过门户网站公开信息223条。")
    [(fact.text, fact.label_, fact._.value) for fact in doc.spans["facts"]]  # [('223条', 'disclosed_website', 223)]
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from extractors.narrative.components import COMPONENTS, SECTIONS, add_span, declare_extensions
from extractors.narrative.sections import Section
from extractors.options import SHIPPED_TAGGER

#: spaCy's own limit guards parsers that need much memory; these components need little.
_LONGEST: Final = 10**8


@lru_cache(maxsize=4)
def pipeline(tagger: str = SHIPPED_TAGGER) -> Language:
    """The pipeline with the tagger that the setting names (``GOUJI_TAGGER_MODEL``).

    A caller who adds or removes components should build one of his own with ``build``: this one is shared.
    """
    return build(tagger)


def build(tagger: str = SHIPPED_TAGGER) -> Language:
    """A new pipeline, for the caller alone."""
    declare_extensions()
    nlp = spacy.blank("zh")
    nlp.max_length = _LONGEST
    for name in COMPONENTS:
        nlp.add_pipe(name, config={"tagger": tagger} if name == "gouji_facts" else {})
    return nlp


def document(nlp: Language, sections: Sequence[Section], year: int | None) -> tuple[Doc, list[int]]:
    """A document of sections that are known already, before any component, and the offset of each section's text."""
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    for section in sections:
        starts.append(length + len(section.title) + 1)
        pieces += [section.title, "\n", section.text, "\n"]
        length = starts[-1] + len(section.text) + 1
    doc = nlp.make_doc("".join(pieces))
    doc._.report_year = year
    doc.spans[SECTIONS] = SpanGroup(doc, name=SECTIONS)
    for index, (section, start) in enumerate(zip(sections, starts, strict=True)):
        if section.text:
            row = {"title": section.title, "index": index}
            add_span(doc, SECTIONS, start, start + len(section.text), "section", row)
    return doc, starts


def sentence_of(span: Span) -> tuple[int, int]:
    """Start and end of the sentence around a span, in characters of the document, without white space around it."""
    sentence = span.sent
    text = sentence.text
    start = sentence.start_char + len(text) - len(text.lstrip())
    return start, start + len(text.strip())
