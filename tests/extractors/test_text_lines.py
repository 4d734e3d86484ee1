"""Words of a cell put together: what is read of a number and what stands beside it."""

from __future__ import annotations

import pytest

from extractors.page import Word
from extractors.text_lines import cell_readings
from models.evidence import Box
from models.readings import Reading


def words(*texts: str) -> list[Word]:
    """Words of one line, far from each other, each read quite surely."""
    return [Word(text, Box(40.0 * at, 0, 40.0 * at + 10, 10), (Reading(text, 0.9),)) for at, text in enumerate(texts)]


@pytest.mark.parametrize("texts", [("2", "限"), ("899", "N"), ("名", "个", "0")])
def test_a_number_beside_lone_glyphs_of_a_stamp_may_be_all_that_was_printed(texts: tuple[str, ...]) -> None:
    number, together = cell_readings(words(*texts))
    assert number.text in texts and number.text.isdecimal()
    assert set(together.text.split()) == set(texts)
    assert together.p < number.p < 0.9


@pytest.mark.parametrize(
    "texts",
    [
        ("13", "件"),  # its unit
        ("增", "3"),  # its sign
        ("1", "□"),  # a glyph that could not be read may be a figure
        ("8", "859"),  # which of the two?
        ("—", "12"),
        ("2", "限", "期", "内"),  # words
        ("2", "限期"),
    ],
)
def test_what_may_belong_to_the_number_is_read_with_it(texts: tuple[str, ...]) -> None:
    (together,) = cell_readings(words(*texts))
    assert set("".join(together.text.split())) == set("".join(texts))


def test_a_lone_word_keeps_its_readings() -> None:
    word = Word("7", Box(0, 0, 5, 10), (Reading("7", 0.6), Reading("1", 0.4)))
    assert cell_readings([word]) == word.readings
