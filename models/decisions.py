"""How what people decide, which is kept as events, is laid over what the pipeline reads.

A decision says what stands on the page, so it outlives the run in which it was made: it is replayed over each later
result. Nothing is ever taken away from the list; taking a decision back is an event of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models.checks import CONTRADICTED, agrees
from models.events import Action, Answer, Decision, Event
from models.identities import evaluate, identities, operands
from models.reconcile import DOUBT_AFTER_PASS, FAILING
from models.report import Alternative, Cell, CheckRecord, Report, Review, ReviewReason
from models.whole import claimed, is_whole, still_open


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
    review. Matters of the whole report are settled in the same way (see `models.whole`).
    """
    events = tuple(decisions)
    held = standing(events)
    if not events:
        return report
    cells = {name: _decided(cell, held[name]) if name in held else cell for name, cell in report.cells.items()}
    checks = tuple(_checks(report, cells, held))
    mended = {
        why for check, old in zip(checks, report.checks, strict=True) if check.status == "pass" for why in _of(old)
    }
    reasons = still_open((reason for reason in report.review.reasons if reason.why not in mended), held)
    doubted = {reason.cell for reason in reasons}
    settled = {reason.cell for reason in report.review.reasons if reason.why in mended} - doubted - held.keys()
    cells.update({name: _settled(cells[name]) for name in settled if name in cells})
    homed = {cell for cell in (*held, *proposed(events)) if cell in cells or is_whole(cell)}
    reasons += tuple(_homeless(decision) for cell, decision in held.items() if cell not in homed)
    reasons += tuple(_open(cell, tuple(said.values())) for cell, said in proposed(events).items() if cell in homed)
    return report.model_copy(
        update={
            "report": claimed(report.report, held),
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
    return answer.text or str(answer.state) if answer.value is None else str(answer.value)


def _of(check: CheckRecord) -> tuple[str, ...]:
    """The reasons for review that a failing check gives to its cells."""
    said = () if check.message is None else (f"{CONTRADICTED}{check.message}",)
    return (FAILING + check.rule, *said)


def _checks(report: Report, cells: Mapping[str, Cell], held: Mapping[str, Decision]) -> Iterable[CheckRecord]:
    """Checks over a decided cell are made anew; what people settled and still fails is the print's fault."""
    rules = {rule.rule: rule for rule in identities(str(report.report.form.value))}
    values = operands({name: (cell.state, cell.value) for name, cell in cells.items()})
    for check in report.checks:
        if not held.keys() & set(check.cells):
            yield check
        elif check.rule in rules:
            outcome = evaluate(rules[check.rule], values)
            settled = all(cells[cell].status != "review" for cell in check.cells if cell in cells)
            cause = None if outcome.status != "fail" else "source" if settled else "unclear"
            yield check.model_copy(
                update={"status": outcome.status, "left": outcome.left, "right": outcome.right, "cause": cause}
            )
        else:
            yield _against_prose(check, report, cells)


def _against_prose(check: CheckRecord, report: Report, cells: Mapping[str, Cell]) -> CheckRecord:
    """A figure in prose beside the cells that must agree with it, once more; any other check as it is."""
    known = [value for cell in check.cells if cell in cells and (value := cells[cell].value) is not None]
    facts = [report.facts[index] for index in check.facts if index < len(report.facts)]
    if check.status == "unknown" or len(facts) != 1 or len(known) < len(check.cells):
        return check
    total = sum(known)
    status = agrees(facts[0], total)
    cause = None if status == "pass" else "source" if check.cause == "source" else "unclear"
    message = None if status == "pass" else f"the text says: {facts[0].sentence}"
    return check.model_copy(update={"status": status, "right": total, "cause": cause, "message": message})
