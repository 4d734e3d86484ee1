"""Printed quantities and what they mean: statistical cells, quantities in sentences, and sums of money.

One convention for both types here: ``value`` is in the base unit, so 1.2万条 is 12000 条 and 25.1万元 is 251000 元.
``amount`` and ``scale`` keep what was printed (25.1 and 4), and ``in_unit`` turns money into any unit exactly.
A value is an int where it is integral, else a Decimal with its printed digits (12.50 stays 12.50); never a float.
What rests on a guess says so: ``doubtful`` with a ``note``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

from models.folding import fold, squeeze
from models.numeral_print import STYLES, print_quantity
from models.numeral_scan import scan_numerals
from models.numerals import IMPLIED_ONE, Number, Numeral, Qualifier, read_numeral, shift, shortest
from models.units import BASE_UNITS, COUNT_UNITS, MONEY_UNITS, base_and_power

__all__ = [
    "BOUNDS_AFTER",
    "BOUNDS_BEFORE",
    "COUNT_UNITS",
    "MONEY_UNITS",
    "STYLES",
    "CellQuantity",
    "Number",
    "Qualifier",
    "Quantity",
    "State",
    "in_unit",
    "money_in_wan",
    "parse_cell",
    "parse_quantity",
    "print_quantity",
    "scan_numerals",
]

State = Literal["number", "blank", "na", "text"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit: ``value`` in the base unit (条, 件, 元 …), ``amount * 10 ** scale == value`` as printed.

    ``unit`` is the printed measure word without 万 or 亿, None where none is printed. ``note`` says why it is doubtful.
    """

    value: Number
    amount: Number
    scale: int = 0
    unit: str | None = None
    qualifier: Qualifier = "exact"
    doubtful: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class CellQuantity:
    """What stands in a statistical cell.

    ``number``: ``value`` is set. ``blank``: nothing is printed, which is not 0. ``na``: a sign or word for "nothing to
    report" (—, /, 无). ``text``: anything else, ``value`` None; doubtful when a number may hide in it.
    ``printed`` is the text as given without outer white space.
    """

    state: State
    printed: str
    value: Number | None = None
    unit: str | None = None
    qualifier: Qualifier = "exact"
    doubtful: bool = False
    note: str = ""
    amount: Number | None = None
    scale: int = 0


#: Bound words and what they say, before and behind a number (上 counts only before 百, 千, 万: 上千条).
BOUNDS_BEFORE: Final[dict[str, Qualifier]] = {
    **dict.fromkeys(("大约", "大概", "约为", "约", "~", "≈"), "about"),
    **dict.fromkeys(("超过", "突破", "超出", "超", "逾", "多达", "不少于", "不低于", "至少", ">", "≥"), "over"),
    **dict.fromkeys(("将近", "接近", "近", "不足", "不到", "不超过", "不多于", "至多", "<", "≤"), "under"),
}
BOUNDS_AFTER: Final[dict[str, Qualifier]] = {
    **dict.fromkeys(("左右", "上下"), "about"),
    **dict.fromkeys(("以上", "+", "余", "多"), "over"),
    **dict.fromkeys(("以内", "以下"), "under"),
}
#: Words that only announce a number.
_ANNOUNCING: Final = ("总计", "合计", "共计", "共", "计")
_CURRENCY: Final = ("人民币", "RMB", "¥")
_SIGNS: Final = {
    **dict.fromkeys(("净增加", "净增", "增加", "新增", "上升", "增", "↑", "+"), 1),
    **dict.fromkeys(("净减少", "净减", "减少", "下降", "减", "负", "↓", "-"), -1),
}

_FRONT: Final = tuple(sorted({*BOUNDS_BEFORE, *_ANNOUNCING, *_CURRENCY, *_SIGNS}, key=len, reverse=True))
#: No quantity with its bounds and unit is longer; what is, is a sentence.
_MAX_LENGTH: Final = 64

#: Words and signs by which an office says that there is nothing to report, squeezed and in lower case.
_NOTHING: Final = """
    无 (无) 无。 暂无 没有 不适用 无此项 无此类 无此类情况 无此情况 无此情形 无数据 暂无数据 无相关数据 无相关信息
    无内容 无相关内容 不涉及 未涉及 未发生 未开展 免填 不填 n/a na n.a. none null nil
"""
_NOT_APPLICABLE: Final = frozenset(_NOTHING.split())
#: Footnote marks, and the specks of a scan that are read as marks.
_FOOTNOTES: Final = "*·•'`"
_MARKS: Final = _FOOTNOTES + ".,。、"
_NUMERIC: Final = re.compile(r"[0-9零〇一二两三四五六七八九十百千万亿点余廿卅壹贰叁肆伍陆柒捌玖拾佰仟]")

#: Texts with digits that are certainly no count.
_NO_COUNT: Final = (
    (re.compile(r"第.+"), "an ordinal"),
    (re.compile(r".*(?:[%‰]|百分之|百分点|倍|[0-9一二三四五六七八九]成$).*"), "a share, not a count"),
    (re.compile(r"[0-9〇○零一二三四五六七八九]{4}年.*"), "a date"),
    (re.compile(r"[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}月([0-9]{1,2}日)?"), "a date"),
    (re.compile(r"[①-⓿㈠-㈩]"), "an ordinal"),
)
#: Texts that are no number, and why a person should look.
_DOUBTFUL_TEXT: Final = (
    (re.compile(r"\([0-9]+(?:\.[0-9]+)?\)"), "a number in brackets: an ordinal or a negative"),
    (re.compile(r"[0-9一二三四五六七八九十]+[.、)]"), "an ordinal, or a number with a speck behind it"),
    (re.compile(r"[lI|丨]"), "a stroke: a 1 or a piece of a ruling"),
    (re.compile(r"[OolI]{1,3}[^A-Za-z]{0,3}"), "letters that look like digits"),
    (re.compile(r"[〃\"]|同上"), "a ditto mark"),
    (re.compile(r"[*×x]{2,}|[*×xX]"), "a cross or an asterisk: a mask, a footnote or nothing to report"),
)


def parse_cell(text: str) -> CellQuantity:
    """The meaning of a statistical cell's text; never raises.

    Nothing, white space and a bare fill-in line (____) are blank. Dashes, slashes and words such as 无 are na, an
    ellipsis and a lone × too, but doubtful. One number with an optional sign, bound and unit is a number; all else is
    text. Doubtful numbers: 3 001 and 3, 001 (3001, or two cells), 1.234, 007, .5, 1O, a lone O, ○ or 一, 一万二, 12。
    Doubtful texts: 3 0, 1/2, 3、001, (1), 1., a ditto mark, asterisks. A share, date or ordinal is plain text.
    """
    printed = text.strip().strip("\ufeff\u200b\u200c\u200d\u2060\xad").strip()
    seen = squeeze(printed)
    if not seen.strip("_"):
        return CellQuantity("blank", printed if seen else "")
    if re.fullmatch(r"-+|[/\\]+", seen) or seen.lower() in _NOT_APPLICABLE:
        return CellQuantity("na", printed)
    if seen.strip(_MARKS).lower() in _NOT_APPLICABLE:
        return CellQuantity("na", printed, doubtful=True, note="a mark beside the word")
    if re.fullmatch(r"…+|\.{2,}|[×✕✗╳]", seen):
        return CellQuantity("na", printed, doubtful=True, note="nothing to report, or something left out")
    return _number_cell(printed) or _text_cell(printed, seen)


def _number_cell(printed: str) -> CellQuantity | None:
    text = re.sub(r"[\u200b-\u200f\u2060\ufeff\xad]", "", fold(printed))
    if any(pattern.fullmatch(squeeze(text)) for pattern, _ in _NO_COUNT):
        return None
    lone = {"O": "0", "o": "0", "○": "0", "◯": "0"}.get(text.strip())
    notes = []
    if lone:
        text, notes = lone, ["a circle or letter O read as 0"]
    elif text.strip("一") == "" and text:
        notes = ["一 may be a dash"]
    elif text in ("二", "三"):
        notes = [f"{text} may be a dash between what is left of rules"]
    elif text[-1] in "。;" and len(text) > 1:
        text, notes = text[:-1], ["punctuation behind the number"]
    elif text.strip(_FOOTNOTES + " ") != text.strip():
        text, notes = text.strip(_FOOTNOTES + " "), ["a mark beside the number"]
    found = _read(text, stray_spaces=False) if text else None
    if found is None:
        return None
    note = "; ".join(filter(None, (*notes, found.note)))
    return CellQuantity(
        "number", printed, found.value, found.unit, found.qualifier, bool(note), note, found.amount, found.scale
    )


def _text_cell(printed: str, seen: str) -> CellQuantity:
    for pattern, note in _NO_COUNT:
        if pattern.fullmatch(seen):
            return CellQuantity("text", printed, note=note)
    spaced = fold(printed)
    for pattern, note in _DOUBTFUL_TEXT:
        if pattern.fullmatch(spaced):
            return CellQuantity("text", printed, doubtful=True, note=note)
    numbers = len(re.findall(r"\d+", spaced))
    if numbers:
        note = "several numbers in one cell" if numbers > 1 else "a number among other words"
        return CellQuantity("text", printed, doubtful=True, note=note)
    if not re.search(r"\w", seen):
        return CellQuantity("text", printed, doubtful=True, note="a mark that is no number")
    doubtful = all(_NUMERIC.match(char) for char in _strip_back(seen)[0])
    return CellQuantity("text", printed, doubtful=doubtful, note="a numeral that follows no rule" if doubtful else "")


def parse_quantity(text: str) -> Quantity | None:
    """The quantity that the whole of ``text`` is: bound words, numeral, unit (约1400条, 百余条, 6,200条以上), or None.

    Stray spaces inside the digits are allowed here (3 16条 is 316) and make it doubtful.
    """
    return _read(fold(text), stray_spaces=True)


def _read(text: str, *, stray_spaces: bool) -> Quantity | None:
    """Takes the bounds, sign, currency and unit off both ends; what is left must be one numeral."""
    if len(text) > _MAX_LENGTH:
        return None
    rest, front, sign, money = _strip_front(text.strip())
    rest, back, unit = _strip_back(rest)
    if unit == "圆" or (money and unit is None):
        unit = "元"
    numeral = read_numeral(rest, stray_spaces=stray_spaces)
    if numeral is None or (money and unit != "元"):
        return None
    return _judged(numeral, [*front, *back], unit, sign)


def _strip_front(text: str) -> tuple[str, list[Qualifier], int, bool]:
    """The text without what announces a number; the bounds found, the sign (1 or -1), whether it names a currency."""
    bounds: list[Qualifier] = []
    sign, money, signed = 1, False, False
    if text[:1] == "上" and text[1:2] in tuple("百千万亿"):
        text, bounds = text[1:], ["over"]
    while word := next((word for word in _FRONT if text.startswith(word)), None):
        if word in _SIGNS and signed:
            break
        if word in _SIGNS:
            sign, signed = _SIGNS[word], True
        elif word in BOUNDS_BEFORE:
            bounds.append(BOUNDS_BEFORE[word])
        money = money or word in _CURRENCY
        text = text[len(word) :].lstrip()
    return text, bounds, sign, money


def _strip_back(text: str) -> tuple[str, list[Qualifier], str | None]:
    """The text without its unit (also in brackets) and the bounds around it."""
    text, behind = _strip_bounds(text)
    bracketed = re.fullmatch(r"(.+?)\s*\(([^()]+)\)", text)
    if bracketed and bracketed[2].strip() in BASE_UNITS:
        text = bracketed[1] + bracketed[2].strip()
    unit = next((unit for unit in BASE_UNITS if text.endswith(unit) and text != unit), None)
    if unit is None:
        return text, behind, None
    text, before = _strip_bounds(text[: -len(unit)].rstrip())
    return text, behind + before, unit


def _strip_bounds(text: str) -> tuple[str, list[Qualifier]]:
    bounds: list[Qualifier] = []
    while word := next((word for word in BOUNDS_AFTER if text.endswith(word) and text != word), None):
        bounds.append(BOUNDS_AFTER[word])
        text = text[: -len(word)].rstrip()
    return text, bounds


def _judged(numeral: Numeral, bounds: list[Qualifier], unit: str | None, sign: int) -> Quantity:
    """Joins numeral and bounds: of several bounds over wins (约300余条 is over), and under beside over is doubtful."""
    marks = {*bounds, numeral.qualifier} - {"exact"}
    qualifier: Qualifier = "exact"
    for candidate in ("over", "under", "about"):
        if candidate in marks:
            qualifier = candidate
            break
    notes = [note for note in numeral.notes if not (note == IMPLIED_ONE and marks)]
    if {"over", "under"} <= marks:
        notes.append("bounds that contradict each other")
    value, amount = numeral.value, numeral.amount
    if sign < 0:
        value, amount = _negative(value), _negative(amount)
    return Quantity(value, amount, numeral.scale, unit, qualifier, bool(notes), "; ".join(dict.fromkeys(notes)))


def _negative(value: Number) -> Number:
    """Exact, unlike unary minus on a Decimal, which rounds; zero has no sign."""
    if not value:
        return value
    return -value if isinstance(value, int) else value.copy_negate()


def in_unit(quantity: Quantity | CellQuantity, unit: str) -> Number | None:
    """The quantity in ``unit``, exact and with its printed digits: 251000元 in 万元 is 25.1, 12.50万元 is 12.50.

    Money converts to any of ``MONEY_UNITS``; a count only to its own unit, also with 万 or 亿 before it (万条). None
    where there is no value, no printed unit, or the units do not fit.
    """
    if quantity.value is None or quantity.amount is None or quantity.unit is None:
        return None
    wanted = base_and_power(unit)
    own = base_and_power(quantity.unit)
    if wanted is None or own is None or wanted[0] != own[0]:
        return None
    moved = shift(quantity.amount, quantity.scale + own[1] - wanted[1])
    return shortest(moved) if isinstance(quantity.amount, int) else moved


def money_in_wan(quantity: Quantity | CellQuantity) -> Number | None:
    """The sum of money in 万元 of a cell whose heading says 万元.

    A bare number is in 万元 already, unless it says 万 or 亿 itself (25.1万 is 25.1万元); a printed unit of money
    converts. None where there is no value or the unit is a count's.
    """
    if quantity.unit is not None:
        return in_unit(quantity, "万元")
    if quantity.scale:
        return in_unit(replace(quantity, unit="元"), "万元")
    return quantity.value
