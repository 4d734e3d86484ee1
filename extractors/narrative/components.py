"""The steps of the narrative as spaCy components: sections, sentences, quantities, facts.

Each reads what those before it wrote on the ``Doc``, and may be left out, replaced or followed by others:

- ``doc.spans["sections"]``: the prose under each heading, which is ``span._.title``
- ``doc.sents``: sentences end at 。！？ and at the end of a line
- ``doc.spans["quantities"]``: numbers with their unit (label ``number``) and things denied (label ``denial``)
- ``doc.spans["facts"]``: the label is the type; a number that several types share has one span for each

``span._.value``, ``unit`` and ``qualifier`` hold for both; ``scope``, ``confidence``, ``status`` and ``by`` for facts.
``doc._.report_year`` is the report's year, where it is known.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from extractors.narrative.flat import Flat, flatten
from extractors.narrative.headings import cut_heading
from extractors.narrative.judge import Finding, judged
from extractors.narrative.mentions import Mention
from extractors.narrative.passages import Passage, quantities, with_mentions
from extractors.narrative.sentences import sentences
from extractors.narrative.tagger import load_tagger
from extractors.options import SHIPPED_TAGGER
from models.numerals import Number, whole
from models.quantities import parse_quantity

SECTIONS: Final = "sections"
QUANTITIES: Final = "quantities"
FACTS: Final = "facts"
#: Labels of quantities.
NUMBER: Final = "number"
DENIAL: Final = "denial"
COMPONENTS: Final = ("gouji_sections", "gouji_sentences", "gouji_quantities", "gouji_facts")
_ATTRIBUTES: Final = ("value", "unit", "qualifier", "scope", "confidence", "status", "by", "title")
_LINE: Final = re.compile(r"[^\n]+")

Component = Callable[[Doc], Doc]


def declare_extensions() -> None:
    """Make the custom attributes known to spaCy; doing so twice changes nothing."""
    if Doc.has_extension("report_year"):
        return
    Doc.set_extension("report_year", default=None)
    for name in _ATTRIBUTES:
        Span.set_extension(name, getter=_reader(name))


def _reader(name: str) -> Callable[[Span], Any]:
    def read(span: Span) -> Any:
        value = row_of(span).get(name)
        return whole(Decimal(value)) if name == "value" and value is not None else value

    return read


def _key(span: Span) -> str:
    return f"{span.start_char}:{span.end_char}:{span.label_}"


def row_of(span: Span) -> dict[str, Any]:
    """What the components wrote down of a span; empty for a span that is none of theirs."""
    row: dict[str, Any] = span.doc.user_data.get("gouji", {}).get(_key(span), {})
    return row


def group_of(doc: Doc, name: str) -> SpanGroup:
    """The span group of that name, empty where there was none."""
    if name not in doc.spans:
        doc.spans[name] = SpanGroup(doc, name=name)
    group: SpanGroup = doc.spans[name]
    return group


def add_span(doc: Doc, group: str, start: int, end: int, label: str, row: dict[str, Any]) -> None:
    """Put a stretch of characters into a span group with its attributes (plain values, so that a Doc can be stored)."""
    span = doc.char_span(start, end, label=label, alignment_mode="expand")
    if span is None:
        return
    group_of(doc, group).append(span)
    doc.user_data.setdefault("gouji", {})[_key(span)] = row


@Language.component("gouji_sections", assigns=["doc.spans"])
def find_sections(doc: Doc) -> Doc:
    """Cut the text at its headings, unless the sections stand there already."""
    if SECTIONS in doc.spans:
        return doc
    doc.spans[SECTIONS] = []
    title, start, end = "", 0, 0
    for line in _LINE.finditer(doc.text):
        head, rest = cut_heading(line[0].strip())
        if head:
            _add_section(doc, title, start, end)
            title, start = head, line.end() - len(rest) if rest else line.end() + 1
        end = line.end()
    _add_section(doc, title, start, end)
    return doc


def _add_section(doc: Doc, title: str, start: int, end: int) -> None:
    if start < end:
        add_span(doc, SECTIONS, start, end, "section", {"title": title})


@Language.component("gouji_sentences", assigns=["token.is_sent_start", "doc.sents"])
def find_sentences(doc: Doc) -> Doc:
    """Mark where sentences start; a heading is a sentence of its own."""
    starts = {0}
    for start, _ in sentences(doc.text):
        span = doc.char_span(start, start + 1, alignment_mode="expand")
        starts.add(span.start if span is not None else 0)
    for token in doc:
        token.is_sent_start = token.i in starts
    return doc


@Language.component("gouji_quantities", requires=["doc.spans"], assigns=["doc.spans"])
def find_quantities(doc: Doc) -> Doc:
    """Mark the numbers that may count something, and what is denied."""
    group_of(doc, QUANTITIES)
    for section in doc.spans.get(SECTIONS, ()):
        flat = flatten(section.text)
        for mention in quantities(flat):
            start, end = flat.span(mention.start, mention.end)
            base = section.start_char
            add_span(
                doc, QUANTITIES, base + start, base + end, DENIAL if mention.denied else NUMBER, _quantity_row(mention)
            )
    return doc


def _quantity_row(mention: Mention) -> dict[str, Any]:
    return {
        "value": str(mention.value),
        "unit": mention.unit,
        "qualifier": mention.qualifier,
        "denied": mention.denied,
        "doubtful": mention.doubtful,
        "floor": mention.floor,
    }


@Language.factory(
    "gouji_facts", requires=["doc.spans"], assigns=["doc.spans"], default_config={"tagger": SHIPPED_TAGGER}
)
def make_typing(nlp: Language, name: str, tagger: str) -> Component:
    """The component that gives each quantity its type; ``tagger`` is a value of ``GOUJI_TAGGER_MODEL``."""

    def find_facts(doc: Doc) -> Doc:
        parts = list(doc.spans.get(SECTIONS, ()))
        passages = [_passage(doc, part) for part in parts]
        group_of(doc, FACTS)
        found = judged(passages, doc._.report_year, load_tagger(tagger))
        for part, passage, findings in zip(parts, passages, found, strict=True):
            for finding in findings:
                start, end = passage.flat.span(finding.mention.start, finding.mention.end)
                base = part.start_char
                add_span(doc, FACTS, base + start, base + end, finding.kind, _fact_row(finding))
        return doc

    return find_facts


def _fact_row(finding: Finding) -> dict[str, Any]:
    return {
        "value": str(finding.value),
        "unit": finding.unit,
        "qualifier": finding.mention.qualifier,
        "scope": finding.scope,
        "confidence": finding.confidence,
        "status": finding.status,
        "by": finding.by,
    }


def _passage(doc: Doc, section: Span) -> Passage:
    """The section with the quantities that stand in it now, whoever marked them."""
    flat = flatten(section.text)
    inside = [
        span
        for span in doc.spans.get(QUANTITIES, ())
        if section.start_char <= span.start_char and span.end_char <= section.end_char
    ]
    found = [mention for span in inside for mention in _mentions(span, section, flat)]
    return with_mentions(section._.title or "", flat, sorted(found, key=lambda mention: mention.start))


def _mentions(span: Span, section: Span, flat: Flat) -> Iterator[Mention]:
    """The mention that a quantity span was made from, or that its text says, for a span that a user added."""
    start = bisect_left(flat.origin, span.start_char - section.start_char)
    end = bisect_left(flat.origin, span.end_char - section.start_char)
    row = row_of(span)
    if row:
        value: Number = whole(Decimal(row["value"]))
        yield Mention(start, end, value, row["unit"], row["qualifier"], row["denied"], row["doubtful"], row["floor"])
    elif (read := parse_quantity(span.text)) is not None:
        yield Mention(start, end, read.value, read.unit, read.qualifier, doubtful=read.doubtful)
