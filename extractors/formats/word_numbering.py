"""The numbers that Word itself puts before paragraphs: they stand on the page, but not in the text (ECMA-376 17.9)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml.etree import _Element

from extractors.formats.word_xml import attr, child, is_on, number, tag, val

_LEVELS = 9
_DIGITS = "〇一二三四五六七八九"
_FINANCIAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_COUNTING = frozenset(
    {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand",
     "ideographDigital", "koreanCounting"}
)  # fmt: skip
_PLACEHOLDER = re.compile("%([1-9])")
#: After such a mark nothing stands between number and text; after others Word sets a tab, here a blank.
_CLOSED = tuple("、）)．。，：:】》")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: where it starts, how it counts, what it prints around the number."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    legal: bool = False


@dataclass(frozen=True, slots=True)
class _List:
    abstract: str
    levels: tuple[Level, ...]
    restarts: Mapping[int, int]


@dataclass
class Numbering:
    """Counts paragraphs as Word does: lists on one abstract definition share their counters."""

    lists: Mapping[str, _List]
    counters: dict[str, list[int]] = field(default_factory=dict)
    started: set[str] = field(default_factory=set)

    def label(self, list_id: str, level: int) -> str:
        """The text that Word prints before the next paragraph of this list and level; empty for bullets."""
        found = self.lists.get(list_id)
        if found is None or not 0 <= level < len(found.levels):
            return ""
        counters = self.counters.setdefault(found.abstract, [-1] * _LEVELS)
        if list_id not in self.started:
            self.started.add(list_id)
            for at, start in found.restarts.items():
                counters[at] = start - 1
        counters[level] = found.levels[level].start if counters[level] < 0 else counters[level] + 1
        counters[level + 1 :] = [-1] * (_LEVELS - level - 1)
        return _rendered(found.levels, level, counters)


def read_numbering(root: _Element | None) -> Numbering:
    """The lists of ``numbering.xml``; none where there is no such part."""
    if root is None:
        return Numbering({})
    abstracts = {attr(each, "abstractNumId") or "": _levels(each) for each in root if tag(each) == "w:abstractNum"}
    lists: dict[str, _List] = {}
    for each in root:
        if tag(each) == "w:num":
            abstract = val(each, "w:abstractNumId") or ""
            levels, restarts = _overridden(each, list(abstracts.get(abstract, ())))
            lists[attr(each, "numId") or ""] = _List(abstract, tuple(levels), restarts)
    return Numbering(lists)


def _levels(abstract: _Element) -> tuple[Level, ...]:
    levels = [Level()] * _LEVELS
    for each in abstract:
        at = number(attr(each, "ilvl"), _LEVELS, _LEVELS)
        if tag(each) == "w:lvl" and at < _LEVELS:
            levels[at] = _level(each)
    return tuple(levels)


def _level(element: _Element) -> Level:
    return Level(
        start=number(val(element, "w:start"), 1, 32_767),
        form=val(element, "w:numFmt") or "decimal",
        text=val(element, "w:lvlText") or "",
        suffix=val(element, "w:suff") or "tab",
        legal=is_on(element, "w:isLgl"),
    )


def _overridden(num: _Element, levels: list[Level]) -> tuple[list[Level], dict[int, int]]:
    restarts: dict[int, int] = {}
    for override in num:
        at = number(attr(override, "ilvl"), _LEVELS, _LEVELS)
        if tag(override) != "w:lvlOverride" or at >= len(levels):
            continue
        own = child(override, "w:lvl")
        if own is not None:
            levels[at] = _level(own)
        start = val(override, "w:startOverride")
        if start is not None:
            restarts[at] = number(start, 1, 32_767)
    return levels, restarts


def _rendered(levels: tuple[Level, ...], level: int, counters: list[int]) -> str:
    if levels[level].form in ("bullet", "none") and "%" not in levels[level].text:
        return "" if levels[level].form == "bullet" else levels[level].text

    def shown(found: re.Match[str]) -> str:
        at = int(found.group(1)) - 1
        count = counters[at] if counters[at] >= 0 else levels[at].start
        return counted(count, "decimal" if levels[level].legal else levels[at].form)

    text = _PLACEHOLDER.sub(shown, levels[level].text)
    if not text or levels[level].suffix == "nothing" or text.endswith(_CLOSED):
        return text
    return f"{text} "


def counted(count: int, form: str) -> str:
    """A count in one of Word's number formats (ECMA-376 17.18.59); decimal for those that reports do not use."""
    if form in _COUNTING:
        return chinese(count)
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1) if 0 < count <= 780 else str(count)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman"):
        return roman(count).lower() if form == "lowerRoman" else roman(count)
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese"):
        return chr(0x2460 + count - 1) if 1 <= count <= 20 else str(count)
    if form == "none":
        return ""
    return _rarely_counted(count, form)


def _rarely_counted(count: int, form: str) -> str:
    if form == "decimalZero":
        return f"{count:02d}"
    if form in ("decimalFullWidth", "decimalFullWidth2"):
        return "".join(chr(ord(digit) + 0xFEE0) for digit in str(count))
    if form in ("chineseLegalSimplified", "ideographLegalTraditional"):
        return "".join(_FINANCIAL[_DIGITS.index(char)] if char in _DIGITS else "拾" if char == "十" else char
                       for char in chinese(count))  # fmt: skip
    if form == "ideographTraditional" and 1 <= count <= len(_STEMS):
        return _STEMS[count - 1]
    if form == "ideographZodiac" and 1 <= count <= len(_BRANCHES):
        return _BRANCHES[count - 1]
    return str(count)


def chinese(count: int) -> str:
    """1 → 一, 10 → 十, 21 → 二十一; digits one by one from a hundred on, where no list of a report gets."""
    if not 0 <= count < 100:
        return "".join(_DIGITS[int(digit)] for digit in str(max(0, count)))
    tens, ones = divmod(count, 10)
    if tens == 0:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def roman(count: int) -> str:
    """Roman numerals up to 3999; decimal beyond."""
    if not 0 < count < 4000:
        return str(count)
    text = ""
    for value, letters in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
        (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        text += letters * (count // value)
        count %= value
    return text
