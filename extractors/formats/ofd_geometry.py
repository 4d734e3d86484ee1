"""Numbers, paths and transformations of OFD (GB/T 33190-2016, chapters 7 to 11), in millimetres."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

#: OFD measures in millimetres, gouji in points.
POINTS_PER_MM = 72 / 25.4
#: How many numbers each operator of ``AbbreviatedData`` takes (GB/T 33190, table 35).
_OPERANDS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
#: A run length in a delta list may state any number; no line of text has more glyphs.
_MAX_GLYPHS = 10_000


Segment = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Matrix:
    """An affine transformation: ``x' = a·x + c·y + e``, ``y' = b·x + d·y + f``."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The transformed point."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def then(self, outer: Matrix) -> Matrix:
        """This transformation followed by ``outer``."""
        e, f = outer.at(self.e, self.f)
        return Matrix(
            outer.a * self.a + outer.c * self.b,
            outer.b * self.a + outer.d * self.b,
            outer.a * self.c + outer.c * self.d,
            outer.b * self.c + outer.d * self.d,
            e,
            f,
        )


def numbers(text: str | None) -> list[float]:
    """The numbers of an attribute; what is no finite number is left out."""
    found = []
    for part in (text or "").replace(",", " ").split():
        try:
            value = float(part)
        except ValueError:
            continue
        if math.isfinite(value):
            found.append(value)
    return found


def box_of(text: str | None) -> tuple[float, float, float, float] | None:
    """``x y width height``; None where it is not four numbers."""
    found = numbers(text)
    return (found[0], found[1], found[2], found[3]) if len(found) == 4 else None


def matrix_of(text: str | None) -> Matrix:
    """A ``CTM`` attribute; the identity where there is none."""
    found = numbers(text)
    return Matrix(*found) if len(found) == 6 else Matrix()


def deltas(text: str | None) -> list[float]:
    """A delta list with its groups ``g n v`` unfolded (n times v)."""
    found: list[float] = []
    parts = iter((text or "").replace(",", " ").split())
    for part in parts:
        if part.lower() == "g":
            count, value = numbers(next(parts, "")), numbers(next(parts, ""))
            if count and value:
                found += value * max(0, min(int(count[0]), _MAX_GLYPHS))
        else:
            found += numbers(part)
        if len(found) > _MAX_GLYPHS:
            break
    return found[:_MAX_GLYPHS]


def subpaths(path: str | None) -> list[list[Segment]]:
    """The straight strokes of ``AbbreviatedData``, figure by figure; curves only move the pen."""
    figures: list[list[Segment]] = [[]]
    start = pen = (0.0, 0.0)
    for operator, values in _operations(path):
        if operator in ("M", "S"):
            start = pen = (values[0], values[1])
            figures.append([])
        elif operator == "L":
            figures[-1].append((*pen, values[0], values[1]))
            pen = (values[0], values[1])
        elif operator == "C":
            if pen != start:
                figures[-1].append((*pen, *start))
            pen = start
        else:
            pen = (values[-2], values[-1])
    return [figure for figure in figures if figure]


def _operations(path: str | None) -> Iterator[tuple[str, list[float]]]:
    operator, values = "", list[float]()
    for part in (path or "").replace(",", " ").split():
        if part in _OPERANDS:
            operator, values = part, []
            if part == "C":
                yield part, []
        else:
            values += numbers(part)
            if operator in _OPERANDS and _OPERANDS[operator] and len(values) == _OPERANDS[operator]:
                yield operator, values
                values = []
