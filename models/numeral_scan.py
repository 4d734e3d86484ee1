"""Finding numerals in running text. Spans are character offsets, valid in the text as given.

Conservative on purpose: 一 in 统一 or 一是 is no number, 第三条 an ordinal, 12.5% a share, 2024-12-31, 0532-1234567
and 10-20 no single numbers, 数百条 names no number; none of these is yielded. Years and other bare Arabic numbers are:
whether they count something is for the reader of the sentence to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from models.folding import fold
from models.numerals import read_numeral
from models.units import BASE_UNITS

_UNIT: Final = "(?:" + "|".join(unit for unit in BASE_UNITS if unit not in ("分", "届")) + ")"
_SCALE: Final = r"(?:[十百千]?[万亿]{1,2}|[百千](?![瓦米克帕卡伏分]))"
_DIGITS: Final = r"[OolI〇○]{0,3}[0-9][0-9OolI〇○]*"

#: Strings of digits that are no single number; tried first, so that no part of them is taken for one.
_NO_NUMBER: Final = (
    r"(?:https?://|www\.)[!-~]+|[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]+"
    r"|[0-9]+(?:\s?[-~./:至到]\s?[0-9]+){2,}|[0-9]+(?:\.[0-9]+)?\s?[-~:至到/]\s?[0-9]+(?:\.[0-9]+)?"
    rf"|第\s?{_DIGITS}|{_DIGITS}(?:\.[0-9]+)?\s?(?:%|‰|倍|个百分点)"
    r"|[0-9][0-9OolI]*[A-HJ-NP-Za-kmnp-z][A-Za-z0-9]*"
)
_ARABIC: Final = (
    r"(?:[0-9]{1,3}(?:\s?,\s?[0-9]{3})+(?![0-9])(?:\.[0-9]+)?"
    rf"|[0-9]{{1,3}}(?: [0-9]{{1,3}}){{1,2}}(?=\s?[余多万]?\s?{_UNIT})"
    rf"|{_DIGITS}(?:\.[0-9]+)?)"
    rf"(?:\s?[余多几]?\s?{_SCALE}(?:[0-9]+[千百](?![0-9]))?)?"
    rf"(?:\s?(?:余|[多几](?=\s?{_UNIT})))?"
)
_CHINESE_DIGIT: Final = "零〇○一二两三四五六七八九壹贰叁肆伍陆柒捌玖廿卅卌"
_CHINESE_CHAR: Final = rf"[{_CHINESE_DIGIT}十百千万亿拾佰仟]"
_CHINESE: Final = rf"{_CHINESE_CHAR}+(?:点{_CHINESE_CHAR}+)?(?:[余多几来][十百千]?[万亿]{{0,2}})?"
_TOKEN: Final = re.compile(rf"(?P<no>{_NO_NUMBER})|(?P<arabic>{_ARABIC})|(?P<chinese>{_CHINESE})")

_UNIT_NEXT: Final = re.compile(rf"\s?{_UNIT}")
_YEAR: Final = re.compile(r"[零〇○一二三四五六七八九]{4}(?=\s?年)")
#: 一 before these counts something; before 体, 步, 些, 站, 张, 批 … it is mostly part of a word.
_AFTER_ONE: Final = re.compile(r"\s?[件条篇场期起宗例份次](?![事性式网键])")
#: 零 as a count without a unit: 上年结转为零, 零申请; not in 零距离 or 零容忍.
_ZERO_SAID: Final = re.compile(r"(?<=[为是均计])零(?!\w)|零(?=\s?(?:行政)?(?:申请|复议|诉讼|投诉|收费))")
#: What makes a word of a following numeral (统一, 唯一, 第三), or leaves it open (数百, 好几十, 若干).
_NOT_BEFORE: Final = frozenset("第统同唯单专任某另每逐之合划归数几干周初星期")
#: Ends of words that allow 百, 千, 万 without a digit: 近百件, 上千条, 超过万次.
_BOUND_END: Final = frozenset("近上逾超过约达破足到")


def scan_numerals(text: str) -> Iterator[tuple[int, int]]:
    """The spans of numerals, in order: digits with separators, 万 and 亿, 余 and 多; Chinese numerals before a unit.

    ``parse_quantity`` reads each; stray spaces (3 16条) and letters for digits (1O条) stand inside the span.
    """
    folded = fold(text)
    for match in _TOKEN.finditer(folded):
        start, end = match.span()
        if match["arabic"]:
            counts = _counts_arabic(folded, start, end)
        else:
            counts = match["chinese"] is not None and _counts_chinese(folded, start, end)
        if counts:
            yield start, end


def _counts_arabic(text: str, start: int, end: int) -> bool:
    """A number glued to a Latin word (A4, G20) counts only before a unit (APP3个)."""
    glued = start > 0 and text[start - 1].isascii() and text[start - 1].isalpha()
    return not glued or _UNIT_NEXT.match(text, end) is not None


def _counts_chinese(text: str, start: int, end: int) -> bool:
    word, before = text[start:end], text[max(0, start - 1) : start]
    if before in _NOT_BEFORE or read_numeral(word) is None:
        return False
    if word == "一":
        return _AFTER_ONE.match(text, end) is not None
    if word == "零" and _ZERO_SAID.match(text, start):
        return True
    if _UNIT_NEXT.match(text, end) or _YEAR.match(text, start):
        return word[0] not in "百千万亿" or word[-1] in "余多" or before in _BOUND_END
    spelled_out = len(word) > 2 and word[0] in _CHINESE_DIGIT and any(unit in word for unit in "百千万亿")
    return spelled_out and not re.match(r"\w", text[end : end + 1])
