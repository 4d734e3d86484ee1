"""What people decided: events that are only ever appended.

A decision belongs to the bytes of a source and a part of it: it says what stands on the page, so it holds for every copy
of the document and for every later version of the pipeline.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import simplejson
from pydantic import TypeAdapter
from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.decisions import answer_of
from models.errors import Conflict
from models.events import Answer, Decision, Event
from models.readings import CellState
from models.report import Cell
from worker.store.records import DecisionRecord

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


@dataclass(frozen=True, slots=True)
class NewDecision:
    """What a person decides. ``seen`` is the version of the part that the person looked at (0: nothing decided yet).

    ``read`` is the cell as the pipeline had left it.
    """

    cell: str
    action: Event
    before: Answer
    after: Answer | None
    who: str
    seen: int
    why: str = ""
    read: Cell | None = None


def version(session: Session, sha256: str, part: int) -> int:
    """How many decisions there are on a part: what a client shows back as ``seen`` when it decides."""
    query = select(func.max(DecisionRecord.version)).where(DecisionRecord.sha256 == sha256, DecisionRecord.part == part)
    return session.scalars(query).one() or 0


def last(session: Session, sha256: str) -> int:
    """The last decision on any part of a source, by its id; 0 when there is none."""
    query = select(func.max(DecisionRecord.id)).where(DecisionRecord.sha256 == sha256)
    return session.scalars(query).one() or 0


def append(
    session: Session, sha256: str, part: int, decision: NewDecision, *, document_id: int, now: float
) -> Decision:
    """Append a decision. Raises Conflict when somebody else decided on this part after ``seen``.

    Flushes at once, so that of two who append at the same time one learns of it here.
    """
    current = version(session, sha256, part)
    if current != decision.seen:
        raise _conflict(current, decision.seen)
    row = DecisionRecord(
        sha256=sha256,
        part=part,
        version=current + 1,
        document_id=document_id,
        cell=decision.cell,
        action=decision.action,
        before=_packed(decision.before),
        after=_packed(decision.after) if decision.after else None,
        who=decision.who[:200],
        why=decision.why.replace("\0", "\ufffd"),
        read=_packed(answer_of(decision.read)) if decision.read else None,
        read_confidence=decision.read.confidence if decision.read else None,
        read_accepted=decision.read.status == "accepted" if decision.read else None,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise _conflict(current + 1, decision.seen) from error
    return _decision(row)


def _conflict(current: int, seen: int) -> Conflict:
    return Conflict(f"this report is at version {current}, and you looked at version {seen}")


def of_part(session: Session, sha256: str, part: int) -> list[Decision]:
    """All decisions on a part, the oldest first."""
    return of_rows(session.scalars(_OF_PART, {"hash": sha256, "number": part}))


#: Made once: it is asked for every report.
_OF_PART = (
    select(DecisionRecord)
    .where(DecisionRecord.sha256 == bindparam("hash"), DecisionRecord.part == bindparam("number"))
    .order_by(DecisionRecord.version)
)


def of_rows(rows: Iterable[DecisionRecord]) -> list[Decision]:
    """Records as decisions."""
    return [_decision(row) for row in rows]


def of_sources(session: Session, hashes: Iterable[str]) -> dict[tuple[str, int], list[Decision]]:
    """All decisions on some sources by source and part, the oldest first; nothing for a part that has none."""
    found: dict[tuple[str, int], list[Decision]] = {}
    query = select(DecisionRecord).where(DecisionRecord.sha256.in_(sorted(set(hashes))))
    for row in session.scalars(query.order_by(DecisionRecord.version)):
        found.setdefault((row.sha256, row.part), []).append(_decision(row))
    return found


def _decision(row: DecisionRecord) -> Decision:
    return Decision(
        version=row.version,
        cell=row.cell,
        action=_EVENT.validate_python(row.action),
        before=unpacked(row.before),
        after=unpacked(row.after) if row.after else None,
        who=row.who,
        why=row.why,
        at=row.created_at,
    )


def _packed(answer: Answer) -> str:
    """Decimals keep every printed digit."""
    told = {"state": str(answer.state), "value": answer.value, "text": answer.text}
    return str(simplejson.dumps({key: one for key, one in told.items() if key != "text" or one}, use_decimal=True))


def unpacked(text: str) -> Answer:
    """An answer as it is kept."""
    data = simplejson.loads(text, use_decimal=True)
    return Answer(state=CellState(data["state"]), value=data["value"], text=data.get("text"))
