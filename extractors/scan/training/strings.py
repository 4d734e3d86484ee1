"""What the digit reader is taught to read: numbers as reports print them, and what is no number."""

from __future__ import annotations

import random
from collections.abc import Callable

from extractors.scan.strips import OTHER

#: Ideographs that stand beside or in place of numbers, and any others.
WORDS = "无件项个次元万增减条未有本年度的一二三四五六七八九十予以公开申请信息结果维持总计其他行政复议诉讼法人自然"
DASHES = ("-", "—", "－", "–", "——")


def _whole(dice: random.Random) -> str:
    length = dice.choices((1, 2, 3, 4, 5, 6, 8), (26, 22, 22, 16, 8, 4, 2))[0]
    return str(dice.randrange(10 ** (length - 1) if length > 1 else 0, 10**length))


def _thousands(dice: random.Random) -> str:
    return f"{dice.randrange(1000, 9_999_999):,}"


def _decimal(dice: random.Random) -> str:
    return f"{dice.randrange(0, 10 ** dice.randint(1, 5))}.{_digits(dice, dice.randint(1, 6))}"


def _digits(dice: random.Random, count: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(count))


def _repeated(dice: random.Random) -> str:
    digit = dice.choice("0123456789")
    return digit * dice.randint(2, 4) + dice.choice(("", _digits(dice, 1)))


def _word(dice: random.Random) -> str:
    return "".join(dice.choice(WORDS) for _ in range(dice.randint(1, 5)))


def _any_ideographs(dice: random.Random) -> str:
    return "".join(chr(dice.randrange(0x4E00, 0x9FA5)) for _ in range(dice.randint(1, 3)))


KINDS: tuple[tuple[int, Callable[[random.Random], str]], ...] = (
    (18, lambda dice: "0"),
    (50, _whole),
    (6, _repeated),
    (5, _thousands),
    (8, _decimal),
    (2, lambda dice: dice.choice("+-") + _whole(dice)),
    (2, lambda dice: _decimal(dice) + "%"),
    (3, lambda dice: dice.choice(DASHES)),
    (2, lambda dice: dice.choice(("/", "／"))),
    (5, _word),
    (3, _any_ideographs),
    (2, lambda dice: _whole(dice) + dice.choice("件项个次元")),
    (5, lambda dice: ""),
)
_NARROW, _WIDE = "0123456789.,+-/%", "０１２３４５６７８９．，＋－／％"
_FULL, _HALF = str.maketrans(_NARROW, _WIDE), str.maketrans(_WIDE, _NARROW)


def text_to_print(dice: random.Random) -> str:
    """A text as it is printed; now and then in full-width figures."""
    text = dice.choices([make for _, make in KINDS], [weight for weight, _ in KINDS])[0](dice)
    return text.translate(_FULL) if dice.random() < 0.04 else text


def text_to_read(printed: str) -> str:
    """What the reader should say of it."""
    plain = printed.translate(_HALF)
    if plain.strip("-—–") == "" and plain:
        return "-"
    return "".join(char if char in _NARROW else OTHER for char in plain)
