"""What people decide about a whole report: whose it is, of which year, and doubts that stand at no cell.

Such a matter has a name like a cell has, ``report.organ``. Organ, year and region hold a claim that can be corrected; every
other one holds the doubts themselves, which a person can only say to have seen. What is seen later is asked about anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models.events import Answer, Decision
from models.organs.regions import load_regions
from models.readings import CellState
from models.report import Claim, Report, ReportInfo, ReviewReason

PREFIX = "report."
#: The matters that hold a claim.
CLAIMS = ("organ", "year", "region")
#: Where a claim stands that a person made.
BY_A_PERSON = "decision"


def is_whole(name: str) -> bool:
    """Whether a name is that of a matter of the whole report."""
    return name.startswith(PREFIX)


def about(reason: ReviewReason) -> str:
    """What a reason is about: its cell, or the matter of the whole report."""
    return reason.cell or PREFIX + reason.code.removeprefix("heading_")


def matters(report: Report) -> dict[str, Answer]:
    """What each matter of a report holds now: the claims, and the doubts that are open."""
    found = {PREFIX + name: answer_of(name, getattr(report.report, name)) for name in CLAIMS}
    whys: dict[str, list[str]] = {}
    for reason in report.review.reasons:
        if reason.cell is None and about(reason) not in found:
            whys.setdefault(about(reason), []).append(reason.why)
    return found | {name: Answer(state=CellState.TEXT, text="\n".join(said)) for name, said in whys.items()}


def answer_of(name: str, claim: Claim) -> Answer:
    """What a claim says; ``absent`` when there is none."""
    said = claim.code if name == "region" else claim.value
    if said is None:
        return Answer(state=CellState.ABSENT)
    if isinstance(said, int):
        return Answer(state=CellState.NUMBER, value=said)
    return Answer(state=CellState.TEXT, text=str(said))


def fits(name: str, answer: Answer) -> bool:
    """Whether an answer can be one to a matter: a year is a year, a region a code, an organ has a name."""
    if answer.state is CellState.ABSENT:
        return True
    if name == PREFIX + "year":
        return isinstance(answer.value, int) and 1990 <= answer.value <= 2100
    text = (answer.text or "").strip()
    if name == PREFIX + "region":
        return len(text) == 6 and text.isascii() and text.isdigit()
    return bool(text)


def claimed(info: ReportInfo, held: Mapping[str, Decision]) -> ReportInfo:
    """The heading of a report with what people decided about it."""
    said = {name: held[PREFIX + name] for name in CLAIMS if PREFIX + name in held}
    return info.model_copy(update={name: _claim(name, getattr(info, name), one) for name, one in said.items()})


def _claim(name: str, read: Claim, decision: Decision) -> Claim:
    after = decision.after or decision.before
    if after == answer_of(name, read):
        return read.model_copy(update={"confidence": 1.0})
    said = after.value if after.state is CellState.NUMBER else after.text
    if name == "region":
        code = None if said is None else str(said)
        region = load_regions().by_code.get(code or "")
        return Claim(value=region.name if region else code, code=code, confidence=1.0, where=BY_A_PERSON)
    return Claim(value=said, confidence=1.0, where=BY_A_PERSON)


def still_open(reasons: Iterable[ReviewReason], held: Mapping[str, Decision]) -> tuple[ReviewReason, ...]:
    """The reasons that nobody has settled. A doubt that was not there when people looked is open."""
    return tuple(reason for reason in reasons if not _is_settled(reason, held.get(about(reason))))


def _is_settled(reason: ReviewReason, decision: Decision | None) -> bool:
    if decision is None:
        return False
    if reason.cell is not None or about(reason).removeprefix(PREFIX) in CLAIMS:
        return True
    return reason.why in (decision.before.text or "").split("\n")
