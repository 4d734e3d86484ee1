"""The small factor graph of a report: what its cells may be, and what each identity makes of that.

Each variable is a cell (or a row whose numbers can be laid out in several ways) with a few states and their probabilities; each
identity multiplies the weight of a joint assignment by what its outcome is worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.identities import Identity
from models.readings import Number

#: How likely a truthful report breaks an identity, and what an identity that cannot be evaluated is worth beside one that
#: holds: as many reports break one by chance reading as leave one open.
BROKEN_IN_PRINT = 0.02
NOT_EVALUATED = 0.2
#: States less likely than this are not followed.
LEAST_STATE = 1e-7
#: Two sides of an identity are the same within this, for sums are of floating point.
TOLERANCE = 1e-6

Floats = NDArray[np.float64]
Assignment = NDArray[np.intp]
Counts = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Variable:
    """States of one or more cells: ``operands[state]`` is what each cell adds to a sum (None: unknown)."""

    cells: tuple[str, ...]
    p: tuple[float, ...]
    operands: tuple[tuple[Number | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Factor:
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
        """The open variables that take part."""
        return set(self.adds)

    def sums(self, states: Mapping[int, Assignment | np.intp]) -> tuple[Floats, Counts]:
        """Left minus right, and the number of unknown cells, for a state (or many) of each open variable."""
        rest = np.asarray(self.constant + sum(adds[states[index]] for index, adds in self.adds.items()))
        unknown = np.asarray(self.open + sum(missing[states[index]] for index, missing in self.unknown.items()))
        return rest, unknown


def factors_of(variables: Sequence[Variable], open_ones: set[int], rules: Sequence[Identity]) -> list[Factor]:
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
        factors.append(Factor(rule.relation == "=", constant, unknown_constant, adds, unknown))
    return factors


def _operands(values: Sequence[Number | None]) -> tuple[Floats, Counts]:
    """What each state of a cell adds to a sum, and whether that is unknown (1 or 0)."""
    numbers = np.array([float(value or 0) for value in values])
    return numbers, np.array([value is None for value in values], np.intp)


def logs_of(variable: Variable) -> Floats:
    """The log probabilities of the states."""
    return np.log(np.maximum(variable.p, LEAST_STATE))


def worth_of(factor: Factor, rest: Floats, unknown: Counts) -> Floats:
    """The log weight of an identity of which ``rest`` is left and so many cells are unknown."""
    holds = np.abs(rest) < TOLERANCE if factor.exact else rest > -TOLERANCE
    return np.where(unknown > 0, np.log(NOT_EVALUATED), np.where(holds, 0.0, np.log(BROKEN_IN_PRINT)))
