"""Rules that a scan lost: from figures below each other, and from rows of specks."""

from __future__ import annotations

import numpy as np

from extractors.grids.ruled import lattice_grid, lattices
from extractors.page import Page, Ruling, Word
from extractors.scan.stacked import restored
from extractors.scan.worn import Trace, traces
from models.evidence import Box

LEFT, LABELS, MIDDLE, RIGHT, TOP, BOTTOM = 20.0, 100.0, 140.0, 180.0, 20.0, 110.0
FRAME = tuple(Ruling(x, TOP, x, BOTTOM) for x in (LEFT, LABELS, MIDDLE, RIGHT)) + tuple(
    Ruling(LEFT, y, RIGHT, y) for y in (TOP, BOTTOM)
)


def word(text: str, x: float, y: float, width: float = 6.0) -> Word:
    return Word(text, Box(x, y, x + width, y + 8))


def table(*rows: tuple[str, str, str], width: float = 6.0) -> tuple[Word, ...]:
    """A label and two figures a row, 20 points apart."""
    return tuple(
        word(text, x, TOP + 6 + 20 * index, 60.0 if column == 0 else width)
        for index, row in enumerate(rows)
        for column, (text, x) in enumerate(zip(row, (LEFT + 5, LABELS + 3, MIDDLE + 3), strict=True))
    )


def cells(words: tuple[Word, ...], rulings: tuple[Ruling, ...] = FRAME) -> list[str]:
    page = Page(1, 200, 200, words, rulings)
    whole = Page(1, 200, 200, words, restored(page, 9.0))
    return [cell.text for table in lattices(whole) for cell in lattice_grid(table, whole.words, 1).cells]


def test_figures_below_each_other_are_parted_with_their_labels() -> None:
    words = table(("予以公开", "3", "5"), ("部分公开", "12", "0"), ("不予公开", "7", "无"))
    assert cells(words) == ["予以公开", "3", "5", "部分公开", "12", "0", "不予公开", "7", "无"]


def test_a_number_broken_for_want_of_room_stays_in_its_cell() -> None:
    words = table(("金额", "123456", "234567"), ("万元", "78", "89"), width=34.0)
    assert "123456\n78" in cells(words)


def test_one_column_alone_parts_nothing() -> None:
    words = (*table(("规章", "3", "5")), word("12", LABELS + 3, TOP + 46))
    assert "3\n12" in cells(words)


def test_a_rule_goes_on_beside_figures_and_labels() -> None:
    words = table(("予以公开", "3", "5"), ("部分公开", "12", "0"))
    half = (*FRAME, Ruling(LABELS, TOP + 20, MIDDLE, TOP + 20))
    assert cells(words, half) == ["予以公开", "3", "5", "部分公开", "12", "0"]


def test_a_whole_table_is_left_as_it_is() -> None:
    words = table(("予以公开", "3", "5"), ("部分公开", "12", "0"))
    whole = (*FRAME, Ruling(LEFT, TOP + 20, RIGHT, TOP + 20))
    assert restored(Page(1, 200, 200, words, whole), 9.0) == whole


def test_a_row_of_specks_between_upright_rules_is_a_rule_and_noise_is_none() -> None:
    dot = 8.0
    columns = [Trace(x, 0, 300) for x in (50.0, 250.0, 450.0)]
    dice = np.random.default_rng(7)
    ink = dice.random((300, 500)) < 0.0005
    assert list(traces(ink, columns, [], dot)) == []
    ink[150, 55:445:12] = True
    (found,) = traces(ink, columns, [], dot)
    assert abs(found.at - 150) <= 1 and (found.start, found.end) == (50.0, 450.0)
    assert list(traces(ink, columns, [Trace(150, 50, 450)], dot)) == []


def test_the_edge_of_the_page_is_no_column_of_a_table_that_the_page_cuts() -> None:
    cut = (
        *(Ruling(x, TOP, x, BOTTOM) for x in (LEFT, LABELS, RIGHT)),
        *(Ruling(LEFT, y, RIGHT, y) for y in (TOP + 40, BOTTOM)),
    )
    (table,) = lattices(Page(1, 200, 200, (), (*cut, Ruling(2.0, TOP - 6, 2.0, BOTTOM + 6))))
    assert table.xs == (LEFT, LABELS, RIGHT) and table.ys[0] == TOP
