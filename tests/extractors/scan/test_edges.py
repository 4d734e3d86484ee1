"""Rules that are pale, broken by a stamp or crowded by text, and strokes of glyphs that are none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractors.scan.alike import representatives
from extractors.scan.blanks import is_empty, lost_dashes
from extractors.scan.edges import goes_on
from extractors.scan.rules import Rules, rules_of
from extractors.scan.segments import runs_outside
from extractors.scan.strips import Gray, strip_of
from extractors.scan.tone import toned
from models.readings import Reading

DPI = 200.0
DOT = DPI / 25.4
GLYPH = 24.0


def paper(height: int = 600, width: int = 900, grain: float = 3.0) -> Gray:
    dice = np.random.default_rng(5)
    return np.clip(dice.normal(245, grain, (height, width)), 0, 255).astype(np.uint8)


def table(page: Gray, ink: int = 60) -> None:
    """Five columns and six rows of cells, 160 by 80 pixels."""
    for x in range(50, 851, 160):
        cv2.line(page, (x, 50), (x, 530), ink, 2)
    for y in range(50, 531, 80):
        cv2.line(page, (50, y), (850, y), ink, 2)


def spans(rules: Rules) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    def rounded(value: float) -> int:
        return round(value / 10) * 10

    level = sorted((rounded(s.at), rounded(s.start), rounded(s.end)) for s in rules.level)
    upright = sorted((rounded(s.at), rounded(s.start), rounded(s.end)) for s in rules.upright)
    return level, upright


WHOLE = ([(y, 50, 850) for y in range(50, 531, 80)], [(x, 50, 530) for x in range(50, 851, 160)])


def test_a_plain_table_is_found_whole() -> None:
    page = paper()
    table(page)
    assert spans(rules_of(page, DPI)) == WHOLE


def test_a_rule_that_pales_is_led_on_to_the_next_one_across() -> None:
    page = paper()
    table(page)
    page[205:217, 372:848] = paper()[205:217, 372:848]
    cv2.line(page, (372, 210), (848, 210), 228, 2)
    for x in range(370, 851, 160):
        cv2.line(page, (x, 200), (x, 220), 60, 2)
    assert spans(rules_of(page, DPI)) == WHOLE


def test_a_rule_that_a_stamp_broke_within_a_cell_is_joined() -> None:
    page = paper()
    table(page)
    page[285:297, 420:480] = 245
    assert spans(rules_of(page, DPI)) == WHOLE


def test_a_rule_that_ends_at_another_is_not_led_on() -> None:
    page = paper()
    table(page)
    page[205:217, 374:848] = paper()[205:217, 374:848]
    level, _ = spans(rules_of(page, DPI))
    assert [end for at, _, end in level if at == 210] == [pytest.approx(370, abs=10)]


@pytest.mark.parametrize("ink", [20, 90])
def test_rows_of_glyphs_set_close_are_no_rule(ink: int) -> None:
    page = paper()
    dice = np.random.default_rng(11)
    for number in range(30):
        x = 50 + 25 * number
        for y in (200, 207, 214, 221):
            height = y + int(dice.integers(-3, 4))
            cv2.line(page, (x + int(dice.integers(0, 6)), height), (x + 22, height), ink, 2)
        for offset in dice.integers(0, 22, 3):
            cv2.line(page, (x + int(offset), 196), (x + int(offset), 224), ink, 2)
    rules = rules_of(page, DPI)
    assert not rules.level


def test_grain_and_the_edge_of_a_shade_are_no_line() -> None:
    page = paper(grain=6)
    assert not goes_on(page, 300, (100, 300), DOT)
    page[300:] = np.clip(page[300:].astype(int) - 30, 0, 255).astype(np.uint8)
    assert not goes_on(page, 300, (100, 300), DOT)
    page = paper(grain=6)
    page[299:301] = np.clip(page[299:301].astype(int) - 14, 0, 255).astype(np.uint8)
    assert goes_on(page, 300, (100, 300), DOT)


def glyphs(page: Gray, x: int, *widths: int, gap: int = 3, height: int = 24) -> int:
    """Solid glyphs side by side; returns where the last one ends."""
    for width in widths:
        page[100 : 100 + height, x : x + width] = 1
        x += width + gap
    return x - gap


def test_lone_ideographs_in_neighbouring_columns_are_parted_and_words_are_not() -> None:
    ink = np.zeros((300, 900), np.uint8)
    end = glyphs(ink, 100, 22)
    glyphs(ink, end + 20, 22)
    assert len(runs_outside(ink, (), GLYPH)) == 2
    words = np.zeros((300, 900), np.uint8)
    glyphs(words, glyphs(words, 100, 22, 22, 22) + 20, 22, 22)
    assert len(runs_outside(words, (), GLYPH)) == 1


def test_figures_that_touch_are_parted_from_those_of_the_column_beside() -> None:
    ink = np.zeros((300, 900), np.uint8)
    end = glyphs(ink, 100, 11, 12, height=18)
    glyphs(ink, end + 20, 38, height=18)
    assert len(runs_outside(ink, (), GLYPH)) == 2


def figure(text: str, noise: int) -> Gray:
    image = np.full((32, 30), 250, np.uint8)
    cv2.putText(image, text, (5, 26), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 20, 2, cv2.LINE_AA)
    dice = np.random.default_rng(noise)
    return np.clip(image + dice.normal(0, 3, image.shape), 0, 255).astype(np.uint8)


def test_equal_figures_are_read_once_and_doubtful_ones_on_their_own() -> None:
    strips = [strip_of(figure(text, at)) for at, text in enumerate("00800")]
    sure = [(Reading(text, 0.999),) for text in "0080"]
    assert representatives(strips, [*sure, (Reading("0", 0.7),)]) == [0, 0, 2, 0, 4]


def test_figures_that_look_different_are_not_taken_for_one_whatever_was_read() -> None:
    strips = [strip_of(figure(text, at)) for at, text in enumerate("08")]
    assert representatives(strips, [(Reading("0", 0.999),)] * 2) == [0, 1]


def test_both_lines_of_a_double_rule_are_found_though_they_drift() -> None:
    page = paper()
    for offset in (0, 7):
        cv2.line(page, (50, 300 + offset), (850, 305 + offset), 120, 2, cv2.LINE_AA)
    for y in (100, 500):
        cv2.line(page, (50, y), (850, y), 60, 2)
    for x in (50, 450, 850):
        cv2.line(page, (x, 100), (x, 500), 60, 2)
    found = sorted(round(stroke.at) for stroke in rules_of(page, DPI).level)
    assert found[0] == pytest.approx(100, abs=2) and found[-1] == pytest.approx(500, abs=2)
    assert [at for at in found if 295 <= at <= 320] == [pytest.approx(303, abs=3), pytest.approx(310, abs=3)]


def test_a_stamp_takes_no_rule_and_a_warm_lamp_is_no_stamp() -> None:
    grey = paper()
    table(grey)
    page = np.dstack([grey] * 3).astype(np.float32)
    stamp = np.zeros(grey.shape, np.float32)
    cv2.circle(stamp, (450, 290), 150, 1.0, 14)
    cv2.circle(stamp, (450, 290), 45, 1.0, -1)
    ink = 1 - stamp[:, :, None] * np.array([0.8, 0.8, 0.12], np.float32)
    clean, steps = toned(np.clip(page * ink, 0, 255).astype(np.uint8), DPI)
    assert "seal" in steps
    assert spans(rules_of(clean, DPI)) == WHOLE
    assert clean[285:295, 430:440].min() < 150 < clean[230:280, 440:460].min()
    pale = np.clip(page * np.array([0.7, 0.86, 1.0], np.float32), 0, 255).astype(np.uint8)
    pale[100, 100:130] = (150, 185, 215)
    clean, steps = toned(pale, DPI)
    assert "seal" not in steps and clean[100, 110:120].max() < 235


def test_specks_in_the_middles_of_blank_cells_are_worn_dashes_and_specks_anywhere_are_not() -> None:
    cells = [
        (60 + 160 * column, 60 + 80 * row, 200 + 160 * column, 120 + 80 * row)
        for column in range(5)
        for row in range(6)
    ]
    page = paper()
    assert not lost_dashes(page, cells, DPI) and is_empty(page, cells[0], DPI)
    dice = np.random.default_rng(3)
    noisy = page.copy()
    for _ in range(900):
        x, y = int(dice.integers(50, 850)), int(dice.integers(50, 530))
        noisy[y : y + 2, x : x + 2] = 60
    assert not lost_dashes(noisy, cells, DPI)
    for x0, y0, x1, y1 in cells[:12]:
        page[(y0 + y1) // 2 : (y0 + y1) // 2 + 2, (x0 + x1) // 2 : (x0 + x1) // 2 + 3] = 60
    assert lost_dashes(page, cells, DPI)


def test_a_table_on_the_back_of_the_sheet_is_no_table() -> None:
    page = paper()
    back = paper()
    table(back)
    shining = 0.07 * (255 - cv2.GaussianBlur(cv2.flip(back, 1), (0, 0), 2.5).astype(np.float32))
    rules = rules_of(np.clip(page - shining, 0, 255).astype(np.uint8), DPI)
    assert not rules.level and not rules.upright


def test_a_pale_rule_is_led_on_though_text_stands_close_below_it() -> None:
    page = paper(grain=4)
    page[299:301] = np.clip(page[299:301].astype(int) - 40, 0, 255).astype(np.uint8)
    page[307:330, 110:290] = 90
    assert goes_on(page, 300, (100, 300), DOT)
    page[299:301] = paper(grain=4)[299:301]
    assert not goes_on(page, 300, (100, 300), DOT)
