"""What the tagger sees: a sentence with its surroundings as single characters, each figure hidden behind a mark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from extractors.narrative.context import Context
from extractors.narrative.mentions import Mention
from extractors.narrative.sentences import sentences

#: Stands in place of a figure, before its unit: the value must not decide the type. The type is read off here.
TARGET: Final = "◎"
#: The report's year, an earlier and a later one: what counts is the order, not the year.
SAME_YEAR, EARLIER, LATER = "△", "▽", "▲"
_YEAR: Final = re.compile(r"(?:19|20)\d\d(?=年)")
_FIGURE: Final = re.compile(r"\d[\d,.]*")
_PART: Final = "|"
#: How many characters of each part are kept.
_TITLE, _HEADING, _PREVIOUS, _SENTENCE = 14, 18, 30, 116
#: A figure of a long sentence is read with at least so many characters before and behind it.
_BEFORE, _BEHIND = 56, 16
#: The most tokens of one input: the parts, the bars between them, and the two marks that a tokenizer adds.
MAX_TOKENS: Final = _TITLE + _HEADING + _PREVIOUS + _SENTENCE + 5


@dataclass(frozen=True, slots=True)
class Window:
    """One input of the tagger: its characters, and for each figure in it (place of its mark, index of the mention)."""

    chars: tuple[str, ...]
    marks: tuple[tuple[int, int], ...]


def windows(text: str, found: Sequence[Mention], around: Sequence[Context], year: int | None) -> Iterator[Window]:
    """The inputs that cover every figure of folded ``text`` once; ``around`` holds the contexts of ``found``."""
    spans = list(sentences(text))
    groups: dict[int, list[int]] = {}
    for index, mention in enumerate(found):
        if mention.denied is None:
            groups.setdefault(around[index].sentence, []).append(index)
    for sentence, members in groups.items():
        before = _before(around[members[0]], year)
        chars, places = _masked(text, spans[sentence], [(index, found[index]) for index in members], year)
        for start, end, some in _cut(len(chars), places):
            marks = tuple((len(before) + place - start, index) for place, index in some)
            yield Window((*before, *chars[start:end]), marks)


def _before(context: Context, year: int | None) -> list[str]:
    """Title, run-in heading and the sentence before, as far as they are kept."""
    previous = _FIGURE.sub("#", _years(context.previous, year))
    parts = (context.title[-_TITLE:], context.heading.strip(_PART)[-_HEADING:], previous[-_PREVIOUS:])
    return [char for part in parts for char in (*_visible(part), _PART)]


def _masked(
    text: str, span: tuple[int, int], members: Sequence[tuple[int, Mention]], year: int | None
) -> tuple[list[str], list[tuple[int, int]]]:
    """The characters of a sentence with its figures hidden, and where each figure's mark stands."""
    chars: list[str] = []
    places: list[tuple[int, int]] = []
    at = span[0]
    for index, mention in members:
        chars += _visible(_years(text[at : mention.start], year))
        places.append((len(chars), index))
        chars += [TARGET, *_visible(mention.unit or "")]
        at = max(at, mention.end)
    chars += _visible(_years(text[at : span[1]], year))
    return chars, places


def _cut(length: int, places: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Stretches of a sentence of ``length`` characters, each with the figures that it has room to show."""
    left = list(places)
    while left:
        start = 0 if length <= _SENTENCE else max(0, min(left[0][0] - _BEFORE, length - _SENTENCE))
        end = min(length, start + _SENTENCE)
        fits = [place for place in left if place[0] < end - _BEHIND or end == length]
        yield start, end, fits
        left = left[len(fits) :]


def _years(text: str, year: int | None) -> str:
    return _YEAR.sub(lambda match: _order(int(match[0]), year), text)


def _order(named: int, year: int | None) -> str:
    if year is None or named == year:
        return SAME_YEAR
    return EARLIER if named < year else LATER


def _visible(text: str) -> list[str]:
    return [char for char in text if not char.isspace()]
