from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import prod

import numpy as np
import pytest

import models.elimination as elimination
import models.inference as inference
from models.factors import BROKEN_IN_PRINT, NOT_EVALUATED, Variable
from models.identities import Identity
from models.inference import posterior

SUM = Identity("sum", ("a", "b", "c"), ("total",))
CROSS = Identity("cross", ("a", "d"), ("e",))


@pytest.fixture
def too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every group is too large to be worked out exactly."""
    monkeypatch.setattr(inference, "MOST_ENUMERATED", 1)
    monkeypatch.setattr(elimination, "MOST_TRIED", 1)


def cell(name: str, *states: tuple[int | None, float]) -> Variable:
    return Variable((name,), tuple(p for _, p in states), tuple((value,) for value, _ in states))


def by_hand(
    variables: list[Variable], rules: list[Identity], tried: Callable[[tuple[int, ...]], bool] = lambda states: True
) -> list[list[float]]:
    """All joint assignments that are to be tried, one by one."""
    found = [[0.0] * len(variable.p) for variable in variables]
    for states in filter(tried, product(*(range(len(variable.p)) for variable in variables))):
        weight = prod(v.p[s] for v, s in zip(variables, states, strict=True))
        values = {v.cells[0]: v.operands[s][0] for v, s in zip(variables, states, strict=True)}
        for rule in rules:
            numbers = [values.get(name) for name in rule.cells]
            if any(number is None for number in numbers):
                weight *= NOT_EVALUATED
                continue
            left, right = sum(values[n] or 0 for n in rule.left), sum(values[n] or 0 for n in rule.right)
            weight *= 1.0 if left == right else BROKEN_IN_PRINT
        for index, state in enumerate(states):
            found[index][state] += weight
    return [[p / sum(row) for p in row] for row in found]


TABLE = [
    cell("a", (3, 0.6), (8, 0.4)),
    cell("b", (1, 0.9), (7, 0.1)),
    cell("c", (0, 1.0)),
    cell("d", (2, 0.5), (None, 0.5)),
    cell("total", (9, 0.7), (4, 0.3)),
    cell("e", (5, 1.0)),
]


def test_the_posterior_is_that_of_all_joint_assignments() -> None:
    for found, wanted in zip(posterior(TABLE, [SUM, CROSS]), by_hand(TABLE, [SUM, CROSS]), strict=True):
        assert found.tolist() == pytest.approx(wanted)


def test_two_misread_cells_are_put_right_at_once() -> None:
    read = [
        cell("a", (3, 0.7), (8, 0.3)),
        cell("b", (1, 0.7), (7, 0.3)),
        cell("c", (0, 1.0)),
        cell("total", (15, 1.0)),
    ]
    first, second, *_ = posterior(read, [SUM])
    assert int(first.argmax()) == 1 and int(second.argmax()) == 1


def test_a_firm_reading_is_kept_against_the_sum() -> None:
    read = [cell("a", (3, 0.99999), (4, 0.00001)), cell("b", (1, 1.0)), cell("c", (0, 1.0)), cell("total", (5, 1.0))]
    assert posterior(read, [SUM])[0][0] > 0.99


def test_no_state_is_ever_added() -> None:
    read = [cell("a", (3, 1.0)), cell("b", (1, 1.0)), cell("c", (0, 1.0)), cell("total", (5, 1.0))]
    assert [len(p) for p in posterior(read, [SUM])] == [1, 1, 1, 1]


@pytest.mark.usefixtures("too_large")
def test_the_solver_finds_what_enumeration_finds() -> None:
    wanted = [int(np.argmax(p)) for p in by_hand(TABLE, [SUM, CROSS])]
    found = posterior(TABLE, [SUM, CROSS])
    assert [int(p.argmax()) for p in found] == wanted
    assert all(np.isclose(p.sum(), 1.0) for p in found)


@pytest.mark.usefixtures("too_large")
def test_a_variable_is_weighed_beside_the_likeliest_with_one_other_changed_that_shares_an_identity() -> None:
    table = [*TABLE[:2], cell("c", (0, 0.8), (6, 0.1), (None, 0.1)), *TABLE[3:5], cell("e", (5, 0.6), (None, 0.4))]
    rules = [SUM, CROSS]
    best = [int(np.argmax(p)) for p in by_hand(table, rules)]
    for own, variable in enumerate(table):

        def near(states: tuple[int, ...], own: int = own, name: str = variable.cells[0]) -> bool:
            changed = {v.cells[0] for v, now, state in zip(table, best, states, strict=True) if now != state} - {name}
            return len(changed) < 2 and all(any({name, *changed} <= set(rule.cells) for rule in rules) for _ in changed)

        assert posterior(table, rules)[own].tolist() == pytest.approx(by_hand(table, rules, near)[own])


@pytest.mark.usefixtures("too_large")
def test_doubts_elsewhere_make_no_cell_look_surer() -> None:
    """Cells of one group that share no identity with a cell, however doubtful, say nothing about it."""
    rules = [Identity(f"covers {n}", (f"a{n}",), (f"a{n + 1}",), ">=") for n in range(12)]
    table = [cell(f"a{n}", (100 - 2 * n, 0.5), (101 - 2 * n, 0.5)) for n in range(12)]
    table.append(cell("a12", (0, 0.7), (1, 0.3)))
    assert posterior(table, rules)[-1].tolist() == pytest.approx([0.7, 0.3])


@pytest.mark.usefixtures("too_large")
def test_a_sum_that_fails_is_not_taken_for_one_that_cannot_be_evaluated() -> None:
    """Each of three sums asks for the less likely figure; no two of these share an identity."""
    rules = [Identity(f"sum {n}", (f"a{n}",), (f"t{n}",)) for n in "123"]
    rules.append(Identity("total", ("t1", "t2", "t3"), ("total",)))
    table = [cell(f"a{n}", (3, 0.92), (8, 0.08)) for n in "123"]
    table += [cell(f"t{n}", (8, 0.999), (7, 0.001)) for n in "123"]
    table.append(cell("total", (24, 1.0)))
    wanted = by_hand(table, rules)
    assert wanted[0][1] > 0.5
    for found, own in zip(posterior(table, rules), wanted, strict=True):
        assert int(found.argmax()) == int(np.argmax(own))
