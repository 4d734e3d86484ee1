"""Words put together again: the lines of a page, the text of a cell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod

from extractors.page import Word
from models.evidence import Box
from models.readings import Reading

#: Between two words of a line, a gap wider than this share of the height is printed as a space.
SPACE = 0.9


def visual_lines(words: Sequence[Word]) -> list[list[Word]]:
    """Words by line, top to bottom, each line from left to right."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.box.center_y, word.box.x0)):
        line = next((line for line in reversed(lines[-3:]) if _same_line(line[-1].box, word.box)), None)
        if line is None:
            lines.append([word])
        else:
            line.append(word)
    return [sorted(line, key=lambda word: word.box.x0) for line in lines]


def _same_line(left: Box, right: Box) -> bool:
    return abs(left.center_y - right.center_y) <= 0.5 * max(left.height, right.height)


def line_text(line: Sequence[Word]) -> str:
    """The words of a line; a space between Latin words and across wide gaps, none between Chinese words."""
    text = line[0].text
    for before, word in pairwise(line):
        gap = word.box.x0 - before.box.x1
        wide = gap > SPACE * max(word.box.height, before.box.height)
        latin = text[-1:].isascii() and word.text[:1].isascii()
        text += ("  " if wide else " " if latin else "") + word.text
    return text


def cell_text(words: Sequence[Word]) -> str:
    """The text of a cell, one printed line a line."""
    return "\n".join(line_text(line) for line in visual_lines(words))


def cell_readings(words: Sequence[Word]) -> tuple[Reading, ...]:
    """The readings of a cell: those of its one word; several words are read together, each at its best."""
    if len(words) == 1 or not all(word.readings for word in words):
        return words[0].readings if words else ()
    return (Reading(cell_text(words), prod(word.readings[0].p for word in words)),)
