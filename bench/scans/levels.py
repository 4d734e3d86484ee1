"""The levels: a resolution, and what happens to a page on its way into the archive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.scans import effects as fx
from bench.scans.effects import Dice, Picture


@dataclass(frozen=True, slots=True)
class Level:
    """``damage`` takes a page, the page on its back and dice; ``container`` is the kind of file."""

    name: str
    dpi: int
    damage: Callable[[Picture, Picture, Dice], Picture]
    container: str = "pdf"
    black_and_white: bool = False


def _clean(page: Picture, back: Picture, dice: Dice) -> Picture:
    return fx.grained(page, 2, dice)


def _office(page: Picture, back: Picture, dice: Dice) -> Picture:
    page = fx.see_through(page, back, dice.choice([0.0, 0.0, 0.04, 0.08]))
    page = fx.blurred(fx.skewed(page, dice.uniform(-0.7, 0.7)), dice.uniform(0.4, 0.9))
    page = fx.paled(page, dice.uniform(0.7, 1.0), dice.uniform(238, 255))
    page = fx.edged(fx.dusty(fx.shaded(page, 0.06, dice), dice), dice)
    return fx.compressed(fx.grained(page, dice.uniform(2, 6), dice), int(dice.integers(60, 86)))


def _fax(page: Picture, back: Picture, dice: Dice) -> Picture:
    return fx.faxed(fx.blurred(fx.skewed(page, dice.uniform(-0.8, 0.8)), dice.uniform(0.5, 0.8)), dice)


def _small_jpeg(page: Picture, back: Picture, dice: Dice) -> Picture:
    page = fx.skewed(page, float(dice.choice([-1, 1])) * dice.uniform(1.0, 2.0))
    page = fx.shaded(fx.blurred(page, dice.uniform(0.3, 0.6)), 0.1, dice)
    return fx.compressed(fx.grained(page, dice.uniform(2, 5), dice), int(dice.integers(35, 56)))


def _photograph(page: Picture, back: Picture, dice: Dice) -> Picture:
    page = fx.blurred(fx.photographed(page, dice), dice.uniform(0.6, 1.0))
    return fx.compressed(fx.grained(page, 5, dice), int(dice.integers(55, 80)))


def _seal(page: Picture, back: Picture, dice: Dice) -> Picture:
    page = _office(page, back, dice)
    for _ in range(int(dice.integers(1, 3))):
        page = fx.sealed(page, 200, (dice.uniform(0.3, 0.8), dice.uniform(0.2, 0.8)), dice)
    return fx.compressed(page, 80)


def _feeder(page: Picture, back: Picture, dice: Dice) -> Picture:
    return fx.compressed(fx.streaked(_office(page, back, dice), dice), 80)


def _turned(page: Picture, back: Picture, dice: Dice) -> Picture:
    return np.ascontiguousarray(np.rot90(_office(page, back, dice), int(dice.integers(1, 4))))


LEVELS = {
    level.name: level
    for level in (
        Level("clean300", 300, _clean),
        Level("office200", 200, _office),
        Level("turned", 200, _turned, container="tiff"),
        Level("jpeg100_skew2", 100, _small_jpeg),
        Level("seal", 200, _seal),
        Level("fax150", 150, _fax, container="tiff", black_and_white=True),
        Level("photo", 200, _photograph),
        Level("feeder200", 200, _feeder),
    )
}
