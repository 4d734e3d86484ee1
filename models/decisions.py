"""What people decide about cells, as events, and how they are laid over what the pipeline reads.

A decision says what stands on the page, so it outlives the run in which it was made: it is replayed over each later
result. Nothing is ever taken away from the list; taking a decision back is an event of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.identities import evaluate, identities, operands
from models.readings import CellState
from models.reconcile import DOUBT_AFTER_PASS, FAILING
from models.report import Alternative, Cell, CheckRecord, ExactNumber, Report, Review, ReviewReason

Action = Literal["confirm", "correct", "undo"]
#: What is kept: where two people must agree, what the first of them says is a proposal, which settles nothing.
Event = Literal["confirm", "correct", "undo", "propose"]


class Answer(BaseModel):
    """What a cell holds: a state and, for a number, its value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: CellState
    value: ExactNumber | None = None

    @model_validator(mode="after")
    def _number_if_and_only_if(self) -> Answer:
        if (self.state is CellState.NUMBER) != (self.value is not None):
            raise ValueError("a number needs a value, and nothing else has one")
        return self


class Decision(BaseModel):
    """One event. ``before`` is what the cell held when the person looked; ``undo`` has no ``after``.

    A proposal settles nothing: see `kept_as`.

    ``version`` counts the decisions on one report from 1; ``at`` is in seconds since 1970.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    cell: str
    action: Event
    before: Answer
    after: Answer | None = Field(None, description="what the person says stands there")
    who: str
    why: str = ""
    at: float


def standing(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """For each cell the decision that holds: the last one that has not been taken back and is no proposal."""
    firm = {cell: [one for one in stack if one.action != "propose"] for cell, stack in _stacks(decisions).items()}
    return {cell: stack[-1] for cell, stack in firm.items() if stack}


def proposed(decisions: Iterable[Decision]) -> dict[str, dict[str, Decision]]:
    """For each cell on which people still have to agree, what each of them proposes, by who they are."""
    found: dict[str, dict[str, Decision]] = {}
    for cell, stack in _stacks(decisions).items():
        for one in stack:
            if one.action == "propose":
                found.setdefault(cell, {})[one.who] = one
            else:
                found.pop(cell, None)
    return found


def last_of(decisions: Iterable[Decision], cell: str) -> Decision | None:
    """What an undo on a cell would take back."""
    stack = _stacks(decisions).get(cell)
    return stack[-1] if stack else None


def _stacks(decisions: Iterable[Decision]) -> dict[str, list[Decision]]:
    stacks: dict[str, list[Decision]] = {}
    for decision in sorted(decisions, key=lambda decision: decision.version):
        stack = stacks.setdefault(decision.cell, [])
        if decision.action != "undo":
            stack.append(decision)
        elif stack:
            stack.pop()
    return stacks


def kept_as(action: Action, after: Answer | None, who: str, proposals: Mapping[str, Decision]) -> Event:
    """What a verdict is kept as where two people must agree. ``proposals`` are those on its cell, by who made them.

    It settles the cell if somebody else proposes the same, or if two others differ, of whom the third then decides.
    """
    others = [one.after for name, one in proposals.items() if name != who]
    is_settled = after in others or len(others) > 1
    return action if action == "undo" or is_settled else "propose"


def replay(report: Report, decisions: Iterable[Decision]) -> Report:
    """The report with what people decided: their cells, the identities that these stand in, the reasons for review.

    A decision on a cell that this report does not have (another form was found) is not lost: it becomes a reason for
    review.
    """
    events = tuple(decisions)
    held = standing(events)
    if not events:
        return report
    cells = {name: _decided(cell, held[name]) if name in held else cell for name, cell in report.cells.items()}
    checks = tuple(_checks(report, cells, held))
    mended = {FAILING + check.rule for check in checks if check.status == "pass"}
    reasons = tuple(reason for reason in report.review.reasons if reason.cell not in held and reason.why not in mended)
    doubted = {reason.cell for reason in reasons}
    settled = {reason.cell for reason in report.review.reasons if reason.why in mended} - doubted - held.keys()
    cells.update({name: _settled(cells[name]) for name in settled if name in cells})
    reasons += tuple(_homeless(decision) for cell, decision in held.items() if cell not in cells)
    reasons += tuple(_open(cell, tuple(said.values())) for cell, said in proposed(events).items() if cell in cells)
    return report.model_copy(
        update={
            "cells": cells,
            "checks": checks,
            "review": Review(needed=bool(reasons), reasons=reasons),
        }
    )


def _settled(cell: Cell) -> Cell:
    """A cell that was doubted only for a sum which holds since a person corrected another cell of it."""
    return cell.model_copy(
        update={"status": "accepted", "confidence": round(1 - (1 - cell.confidence) * DOUBT_AFTER_PASS, 6)}
    )


def answer_of(cell: Cell) -> Answer:
    """What a cell holds now."""
    return Answer(state=cell.state, value=cell.value)


def _decided(cell: Cell, decision: Decision) -> Cell:
    """A person who agrees confirms; one who does not, corrects, and the pipeline's own reading stays as an alternative."""
    after = decision.after
    if after is None or after == answer_of(cell):
        return cell.model_copy(update={"status": "confirmed", "confidence": 1.0})
    others = (Alternative(value=cell.value, state=cell.state, p=cell.confidence), *cell.alternatives)
    changed = {"value": after.value, "state": after.state, "status": "corrected", "confidence": 1.0}
    return cell.model_copy(update={**changed, "alternatives": others})


def _homeless(decision: Decision) -> ReviewReason:
    why = f"{decision.who} decided on this cell, but the report as it is read now has no such cell"
    return ReviewReason(cell=decision.cell, why=why, code="decision_without_cell")


def _open(cell: str, proposals: tuple[Decision, ...]) -> ReviewReason:
    if len(proposals) == 1:
        return ReviewReason(cell=cell, why="one person has read it, a second has not yet", code="second_reader")
    said = ", ".join(_said(one.after) for one in proposals)
    return ReviewReason(cell=cell, why=f"people read it differently: {said}", code="readers_differ")


def _said(answer: Answer | None) -> str:
    if answer is None:
        return ""
    return str(answer.state) if answer.value is None else str(answer.value)


def _checks(report: Report, cells: Mapping[str, Cell], held: Mapping[str, Decision]) -> Iterable[CheckRecord]:
    """Identities over a decided cell are evaluated anew; what people settled and still fails is the print's fault."""
    rules = {rule.rule: rule for rule in identities(str(report.report.form.value))}
    values = operands({name: (cell.state, cell.value) for name, cell in cells.items()})
    for check in report.checks:
        if check.rule not in rules or not held.keys() & set(check.cells):
            yield check
            continue
        outcome = evaluate(rules[check.rule], values)
        settled = all(cells[cell].status != "review" for cell in check.cells if cell in cells)
        cause = None if outcome.status != "fail" else "source" if settled else "unclear"
        yield check.model_copy(
            update={"status": outcome.status, "left": outcome.left, "right": outcome.right, "cause": cause}
        )
