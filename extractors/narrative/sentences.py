"""Sentences of Chinese prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

#: A sentence ends at 。！？ (folded: ! and ?) with the closing marks behind it, or at the end of a line; ； does not end it.
_SENTENCE: Final = re.compile(r"[^。！？!?\n]+(?:[。！？!?]+[”」』）)]?)?|[。！？!?]+")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, without the white space around it."""
    for match in _SENTENCE.finditer(text):
        piece = match.group()
        start = match.start() + len(piece) - len(piece.lstrip())
        end = start + len(piece.strip())
        if end > start:
            yield start, end
