"""What the tagger sees of a mention: its context as one line of single characters."""

from __future__ import annotations

from typing import Final

from extractors.narrative.context import Context
from extractors.narrative.mentions import Mention

#: Stands on both sides of the unit, in place of the number itself: the value must not decide the type.
TARGET: Final = "◎"
#: How many characters of each part are kept, and the most tokens of one input.
_TITLE, _HEADING, _PREVIOUS, _BEFORE, _AFTER = 14, 18, 22, 52, 20
MAX_TOKENS: Final = 144


def encode(mention: Mention, context: Context) -> str:
    """The input line: title, run-in heading, sentence before, words before the number, its unit, words behind it.

    Every character is a word of its own, so that any tokenizer with a vocabulary of characters splits it in one way.
    """
    parts = (
        context.title[-_TITLE:],
        context.heading.strip("|")[-_HEADING:],
        context.previous[-_PREVIOUS:],
        context.before[-_BEFORE:] + TARGET + (mention.unit or "") + TARGET + context.after[:_AFTER],
    )
    return " ".join(char for char in "|".join(parts) if not char.isspace())
