"""What is asked of a whole report, shown like cells: whose it is, of which year, and doubts that stand at no cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from api.http.pages.catalog import Language, catalog
from api.http.pages.form_view import Box
from api.http.pages.phrases import said
from api.http.pages.places import place_of
from models.decisions import standing
from models.events import Answer, Decision
from models.readings import CellState
from models.report import Claim, Report, ReviewReason
from models.whole import CLAIMS, PREFIX, about, is_whole, matters

#: What a matter asks for: words, a year, a code; else only to be seen.
ASKS = {"organ": "text", "year": "year", "region": "code"}


def matters_of(
    report: Report, reasons: Iterable[ReviewReason], kept: Sequence[Decision], language: Language
) -> dict[str, dict[str, Any]]:
    """The matters of a report by name, each with what a cell of the page has. Those that were settled are there too."""
    held = {name: one for name, one in standing(kept).items() if is_whole(name)}
    asked = {about(reason) for reason in reasons}
    answers = {name: one.before for name, one in held.items()} | matters(report)
    answers |= {name: Answer(state=CellState.TEXT) for name in asked - answers.keys() if is_whole(name)}
    return {name: _matter(name, answer, report, asked, held, language) for name, answer in answers.items()}


def _matter(
    name: str, answer: Answer, report: Report, asked: set[str], held: dict[str, Decision], language: Language
) -> dict[str, Any]:
    kind = name.removeprefix(PREFIX)
    claim: Claim | None = getattr(report.report, kind) if kind in CLAIMS else None
    words = catalog(language)
    doubts = (said(one, language) for one in (answer.text or "").split("\n"))
    text = _shown(answer, claim) if claim else words["semicolon"].join(doubts)
    return {
        "label": words.get(kind) or words.get(f"code_heading_{kind}") or words.get(f"code_{kind}", kind),
        "shown": text or words["not_found"],
        "state": str(answer.state),
        "printed": claim.quote or "" if claim else "",
        "status": "review" if name in asked else "confirmed" if name in held else "accepted",
        "readings": _readings(kind, answer, claim) if claim else [],
        "ask": ASKS.get(kind, "seen"),
        **place_of(claim.evidence if claim else None),
    }


def _shown(answer: Answer, claim: Claim) -> str:
    said = answer.text if answer.value is None else str(answer.value)
    return f"{claim.value}（{said}）" if said and claim.code and claim.value != said else said or ""


def _readings(kind: str, answer: Answer, claim: Claim) -> list[dict[str, Any]]:
    """What stands there and what else was seen, each once."""
    said = answer.text if answer.value is None else str(answer.value)
    found = dict.fromkeys(str(one) for one in (said, *claim.alternatives) if one is not None)
    if kind == "year":
        return [{"state": "number", "value": one, "text": None, "shown": one} for one in found if one.isdigit()][:9]
    return [{"state": "text", "value": None, "text": one, "shown": one} for one in found][:9]


def boxes_of(found: dict[str, dict[str, Any]]) -> tuple[Box, ...]:
    """The matters as boxes to stand above the form."""
    return tuple(Box(name, one["shown"], one["status"], one["label"]) for name, one in found.items())
