"""Streaks of a feeding scanner, which run through the margins; and strokes beside the rules of a cell, which do not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractors.grid import Grid
from extractors.scan.flat import laid_flat
from extractors.scan.page import read_scan
from extractors.scan.raster import Raster
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
    sheet, clean = (laid_flat(Raster(1, image, DPI)) for image in (streaked(0.7), page()))
    assert sheet.steps == ("streaks",) and sheet.hidden == ()
    assert np.abs(sheet.grey.astype(int) - clean.grey.astype(int)).mean() < 0.2
    assert (sheet.grey[YS[0] : YS[-1], XS[2]] < 128).all()


@pytest.mark.parametrize("turns", [0, 1])
def test_what_stands_under_a_black_streak_is_doubted(turns: int) -> None:
    """The 0 at the second place may be another figure, or one of two; the blank beside none may not be one."""
    image = page()
    image[:, (XS[2] + XS[3]) // 2 : (XS[2] + XS[3]) // 2 + 3] = 0
    (grid,) = [
        b for b in read_scan(Raster(1, np.ascontiguousarray(np.rot90(image, turns)), DPI)).blocks if isinstance(b, Grid)
    ]
    sure = {
        column: [cell.readings[0].p > 0.7 if cell.readings else True for cell in grid.cells if cell.column == column]
        for column in range(4)
    }
    assert not any(sure[2]) and all(sure[3][1:]) and all(sure[1][1:])


def test_a_clean_page_and_a_table_cut_out_along_its_frame_have_none() -> None:
    grey, _ = toned(page(), DPI)
    assert without_streaks(grey, DPI)[1] == ()
    cut = grey[YS[0] - 1 : YS[-1] + 3, XS[0] - 1 : XS[-1] + 3]
    assert without_streaks(cut, DPI)[1] == ()


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


def test_a_speck_far_from_a_figure_is_none_of_its_cell() -> None:
    ink = cell()
    (alone,) = lines_in_cell(ink, (0, 0, 200, 60), 30.0)
    ink[30:34, 170:174] = 1
    assert lines_in_cell(ink, (0, 0, 200, 60), 30.0) == [alone]
