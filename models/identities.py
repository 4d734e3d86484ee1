"""The arithmetic of a form, compiled from its rows and columns.

Sources of the rules: the identity printed on the form itself (第一项加第二项之和，等于第三项加第四项之和), its totals (总计),
and for the annex of 2014 the nesting of its rows. Each becomes ``left (= or >=) right`` over sums of cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from models.forms import Form, Table, load_forms
from models.readings import CellState, Number

Relation = Literal["=", ">="]


@dataclass(frozen=True, slots=True)
class Identity:
    """``sum(left) relation sum(right)``. ``exact`` is false for rules that a truthful report can break."""

    rule: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    relation: Relation = "="

    @property
    def cells(self) -> tuple[str, ...]:
        """All cells that take part."""
        return self.left + self.right


@dataclass(frozen=True, slots=True)
class Outcome:
    """An identity evaluated: ``unknown`` when a cell that takes part has no number."""

    identity: Identity
    status: Literal["pass", "fail", "unknown"]
    left: Number | None
    right: Number | None


def evaluate(identity: Identity, values: Mapping[str, Number | None]) -> Outcome:
    """Evaluate with what is known; a missing value is never taken for 0.

    All counts are non-negative, so an identity whose known part already exceeds a known other side fails.
    """
    left, left_full = _total(identity.left, values)
    right, right_full = _total(identity.right, values)
    status: Literal["pass", "fail", "unknown"] = "unknown"
    if left_full and right_full:
        holds = left == right if identity.relation == "=" else left >= right
        status = "pass" if holds else "fail"
    elif (identity.relation == "=" and ((left_full and right > left) or (right_full and left > right))) or (
        identity.relation == ">=" and left_full and right > left
    ):
        status = "fail"
    return Outcome(identity, status, left if left_full else None, right if right_full else None)


def operands(cells: Mapping[str, tuple[CellState | None, Number | None]]) -> dict[str, Number | None]:
    """What each cell, given as state and value, adds to a sum. The cells stay as they are: a blank is never reported as 0.

    A dash or 无 says that there is nothing, so it adds nothing. A blank does so only in a table that prints no 0 at all:
    there leaving blank is how the office writes 0. In any other table a blank is unknown, and so is its sum.
    """
    zeros = {name.split(".")[0] for name, (state, value) in cells.items() if state is CellState.NUMBER and value == 0}
    found: dict[str, Number | None] = {}
    for name, (state, value) in cells.items():
        left_out = state is CellState.BLANK and name.split(".")[0] not in zeros
        number = value if state is CellState.NUMBER else None
        found[name] = 0 if state is CellState.NA or left_out else number
    return found


def _total(cells: tuple[str, ...], values: Mapping[str, Number | None]) -> tuple[Number, bool]:
    known = [value for cell in cells if (value := values.get(cell)) is not None]
    return sum(known), len(known) == len(cells)


@cache
def identities(form_id: str) -> tuple[Identity, ...]:
    """All identities of a form, in the order of the form."""
    form = load_forms()[form_id]
    if form_id == "2014":
        return _annex(form.table("statistics"))
    return (*_proactive(form), *_requests(form.table("requests")), *_remedies(form.table("remedies")))


def _proactive(form: Form) -> tuple[Identity, ...]:
    """A document can be repealed in the year it was issued, so in_force + repealed covers what was issued."""
    rows = ("rules", "normative")
    if form.id == "2021":
        return tuple(
            Identity(
                f"proactive.in_force_covers_issued.{row}",
                (f"proactive.{row}.in_force", f"proactive.{row}.repealed"),
                (f"proactive.{row}.issued",),
                ">=",
            )
            for row in rows
        )
    return tuple(
        Identity(
            f"proactive.total_covers_new.{row}",
            (f"proactive.{row}.disclosed_total",),
            (f"proactive.{row}.newly_disclosed",),
            ">=",
        )
        for row in rows
    )


def _requests(table: Table) -> tuple[Identity, ...]:
    columns = [column.id for column in table.rows[0].columns]
    rows = [row.id for row in table.rows]
    outcomes = rows[rows.index("granted") : rows.index("handled_total")]
    found = [
        Identity(f"requests.row_total.{row}", _cells("requests", [row], columns[:-1]), (f"requests.{row}.total",))
        for row in rows
    ]
    for column in columns:
        total = f"requests.handled_total.{column}"
        found.append(Identity(f"requests.outcomes.{column}", _cells("requests", outcomes, [column]), (total,)))
    for column in columns:
        left = _cells("requests", ["new", "carried_in"], [column])
        right = _cells("requests", ["handled_total", "carried_out"], [column])
        found.append(Identity(f"requests.flow.{column}", left, right))
    return tuple(found)


def _remedies(table: Table) -> tuple[Identity, ...]:
    columns = [column.id for column in table.rows[0].columns]
    return tuple(
        Identity(f"remedies.total.{row.id}", _cells("remedies", [row.id], columns[:-1]), (f"remedies.{row.id}.total",))
        for row in table.rows
    )


def _annex(table: Table) -> tuple[Identity, ...]:
    """Rows whose parts are exhaustive on the form are equal to their sum; ``其中`` rows are at most their whole."""
    children: dict[str, list[str]] = {}
    for row in table.rows:
        if row.parent:
            children.setdefault(row.parent, []).append(row.id)
    found = []
    for parent, parts in children.items():
        whole, cells = (f"statistics.{parent}.value",), _cells("statistics", parts, ["value"])
        if len(parts) == 1:
            found.append(Identity(f"statistics.part.{parent}", whole, cells, ">="))
        else:
            found.append(Identity(f"statistics.sum.{parent}", cells, whole))
    return tuple(found)


def _cells(table: str, rows: list[str], columns: list[str]) -> tuple[str, ...]:
    return tuple(f"{table}.{row}.{column}" for row in rows for column in columns)
