"""Which of the readings is right, given all identities at once: the posterior of a small factor graph.

Each variable is a cell (or a row whose numbers can be laid out in several ways) with a few states and their
probabilities; each identity multiplies the weight of a joint assignment by what its outcome is worth. A group of
variables that share identities is worked out exactly where that is possible (``elimination``). Elsewhere the likeliest
assignment is found as an integer program (HiGHS, through SciPy), and the probabilities of each variable are taken beside
the others as they are in it, or with one changed that shares an identity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from models.elimination import eliminated
from models.factors import (
    BROKEN_IN_PRINT,
    NOT_EVALUATED,
    Assignment,
    Factor,
    Floats,
    Variable,
    factors_of,
    logs_of,
    worth_of,
)
from models.identities import Identity

#: Groups with at most this many joint assignments are enumerated.
MOST_ENUMERATED = 20_000
#: Seconds that the solver may take for one group before the best found so far is taken: far more than any needs, so that what else the
#: machine does changes no result.
SOLVER_SECONDS = 10.0


def posterior(variables: Sequence[Variable], rules: Sequence[Identity]) -> list[Floats]:
    """For each variable the probabilities of its states, given every identity; they sum to 1."""
    found: list[Floats] = [np.array(variable.p) / sum(variable.p) for variable in variables]
    open_ones = [index for index, variable in enumerate(variables) if len(variable.p) > 1]
    if not open_ones:
        return found
    factors = factors_of(variables, set(open_ones), rules)
    for group in _groups(open_ones, factors):
        own = [factor for factor in factors if factor.scope & set(group)]
        for index, p in zip(group, _solve([variables[i] for i in group], group, own), strict=True):
            found[index] = p
    return found


def _groups(open_ones: Sequence[int], factors: Sequence[Factor]) -> list[list[int]]:
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


def _solve(variables: Sequence[Variable], group: Sequence[int], factors: Sequence[Factor]) -> list[Floats]:
    place = {index: at for at, index in enumerate(group)}
    sizes = [len(variable.p) for variable in variables]
    if float(np.prod(np.array(sizes, float))) <= MOST_ENUMERATED:
        return _enumerated(variables, place, factors)
    likeliest = np.array([int(np.argmax(variable.p)) for variable in variables])
    satisfied = (worth_of(f, *f.sums({index: likeliest[place[index]] for index in f.adds})) == 0 for f in factors)
    if not all(satisfied):
        exact = eliminated(variables, place, factors)
        if exact is not None:
            return exact
        likeliest = _solved(variables, place, factors, likeliest)
    return _around(likeliest, variables, place, factors)


def _enumerated(variables: Sequence[Variable], place: Mapping[int, int], factors: Sequence[Factor]) -> list[Floats]:
    """The probabilities over all joint assignments."""
    sizes = [len(variable.p) for variable in variables]
    tried = np.indices(sizes).reshape(len(sizes), -1)
    scores = np.zeros(tried.shape[1])
    for states, variable in zip(tried, variables, strict=True):
        scores += logs_of(variable)[states]
    for factor in factors:
        scores += worth_of(factor, *factor.sums({index: tried[place[index]] for index in factor.adds}))
    weights = np.exp(scores - scores.max())
    weights /= weights.sum()
    return [
        np.asarray(np.bincount(states, weights, minlength=size), np.float64)
        for states, size in zip(tried, sizes, strict=True)
    ]


def _around(
    best: Assignment, variables: Sequence[Variable], place: Mapping[int, int], factors: Sequence[Factor]
) -> list[Floats]:
    """The probabilities of each variable over its states, beside the others as they are in an assignment or with one changed.

    The one changed shares an identity with the variable: all others say the same of each of its states, and however unsure
    they are, it must not look the surer for it. The states of all variables lie in one row. A change to a state is worth a
    number; two changes are worth both numbers, set right by what they do together to each identity that they share.
    """
    sizes = np.array([len(variable.p) for variable in variables])
    starts = np.cumsum(sizes) - sizes
    owner = np.repeat(np.arange(len(sizes)), sizes)
    logs = np.concatenate([logs_of(variable) for variable in variables])
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


def _changes(factor: Factor, now: Mapping[int, np.intp]) -> tuple[Floats, Floats]:
    """What each state of its variables is worth to an identity beside the states of ``now``.

    For each alone, and for each two what they are worth together beyond that.
    """
    rest, unknown = factor.sums(now)
    more = np.concatenate([adds - adds[now[index]] for index, adds in factor.adds.items()])
    lost = np.concatenate([missing - missing[now[index]] for index, missing in factor.unknown.items()])
    before = worth_of(factor, rest, unknown)
    alone = worth_of(factor, rest + more, unknown + lost) - before
    pairs = worth_of(factor, rest + more[:, None] + more, unknown + lost[:, None] + lost) - before
    return alone, pairs - alone[:, None] - alone


def _solved(
    variables: Sequence[Variable], place: Mapping[int, int], factors: Sequence[Factor], otherwise: Assignment
) -> Assignment:
    """As an integer program: one state each, a price for each identity that fails or stays open."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    sizes = np.array([len(variable.p) for variable in variables])
    starts = np.cumsum(sizes) - sizes
    prices = [-logs_of(variable) for variable in variables]
    for factor in factors:
        if len(factor.adds) == 1:  # What a state is worth to an identity of its own is part of its price.
            (index,) = factor.adds
            prices[place[index]] -= worth_of(factor, *factor.sums({index: np.arange(sizes[place[index]])}))
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
    factor: Factor, areas: Mapping[int, slice], slacks: tuple[int, int], length: int
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
