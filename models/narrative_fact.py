"""One figure that a report states in prose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.evidence import Place
from models.numerals import Number, Qualifier

Scope = Literal["year", "cumulative", "prior_year"]
FactStatus = Literal["accepted", "review"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure with the sentence that states it.

    ``value`` is in the base unit (14万余条 is 140000); ``fees_amount`` is in 万元, ``processing_fee`` in 元. ``unit`` is
    the type's usual unit, for ``other`` the printed one. ``span`` counts characters of the section's text, ``section``
    is the index of the section. ``by`` tells what decided the type: ``rules``, ``model`` or ``both``.
    """

    type: str
    value: Number
    unit: str
    qualifier: Qualifier
    scope: Scope
    sentence: str
    span: tuple[int, int]
    section: int
    page: int | None
    place: Place | None
    confidence: float
    status: FactStatus
    by: str = "rules"
