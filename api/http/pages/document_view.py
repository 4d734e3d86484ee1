"""What the page of a document shows: the form, and for the script the cells, the checks written out, the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.http.pages.catalog import Language, catalog
from api.http.pages.form_view import Box, FormTable, form_tables, shown
from api.http.pages.matters_view import boxes_of, matters_of
from api.http.pages.phrases import said
from api.http.pages.places import place_of
from api.http.pages.rules import rule_name
from models.audit import unmarked
from models.decisions import answer_of, proposed
from models.events import Answer, Decision
from models.facts import fact_types
from models.identities import Identity, identities
from models.readings import CellState
from models.reconcile import FAILING
from models.report import Cell, CheckRecord, FactRecord, Report, ReviewReason
from models.whole import about


@dataclass(frozen=True, slots=True)
class DocumentView:
    """``data`` is plain values for JSON; ``matters`` are what is asked of the whole report."""

    tables: tuple[FormTable, ...]
    matters: tuple[Box, ...]
    data: dict[str, Any]
    pages: tuple[int, ...]


def view_of(
    report: Report, kept: Sequence[Decision], audited: Iterable[ReviewReason], *, who: str, language: Language
) -> DocumentView:
    """A report as the page shows it; ``kept`` are the decisions on it, the oldest first.

    ``audited`` are more cells to look at, which look like any other in doubt: who knew them would look with other eyes.
    For the same reason nothing tells how sure a reading is. What one person proposes is shown to nobody else until a
    second has spoken.
    """
    alone = {cell: next(iter(said.values())) for cell, said in proposed(kept).items() if len(said) == 1}
    mine = {cell: one for cell, one in alone.items() if one.who == who}
    open_to_me = (unmarked(one) for one in (*report.review.reasons, *audited) if about(one) not in mine)
    reasons = list(dict.fromkeys(open_to_me))
    report = _all_in_review(report, reasons)
    rules = {rule.rule: rule for rule in identities(str(report.report.form.value))} if form_tables(report) else {}
    matters = matters_of(report, reasons, kept, language)
    cells = {name: _cell(cell) | _proposal(cell, mine.get(name)) for name, cell in report.cells.items()}
    data = {
        "version": len(kept),
        "who": who,
        "cells": {**matters, **cells},
        "checks": [_check(check, rules.get(check.rule), report, language) for check in report.checks],
        "facts": [_fact(fact) for fact in report.facts],
        "reasons": [_reason(reason, language) for reason in reasons],
        "history": [
            _event(one) for one in kept if one.cell not in alone or one.cell in mine or one.action != "propose"
        ],
    }
    return DocumentView(form_tables(report), boxes_of(matters), data, _pages(report))


def _all_in_review(report: Report, reasons: Sequence[ReviewReason]) -> Report:
    asked = {reason.cell for reason in reasons}
    cells = {
        name: cell.model_copy(update={"status": "review"}) if name in asked and cell.status == "accepted" else cell
        for name, cell in report.cells.items()
    }
    return report.model_copy(update={"cells": cells})


def _reason(reason: ReviewReason, language: Language) -> dict[str, str]:
    """A sum that fails is written out beside the cell, so its name need not be said."""
    why = catalog(language)["sum_fails"] if reason.why.startswith(FAILING) else said(reason.why, language)
    return {"cell": about(reason), "why": why}


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "shown": shown(cell),
        "state": str(cell.state),
        "printed": cell.printed,
        "status": cell.status,
        "readings": _readings(cell),
        **place_of(cell.evidence),
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
    answers = [(first.state, first.value)]
    answers += [(CellState(other.state), other.value) for other in cell.alternatives]
    found: dict[str, dict[str, Any]] = {}
    for state, value in answers:
        text = shown(cell.model_copy(update={"state": state, "value": value}))
        found.setdefault(
            f"{state} {text}", {"state": str(state), "value": None if value is None else str(value), "shown": text}
        )
    return list(found.values())[:9]


def _check(check: CheckRecord, rule: Identity | None, report: Report, language: Language) -> dict[str, Any]:
    return {
        "rule": rule_name(check.rule, language),
        "status": check.status,
        "cause": check.cause,
        "cells": list(check.cells),
        "left": list(rule.left) if rule else [],
        "right": list(rule.right) if rule else [],
        "values": [None if one is None else str(one) for one in (check.left, check.right)],
        "relation": check.relation,
        "facts": [index for index in check.facts if index < len(report.facts)],
    }


def _fact(fact: FactRecord) -> dict[str, Any]:
    kind = fact_types().get(fact.type)
    return {
        "label": kind.label if kind else fact.type,
        "value": None if fact.value is None else str(fact.value),
        "unit": fact.unit or "",
        "qualifier": fact.qualifier,
        "scope": fact.scope,
        "sentence": fact.sentence,
        "span": list(fact.span),
        "status": fact.status,
        "page": fact.page,
        "bbox": fact.bbox,
        "line": fact.line,
        "at": place_of(fact)["at"],
    }


def _event(decision: Decision) -> dict[str, Any]:
    return {
        "version": decision.version,
        "cell": decision.cell,
        "action": decision.action,
        "before": _answer(decision.before),
        "after": _answer(decision.after) if decision.after else None,
        "who": decision.who,
        "why": decision.why,
        "at": decision.at,
    }


def _answer(answer: Answer) -> Mapping[str, str | None]:
    """A number or words as they are; of anything else the state, for which the page has words."""
    said = answer.text if answer.value is None else str(answer.value)
    return {"said": said, "state": str(answer.state)}


def _pages(report: Report) -> tuple[int, ...]:
    """The pages of the source that this report stands on, where pictures can be made of them."""
    span = report.source.pages
    return tuple(range(span[0], span[1] + 1)) if span and _has_pictures(report.source.media_type) else ()


def _has_pictures(media_type: str | None) -> bool:
    """PDF and pictures; an OFD has pages that nothing here draws."""
    return media_type == "application/pdf" or (media_type or "").startswith("image/")
