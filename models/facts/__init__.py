"""The narrative fact types: what a report counts in prose, by the ids of ``facts.yaml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

#: A quantity whose kind no type names; it is kept with its text.
OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class FactType:
    """One kind of figure: ``label`` says what is counted, ``unit`` its usual unit.

    ``agrees_with`` names the cells that must agree with it, one entry for each form that has them: a cell id, a sum
    (``a + b``) or the words of ``facts.yaml`` where a group of cells is meant. Empty where no cell must agree.
    """

    id: str
    label: str
    unit: str
    agrees_with: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def fact_types() -> dict[str, FactType]:
    """All types by id, in the order of ``facts.yaml``."""
    import yaml

    raw = yaml.safe_load(files(__package__).joinpath("facts.yaml").read_text(encoding="utf-8"))
    return {key: _fact_type(key, [str(part) for part in row]) for key, row in raw.items()}


def _fact_type(key: str, row: list[str]) -> FactType:
    cells = re.split(r"\s*\|\s*", row[2].strip()) if len(row) > 2 else []
    return FactType(key, row[0], row[1], tuple(cells))
