"""Streaks of a feeding scanner, which run through the margins; and strokes beside the rules of a cell, which do not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractors.scan.segments import lines_in_cell
from extractors.scan.streaks import without_streaks
from extractors.scan.strips import Gray
from extractors.scan.tone import toned
from tests.extractors.scan.test_scan import ROWS, XS, YS, page, texts

DPI = 200.0
#: Beside a rule, through figures, through labels, and on a rule.
PLACES = (XS[1] + 12, 655, 300, XS[2])


def streaked(tone: float, thick: int = 2) -> Gray:
    image = page().astype(np.float32)
    for x in PLACES:
        image[:, x : x + thick] *= tone
    return image.astype(np.uint8)


@pytest.mark.parametrize("turns", [0, 1])
def test_a_table_is_read_as_if_there_were_no_streaks(turns: int) -> None:
    assert texts(np.ascontiguousarray(np.rot90(streaked(0.7), turns))) == [*ROWS]


def test_streaks_are_taken_out_and_named_and_the_rule_below_one_stays() -> None:
    grey, steps = toned(streaked(0.7), DPI)
    clean, _ = toned(page(), DPI)
    assert steps == ("streaks",)
    assert np.abs(grey.astype(int) - clean.astype(int)).mean() < 0.2
    assert (grey[YS[0] : YS[-1], XS[2]] < 128).all()


def test_a_black_streak_leaves_what_its_sides_show() -> None:
    grey, steps = toned(streaked(0.05), DPI)
    assert steps == ("streaks",) and grey[100:250].min() > 200


def test_a_clean_page_and_a_table_cut_out_along_its_frame_have_none() -> None:
    grey, _ = toned(page(), DPI)
    assert without_streaks(grey, DPI) == (grey, False)
    cut = grey[YS[0] - 1 : YS[-1] + 3, XS[0] - 1 : XS[-1] + 3]
    assert without_streaks(cut, DPI) == (cut, False)


def cell() -> Gray:
    ink = np.zeros((60, 200), np.uint8)
    cv2.putText(ink, "145", (30, 42), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 1, 3)
    return ink


def test_the_second_stroke_of_a_rule_is_none_of_the_text_of_its_cell() -> None:
    ink = cell()
    (alone,) = lines_in_cell(ink, (0, 0, 200, 60), 30.0)
    ink[4:58, 194:196] = 1
    ink[2:55, 2:3] = 1
    assert lines_in_cell(ink, (0, 0, 200, 60), 30.0) == [alone]


def test_a_figure_that_stands_close_to_a_rule_is_kept() -> None:
    ink = cell()
    ink[20:43, 192:195] = 1
    assert len(lines_in_cell(ink, (0, 0, 200, 60), 30.0)) == 2
