"""A spreadsheet value as its cell displays it (ECMA-376 18.8.30, number formats), for the formats that tables use."""

from __future__ import annotations

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

_LITERALS = re.compile(r'"([^"]*)"|\\(.)')
_COLOR_OR_LOCALE = re.compile(r"\[[^\]]*\]")
_PADDING = re.compile(r"[_*].")
_NUMBER = re.compile(r"(?P<whole>[#0?,]*[#0?])?(?P<point>\.(?P<decimals>[#0?]*))?(?P<scale>,*)(?P<percent>\s*%)?")
_DATE_LETTERS = re.compile(r"[yYdD年月日]|m{1,5}|h{1,2}|s{1,2}")
#: Excel shows at most so many digits of a number in the General format.
_GENERAL_DIGITS = 11


def displayed(value: object, number_format: str) -> str:
    """The text of a cell: integers without ``.0``, decimals with the digits of the format, dates in ISO order."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float, Decimal)):
        return _number(Decimal(repr(value)) if isinstance(value, float) else Decimal(value), number_format)
    if isinstance(value, datetime.datetime):
        whole_day = value.time() == datetime.time()
        return value.date().isoformat() if whole_day else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value).replace("\r\n", "\n").replace("_x000D_", "").strip()


def _number(value: Decimal, number_format: str) -> str:
    if not value.is_finite():
        return str(value)
    pattern = _section(value, number_format)
    if pattern is None:
        return ""
    if not pattern or pattern.strip().lower() == "general" or pattern.strip() == "@" or _DATE_LETTERS.search(pattern):
        return _general(value)
    negative = value < 0 and number_format.count(";") == 0
    prefix, core, suffix = _parts(pattern)
    if core is None:
        return (prefix + suffix).strip()
    return f"{'-' if negative else ''}{prefix}{_formatted(abs(value), core)}{suffix}".strip()


def _section(value: Decimal, number_format: str) -> str | None:
    """The section for the sign of the value, cleaned of colours and padding; None where it hides the value."""
    sections = [_PADDING.sub("", _COLOR_OR_LOCALE.sub("", part)) for part in number_format.split(";")]
    if len(sections) == 1:
        return sections[0]
    index = 1 if value < 0 else 2 if value == 0 and len(sections) > 2 else 0
    return sections[index] or None


def _parts(pattern: str) -> tuple[str, re.Match[str] | None, str]:
    """Literal text before, the number itself, literal text after. ``?`` alone only pads a literal such as a dash."""
    bare = _LITERALS.sub(lambda found: "\0" * len(found.group(0)), pattern)
    core = next((found for found in _NUMBER.finditer(bare) if found.group("whole") or found.group("decimals")), None)
    if core is None or not set(core.group(0)) & set("#0"):
        return _literal(pattern).replace("?", ""), None, ""
    return _literal(pattern[: core.start()]), core, _literal(pattern[core.end() :])


def _literal(text: str) -> str:
    return _LITERALS.sub(lambda found: found.group(1) if found.group(1) is not None else found.group(2), text)


def _formatted(value: Decimal, core: re.Match[str]) -> str:
    if core.group("percent"):
        value *= 100
    value = value.scaleb(-3 * len(core.group("scale") or ""))
    places = core.group("decimals") or ""
    rounded = _rounded(value, len(places))
    least = len(places.rstrip("#?"))
    whole, _, decimals = f"{rounded:f}".partition(".")
    decimals = decimals[:least] + decimals[least:].rstrip("0")
    pattern = core.group("whole") or ""
    whole = whole.zfill(pattern.count("0")) if pattern.count("0") > 1 else whole
    if "," in pattern:
        whole = f"{int(whole):,}"
    return whole + (f".{decimals}" if decimals else "") + ("%" if core.group("percent") else "")


def _rounded(value: Decimal, places: int) -> Decimal:
    with localcontext() as context:
        context.prec = 400
        return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _general(value: Decimal) -> str:
    """As in the General format, but with every digit where Excel would cut: sums of decimals lose only their noise."""
    if value == value.to_integral_value():
        return f"{value.to_integral_value():f}"
    whole_digits = max(1, value.adjusted() + 1)
    text = f"{_rounded(value, max(2, _GENERAL_DIGITS - whole_digits)):f}"
    return text.rstrip("0").rstrip(".")
