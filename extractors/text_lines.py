"""Words put together again: the lines of a page, the text of a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import prod

from extractors.page import Word
from models.evidence import Box
from models.quantities import parse_cell
from models.readings import Reading

#: How likely lone glyphs beside the one number of a cell are none of what was printed in it.
STRAY = 0.6
#: More than so many are words.
MOST_STRAY = 2
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
    """The readings of a cell: those of its one word; several words are read together, each at its best.

    Where that makes no number, a number beside lone glyphs of other writing may be all that was printed in the cell: they are
    what is left of a stamp, or of a rule, more often than words.
    """
    if len(words) == 1 or not all(word.readings for word in words):
        return words[0].readings if words else ()
    together = Reading(cell_text(words), prod(word.readings[0].p for word in words))
    number = _number_among_glyphs(words) if parse_cell(together.text).state == "text" else None
    if number is None:
        return (together,)
    alone = Reading(number.text, STRAY * number.readings[0].p)
    return (alone, replace(together, p=(1 - STRAY) * together.p))


def _number_among_glyphs(words: Sequence[Word]) -> Word | None:
    """The one word that is plainly a number, where each of the others, few, is one glyph that is certainly no figure."""
    if len(words) > 1 + MOST_STRAY:
        return None
    meanings = [parse_cell(word.text) for word in words]
    numbers = [word for word, meant in zip(words, meanings, strict=True) if meant.state == "number"]
    others = [(word.text, meant) for word, meant in zip(words, meanings, strict=True) if meant.state != "number"]
    if len(numbers) != 1 or any(meant.doubtful for meant in meanings if meant.state == "number"):
        return None
    plain = all(len(text) == 1 and meant.state == "text" and not meant.doubtful for text, meant in others)
    return numbers[0] if plain else None
