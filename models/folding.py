"""Folding of text so that two spellings of one label or number compare equal.

Every function here is pure. ``fold`` keeps the length, so that a span found in folded text is valid in the original;
``squeeze`` and ``label_key`` do not, and serve comparison only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

#: Hyphens, dashes, minus signs, the box-drawing line and the katakana length mark that OCR takes for a dash.
_DASHES: Final = frozenset(
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2500\u2501\u2e3a\u2e3b\u30fc\ufe31\ufe32\ufe58\ufe63\uff0d\uff70"
)
_SLASHES: Final = frozenset("\u2044\u2215\u2571")
_TILDES: Final = frozenset("\u02dc\u223c\u301c\uff5e")

#: Blocks whose compatibility forms mean just the plain character. Circled digits, Roman numerals and superscripts are
#: elsewhere and stay: ① is an ordinal, and 10² is not 102.
_COMPATIBILITY_BLOCKS: Final = (
    (0x2F00, 0x2FD5),  # Kangxi radicals: text layers of PDF files use them for ordinary ideographs
    (0xF900, 0xFAFF),  # CJK compatibility ideographs
    (0xFE10, 0xFE19),  # vertical punctuation
    (0xFE30, 0xFE4F),  # vertical brackets
    (0xFE50, 0xFE6B),  # small punctuation
    (0xFF01, 0xFFEE),  # full-width and half-width forms
    (0x2F800, 0x2FA1D),  # CJK compatibility ideographs, supplement
)

#: CJK radicals that stand for an ideograph in text layers; Unicode gives only two of them a decomposition
#: (the equivalence is in Unicode's EquivalentUnifiedIdeograph table).
_RADICALS: Final = dict(
    zip(
        "⺁⺇⺊⺍⺎⺏⺐⺒⺓⺛⺝⺟⺠⺢⺨⺩⺬⺭⺯⺼⺿⻁⻄⻅⻆⻉⻋⻌⻒⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳⻯⻲",
        "厂几卜小兀尢尢巳幺旡月母民水犭王示礻糸肉艹虎西见角贝车辶长长门青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟龙龟",
        strict=True,
    )
)

#: Traditional characters that GB 2312 holds too. The others that it shares with OpenCC's table (乾, 夥, 徵 …) stay as
#: they are: they are right in simplified names such as 乾县.
_TRADITIONAL_IN_GB2312: Final = {"後": "后", "於": "于", "麽": "么"}

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


@lru_cache(maxsize=1)
def _to_simplified() -> object:
    """OpenCC's Traditional to Simplified dictionary, loaded on the first character that needs it."""
    import opencc

    return opencc.OpenCC("t2s")


def _is_ideograph(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003134f"


def _in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _simplified(char: str) -> str:
    """The simplified form of one ideograph; a character of GB 2312 (all plain simplified text) never loads OpenCC."""
    if char in _TRADITIONAL_IN_GB2312:
        return _TRADITIONAL_IN_GB2312[char]
    if _in_gb2312(char):
        return char
    converted: str = _to_simplified().convert(char)  # type: ignore[attr-defined]
    if len(converted) != 1 or converted == char:
        return char
    return _simplified(converted)  # 薴 becomes 苧, which is itself the traditional form of 苎.


def _plain(char: str) -> str:
    """The ordinary character behind a compatibility form, where that is one character."""
    if char in _RADICALS:
        return _RADICALS[char]
    if any(low <= ord(char) <= high for low, high in _COMPATIBILITY_BLOCKS):
        normal = unicodedata.normalize("NFKC", char)
        return normal if len(normal) == 1 else char
    return char


@lru_cache(maxsize=65536)
def _fold_char(char: str) -> str:
    if char in _DASHES:
        return "-"
    if char in _SLASHES:
        return "/"
    if char in _TILDES:
        return "~"
    if unicodedata.category(char) == "Zs" or char in "\u3164\uffa0":
        return " "
    char = _plain(char)
    return _simplified(char) if _is_ideograph(char) else char


def fold(text: str) -> str:
    """The text with every character in its plain simplified half-width form; the length never changes.

    Full-width forms become half-width, every kind of space a space, every kind of dash ``-``, Traditional characters
    Simplified (one by one, without regard to words), radicals and compatibility ideographs the ordinary ideograph.
    Ordinals such as ① or Ⅱ, 〇 and ○, and the punctuation that only Chinese has (、。「」) stay.
    """
    if text.isascii():
        return text
    return "".join(map(_fold_char, text))


#: What most texts are made of, and nothing in it invisible.
_ALL_VISIBLE: Final = re.compile("[\u4e00-\u9fff0-9A-Za-z()]*")


def _is_visible(char: str) -> bool:
    if char.isspace() or unicodedata.category(char) in _INVISIBLE:
        return False
    return not ("\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef")


def squeeze(text: str) -> str:
    """The folded text without white space and without what leaves no mark: zero-width, control, soft hyphen, BOM."""
    folded = fold(text)
    return folded if _ALL_VISIBLE.fullmatch(folded) else "".join(filter(_is_visible, folded))


def label_key(text: str) -> str:
    """What two spellings of one label share: squeezed, without punctuation, brackets, quotes and symbols.

    ○ and ◯ become 〇, since both are typed for the zero of 二〇二四. Letters, digits, ordinals (①) and ideographs stay.
    """
    squeezed = squeeze(text).replace("○", "〇").replace("◯", "〇")
    return "".join(char for char in squeezed if unicodedata.category(char)[0] not in "PS")
