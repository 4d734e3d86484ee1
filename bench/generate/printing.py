"""How offices print figures: what stands for nothing, separators, signs, units, full-width and Chinese digits."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal

from bench.generate.figures import Number

NA_SIGNS = ("—", "/", "无", "——", "-", "／", "－")
TEXTS = ("见附件", "详见附表", "不涉及此项工作", "按上级要求办理")
CHINESE = "零一二三四五六七八九十"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, slots=True)
class CellTruth:
    """What a cell says. ``state`` is number, blank, na, text or absent; ``value`` only for a number."""

    state: str
    value: Number | None
    printed: str


ABSENT = CellTruth("absent", None, "")


@dataclass(frozen=True, slots=True)
class Style:
    """One office's habits. ``zero`` by table: what is printed where the count is 0.

    ``thousands`` the separator or nothing, ``digits`` ascii, full or chinese (small figures), ``unit`` whether money and
    counts carry one, ``signs`` how a change of items is printed.
    """

    zero: dict[str, str] = field(default_factory=dict)
    thousands: str = ""
    digits: str = "ascii"
    unit: bool = False
    signs: tuple[str, str] = ("", "-")


def invent_style(dice: random.Random, *, blanks: bool) -> Style:
    """Habits; without ``blanks`` where a layout cannot show that a cell is there but empty."""
    zero: dict[str, str] = {}
    if dice.random() < 0.22:
        sign = "" if blanks and dice.random() < 0.45 else dice.choice(NA_SIGNS)
        tables = dice.choice((("requests", "remedies", "proactive", "statistics"), ("proactive",), ("remedies",), ("requests",)))
        zero = dict.fromkeys(tables, sign)
    return Style(
        zero,
        thousands=dice.choice(("", "", "", "", "", ",", ",", "，")),
        digits=dice.choice(("ascii",) * 14 + ("full", "chinese")),
        unit=dice.random() < 0.05,
        signs=dice.choice((("", "-"), ("+", "-"), ("+", "－"), ("增", "减"), ("增加", "减少"), ("＋", "－"), ("", "-"))),
    )


def print_cell(cell: str, value: Number, style: Style, dice: random.Random, *, planted: bool = False) -> CellTruth:
    """What the office prints for a figure, and what that says."""
    table, row, column = cell.split(".")
    sign = style.zero.get(table, "0")
    if value == 0 and sign != "0" and not planted:
        return CellTruth("blank" if not sign else "na", None, sign)
    if value == 0 and not planted and dice.random() < 0.002:
        return CellTruth("text", None, dice.choice(TEXTS))
    if column == "items_change" and value:
        plus, minus = style.signs
        return CellTruth("number", value, (plus if value > 0 else minus) + _digits(abs(value), style))
    money = column == "amount" or row in ("request_fees", "budget")
    if money and style.unit and value:
        return _money(value, dice)
    printed = _digits(value, style)
    unit = "件" if style.unit and not money and dice.random() < 0.5 and table != "statistics" else ""
    return CellTruth("number", value, printed + unit)


def _digits(value: Number, style: Style) -> str:
    if style.digits == "chinese" and isinstance(value, int) and 0 <= value <= 10:
        return CHINESE[value]
    printed = f"{value:f}" if isinstance(value, Decimal) else str(value)
    if style.thousands and value >= 1000:
        whole, point, rest = printed.partition(".")
        printed = f"{int(whole):,}".replace(",", style.thousands) + point + rest
    return printed.translate(FULL_WIDTH) if style.digits == "full" else printed


def _money(value: Number, dice: random.Random) -> CellTruth:
    """A sum that names its unit: 万元, or 元 where that comes out even."""
    yuan = Decimal(value) * 10000
    if yuan == yuan.to_integral_value() and dice.random() < 0.5:
        return CellTruth("number", value, f"{int(yuan)}元")
    return CellTruth("number", value, f"{value:f}万元" if isinstance(value, Decimal) else f"{value}万元")
