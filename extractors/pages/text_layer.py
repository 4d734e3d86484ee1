"""The text layer and the rulings of PDF pages, through pdfium: words with boxes, strokes as straight rulings.

All coordinates come out in points with the origin at the top left of the page as it is displayed (its /Rotate applied).
"""

from __future__ import annotations

import ctypes
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from extractors.page import Page, Ruling, Word
from models.evidence import Box

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

#: A filled rectangle thinner than this is a ruling; rules of forms are 0.25 to 2 pt.
THICKEST_RULE = 3.0
#: Shorter strokes are parts of drawn glyphs or dots of a dotted line.
SHORTEST_RULE = 2.0
#: A gap wider than this share of the glyph height parts two words.
WORD_GAP = 0.2
#: Two equal glyphs nearer than this share of their height are one, drawn twice for boldness.
SAME_GLYPH = 0.3


@dataclass(frozen=True, slots=True)
class _Glyph:
    char: str
    box: Box
    after_space: bool = False


def read_pages(document: PdfDocument, numbers: Sequence[int]) -> Iterator[Page]:
    """The pages with these numbers (from 1), one at a time."""
    for number in numbers:
        yield read_page(document[number - 1], number)


def read_page(page: PdfPage, number: int) -> Page:
    """One page; raises pypdfium2.PdfiumError when pdfium cannot read it."""
    width, height = page.get_size()
    frame = _Frame.of(page, width, height)
    rulings, pictures, hidden = _drawn(page, frame)
    words = _words(_glyphs(page, frame), rulings)
    return Page(number, width, height, tuple(words), tuple(rulings), tuple(pictures), hidden)


@dataclass(frozen=True, slots=True)
class _Frame:
    """From the page's own coordinates (origin at the crop box's bottom left, not rotated) to those displayed."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    @classmethod
    def of(cls, page: PdfPage, width: float, height: float) -> _Frame:
        left, bottom, right, top = page.get_bbox()
        return cls(left, bottom, right, top, page.get_rotation() % 360)

    def point(self, x: float, y: float) -> tuple[float, float]:
        if self.rotation == 90:
            return y - self.bottom, x - self.left
        if self.rotation == 180:
            return self.right - x, y - self.bottom
        if self.rotation == 270:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        (ax, ay), (bx, by) = self.point(x0, y0), self.point(x1, y1)
        return Box(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


def _glyphs(page: PdfPage, frame: _Frame) -> list[_Glyph]:
    import pypdfium2.raw as pdfium

    text = page.get_textpage()
    try:
        raw = text.raw
        found: list[_Glyph] = []
        edges = [ctypes.c_double() for _ in range(4)]
        left, right, bottom, top = edges
        loose = pdfium.FS_RECTF()
        space = False
        for index in range(text.count_chars()):
            code = pdfium.FPDFText_GetUnicode(raw, index)
            if code in (0, 0xFFFE, 0xFFFF) or chr(code).isspace() or 0xD800 <= code < 0xE000:
                # pdfium makes up spaces and line ends between glyphs; only those that the file holds part words.
                space = space or pdfium.FPDFText_IsGenerated(raw, index) == 0
                continue
            if pdfium.FPDFText_GetLooseCharBox(raw, index, loose):
                box = frame.box(loose.left, loose.bottom, loose.right, loose.top)
            elif pdfium.FPDFText_GetCharBox(raw, index, left, right, bottom, top):
                box = frame.box(left.value, bottom.value, right.value, top.value)
            else:
                continue
            found.append(_Glyph(chr(code), box, space))
            space = False
        return found
    finally:
        text.close()


def _words(glyphs: Sequence[_Glyph], rulings: Sequence[Ruling]) -> list[Word]:
    """Glyphs in the order in which they are drawn become words; a gap, a new line or a vertical ruling parts them."""
    vertical = sorted((ruling for ruling in rulings if ruling.x0 == ruling.x1), key=_across)
    words: list[Word] = []
    run: list[_Glyph] = []
    for glyph in _once(glyphs):
        if run and not _continues(run[-1], glyph, vertical):
            words.append(_word(run))
            run = []
        run.append(glyph)
    if run:
        words.append(_word(run))
    return words


def _once(glyphs: Sequence[_Glyph]) -> Iterator[_Glyph]:
    """Leave out glyphs drawn twice in the same place (fake bold, shadows)."""
    recent: dict[str, list[Box]] = {}
    for glyph in glyphs:
        boxes = recent.setdefault(glyph.char, [])
        near = SAME_GLYPH * max(glyph.box.height, 1.0)
        twin = any(abs(b.x0 - glyph.box.x0) < near and abs(b.y0 - glyph.box.y0) < near for b in boxes)
        if not twin:
            boxes.append(glyph.box)
            yield glyph


def _across(ruling: Ruling) -> float:
    return ruling.x0


def _continues(left: _Glyph, right: _Glyph, vertical: Sequence[Ruling]) -> bool:
    """Whether a glyph belongs to the word before it; ``vertical`` rulings are sorted from left to right."""
    height = max(left.box.height, right.box.height, 1.0)
    if right.after_space or abs(left.box.center_y - right.box.center_y) > height / 2:
        return False
    gap = right.box.x0 - left.box.x1
    if gap > WORD_GAP * height or gap < -height:
        return False
    middle = left.box.center_y
    first = bisect_right(vertical, left.box.center_x, key=_across)
    last = bisect_left(vertical, right.box.center_x, lo=first, key=_across)
    return not any(rule.y0 <= middle <= rule.y1 for rule in vertical[first:last])


def _word(run: Sequence[_Glyph]) -> Word:
    box = run[0].box
    for glyph in run[1:]:
        box = box.union(glyph.box)
    return Word("".join(glyph.char for glyph in run), box)


def _drawn(page: PdfPage, frame: _Frame) -> tuple[list[Ruling], list[Box], float]:
    """Straight rulings among the drawn paths, the boxes of pictures, the share of texts that cannot be seen."""
    import pypdfium2.raw as pdfium

    rulings: list[Ruling] = []
    pictures: list[Box] = []
    texts: list[tuple[Box, bool]] = []
    for item in page.get_objects(max_depth=4):
        if item.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            picture = frame.box(*item.get_bounds())
            pictures.append(picture)
            texts = [(text, hidden or _covers(picture, text)) for text, hidden in texts]
        elif item.type == pdfium.FPDF_PAGEOBJ_TEXT:
            mode = pdfium.FPDFTextObj_GetTextRenderMode(item.raw)
            texts.append((frame.box(*item.get_bounds()), mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE))
        elif item.type == pdfium.FPDF_PAGEOBJ_PATH and _is_visible(item):
            rulings.extend(_path_rulings(item, frame))
    return rulings, pictures, sum(hidden for _, hidden in texts) / max(len(texts), 1)


def _covers(picture: Box, text: Box) -> bool:
    across = picture.x0 <= (text.x0 + text.x1) / 2 <= picture.x1
    return across and picture.y0 <= (text.y0 + text.y1) / 2 <= picture.y1


def _is_visible(item: Any) -> bool:
    """Drawn with some colour that is not white."""
    import pypdfium2.raw as pdfium

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDFPath_GetDrawMode(item.raw, fill, stroke):
        return False
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    getters = []
    if stroke.value:
        getters.append(pdfium.FPDFPageObj_GetStrokeColor)
    if fill.value:
        getters.append(pdfium.FPDFPageObj_GetFillColor)
    for getter in getters:
        if not getter(item.raw, red, green, blue, alpha):
            return True
        if alpha.value and min(red.value, green.value, blue.value) < 250:
            return True
    return False


def _path_rulings(item: Any, frame: _Frame) -> Iterator[Ruling]:
    """Strokes along the axes; thin filled rectangles; the borders of stroked rectangles."""
    import pypdfium2.raw as pdfium

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item.raw, fill, stroke)
    box = frame.box(*item.get_bounds())
    if min(box.width, box.height) <= THICKEST_RULE:
        yield from _thin(box)
        return
    if stroke.value:
        for (ax, ay), (bx, by) in pairwise(_corners(item, frame)):
            yield from _thin(Box(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)))


def _thin(box: Box) -> Iterator[Ruling]:
    if max(box.width, box.height) < SHORTEST_RULE or min(box.width, box.height) > THICKEST_RULE:
        return
    if box.width >= box.height:
        yield Ruling(box.x0, box.center_y, box.x1, box.center_y)
    else:
        yield Ruling(box.center_x, box.y0, box.center_x, box.y1)


def _corners(item: Any, frame: _Frame) -> list[tuple[float, float]]:
    """The points of a path in page coordinates; a path with curves has none that count."""
    import pypdfium2.raw as pdfium

    a, b, c, d, e, f = item.get_matrix().get()
    points: list[tuple[float, float]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(pdfium.FPDFPath_CountSegments(item.raw)):
        segment = pdfium.FPDFPath_GetPathSegment(item.raw, index)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_BEZIERTO:
            return []
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        points.append(frame.point(a * x.value + c * y.value + e, b * x.value + d * y.value + f))
        if pdfium.FPDFPathSegment_GetClose(segment) and points:
            points.append(points[0])
    return points
