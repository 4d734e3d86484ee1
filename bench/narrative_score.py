"""What the narrative bench counts: annotated reports, the facts found in them, OCR noise, precision, recall and F1."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from extractors.narrative.judge import Finding, judged
from extractors.narrative.passages import Passage, passage
from extractors.narrative.scope import scope_of
from extractors.narrative.tagger import Tagger
from models.facts import OTHER

DATA = Path(__file__).with_name("narrative_data")
#: Share of characters behind which a stray space stands, of digits printed full-width, of zeros read as O.
NOISE = 0.02
Document = dict[str, Any]
#: Report, type, value, qualifier, section.
Key = tuple[int, str, str, str, int]
#: From the passages of a report and its year to the findings in each.
Reader = Callable[[Sequence[Passage], int], list[list[Finding]]]


def documents(name: str = "dev") -> list[Document]:
    """Annotated reports: ``dev`` (given), ``more``, ``further`` and ``phrases`` (written to train and tune), ``fit`` (for the
    confidences alone), ``held_out`` and ``unseen`` (for measuring alone).
    """
    text = (DATA / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line, parse_float=Decimal) for line in text.splitlines()]


def wanted(document: Document, number: int) -> Iterator[Key]:
    """What the annotators found in a report."""
    for fact in document["facts"]:
        yield number, fact["type"], plain(fact["value"]), fact["qualifier"], fact["section"]


def found(document: Document, number: int, read: Reader, dice: random.Random | None) -> Iterator[Key]:
    """What a reader finds in it; with ``dice`` in a noisy copy."""
    passages = [
        passage(section["title"], noisy(section["text"], dice) if dice else section["text"])
        for section in document["sections"]
    ]
    for section, findings in enumerate(read(passages, document["year"])):
        for one in findings:
            if one.kind != OTHER:
                yield number, one.kind, plain(one.value), one.mention.qualifier, section


def plain(value: object) -> str:
    """A value so that 12 and 12.0 are one."""
    return str(Decimal(str(value)).normalize())


def rules_alone(passages: Sequence[Passage], year: int) -> list[list[Finding]]:
    """What gouji finds without a tagger."""
    return judged(passages, year, None)


def model_alone(tagger: Tagger) -> Reader:
    """What the tagger says, whatever the rules say; numbers, bounds, scope and denials are the rules' even so."""
    from extractors.narrative.judge import guess

    def read(passages: Sequence[Passage], year: int) -> list[list[Finding]]:
        result = []
        for one, guesses in zip(passages, guess(passages, year, tagger), strict=True):
            findings = []
            for index, (mention, context) in enumerate(zip(one.found, one.around, strict=True)):
                kind = mention.denied or guesses[index].kind
                findings.append(Finding(mention, kind, scope_of(context, kind, year), 1.0, "model"))
            result.append(findings)
        return result

    return read


def noisy(text: str, dice: random.Random) -> str:
    """As recognisers misread: stray spaces, full-width digits, O for 0."""
    out = []
    for char in text:
        if char.isascii() and char.isdecimal() and dice.random() < NOISE:
            char = "O" if char == "0" else chr(ord(char) + 0xFEE0)
        out.append(char + " " * (dice.random() < NOISE))
    return "".join(out)


def f1(got: Counter[Any], truth: Counter[Any]) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    right = sum((got & truth).values())
    precision, recall = right / max(sum(got.values()), 1), right / max(sum(truth.values()), 1)
    return precision, recall, 2 * right / max(sum(got.values()) + sum(truth.values()), 1)


def without_qualifier(keys: Sequence[Key]) -> Counter[Any]:
    """The keys by report, type, value and section."""
    return Counter((number, kind, value, section) for number, kind, value, _, section in keys)
