from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import models.elimination as elimination
from models.elimination import eliminated
from models.factors import Variable, factors_of
from models.identities import Identity
from models.inference import _enumerated, posterior

COLUMNS = "abcdefg"
NUMBERS = st.one_of(st.none(), st.integers(0, 4))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Variable], list[Identity]]:
    """Three rows of three columns, each with a few ways to be, summed down and across."""
    variables = []
    for row in range(3):
        cells = tuple(f"{row}{column}" for column in range(3))
        operands = draw(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=2, max_size=4))
        p = draw(st.lists(st.floats(0.001, 1.0), min_size=len(operands), max_size=len(operands)))
        variables.append(Variable(cells, tuple(p), tuple(operands)))
    down = [Identity(f"down {n}", (f"0{n}", f"1{n}"), (f"2{n}",), draw(st.sampled_from(["=", ">="]))) for n in range(3)]
    across = [Identity(f"across {n}", (f"{n}0", f"{n}1"), (f"{n}2",)) for n in range(3)]
    return variables, [*down, *across, Identity("other", ("00", "elsewhere"), ("22",))]


@given(tables())
def test_it_finds_what_enumeration_finds(table: tuple[list[Variable], list[Identity]]) -> None:
    variables, rules = table
    place = {index: index for index in range(3)}
    factors = factors_of(variables, set(place), rules)
    found = eliminated(variables, place, factors)
    assert found is not None
    for own, wanted in zip(found, _enumerated(variables, place, factors), strict=True):
        assert own.tolist() == pytest.approx(wanted.tolist(), abs=1e-9)


def flattened(*rows: tuple[int, ...]) -> tuple[list[Variable], list[Identity]]:
    """Rows of which the blank cells have been lost, so that no one can tell which columns their numbers stand in.

    Each row is the sum of its columns but the last, and the last row the sum of those above it.
    """
    variables = []
    for at, row in enumerate(rows):
        layouts = []
        for places in combinations(range(len(COLUMNS)), len(row)):
            layout: list[int | None] = [None] * len(COLUMNS)
            for place, number in zip(places, row, strict=True):
                layout[place] = number
            layouts.append(tuple(layout))
        cells = tuple(f"{at}{column}" for column in COLUMNS)
        variables.append(Variable(cells, (1 / len(layouts),) * len(layouts), tuple(layouts)))
    last = len(rows) - 1
    across = [
        Identity(f"across {at}", tuple(f"{at}{column}" for column in COLUMNS[:-1]), (f"{at}{COLUMNS[-1]}",))
        for at in range(len(rows))
    ]
    down = [
        Identity(f"down {column}", tuple(f"{at}{column}" for at in range(last)), (f"{last}{column}",))
        for column in COLUMNS
    ]
    return variables, [*across, *down]


FLATTENED = ((9, 2, 11), (2, 1, 3), (8, 2, 1, 11), (2, 2, 4), (1, 2, 1, 4), (22, 9, 2, 33))


def test_a_flattened_table_is_worked_out_exactly_though_its_layouts_multiply() -> None:
    variables, rules = flattened(*FLATTENED)
    assert np.prod([float(len(variable.p)) for variable in variables]) > 1e9
    place = {index: index for index in range(len(variables))}
    found = eliminated(variables, place, factors_of(variables, set(place), rules))
    assert found is not None
    for own, wanted in zip(posterior(variables, rules), found, strict=True):
        assert own.tolist() == wanted.tolist()


@pytest.mark.parametrize("limit", ["MOST_TRIED", "MOST_KEPT"])
def test_where_there_are_too_many_nothing_is_said(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elimination, limit, 10)
    variables, rules = flattened(*FLATTENED)
    place = {index: index for index in range(len(variables))}
    assert eliminated(variables, place, factors_of(variables, set(place), rules)) is None
