"""Decisions of people as events: who says what stands at a place, and what stood there before."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.readings import CellState
from models.report import ExactNumber

Action = Literal["confirm", "correct", "undo"]
#: What is kept: where two people must agree, what the first of them says is a proposal, which settles nothing.
Event = Literal["confirm", "correct", "undo", "propose"]


class Answer(BaseModel):
    """What a place holds: a state and, for a number, its value; ``text`` are words, where words are asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: CellState
    value: ExactNumber | None = None
    text: str | None = None

    @model_validator(mode="after")
    def _number_if_and_only_if(self) -> Answer:
        if (self.state is CellState.NUMBER) != (self.value is not None):
            raise ValueError("a number needs a value, and nothing else has one")
        if self.text is not None and self.state is not CellState.TEXT:
            raise ValueError("words go with the state text alone")
        return self


class Decision(BaseModel):
    """One event. ``before`` is what the place held when the person looked; ``undo`` has no ``after``.

    ``cell`` is a cell of the form, or a matter of the whole report (see `models.whole`). A proposal settles nothing.
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
