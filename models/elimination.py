"""The exact posterior of a group of variables, one variable taken after the other.

Joint assignments of the variables taken so far that leave every open identity the same sum are the same for whatever comes
after, so they are one (variable elimination; Koller and Friedman, Probabilistic Graphical Models, chapter 9). A sum of which
a cell is unknown stays unknown, so rows that can be laid out in many ways come to few.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.factors import TOLERANCE, Assignment, Factor, Floats, Variable, logs_of, worth_of

#: Groups are left alone where more partial assignments than this would be looked at, or so many different sums be kept at once:
#: where those hardly ever coincide, they soon are too many anyway.
MOST_TRIED = 300_000
MOST_KEPT = 4_000


@dataclass(frozen=True, slots=True)
class _Step:
    """A variable is taken: for each of its ``states`` beside each of the sums before it, what that is worth and the sums after.

    ``weights`` are the log weights of the sums before.
    """

    weights: Floats
    states: int
    worth: Floats
    after: Assignment


def eliminated(
    variables: Sequence[Variable], place: Mapping[int, int], factors: Sequence[Factor]
) -> list[Floats] | None:
    """For each variable the probabilities of its states over all joint assignments; None where these are too many.

    ``place`` is where among ``variables`` each that a factor names stands.
    """
    steps = _forward(variables, place, factors)
    return None if steps is None else _backward(steps)


def _forward(variables: Sequence[Variable], place: Mapping[int, int], factors: Sequence[Factor]) -> list[_Step] | None:
    first, last = ([end(place[index] for index in factor.adds) for factor in factors] for end in (min, max))
    added = _added(variables, place, factors)
    least, most = _later(added, np.nanmin), _later(added, np.nanmax)
    exact = np.array([factor.exact for factor in factors])
    # A row for each different set of sums; what is unknown is no number, and stays so whatever is added.
    sums = np.array([[np.nan if factor.open else factor.constant for factor in factors]])
    weights, tried, steps = np.zeros(1), 0, list[_Step]()
    for at, variable in enumerate(variables):
        states = len(variable.p)
        tried += len(sums) * states
        if tried > MOST_TRIED or len(sums) > MOST_KEPT:
            return None
        after = (sums[:, None] + added[at]).reshape(len(sums) * states, len(factors))
        worth = np.tile(logs_of(variable), len(sums))
        for number, factor in enumerate(factors):
            if last[number] == at:
                worth += worth_of(factor, after[:, number], np.isnan(after[:, number]).astype(np.intp))
        waiting = [number for number in range(len(factors)) if first[number] <= at < last[number]]
        ahead = _settled(after[:, waiting], least[at, waiting], most[at, waiting], exact[waiting])
        kept, same = _different(ahead)
        steps.append(_Step(weights, states, worth, same))
        sums, weights = sums[kept // states], _log_sums(np.repeat(weights, states) + worth, same, len(kept))
        sums[:, waiting] = ahead[kept]
    return steps


def _added(variables: Sequence[Variable], place: Mapping[int, int], factors: Sequence[Factor]) -> list[Floats]:
    """What each state of each variable adds to each sum; no number where it makes it unknown."""
    found = [np.zeros((len(variable.p), len(factors))) for variable in variables]
    for number, factor in enumerate(factors):
        for index, adds in factor.adds.items():
            found[place[index]][:, number] = np.where(factor.unknown[index] > 0, np.nan, adds)
    return found


def _later(added: Sequence[Floats], end: Callable[..., Floats]) -> Floats:
    """The least (or the most) that the variables after each can add to each sum, whatever their states."""
    ends = np.array([end(np.where(np.isnan(own).all(axis=0), 0.0, own), axis=0) for own in added])
    return np.asarray(np.flip(np.cumsum(np.flip(ends, axis=0), axis=0), axis=0) - ends)


def _settled(rest: Floats, least: Floats, most: Floats, exact: NDArray[np.bool_]) -> Floats:
    """What is left of identities, infinite where they will hold, or fail, whatever comes: then how far off does not matter."""
    over, under = rest + least > TOLERANCE, rest + most < -TOLERANCE
    return np.where(over | under, np.where(under & ~exact, -np.inf, np.inf), rest)


def _different(rows: Floats) -> tuple[Assignment, Assignment]:
    """The first of each different row, and for every row the number of its like."""
    same, count = np.zeros(len(rows), np.intp), 1
    for column in rows.T:
        values, own = np.unique(column, return_inverse=True)
        if len(values) > 1:
            _, same = np.unique(same * len(values) + own, return_inverse=True)
            count = int(same.max()) + 1
    first = np.empty(count, np.intp)
    first[same[::-1]] = np.arange(len(rows))[::-1]
    return first, same


def _log_sums(logs: Floats, groups: Assignment, count: int) -> Floats:
    """The log of the sum of the weights in each group."""
    most = np.full(count, -np.inf)
    np.maximum.at(most, groups, logs)
    return most + np.log(np.bincount(groups, np.exp(logs - most[groups]), count))


def _backward(steps: Sequence[_Step]) -> list[Floats]:
    """The probabilities from what came before each state and what can come after it."""
    found: list[Floats] = []
    later = np.zeros(int(steps[-1].after.max()) + 1)
    for step in reversed(steps):
        here = (step.worth + later[step.after]).reshape(-1, step.states)
        joint = step.weights[:, None] + here
        weights = np.exp(joint - joint.max()).sum(axis=0)
        found.append(weights / weights.sum())
        most = here.max(axis=1)
        later = most + np.log(np.exp(here - most[:, None]).sum(axis=1))
    return found[::-1]
