"""What a generated report says: organ, year, form, and every cell with its print, state and value."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.generate.figures import Figures, invent_figures
from bench.generate.names import Organ, invent_organ
from bench.generate.printing import ABSENT, CellTruth, invent_style, print_cell
from models.forms import Form, Table, load_forms

YEARS = {"2014": (2014, 2018), "2019": (2019, 2020), "2021": (2021, 2025)}
FORMS = ("2021",) * 6 + ("2019",) * 2 + ("2014",)
#: Rows that some offices leave out when they have nothing to say there.
DROPPED = ("other_misc", "other_unpaid", "rejected_reconfirmation", "rejected_publication", "coercion", "rules", "by_weibo")


@dataclass(frozen=True, slots=True)
class Truth:
    """A generated report.

    ``planted``: cells printed wrong on purpose, so that an identity fails; their truth is what is printed.
    ``absent_tables``: tables that the report leaves out. ``contradicted``: cells that the prose contradicts.
    """

    organ: Organ
    year: int
    form: Form
    cells: dict[str, CellTruth]
    planted: tuple[str, ...] = ()
    absent_tables: tuple[str, ...] = ()
    contradicted: tuple[str, ...] = ()

    def cell(self, table: str, row: str, column: str) -> CellTruth:
        """A cell of the form."""
        return self.cells[f"{table}.{row}.{column}"]

    def count(self, cell: str) -> int | None:
        """The integer in a cell, None where there is none."""
        found = self.cells.get(cell)
        return found.value if found is not None and isinstance(found.value, int) else None

    def record(self) -> dict[str, Any]:
        """The truth as JSON values (decimals exact)."""
        return {
            "report": {"organ": self.organ.name, "year": self.year, "form": self.form.id},
            "cells": {
                name: {"value": cell.value, "state": cell.state, "printed": cell.printed} for name, cell in self.cells.items()
            },
            "planted": list(self.planted),
            "contradicted": list(self.contradicted),
        }


def invent_truth(dice: random.Random, *, form: str | None = None, blanks: bool = True, droppable: bool = True) -> Truth:
    """A report. ``blanks`` and ``droppable``: whether the layout can show an empty cell, or the lack of a row."""
    chosen = load_forms()[form or dice.choice(FORMS)]
    organ = invent_organ(dice)
    first, last = YEARS[chosen.id]
    year = dice.randint(2021, 2024) if chosen.id == "2019" and dice.random() < 0.25 else dice.randint(first, last)
    figures = invent_figures(chosen, organ.weight, dice)
    planted = _plant(figures, chosen, dice) if dice.random() < 0.12 else ()
    style = invent_style(dice, blanks=blanks)
    cells = {name: print_cell(name, value, style, dice, planted=name in planted) for name, value in figures.items()}
    gone = tuple(_absent_tables(chosen, figures, dice)) if not planted and dice.random() < 0.03 else ()
    rows = _dropped_rows(chosen, figures, dice) if droppable and not planted and dice.random() < 0.04 else ()
    cells |= {name: ABSENT for name in cells if name.split(".")[0] in gone or ".".join(name.split(".")[:2]) in rows}
    contradicted = ("requests.new.total",) if chosen.id != "2014" and dice.random() < 0.04 else ()
    return Truth(organ, year, chosen, cells, planted, gone, contradicted)


def _plant(figures: Figures, form: Form, dice: random.Random) -> tuple[str, ...]:
    """Print one cell wrong, as typing errors do it: off by a little, or with a digit doubled or lost."""
    table = dice.choice([table for table in form.tables if table.id != "proactive"])
    cell = dice.choice([name for name in table.cell_ids() if _in_identity(name)])
    value = int(figures[cell])
    wrong = dice.choice([value + 1, value + dice.randint(2, 9), value * 10 + value % 10, value // 10, max(value - 1, 0)])
    figures[cell] = wrong if wrong != value else value + 1
    return (cell,)


def _in_identity(cell: str) -> bool:
    table, row, _ = cell.split(".")
    tied = ("requests", "handled", "answered", "answer_", "denied_", "review", "litigation", "staff")
    return table != "statistics" or row.startswith(tied)


def _absent_tables(form: Form, figures: Figures, dice: random.Random) -> Iterator[str]:
    """The last table, where it holds nothing but zeros: some offices write a sentence instead."""
    table = form.tables[-1]
    if table.id == "remedies" and not any(figures[name] for name in table.cell_ids()):
        yield table.id


def _dropped_rows(form: Form, figures: Figures, dice: random.Random) -> tuple[str, ...]:
    found = [f"{table.id}.{row}" for table in form.tables for row in DROPPED if _is_zero(table, row, figures)]
    return (dice.choice(found),) if found else ()


def _is_zero(table: Table, row: str, figures: Figures) -> bool:
    cells = [name for name in table.cell_ids() if name.startswith(f"{table.id}.{row}.")]
    return bool(cells) and not any(figures[name] for name in cells)
