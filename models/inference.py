"""Which of the readings is right, given all identities at once: the posterior of a small factor graph.

Each variable is a cell (or a row whose numbers can be laid out in several ways) with a few states and their
probabilities; each identity multiplies the weight of a joint assignment by what its outcome is worth. Small groups of
variables that share identities are enumerated exactly. Larger ones are solved for the likeliest assignment as an integer
program (HiGHS, through SciPy), and probabilities are taken over all assignments that differ from it in one variable, or
in two that share an identity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from models.identities import Identity
from models.readings import Number

#: How likely a truthful report breaks an identity, and what an identity that cannot be evaluated is worth beside one that
#: holds: as many reports break one by chance reading as leave one open.
BROKEN_IN_PRINT = 0.02
NOT_EVALUATED = 0.2
#: Groups with at most this many joint assignments are enumerated.
MOST_ENUMERATED = 20_000
#: States less likely than this are not followed.
LEAST_STATE = 1e-7
#: Seconds that the solver may take for one group before the best found so far is taken.
SOLVER_SECONDS = 1.0

Floats = NDArray[np.float64]
Assignments = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Variable:
    """States of one or more cells: ``operands[state]`` is what each cell adds to a sum (None: unknown)."""

    cells: tuple[str, ...]
    p: tuple[float, ...]
    operands: tuple[tuple[Number | None, ...], ...]


def posterior(variables: Sequence[Variable], rules: Sequence[Identity]) -> list[Floats]:
    """For each variable the probabilities of its states, given every identity; they sum to 1."""
    found: list[Floats] = [np.array(variable.p) / sum(variable.p) for variable in variables]
    open_ones = [index for index, variable in enumerate(variables) if len(variable.p) > 1]
    if not open_ones:
        return found
    factors = _factors(variables, set(open_ones), rules)
    for group in _groups(open_ones, factors):
        own = [factor for factor in factors if factor.scope & set(group)]
        for index, p in zip(group, _solve([variables[i] for i in group], group, own), strict=True):
            found[index] = p
    return found


@dataclass(frozen=True, slots=True)
class _Factor:
    """An identity as left minus right: a constant, and what each state of each open variable adds.

    ``open`` is whether a certain cell of it is unknown.
    """

    exact: bool
    constant: float
    open: bool
    adds: Mapping[int, Floats]
    unknown: Mapping[int, NDArray[np.bool_]]

    @property
    def scope(self) -> set[int]:
        return set(self.adds)


def _factors(variables: Sequence[Variable], open_ones: set[int], rules: Sequence[Identity]) -> list[_Factor]:
    """The identities that an open variable takes part in."""
    home = {cell: (index, at) for index, v in enumerate(variables) for at, cell in enumerate(v.cells)}
    factors = []
    for rule in rules:
        if not any(cell in home and home[cell][0] in open_ones for cell in rule.cells):
            continue
        constant, unknown_constant = 0.0, False
        adds: dict[int, Floats] = {}
        unknown: dict[int, NDArray[np.bool_]] = {}
        for sign, cells in ((1.0, rule.left), (-1.0, rule.right)):
            for cell in cells:
                if cell not in home:
                    unknown_constant = True
                    continue
                index, at = home[cell]
                values = [state[at] for state in variables[index].operands]
                if index not in open_ones:
                    unknown_constant |= values[0] is None
                    constant += sign * float(values[0] or 0)
                    continue
                numbers = np.array([sign * float(value or 0) for value in values])
                missing = np.array([value is None for value in values])
                adds[index] = adds.get(index, np.zeros(len(values))) + numbers
                unknown[index] = unknown.get(index, np.zeros(len(values), bool)) | missing
        factors.append(_Factor(rule.relation == "=", constant, unknown_constant, adds, unknown))
    return factors


def _groups(open_ones: Sequence[int], factors: Sequence[_Factor]) -> list[list[int]]:
    """Open variables that share identities, directly or through others."""
    parent = {index: index for index in open_ones}

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    for factor in factors:
        members = sorted(factor.scope)
        for member in members[1:]:
            parent[root(member)] = root(members[0])
    groups: dict[int, list[int]] = {}
    for index in open_ones:
        groups.setdefault(root(index), []).append(index)
    return list(groups.values())


def _solve(variables: Sequence[Variable], group: Sequence[int], factors: Sequence[_Factor]) -> list[Floats]:
    sizes = [len(variable.p) for variable in variables]
    if float(np.prod(np.array(sizes, float))) <= MOST_ENUMERATED:
        tried = np.stack([grid.ravel() for grid in np.indices(sizes)], 1)
    else:
        tried = _around(_likeliest(variables, group, factors), sizes, group, factors)
    scores = _scores(tried, variables, group, factors)
    weights = np.exp(scores - scores.max())
    weights /= weights.sum()
    return [np.asarray(np.bincount(tried[:, at], weights, minlength=size), np.float64) for at, size in enumerate(sizes)]


def _scores(
    tried: Assignments, variables: Sequence[Variable], group: Sequence[int], factors: Sequence[_Factor]
) -> Floats:
    """Log weights of joint assignments (count, variables)."""
    place = {index: at for at, index in enumerate(group)}
    total = np.zeros(len(tried))
    for at, variable in enumerate(variables):
        total += np.log(np.maximum(np.array(variable.p), LEAST_STATE))[tried[:, at]]
    for factor in factors:
        rest = np.full(len(tried), factor.constant)
        unknown = np.full(len(tried), factor.open)
        for index, adds in factor.adds.items():
            states = tried[:, place[index]]
            rest += adds[states]
            unknown |= factor.unknown[index][states]
        holds = np.abs(rest) < 1e-6 if factor.exact else rest > -1e-6
        total += np.where(unknown, np.log(NOT_EVALUATED), np.where(holds, 0.0, np.log(BROKEN_IN_PRINT)))
    return total


def _around(best: Assignments, sizes: Sequence[int], group: Sequence[int], factors: Sequence[_Factor]) -> Assignments:
    """An assignment and all that differ from it in one variable, or in two that share an identity."""
    place = {index: at for at, index in enumerate(group)}
    tried = [best]
    for at, size in enumerate(sizes):
        tried += [_changed(best, (at, state)) for state in range(size) if state != best[at]]
    pairs = {pair for factor in factors for pair in combinations(sorted(place[i] for i in factor.scope), 2)}
    for one, other in sorted(pairs):
        tried += [
            _changed(best, (one, a), (other, b))
            for a in range(sizes[one])
            for b in range(sizes[other])
            if a != best[one] and b != best[other]
        ]
    return np.stack(tried)


def _changed(best: Assignments, *changes: tuple[int, int]) -> Assignments:
    result = best.copy()
    for at, state in changes:
        result[at] = state
    return result


def _likeliest(variables: Sequence[Variable], group: Sequence[int], factors: Sequence[_Factor]) -> Assignments:
    """The likeliest joint assignment: one state each, a price for each identity that fails or stays open."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    sizes = [len(variable.p) for variable in variables]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    states, count = int(starts[-1]), len(factors)
    place = {index: at for at, index in enumerate(group)}
    price = np.concatenate([-np.log(np.maximum(variable.p, LEAST_STATE)) for variable in variables])
    closed = [-np.log(BROKEN_IN_PRINT)] * count
    unevaluated = [-np.log(NOT_EVALUATED)] * count
    limits: list[tuple[Floats, float, float]] = []
    for at, size in enumerate(sizes):
        row = np.zeros(states + 2 * count)
        row[starts[at] : starts[at] + size] = 1
        limits.append((row, 1.0, 1.0))
    for number, factor in enumerate(factors):
        row, unknown = np.zeros(states + 2 * count), np.zeros(states + 2 * count)
        for index, adds in factor.adds.items():
            area = slice(starts[place[index]], starts[place[index]] + len(adds))
            row[area], unknown[area] = adds, factor.unknown[index]
        slack = np.zeros_like(row)
        slack[[states + number, states + count + number]] = abs(factor.constant) + float(np.abs(row).sum()) + 1
        limits.append((row + slack, -factor.constant, np.inf))
        if factor.exact:
            limits.append((row - slack, -np.inf, -factor.constant))
        unknown[states + count + number] = -(len(factor.adds) + 1)
        limits.append((unknown, -np.inf, -1.0 if factor.open else 0.0))
    solved = milp(
        np.concatenate([price, closed, unevaluated]),
        constraints=LinearConstraint(
            np.stack([row for row, _, _ in limits]), *zip(*[limit[1:] for limit in limits], strict=True)
        ),
        integrality=np.ones(states + 2 * count),
        bounds=Bounds(0, 1),
        options={"time_limit": SOLVER_SECONDS, "mip_rel_gap": 1e-4},
    )
    if solved.x is None:
        return np.array([int(np.argmax(variable.p)) for variable in variables])
    return np.array([int(np.argmax(solved.x[starts[at] : starts[at + 1]])) for at in range(len(sizes))])
