"""Nobody who checks can tell a cell of the audit from one that is in doubt."""

from __future__ import annotations

from models.audit import CODE, COMPARE, in_sample, place_by_lot, unmarked
from models.reconcile import FAILING, PLAINNESS, SEVERAL
from models.report import ReviewReason


def test_doubts_about_a_reading_alone_read_like_the_audit() -> None:
    of_the_audit = ReviewReason(cell="a", why=COMPARE, code=CODE)
    doubts = [
        ReviewReason(cell="a", why=SEVERAL),
        ReviewReason(cell="a", why=PLAINNESS + "a space inside the number"),
        ReviewReason(cell="a", why="not sure enough (0.912)", code="confidence"),
    ]
    assert {unmarked(doubt) for doubt in doubts} == {of_the_audit} == {unmarked(of_the_audit)}


def test_what_a_person_has_to_know_is_said() -> None:
    for why in (FAILING + "requests.flow.total", "the row was not found in its table"):
        reason = ReviewReason(cell="a", why=why)
        assert unmarked(reason) == reason


def test_the_lot_spreads_the_sample_over_the_queue() -> None:
    places = [place_by_lot("00", 1, f"cell {number}") for number in range(2000)]
    assert all(150 < sum(low / 10 <= place < (low + 1) / 10 for place in places) < 250 for low in range(10))
    sampled = [place_by_lot("00", 1, f"c{number}") for number in range(9000) if in_sample("00", 1, f"c{number}", 0.1)]
    assert 0.45 < sum(sampled) / len(sampled) < 0.55
