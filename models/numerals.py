"""One written numeral to its exact value: Arabic, Chinese, formal Chinese and mixed, with 万 and 亿.

Input is folded text (``models.folding``). A reading that rests on a guess carries a note; what has no rule is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

Number = int | Decimal
Qualifier = Literal["exact", "about", "over", "under"]

ZEROS: Final = "零〇○◯"
DIGITS: Final = {
    **dict.fromkeys(ZEROS, 0),
    **dict(zip("一二三四五六七八九", range(1, 10), strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)),
    "两": 2,
    "参": 3,
}
UNITS: Final = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
#: Words for several tens, as a digit and 十.
_TENS: Final = {"廿": "二十", "卅": "三十", "卌": "四十"}
#: The powers of ten that Chinese counts in, the largest first.
SCALES: Final = (("亿", 8), ("万", 4))
#: Words for "and some more" inside or behind a numeral.
_MORE: Final[dict[str, Qualifier]] = {"余": "over", "多": "over", "几": "over", "来": "about"}
#: Longer than any figure of a report: more likely cells run together, and bounded work for hostile text.
_MAX_LENGTH: Final = 40
_PLAUSIBLE: Final = 10**13

_ARABIC: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![0-9,.])|[0-9]*\.?[0-9]+(?![0-9,.])")
_GROUPED_ODDLY: Final = re.compile(r"(?<![0-9,.])[0-9]{1,3}(?:(?:\s?,\s?|[ '’])[0-9]{3})+(?![0-9])")
_LOOKALIKE: Final = re.compile(r"(?<=[0-9.,])[OolI〇○]+|[OolI〇○]+(?=[0-9.,])")
_LETTERS: Final = str.maketrans("OolI〇○", "001100")
_GAP: Final = re.compile(r"(?<![0-9.,OolI])\s+|\s+(?![0-9.,OolI])")
_PARTED: Final = re.compile(r"[零〇○一二两三四五六七八九十百千万亿]\s+[零〇○一二两三四五六七八九十]")

IMPLIED_ONE: Final = "a unit word without a digit before it"
NOTE_GROUP: Final = "1.234 can be a decimal or a thousands group"


@dataclass(frozen=True, slots=True)
class Numeral:
    """A numeral that was understood.

    ``value`` is the number itself; ``amount`` the number in units of ``10 ** scale`` with its printed digits, where
    ``scale`` is 8 for 亿, 4 for 万, else 0 (1.20万: amount 1.20, scale 4, value 12000). ``notes``: why it is in doubt.
    """

    value: Number
    amount: Number
    scale: int = 0
    qualifier: Qualifier = "exact"
    notes: tuple[str, ...] = ()


def shift(value: Number, places: int) -> Number:
    """``value * 10 ** places``, exact at any length; an int where the result is whole and places were added."""
    sign, digits, exponent = Decimal(value).as_tuple()
    moved = Decimal((sign, digits, int(exponent) + places))
    return whole(moved) if places > 0 or isinstance(value, int) else moved


def whole(value: Number) -> Number:
    """An int where the value is integral, else the value unchanged."""
    return int(value) if value == int(value) else value


def shortest(value: Number) -> Number:
    """Without the zeros at the end of a fraction; nothing is rounded."""
    return value if isinstance(value, int) else whole(Decimal(f"{value:f}".rstrip("0").rstrip(".")))


def read_numeral(text: str, *, stray_spaces: bool = False) -> Numeral | None:
    """The numeral that the whole of ``text`` (folded) is, or None.

    ``stray_spaces``: digits parted by a space are one number, with a note (right for running text where a line was
    justified; wrong for a table cell, where they can be two cells' numbers).
    """
    text = text.strip()
    if not text or len(text) > _MAX_LENGTH:
        return None
    tidy, notes = _tidy(text, stray_spaces)
    core, qualifier, more_notes = _without_more(tidy)
    for word, spelled in _TENS.items():
        core = core.replace(word, spelled)
    tokens = _tokens(core)
    found = _Reader(tokens).read() if tokens else None
    if found is None:
        return None
    value, value_notes = found
    every = (*notes, *more_notes, *value_notes, *_shape_notes(core, value))
    return replace(_scaled(core, tokens, value), qualifier=qualifier, notes=every)


def _tidy(text: str, stray_spaces: bool) -> tuple[str, tuple[str, ...]]:
    """Drops harmless spaces and odd separators; each thing that was taken for a digit or separator is noted."""
    notes = ["a space inside the number"] if _PARTED.search(text) else []
    text = _GAP.sub("", text)
    if re.search("[0-9]", text) and _LOOKALIKE.search(text):
        text = _LOOKALIKE.sub(lambda match: match[0].translate(_LETTERS), text)
        notes.append("a letter or circle read as a digit")
    odd = _GROUPED_ODDLY.search(text)
    if odd and re.search(r"[\s'’]", odd[0]):
        text = text.replace(odd[0], re.sub(r"[\s,'’]", "", odd[0]), 1)
        notes.append("digits parted by a space or mark, read as a thousands group")
    if stray_spaces and re.search(r"\s", text):
        text = re.sub(r"\s", "", text)
        notes.append("a space inside the number")
    return text, tuple(notes)


def _without_more(text: str) -> tuple[str, Qualifier, tuple[str, ...]]:
    """Takes out one 余, 多, 几 or 来 that follows a numeral, also before a last 万 or 亿 (30余万)."""
    match = re.fullmatch(r"(.+)([余多几来])([十百千]?[万亿]{0,2})", text)
    if not match or match[1][-1] in _MORE:
        return text, "exact", ()
    notes = ("几 leaves the last digit open",) if match[2] == "几" else ()
    return match[1] + match[3], _MORE[match[2]], notes


def _tokens(text: str) -> tuple[str, ...]:
    """Arabic numbers whole, all else character by character; empty where something is no part of a numeral."""
    known = {*DIGITS, *UNITS, "万", "亿", "点"}
    tokens: list[str] = []
    position = 0
    while position < len(text):
        match = _ARABIC.match(text, position)
        if not match and text[position] not in known:
            return ()
        tokens.append(match[0] if match else text[position])
        position += len(tokens[-1])
    return tuple(tokens)


def _arabic(token: str) -> Number | None:
    if not re.search("[0-9]", token):
        return None
    plain = token.replace(",", "")
    return Decimal(plain) if "." in plain else int(plain)


def _coefficient(token: str) -> Number | None:
    return DIGITS[token] if token in DIGITS else _arabic(token)


def _scaled(core: str, tokens: Sequence[str], value: Number) -> Numeral:
    scale = next((power for word, power in SCALES if word in core), 0)
    if not scale:
        return Numeral(value, value)
    arabic = _arabic(tokens[0])
    printed = arabic if len(tokens) == 2 and arabic is not None else None
    return Numeral(value, shortest(shift(value, -scale)) if printed is None else printed, scale)


def _shape_notes(core: str, value: Number) -> Iterator[str]:
    if re.search(r"(?<![0-9.,])0[0-9]", core):
        yield "a number that begins with 0"
    if re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", core):
        yield NOTE_GROUP
    if re.search(r"(?<![0-9])\.[0-9]", core):
        yield "no digit before the decimal point"
    if value >= _PLAUSIBLE:
        yield "larger than any figure of a report: numbers may have run together"


class _Reader:
    """Positional reading of one numeral's tokens; the notes gather the guesses on the way."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens
        self._notes: list[str] = []

    def read(self) -> tuple[Number, tuple[str, ...]] | None:
        """The value and the notes, or None where the tokens break the rules."""
        if len(self._tokens) > 1 and all(token in DIGITS and token != "两" for token in self._tokens):
            return self._digit_by_digit()
        value = self._scale(self._tokens, 0)
        return None if value is None else (value, tuple(self._notes))

    def _digit_by_digit(self) -> tuple[Number, tuple[str, ...]] | None:
        """二〇二四 is 2024. Two digits without a zero are a range in speech (三五个: three to five), so no number."""
        value = int("".join(str(DIGITS[token]) for token in self._tokens))
        has_zero = any(token in ZEROS for token in self._tokens)
        if len(self._tokens) == 2 and not has_zero:
            return None
        notes = [] if has_zero else ["digits listed without a unit word"]
        if self._tokens[0] in ZEROS:
            notes.append("a number that begins with 0")
        return value, tuple(notes)

    def _scale(self, tokens: Sequence[str], level: int) -> Number | None:
        """Splits at 亿, then at 万: what stands before multiplies, what stands behind is added."""
        if "点" in tokens and not {"万", "亿"} & {*tokens[tokens.index("点") :]}:
            return self._with_fraction(tokens, level)
        if level == len(SCALES):
            return self._section(tokens)
        word, power = SCALES[level]
        if word not in tokens:
            return self._scale(tokens, level + 1)
        at = tokens.index(word)
        head, tail = tokens[:at], tokens[at + 1 :]
        if not head:
            self._notes.append(IMPLIED_ONE)
        times = self._scale(head, level + 1) if head else 1
        rest = self._tail(tail, level, 10**power)
        if times is None or rest is None or (tail and not isinstance(times, int)):
            return None
        scaled = shift(times, power)
        return scaled + rest if rest else scaled

    def _tail(self, tokens: Sequence[str], level: int, limit: int) -> Number | None:
        """What stands behind 亿 or 万. A lone digit counts the next lower place (一万二 is 12000), which is noted."""
        if not tokens:
            return 0
        if len(tokens) == 1 and (digit := _coefficient(tokens[0])) and isinstance(digit, int) and digit < 10:
            self._notes.append("a last digit without its unit word")
            return digit * limit // 10
        rest = tokens[1:] if tokens[0] in ZEROS else tokens
        value = self._scale(rest, level + 1) if rest else None
        return value if value is not None and value < limit else None

    def _section(self, tokens: Sequence[str]) -> Number | None:
        """A numeral below 10000 in Chinese, or one Arabic number of any size."""
        total: Number = 0
        place, position, zero = 10**4, 0, False
        while position < len(tokens):
            token = tokens[position]
            if token in ZEROS and 0 < position < len(tokens) - 1 and not zero:
                zero, position = True, position + 1
                continue
            step = self._step(tokens[position:], place, zero)
            if step is None:
                return None
            amount, place, used = step
            total, position, zero = (total + amount if total else amount), position + used, False
        return total if tokens else None

    def _step(self, tokens: Sequence[str], place: int, zero: bool) -> tuple[Number, int, int] | None:
        """One ``digit unit`` pair, lone unit or last digit: what it adds, its place, the tokens it used."""
        unit = UNITS.get(tokens[0])
        if unit:
            return self._lone_unit(unit, place)
        digit = _coefficient(tokens[0])
        if digit is None:
            return None
        if len(tokens) == 1:
            last = self._last(digit, place, zero)
            return None if last is None else (last, 1, 1)
        unit = UNITS.get(tokens[1], 0)
        if not 0 < unit < place or not digit or (place < 10**4 and digit >= 10):
            return None
        product = digit * unit if isinstance(digit, int) else shift(digit, len(str(unit)) - 1)
        return product, unit, 2

    def _lone_unit(self, unit: int, place: int) -> tuple[Number, int, int] | None:
        """十 alone is ten; 百 and 千 alone are said only with a bound (近百, 千余), so they are noted."""
        if unit >= place or (unit > 10 and place < 10**4):
            return None
        if unit > 10:
            self._notes.append(IMPLIED_ONE)
        return unit, unit, 1

    def _last(self, digit: Number, place: int, zero: bool) -> Number | None:
        if place == 10**4:
            return digit
        if not isinstance(digit, int) or not digit < place:
            return None
        if place == 10 or zero or digit >= 10:
            return digit
        self._notes.append("a last digit without its unit word")
        return digit * place // 10

    def _with_fraction(self, tokens: Sequence[str], level: int) -> Number | None:
        """十二点五 is 12.5."""
        at = tokens.index("点")
        head = self._scale(tokens[:at], level)
        digits = [DIGITS[token] for token in tokens[at + 1 :] if token in DIGITS]
        if not isinstance(head, int) or not digits or len(digits) != len(tokens) - at - 1:
            return None
        return Decimal(f"{head}.{''.join(map(str, digits))}")
