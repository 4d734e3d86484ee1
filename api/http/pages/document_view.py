"""What the page of a document shows: the form, and for the script the cells, the checks written out, the history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from api.http.pages.catalog import Language
from api.http.pages.form_view import FormTable, form_tables, shown
from api.http.pages.phrases import said
from models.decisions import Decision, answer_of, proposed
from models.identities import Identity, identities
from models.readings import CellState
from models.report import Cell, CheckRecord, Report, ReviewReason


@dataclass(frozen=True, slots=True)
class DocumentView:
    """``data`` is plain values for JSON."""

    tables: tuple[FormTable, ...]
    data: dict[str, Any]
    pages: tuple[int, ...]


def view_of(
    report: Report, kept: Sequence[Decision], audited: Iterable[ReviewReason], *, who: str, language: Language
) -> DocumentView:
    """A report as the page shows it; ``kept`` are the decisions on it, the oldest first.

    ``audited`` are more cells to look at, which look like any other in doubt: who knew them would look with other eyes.
    What one person proposes is shown to nobody else until a second has spoken.
    """
    alone = {cell: next(iter(said.values())) for cell, said in proposed(kept).items() if len(said) == 1}
    mine = {cell: one for cell, one in alone.items() if one.who == who}
    reasons = tuple(reason for reason in (*report.review.reasons, *audited) if reason.cell not in mine)
    report = _all_in_review(report, reasons)
    rules = {rule.rule: rule for rule in identities(str(report.report.form.value))} if _is_known(report) else {}
    data = {
        "version": len(kept),
        "cells": {name: _cell(cell) | _proposal(cell, mine.get(name)) for name, cell in report.cells.items()},
        "checks": [_check(check, rules.get(check.rule), report) for check in report.checks],
        "facts": [_fact(report, index) for index in range(len(report.facts))],
        "reasons": [
            {"cell": reason.cell, "why": said(reason.why, language), "code": reason.code} for reason in reasons
        ],
        "history": [
            _event(one) for one in kept if one.cell not in alone or one.cell in mine or one.action != "propose"
        ],
        "narrative": [{"title": part.section, "text": part.text} for part in report.narrative],
    }
    return DocumentView(form_tables(report), data, _pages(report))


def _all_in_review(report: Report, reasons: Sequence[ReviewReason]) -> Report:
    asked = {reason.cell for reason in reasons}
    cells = {
        name: cell.model_copy(update={"status": "review"}) if name in asked and cell.status == "accepted" else cell
        for name, cell in report.cells.items()
    }
    return report.model_copy(update={"cells": cells})


def _is_known(report: Report) -> bool:
    return bool(form_tables(report))


def _cell(cell: Cell) -> dict[str, Any]:
    evidence = cell.evidence
    return {
        "shown": shown(cell),
        "state": str(cell.state),
        "printed": cell.printed,
        "status": cell.status,
        "confidence": cell.confidence,
        "page": evidence.page if evidence else None,
        "bbox": evidence.bbox if evidence else None,
        "line": evidence.line if evidence else None,
        "readings": _readings(cell),
    }


def _proposal(cell: Cell, mine: Decision | None) -> dict[str, Any]:
    """A cell for whoever has read it already and waits for a second reader."""
    if mine is None or mine.after is None:
        return {}
    said = cell.model_copy(update={"state": mine.after.state, "value": mine.after.value})
    return {"shown": shown(said), "status": "proposed"}


def _readings(cell: Cell) -> list[dict[str, Any]]:
    """What the cell may say, the reading that stands first, each once."""
    first = answer_of(cell)
    answers = [(first.state, first.value, cell.confidence)]
    answers += [(CellState(other.state), other.value, other.p) for other in cell.alternatives]
    found: dict[str, dict[str, Any]] = {}
    for state, value, p in answers:
        text = shown(cell.model_copy(update={"state": state, "value": value}))
        found.setdefault(
            f"{state} {text}",
            {"state": str(state), "value": None if value is None else str(value), "shown": text, "p": round(p, 4)},
        )
    return list(found.values())[:9]


def _check(check: CheckRecord, rule: Identity | None, report: Report) -> dict[str, Any]:
    return {
        "rule": check.rule,
        "status": check.status,
        "cause": check.cause,
        "cells": list(check.cells),
        "left": list(rule.left) if rule else [],
        "right": list(rule.right) if rule else [],
        "relation": check.relation,
        "message": check.message,
        "sentences": [report.facts[index].sentence for index in check.facts if index < len(report.facts)],
    }


def _fact(report: Report, index: int) -> dict[str, Any]:
    fact = report.facts[index]
    value = None if fact.value is None else str(fact.value)
    return {"type": fact.type, "value": value, "unit": fact.unit, "sentence": fact.sentence, "page": fact.page}


def _event(decision: Decision) -> dict[str, Any]:
    after = decision.after
    return {
        "version": decision.version,
        "cell": decision.cell,
        "action": decision.action,
        "before": _answer(str(decision.before.state), decision.before.value),
        "after": _answer(str(after.state), after.value) if after else None,
        "who": decision.who,
        "why": decision.why,
        "at": decision.at,
    }


def _answer(state: str, value: object) -> str:
    return state if value is None else str(value)


def _pages(report: Report) -> tuple[int, ...]:
    """The pages of the source that this report stands on; none for a source without pages."""
    span = report.source.pages
    return tuple(range(span[0], span[1] + 1)) if span else ()
