"""A scanned page as words, rules and readings: the stages in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors.grid import Grid, GridCell
from extractors.grids.pageblocks import page_blocks
from extractors.grids.ruled import LATTICE
from extractors.page import Block, Line, Page, Ruling, Word
from extractors.routing import judge_route
from extractors.scan.blanks import is_empty, lost_dashes
from extractors.scan.flat import Sheet, box_back, laid_flat
from extractors.scan.layout import Layout, to_pixels
from extractors.scan.orientation import head_up
from extractors.scan.raster import POINTS, Raster
from extractors.scan.read import ENGINES
from extractors.scan.seals import seal_names
from extractors.scan.stacked import restored
from extractors.scan.strips import OTHER, Gray
from extractors.scan.upright import ILLEGIBLE, legibility
from models.evidence import Box, Place
from models.readings import Reading

ROUTE = "ocr"
#: A page with less ink than this share is blank: the back of a sheet.
BLANK_PAGE, INK_TONE = 0.0006, 150
DASHES = frozenset("—–-－─一")
MAYBE_BLANK = (Reading("", 0.7), Reading("—", 0.2))
#: How sure what is read beside a hidden place is still, if it is no further than this many times the height of the text.
HIDDEN, NEAR = 0.6, 0.6
#: What a recogniser makes of a speck on its own.
SPECKS = " ,.，。、·•'\"`‘’"


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
    layout = head_up(laid_flat(raster))
    sheet = layout.sheet
    words, rulings, score = _read(layout)
    height, width = sheet.grey.shape
    share = POINTS / sheet.dpi
    page = Page(raster.number, width * share, height * share, words, rulings)
    blocks = _blocks(page)
    blanks = [to_pixels(box, sheet.dpi) for block in blocks if isinstance(block, Grid) for box in _blank_boxes(block)]
    sure = not lost_dashes(sheet.grey, blanks, sheet.dpi)
    placed = tuple(_placed(block, sheet, raster, sure=sure) for block in blocks)
    seals = seal_names(raster) if "seal" in sheet.steps else ()
    return ScannedPage(placed, sheet.repairs, score, _problem(sheet.grey, score), seals)


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


def _read(layout: Layout) -> tuple[tuple[Word, ...], tuple[Ruling, ...], float]:
    """Text by cell or by line, then readings, then the rules that the readings show to be lost; and how legible the lines were."""
    share = POINTS / layout.sheet.dpi
    if layout.is_picture:
        return (), layout.rulings, layout.legibility
    words = tuple(
        Word(readings[0].text, Box(*(edge * share for edge in crop.box)), readings)
        for crop, readings in zip(layout.crops, layout.read(), strict=True)
        if readings and readings[0].text.strip(SPECKS)
    )
    height, width = layout.sheet.grey.shape
    rulings = restored(Page(1, width * share, height * share, words, layout.rulings), layout.glyph * share)
    return words, rulings, legibility([word.readings[0] for word in words])


def _blank_boxes(grid: Grid) -> list[Box]:
    return [cell.place.box for cell in grid.cells if not cell.text.strip() and cell.place.box is not None]


def _placed(block: Block, sheet: Sheet, raster: Raster, *, sure: bool) -> Block:
    """A block with its boxes led back to the page as it was given; ``sure``: a blank may be taken for one."""
    if isinstance(block, Line):
        return replace(block, text=block.text.replace(OTHER, ""), place=_led_back(block.place, sheet, raster))
    sure = sure and block.route == LATTICE and not any(cell.text.strip() in DASHES for cell in block.cells)
    cells = tuple(_doubted(_cell(cell, sheet, raster, sure=sure), sheet.hidden) for cell in block.cells)
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
        and not (sure and is_empty(sheet.grey, to_pixels(box, sheet.dpi), sheet.dpi))
    ):
        cell = replace(cell, readings=MAYBE_BLANK)
    return replace(cell, place=_led_back(cell.place, sheet, raster))


def _doubted(cell: GridCell, hidden: Sequence[Box]) -> GridCell:
    """A cell is doubted where a part of it is hidden: there a figure may stand, or a part of one."""
    box = cell.place.box
    if box is None:
        return cell
    near = NEAR * (box.y1 - box.y0) if cell.text.strip() else 0.0
    across = any(
        box.x0 - near < one.x1 and one.x0 < box.x1 + near and box.y0 - near < one.y1 and one.y0 < box.y1 + near
        for one in hidden
    )
    if not across:
        return cell
    readings = tuple(replace(reading, p=HIDDEN * reading.p) for reading in cell.readings)
    return replace(cell, readings=readings if cell.text.strip() else MAYBE_BLANK)


def _led_back(place: Place, sheet: Sheet, raster: Raster) -> Place:
    box = place.box
    if box is None:
        return place
    share = sheet.dpi / POINTS
    found = box_back((box.x0 * share, box.y0 * share, box.x1 * share, box.y1 * share), sheet.back, raster.dpi)
    width, height = raster.size
    return replace(place, box=Box(max(0.0, found.x0), max(0.0, found.y0), min(width, found.x1), min(height, found.y1)))
