"""Writing a number in the ways that reports write it: the inverse of ``models.numerals``."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

from models.numerals import Number, shift, shortest

Style = Literal["arabic", "fullwidth", "thousands", "chinese", "chinese_formal", "wan"]
Sign = Literal["minus", "plus", "words", "arrows"]

STYLES: Final[tuple[Style, ...]] = ("arabic", "fullwidth", "thousands", "chinese", "chinese_formal", "wan")
SIGNS: Final[dict[Sign, tuple[str, str]]] = {
    "minus": ("", "-"),
    "plus": ("+", "-"),
    "words": ("增加", "减少"),
    "arrows": ("↑", "↓"),
}
_FULLWIDTH: Final = str.maketrans("0123456789.", "０１２３４５６７８９．")
_PLAIN: Final = ("零一二三四五六七八九", "十百千")
_FORMAL: Final = ("零壹贰叁肆伍陆柒捌玖", "拾佰仟")
#: The largest number that has a name without repeating 亿.
_LIMIT: Final = 10**16


def print_quantity(value: Number, style: Style, *, sign: Sign = "minus") -> str:
    """The value as a report prints it in ``style``; every digit is kept, so that reading it gives ``value`` again.

    ``sign``: ``minus`` marks only what is negative, the others mark both directions and leave zero bare.
    The Chinese styles hold numbers below 10 ** 16: a larger one raises ``OverflowError``.
    """
    size = value if value >= 0 else _positive(value)
    more, less = SIGNS[sign]
    mark = less if value < 0 else more if value > 0 else ""
    return mark + _printed(size, style)


def _positive(value: Number) -> Number:
    return -value if isinstance(value, int) else value.copy_negate()


def _printed(value: Number, style: Style) -> str:
    digits = f"{value:f}" if isinstance(value, Decimal) else str(value)
    if style == "fullwidth":
        return digits.translate(_FULLWIDTH)
    if style == "thousands":
        head, point, tail = digits.partition(".")
        return f"{int(head):,}{point}{tail}"
    if style == "wan":
        moved = shift(value, -4)
        return f"{Decimal(shortest(moved) if isinstance(value, int) else moved):f}万"
    if style in ("chinese", "chinese_formal"):
        return _chinese(digits, *(_PLAIN if style == "chinese" else _FORMAL))
    return digits


def _chinese(digits: str, names: str, units: str) -> str:
    head, point, tail = digits.partition(".")
    if int(head) >= _LIMIT:
        raise OverflowError(f"no Chinese numeral for {digits}: 10 ** 16 or more")
    spelled = _spelled(int(head), names, units)
    if names == _PLAIN[0] and spelled.startswith("一十"):
        spelled = spelled[1:]
    return spelled + ("点" + "".join(names[int(digit)] for digit in tail) if point else "")


def _spelled(number: int, names: str, units: str) -> str:
    for word, power in (("亿", 10**8), ("万", 10**4)):
        if number >= power:
            head, rest = divmod(number, power)
            gap = names[0] if 0 < rest < power // 10 else ""
            return _spelled(head, names, units) + word + gap + (_spelled(rest, names, units) if rest else "")
    return _below_ten_thousand(number, names, units)


def _below_ten_thousand(number: int, names: str, units: str) -> str:
    spelled, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            spelled += (names[0] if gap and spelled else "") + names[digit] + (units[place - 1] if place else "")
        gap = not digit
    return spelled or names[0]
