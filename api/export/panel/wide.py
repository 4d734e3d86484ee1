"""The cells of many reports as a matrix on disk: a row per report, a column per variable.

Counts are kept as whole numbers and amounts as millionths of 万元, both in 64 bits; a figure that does not fit is kept
beside them as its digits. So rows can be taken in any order without holding them all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from api.export.cells import Judgements
from api.export.columns import GIVEN, KIND, NOT_ASKED, digits, precision
from models.readings import Number
from models.variables import load_variables

if TYPE_CHECKING:
    import pyarrow as pa

#: Amounts are kept in units of ten to the minus this.
PLACES = 6
_UNIT = 1_000_000
_LARGEST = 2**63 - 1
_LARGEST_AMOUNT = _LARGEST // _UNIT
# Digits that decimal arithmetic certainly keeps.
_EXACT = 24


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of the matrix. ``digits`` are the figures that 64 bits cannot hold, by row and variable."""

    names: tuple[str, ...]
    amounts: NDArray[np.bool_]
    values: NDArray[np.int64]
    marks: NDArray[np.uint8]
    digits: Mapping[tuple[int, int], str]

    def column(self, at: int) -> pa.Array:
        """A variable's figures as their digits; null where there is none."""
        import pyarrow as pa

        absent = (self.marks[:, at] & KIND) != GIVEN
        odd = {row: text for (row, variable), text in self.digits.items() if variable == at}
        if not odd and not self.amounts[at]:
            return pa.array(self.values[:, at], pa.int64(), mask=absent).cast(pa.string())
        plain = self.values[:, at].tolist()
        shown = {value: _shown(value) if self.amounts[at] else str(value) for value in set(plain)}
        told = [shown[value] for value in plain]
        for row, text in odd.items():
            told[row] = text
        return pa.array(told, pa.string(), mask=absent)

    def figures(self, name: str) -> list[Number | None]:
        """The figures of a variable; None where there is none."""
        at = positions(self.names)[name]
        if self.amounts[at] or any(column == at for _, column in self.digits):
            return [self.figure(row, name) for row in range(len(self.values))]
        given = (self.marks[:, at] & KIND == GIVEN).tolist()
        return [value if there else None for value, there in zip(self.values[:, at].tolist(), given, strict=True)]

    def figure(self, row: int, name: str) -> Number | None:
        """One figure; None where there is none."""
        at = positions(self.names)[name]
        if self.marks[row, at] & KIND != GIVEN:
            return None
        if (row, at) in self.digits:
            return Decimal(self.digits[row, at])
        value = int(self.values[row, at])
        return Decimal(_shown(value)) if self.amounts[at] else value


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of the matrix as they are added. ``odd`` are the figures that 64 bits cannot hold, by row and variable."""

    values: NDArray[np.int64]
    marks: NDArray[np.uint8]
    odd: Mapping[tuple[int, int], str]


def block_of(found: Judgements) -> Block:
    """A row for each report, in their order."""
    count, width, amounts = len(found.heads), len(found.names), _amounts()
    values = np.zeros((count, len(amounts)), np.int64)
    marks = np.full((count, len(amounts)), NOT_ASKED, np.uint8)
    cells, at = _positions(found.form, found.names)
    figures = found.cells.values
    values[:, at] = figures.whole.reshape(count, width)[:, cells]
    marks[:, at] = found.marks.reshape(count, width)[:, cells]
    large = np.abs(values[:, amounts]) > _LARGEST_AMOUNT
    values[:, amounts] *= np.where(large, 0, _UNIT)
    columns = dict(zip(cells, at, strict=True))
    odd: dict[tuple[int, int], str] = {}
    for position in (*sorted(figures.odd), *(_amounts_among(found, columns, amounts) if large.any() else ())):
        row, cell = divmod(position, width)
        if cell in columns:
            figure = figures.odd.get(position, int(figures.whole[position]))
            scaled = _scaled(figure) if amounts[columns[cell]] else None
            if scaled is None or abs(scaled) > _LARGEST:
                odd[row, columns[cell]] = digits(figure)
            else:
                values[row, columns[cell]] = scaled
    return Block(values, marks, odd)


@cache
def _amounts() -> NDArray[np.bool_]:
    """Which columns are amounts."""
    return np.array([variable.kind == "amount" for variable in load_variables().by_id.values()])


class WideSpool:
    """Takes blocks and gives rows back in any order."""

    def __init__(self, folder: Path) -> None:
        self.names = tuple(load_variables().by_id)
        self._files = tuple((folder / name).open("w+b") for name in ("values", "marks"))
        self._odd: dict[int, dict[int, str]] = {}
        self.rows = 0

    def add(self, block: Block) -> None:
        """Add rows behind those that there are."""
        self._files[0].write(block.values.tobytes())
        self._files[1].write(block.marks.tobytes())
        for (row, at), text in block.odd.items():
            self._odd.setdefault(self.rows + row, {})[at] = text
        self.rows += len(block.values)

    def take(self, rows: Sequence[int]) -> Rows:
        """These rows, in this order, once all are there."""
        odd = {(row, v): text for row, own in enumerate(rows) for v, text in self._odd.get(own, {}).items()}
        values = np.frombuffer(_read(self._files[0], rows, 8 * len(self.names)), np.int64)
        marks = np.frombuffer(_read(self._files[1], rows, len(self.names)), np.uint8)
        shape = (len(rows), len(self.names))
        return Rows(self.names, _amounts(), values.reshape(shape), marks.reshape(shape), odd)

    def fractional(self) -> frozenset[str]:
        """Variables of which some figure is not a whole number of 64 bits; amounts are left out."""
        return frozenset(self.names[at] for own in self._odd.values() for at in own if not _amounts()[at])

    def discard(self) -> None:
        """Let go of the files; whoever made the folder removes it."""
        for file in self._files:
            file.close()


def _read(file: BinaryIO, rows: Sequence[int], width: int) -> bytes:
    """Rows of a file. Read and not mapped, so that the file does not count as memory in use."""
    file.flush()
    return b"".join(os.pread(file.fileno(), width, row * width) for row in rows)


@cache
def positions(names: tuple[str, ...]) -> Mapping[str, int]:
    """The column of each variable."""
    return {name: at for at, name in enumerate(names)}


@cache
def _positions(form: str, cells: tuple[str, ...]) -> tuple[list[int], list[int]]:
    """The cells that a variable asks for, and its column for each."""
    at = positions(tuple(load_variables().by_id))
    of_cell = load_variables().of_cell.get(form, {})
    found = [(number, at[of_cell[cell]]) for number, cell in enumerate(cells) if cell in of_cell]
    return [number for number, _ in found], [column for _, column in found]


def _amounts_among(found: Judgements, columns: Mapping[int, int], amounts: NDArray[np.bool_]) -> Iterator[int]:
    """Positions of whole amounts that are too large for millionths."""
    for position, value in enumerate(found.cells.values.whole.tolist()):
        column = columns.get(position % len(found.names), -1)
        if column >= 0 and amounts[column] and abs(value) > _LARGEST_AMOUNT:
            yield position


def _scaled(value: Number) -> int | None:
    if isinstance(value, int):
        return value * _UNIT
    significant, after = precision(value)
    if after > PLACES or significant > _EXACT:
        return None
    return int(value.scaleb(PLACES))


def _shown(value: int) -> str:
    """Millionths as the digits of the amount, without zeros at the end."""
    whole, part = divmod(abs(value), _UNIT)
    text = f"{whole}.{part:0{PLACES}d}".rstrip("0").rstrip(".") if part else str(whole)
    return f"-{text}" if value < 0 else text
