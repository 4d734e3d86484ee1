"""The national forms as data: tables, rows, columns, cells, with the labels by which they are recognised.

The forms are those of 国办公开办函〔2021〕30号 (2021), 国办公开办函〔2019〕60号 (2019) and the statistical annex of 2014 to 2018.
``<form>.yaml`` holds what a form prints; ``variants.yaml`` other wordings of the same labels that offices print.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

FORM_IDS = ("2014", "2019", "2021")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a row: its id, the label above it, and the unit of its values where the form fixes one."""

    id: str
    label: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row that holds values.

    ``path`` are its labels from the outermost to its own; ``block`` is the heading of the block it stands under (empty
    where a table has none); ``variants`` are other wordings of its own label; ``parent`` is a row that it is part of.
    """

    id: str
    path: tuple[str, ...]
    columns: tuple[Column, ...]
    block: str = ""
    variants: tuple[str, ...] = ()
    parent: str | None = None

    @property
    def label(self) -> str:
        """The row's own, innermost label."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a form. In a ``grouped`` table the rows stand side by side in one printed row (复议, 诉讼)."""

    id: str
    title: str
    rows: tuple[Row, ...]
    grouped: bool = False

    def cell_ids(self) -> Iterator[str]:
        """Ids of all cells, row by row."""
        for row in self.rows:
            for column in row.columns:
                yield f"{self.id}.{row.id}.{column.id}"


@dataclass(frozen=True, slots=True)
class CellLabel:
    """What a cell is called for a person, and the unit of its value."""

    id: str
    label: str
    unit: str | None


@dataclass(frozen=True, slots=True)
class Form:
    """A national form."""

    id: str
    authority: str
    first_year: int
    last_year: int | None
    tables: tuple[Table, ...]

    def cell_ids(self) -> tuple[str, ...]:
        """Ids of all cells in the order of the form."""
        return tuple(cell for table in self.tables for cell in table.cell_ids())

    def table(self, table_id: str) -> Table:
        """The table with this id; raises KeyError when the form has none."""
        for table in self.tables:
            if table.id == table_id:
                return table
        raise KeyError(table_id)

    def labels(self) -> dict[str, CellLabel]:
        """For each cell id, its label and unit."""
        found: dict[str, CellLabel] = {}
        for table in self.tables:
            for row in table.rows:
                for column in row.columns:
                    cell_id = f"{table.id}.{row.id}.{column.id}"
                    text = " / ".join((*row.path, column.label))
                    found[cell_id] = CellLabel(cell_id, text, column.unit)
        return found


@cache
def load_forms() -> dict[str, Form]:
    """All forms by id."""
    return {form_id: _form(form_id) for form_id in FORM_IDS}


def _yaml(name: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def _form(form_id: str) -> Form:
    data = _yaml(f"{form_id}.yaml")
    variants = _yaml("variants.yaml")
    tables = tuple(_table(table_id, spec, variants) for table_id, spec in data["tables"].items())
    years = data["years"]
    return Form(form_id, str(data.get("authority", "")), years["from"], years.get("to"), tables)


def _table(table_id: str, spec: dict[str, Any], variants: dict[str, Any]) -> Table:
    if "same_as" in spec:
        spec = _inherit(table_id, spec)
    named = variants.get(table_id, {})
    if "blocks" in spec:
        rows = tuple(
            _row(row_id, label, _columns(block["columns"]), named, block=block["heading"])
            for block in spec["blocks"]
            for row_id, label in block["rows"].items()
        )
        return Table(table_id, spec["title"], rows)
    columns = _columns(spec["columns"])
    grouped = "groups" in spec
    labels = spec["groups"] if grouped else spec["rows"]
    rows = tuple(_row(row_id, label, columns, named) for row_id, label in labels.items())
    return Table(table_id, spec["title"], rows, grouped)


def _inherit(table_id: str, spec: dict[str, Any]) -> dict[str, Any]:
    """A table that a form takes from another, less some rows and with others before ``handled_total``."""
    base = _yaml(f"{spec['same_as']}.yaml")["tables"][table_id]
    merged = {**base, "title": spec.get("title", base["title"])}
    if "rows" in base:
        kept = {key: label for key, label in base["rows"].items() if key not in spec.get("without", ())}
        rows: dict[str, Any] = {}
        for key, label in kept.items():
            if key == "handled_total":
                rows.update(spec.get("adds", {}))
            rows[key] = label
        merged["rows"] = rows
    return merged


def _columns(labels: Mapping[str, str]) -> tuple[Column, ...]:
    units = {"amount": "万元"}
    return tuple(Column(column_id, label, units.get(column_id)) for column_id, label in labels.items())


def _row(
    row_id: str, label: Any, columns: tuple[Column, ...], variants: Mapping[str, list[str]], *, block: str = ""
) -> Row:
    other = tuple(variants.get(row_id, ()))
    if isinstance(label, list):  # the annex of 2014: [label, unit, parent]
        unit = label[1]
        columns = tuple(Column(column.id, column.label, unit) for column in columns)
        return Row(row_id, (label[0],), columns, block, other, label[2] if len(label) > 2 else None)
    return Row(row_id, tuple(part.strip() for part in label.split(" / ")), columns, block, other)
