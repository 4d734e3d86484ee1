"""Every decision of a person as a line of JSON, beside what the pipeline had read: data to train and calibrate with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import simplejson

from api.stored.reports import final_documents
from models.events import Answer, Decision
from models.report import Report, to_dict
from worker.store import results
from worker.store.database import Database


def decision_lines(database: Database, batch_id: int | None) -> Iterator[str]:
    """One line a decision, in order of batch, document and time; those taken back are there too, and what took them."""
    for page in final_documents(database, batch_id):
        with database.read() as session:
            for document in page:
                for one in results.with_history(session, document):
                    if isinstance(one.read, Report):
                        yield from (_line(one.read, decision) for decision in one.decisions)


def _line(read: Report, decision: Decision) -> str:
    cell = read.cells.get(decision.cell)
    told: dict[str, Any] = {
        "sha256": read.source.sha256,
        "name": read.source.name,
        "part": read.source.part,
        "form": read.report.form.value,
        "cell": decision.cell,
        "version": decision.version,
        "action": decision.action,
        "before": _answer(decision.before),
        "after": _answer(decision.after) if decision.after else None,
        "who": decision.who,
        "at": datetime.fromtimestamp(decision.at, UTC).isoformat(),
        "why": decision.why,
        "read": _cell(read, decision.cell) if cell else None,
        "pipeline": read.pipeline.version,
    }
    return str(simplejson.dumps(told, use_decimal=True, ensure_ascii=False)) + "\n"


def _answer(answer: Answer) -> dict[str, Any]:
    told = {"state": str(answer.state), "value": answer.value}
    return told if answer.text is None else {**told, "text": answer.text}


def _cell(read: Report, name: str) -> dict[str, Any]:
    """The cell as the pipeline read it: value, confidence, alternatives and place."""
    cells: dict[str, dict[str, Any]] = to_dict(read.model_copy(update={"cells": {name: read.cells[name]}}))["cells"]
    return cells[name]
