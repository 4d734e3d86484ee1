"""Confidences as they were measured, and the policy in terms of one wrong cell in so many."""

from __future__ import annotations

from itertools import pairwise

import pytest

from models.calibration import NEVER, Origin, _accepted, _curves, accept_from, along, calibrated, kind_of
from models.readings import CellState
from models.reconcile import Policy, reconcile
from tests.models.test_reconcile import OUTCOMES, consistent, readings


def test_curves_rise_and_stay_probabilities() -> None:
    assert {"digital.value.plain", "ocr.value.plain", "ocr.value.doubt"} <= set(_curves())
    for curve in _curves().values():
        assert all(x0 < x1 and y0 <= y1 for (x0, y0), (x1, y1) in pairwise(curve))
        assert all(0 <= y <= 1 for _, y in curve)


def test_a_curve_is_straight_between_its_points_and_level_beyond() -> None:
    curve = [(0.2, 0.1), (0.4, 0.5), (0.9, 0.7)]
    assert [along(curve, x) for x in (0.0, 0.2, 0.3, 0.4, 0.9, 1.0)] == pytest.approx([0.1, 0.1, 0.3, 0.5, 0.7, 0.7])


def test_what_was_not_measured_is_as_it_was_reckoned() -> None:
    assert calibrated("carved in stone", 0.42) == 0.42


@pytest.mark.parametrize("origin", ["digital", "ocr"])
def test_who_wants_fewer_wrong_ones_accepts_less(origin: Origin) -> None:
    asked = [accept_from(origin, one_wrong_in) for one_wrong_in in (10, 1_000, 10_000, 10**9)]
    assert asked == sorted(asked)
    assert asked[-1] == NEVER
    assert accept_from(origin, 10_000) <= 1
    assert all(0 < wrong < 1 for _, wrong in _accepted()[origin])


def test_kinds_tell_where_a_cell_comes_from_and_what_speaks_against_it() -> None:
    assert kind_of(None, CellState.ABSENT, scanned=True, in_doubt=True) == "ocr.absent.doubt"
    assert kind_of(None, CellState.BLANK, scanned=False, in_doubt=False) == "digital.value.plain"


def test_a_policy_that_nothing_can_meet_sends_all_to_a_person() -> None:
    rows = readings(consistent({row: [1, 0, 2, 0, 0, 3] for row in OUTCOMES}))
    usual, strict = reconcile("2021", rows), reconcile("2021", rows, Policy(one_wrong_in=10**9))
    assert any(cell.accepted for cell in usual.cells.values())
    assert not any(cell.accepted for cell in strict.cells.values())
    assert {name: cell.value for name, cell in usual.cells.items()} == {
        name: cell.value for name, cell in strict.cells.items()
    }
