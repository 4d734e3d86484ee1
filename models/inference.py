"""Which of the readings is right, given all identities at once: the posterior of a small factor graph.

Each variable is a cell (or a row whose numbers can be laid out in several ways) with a few states and their
probabilities; each identity multiplies the weight of a joint assignment by what its outcome is worth. Small groups of
variables that share identities are enumerated exactly. Larger ones are solved for the likeliest assignment as an integer
program (HiGHS, through SciPy), and the probabilities of each variable are taken beside the others as they are in it, or
with one changed that shares an identity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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
#: Seconds that the solver may take for one group before the best found so far is taken: far more than any needs, so that what else the
#: machine does changes no result.
SOLVER_SECONDS = 10.0

Floats = NDArray[np.float64]
Assignment = NDArray[np.intp]
Counts = NDArray[np.intp]


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
    unknown: Mapping[int, Counts]

    @property
    def scope(self) -> set[int]:
        return set(self.adds)

    def sums(self, states: Mapping[int, Assignment | np.intp]) -> tuple[Floats, Counts]:
        """Left minus right, and the number of unknown cells, for a state (or many) of each open variable."""
        rest = np.asarray(self.constant + sum(adds[states[index]] for index, adds in self.adds.items()))
        unknown = np.asarray(self.open + sum(missing[states[index]] for index, missing in self.unknown.items()))
        return rest, unknown


def _factors(variables: Sequence[Variable], open_ones: set[int], rules: Sequence[Identity]) -> list[_Factor]:
    """The identities that an open variable takes part in."""
    home = {cell: (index, at) for index, v in enumerate(variables) for at, cell in enumerate(v.cells)}
    states = {
        cell: _operands([state[at] for state in variables[index].operands])
        for cell, (index, at) in home.items()
        if index in open_ones
    }
    factors = []
    for rule in rules:
        if not any(cell in states for cell in rule.cells):
            continue
        constant, unknown_constant = 0.0, False
        adds: dict[int, Floats] = {}
        unknown: dict[int, Counts] = {}
        for sign, cells in ((1.0, rule.left), (-1.0, rule.right)):
            for cell in cells:
                index, at = home.get(cell, (-1, 0))
                if cell in states:
                    numbers, missing = states[cell]
                    adds[index] = adds.get(index, 0.0) + sign * numbers
                    unknown[index] = np.maximum(unknown.get(index, 0), missing)
                    continue
                value = variables[index].operands[0][at] if cell in home else None
                unknown_constant |= value is None
                constant += sign * float(value or 0)
        factors.append(_Factor(rule.relation == "=", constant, unknown_constant, adds, unknown))
    return factors


def _operands(values: Sequence[Number | None]) -> tuple[Floats, Counts]:
    """What each state of a cell adds to a sum, and whether that is unknown (1 or 0)."""
    numbers = np.array([float(value or 0) for value in values])
    return numbers, np.array([value is None for value in values], np.intp)


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
    place = {index: at for at, index in enumerate(group)}
    sizes = [len(variable.p) for variable in variables]
    if float(np.prod(np.array(sizes, float))) <= MOST_ENUMERATED:
        return _enumerated(variables, place, factors)
    return _around(_likeliest(variables, place, factors), variables, place, factors)


def _enumerated(variables: Sequence[Variable], place: Mapping[int, int], factors: Sequence[_Factor]) -> list[Floats]:
    """The probabilities over all joint assignments."""
    sizes = [len(variable.p) for variable in variables]
    tried = np.indices(sizes).reshape(len(sizes), -1)
    scores = np.zeros(tried.shape[1])
    for states, variable in zip(tried, variables, strict=True):
        scores += _logs(variable)[states]
    for factor in factors:
        scores += _worth(factor, *factor.sums({index: tried[place[index]] for index in factor.adds}))
    weights = np.exp(scores - scores.max())
    weights /= weights.sum()
    return [
        np.asarray(np.bincount(states, weights, minlength=size), np.float64)
        for states, size in zip(tried, sizes, strict=True)
    ]


def _logs(variable: Variable) -> Floats:
    return np.log(np.maximum(variable.p, LEAST_STATE))


def _worth(factor: _Factor, rest: Floats, unknown: Counts) -> Floats:
    """The log weight of an identity of which ``rest`` is left and so many cells are unknown."""
    holds = np.abs(rest) < 1e-6 if factor.exact else rest > -1e-6
    return np.where(unknown > 0, np.log(NOT_EVALUATED), np.where(holds, 0.0, np.log(BROKEN_IN_PRINT)))


def _around(
    best: Assignment, variables: Sequence[Variable], place: Mapping[int, int], factors: Sequence[_Factor]
) -> list[Floats]:
    """The probabilities of each variable over its states, beside the others as they are in an assignment or with one changed.

    The one changed shares an identity with the variable: all others say the same of each of its states, and however unsure
    they are, it must not look the surer for it. The states of all variables lie in one row. A change to a state is worth a
    number; two changes are worth both numbers, set right by what they do together to each identity that they share.
    """
    sizes = np.array([len(variable.p) for variable in variables])
    starts = np.cumsum(sizes) - sizes
    owner = np.repeat(np.arange(len(sizes)), sizes)
    logs = np.concatenate([_logs(variable) for variable in variables])
    one = logs - logs[starts + best][owner]
    both, shared = np.zeros((len(logs), len(logs))), np.zeros((len(logs), len(logs)), bool)
    for factor in factors:
        own = [place[index] for index in factor.adds]
        states = np.concatenate([np.arange(starts[at], starts[at] + sizes[at]) for at in own])
        alone, pairs = _changes(factor, {index: best[place[index]] for index in factor.adds})
        one[states] += alone
        both[np.ix_(states, states)] += pairs
        shared[np.ix_(states, states)] = True
    changed = np.ones(len(logs), bool)
    changed[starts + best] = False
    first, second = np.nonzero(shared & changed & (owner != owner[:, None]))
    beside = one[first] + one[second] + both[first, second]
    top = max(one.max(), beside.max(initial=0.0))
    weights = np.exp(one - top) + np.bincount(first, np.exp(beside - top), len(one))
    return [own / own.sum() for own in np.split(weights, starts[1:])]


def _changes(factor: _Factor, now: Mapping[int, np.intp]) -> tuple[Floats, Floats]:
    """What each state of its variables is worth to an identity beside the states of ``now``.

    For each alone, and for each two what they are worth together beyond that.
    """
    rest, unknown = factor.sums(now)
    more = np.concatenate([adds - adds[now[index]] for index, adds in factor.adds.items()])
    lost = np.concatenate([missing - missing[now[index]] for index, missing in factor.unknown.items()])
    before = _worth(factor, rest, unknown)
    alone = _worth(factor, rest + more, unknown + lost) - before
    pairs = _worth(factor, rest + more[:, None] + more, unknown + lost[:, None] + lost) - before
    return alone, pairs - alone[:, None] - alone


def _likeliest(variables: Sequence[Variable], place: Mapping[int, int], factors: Sequence[_Factor]) -> Assignment:
    """The likeliest joint assignment. Where the likeliest state of each satisfies every identity, none can be better."""
    likeliest = np.array([int(np.argmax(variable.p)) for variable in variables])
    satisfied = (_worth(f, *f.sums({index: likeliest[place[index]] for index in f.adds})) == 0 for f in factors)
    return likeliest if all(satisfied) else _solved(variables, place, factors, likeliest)


def _solved(
    variables: Sequence[Variable], place: Mapping[int, int], factors: Sequence[_Factor], otherwise: Assignment
) -> Assignment:
    """As an integer program: one state each, a price for each identity that fails or stays open."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    sizes = np.array([len(variable.p) for variable in variables])
    starts = np.cumsum(sizes) - sizes
    prices = [-_logs(variable) for variable in variables]
    for factor in factors:
        if len(factor.adds) == 1:  # What a state is worth to an identity of its own is part of its price.
            (index,) = factor.adds
            prices[place[index]] -= _worth(factor, *factor.sums({index: np.arange(sizes[place[index]])}))
    shared = [factor for factor in factors if len(factor.adds) > 1]
    states, count = int(sizes.sum()), len(shared)
    limits = [(np.where(np.repeat(np.arange(len(sizes)), sizes) == at, 1.0, 0.0), 1.0, 1.0) for at in range(len(sizes))]
    limits = [(np.concatenate([row, np.zeros(2 * count)]), low, high) for row, low, high in limits]
    for number, factor in enumerate(shared):
        areas = {i: slice(starts[place[i]], starts[place[i]] + sizes[place[i]]) for i in factor.adds}
        limits += _limits(factor, areas, (states + number, states + count + number), states + 2 * count)
    solved = milp(
        np.concatenate([*prices, np.full(count, -np.log(BROKEN_IN_PRINT)), np.full(count, -np.log(NOT_EVALUATED))]),
        constraints=LinearConstraint(
            np.stack([row for row, _, _ in limits]), *zip(*[limit[1:] for limit in limits], strict=True)
        ),
        integrality=np.ones(states + 2 * count),
        bounds=Bounds(0, 1),
        options={"time_limit": SOLVER_SECONDS, "mip_rel_gap": 1e-6},
    )
    if solved.x is None:
        return otherwise
    return np.array([int(np.argmax(own)) for own in np.split(solved.x[:states], starts[1:])])


def _limits(
    factor: _Factor, areas: Mapping[int, slice], slacks: tuple[int, int], length: int
) -> Iterator[tuple[Floats, float, float]]:
    """An identity as rows of the program: it holds unless one of two switches, broken and not evaluated, is on."""
    row, unknown, slack = np.zeros(length), np.zeros(length), np.zeros(length)
    for index, area in areas.items():
        row[area], unknown[area] = factor.adds[index], factor.unknown[index]
    slack[list(slacks)] = 1
    # One state of each variable is taken, so this is as far off as the sum can be: a tighter limit is solved sooner.
    least = factor.constant + sum(float(adds.min()) for adds in factor.adds.values())
    most = factor.constant + sum(float(adds.max()) for adds in factor.adds.values())
    yield row + max(0.0, -least) * slack, -factor.constant, np.inf
    if factor.exact:
        yield row - max(0.0, most) * slack, -np.inf, -factor.constant
    switch = np.zeros(length)
    switch[slacks[1]] = 1
    # On where a cell is unknown, and only there: it is the cheaper of the two.
    for area in areas.values():
        own = np.zeros(length)
        own[area] = unknown[area]
        yield own - switch, -np.inf, 0.0
    yield switch, float(factor.open), np.inf
    yield unknown - switch, -float(factor.open), np.inf
