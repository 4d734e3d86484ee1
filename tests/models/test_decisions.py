"""Decisions of people, replayed over what the pipeline read."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decisions import replay, standing
from models.events import Answer, Decision
from models.forms import load_forms
from models.identities import identities
from models.readings import CellState
from models.report import (
    Cell,
    CheckRecord,
    Claim,
    Pipeline,
    Report,
    ReportInfo,
    Review,
    ReviewReason,
    SourceInfo,
)

TOTAL = "requests.new.total"
RULE = "requests.row_total.new"


def number(value: int | Decimal) -> Answer:
    return Answer(state=CellState.NUMBER, value=value)


def decision(version: int, after: Answer | None, *, cell: str = TOTAL, undo: bool = False) -> Decision:
    action = "undo" if undo else "correct"
    return Decision.model_validate(
        {
            "version": version,
            "cell": cell,
            "action": action,
            "before": number(5),
            "after": after,
            "who": "李",
            "at": 1.0,
        }
    )


def report() -> Report:
    """Five asked, says the total; the parts say six."""
    rule = next(rule for rule in identities("2021") if rule.rule == RULE)
    values = dict.fromkeys(rule.left, 0) | {rule.left[0]: 6, TOTAL: 5}
    cells = {
        name: Cell(
            value=values.get(name), state=CellState.NUMBER if name in values else CellState.ABSENT,
            printed=str(values.get(name, "")), confidence=0.9, status="review" if name in values else "accepted",
        )
        for name in load_forms()["2021"].cell_ids()
    }  # fmt: skip
    check = CheckRecord(rule=RULE, status="fail", cells=rule.cells, left=6, right=5, cause="unclear")
    return Report(
        id="r",
        source=SourceInfo(name="a"),
        report=ReportInfo(
            organ=Claim(), region=Claim(), year=Claim(), period=Claim(), form=Claim(value="2021"), published=Claim()
        ),
        cells=cells,
        checks=(check,),
        review=Review(needed=True, reasons=(ReviewReason(cell=TOTAL, why="a sum fails"),)),
        pipeline=Pipeline(version="1"),
    )


def test_a_correction_keeps_the_print_and_evaluates_the_sums_anew() -> None:
    found = replay(report(), [decision(1, number(6))])
    cell = found.cells[TOTAL]
    assert (cell.value, cell.printed, cell.status) == (6, "5", "corrected")
    assert (cell.alternatives[0].value, cell.alternatives[0].p) == (5, 0.9)
    assert [(check.status, check.left, check.right) for check in found.checks] == [("pass", 6, 6)]
    assert found.review == Review(needed=False)


def test_a_confirmation_lets_the_sum_fail() -> None:
    found = replay(report(), [decision(1, number(5))])
    assert found.cells[TOTAL].status == "confirmed"
    assert (found.checks[0].status, found.checks[0].cause) == ("fail", "unclear")


def test_a_sum_that_fails_over_settled_cells_is_wrong_in_print() -> None:
    rule = next(rule for rule in identities("2021") if rule.rule == RULE)
    before = report()
    decided = [
        decision(n, Answer(state=before.cells[cell].state, value=before.cells[cell].value), cell=cell)
        for n, cell in enumerate(rule.cells, 1)
    ]
    assert replay(before, decided).checks[0].cause == "source"


def test_a_blank_adds_nothing_only_where_no_zero_is_printed() -> None:
    found = replay(report(), [decision(1, Answer(state=CellState.BLANK))])
    assert found.cells[TOTAL].value is None
    assert found.checks[0].status == "unknown"


def test_the_last_decision_holds_until_it_is_taken_back() -> None:
    events = [decision(1, number(6)), decision(2, number(7)), decision(3, None, undo=True)]
    assert replay(report(), events).cells[TOTAL].value == 6
    events.append(decision(4, None, undo=True))
    assert replay(report(), events) == report()


def test_a_decision_on_a_cell_that_is_gone_becomes_a_reason_for_review() -> None:
    found = replay(report(), [decision(1, number(6), cell="statistics.gone.value")])
    assert [reason.code for reason in found.review.reasons] == ["doubt", "decision_without_cell"]


@pytest.mark.parametrize(("state", "value"), [("number", None), ("blank", 0)])
def test_an_answer_is_a_number_if_and_only_if_it_has_a_value(state: str, value: int | None) -> None:
    with pytest.raises(ValueError, match="a number needs a value"):
        Answer.model_validate({"state": state, "value": value})


@given(st.lists(st.one_of(st.integers(0, 9), st.none()), max_size=12))
def test_events_in_any_order_give_the_same(values: list[int | None]) -> None:
    events = [
        decision(n, None if value is None else number(value), undo=value is None) for n, value in enumerate(values, 1)
    ]
    stack: list[int] = []
    for value in values:
        if value is not None:
            stack.append(value)
        elif stack:
            stack.pop()
    held = standing(reversed(events)).get(TOTAL)
    assert (held.after.value if held and held.after else None) == (stack[-1] if stack else None)
