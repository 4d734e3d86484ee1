"""Several reports bound in one source: where one ends and the next begins.

A report begins at its title line, or at a second ``一、总体情况`` when the titles are unreadable. A title alone is not enough: link
lists of web pages are full of titles, and running heads repeat them on each page. A first section must follow soon, and
tables must stand both before and after the cut.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from extractors.alignment.form_choice import MARKS, SHARED_MARKS
from extractors.grid import Grid
from extractors.page import Block, Line
from models.folding import label_key, squeeze

_FIRST_SECTION = re.compile(r"^一[、.．,](?!本年|本列)\D{2,20}$")
_OVERVIEW = re.compile(r"^(?:一|1)[、.．,]?(?:总体情况|概述|总体概况)$")
_MARKS = (*SHARED_MARKS, *(mark for marks in MARKS.values() for mark in marks))


@dataclass(frozen=True, slots=True)
class _Signs:
    """What each block tells: a title, a first section of whatever name, the overview that the form begins with, a table."""

    title: tuple[bool, ...]
    first_section: tuple[bool, ...]
    overview: tuple[bool, ...]
    table: tuple[bool, ...]


#: A longer line is prose.
LONGEST = 80
#: A first section begins within so many blocks of its title.
TITLE_REACH = 40


def split_reports(blocks: Sequence[Block], titles: Collection[int]) -> list[Sequence[Block]]:
    """The blocks of each report, in order; one part when there is nothing to split.

    ``titles`` are the numbers of the blocks with which titles begin (a title may be broken over several lines).
    """
    signs = _signs(blocks, titles)
    cuts = [0]
    for index in range(1, len(blocks)):
        if _starts_report(signs, index) and any(signs.table[cuts[-1] : index]) and any(signs.table[index:]):
            cuts.append(index)
    return [blocks[start:end] for start, end in zip(cuts, [*cuts[1:], len(blocks)], strict=True)]


def _starts_report(signs: _Signs, index: int) -> bool:
    if signs.title[index]:
        return any(signs.first_section[index : index + TITLE_REACH])
    return signs.overview[index] and not any(signs.title[max(0, index - TITLE_REACH) : index])


def _signs(blocks: Sequence[Block], titles: Collection[int]) -> _Signs:
    texts = [squeeze(block.text) if isinstance(block, Line) and len(block.text) <= LONGEST else "" for block in blocks]
    return _Signs(
        title=tuple(index in titles for index in range(len(blocks))),
        first_section=tuple(bool(_FIRST_SECTION.match(text)) for text in texts),
        overview=tuple(bool(_OVERVIEW.match(text)) for text in texts),
        table=tuple(
            _grid_has_mark(block) if isinstance(block, Grid) else _has_mark(text)
            for block, text in zip(blocks, texts, strict=True)
        ),
    )


def _has_mark(text: str) -> bool:
    key = label_key(text)
    return any(mark in key for mark in _MARKS)


def _grid_has_mark(grid: Grid) -> bool:
    return any(_has_mark(cell.text) for cell in grid.cells)
