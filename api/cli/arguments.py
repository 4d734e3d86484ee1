"""Arguments that several commands share, checked with a message that names the option."""

from __future__ import annotations

from collections.abc import Sequence

from models.errors import UsageError


def at_least_one(number: int | None, option: str) -> int | None:
    """The number; None where none was given. Raises UsageError."""
    if number is not None and number < 1:
        raise UsageError(f"{option} {number}: at least 1 is needed.", hint="")
    return number


def names_among(text: str, known: Sequence[str], option: str) -> list[str]:
    """Names with commas between. Raises UsageError when one is not known."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    wrong = [name for name in names if name not in known]
    if wrong or not names:
        raise UsageError(f"{option} {text!r}: known are {', '.join(known)}.", hint="")
    return names
