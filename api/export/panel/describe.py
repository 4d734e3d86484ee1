"""What stands in each variable of a panel: how many figures, how many of them in doubt, why others are missing, least and greatest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from api.export.columns import DOUBTFUL, GIVEN, KIND, MARKS
from api.export.panel.wide import Rows
from models.readings import Number


@dataclass(frozen=True, slots=True)
class Content:
    """A variable's content; ``missing`` counts the rows without a figure by the reason. ``in_doubt`` counts any row."""

    given: int
    in_doubt: int
    missing: Mapping[str, int]
    least: Number | None
    greatest: Number | None


@dataclass
class _Column:
    kinds: dict[int, int] = field(default_factory=dict)
    in_doubt: int = 0
    least: Number | None = None
    greatest: Number | None = None

    def widen(self, figure: Number) -> None:
        self.least = figure if self.least is None else min(self.least, figure)
        self.greatest = figure if self.greatest is None else max(self.greatest, figure)


class Contents:
    """Takes the rows of a panel in parts."""

    def __init__(self) -> None:
        self._columns: dict[str, _Column] = {}

    def add(self, rows: Rows) -> None:
        """Count rows."""
        odd_at = {at for _, at in rows.digits}
        kinds = rows.marks & KIND
        doubts = ((rows.marks & DOUBTFUL) != 0).sum(axis=0).tolist()
        for at, name in enumerate(rows.names):
            column = self._columns.setdefault(name, _Column())
            column.in_doubt += doubts[at]
            for kind, count in enumerate(np.bincount(kinds[:, at], minlength=len(MARKS)).tolist()):
                column.kinds[kind] = column.kinds.get(kind, 0) + count
            given = np.flatnonzero(kinds[:, at] == GIVEN)
            if len(given):
                self._widen(column, rows, at, given.tolist() if at in odd_at else _ends(rows.values[:, at], given))

    @staticmethod
    def _widen(column: _Column, rows: Rows, at: int, which: list[int]) -> None:
        for row in which:
            figure = rows.figure(row, rows.names[at])
            if figure is not None:
                column.widen(_plain(figure))

    def of(self, name: str) -> Content:
        """The content of a variable; of one that no row has, nothing."""
        column = self._columns.get(name, _Column())
        missing = {MARKS[kind]: count for kind, count in column.kinds.items() if kind != GIVEN and count}
        return Content(column.kinds.get(GIVEN, 0), column.in_doubt, missing, column.least, column.greatest)


def _ends(
    values: np.ndarray[tuple[int], np.dtype[np.int64]], given: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> list[int]:
    """The rows of the least and the greatest of the figures that are given."""
    own = values[given]
    return [int(given[own.argmin()]), int(given[own.argmax()])]


def _plain(figure: Number) -> Number:
    """A whole amount as a whole number, so that equal figures are written alike."""
    return int(figure) if isinstance(figure, Decimal) and figure == figure.to_integral_value() else figure
