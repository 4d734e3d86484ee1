"""Which cell of the row each slot is: by the header's columns where positions can be trusted, else by counting.

Never decides in silence: a row with a number too many, or with fewer numbers than cells and no sign of where the blanks
are, gives several hypotheses and a note.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from extractors.alignment.labels import key_of
from extractors.alignment.rows import SeenRow, Slot
from models.folding import label_key

#: More superfluous numbers than this and the row is not read at all.
MOST_EXTRA = 2
#: More ways than this of placing too few numbers and only the contiguous ones are kept.
MOST_PLACINGS = 40


@dataclass(frozen=True, slots=True)
class Placing:
    """One way of laying slots over the cells of a row: a slot or None for each cell, and its weight."""

    weight: float
    slots: tuple[Slot | None, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """All ways that what is seen allows, and a note for the reviewer where there is more than one or none."""

    placings: tuple[Placing, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class HeaderMap:
    """Grid column of each form column (None where no header was found), ``subtotal`` of a printed 小计 column."""

    columns: tuple[int | None, ...]
    subtotal: int | None = None

    @property
    def complete(self) -> bool:
        """Whether every form column has its place."""
        return all(column is not None for column in self.columns)

    @property
    def start(self) -> int | None:
        """The column of the first form column."""
        return self.columns[0]


SUBTOTAL_LABELS = frozenset({"小计", "法人或其他组织小计", "法人小计"})


def _is_subtotal(head: str) -> bool:
    """小计, also with its second glyph misread: no other head of the forms is two glyphs that begin so."""
    return head in SUBTOTAL_LABELS or (len(head) == 2 and head.startswith("小"))


def header_map(rows: Sequence[SeenRow], labels: Sequence[str]) -> HeaderMap | None:
    """Find the column heads of a table among the heads of its first rows.

    ``labels`` are the form's column labels in order. The last head above a column wins (其他 stands under 法人或其他组织).
    Returns None when fewer than half of the labels are there or when they stand out of order.
    """
    heads: dict[int, str] = {}
    for row in rows:
        for column, text in row.heads:
            key = label_key(text)
            if key:
                heads[column] = key
    heads = {column: "总计" if key == "合计" else key for column, key in heads.items()}
    wanted = [label_key(label) for label in labels]
    columns: list[int | None] = []
    floor = -1
    for label in wanted:
        found = next((at for at in sorted(heads) if at > floor and _same_head(heads[at], label)), None)
        columns.append(found)
        floor = floor if found is None else found
    if sum(column is not None for column in columns) * 2 <= len(columns):
        return None
    subtotal = next((at for at in sorted(heads) if _is_subtotal(heads[at]) and at not in columns), None)
    return HeaderMap(tuple(columns), subtotal)


def _same_head(head: str, label: str) -> bool:
    return head == label or (len(label) > 2 and (head.startswith(label) or head.endswith(label)))


def place_by_header(row: SeenRow, header: HeaderMap) -> Placed | None:
    """Lay slots over cells by their grid columns.

    Returns None when positions and contents do not agree: a number outside the mapped columns, a cell over several of
    them, or a column without a cell; then counting has to decide.
    """
    if not header.complete:
        return None
    cells: list[Slot | None] = []
    used: set[int] = set()
    for column in header.columns:
        assert column is not None
        slot = slot_at(row, column)
        if slot is None or (not slot.blank and slot.column in used):
            return None
        used.add(slot.column)
        cells.append(slot)
    stray = [slot for slot in row.filled if slot.column not in used and slot.column != header.subtotal]
    if stray:
        return None
    return Placed((Placing(1.0, tuple(cells)),))


def slot_at(row: SeenRow, column: int | None) -> Slot | None:
    """The slot that covers a grid column."""
    if column is None:
        return None
    return next((slot for slot in row.slots if slot.column <= column < slot.column + slot.span), None)


def place_by_count(
    slots: Sequence[Slot], count: int, *, start: int | None, columns: Sequence[int | None] = ()
) -> Placed:
    """Lay slots over ``count`` cells by their number and order.

    ``start`` is the slot at which the values of rows like this one begin (None when that is not known); ``columns`` the
    header's columns, which only make some placings likelier than others.
    """
    filled = [slot for slot in slots if not slot.blank]
    if len(filled) == count:
        return Placed((Placing(1.0, tuple(filled)),))
    if len(filled) > count:
        return _drop_extra(filled, count, columns)
    if len(slots) == count:
        return Placed((Placing(1.0, tuple(slots)),))
    if len(slots) > count:
        return _window(slots, count, start)
    return _spread(filled, count)


def _drop_extra(filled: Sequence[Slot], count: int, columns: Sequence[int | None]) -> Placed:
    extra = len(filled) - count
    if extra > MOST_EXTRA:
        return Placed((), f"the row holds {len(filled)} numbers where the form has {count} cells")
    best: dict[tuple[str, ...], Placing] = {}
    for kept in combinations(filled, count):
        agree = sum(slot.column == column for slot, column in zip(kept, columns, strict=False))
        outcome = tuple(slot.text for slot in kept)
        if outcome not in best or best[outcome].weight < 1.0 + agree:
            best[outcome] = Placing(1.0 + agree, kept)
    if len(best) == 1:  # Whichever is left out, the row says the same.
        return Placed(tuple(best.values()))
    note = (
        f"the row holds {len(filled)} numbers where the form has {count} cells: which one is superfluous is not certain"
    )
    return Placed(tuple(best.values()), note)


def _window(slots: Sequence[Slot], count: int, start: int | None) -> Placed:
    """More slots than cells, some blank: a window of ``count`` slots that holds everything printed."""
    filled = [index for index, slot in enumerate(slots) if not slot.blank]
    first, last = (filled[0], filled[-1]) if filled else (0, 0)
    starts = [at for at in range(len(slots) - count + 1) if at <= first and last < at + count]
    if not filled:
        starts = [start if start is not None and start + count <= len(slots) else 0]
        start = starts[0]
    if not starts:
        return _spread([slots[index] for index in filled], count)
    certain = start in starts or (start is None and len(starts) == 1)
    chosen = [start] if start is not None and start in starts else starts
    placings = tuple(Placing(1.0, tuple(slots[at : at + count])) for at in chosen)
    return Placed(placings, "" if certain else "it is not certain in which columns of the row the numbers stand")


def _spread(filled: Sequence[Slot], count: int) -> Placed:
    """Fewer numbers than cells and no blanks to go by: every placing in order is possible."""
    if not filled:
        return Placed((Placing(1.0, (None,) * count),), "nothing is printed after the label")
    ways = list(combinations(range(count), len(filled)))
    if len(ways) > MOST_PLACINGS:
        ways = [tuple(range(at, at + len(filled))) for at in range(count - len(filled) + 1)]
    placings = []
    for way in ways:
        cells: list[Slot | None] = [None] * count
        for position, slot in zip(way, filled, strict=True):
            cells[position] = slot
        placings.append(Placing(1.0, tuple(cells)))
    note = f"the row holds {len(filled)} numbers where the form has {count} cells: which cells are blank is not certain"
    return Placed(tuple(placings), note)


def usual_starts(rows: Sequence[SeenRow], count: int) -> Mapping[int, int]:
    """For each label column, the slot at which full rows begin: the way to place rows with blanks beside them."""
    seen: dict[int, Counter[int]] = {}
    for row in rows:
        filled = [index for index, slot in enumerate(row.slots) if not slot.blank]
        if len(filled) == count and filled[-1] - filled[0] == count - 1:
            seen.setdefault(row.label_column, Counter())[filled[0]] += 1
    return {column: votes.most_common(1)[0][0] for column, votes in seen.items()}


def has_subtotal(rows: Sequence[SeenRow], labels: Sequence[str]) -> int | None:
    """Position of a printed 小计 column among the value columns, None when there is none.

    It stands between 其他 and 总计, or right before the kinds of organisation, as the order of the heads says.
    """
    order = [key_of(text).text for row in rows for _, text in row.heads]
    found = [index for index, text in enumerate(order) if _is_subtotal(text)]
    if not found:
        return None
    at = max(found)
    before = [label_key(label) for label in labels]
    passed = [text for text in order[:at] if text in before]
    innermost = before[1:-1]
    return 1 if not any(text in innermost for text in passed) else len(before) - 1
