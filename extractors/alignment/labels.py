"""How alike a seen label is to a label of the form.

A label may be broken over lines, cut by a page, interleaved with its neighbour by a flattening, or slightly misread; its
numbering (``（三）``, ``4.``) helps but is never needed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from models.folding import label_key, squeeze
from models.forms import Row

_CHINESE = "一二三四五六七八九十"
_ORDINAL = re.compile(rf"^(?:[(（]?([{_CHINESE}]{{1,3}})[)）、.．,，]|[(（]?(\d{{1,2}})[)）.．、])")
_FILLER = re.compile("其中[:：]?")

#: Shorter labels (规章, 其他, 总计) must be equal: two characters are alike by chance too often.
SHORTEST_FUZZY = 4


@dataclass(frozen=True, slots=True)
class LabelKey:
    """A label made comparable: its bare text and its number within the list it stands in (0 when it has none)."""

    text: str
    ordinal: int


@lru_cache(maxsize=16384)
def key_of(label: str) -> LabelKey:
    """Split the numbering off and drop white space and punctuation."""
    text = _FILLER.sub("", squeeze(label))
    ordinal = 0
    found = _ORDINAL.match(text)
    if found:
        ordinal = int(found[2]) if found[2] else _chinese_ordinal(found[1])
        text = text[found.end() :]
    return LabelKey(label_key(text), ordinal)


def _chinese_ordinal(text: str) -> int:
    if len(text) == 1:
        return _CHINESE.index(text) + 1
    return 0


@lru_cache(maxsize=1024)
def row_keys(row: Row) -> tuple[LabelKey, ...]:
    """All wordings of a form row: its own label, its variants, and its label with those above it run together."""
    own = key_of(row.label)
    others = tuple(LabelKey(key_of(variant).text, own.ordinal) for variant in row.variants)
    joined = tuple(key_of("".join(row.path[start:])) for start in range(len(row.path) - 1))
    return (own, *others, *joined)


def best_similarity(seen: Sequence[LabelKey], wanted: Sequence[LabelKey]) -> float:
    """Likeness in 0..1 of a seen label and the wordings of a form row: 1 is the same, under about 0.5 means nothing.

    ``seen`` are several ways of putting the label together; the simplest comes first at equal likeness.
    """
    best = 0.0
    for position, key in enumerate(seen):
        alike = max(_with_ordinal(_alike(key.text, own.text), key.ordinal, own.ordinal) for own in wanted)
        best = max(best, alike - 0.005 * position)
    return best


def _with_ordinal(score: float, seen: int, wanted: int) -> float:
    if not seen or not wanted or score == 0.0:
        return score
    return min(1.0, score + 0.03) if seen == wanted else score - (0.02 if score == 1.0 else 0.1)


@lru_cache(maxsize=65536)
def _alike(seen: str, wanted: str) -> float:
    if seen == wanted:
        return 1.0
    if min(len(seen), len(wanted)) < SHORTEST_FUZZY:
        return 0.0
    if wanted in seen:
        return max(0.7, 0.97 - 0.02 * (len(seen) - len(wanted)))
    if seen in wanted:
        return 0.55 + 0.4 * len(seen) / len(wanted)
    ordered = fuzz.ratio(seen, wanted) / 100
    return max(ordered, 0.95 * _same_characters(seen, wanted))


def _same_characters(seen: str, wanted: str) -> float:
    """Dice coefficient of the characters, their order left aside: for labels whose lines were interleaved."""
    common = sum((Counter(seen) & Counter(wanted)).values())
    return 2 * common / (len(seen) + len(wanted))


#: A label that is found in a text this well, of 100, stands in it.
_STANDS_IN = 88.0


def other_labels(seen: str, row: Row, rows: Iterable[Row]) -> tuple[str, ...]:
    """Labels of other rows that stand in a seen label beside that of ``row``: rows of which the rule between was lost."""
    text = key_of(seen).text
    own = label_key("".join(row.path))
    if len(text) < len(key_of(row.label).text) + SHORTEST_FUZZY:
        return ()
    wanted = ((other.label, key_of(other.label).text) for other in rows if other is not row)
    return tuple(
        label
        for label, key in wanted
        if len(key) > SHORTEST_FUZZY
        and len(key) <= len(text)
        and fuzz.partial_ratio(key, text) >= _STANDS_IN > fuzz.partial_ratio(key, own)
    )
