"""Several reports bound in one source: where one ends and the next begins.

A report begins at its title line, or at a second ``一、总体情况`` when the titles are unreadable. A title alone is not enough: link
lists of web pages are full of titles, and running heads repeat them on each page. A first section must follow soon, and
tables must stand both before and after the cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from extractors.alignment.form_choice import MARKS, SHARED_MARKS
from extractors.grid import Grid
from extractors.page import Block, Line
from models.folding import label_key, squeeze

_FIRST_SECTION = re.compile(r"^(?:一|1)[、.．,](?!本年|本列|信访)\D{2,20}$|^(?:总体情况|概述)$")
_ORGAN_LINE = re.compile(r"(?:局|厅|委|委员会|府|办|办公室|中心|院|处|队|所|会|站|街道|公司)$")
_MARKS = (*SHARED_MARKS, *(mark for marks in MARKS.values() for mark in marks))


@dataclass(frozen=True, slots=True)
class _Signs:
    """What each block tells: a title, a first section, a table."""

    title: tuple[bool, ...]
    first_section: tuple[bool, ...]
    table: tuple[bool, ...]


#: A first section begins within so many blocks of its title.
TITLE_REACH = 40


def split_reports(blocks: Sequence[Block], is_title: Callable[[str], bool]) -> list[Sequence[Block]]:
    """The blocks of each report, in order; one part when there is nothing to split."""
    signs = _signs(blocks, is_title)
    cuts = [0]
    for index in range(1, len(blocks)):
        if _starts_report(signs, index) and any(signs.table[cuts[-1] : index]) and any(signs.table[index:]):
            cuts.append(_with_organ_line(blocks, index))
    return [blocks[start:end] for start, end in zip(cuts, [*cuts[1:], len(blocks)], strict=True)]


def _starts_report(signs: _Signs, index: int) -> bool:
    if signs.title[index]:
        return any(signs.first_section[index : index + TITLE_REACH])
    return signs.first_section[index] and not any(signs.title[max(0, index - TITLE_REACH) : index])


def _signs(blocks: Sequence[Block], is_title: Callable[[str], bool]) -> _Signs:
    titles, firsts, tables = [], [], []
    for block in blocks:
        if isinstance(block, Line):
            short = len(block.text) <= 80
            titles.append(short and is_title(block.text))
            firsts.append(short and bool(_FIRST_SECTION.match(squeeze(block.text))))
            tables.append(short and _has_mark(block.text))
        else:
            titles.append(False)
            firsts.append(False)
            tables.append(_grid_has_mark(block))
    return _Signs(tuple(titles), tuple(firsts), tuple(tables))


def _has_mark(text: str) -> bool:
    key = label_key(text)
    return any(mark in key for mark in _MARKS)


def _grid_has_mark(grid: Grid) -> bool:
    return any(_has_mark(cell.text) for cell in grid.cells)


def _with_organ_line(blocks: Sequence[Block], index: int) -> int:
    """A title broken over two lines begins with the organ's name on the line above."""
    above = index - 1
    while above > 0 and isinstance(block := blocks[above], Line) and not block.text.strip():
        above -= 1
    block = blocks[above]
    if isinstance(block, Line) and len(block.text.strip()) <= 30 and _ORGAN_LINE.search(squeeze(block.text)):
        return above
    return index
