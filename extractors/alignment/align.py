"""From blocks in reading order to the rows of a known form: what is seen, where it belongs, and how surely."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.alignment.columns import (
    HeaderMap,
    Placed,
    has_subtotal,
    header_map,
    place_by_count,
    place_by_header,
    slot_at,
    usual_starts,
)
from extractors.alignment.form_choice import FormChoice, choose_form
from extractors.alignment.labels import other_labels
from extractors.alignment.lines import is_prose, rows_of_lines
from extractors.alignment.match import Match, match_rows
from extractors.alignment.remedies import Region, find_region, place_region
from extractors.alignment.rows import SeenRow, Slot, is_value, rows_of_grid, with_neighbours
from extractors.grid import Grid
from extractors.page import Block, Line
from models.candidates import candidate_of
from models.folding import squeeze
from models.forms import Form, Row, Table, load_forms
from models.quantities import parse_cell
from models.readings import Hypothesis, RowReading

#: Without a label (the fourth table has none) a row is as sure as its count of numbers makes it.
UNLABELLED_MATCH = 0.97
#: How sure a form is that only the year speaks for.
NO_HEADINGS = 0.3
_SECTION_HEADING = re.compile("^[一二三四五六七八][、.．,](?!本年新收|上年结转|本年度办理|结转下年)")
#: A figure at the end of a label with more space before it than words have.
_FIGURE_BEHIND = re.compile(r"\S\s{2,}[\d,.]+\s*$")
_PAGE_NUMBER = re.compile(r"^\s*[-—–－]?\s*\d{0,4}\s*[-—–－]?\s*$")
#: The head of the widest table has three rows; vertical heads in flattened text take one line for each character.
MOST_HEADS = 16
#: The heads of a block of the first table stand at most so many rows above a row of it.
BLOCK_REACH = 4


@dataclass(frozen=True, slots=True)
class Alignment:
    """What the blocks say of a form's rows.

    ``lost`` names rows with numbers that stand in a table but belong to no row of the form; ``table_blocks`` are the
    block numbers that the tables occupy, so that prose is what remains.
    """

    choice: FormChoice
    rows: tuple[RowReading, ...]
    lost: tuple[str, ...]
    table_blocks: frozenset[int]
    bordered: bool | None


def align(blocks: Sequence[Block], year: int | None) -> Alignment | None:
    """Align blocks to the form that their headings name; None when there is nothing of any form."""
    choice = choose_form(_short_texts(blocks), year)
    if choice is None:
        return None
    form = load_forms()[choice.form]
    seen = with_neighbours(_seen_rows(blocks, paired=form.id == "2014"))
    readings: list[RowReading] = []
    used: set[int] = set()
    region = _remedies(form, seen, readings, used)
    tables = [table for table in form.tables if not table.grouped]
    open_rows = [index for index in range(len(seen)) if region is None or index not in region.values]
    lost = _labelled(tables, [seen[index] for index in open_rows], readings, used, open_rows)
    order = {cell: number for number, cell in enumerate(form.cell_ids())}
    readings.sort(key=lambda row: order[row.cells[0]])
    bordered = _bordered(blocks)
    return Alignment(choice, tuple(readings), tuple(lost), _table_blocks(blocks, seen, used), bordered)


def without_tables(year: int | None) -> Alignment:
    """The alignment of a document in which no table was found: every cell is absent, and the form is a guess by year."""
    form = next(
        (form.id for form in load_forms().values() if year is not None and year <= (form.last_year or year)), "2021"
    )
    return Alignment(FormChoice(form, NO_HEADINGS, ""), (), (), frozenset(), None)


def _short_texts(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Grid):
            yield from (cell.text for cell in block.cells)
        elif not is_prose(block.text):
            yield block.text


def _seen_rows(blocks: Sequence[Block], *, paired: bool) -> list[SeenRow]:
    rows: list[SeenRow] = []
    pending: list[tuple[int, Line]] = []
    for number, block in enumerate(blocks):
        if isinstance(block, Line):
            pending.append((number, block))
            continue
        if not all(_PAGE_NUMBER.match(line.text) for _, line in pending):
            rows.extend(rows_of_lines(pending, _next_fragment(rows)))
        pending = []
        rows.extend(rows_of_grid(block, _next_fragment(rows), number))
    rows.extend(rows_of_lines(pending, _next_fragment(rows)))
    return [part for row in rows for part in _split_pairs(row)] if paired else rows


def _next_fragment(rows: Sequence[SeenRow]) -> int:
    return rows[-1].fragment + 1 if rows else 0


def _split_pairs(row: SeenRow) -> Iterator[SeenRow]:
    """The annex set in two halves side by side: label, value, label, value in one row."""
    texts = [slot.text for slot in row.slots]
    at = next((index for index, text in enumerate(texts) if not is_value(text)), None)
    if at is None:
        yield row
        return
    yield replace(row, slots=row.slots[:at])
    rest = row.slots[at:]
    end = next((index for index, slot in enumerate(rest) if is_value(slot.text) and not slot.blank), len(rest))
    words = [slot.text for slot in rest[:end] if not slot.blank]
    half = replace(row, labels=tuple(dict.fromkeys((words[0], "".join(words)))), slots=rest[end:])
    yield from _split_pairs(half)


def _remedies(form: Form, seen: Sequence[SeenRow], readings: list[RowReading], used: set[int]) -> Region | None:
    table = next((table for table in form.tables if table.grouped), None)
    if table is None:
        return None
    cells = tuple(table.cell_ids())
    region = find_region(seen, len(cells))
    if region is None:
        return None
    used.update(region.heads, region.values)
    if region.values:
        placed = place_region(seen, region, table)
        if placed.placings or placed.note:
            first = seen[region.values[0]]
            readings.append(RowReading(cells, _hypotheses(cells, placed, first), UNLABELLED_MATCH, _said(placed)))
    return region


def _labelled(
    tables: Sequence[Table], seen: Sequence[SeenRow], readings: list[RowReading], used: set[int], origin: Sequence[int]
) -> list[str]:
    """Match and place the rows of the labelled tables; returns the rows that found no place."""
    targets = [(table, row) for table in tables for row in table.rows]
    matches = match_rows(seen, [row for _, row in targets])
    lost = _lost(seen, matches)
    beside = _beside(lost, matches)
    for table in tables:
        own = [match for match in matches if targets[match.row][0] is table]
        frame = _Frame(table, seen, own)
        for match in own:
            row = targets[match.row][1]
            placed = frame.place(seen[match.seen], row)
            heads = [text for _, text in seen[match.seen].heads]
            others = other_labels("".join(heads), row, (other for _, other in targets))
            has_figure = bool(heads and _FIGURE_BEHIND.search(heads[-1]))
            notes = (*_notes(beside=match.seen in beside, has_figure=has_figure), *_said(placed))
            cells = tuple(f"{table.id}.{row.id}.{column.id}" for column in row.columns)
            hypotheses = _hypotheses(cells, placed, seen[match.seen])
            readings.append(RowReading(cells, hypotheses, match.likeness, notes, _label_notes(match, others)))
            used.add(origin[match.seen])
    return [f"{seen[index].label or '(no label)'}: {_values(seen[index])}" for index in lost]


def _notes(*, beside: bool, has_figure: bool) -> tuple[str, ...]:
    notes = []
    if has_figure:
        notes.append("a figure stands behind the label as if it were part of it")
    if beside:
        notes.append("figures right above or below the row belong to no row of the form")
    return tuple(notes)


def _said(placed: Placed) -> tuple[str, ...]:
    return (placed.note,) if placed.note else ()


def _label_notes(match: Match, others: Sequence[str]) -> tuple[str, ...]:
    notes = []
    if others:
        notes.append(f"its label runs together with that of another row: {', '.join(others)}")
    if match.by_place:
        notes.append("its label could not be read; the rows above and below leave no other row of the form")
    if match.stray:
        notes.append("the row stands out of the form's order")
    return tuple(notes)


def _beside(lost: Sequence[int], matches: Sequence[Match]) -> frozenset[int]:
    """The matched rows next to rows that found no place: a number broken over two lines leaves one of its halves there."""
    taken = sorted(match.seen for match in matches)
    found: set[int] = set()
    for index in lost:
        found.update([at for at in taken if at < index][-1:] + [at for at in taken if at > index][:1])
    return frozenset(found)


def _lost(seen: Sequence[SeenRow], matches: Sequence[Match]) -> list[int]:
    """Rows with numbers among the matched rows of a fragment that were themselves not matched."""
    taken = {match.seen for match in matches}
    spans: dict[int, tuple[int, int]] = {}
    for index in taken:
        low, high = spans.get(seen[index].fragment, (index, index))
        spans[seen[index].fragment] = (min(low, index), max(high, index))
    found = []
    for index, row in enumerate(seen):
        low, high = spans.get(row.fragment, (1, 0))
        if low - 1 <= index <= high + 1 and index not in taken and any(char.isdigit() for char in _values(row)):
            found.append(index)
    return found


def _values(row: SeenRow) -> str:
    return " ".join(slot.text for slot in row.filled)


class _Frame:
    """How the columns of one table lie: header columns by fragment, usual starts, a printed subtotal."""

    def __init__(self, table: Table, seen: Sequence[SeenRow], matches: Sequence[Match]) -> None:
        widths = {len(row.columns) for row in table.rows}
        self.count = max(widths)
        self.uniform = len(widths) == 1 and self.count > 1
        self.labels = [column.label for column in table.rows[0].columns]
        self._seen = seen
        self._rows = [seen[match.seen] for match in matches]
        self._firsts = _first_by_fragment(seen, matches)
        heads = [row for fragment in self._firsts for row in self._heads(fragment)]
        self._subtotal = has_subtotal(heads, self.labels) if self.uniform else None
        self._maps = {fragment: header_map(self._heads(fragment), self.labels) for fragment in self._firsts}
        wide = self.count + (self._subtotal is not None)
        self._starts = usual_starts(self._rows, wide) if self.uniform else {}

    def _heads(self, fragment: int) -> list[SeenRow]:
        """Rows without numbers above the first row of the table in a fragment, the nearest last."""
        first = self._firsts[fragment]
        above: list[SeenRow] = []
        for index in range(first - 1, -1, -1):
            row = self._seen[index].as_heads()
            if row.filled or row.fragment != fragment or len(above) == MOST_HEADS:
                break
            above.insert(0, row)
        return [*above, self._seen[first]]

    def place(self, row: SeenRow, target: Row) -> Placed:
        """Lay the slots of a seen row over the cells of its form row."""
        count = len(target.columns)
        if not self.uniform:
            return self._below_own_heads(row, target) or place_by_count(row.slots, count, start=0)
        header = self._maps.get(row.fragment) or self._inherited(row)
        if row.spatial and header is not None:
            placed = place_by_header(row, header)
            if placed is not None:
                return _with_subtotal(placed, slot_at(row, header.subtotal))
        start = 0 if row.label_column < 0 else self._starts.get(row.label_column)
        if start is None and header is not None and header.start is not None and header.start > row.label_column:
            start = header.start - row.label_column - 1
        columns = header.columns if header is not None else ()
        if self._subtotal is None:
            return place_by_count(row.slots, count, start=start, columns=columns)
        return _without(place_by_count(row.slots, count + 1, start=start), self._subtotal)

    def _below_own_heads(self, row: SeenRow, target: Row) -> Placed | None:
        """Place by the heads of the row's own block, where the row has blanks and stands right below them."""
        if len(row.filled) == len(target.columns):
            return None
        at = next(index for index, seen in enumerate(self._seen) if seen is row)
        for above in reversed(self._seen[max(0, at - BLOCK_REACH) : at]):
            header = header_map([above], [column.label for column in target.columns])
            if above.fragment == row.fragment and header is not None:
                return place_by_header(row, header)
        return None

    def _inherited(self, row: SeenRow) -> HeaderMap | None:
        """A table continued on the next page has no header of its own: columns as on the page before, if as many."""
        earlier = [fragment for fragment, found in self._maps.items() if found is not None and fragment < row.fragment]
        if not earlier:
            return None
        fragment = max(earlier)
        if _width(self._rows, fragment) != _width(self._rows, row.fragment):
            return None
        return self._maps[fragment]


def _first_by_fragment(seen: Sequence[SeenRow], matches: Sequence[Match]) -> dict[int, int]:
    found: dict[int, int] = {}
    for match in sorted(matches, key=lambda match: match.seen):
        found.setdefault(seen[match.seen].fragment, match.seen)
    return found


def _width(rows: Sequence[SeenRow], fragment: int) -> int:
    slots: list[Slot] = [slot for row in rows if row.fragment == fragment for slot in row.slots]
    return max((slot.column + slot.span for slot in slots), default=0)


def _without(placed: Placed, position: int) -> Placed:
    """Leave the printed subtotal out, after holding it against its parts."""
    placings = tuple(
        replace(placing, slots=placing.slots[:position] + placing.slots[position + 1 :]) for placing in placed.placings
    )
    subtotal = placed.placings[0].slots[position] if len(placed.placings) == 1 else None
    return _with_subtotal(Placed(placings, placed.note), subtotal)


def _with_subtotal(placed: Placed, subtotal: Slot | None) -> Placed:
    """A printed 小计 that is not the sum of the five kinds of organisation is a doubt about the whole row."""
    if subtotal is None or len(placed.placings) != 1 or placed.note:
        return placed
    printed = parse_cell(subtotal.text).value
    parts = [parse_cell(slot.text).value if slot else None for slot in placed.placings[0].slots[1:-1]]
    known = [part for part in parts if part is not None]
    if printed is None or len(known) < len(parts) or sum(known) == printed:
        return placed
    return replace(placed, note=f"the printed subtotal {subtotal.text} is not the sum of its parts, {sum(known)}")


def _hypotheses(cells: tuple[str, ...], placed: Placed, row: SeenRow) -> tuple[Hypothesis, ...]:
    return tuple(
        Hypothesis(
            placing.weight,
            tuple(
                candidate_of(slot.text, cell, slot.place, row.route, row.engines, slot.readings) if slot else None
                for cell, slot in zip(cells, placing.slots, strict=True)
            ),
        )
        for placing in placed.placings
    )


def _table_blocks(blocks: Sequence[Block], seen: Sequence[SeenRow], used: set[int]) -> frozenset[int]:
    """Blocks of the tables: every grid, and the lines of a run from its column heads to its last used row."""
    spans: dict[int, tuple[int, int]] = {}
    for index in used:
        block, fragment = seen[index].order[0], seen[index].fragment
        low, high = spans.get(fragment, (block, block))
        spans[fragment] = (min(low, block), max(high, block))
    taken = {number for number, block in enumerate(blocks) if isinstance(block, Grid)}
    for low, high in spans.values():
        while low > 0 and _may_be_head(blocks[low - 1]):
            low -= 1
        taken.update(range(low, high + 1))
    return frozenset(taken)


def _may_be_head(block: Block) -> bool:
    """A line right above a table that belongs to it: neither prose nor the heading of a section."""
    if isinstance(block, Grid) or block.heading or is_prose(block.text):
        return False
    return not _SECTION_HEADING.match(squeeze(block.text))


def _bordered(blocks: Sequence[Block]) -> bool | None:
    routes = {block.route for block in blocks if isinstance(block, Grid)}
    return None if not routes & {"lattice", "stream"} else "lattice" in routes
