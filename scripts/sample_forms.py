"""The forms as tables with merged cells, filled with invented figures that tie up: what the samples are made of."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from models.forms import Form, Row, Table

Values = dict[str, str]


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of a printed table."""

    text: str
    columns: int = 1
    rows: int = 1


Printed = list[list[Box]]


def invent(form: Form, seed: int) -> Values:
    """Figures for every cell of the form that satisfy all its identities."""
    dice = random.Random(seed)
    values: Values = {}
    for table in form.tables:
        fill = {"requests": _requests, "remedies": _remedies, "statistics": _statistics}.get(table.id, _proactive)
        values.update({cell: str(number) for cell, number in fill(table, dice).items()})
    return values


def _proactive(table: Table, dice: random.Random) -> dict[str, int | Decimal]:
    found: dict[str, int | Decimal] = {}
    for row in table.rows:
        for column in row.columns:
            big = column.id in ("decisions", "disclosed_total", "in_force", "items_last_year")
            number: int | Decimal = dice.randint(5, 900) if big else dice.randint(0, 4)
            if column.unit == "万元":
                number = Decimal(dice.randint(0, 99999)).scaleb(-2)
            found[f"{table.id}.{row.id}.{column.id}"] = number
    return found


def _requests(table: Table, dice: random.Random) -> dict[str, int | Decimal]:
    ids = [row.id for row in table.rows]
    outcomes = ids[ids.index("granted") : ids.index("handled_total")]
    columns = [column.id for column in table.rows[0].columns]
    found: dict[str, int | Decimal] = {}
    for column in columns[:-1]:
        scale = 12 if column == "natural_person" else 2
        count = {outcome: max(0, dice.randint(-scale, scale)) for outcome in outcomes}
        count["handled_total"] = sum(count.values())
        count["carried_out"] = dice.randint(0, 3)
        both = count["handled_total"] + count["carried_out"]
        count["carried_in"] = min(both, dice.randint(0, 2))
        count["new"] = both - count["carried_in"]
        found.update({f"requests.{row}.{column}": number for row, number in count.items()})
    for row in ids:
        found[f"requests.{row}.{columns[-1]}"] = sum(found[f"requests.{row}.{column}"] for column in columns[:-1])
    return found


def _remedies(table: Table, dice: random.Random) -> dict[str, int | Decimal]:
    found: dict[str, int | Decimal] = {}
    for row in table.rows:
        parts = [dice.choice((0, 0, 0, 1, 2)) for _ in row.columns[:-1]]
        for column, number in zip(row.columns, [*parts, sum(parts)], strict=True):
            found[f"remedies.{row.id}.{column.id}"] = number
    return found


def _statistics(table: Table, dice: random.Random) -> dict[str, int | Decimal]:
    """Parts first, then what they add up to; a part that stands alone under its whole is at most the whole."""
    number = {row.id: dice.randint(0, 30) for row in table.rows}
    for row in reversed(table.rows):
        parts = [other.id for other in table.rows if other.parent == row.id]
        if len(parts) == 1:
            number[row.id] += number[parts[0]]
        elif parts:
            number[row.id] = sum(number[part] for part in parts)
    return {f"statistics.{row}.value": count for row, count in number.items()}


def printed(table: Table, values: Values) -> Printed:
    """The table as the form prints it."""
    if table.id == "proactive":
        return list(_blocks(table, values))
    if table.id == "statistics":
        head = [Box("统计指标"), Box("单位"), Box("统计数")]
        return [head, *([Box(r.label), Box(r.columns[0].unit or ""), _value(table, r, 0, values)] for r in table.rows)]
    return _groups(table, values) if table.grouped else _matrix(table, values)


def _value(table: Table, row: Row, at: int, values: Values) -> Box:
    return Box(values[f"{table.id}.{row.id}.{row.columns[at].id}"])


def _blocks(table: Table, values: Values) -> Iterator[list[Box]]:
    block = None
    for row in table.rows:
        width = 12 // len(row.columns)
        if row.block != block:
            block = row.block
            yield [Box(row.block, columns=16)]
            yield [Box("信息内容", columns=4), *(Box(column.label, columns=width) for column in row.columns)]
        numbers = (_value(table, row, at, values).text for at in range(len(row.columns)))
        yield [Box(row.label, columns=4), *(Box(number, columns=width) for number in numbers)]


def _matrix(table: Table, values: Values) -> Printed:
    note = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
    labels = [column.label for column in table.rows[0].columns]
    rows = [
        [Box(note, columns=3, rows=3), Box("申请人情况", columns=7)],
        [Box(labels[0], rows=2), Box("法人或其他组织", columns=5), Box(labels[-1], rows=2)],
        [Box(label) for label in labels[1:-1]],
    ]
    for number, row in enumerate(table.rows):
        before = table.rows[number - 1].path if number else ()
        boxes = []
        for depth, label in enumerate(row.path):
            if before[: depth + 1] == row.path[: depth + 1]:
                continue  # spanned by the row in which it began
            last = depth == len(row.path) - 1
            boxes.append(Box(label, columns=3 - depth if last else 1, rows=_span(table, number, depth)))
        rows.append([*boxes, *(_value(table, row, at, values) for at in range(len(labels)))])
    return rows


def _span(table: Table, number: int, depth: int) -> int:
    prefix = table.rows[number].path[: depth + 1]
    rest = table.rows[number:]
    return next((n for n, row in enumerate(rest) if row.path[: depth + 1] != prefix), len(rest))


def _groups(table: Table, values: Values) -> Printed:
    width = len(table.rows[0].columns)
    first, *others = table.rows
    heads = [Box(column.label) for row in table.rows for column in row.columns]
    return [
        [Box(first.label, columns=width, rows=2), Box(others[0].path[0], columns=width * len(others))],
        [Box(row.label, columns=width) for row in others],
        heads,
        [_value(table, row, at, values) for row in table.rows for at in range(width)],
    ]


def filled(rows: Printed, *, repeat: bool = True) -> list[list[str]]:
    """The table as texts; a merged cell stands in its first place, the others are blank.

    Without ``repeat`` a cell merged across columns takes one place, as in Word's text.
    """
    width = sum(box.columns for box in rows[0])
    grid: list[list[str | None]] = [[None] * width for _ in rows]
    for top, row in enumerate(rows):
        for box in row:
            left = grid[top].index(None)
            for down in range(box.rows):
                for right in range(box.columns):
                    keep = repeat or right == 0
                    grid[top + down][left + right] = box.text if not down and not right else "" if keep else "\0"
    return [[text for text in row if text is not None and text != "\0"] for row in grid]
