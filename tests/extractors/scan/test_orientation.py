"""Which way up a page lies, and where things stand on it when it was turned."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from extractors.grid import Grid
from extractors.scan.flat import laid_flat
from extractors.scan.orientation import head_up
from extractors.scan.page import read_scan
from extractors.scan.raster import POINTS, Raster
from extractors.scan.read import Crop, read_crops
from extractors.scan.readers.protocol import Readings
from extractors.scan.rules import rules_of, without_rules
from extractors.scan.strips import Gray
from extractors.scan.upright import SAMPLE
from tests.extractors.scan.test_scan import ROWS, XS, YS, page

DPI = 200.0


def raster(turns: int) -> Raster:
    return Raster(1, np.ascontiguousarray(np.rot90(page(), turns)), DPI)


@pytest.mark.parametrize("turns", range(4))
def test_boxes_lie_on_the_page_as_it_was_given_whichever_way(turns: int) -> None:
    (grid,) = [block for block in read_scan(raster(turns)).blocks if isinstance(block, Grid)]
    assert [cell.text for cell in grid.cells] == [text for row in ROWS for text in row]
    box = next(cell.place.box for cell in grid.cells if cell.text == "128")
    assert box is not None
    x, y = (XS[3] + XS[4]) / 2, YS[1] + 30
    for turn in range(turns):  # Turned against the clock, x of the page becomes its width less x, and goes down.
        x, y = y, (page().shape[1], page().shape[0])[turn % 2] - x
    assert (box.center_x, box.center_y) == pytest.approx((x * POINTS / DPI, y * POINTS / DPI), abs=4)


@pytest.mark.parametrize(
    ("turns", "repairs"), [(0, ()), (1, ("turned 270",)), (2, ("turned 180",)), (3, ("turned 90",))]
)
def test_how_a_page_was_turned_is_told(turns: int, repairs: tuple[str, ...]) -> None:
    assert read_scan(raster(turns)).steps == repairs


def worn() -> Gray:
    """A page that is not the same upside down, with rules of many kinds."""
    grey = np.full((900, 700), 255, np.uint8)
    for y, thick in ((100, 1), (180, 2), (300, 4)):
        cv2.line(grey, (60, y), (600, y), 40, thick)
    for x, top in ((60, 100), (240, 180), (600, 100)):
        cv2.line(grey, (x, top), (x, 300), 90, 2)
    return grey


def test_rules_turned_by_a_half_are_those_of_the_turned_page() -> None:
    grey = worn()
    half = np.ascontiguousarray(np.rot90(grey, 2))
    own, other = rules_of(grey, DPI).half_turned(), rules_of(half, DPI)
    for mine, theirs in ((own.level, other.level), (own.upright, other.upright)):
        assert len(mine) == len(theirs) == 3
        for one, two in zip(sorted(mine, key=lambda s: s.at), sorted(theirs, key=lambda s: s.at), strict=True):
            assert (one.at, one.start, one.end) == pytest.approx((two.at, two.start, two.end), abs=3)
    assert without_rules(half, own, [(0, 0, 700, 900)], DPI).min() == 255


def test_lines_that_told_the_way_up_are_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(crops: Sequence[Crop], glyph: float) -> list[Readings]:
        asked.append(len(crops))
        return read_crops(crops, glyph)

    monkeypatch.setattr("extractors.scan.layout.read_crops", counted)
    found = head_up(laid_flat(raster(0)))
    assert len(found.read()) == len(found.crops)
    assert len(found.known) == 2, "the lines of prose"
    assert asked == [SAMPLE, len(found.crops) - len(found.known)]


def test_a_page_without_a_line_is_not_turned() -> None:
    found = head_up(laid_flat(Raster(1, np.full((2339, 1654, 3), 255, np.uint8), DPI)))
    assert found.sheet.turns == 0 and found.crops == []
