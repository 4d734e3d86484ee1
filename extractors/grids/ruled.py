"""Tables drawn with rules: strokes become grid lines, grid lines cells, cells without a line between them one cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.geometry import cluster, joined
from extractors.grid import Grid, GridCell
from extractors.page import Page, Ruling, Word
from extractors.text_lines import cell_readings, cell_text
from models.evidence import Box, Place

#: The route by its name in reports.
LATTICE = "lattice"
#: Rules drawn within this distance are one line: double rules, and rules drawn cell by cell.
SNAP = 2.5
#: A stroke may end this far from the line it meets.
REACH = 4.0
#: An upright rule that meets nothing belongs to a table that covers this share of its height.
BESIDE = 0.8
#: Words this far outside the outermost rule still stand in an open column.
MARGIN = 6.0


@dataclass(frozen=True, slots=True)
class Lattice:
    """The lines of one table: positions of its columns and rows, and which strokes are there."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    horizontal: tuple[Ruling, ...]
    vertical: tuple[Ruling, ...]

    @property
    def box(self) -> Box:
        """What the table covers."""
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])


def lattices(page: Page) -> list[Lattice]:
    """The ruled tables of a page, top to bottom. A lone frame or a line under a heading is no table."""
    horizontal = joined([rule for rule in page.rulings if rule.y0 == rule.y1], SNAP)
    vertical = joined([rule for rule in page.rulings if rule.x0 == rule.x1], SNAP)
    found = []
    for group in _with_loose(_touching([*horizontal, *vertical])):
        across = tuple(rule for rule in group if rule.y0 == rule.y1)
        down = tuple(rule for rule in group if rule.x0 == rule.x1)
        xs, ys = cluster([rule.x0 for rule in down], SNAP), cluster([rule.y0 for rule in across], SNAP)
        if (len(xs) >= 2 and len(ys) >= 3) or (len(xs) >= 3 and len(ys) >= 2):
            found.append(_closed(Lattice(tuple(xs), tuple(ys), across, down)))
    return sorted(found, key=lambda lattice: lattice.ys[0])


def _touching(rules: Sequence[Ruling]) -> list[list[Ruling]]:
    """Groups of rules that meet."""
    groups: list[list[Ruling]] = []
    for rule in sorted(rules, key=lambda rule: (rule.y0, rule.x0)):
        reach = Box(rule.x0 - REACH, rule.y0 - REACH, rule.x1 + REACH, rule.y1 + REACH)
        members = [i for i, group in enumerate(groups) if any(_meet(reach, other) for other in group)]
        merged = [rule, *(other for i in members for other in groups[i])]
        groups = [group for i, group in enumerate(groups) if i not in members]
        groups.append(merged)
    return groups


def _with_loose(groups: Sequence[list[Ruling]]) -> list[list[Ruling]]:
    """Add upright rules that meet nothing to the table beside them: a column of merged cells cut by the page."""
    tables = [list(group) for group in groups if any(rule.y0 == rule.y1 for rule in group)]
    for group in groups:
        if any(rule.y0 == rule.y1 for rule in group):
            continue
        for rule in group:
            beside = [table for table in tables if _stands_beside(rule, table)]
            if beside:
                beside[0].append(rule)
    return tables


def _stands_beside(rule: Ruling, table: Sequence[Ruling]) -> bool:
    """Whether most of an upright rule has the table beside it; one that goes past both of its ends is the edge of a page."""
    top, bottom = min(r.y0 for r in table), max(r.y1 for r in table)
    if rule.y0 < top - REACH and rule.y1 > bottom + REACH:
        return False
    return min(rule.y1, bottom) - max(rule.y0, top) >= BESIDE * (rule.y1 - rule.y0)


def _meet(reach: Box, rule: Ruling) -> bool:
    return reach.x0 <= rule.x1 and rule.x0 <= reach.x1 and reach.y0 <= rule.y1 and rule.y0 <= reach.y1


def _closed(lattice: Lattice) -> Lattice:
    """Open sides: columns reach as far as the horizontal rules do, rows cut by the page as far as the vertical ones."""
    left, right = min(r.x0 for r in lattice.horizontal), max(r.x1 for r in lattice.horizontal)
    xs = list(lattice.xs)
    if left < xs[0] - REACH:
        xs.insert(0, left)
    if right > xs[-1] + REACH:
        xs.append(right)
    top, bottom = min(r.y0 for r in lattice.vertical), max(r.y1 for r in lattice.vertical)
    ys = list(lattice.ys)
    if top < ys[0] - REACH:
        ys.insert(0, top)
    if bottom > ys[-1] + REACH:
        ys.append(bottom)
    return Lattice(tuple(xs), tuple(ys), lattice.horizontal, lattice.vertical)


def lattice_grid(lattice: Lattice, words: Sequence[Word], page: int) -> Grid:
    """The grid of a lattice; each word goes to the cell that holds its middle."""
    regions = _regions(lattice)
    texts: dict[tuple[int, int, int, int], list[Word]] = {region: [] for region in regions}
    by_cell = {
        (row, column): region
        for region in regions
        for row in range(region[0], region[2])
        for column in range(region[1], region[3])
    }
    for word in words:
        row = _interval(lattice.ys, word.box.center_y)
        column = _interval(lattice.xs, word.box.center_x)
        texts[by_cell[row, column]].append(word)
    cells = tuple(_cell(region, texts[region], lattice, page) for region in sorted(regions))
    return Grid(cells, len(lattice.ys) - 1, len(lattice.xs) - 1, LATTICE, ("pdfium",))


def _cell(region: tuple[int, int, int, int], words: Sequence[Word], lattice: Lattice, page: int) -> GridCell:
    top, left, bottom, right = region
    box = Box(lattice.xs[left], lattice.ys[top], lattice.xs[right], lattice.ys[bottom])
    if words:
        box = words[0].box
        for word in words[1:]:
            box = box.union(word.box)
    return GridCell(
        cell_text(words), top, left, bottom - top, right - left, Place(page=page, box=box), cell_readings(words)
    )


def _interval(edges: Sequence[float], value: float) -> int:
    inside = sum(edge <= value for edge in edges) - 1
    return max(0, min(inside, len(edges) - 2))


def _regions(lattice: Lattice) -> list[tuple[int, int, int, int]]:
    """Cells as (top, left, bottom, right) line numbers: base cells joined where no rule parts them."""
    rows, columns = len(lattice.ys) - 1, len(lattice.xs) - 1
    parent = {(row, column): (row, column) for row in range(rows) for column in range(columns)}

    def root(cell: tuple[int, int]) -> tuple[int, int]:
        while parent[cell] != cell:
            cell = parent[cell]
        return cell

    for row in range(rows):
        for column in range(columns):
            if column + 1 < columns and not _rule_right(lattice, row, column):
                parent[root((row, column + 1))] = root((row, column))
            if row + 1 < rows and not _rule_below(lattice, row, column):
                parent[root((row + 1, column))] = root((row, column))
    sets: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for cell in parent:
        sets.setdefault(root(cell), []).append(cell)
    return [region for members in sets.values() for region in _rectangles(members)]


def _rectangles(members: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int, int]]:
    """A joined cell is a rectangle; what is not (a rule is missing somewhere) is cut into its rows."""
    top, left = min(r for r, _ in members), min(c for _, c in members)
    bottom, right = max(r for r, _ in members) + 1, max(c for _, c in members) + 1
    if (bottom - top) * (right - left) == len(members):
        yield top, left, bottom, right
        return
    for row in range(top, bottom):
        own = sorted(c for r, c in members if r == row)
        start = own[0]
        for here, following in zip(own, [*own[1:], -1], strict=True):
            if following != here + 1:
                yield row, start, row + 1, here + 1
                start = following


def _rule_right(lattice: Lattice, row: int, column: int) -> bool:
    x, middle = lattice.xs[column + 1], (lattice.ys[row] + lattice.ys[row + 1]) / 2
    return any(abs(r.x0 - x) <= SNAP and r.y0 - SNAP <= middle <= r.y1 + SNAP for r in lattice.vertical)


def _rule_below(lattice: Lattice, row: int, column: int) -> bool:
    y, middle = lattice.ys[row + 1], (lattice.xs[column] + lattice.xs[column + 1]) / 2
    return any(abs(r.y0 - y) <= SNAP and r.x0 - SNAP <= middle <= r.x1 + SNAP for r in lattice.horizontal)
