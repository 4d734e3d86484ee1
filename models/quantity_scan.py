"""Quantities in running text: numerals grown by the bound words around them and the unit behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from models.folding import fold
from models.quantities import BOUNDS_AFTER, BOUNDS_BEFORE, Quantity, parse_quantity, scan_numerals
from models.units import BASE_UNITS


def _any(words: set[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


#: 约 in 节约 or 预约, 近 in 附近 or 最近, 上 in 网上 and 以上 bound nothing; 上 does before 百, 千, 万, 亿.
_BEFORE: Final = re.compile(
    rf"(?:{_any(set(BOUNDS_BEFORE) - {'约', '近', '约为', '~', '<', '>'})}"
    r"|(?<![节预签公契特条制履违邀])约为?|(?<![附最临邻])近)\s?\Z"
)
_BEHIND: Final = re.compile(
    rf"(?:\s?余)?(?:\s?(?:{_any(set(BASE_UNITS))}))?(?:\s?(?:{_any(set(BOUNDS_AFTER) - {'余', '多'})}))?"
)
#: Bound words are short: no more than this many characters before the numeral are looked at.
_REACH: Final = 6


def scan_quantities(text: str) -> Iterator[tuple[int, int, Quantity]]:
    """Start, end and reading of each quantity, in order; the span holds bound words, numeral and unit (超过18.5万件).

    A numeral of ``scan_numerals`` without unit or bound is yielded too, bare; what cannot be read as one is left out.
    """
    folded = fold(text)
    for start, end in scan_numerals(folded):
        last = _end(folded, end)
        first = _start(folded, start)
        quantity = parse_quantity(folded[first:last])
        if quantity is not None:
            yield first, last, quantity


def _start(text: str, start: int) -> int:
    low = max(0, start - _REACH)
    window = text[low:start]
    if window.endswith("上") and text[start] in "百千万亿":
        return start - 1
    match = _BEFORE.search(window)
    return low + match.start() if match else start


def _end(text: str, end: int) -> int:
    match = _BEHIND.match(text, end)
    return match.end() if match else end
