from __future__ import annotations

import numpy as np
import pytest

from extractors.scan.ctc import best_path, n_best
from extractors.scan.strips import HEIGHT, strip_of
from extractors.scan.vote import agree, fused, number_or_words
from models.readings import Reading


def frames(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, np.float32)


def test_paths_of_one_text_are_summed() -> None:
    # Two frames, blank or "1": the text "1" has three paths, the empty text one.
    found = {reading.text: reading.p for reading in n_best(frames((0.4, 0.6), (0.4, 0.6)), "1")}
    assert found["1"] == pytest.approx(0.84) and found[""] == pytest.approx(0.16)


def test_a_repeated_digit_needs_a_blank_between() -> None:
    assert best_path(frames((0, 1), (1, 0), (0, 1)), "1").text == "11"
    assert best_path(frames((0, 1), (0, 1)), "1").text == "1"


def test_engines_that_agree_are_surer_than_each() -> None:
    both = fused(
        {"digits": (Reading("30", 0.9), Reading("36", 0.1)), "rapidocr": (Reading("30", 0.9), Reading("36", 0.1))}
    )
    assert both[0].text == "30" and both[0].p > 0.9
    assert sum(reading.p for reading in both) == pytest.approx(1)


def test_engines_that_differ_leave_both_readings() -> None:
    both = fused({"digits": (Reading("30", 0.95),), "rapidocr": (Reading("80", 0.95),)})
    assert {reading.text for reading in both} == {"30", "80"} and both[0].p < 0.99
    assert not agree([(Reading("30", 0.9),), (Reading("80", 0.9),)])


def test_a_foreign_glyph_makes_words() -> None:
    assert not number_or_words((Reading("总计", 0.9),), (Reading("□□", 0.9),))
    assert number_or_words((Reading("0", 0.9),), (Reading("0", 0.9),))


def test_a_blank_crop_is_all_paper() -> None:
    assert strip_of(np.full((30, 60), 250, np.uint8)).sum() == 0
    assert strip_of(np.full((30, 60), 250, np.uint8)).shape[0] == HEIGHT
