"""Rules of a fax: what is left of them are dots, and figures below each other are none."""

from __future__ import annotations

import cv2
import numpy as np

from extractors.scan.rules import rules_of, without_rules
from extractors.scan.segments import ink_of, lines_in_cell, runs_outside
from extractors.scan.strips import Gray

DPI = 200.0
LEFT, RIGHT, TOP, ROW = 100, 900, 100, 40
COLUMNS = (100, 260, 420, 580, 740, 900)


def fax(rows: int, *, worn: bool) -> Gray:
    """A table whose outer level rules are whole; the upright ones, where they are ``worn``, have lost half of their dots."""
    page = np.full((TOP + rows * ROW + 100, 1000), 255, np.uint8)
    for y in range(TOP, TOP + rows * ROW + 1, ROW):
        page[y : y + 2, LEFT:RIGHT] = 0
    dice = np.random.default_rng(7)
    for x in COLUMNS:
        kept = dice.random(rows * ROW) < (0.5 if worn else 1.0)
        page[TOP : TOP + rows * ROW, x : x + 2][kept] = 0
    return page


def ones(page: Gray, rows: int) -> None:
    """A figure 1 in the middle of every cell."""
    for row in range(rows):
        for left in COLUMNS[:-1]:
            x, y = left + 80, TOP + row * ROW + 11
            page[y : y + 19, x : x + 3] = 0
            page[y + 18 : y + 20, x - 3 : x + 6] = 0


def uprights(page: Gray) -> list[int]:
    return sorted(round(stroke.at) for stroke in rules_of(page, DPI).upright)


def near(found: list[int]) -> bool:
    """All of the columns, and nothing else; a rule may be found in pieces."""
    own = [{x for x in COLUMNS if abs(x - at) <= 3} for at in found]
    return all(own) and set().union(*own) == set(COLUMNS)


def test_dots_close_all_along_are_an_upright_rule() -> None:
    page = fax(12, worn=True)
    ones(page, 12)
    assert near(uprights(page))


def test_three_low_rows_are_enough_where_dots_join_their_rules() -> None:
    assert near(uprights(fax(3, worn=True)))


def test_the_dots_of_a_single_row_reach_from_rule_to_rule() -> None:
    page = fax(1, worn=True)
    ones(page, 1)
    assert near(uprights(page))


def test_the_figures_of_a_single_row_stop_short_of_its_rules() -> None:
    page = fax(1, worn=True)
    page[TOP + 2 : TOP + ROW, LEFT - 2 : RIGHT] = 255
    ones(page, 1)
    assert uprights(page) == []


def test_figures_one_below_each_other_are_no_rule() -> None:
    page = fax(12, worn=False)
    ones(page, 12)
    assert near(uprights(page))


def test_the_blurred_end_of_a_thick_rule_is_not_left_as_a_dash() -> None:
    page = fax(4, worn=False)
    for x in COLUMNS:
        page[TOP - 60 : TOP, x - 2 : x + 5] = 0
    page = cv2.GaussianBlur(page, (5, 5), 1.2)
    clean = without_rules(page, rules_of(page, DPI), [(LEFT, TOP - 62, RIGHT, TOP + 4 * ROW)], DPI)
    ink = (clean < 160).astype(np.uint8)
    assert lines_in_cell(ink, (LEFT + 4, TOP - 66, RIGHT - 4, TOP - 4), 24.0) == []


def test_a_figure_with_strokes_too_pale_for_ink_is_one_figure() -> None:
    page = np.full((200, 200), 250, np.uint8)
    page[90:93, 90:100] = 120  # The arch of a 2, its diagonal and its foot.
    for step in range(14):
        page[93 + step : 95 + step, 99 - step // 2 : 102 - step // 2] = 222
    page[106:109, 90:102] = 120
    (box,) = runs_outside(ink_of(page, 24.0), (), 24.0)
    assert box[3] - box[1] >= 18


def test_a_stroke_of_a_glyph_in_a_low_row_is_no_rule_of_it() -> None:
    """It stands a few pixels from the rules above and below, as near as the rules that part the columns are worn."""
    page = fax(1, worn=False)
    x = COLUMNS[0] + 60
    page[TOP + 6 : TOP + ROW - 4, x : x + 3] = 0
    page[TOP + 6 : TOP + 9, x - 20 : x + 8] = 0
    assert near(uprights(page))


def test_figures_below_each_other_in_a_few_rows_are_no_rule_for_none_ends_in_the_middle_of_a_row() -> None:
    """1 between 0 and 0: the sides of a 0 are curved, its top and foot are not."""
    page = fax(6, worn=False)
    x, y = COLUMNS[1] + 80, TOP + 11
    for row in (1, 2, 3, 4):
        top = y + row * ROW
        if row in (1, 4):
            cv2.ellipse(page, (x + 1, top + 10), (7, 10), 0, 0, 360, 0, 2)
        else:
            page[top : top + 20, x : x + 3] = 0
            page[top + 18 : top + 20, x - 4 : x + 7] = 0
    assert near(uprights(page))
