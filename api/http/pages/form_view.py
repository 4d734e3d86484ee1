"""The form as on paper: tables of rows and cells, with what the report holds in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import groupby

from models.forms import Column, Form, Row, Table, load_forms
from models.readings import CellState
from models.report import Cell, Report

#: What a cell shows that holds no number.
SIGNS = {CellState.BLANK: "", CellState.NA: "—", CellState.TEXT: "?", CellState.ABSENT: "∅"}


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of the form: its id, what it shows, and its state for the colour."""

    id: str
    shown: str
    status: str
    label: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A row of the form as printed: its labels and its cells."""

    labels: tuple[str, ...]
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """Rows under one head of columns."""

    heading: str
    columns: tuple[str, ...]
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True)
class FormTable:
    """A table of the form."""

    title: str
    panels: tuple[Panel, ...]


def form_tables(report: Report) -> tuple[FormTable, ...]:
    """The tables of the report's form with its cells; none when the form is not known."""
    form = load_forms().get(str(report.report.form.value))
    return tuple(FormTable(table.title, tuple(_panels(form, table, report))) for table in form.tables) if form else ()


@cache
def labels() -> Mapping[str, str]:
    """What the cells of all forms are called, by id; the newest form that has a cell names it."""
    named: dict[str, str] = {}
    for form in load_forms().values():
        for table in form.tables:
            for row in table.rows:
                named |= {f"{table.id}.{row.id}.{column.id}": _label(row, column) for column in row.columns}
    return named


def _label(row: Row, column: Column) -> str:
    return " / ".join((*row.path, column.label))


def shown(cell: Cell) -> str:
    """What a cell holds, as a person writes it."""
    if cell.state is CellState.NUMBER and cell.value is not None:
        return format(cell.value, "f") if isinstance(cell.value, Decimal) else str(cell.value)
    return SIGNS.get(cell.state, "")


def _panels(form: Form, table: Table, report: Report) -> Iterator[Panel]:
    for (block, heads), rows in groupby(table.rows, key=lambda row: (row.block, tuple(map(_head, row.columns)))):
        strips = tuple(Strip(row.path, tuple(_boxes(form, table, row, report))) for row in rows)
        yield Panel(block, heads, strips)


def _head(column: Column) -> str:
    return column.label


def _boxes(form: Form, table: Table, row: Row, report: Report) -> Iterator[Box]:
    for column in row.columns:
        cell_id = f"{table.id}.{row.id}.{column.id}"
        cell = report.cells.get(cell_id)
        yield Box(cell_id, shown(cell) if cell else "", cell.status if cell else "absent", _label(row, column))
