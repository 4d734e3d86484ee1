"""Which crops are put to a model together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

#: A width is padded by a sixteenth at most: a power of two, so many bits below the width itself.
FINE = 5


@dataclass(frozen=True, slots=True)
class Batching:
    """How crops of many widths come to a model in few shapes: each new shape is compiled, and what is compiled is kept.

    A crop is padded to a width that is a multiple of ``step`` pixels, of more where it is wide. Those of one width are read together, as many as a power of
    two up to ``most``; from ``alone`` pixels on one by one, since more at a time are not faster then.
    """

    step: int
    most: int
    alone: int

    def padded(self, width: int) -> int:
        """The width that a crop is padded to."""
        step = max(self.step, 1 << max(0, width.bit_length() - FINE))
        return -(-width // step) * step

    def batches(self, widths: Sequence[int]) -> list[list[int]]:
        """The numbers of the crops of each batch, the widest first."""
        alike: dict[int, list[int]] = defaultdict(list)
        for index, width in enumerate(widths):
            alike[self.padded(width)].append(index)
        found = []
        for width in sorted(alike, reverse=True):
            rest, size = alike[width], 1 if width >= self.alone else self.most
            while rest:
                while size > len(rest):
                    size //= 2
                found.append(rest[:size])
                rest = rest[size:]
        return found
