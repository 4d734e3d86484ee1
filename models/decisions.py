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

    ``version`` counts the decisions on one report from 1; ``at`` is in seconds since 1970.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    cell: str
    action: Action
    before: Answer
    after: Answer | None = Field(None, description="what the person says stands there")
    who: str
    why: str = ""
    at: float


def standing(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """For each cell the decision that holds: the last one that has not been taken back."""
    stacks: dict[str, list[Decision]] = {}
    for decision in sorted(decisions, key=lambda decision: decision.version):
        stack = stacks.setdefault(decision.cell, [])
        if decision.action != "undo":
            stack.append(decision)
        elif stack:
            stack.pop()
    return {cell: stack[-1] for cell, stack in stacks.items() if stack}


def replay(report: Report, decisions: Iterable[Decision]) -> Report:
    """The report with what people decided: their cells, the identities that these stand in, the reasons for review.

    A decision on a cell that this report does not have (another form was found) is not lost: it becomes a reason for
    review.
    """
    held = standing(decisions)
    if not held:
        return report
    cells = {name: _decided(cell, held[name]) if name in held else cell for name, cell in report.cells.items()}
    checks = tuple(_checks(report, cells, held))
    mended = {FAILING + check.rule for check in checks if check.status == "pass"}
    reasons = tuple(reason for reason in report.review.reasons if reason.cell not in held and reason.why not in mended)
    doubted = {reason.cell for reason in reasons}
    settled = {reason.cell for reason in report.review.reasons if reason.why in mended} - doubted - held.keys()
    cells.update({name: _settled(cells[name]) for name in settled if name in cells})
    reasons += tuple(_homeless(decision) for cell, decision in held.items() if cell not in cells)
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
