"""The fourth table: fifteen numbers in one printed row, under two levels of heads (复议; 诉讼, 未经复议 and 复议后)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractors.alignment.columns import Placed, Placing, place_by_count
from extractors.alignment.rows import SeenRow, Slot
from models.folding import label_key
from models.forms import Table

#: Heads by which the table is known wherever it stands.
HEADS = ("结果维持", "结果纠正", "尚未审结", "未经复议直接起诉", "复议后起诉")
#: The innermost heads of each group.
INNERMOST = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")


@dataclass(frozen=True, slots=True)
class Region:
    """The seen rows of the table: indices of its head rows and of the rows that hold its numbers."""

    heads: tuple[int, ...]
    values: tuple[int, ...]


def find_region(seen: Sequence[SeenRow], wanted: int) -> Region | None:
    """From the first head of the table on, rows with numbers until ``wanted`` numbers are there or another table begins."""
    start = next((index for index, row in enumerate(seen) if _has_head(row)), None)
    if start is None:
        return None
    heads: list[int] = []
    values: list[int] = []
    count = 0
    for index in range(start, len(seen)):
        row = seen[index].as_heads()
        if count >= wanted or (values and row.fragment > seen[values[-1]].fragment + 1):
            break
        if row.filled or len(row.slots) >= wanted:
            values.append(index)
            count += max(len(row.filled), len(row.slots) if not row.filled else 0)
        if _has_head(row) or not row.filled:
            heads.append(index)
    return Region(tuple(heads), tuple(values))


def _has_head(row: SeenRow) -> bool:
    """Heads may be broken over lines or cells (结果 / 维持), so the row's words are looked at together."""
    text = label_key("".join(text for _, text in row.heads))
    return any(head in text for head in HEADS)


def place_region(seen: Sequence[SeenRow], region: Region, table: Table) -> Placed:
    """Lay the numbers over the fifteen cells, group by group."""
    count = sum(len(row.columns) for row in table.rows)
    rows = [seen[index] for index in region.values]
    turned = _turned(rows, table)
    if turned is not None:
        return turned
    one_row = _put_together(rows, count)
    slots = one_row if one_row else [slot for row in rows for slot in row.filled]
    columns = _head_columns([seen[index] for index in region.heads], count)
    start = next((index for index, slot in enumerate(slots) if columns and slot.column == columns[0]), None)
    return place_by_count(slots, count, start=start, columns=columns)


def _put_together(rows: Sequence[SeenRow], count: int) -> list[Slot]:
    """The slots of one printed row, also where a crooked picture broke it in two: then no column is filled twice.

    Empty when the numbers stand otherwise, one below the other for instance.
    """
    if len(rows) == 1:
        return list(rows[0].slots)
    if len({row.fragment for row in rows}) > 1 or any(len(row.slots) < count for row in rows):
        return []
    filled = {slot.column: slot for row in rows for slot in row.filled}
    if len(filled) < sum(len(row.filled) for row in rows):
        return []
    return [filled.get(slot.column, slot) for slot in rows[0].slots]


def _head_columns(heads: Sequence[SeenRow], count: int) -> Sequence[int | None]:
    """Columns of the innermost heads (结果维持 … 总计), when there are as many as cells."""
    columns = sorted({column for row in heads for column, text in row.heads if label_key(text) in INNERMOST})
    return columns if len(columns) == count else ()


def _turned(rows: Sequence[SeenRow], table: Table) -> Placed | None:
    """The table set the other way round: five rows (结果维持 … 总计) of one number for each group."""
    wanted = [label_key(column.label) for column in table.rows[0].columns]
    groups = len(table.rows)
    found: dict[str, tuple[Slot, ...]] = {}
    for row in rows:
        key = label_key(row.label)
        if key in wanted and len(row.filled) == groups:
            found.setdefault(key, row.filled)
    if len(found) != len(wanted):
        return None
    return Placed((Placing(1.0, tuple(found[key][group] for group in range(groups) for key in wanted)),))
