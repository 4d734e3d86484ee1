"""Text layouts: the flattenings in which real reports come out of converters, clipboards and crawlers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from bench.reports import prose
from bench.reports.truth import Truth
from models.forms import Table, load_forms
from models.quantities import print_quantity
from scripts.sample_forms import Box, Printed, filled, printed

Flatten = Callable[[Table, Truth, random.Random], Iterator[str]]


def report(truth: Truth, dice: random.Random, flatten: Flatten, *, heading: str = "") -> str:
    """The whole report as text, its tables flattened one way."""
    parts = [heading + truth.title, "", heading + "一、总体情况", *prose.overview(truth, dice)]
    for table in load_forms()[truth.form].tables:
        parts += ["", heading + table.title, ""]
        parts += flatten(table, truth, dice)
    parts += ["", heading + "五、存在的主要问题及改进情况", *prose.problems(truth, dice)]
    parts += [heading + "六、其他需要报告的事项", *prose.other(dice), *prose.ending(truth, dice), ""]
    return "\n".join(parts)


def rows_of(table: Table, truth: Truth) -> Printed:
    """The printed table with its merged cells."""
    return printed(table, truth.printed)


def word_cells(table: Table, truth: Truth, dice: random.Random) -> Iterator[str]:
    """Word's own text: each cell behind a tab, cells merged from above as lone tabs, an empty line after each row."""
    for row in filled(rows_of(table, truth), repeat=False):
        yield from ("\t" + text for text in row)
        yield ""


def bare_cells(table: Table, truth: Truth, dice: random.Random) -> Iterator[str]:
    """One cell a line with nothing to tell rows apart."""
    for row in rows_of(table, truth):
        yield from (box.text for box in row)


def shifted_tabs(table: Table, truth: Truth, dice: random.Random) -> Iterator[str]:
    """Tabs between cells; merged cells collapse, so that rows with more labels reach further right."""
    for row in rows_of(table, truth):
        yield "\t".join(box.text for box in row) + "\t" * dice.randint(0, 2)


def full_tabs(table: Table, truth: Truth, dice: random.Random) -> Iterator[str]:
    """Tabs between cells, every merged place blank."""
    yield from ("\t".join(row) for row in filled(rows_of(table, truth)))


def pipes(table: Table, truth: Truth, dice: random.Random) -> Iterator[str]:
    """A Markdown table; the large one is cut by a page and goes on under an empty header."""
    rows = filled(rows_of(table, truth))
    cut = len(rows) // 2 if len(rows) > 20 else len(rows)
    yield from _pipe_rows(rows[:cut])
    if rows[cut:]:
        yield ""
        yield from _pipe_rows([[""] * len(rows[0]), *rows[cut:]])


def _pipe_rows(rows: list[list[str]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield "| " + " | ".join(row) + " |"
        if number == 0:
            yield "|" + "------|" * len(row)


def spaces(table: Table, truth: Truth, dice: random.Random) -> Iterator[str]:
    """Label and values in one line, as layout-keeping converters print them; long labels are broken around the values."""
    for row in rows_of(table, truth):
        labels = [box.text for box in row if not _is_value(box, row)]
        values = "  ".join(box.text for box in row if _is_value(box, row))
        label = labels[-1] if labels else ""
        yield from labels[:-1]
        if len(label) > 12 and values and dice.random() < 0.5:
            half = len(label) // 2
            yield from (
                (label[:half] + "  " + values, label[half:])
                if dice.random() < 0.5
                else (
                    label[:half],
                    label[half:] + "  " + values,
                )
            )
        else:
            yield f"{label}  {values}".strip()


def _is_value(box: Box, row: list[Box]) -> bool:
    return box.text == "" or not any("\u4e00" <= char <= "\u9fff" for char in box.text.replace("无", "").lstrip("增减"))


def full_width(text: str) -> str:
    """Figures in full-width digits."""
    return "".join(
        print_quantity(int(char), "fullwidth") if char.isdecimal() and char.isascii() else char for char in text
    )
