"""What each figure counts, by rules and tagger together, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from extractors.narrative.certainty import Certainty, shipped_certainty
from extractors.narrative.encoding import Window, windows
from extractors.narrative.lists import settle
from extractors.narrative.mentions import Mention
from extractors.narrative.passages import Passage
from extractors.narrative.rules import Typed, type_all
from extractors.narrative.scope import scope_of
from extractors.narrative.tagger import Guess, Tagger
from models.facts import OTHER, fact_types
from models.narrative_fact import FactStatus, Scope
from models.numerals import Number, shift, shortest

#: Units under which ``inspections`` counts rounds; under any other it counts what was inspected.
_ROUNDS: Final = frozenset({None, "次", "场", "轮", "遍", "回", "场次"})
_DOCUMENTS: Final = frozenset({"件", "份", "篇", "条", "个", "项"})
#: From this confidence a fact stands without a person having looked.
_ACCEPT: Final = 0.8


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure with its type (``other`` for none known), period, confidence, and who decided: rules, model or both."""

    mention: Mention
    kind: str
    scope: Scope
    confidence: float
    by: str

    @property
    def value(self) -> Number:
        """The value in the type's unit: fees in 万元, all else in the base unit."""
        if self.kind == "fees_amount" and self.mention.unit is not None:
            return shortest(shift(self.mention.value, -4))
        return self.mention.value

    @property
    def unit(self) -> str:
        """The usual unit of the type; the printed one where one type counts two kinds of thing, and for ``other``."""
        printed = self.mention.unit
        if self.kind == OTHER:
            return printed or ""
        if self.kind == "disclosed_gazette" and printed in _DOCUMENTS:
            return "件"
        if self.kind == "inspections" and printed not in _ROUNDS:
            return "个"
        return fact_types()[self.kind].unit

    @property
    def status(self) -> FactStatus:
        """Whether a person should look. A quantity of no known type claims nothing, so nobody need check it."""
        return "accepted" if self.kind == OTHER or self.confidence >= _ACCEPT else "review"


def judged(
    passages: Sequence[Passage], year: int | None, tagger: Tagger | None, certainty: Certainty | None = None
) -> list[list[Finding]]:
    """For each passage its findings in reading order; quantities of no known type are ``other``, if they have a unit.

    ``year`` is the report's year: without it earlier years' figures and plans are told by words alone. ``certainty``
    is for whoever measures it; left out, it is the one that comes with gouji.
    """
    guesses = guess(passages, year, tagger) if tagger else [{} for _ in passages]
    known = certainty or shipped_certainty()
    return [_in_passage(one, year, found, known) for one, found in zip(passages, guesses, strict=True)]


def by_rules(one: Passage, year: int | None) -> list[list[Typed]]:
    """For each mention what the rules make of it: one typing, or several where one number is shared."""
    typed = settle(list(type_all(zip(one.found, one.around, strict=True), year)))
    places = {(mention.start, mention.end): index for index, mention in enumerate(one.found)}
    result: list[list[Typed]] = [[] for _ in one.found]
    for typing in typed:
        result[places[typing.mention.start, typing.mention.end]].append(typing)
    return result


def guess(passages: Sequence[Passage], year: int | None, tagger: Tagger) -> list[dict[int, Guess]]:
    """The tagger's guesses by passage and mention; all windows go through it in one call."""
    inputs: list[Window] = []
    owners: list[tuple[int, int]] = []
    for number, one in enumerate(passages):
        for window in windows(one.flat.text, one.found, one.around, year):
            base = len(owners)
            marks = tuple((place, base + at) for at, (place, _) in enumerate(window.marks))
            owners += [(number, mention) for _, mention in window.marks]
            inputs.append(replace(window, marks=marks))
    result: list[dict[int, Guess]] = [{} for _ in passages]
    for key, found in tagger.guesses(inputs).items():
        number, mention = owners[key]
        result[number][mention] = found
    return result


def _in_passage(one: Passage, year: int | None, guesses: dict[int, Guess], known: Certainty) -> list[Finding]:
    result = []
    for index, typed in enumerate(by_rules(one, year)):
        for typing in typed:
            shared = len(typed) > 1
            kind, by, sure = decided(typing, None if shared else guesses.get(index), known)
            if kind != OTHER or typing.mention.unit:
                result.append(Finding(typing.mention, kind, scope_of(typing.context, kind, year), sure, by))
    return result


def decided(typed: Typed, guess: Guess | None, known: Certainty) -> tuple[str, str, float]:
    """Type, who decided, and how sure: the rules alone for denials and where no tagger is at hand.

    Where the two differ, the one prevails that was right more often in such a case.
    """
    if guess is None or typed.mention.denied is not None:
        return typed.kind, "rules", known.of("rules", typed.why)
    if typed.kind == guess.kind:
        return typed.kind, "both", known.of("both", typed.why, guess.sure)
    rule = known.of("rule", typed.why, guess.probability(typed.kind))
    model = known.of("model", typed.why, guess.sure)
    return (typed.kind, "rules", rule) if rule >= model else (guess.kind, "model", model)
