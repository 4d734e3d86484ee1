"""A scanned page as words, rules and readings: the stages in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from extractors.grid import Grid, GridCell
from extractors.grids.pageblocks import page_blocks
from extractors.grids.ruled import LATTICE, Lattice, lattice_grid, lattices
from extractors.page import Block, Line, Page, Ruling, Word
from extractors.routing import judge_route
from extractors.scan.blanks import is_empty, lost_dashes
from extractors.scan.flat import Sheet, laid_flat, turned
from extractors.scan.orientation import head_up, on_its_feet
from extractors.scan.raster import POINTS, Raster
from extractors.scan.read import ENGINES, Crop, read_crops
from extractors.scan.rules import Rules, rules_of, without_rules
from extractors.scan.seals import seal_names
from extractors.scan.segments import Pixels, glyph_height, ink_of, lines_in_cell, runs_outside
from extractors.scan.stacked import restored
from extractors.scan.strips import OTHER, Gray
from extractors.scan.upright import SAMPLE, WELL_READ, legibility
from models.evidence import Box, Place
from models.readings import Reading

ROUTE = "ocr"
#: A page with less ink than this share is blank: the back of a sheet.
BLANK_PAGE, INK_TONE = 0.0006, 150
#: Below this usual probability of a character a page is named as illegible.
ILLEGIBLE = 0.55
DASHES = frozenset("—–-－─一")
MAYBE_BLANK = (Reading("", 0.7), Reading("—", 0.2))
#: What a recogniser makes of a speck on its own.
SPECKS = " ,.，。、·•'\"`‘’"
#: A page with more lines and cells than any form has is tried on a few of them first: it may be a picture of something.
MANY_CROPS = 500


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """The blocks of a scanned page, the repairs that it needed, and how legible its lines were (0..1).

    ``problem`` says in a sentence why nothing came of a page that is not blank; empty when all went well. ``seals`` are
    the names on the seals of the page.
    """

    blocks: tuple[Block, ...]
    steps: tuple[str, ...]
    legibility: float
    problem: str = ""
    seals: tuple[Line, ...] = ()


def read_scan(raster: Raster) -> ScannedPage:
    """Read a page. What is seen is placed in points of the page as it was given, whatever was repaired."""
    sheet, rules = on_its_feet(laid_flat(raster))
    words, rulings, score = _read(sheet, rules)
    if score < WELL_READ:
        again = head_up(sheet, rules)
        if again is sheet and score < ILLEGIBLE:
            again = turned(sheet, 2)  # The first glyphs of lines read well upside down at times; whole lines do not.
        if again is not sheet:
            other = _read(again, rules_of(again.grey, again.dpi))
            if other[2] > score:
                sheet, (words, rulings, score) = again, other
    height, width = sheet.grey.shape
    share = POINTS / sheet.dpi
    page = Page(raster.number, width * share, height * share, words, rulings)
    blocks = _blocks(page)
    blanks = [_pixels(box, sheet.dpi) for block in blocks if isinstance(block, Grid) for box in _blank_boxes(block)]
    sure = not lost_dashes(sheet.grey, blanks, sheet.dpi)
    placed = tuple(_placed(block, sheet, raster, sure=sure) for block in blocks)
    seals = seal_names(raster) if "seal" in sheet.steps else ()
    return ScannedPage(placed, sheet.steps, score, _problem(sheet.grey, score), seals)


def _problem(grey: Gray, score: float) -> str:
    if float((grey < INK_TONE).mean()) < BLANK_PAGE:
        return ""
    if score == 0.0:
        return "nothing that can be read was found in the picture of the page"
    return f"the picture of the page is hardly legible ({score:.2f})" if score < ILLEGIBLE else ""


def _blocks(page: Page) -> tuple[Block, ...]:
    """By the rules; where they are too worn to part the numbers, by the places of the words alone."""
    blocks, _ = page_blocks(page)
    if judge_route(page, blocks).enough:
        return blocks
    free, _ = page_blocks(replace(page, rulings=()))
    return free if judge_route(page, free).enough else blocks


def _read(sheet: Sheet, rules: Rules) -> tuple[tuple[Word, ...], tuple[Ruling, ...], float]:
    """Text by cell or by line, then readings, then the rules that the readings show to be lost."""
    share = POINTS / sheet.dpi
    rulings = _rulings(rules, share)
    tables = _tables(sheet, rulings)
    clean = without_rules(sheet.grey, rules, [_pixels(table.box, sheet.dpi) for table in tables], sheet.dpi)
    glyph = glyph_height(clean, sheet.dpi)
    crops = _crops(tables, sheet, clean, glyph)
    if len(crops) > MANY_CROPS:
        trial = read_crops(crops[:: len(crops) // SAMPLE], glyph)
        score = legibility([readings[0] for readings in trial if readings])
        if score < ILLEGIBLE:
            return (), rulings, score
    read = read_crops(crops, glyph)
    words = tuple(
        Word(readings[0].text, Box(*(edge * share for edge in crop.box)), readings)
        for crop, readings in zip(crops, read, strict=True)
        if readings and readings[0].text.strip(SPECKS)
    )
    height, width = sheet.grey.shape
    rulings = restored(Page(1, width * share, height * share, words, rulings), glyph * share)
    return words, rulings, legibility([word.readings[0] for word in words])


def _cell_boxes(table: Lattice) -> list[Box]:
    return [cell.place.box for cell in lattice_grid(table, (), 1).cells if cell.place.box is not None]


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
    boxes = [_pixels(table.box, sheet.dpi) for table in tables]
    found = [
        Crop(line, clean, in_cell=True, jagged=sheet.jagged)
        for table in tables
        for cell in _cell_boxes(table)
        for line in lines_in_cell(ink, _inside(_pixels(cell, sheet.dpi)), glyph)
    ]
    found += [Crop(run, clean, in_cell=False, jagged=sheet.jagged) for run in runs_outside(ink, boxes, glyph)]
    return found


def _pixels(box: Box, dpi: float) -> Pixels:
    share = dpi / POINTS
    return round(box.x0 * share), round(box.y0 * share), round(box.x1 * share), round(box.y1 * share)


def _inside(cell: Pixels) -> Pixels:
    return cell[0] + 3, cell[1] + 2, cell[2] - 2, cell[3] - 1


def _blank_boxes(grid: Grid) -> list[Box]:
    return [cell.place.box for cell in grid.cells if not cell.text.strip() and cell.place.box is not None]


def _placed(block: Block, sheet: Sheet, raster: Raster, *, sure: bool) -> Block:
    """A block with its boxes led back to the page as it was given; ``sure``: a blank may be taken for one."""
    if isinstance(block, Line):
        return replace(block, text=block.text.replace(OTHER, ""), place=_led_back(block.place, sheet, raster))
    sure = sure and block.route == LATTICE and not any(cell.text.strip() in DASHES for cell in block.cells)
    cells = tuple(_cell(cell, sheet, raster, sure=sure) for cell in block.cells)
    return Grid(cells, block.n_rows, block.n_columns, ROUTE, ENGINES, block.spatial)


def _cell(cell: GridCell, sheet: Sheet, raster: Raster, *, sure: bool) -> GridCell:
    """A blank is doubted where ink shows, and always where nothing is ``sure``.

    Without rules nothing says how far the cell reaches; and who writes dashes leaves no blanks beside them, but a dash is the
    first that a bad scan loses.
    """
    box = cell.place.box
    if (
        not cell.text.strip()
        and box is not None
        and not (sure and is_empty(sheet.grey, _pixels(box, sheet.dpi), sheet.dpi))
    ):
        cell = replace(cell, readings=MAYBE_BLANK)
    return replace(cell, place=_led_back(cell.place, sheet, raster))


def _led_back(place: Place, sheet: Sheet, raster: Raster) -> Place:
    box = place.box
    if box is None:
        return place
    corners = np.array([[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]])
    points = sheet.back(corners * sheet.dpi / POINTS) * POINTS / raster.dpi
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    width, height = raster.size
    return replace(place, box=Box(max(0.0, x0), max(0.0, y0), min(width, x1), min(height, y1)))
