"""Names on seals, drawn as real ones are: a ring, a star, glyphs along the ring."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from bench.scans.effects import sealed
from extractors.heading import Heading, read_heading
from extractors.page import Line
from extractors.scan.raster import Raster
from extractors.scan.seals import seal_names
from models.evidence import Place

pytestmark = pytest.mark.skipif(
    not Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc").exists(), reason="the font of the seals is not installed"
)
DPI = 200.0
NAMES = frozenset(("清河县科技和工业信息化局", "柳湾镇人民政府办公室"))


def page(dice: np.random.Generator, *, lines: bool) -> Raster:
    image = np.full((1200, 1200, 3), 250, np.uint8)
    if lines:
        image[300:900:40, 100:1100] = 60
        image[320:340, 100:1100:30] = 60
    return Raster(3, sealed(image, DPI, (0.5, 0.5), dice), DPI)


@pytest.mark.parametrize("seed", range(4))
def test_the_name_on_a_seal_is_read_and_placed(seed: int) -> None:
    (line,) = seal_names(page(np.random.default_rng(seed), lines=False))
    assert line.text in NAMES
    box = line.place.box
    assert line.place.page == 3 and box is not None
    assert (box.x0 + box.x1) / 2 == pytest.approx(216, abs=2) and 100 < box.x1 - box.x0 < 130


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_it_does_not_matter_how_the_page_lies(turns: int) -> None:
    upright = page(np.random.default_rng(5), lines=True)
    turned = Raster(1, np.ascontiguousarray(np.rot90(upright.image, turns)), DPI)
    assert [line.text in NAMES for line in seal_names(turned)] == [True]


def test_a_page_without_a_seal_has_none() -> None:
    image = np.full((1200, 1200, 3), 250, np.uint8)
    image[100:160, 100:900] = (60, 60, 220)  # A red title.
    assert seal_names(Raster(1, image, DPI)) == ()


def heading(seal: str, hints: Mapping[str, str] | None = None) -> Heading:
    text = ["清河县教育局2023年政府信息公开工作年度报告", "一、总体情况", "清河县教育局主动公开信息。"]
    lines = [Line(one, Place(page=1)) for one in text]
    seals = [Line(seal, Place(page=1))]
    return read_heading(lines, source_name="a.pdf", hints=hints or {}, seals=seals)


def test_a_seal_of_another_organ_is_a_doubt_and_the_same_one_makes_sure() -> None:
    other, same, none = heading("清河县财政局"), heading("清河县教育局"), heading("监督电话")
    assert [doubt.why for doubt in other.doubts if doubt.field == "organ"] == [
        "the title says organ 清河县教育局, but the seal says 清河县财政局"
    ]
    assert same.organ is not None and none.organ is not None and other.organ is not None
    assert same.organ.confidence > none.organ.confidence > other.organ.confidence
    assert not same.doubts and not none.doubts
