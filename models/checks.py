"""Checks of a report: its identities, its prose against its cells, its structure.

The rules are those of the form and of the direct peers (arithmetic, prose against table, structure, prose quality), each
stated over cells with units and qualifiers instead of a first match in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Literal

from models.facts import FactType, fact_types
from models.folding import squeeze
from models.forms import load_forms
from models.readings import CellState, Number
from models.reconcile import Judged, Verdict
from models.report import CheckRecord, FactRecord, NarrativeSection

Status = Literal["pass", "fail", "unknown"]

#: 约 and 左右 allow this much on either side.
ABOUT = Decimal("0.1")
#: A section of problems and improvements shorter than this says nothing.
SHORTEST_SECTION = 10
#: What an organ drafts for another to issue is not in its own table (报请政府出台规章).
_DRAFTED = re.compile("(?:报请|提请|提交|代拟|代为起草)[^。；]{0,20}(?:出台|印发|制定|发布|审议)")
#: How a reason for review begins that a contradiction gives to its cells.
CONTRADICTED = "the text contradicts the table: "
#: From this confidence a fact's reading is firm, so that a contradiction stands in the print.
FIRM_FACT = 0.9


@dataclass(frozen=True, slots=True)
class ReportView:
    """What checks look at: judged cells, facts, prose."""

    form_id: str
    cells: Mapping[str, Judged]
    facts: Sequence[FactRecord]
    narrative: Sequence[NarrativeSection]
    bordered: bool | None


def all_checks(view: ReportView, verdicts: Sequence[Verdict]) -> tuple[CheckRecord, ...]:
    """Every check of one report, in a fixed order."""
    return (
        *(identity_check(verdict) for verdict in verdicts),
        *fact_checks(view),
        *claim_checks(view),
        *structure_checks(view),
        *prose_checks(view),
    )


def identity_check(verdict: Verdict) -> CheckRecord:
    """An identity as a check record."""
    outcome = verdict.outcome
    return CheckRecord(
        rule=outcome.identity.rule,
        status=outcome.status,
        cells=outcome.identity.cells,
        left=outcome.left,
        right=outcome.right,
        relation=outcome.identity.relation,
        cause=verdict.cause,
    )


def fact_checks(view: ReportView) -> Iterator[CheckRecord]:
    """Each fact about the report's own year against the cells that must agree with it (facts.yaml names them)."""
    types = fact_types()
    for index, fact in enumerate(view.facts):
        kind = types.get(fact.type)
        if kind is None or fact.scope != "year" or fact.value is None or _DRAFTED.search(fact.sentence):
            continue
        cells = agreeing_cells(kind, view.form_id)
        if cells:
            check = _fact_check(view, index, fact, cells)
            yield check if check.status != "fail" or not _said_elsewhere(view, fact, cells) else _doubted(check)


def _fact_check(view: ReportView, index: int, fact: FactRecord, cells: tuple[str, ...]) -> CheckRecord:
    values = [view.cells[cell].value for cell in cells]
    known = [value for value in values if value is not None]
    total = sum(known) if len(known) == len(cells) else None
    status: Status = "unknown" if total is None or fact.value is None else agrees(fact, total)
    firm = fact.confidence >= FIRM_FACT and not any(view.cells[cell].reasons for cell in cells)
    cause: Literal["source", "unclear"] | None = None
    if status == "fail":
        cause = "source" if firm else "unclear"
    return CheckRecord(
        rule=f"facts.{fact.type}",
        status=status,
        cells=cells,
        left=fact.value,
        right=total,
        cause=cause,
        facts=(index,),
        message=f"the text says: {fact.sentence}" if status == "fail" else None,
    )


def _said_elsewhere(view: ReportView, fact: FactRecord, cells: tuple[str, ...]) -> bool:
    """Whether another sentence states what the cells say: then this figure most likely counts something else."""
    return any(
        other.type == fact.type
        and other.scope == "year"
        and other.value is not None
        and _fact_check(view, index, other, cells).status == "pass"
        for index, other in enumerate(view.facts)
    )


def _doubted(check: CheckRecord) -> CheckRecord:
    return check.model_copy(update={"status": "unknown", "cause": None})


def agrees(fact: FactRecord, total: Number) -> Literal["pass", "fail"]:
    """Whether a figure in prose, with its about or over, is what the cells say."""
    value = Decimal(fact.value or 0)
    cell = Decimal(total)
    if fact.qualifier == "over":
        holds = cell >= value
    elif fact.qualifier == "under":
        holds = cell <= value
    elif fact.qualifier == "about":
        holds = abs(cell - value) <= ABOUT * value
    else:
        holds = cell == value
    return "pass" if holds else "fail"


def agreeing_cells(kind: FactType, form_id: str) -> tuple[str, ...]:
    """The cells whose sum must equal a fact of this type on a form; empty when the form does not ask for it.

    ``agrees_with`` has an entry for each form: a cell, ``a + b`` (a sum; a bare name is a column of the same row) or
    ``the sum of a_*.total``.
    """
    known = load_forms()[form_id].cell_ids()
    for option in kind.agrees_with:
        cells = _sum_of(option, known)
        if cells and all(cell in known for cell in cells):
            return cells
    return ()


def _sum_of(text: str, known: Sequence[str]) -> tuple[str, ...]:
    if text.startswith("the sum of "):
        pattern = text.removeprefix("the sum of ").strip()
        return tuple(cell for cell in known if fnmatchcase(cell, pattern))
    terms = [term.strip() for term in text.split("+") if term.strip()]
    if not terms:
        return ()
    prefix = terms[0].rpartition(".")[0]
    return tuple(term if "." in term else f"{prefix}.{term}" for term in terms)


def claim_checks(view: ReportView) -> Iterator[CheckRecord]:
    """Several exact claims of one kind about the year, in different sentences, must be equal where a cell fixes them."""
    types = fact_types()
    seen: dict[str, list[int]] = {}
    for index, fact in enumerate(view.facts):
        kind = types.get(fact.type)
        if kind and kind.agrees_with and fact.scope == "year" and fact.qualifier == "exact" and fact.value is not None:
            seen.setdefault(fact.type, []).append(index)
    for name, found in seen.items():
        if len(found) < 2:
            continue
        values = [view.facts[index].value for index in found]
        equal = len(set(values)) == 1
        settled = not equal and _said_elsewhere(view, view.facts[found[0]], agreeing_cells(types[name], view.form_id))
        status: Status = "pass" if equal else "unknown" if settled else "fail"
        yield CheckRecord(
            rule=f"facts.claims_agree.{name}",
            status=status,
            cells=(),
            left=values[0],
            right=next((value for value in values if value != values[0]), values[0]),
            cause="unclear" if status == "fail" else None,
            facts=tuple(found),
        )


def structure_checks(view: ReportView) -> Iterator[CheckRecord]:
    """Tables that must be there are there; cells that should hold a number do; the tables are drawn with borders.

    Blank cells and missing borders break no arithmetic: they are ``unknown``, never a failure.
    """
    for table in load_forms()[view.form_id].tables:
        cells = tuple(table.cell_ids())
        states = [view.cells[cell].state for cell in cells]
        there = any(state is not CellState.ABSENT for state in states)
        yield _state(f"structure.table_present.{table.id}", "pass" if there else "fail", cause="unclear")
        empty = tuple(
            cell for cell, state in zip(cells, states, strict=True) if state in (CellState.BLANK, CellState.NA)
        )
        if there:
            yield _state(f"structure.no_blank_cells.{table.id}", "unknown" if empty else "pass", empty)
    if view.bordered is not None:
        yield _state("structure.tables_bordered", "pass" if view.bordered else "unknown")


def _state(
    rule: str, status: Status, cells: tuple[str, ...] = (), cause: Literal["source", "unclear"] = "source"
) -> CheckRecord:
    return CheckRecord(
        rule=rule, status=status, cells=cells, relation="text", cause=cause if status == "fail" else None
    )


def prose_checks(view: ReportView) -> Iterator[CheckRecord]:
    """Section five says something; a fee that was charged is explained in section six."""
    problems = _section(view.narrative, "存在的主要问题")
    if problems is not None:
        text = squeeze(problems).strip("。.")
        yield _state("prose.problems_stated", "pass" if len(text) >= SHORTEST_SECTION else "fail")
    other = _section(view.narrative, "其他需要报告")
    charged = [fact for fact in view.facts if fact.type == "processing_fee" and fact.value and fact.scope == "year"]
    if other is not None and charged:
        yield _state("prose.fee_explained", "pass" if squeeze(other).strip("。.") not in ("", "无") else "fail")


def _section(narrative: Sequence[NarrativeSection], name: str) -> str | None:
    found = [section.text for section in narrative if name in re.sub(r"\s", "", section.section)]
    return "\n".join(found) if found else None
