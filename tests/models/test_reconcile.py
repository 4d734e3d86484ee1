"""Judgement: values come from the readings alone, doubt is never accepted, print errors keep their print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.evidence import Place
from models.forms import load_forms
from models.readings import Candidate, CellState, Hypothesis, RowReading
from models.reconcile import ACCEPT, Reconciled, reconcile

TABLE = load_forms()["2021"].table("requests")
ROWS = [row.id for row in TABLE.rows]
COLUMNS = [column.id for column in TABLE.rows[0].columns]
OUTCOMES = ROWS[ROWS.index("granted") : ROWS.index("handled_total")]
Counts = dict[str, list[int]]


def candidate(value: int, doubt: str = "") -> Candidate:
    return Candidate(str(value), CellState.NUMBER, value, Place(page=1), "lattice", ("pdfium",), doubt)


def consistent(kinds: Mapping[str, list[int]]) -> Counts:
    """A table in which everything holds: outcomes are given, the rest follows."""
    rows: Counts = {row: [*kinds[row], sum(kinds[row])] for row in OUTCOMES}
    total = [sum(rows[row][index] for row in OUTCOMES) for index in range(7)]
    zeros = [0] * 7
    return {"new": total, "carried_in": zeros, **rows, "handled_total": total, "carried_out": zeros}


def readings(table: Counts) -> list[RowReading]:
    return [
        RowReading(
            tuple(f"requests.{row}.{column}" for column in COLUMNS),
            (Hypothesis(1.0, tuple(candidate(value) for value in table[row])),),
            1.0,
        )
        for row in ROWS
    ]


def failing(result: Reconciled) -> dict[str, str | None]:
    return {v.outcome.identity.rule: v.cause for v in result.verdicts if v.outcome.status == "fail"}


counts = st.fixed_dictionaries({row: st.lists(st.integers(0, 50), min_size=6, max_size=6) for row in OUTCOMES})


@settings(max_examples=25, deadline=None)
@given(counts)
def test_a_consistent_firm_table_is_returned_as_it_is(kinds: dict[str, list[int]]) -> None:
    table = consistent(kinds)
    result = reconcile("2021", readings(table))
    for row in ROWS:
        for column, value in zip(COLUMNS, table[row], strict=True):
            cell = result.cells[f"requests.{row}.{column}"]
            assert cell.value == value and cell.accepted
    assert failing(result) == {}


@settings(max_examples=25, deadline=None)
@given(counts, st.sampled_from(OUTCOMES), st.integers(0, 6), st.integers(1, 9))
def test_an_error_in_print_keeps_its_print_and_is_named(
    kinds: dict[str, list[int]], row: str, column: int, error: int
) -> None:
    table = consistent(kinds)
    table = {**table, row: [value + error * (index == column) for index, value in enumerate(table[row])]}
    result = reconcile("2021", readings(table))
    cell = result.cells[f"requests.{row}.{COLUMNS[column]}"]
    assert cell.value == table[row][column]
    assert not cell.accepted
    assert failing(result)[f"requests.row_total.{row}"] == "source"
    assert failing(result)[f"requests.outcomes.{COLUMNS[column]}"] == "source"


def with_shift(table: Counts, row: str) -> list[RowReading]:
    """One row has a number too many: two hypotheses, only one of which its sum supports."""
    found = readings(table)
    index = ROWS.index(row)
    right = Hypothesis(1.0, tuple(candidate(value) for value in table[row]))
    wrong = Hypothesis(1.0, tuple(candidate(value) for value in [9, *table[row][:6]]))
    found[index] = RowReading(found[index].cells, (wrong, right), 1.0, ("a number too many",))
    return found


def test_a_row_in_doubt_accuses_no_print() -> None:
    table = consistent({row: [1, 2, 0, 0, 3, 1] for row in OUTCOMES})
    table["granted"][-1] = 1
    seen = readings(table)
    at = ROWS.index("granted")
    assert failing(reconcile("2021", seen))["requests.row_total.granted"] == "source"
    seen[at] = replace(seen[at], notes=("figures right above or below the row belong to no row of the form",))
    assert set(failing(reconcile("2021", seen)).values()) == {"unclear"}


def test_identities_choose_among_hypotheses_and_the_rest_stays_as_alternatives() -> None:
    table = consistent({row: [1, 2, 0, 0, 3, 0] for row in OUTCOMES})
    result = reconcile("2021", with_shift(table, "partial"))
    for column, value in zip(COLUMNS, table["partial"], strict=True):
        cell = result.cells[f"requests.partial.{column}"]
        assert cell.value == value
        assert not cell.accepted
    assert result.cells["requests.partial.natural_person"].alternatives[0][0] == candidate(9)


def test_never_a_value_outside_the_readings() -> None:
    table = consistent({row: [1, 2, 0, 0, 3, 0] for row in OUTCOMES})
    table["new"][0] += 10
    result = reconcile("2021", with_shift(table, "partial"))
    seen = {9, *(value for row in table.values() for value in row)}
    assert {cell.value for cell in result.cells.values() if cell.value is not None} <= seen


def test_a_missing_row_is_absent_and_for_a_person_to_see() -> None:
    table = consistent({row: [0] * 6 for row in OUTCOMES})
    result = reconcile("2021", [row for row in readings(table) if ".partial." not in row.cells[0]])
    cell = result.cells["requests.partial.total"]
    assert (cell.state, cell.value) == (CellState.ABSENT, None)
    assert cell.reasons and not cell.accepted


def test_nothing_seen_is_never_a_table_of_zeros() -> None:
    result = reconcile("2021", [])
    assert {cell.state for cell in result.cells.values()} == {CellState.ABSENT}
    assert {cell.value for cell in result.cells.values()} == {None}
    assert {verdict.outcome.status for verdict in result.verdicts} == {"unknown"}


def test_a_weak_match_and_an_unclear_print_are_never_accepted() -> None:
    cells = ("requests.new.natural_person",)
    weak = RowReading(cells, (Hypothesis(1.0, (candidate(3),)),), 0.6)
    unclear = RowReading(cells, (Hypothesis(1.0, (candidate(3, "3O"),)),), 1.0)
    for row in (weak, unclear):
        cell = reconcile("2021", [row]).cells[cells[0]]
        assert not cell.accepted and cell.reasons
        assert cell.confidence < ACCEPT


def test_a_row_sum_that_fails_in_print_is_named_so_whichever_row_it_is_in() -> None:
    """And a sum over several rows is not: it may fail because one of them is another row."""
    table = consistent({row: [1, 2, 0, 0, 3, 0] for row in OUTCOMES})
    rows = readings({**table, "granted": [9, *table["granted"][1:]]})
    at = next(index for index, row in enumerate(rows) if row.cells[0].startswith("requests.granted."))
    rows[at] = replace(rows[at], match=0.7, label_notes=("its label could not be read",))
    causes = {v.outcome.identity.rule: v.cause for v in reconcile("2021", rows).verdicts if v.outcome.status == "fail"}
    assert causes.pop("requests.row_total.granted") == "source"
    assert causes and set(causes.values()) == {"unclear"}
    rows[at] = replace(rows[at], notes=("a number too many",))
    assert {v.cause for v in reconcile("2021", rows).verdicts} == {None, "unclear"}


def with_state(table: Counts, state: CellState, *, where: int = 0) -> list[RowReading]:
    """The table with every value equal to ``where`` printed as a blank or a dash."""
    sign = Candidate("", state, None, Place(page=1), "lattice", ("pdfium",))
    return [
        RowReading(
            row.cells,
            (Hypothesis(1.0, tuple(sign if c and c.value == where else c for c in row.hypotheses[0].candidates)),),
            1.0,
        )
        for row in readings(table)
    ]


@pytest.mark.parametrize("state", [CellState.BLANK, CellState.NA])
def test_where_zeros_are_left_out_sums_still_tell_and_no_value_is_made_up(state: CellState) -> None:
    table = consistent({row: [1, 2, 0, 0, 3, 0] for row in OUTCOMES})
    result = reconcile("2021", with_state(table, state))
    cell = result.cells["requests.granted.research"]
    assert (cell.state, cell.value) == (state, None)
    assert failing(result) == {}
    assert {v.outcome.status for v in result.verdicts if v.outcome.identity.rule.startswith("requests.")} == {"pass"}
    table["granted"] = [1, 2, 0, 0, 3, 0, 7]
    assert failing(reconcile("2021", with_state(table, state)))["requests.row_total.granted"] == "source"


def test_a_blank_among_printed_zeros_is_unknown() -> None:
    table = consistent({row: [1, 2, 0, 0, 3, 0] for row in OUTCOMES})
    table["granted"] = [5, 2, 0, 0, 3, 0, 6]
    result = reconcile("2021", with_state(table, CellState.BLANK, where=5))
    verdict = next(v for v in result.verdicts if v.outcome.identity.rule == "requests.row_total.granted")
    assert verdict.outcome.status == "unknown"
