"""What every engine offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from extractors.scan.strips import Gray
from models.readings import Reading

Readings = tuple[Reading, ...]


class Reader(Protocol):
    """Reads crops of one line each, dark on light. The readings of a crop are best first; none where nothing was seen."""

    name: str

    def read(self, crops: Sequence[Gray]) -> list[Readings]:
        """The readings of each crop."""
        ...
