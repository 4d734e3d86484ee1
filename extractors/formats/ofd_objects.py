"""Objects of one OFD page (GB/T 33190-2016, chapters 8 to 11) as words, rulings and pictures in points."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.etree import _Element

from extractors.formats.ofd_geometry import (
    POINTS_PER_MM,
    Matrix,
    Segment,
    box_of,
    deltas,
    matrix_of,
    numbers,
    subpaths,
)
from extractors.page import Ruling, Word
from models.evidence import Box

#: Share of the font size above and below the base line that Chinese glyphs fill.
_ASCENT, _DESCENT = 0.86, 0.14
#: A gap between glyphs wider than this share of the font size parts two words.
_WORD_GAP = 0.35
#: Strokes that lean by less than this many points are drawn straight; fills thinner than this are strokes.
_STRAIGHT, _THIN = 0.75, 2.0
#: Containers that only group objects.
_GROUPS = frozenset({"Content", "Layer", "PageBlock"})


@dataclass(frozen=True, slots=True)
class _Glyph:
    char: str
    x: float
    y: float
    advance: float


@dataclass
class Drawing:
    """What was found on a page so far, in points."""

    words: list[Word] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)


def local(element: _Element) -> str:
    """The name without its namespace, which differs between makers; empty for comments."""
    name: object = element.tag
    return name.rsplit("}", 1)[-1] if isinstance(name, str) else ""


def draw(content: _Element, drawing: Drawing, composites: dict[str, _Element], outer: Matrix | None = None) -> None:
    """Add the visible objects below ``content``. ``composites`` are vector graphics that pages refer to by id."""
    for element in content:
        name = local(element)
        if name in _GROUPS:
            draw(element, drawing, composites, outer)
        elif element.get("Visible") in ("false", "0"):
            continue
        elif name == "TextObject":
            _draw_text(element, drawing, outer)
        elif name == "PathObject":
            _draw_path(element, drawing, outer)
        elif name == "ImageObject":
            drawing.pictures += _picture(element, outer)
        elif name == "CompositeObject":
            unit = composites.get(element.get("ResourceID") or "")
            # A unit that refers to itself would not end: what it holds may hold no other.
            if unit is not None:
                draw(unit, drawing, {}, _placement(element, outer))


def _placement(element: _Element, outer: Matrix | None) -> Matrix:
    """From the object's own space to millimetres on the page."""
    matrix = matrix_of(element.get("CTM"))
    boundary = box_of(element.get("Boundary"))
    if boundary is not None:
        matrix = matrix.then(Matrix(e=boundary[0], f=boundary[1]))
    return matrix.then(outer) if outer is not None else matrix


def _box(matrix: Matrix, x0: float, y0: float, x1: float, y1: float) -> Box:
    corners = [matrix.at(x, y) for x in (x0, x1) for y in (y0, y1)]
    xs, ys = [x * POINTS_PER_MM for x, _ in corners], [y * POINTS_PER_MM for _, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _picture(element: _Element, outer: Matrix | None) -> list[Box]:
    """The unit square under the object's matrix; the whole boundary where it has none."""
    if element.get("CTM"):
        return [_box(_placement(element, outer), 0, 0, 1, 1)]
    boundary = box_of(element.get("Boundary"))
    if boundary is None:
        return []
    x, y, width, height = boundary
    return [_box(outer or Matrix(), x, y, x + width, y + height)]


def _draw_text(element: _Element, drawing: Drawing, outer: Matrix | None) -> None:
    size = next(iter(numbers(element.get("Size"))), 0.0)
    if size <= 0:
        return
    scale = next(iter(numbers(element.get("HScale"))), 1.0)
    matrix = _placement(element, outer)
    x = y = 0.0
    for code in element:
        if local(code) == "TextCode":
            # Left-out coordinates are those of the code before (GB/T 33190, 11.3).
            x = next(iter(numbers(code.get("X"))), x)
            y = next(iter(numbers(code.get("Y"))), y)
            for word in _words(_glyphs(code, x, y, size * scale), size):
                drawing.words.append(_placed_word(word, matrix, size))


def _glyphs(code: _Element, x: float, y: float, size: float) -> list[_Glyph]:
    text = (code.text or "").strip("\r\n")
    across, down = deltas(code.get("DeltaX")), deltas(code.get("DeltaY"))
    glyphs: list[_Glyph] = []
    for number, char in enumerate(text):
        glyphs.append(_Glyph(char, x, y, _advance(char, size)))
        # Deltas given for one direction alone leave the other at rest; with none at all the glyphs follow each other.
        x += across[number] if number < len(across) else 0.0 if down else glyphs[-1].advance
        y += down[number] if number < len(down) else 0.0
    return glyphs


def _advance(char: str, size: float) -> float:
    return size if unicodedata.east_asian_width(char) in "WFA" else size / 2


def _words(glyphs: list[_Glyph], size: float) -> Iterator[list[_Glyph]]:
    """Glyphs that stand side by side on one line (or below each other, set vertically); blanks part them."""
    word: list[_Glyph] = []
    for glyph in glyphs:
        if glyph.char.isspace() or (word and not _joins(word[-1], glyph, size)):
            if word:
                yield word
            word = []
        if not glyph.char.isspace():
            word.append(glyph)
    if word:
        yield word


def _joins(left: _Glyph, right: _Glyph, size: float) -> bool:
    return abs(right.y - left.y) < size * 0.3 and -size * 0.6 < right.x - left.x - left.advance < size * _WORD_GAP


def _placed_word(word: list[_Glyph], matrix: Matrix, size: float) -> Word:
    first, last = word[0], word[-1]
    box = _box(matrix, first.x, first.y - size * _ASCENT, last.x + last.advance, first.y + size * _DESCENT)
    return Word("".join(glyph.char for glyph in word), box)


def _draw_path(element: _Element, drawing: Drawing, outer: Matrix | None) -> None:
    matrix = _placement(element, outer)
    data = next((each.text for each in element if local(each) == "AbbreviatedData"), None)
    for figure in subpaths(data):
        strokes = [_in_points(matrix, segment) for segment in figure]
        if element.get("Fill") in ("true", "1") and _is_thin(strokes):
            drawing.rulings += _middle(strokes)
        elif element.get("Stroke") not in ("false", "0"):
            drawing.rulings += [ruling for stroke in strokes for ruling in _straight(*stroke)]


def _in_points(matrix: Matrix, segment: Segment) -> Segment:
    x0, y0 = matrix.at(segment[0], segment[1])
    x1, y1 = matrix.at(segment[2], segment[3])
    return x0 * POINTS_PER_MM, y0 * POINTS_PER_MM, x1 * POINTS_PER_MM, y1 * POINTS_PER_MM


def _extent(strokes: list[Segment]) -> Box:
    xs = [x for stroke in strokes for x in (stroke[0], stroke[2])]
    ys = [y for stroke in strokes for y in (stroke[1], stroke[3])]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _is_thin(strokes: list[Segment]) -> bool:
    box = _extent(strokes)
    return min(box.width, box.height) < _THIN


def _middle(strokes: list[Segment]) -> list[Ruling]:
    """A filled thin rectangle is a ruling drawn as an area: many makers convert table borders so."""
    box = _extent(strokes)
    if box.width >= box.height:
        return _straight(box.x0, box.center_y, box.x1, box.center_y)
    return _straight(box.center_x, box.y0, box.center_x, box.y1)


def _straight(x0: float, y0: float, x1: float, y1: float) -> list[Ruling]:
    """The stroke as a ruling; empty for slanting ones and for dots."""
    if abs(y1 - y0) < _STRAIGHT <= abs(x1 - x0):
        y = (y0 + y1) / 2
        return [Ruling(min(x0, x1), y, max(x0, x1), y)]
    if abs(x1 - x0) < _STRAIGHT <= abs(y1 - y0):
        x = (x0 + x1) / 2
        return [Ruling(x, min(y0, y1), x, max(y0, y1))]
    return []
