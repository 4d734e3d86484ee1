"""The codebook: every column of every table, and for the variables how they map between the forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from api.export import words
from api.export.columns import Column, Row, Table, columns
from api.export.panel.describe import Content, Contents
from models.forms import FORM_IDS, CellLabel, load_forms
from models.variables import Variable, load_variables

CODEBOOK = Table(
    "codebook",
    "one row per column of every table",
    columns(
        ("table", "text", "Table"),
        ("column", "text", "Column"),
        ("alias", "text", "Its name in Stata files"),
        ("type", "text", "text, integer, real, number (exact decimal), count or flag"),
        ("label_zh", "text", "Label in Chinese"),
        ("label_en", "text", "Label in English"),
        ("unit_zh", "text", "Unit in Chinese"),
        ("unit_en", "text", "Unit in English"),
        ("values", "text", "Words that it is limited to"),
        *(
            column
            for form in FORM_IDS
            for column in (
                (f"cell_{form}", "text", f"Cell of the form of {form}"),
                (f"label_{form}", "text", f"What that cell is called on the form of {form}"),
            )
        ),
        ("forms", "text", "Forms that ask it"),
        ("comparable", "text", "Why cells in other words are the same question"),
        ("alone", "text", "Why the other forms have nothing that corresponds"),
        ("breaks", "text", "What it must not be put into one series with, and why"),
        ("given", "integer", "Rows of the panel with a figure"),
        ("in_doubt", "integer", "Rows of the panel that a person should look at, with or without a figure"),
        ("missing", "text", "Rows without a figure, by the reason"),
        ("least", "number", "Least figure"),
        ("greatest", "number", "Greatest figure"),
    ),
    frozen=2,
)


def codebook_rows(tables: Sequence[Table], contents: Contents) -> Iterator[Row]:
    """A row for every column of the tables, with what stands in the variables of the panel."""
    variables = load_variables().by_id
    for table in tables:
        for column in table.columns:
            if column.name in variables and table.name == "panel":
                yield (table.name, *_variable_row(column, variables[column.name], contents.of(column.name)))
            elif column.name in variables:
                label = variables[column.name].label
                yield (table.name, *_plain_row(column, f"{label.zh}：状态", f"{label.en}: what it is worth"))
            else:
                yield (table.name, *_plain_row(column, words.COLUMNS[column.name], column.label))


def _plain_row(column: Column, zh: str, en: str) -> Row:
    values = ", ".join(f"{word} ({zh})" for word, zh in column.levels.items()) or None
    nothing = (None,) * (2 * len(FORM_IDS) + 9)
    return (column.name, column.short, column.kind, zh, en, None, None, values, *nothing)


def _variable_row(column: Column, variable: Variable, content: Content) -> Row:
    cells: list[str | None] = []
    for form in FORM_IDS:
        cell = variable.cells.get(form)
        cells += [cell, None if cell is None else _labels(form)[cell].label]
    joined = "; ".join(f"{form}: {why.zh} {why.en}" for form, why in variable.joined.items())
    alone = load_variables().alone.get(variable.id)
    return (
        column.name,
        column.short,
        column.kind,
        variable.label.zh,
        variable.label.en,
        variable.unit.zh,
        variable.unit.en,
        None,
        *cells,
        " ".join(sorted(variable.cells)),
        joined or None,
        None if alone is None else f"{alone.zh} {alone.en}",
        _breaks(variable) or None,
        content.given,
        content.in_doubt,
        ", ".join(f"{why} {count}" for why, count in content.missing.items()) or None,
        content.least,
        content.greatest,
    )


@cache
def _labels(form: str) -> Mapping[str, CellLabel]:
    return load_forms()[form].labels()


def _breaks(variable: Variable) -> str:
    found = []
    for one in load_variables().breaks_of(variable.id):
        others = ", ".join(name for name in one.variables if name != variable.id)
        found.append(f"NOT COMPARABLE WITH {others}: {one.why.zh} {one.why.en}")
    return "; ".join(found)
