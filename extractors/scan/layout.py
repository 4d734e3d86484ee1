"""Where the lines of a sheet stand, in the cells of its tables and outside of them, and how well some of them read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from extractors.grids.ruled import Lattice, lattice_grid, lattices
from extractors.page import Page, Ruling
from extractors.scan.flat import Sheet
from extractors.scan.raster import POINTS
from extractors.scan.read import Crop, read_crops
from extractors.scan.readers.protocol import Readings
from extractors.scan.rules import Rules, rules_of, without_rules
from extractors.scan.segments import Pixels, glyph_height, ink_of, lines_in_cell, runs_outside
from extractors.scan.strips import Gray
from extractors.scan.upright import ILLEGIBLE, SAMPLE, legibility
from models.evidence import Box

#: Lines of about so many glyph heights are read first: one of a few glyphs, a number above all, may read upside down.
TRIED = 14.0
#: No form has so many lines and cells on a page: it may be a picture of something.
MANY_CROPS = 500


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet in one of the ways that it may lie: its rules, its lines of text, the readings of some of these by their number,
    and how legible those were (0..1)."""

    sheet: Sheet
    rules: Rules
    crops: Sequence[Crop]
    glyph: float
    known: Mapping[int, Readings] = field(default_factory=dict)
    legibility: float = 0.0

    @property
    def is_picture(self) -> bool:
        """Whether it has more lines and cells than any form, and those tried do not read."""
        return len(self.crops) > MANY_CROPS and self.legibility < ILLEGIBLE

    @property
    def rulings(self) -> tuple[Ruling, ...]:
        """The rules in points of the sheet."""
        return _rulings(self.rules, POINTS / self.sheet.dpi)

    def read(self) -> list[Readings]:
        """The readings of all lines."""
        rest = [index for index in range(len(self.crops)) if index not in self.known]
        found = dict(zip(rest, read_crops([self.crops[index] for index in rest], self.glyph), strict=True))
        found.update(self.known)
        return [found[index] for index in range(len(self.crops))]


def laid_out(sheet: Sheet, rules: Rules | None = None) -> Layout:
    """The lines of a sheet, a few of them read. ``rules``: where they are known already."""
    rules = rules or rules_of(sheet.grey, sheet.dpi)
    tables = _tables(sheet, _rulings(rules, POINTS / sheet.dpi))
    clean = without_rules(sheet.grey, rules, [to_pixels(table.box, sheet.dpi) for table in tables], sheet.dpi)
    glyph = glyph_height(clean, sheet.dpi)
    crops = _crops(tables, sheet, clean, glyph)
    tried = _tried(crops, glyph)
    read = dict(zip(tried, read_crops([crops[index] for index in tried], glyph), strict=True))
    score = legibility([readings[0] for readings in read.values() if readings])
    # What may be a number is read together with all others of the page.
    known = {index: readings for index, readings in read.items() if not crops[index].is_short(glyph)}
    return Layout(sheet, rules, crops, glyph, known, score)


def _tried(crops: Sequence[Crop], glyph: float) -> Sequence[int]:
    """The numbers of the lines to be read first; of a page with too many for a form some of all kinds."""
    if len(crops) > MANY_CROPS:
        return range(0, len(crops), len(crops) // SAMPLE)

    def unfit(index: int) -> tuple[bool, float]:
        left, _, right, _ = crops[index].box
        return crops[index].is_short(glyph), abs(right - left - TRIED * glyph)

    return sorted(range(len(crops)), key=unfit)[:SAMPLE]


def _rulings(rules: Rules, share: float) -> tuple[Ruling, ...]:
    level = (Ruling(s.start * share, s.at * share, s.end * share, s.at * share) for s in rules.level)
    upright = (Ruling(s.at * share, s.start * share, s.at * share, s.end * share) for s in rules.upright)
    return (*level, *upright)


def _tables(sheet: Sheet, rulings: Sequence[Ruling]) -> list[Lattice]:
    height, width = sheet.grey.shape
    share = POINTS / sheet.dpi
    return lattices(Page(1, width * share, height * share, (), tuple(rulings)))


def _crops(tables: Sequence[Lattice], sheet: Sheet, clean: Gray, glyph: float) -> list[Crop]:
    """Crops of the lines in the cells of ruled tables, then of the runs outside of them; ``clean`` is without the rules."""
    ink = ink_of(clean, glyph)
    boxes = [to_pixels(table.box, sheet.dpi) for table in tables]
    found = [
        Crop(line, clean, in_cell=True, jagged=sheet.jagged)
        for table in tables
        for cell in _cell_boxes(table)
        for line in lines_in_cell(ink, _inside(to_pixels(cell, sheet.dpi)), glyph)
    ]
    found += [Crop(run, clean, in_cell=False, jagged=sheet.jagged) for run in runs_outside(ink, boxes, glyph)]
    return found


def _cell_boxes(table: Lattice) -> list[Box]:
    return [cell.place.box for cell in lattice_grid(table, (), 1).cells if cell.place.box is not None]


def to_pixels(box: Box, dpi: float) -> Pixels:
    """A box in points as one in pixels."""
    share = dpi / POINTS
    return round(box.x0 * share), round(box.y0 * share), round(box.x1 * share), round(box.y1 * share)


def _inside(cell: Pixels) -> Pixels:
    return cell[0] + 3, cell[1] + 2, cell[2] - 2, cell[3] - 1
