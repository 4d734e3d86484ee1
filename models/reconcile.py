"""From readings to judged cells: pick among what was seen, ask the identities, say how sure.

Pure. Nothing is invented: a value is always one of the candidates of its cell, and a printed value is kept where a sum
fails. Readings and ways of laying a row out are weighed together with all identities at once (``inference``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.calibration import Origin, accept_from, calibrated, kind_of
from models.candidates import options_of
from models.factors import Variable
from models.forms import load_forms
from models.identities import Identity, Outcome, evaluate, identities
from models.inference import posterior
from models.readings import Candidate, CellState, Hypothesis, Number, RowReading

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
    "ocr": 0.998,
    "pdfplumber": 0.997,
    "camelot": 0.996,
}
UNKNOWN_ROUTE_TRUST = 0.98
#: How likely words stand in a cell for a number, beside a number.
WORDS_IN_CELL = 0.05
#: An identity that holds leaves this share of the remaining doubt.
DOUBT_AFTER_PASS = 0.1
#: What is said of a cell whose print is not plain (and why), and of one that can be read as several values.
PLAINNESS, SEVERAL = "the print is not plain: ", "what is seen supports several values"
#: The reason for review of a cell in a failing sum; the rule follows.
FAILING = "a sum that the cell stands in fails: "
#: A value whose sum fails is what is printed in most cases: the printer errs more often than a text layer.
TRUST_AFTER_FAIL = 0.95


@dataclass(frozen=True, slots=True)
class Judged:
    """A judged cell. ``candidate`` is None for an absent cell or one of which nothing can be said.

    ``alternatives`` are the other candidates with their probabilities; ``reasons`` are sentences for a reviewer.
    ``enough`` is the confidence from which it stands without one.
    """

    candidate: Candidate | None
    state: CellState
    value: Number | None
    confidence: float
    alternatives: tuple[tuple[Candidate | None, float], ...] = ()
    reasons: tuple[str, ...] = ()
    enough: float = ACCEPT

    @property
    def accepted(self) -> bool:
        """Sure enough to stand without a person."""
        return self.confidence >= self.enough and not self.reasons


@dataclass(frozen=True, slots=True)
class Policy:
    """How to judge: at most one wrong cell in so many accepted ones.

    For measuring: without ``identities`` each cell stands alone; a confidence that is not ``calibrated`` is as reckoned.
    """

    one_wrong_in: int = 10_000
    identities: bool = True
    calibrated: bool = True


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
    label_notes: tuple[str, ...] = ()

    @property
    def best(self) -> tuple[Candidate | None, float]:
        return max(self.options, key=lambda option: option[1], default=(None, 0.0))


@dataclass(frozen=True, slots=True)
class _Bench:
    """What every cell of a report is judged by: cells of identities that hold, the failing ones that each is suspected of.

    ``missing`` says of rows that should be there why they are for a person to see; ``scanned``: some row is from a picture.
    """

    policy: Policy
    scanned: bool
    missing: Mapping[str, str]
    held: frozenset[str]
    suspects: Mapping[str, tuple[str, ...]]


DEFAULT = Policy()
#: Cells that are decided together, what they may say together, and the probabilities of that.
_Group = tuple[tuple[str, ...], list[tuple[Candidate | None, ...]], tuple[float, ...]]


def reconcile(form_id: str, rows: Sequence[RowReading], policy: Policy = DEFAULT) -> Reconciled:
    """Judge every cell of a form from the rows that were seen."""
    rules = identities(form_id) if policy.identities else ()
    states = [_states(row) for row in rows]
    silent = _without_zeros(states)
    cells = _posteriors(rows, states, silent, rules)
    operands = {name: _operand(name, cell.best[0], silent) for name, cell in cells.items()}
    outcomes = [evaluate(rule, operands) for rule in rules]
    scanned = _scanned(rows)
    missing = _missing(form_id, set(cells), scanned=scanned)
    bench = _Bench(policy, scanned, missing, *_heard(outcomes))
    judged = {cell: _judge(cell, cells.get(cell), bench) for cell in load_forms()[form_id].cell_ids()}
    return Reconciled(judged, tuple(Verdict(outcome, _cause(outcome, cells)) for outcome in outcomes))


def _posteriors(
    rows: Sequence[RowReading],
    states: Sequence[Sequence[_Group]],
    silent: frozenset[str],
    rules: Sequence[Identity],
) -> dict[str, _Cell]:
    """For each cell what it may say, given the readings and all identities at once."""
    variables: list[Variable] = []
    homes: list[tuple[RowReading, tuple[str, ...], list[tuple[Candidate | None, ...]]]] = []
    for row, groups in zip(rows, states, strict=True):
        for names, choices, p in groups:
            operands = tuple(
                tuple(_operand(name, candidate, silent) for name, candidate in zip(names, choice, strict=True))
                for choice in choices
            )
            variables.append(Variable(names, p, operands))
            homes.append((row, names, choices))
    cells: dict[str, _Cell] = {}
    for (row, names, choices), weights in zip(homes, posterior(variables, rules), strict=True):
        for at, name in enumerate(names):
            options = _merged([(choice[at], float(p)) for choice, p in zip(choices, weights, strict=True)])
            cells[name] = _Cell(options, row.match, row.notes, row.label_notes)
    return cells


def _states(row: RowReading) -> list[_Group]:
    """A row laid out in one way is a variable a cell; in several ways, one variable (with its cells' best readings)."""
    if not row.hypotheses:
        return []
    if len(row.hypotheses) > 1:
        weights = [hypothesis.weight * WORDS_IN_CELL ** _words(hypothesis) for hypothesis in row.hypotheses]
        p = tuple(weight / sum(weights) for weight in weights)
        return [(row.cells, [hypothesis.candidates for hypothesis in row.hypotheses], p)]
    groups: list[_Group] = []
    for cell, candidate in zip(row.cells, row.hypotheses[0].candidates, strict=True):
        options = options_of(candidate, cell)
        groups.append(((cell,), [(option,) for option, _ in options], tuple(p for _, p in options)))
    return groups


def _words(hypothesis: Hypothesis) -> int:
    return sum(c is not None and c.state is CellState.TEXT for c in hypothesis.candidates)


def _merged(options: Sequence[tuple[Candidate | None, float]]) -> list[tuple[Candidate | None, float]]:
    """Options that differ in meaning with their summed probability, the likeliest first."""
    merged: dict[object, tuple[Candidate | None, float]] = {}
    for candidate, p in options:
        key = (candidate.state, candidate.value) if candidate else None
        first, so_far = merged.get(key, (candidate, 0.0))
        merged[key] = (first, so_far + p)
    return sorted(merged.values(), key=lambda option: -option[1])


def _without_zeros(states: Sequence[Sequence[_Group]]) -> frozenset[str]:
    """Tables that print no 0 at all: there leaving blank is how the office writes 0."""
    tables: dict[str, bool] = {}
    for names, choices, _ in (group for groups in states for group in groups):
        for name, candidate in zip(names, choices[0], strict=True):
            table = name.split(".")[0]
            tables[table] = tables.get(table, False) or _value(candidate) == 0
    return frozenset(table for table, zero in tables.items() if not zero)


def _operand(name: str, candidate: Candidate | None, silent: frozenset[str]) -> Number | None:
    """What a cell adds to a sum: a dash nothing, a blank nothing where that is how the table writes 0."""
    if candidate is None:
        return None
    if candidate.state is CellState.NA or (candidate.state is CellState.BLANK and name.split(".")[0] in silent):
        return 0
    return _value(candidate)


def _value(candidate: Candidate | None) -> Number | None:
    return candidate.value if candidate is not None and candidate.state is CellState.NUMBER else None


def _heard(outcomes: Sequence[Outcome]) -> tuple[frozenset[str], dict[str, tuple[str, ...]]]:
    """The cells of identities that hold, and the failing identities that each cell is suspected of.

    A wrong number breaks every identity that it stands in. So of the cells of a failing identity those are suspects of
    which nothing else holds; where there is none, all of its cells are.
    """
    held = frozenset(cell for outcome in outcomes if outcome.status == "pass" for cell in outcome.identity.cells)
    found: dict[str, tuple[str, ...]] = {}
    for outcome in outcomes:
        if outcome.status != "fail":
            continue
        cells = outcome.identity.cells
        for cell in [cell for cell in cells if cell not in held] or cells:
            found[cell] = (*found.get(cell, ()), outcome.identity.rule)
    return held, found


def _judge(cell: str, seen: _Cell | None, bench: _Bench) -> Judged:
    if seen is None:
        why = bench.missing.get(cell)
        return _judged(None, CellState.ABSENT, 0.6 if why else 0.97, [why] if why else [], bench)
    candidate, p = seen.best
    if not seen.options:
        return _judged(None, CellState.TEXT, 0.0, _notes(seen) or ("the row could not be read",), bench)
    failing = bench.suspects.get(cell, ())
    reasons = _reasons(candidate, seen, p, failing)
    confidence = _confidence(candidate, seen.match, p, bool(failing), cell in bench.held)
    state = candidate.state if candidate is not None else CellState.BLANK
    return _judged(candidate, state, confidence, reasons, bench, tuple(seen.options[1:]))


def _judged(
    candidate: Candidate | None,
    state: CellState,
    confidence: float,
    reasons: Sequence[str],
    bench: _Bench,
    alternatives: tuple[tuple[Candidate | None, float], ...] = (),
) -> Judged:
    """A judged cell with the confidence that was reckoned for it made what it is worth."""
    enough = ACCEPT
    if bench.policy.calibrated:
        kind = kind_of(candidate, state, scanned=bench.scanned, in_doubt=bool(reasons))
        origin: Origin = "ocr" if kind.startswith("ocr") else "digital"
        confidence, enough = round(calibrated(kind, confidence), 6), accept_from(origin, bench.policy.one_wrong_in)
    return Judged(candidate, state, _value(candidate), confidence, alternatives, tuple(reasons), enough)


def _notes(seen: _Cell) -> tuple[str, ...]:
    return (*seen.label_notes, *seen.notes)


def _reasons(candidate: Candidate | None, seen: _Cell, p: float, failing: Sequence[str]) -> list[str]:
    reasons = list(_notes(seen))
    if seen.match < WEAK_MATCH:
        reasons.append(f"the label of the row matches the form only weakly ({seen.match:.2f})")
    if candidate is not None and candidate.doubt:
        reasons.append(PLAINNESS + candidate.doubt)
    if candidate is not None and candidate.state is CellState.TEXT:
        reasons.append(f"words stand where a number is expected: {candidate.printed[:40]}")
    if p < ACCEPT and not _notes(seen):
        reasons.append(SEVERAL)
    reasons.extend(FAILING + rule for rule in failing)
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


def _scanned(rows: Sequence[RowReading]) -> bool:
    """Whether any row was read from a picture, where rows can be lost in the reading."""
    candidates = (c for row in rows for hypothesis in row.hypotheses for c in hypothesis.candidates)
    return any(candidate is not None and candidate.route == "ocr" for candidate in candidates)


def _missing(form_id: str, present: set[str], *, scanned: bool) -> dict[str, str]:
    """Why cells that were not found are for a person to see: a row missing from a table that is otherwise there may be lost.

    A whole block may be left out in print; on a scan it may have been lost too.
    """
    found: dict[str, str] = {}
    for table in load_forms()[form_id].tables:
        here = [row for row in table.rows if any(f"{table.id}.{row.id}.{c.id}" in present for c in row.columns)]
        blocks = {row.block for row in here}
        why = "the row was not found in its table" if here else "the table was not found"
        for row in table.rows:
            if row not in here and (not here or row.block in blocks or scanned):
                found.update({f"{table.id}.{row.id}.{column.id}": why for column in row.columns})
    return found


def _cause(outcome: Outcome, cells: Mapping[str, _Cell]) -> str | None:
    """Firm readings of a failing sum accuse the print; a doubtful one among them accuses the reading.

    A sum within one row fails whichever row of the form that is, so it does not matter how well its label could be read.
    """
    if outcome.status != "fail":
        return None
    names = outcome.identity.cells
    within = len({name.rpartition(".")[0] for name in names}) == 1
    return "source" if all(_is_firm(cells.get(name), label=not within) for name in names) else "unclear"


def _is_firm(seen: _Cell | None, *, label: bool) -> bool:
    """Whether the reading is plain and, with ``label``, belongs to the row that it was taken for."""
    if seen is None:
        return False
    candidate, p = seen.best
    if label and (seen.match < WEAK_MATCH or seen.label_notes):
        return False
    return p >= ACCEPT and candidate is not None and not (candidate.doubt or seen.notes)
