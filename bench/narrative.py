"""``python -m bench.narrative``: facts in prose against the annotated set, by type, with and without OCR noise.

The set was at hand when the rules were written, so on reports not seen the figures will be lower. A fact is right when type,
value and section agree (and the qualifier, where named); spans are not asked for.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from extractors.narrative.sections import Section
from extractors.narrative.tag import facts
from models.facts import OTHER

DATA = Path(__file__).with_name("narrative_data") / "dev.jsonl"
#: Share of characters behind which a stray space stands, of digits printed full-width, of zeros read as O.
NOISE = 0.02
Key = tuple[int, str, str, str, int]


def documents() -> list[dict[str, Any]]:
    """The annotated reports."""
    return [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]


def found(document: dict[str, Any], number: int, dice: random.Random | None) -> Iterator[Key]:
    """What gouji finds in a report."""
    sections = tuple(
        Section(section["title"], noisy(section["text"], dice) if dice else section["text"])
        for section in document["sections"]
    )
    for fact in facts(sections, year=document["year"], organ=document["organ"]):
        if fact.type != OTHER:
            yield number, fact.type, str(Decimal(fact.value).normalize()), fact.qualifier, fact.section


def wanted(document: dict[str, Any], number: int) -> Iterator[Key]:
    """What the annotators found in it."""
    for fact in document["facts"]:
        yield number, fact["type"], str(Decimal(str(fact["value"])).normalize()), fact["qualifier"], fact["section"]


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
    return Counter((number, kind, value, section) for number, kind, value, _, section in keys)


def main() -> None:
    reports = documents()
    truth = [key for number, report in enumerate(reports) for key in wanted(report, number)]
    started = time.perf_counter()
    got = [key for number, report in enumerate(reports) for key in found(report, number, None)]
    seconds = time.perf_counter() - started
    dice = random.Random(1)
    heard = [key for number, report in enumerate(reports) for key in found(report, number, dice)]
    print(f"{'':<32}{'precision':>10}{'recall':>8}{'F1':>8}")
    rows = [
        ("type, value", without_qualifier(got), without_qualifier(truth)),
        ("type, value, qualifier", Counter(got), Counter(truth)),
        ("type, value, with OCR noise", without_qualifier(heard), without_qualifier(truth)),
    ]
    for kind in sorted({key[1] for key in truth}):
        own = [[key for key in keys if key[1] == kind] for keys in (got, truth)]
        rows.append((f"  {kind} ({len(own[1])})", without_qualifier(own[0]), without_qualifier(own[1])))
    for name, ours, theirs in rows:
        precision, recall, both = f1(ours, theirs)
        print(f"{name:<32}{precision:>10.3f}{recall:>8.3f}{both:>8.3f}")
    print(f"{len(reports) / seconds:.0f} reports a second")


if __name__ == "__main__":
    main()
