"""From readings to judged cells: pick among what was seen, ask the identities, say how sure.

Pure. Nothing is invented: a value is always one of the candidates of its cell, and a printed value is kept where a sum
fails. A row with several hypotheses is decided by their weights and by the identities that its cells stand in, each
hypothesis tried against the best knowledge of the other rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from models.forms import load_forms
from models.identities import Identity, Outcome, evaluate, identities, operands
from models.readings import Candidate, CellState, Hypothesis, Number, RowReading

#: How likely a truthful report breaks an identity, and how much an identity that cannot be evaluated says.
BROKEN_IN_PRINT = 0.02
NOT_EVALUATED = 0.2
#: A row matched less well than this is never accepted without a person.
WEAK_MATCH = 0.75
#: The probability from which a cell is accepted.
ACCEPT = 0.99
#: Probability that a plainly matched cell of a route is what the page says (measured by bench.digital).
ROUTE_TRUST: Mapping[str, float] = {
    "lattice": 0.9995,
    "html": 0.9995,
    "docx": 0.9995,
    "xlsx": 0.9995,
    "text": 0.998,
    "stream": 0.997,
    "pdfplumber": 0.997,
    "camelot": 0.996,
}
UNKNOWN_ROUTE_TRUST = 0.98
#: An identity that holds leaves this share of the remaining doubt.
DOUBT_AFTER_PASS = 0.1
#: A value whose sum fails is what is printed in most cases: the printer errs more often than a text layer.
TRUST_AFTER_FAIL = 0.95


@dataclass(frozen=True, slots=True)
class Judged:
    """A judged cell. ``candidate`` is None for an absent cell or one of which nothing can be said.

    ``alternatives`` are the other candidates with their probabilities; ``reasons`` are sentences for a reviewer.
    """

    candidate: Candidate | None
    state: CellState
    value: Number | None
    confidence: float
    alternatives: tuple[tuple[Candidate | None, float], ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Sure enough to stand without a person."""
        return self.confidence >= ACCEPT and not self.reasons


@dataclass(frozen=True, slots=True)
class Verdict:
    """An identity with its outcome and, where it fails, whose fault that is."""

    outcome: Outcome
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """All cells of the form, in its order, and all identities."""

    cells: dict[str, Judged]
    verdicts: tuple[Verdict, ...]


@dataclass
class _Cell:
    """The distribution over what a cell may be, while it is worked out."""

    options: list[tuple[Candidate | None, float]] = field(default_factory=list)
    match: float = 1.0
    notes: tuple[str, ...] = ()

    @property
    def best(self) -> tuple[Candidate | None, float]:
        return max(self.options, key=lambda option: option[1], default=(None, 0.0))


def reconcile(form_id: str, rows: Sequence[RowReading]) -> Reconciled:
    """Judge every cell of a form from the rows that were seen."""
    rules = identities(form_id)
    values = {cell: _value(candidate) for row in rows for cell, candidate in _firm(row)}
    cells: dict[str, _Cell] = {}
    for row in sorted(rows, key=lambda row: len(row.hypotheses)):
        weights = _posterior(row, rules, values)
        for cell, options in _marginals(row, weights).items():
            cells[cell] = _Cell(options, row.match, row.notes)
            values[cell] = _value(cells[cell].best[0])
    added = _operands({name: cell.best[0] for name, cell in cells.items()})
    outcomes = [evaluate(rule, added) for rule in rules]
    order = load_forms()[form_id].cell_ids()
    judged = {cell: _judge(cell, cells.get(cell), outcomes) for cell in order}
    _name_absent(form_id, judged, set(cells))
    return Reconciled(judged, tuple(Verdict(outcome, _cause(outcome, cells)) for outcome in outcomes))


def _operands(candidates: Mapping[str, Candidate | None]) -> dict[str, Number | None]:
    return operands(
        {name: (seen.state, seen.value) if seen is not None else (None, None) for name, seen in candidates.items()}
    )


def _firm(row: RowReading) -> Iterator[tuple[str, Candidate | None]]:
    if len(row.hypotheses) == 1:
        yield from zip(row.cells, row.hypotheses[0].candidates, strict=True)


def _value(candidate: Candidate | None) -> Number | None:
    return candidate.value if candidate is not None and candidate.state is CellState.NUMBER else None


def _posterior(
    row: RowReading, rules: Sequence[Identity], values: Mapping[str, Number | None]
) -> list[tuple[Hypothesis, float]]:
    if len(row.hypotheses) < 2:
        return [(hypothesis, 1.0) for hypothesis in row.hypotheses]
    own = set(row.cells)
    touching = [rule for rule in rules if own & set(rule.cells)]
    weights = [hypothesis.weight * _support(row, hypothesis, touching, values) for hypothesis in row.hypotheses]
    total = sum(weights)
    return [(hypothesis, weight / total) for hypothesis, weight in zip(row.hypotheses, weights, strict=True)]


def _support(
    row: RowReading, hypothesis: Hypothesis, rules: Sequence[Identity], values: Mapping[str, Number | None]
) -> float:
    tried = {**values, **{cell: _value(c) for cell, c in zip(row.cells, hypothesis.candidates, strict=True)}}
    worth = {"pass": 1.0, "fail": BROKEN_IN_PRINT, "unknown": NOT_EVALUATED}
    return prod(worth[evaluate(rule, tried).status] for rule in rules)


def _marginals(
    row: RowReading, weighted: Sequence[tuple[Hypothesis, float]]
) -> dict[str, list[tuple[Candidate | None, float]]]:
    """For each cell, the candidates that differ in meaning with their summed probability, the likeliest first."""
    found: dict[str, list[tuple[Candidate | None, float]]] = {}
    for index, cell in enumerate(row.cells):
        merged: dict[object, tuple[Candidate | None, float]] = {}
        for hypothesis, p in weighted:
            candidate = hypothesis.candidates[index]
            key = (candidate.state, candidate.value) if candidate else None
            first, so_far = merged.get(key, (candidate, 0.0))
            merged[key] = (first, so_far + p)
        found[cell] = sorted(merged.values(), key=lambda option: -option[1])
    return found


def _judge(cell: str, seen: _Cell | None, outcomes: Sequence[Outcome]) -> Judged:
    if seen is None:
        return Judged(None, CellState.ABSENT, None, 0.97)
    candidate, p = seen.best
    if not seen.options:
        return Judged(None, CellState.TEXT, None, 0.0, reasons=seen.notes or ("the row could not be read",))
    own = [outcome for outcome in outcomes if cell in outcome.identity.cells]
    failing = [outcome.identity.rule for outcome in own if outcome.status == "fail"]
    passing = any(outcome.status == "pass" for outcome in own)
    reasons = _reasons(candidate, seen, p, failing)
    confidence = _confidence(candidate, seen.match, p, bool(failing), passing)
    state = candidate.state if candidate is not None else CellState.BLANK
    return Judged(candidate, state, _value(candidate), confidence, tuple(seen.options[1:]), tuple(reasons))


def _reasons(candidate: Candidate | None, seen: _Cell, p: float, failing: Sequence[str]) -> list[str]:
    reasons = list(seen.notes)
    if seen.match < WEAK_MATCH:
        reasons.append(f"the label of the row matches the form only weakly ({seen.match:.2f})")
    if candidate is not None and candidate.doubt:
        reasons.append(f"the print is not plain: {candidate.doubt}")
    if candidate is not None and candidate.state is CellState.TEXT:
        reasons.append(f"words stand where a number is expected: {candidate.printed[:40]}")
    if p < ACCEPT and not seen.notes:
        reasons.append("what is seen supports several values")
    reasons.extend(f"a sum that the cell stands in fails: {rule}" for rule in failing)
    return reasons


def _confidence(candidate: Candidate | None, match: float, p: float, failing: bool, passing: bool) -> float:
    trust = ROUTE_TRUST.get(candidate.route, UNKNOWN_ROUTE_TRUST) if candidate else UNKNOWN_ROUTE_TRUST
    trust *= 1.0 if match >= 0.9 else 0.995 if match >= WEAK_MATCH else match
    if failing:
        trust = min(trust, TRUST_AFTER_FAIL)
    elif passing:
        trust = 1 - (1 - trust) * DOUBT_AFTER_PASS
    if candidate is not None and (candidate.doubt or candidate.state is CellState.TEXT):
        trust = min(trust, 0.8)
    return round(trust * p, 6)


def _name_absent(form_id: str, judged: dict[str, Judged], present: set[str]) -> None:
    """A row missing from a table that is otherwise there may have been lost: that is for a person to see."""
    for table in load_forms()[form_id].tables:
        here = [row for row in table.rows if any(f"{table.id}.{row.id}.{c.id}" in present for c in row.columns)]
        blocks = {row.block for row in here}
        for row in table.rows:
            if row in here or (here and row.block not in blocks):
                continue
            why = "the row was not found in its table" if here else "the table was not found"
            for column in row.columns:
                cell = f"{table.id}.{row.id}.{column.id}"
                judged[cell] = Judged(None, CellState.ABSENT, None, 0.6, reasons=(why,))


def _cause(outcome: Outcome, cells: Mapping[str, _Cell]) -> str | None:
    """Firm readings of a failing sum accuse the print; a doubtful one among them accuses the reading."""
    if outcome.status != "fail":
        return None
    firm = [_is_firm(cells.get(cell)) for cell in outcome.identity.cells]
    return "source" if all(firm) else "unclear"


def _is_firm(seen: _Cell | None) -> bool:
    if seen is None:
        return False
    candidate, p = seen.best
    return p >= ACCEPT and seen.match >= WEAK_MATCH and candidate is not None and not candidate.doubt
