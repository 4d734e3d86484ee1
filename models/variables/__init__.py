"""Variables: one name for one question, whichever form asks it. The mapping is data, written down beside this file.

``requests.yaml`` and ``remedies.yaml`` hold tables of rows and columns, ``proactive.yaml`` and ``statistics.yaml`` lists;
``correspondences.yaml`` says which cells of different forms are one variable and which only seem to be. A variable's id
is the id of its cell in the newest form that has it. So every decision has its reason: a variable that not all forms ask
either takes part in a break or stands under ``alone``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

import yaml

TABLES = ("requests", "remedies", "proactive", "statistics")
Kind = Literal["count", "amount"]


@dataclass(frozen=True, slots=True)
class Words:
    """A text in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Variable:
    """One question and the cells that ask it.

    ``alias`` is its name where names are short (Stata: letters, digits, _; at most 32). ``cells`` gives for each form
    that asks the question the id of the cell. ``joined`` says, for a form that asks in other words, why it is the same
    question. ``amount`` is in 万元 and may have decimals, ``count`` is a whole number (a change may be negative).
    """

    id: str
    alias: str
    label: Words
    unit: Words
    cells: Mapping[str, str]
    joined: Mapping[str, Words]

    @property
    def kind(self) -> Kind:
        """Whether it is an amount of money or a count."""
        return "amount" if self.unit.zh == "万元" else "count"


@dataclass(frozen=True, slots=True)
class Break:
    """Variables that a reader might take for one series, and why they are not."""

    variables: tuple[str, ...]
    why: Words


@dataclass(frozen=True, slots=True)
class Variables:
    """All variables by id, in the order of the forms; the breaks between them; and which variable a cell belongs to.

    ``alone`` says of variables that some form does not ask, and that no break names, why nothing there corresponds.
    """

    by_id: Mapping[str, Variable]
    breaks: tuple[Break, ...]
    alone: Mapping[str, Words]
    of_cell: Mapping[str, Mapping[str, str]]

    def breaks_of(self, variable_id: str) -> tuple[Break, ...]:
        """The breaks that the variable takes part in."""
        return tuple(found for found in self.breaks if variable_id in found.variables)

    def breaks_between(self, forms: Collection[str]) -> tuple[Break, ...]:
        """The breaks that show where these forms stand beside each other, each with the variables that they ask.

        One does where one form asks a question of it that another does not, and that other one asks another of them.
        """
        return tuple(
            replace(
                found, variables=tuple(name for name in found.variables if self.by_id[name].cells.keys() & set(forms))
            )
            for found in self.breaks
            if any(
                self._alone(found, one, other) and self._alone(found, other, one) for one in forms for other in forms
            )
        )

    def _alone(self, found: Break, form: str, other: str) -> bool:
        """Whether the form asks a question of the break that the other one does not."""
        asked = (self.by_id[name].cells for name in found.variables)
        return any(form in cells and other not in cells for cells in asked)


@cache
def load_variables() -> Variables:
    """The mapping, read once from the package's data. Raises ValueError when it contradicts itself."""
    said = _yaml("correspondences")
    by_id = {variable.id: variable for table in TABLES for variable in _of_table(_yaml(table))}
    for entry in said["same_in_other_words"]:
        variable = by_id[entry["variable"]]
        oldest = min(variable.cells)
        by_id[variable.id] = replace(variable, joined=MappingProxyType({oldest: Words(**entry["why"])}))
    for entry in said["joined"]:
        by_id[entry["variable"]] = _join(by_id[entry["variable"]], entry)
    breaks = tuple(Break(tuple(entry["variables"]), Words(**entry["why"])) for entry in said["breaks"])
    return Variables(MappingProxyType(by_id), breaks, _alone(by_id, breaks, said["alone"]), _by_cell(by_id))


def _yaml(name: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def _of_table(spec: dict[str, Any]) -> Iterator[Variable]:
    table, prefix = spec["table"], spec["alias"]
    if "rows" in spec:
        unit = Words(**spec["unit"])
        for row, (row_alias, row_zh, row_en, *only) in spec["rows"].items():
            for column, (alias, zh, en) in spec["columns"].items():
                name = f"{table}.{row}.{column}"
                label = Words(f"{row_zh}（{zh}）", f"{row_en} ({en})")
                yield _variable(name, f"{prefix}_{row_alias}_{alias}", label, unit, only[0] if only else spec["forms"])
        return
    for name, (alias, zh, en, unit_zh, unit_en, forms) in spec["variables"].items():
        yield _variable(f"{table}.{name}", f"{prefix}_{alias}", Words(zh, en), Words(unit_zh, str(unit_en)), forms)


def _variable(name: str, alias: str, label: Words, unit: Words, forms: list[str]) -> Variable:
    cells = MappingProxyType(dict.fromkeys(forms, name))
    return Variable(name, alias, label, unit, cells, MappingProxyType({}))


def _join(variable: Variable, entry: dict[str, Any]) -> Variable:
    form = entry["form"]
    if form in variable.cells:
        raise ValueError(f"{variable.id} has two cells of the form {form}")
    cells = MappingProxyType({form: entry["cell"], **variable.cells})
    return replace(variable, cells=cells, joined=MappingProxyType({form: Words(**entry["why"]), **variable.joined}))


def _alone(
    by_id: Mapping[str, Variable], breaks: Collection[Break], entries: list[dict[str, Any]]
) -> Mapping[str, Words]:
    """The reason for each variable that is neither asked by all forms nor part of a break. Raises ValueError without one."""
    forms = {form for variable in by_id.values() for form in variable.cells}
    broken = {name for found in breaks for name in found.variables}
    told = [(pattern, Words(**entry["why"])) for entry in entries for pattern in entry["variables"]]
    found: dict[str, Words] = {}
    for name, variable in by_id.items():
        if variable.cells.keys() != forms and name not in broken:
            why = next((why for pattern, why in told if fnmatchcase(name, pattern)), None)
            if why is None:
                raise ValueError(f"nothing says why {name} is asked by some forms alone")
            found[name] = why
    return MappingProxyType(found)


def _by_cell(by_id: Mapping[str, Variable]) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for variable in by_id.values():
        for form, cell in variable.cells.items():
            if found.setdefault(form, {}).setdefault(cell, variable.id) != variable.id:
                raise ValueError(f"{cell} of the form {form} belongs to two variables")
    return MappingProxyType({form: MappingProxyType(cells) for form, cells in found.items()})
