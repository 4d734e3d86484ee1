"""Which route is enough for a page. Pure: signals in, a decision with its reason out.

The cheapest comes first: our own lattice over the drawn rules costs milliseconds, pdfplumber tens, camelot a second.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.alignment.form_choice import MARKS, SHARED_MARKS
from extractors.grid import Grid
from extractors.page import Block, Line, Page
from models.folding import label_key

#: A grid in which more than this share of the numbers stand two in a cell was not cut right.
MOST_CROWDED = 0.05
#: A number in a narrow column is broken over at most so many lines.
MOST_LINES = 2
#: So many lines of label and figure are a table that the alignment reads as it stands.
FEWEST_LINES = 3
_LABEL_AND_FIGURE = re.compile(r"^\S.*\s[+\-]?\d[\d.,]*$")
#: Words of a form on a page from which no grid came: the table was missed.
TABLE_WORDS = (*SHARED_MARKS, *(mark for marks in MARKS.values() for mark in marks))


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the cheap route is enough, and why not."""

    enough: bool
    reason: str = ""


def judge_route(page: Page, blocks: Sequence[Block]) -> Decision:
    """Look at what the cheap route made of a page."""
    grids = [block for block in blocks if isinstance(block, Grid)]
    if not grids:
        text = label_key("".join(word.text for word in page.words))
        missed = [mark for mark in TABLE_WORDS if mark in text]
        if not missed or _lines_with_figures(blocks) >= FEWEST_LINES:
            return Decision(True)
        return Decision(False, f"the page speaks of {missed[0]} but shows no table")
    crowded = _crowded(grids)
    if crowded > MOST_CROWDED:
        return Decision(False, f"{crowded:.0%} of the cells with figures hold several")
    return Decision(True)


def digits_of(blocks: Sequence[Block]) -> int:
    """How many digits blocks hold: a second opinion that loses some is no better."""
    texts = (
        text
        for block in blocks
        for text in ([block.text] if isinstance(block, Line) else [cell.text for cell in block.cells])
    )
    return sum(char.isdecimal() for text in texts for char in text)


def _lines_with_figures(blocks: Sequence[Block]) -> int:
    """Lines that end in a figure after their label: a list of indicators needs no grid."""
    return sum(isinstance(block, Line) and bool(_LABEL_AND_FIGURE.match(block.text)) for block in blocks)


def _crowded(grids: Sequence[Grid]) -> float:
    """Share of cells that hold several figures, among those that hold figures alone.

    Two lines may be one number broken in a narrow column; more of them are several rows in one cell.
    """
    figures = [cell.text.splitlines() for grid in grids for cell in grid.cells if _is_figures(cell.text)]
    crowded = sum(len(lines) > MOST_LINES or any(len(line.split()) > 1 for line in lines) for lines in figures)
    return crowded / len(figures) if figures else 0.0


def _is_figures(text: str) -> bool:
    bare = "".join(text.split())
    return bool(bare) and all(char.isdigit() or char in ".,，+-—/" for char in bare)
