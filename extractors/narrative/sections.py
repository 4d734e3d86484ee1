"""From lines to sections: headings told apart, visual lines joined to running text, places kept."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from extractors.narrative.headings import cut_heading, is_heading
from extractors.page import Line
from models.evidence import Place

#: Marks of converters that are no part of the text.
_MARKS: Final = re.compile(r"\[bookmark:[^\]]*\]|\*\*|^\s*#{1,6}(?=\s)|[\u200b\ufeff\xad]")
_FURNITURE: Final = re.compile(
    r"\s*(?:[-—–－·•\s]*\d{1,3}[-—–－·•\s]*|第\s*\d+\s*页.{0,8}|\d{1,3}\s*/\s*\d{1,3}|(?:https?://|www\.)\S+)\s*"
)
#: A line that starts so begins a paragraph of its own.
_STARTS: Final = re.compile(
    r"\s*(?:[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十]{1,3}、|\d{1,2}[.、．)）](?!\d)|[①-⑳]|第[一二三四五六七八九十]+[章部]|[-•·●◆■])"
)
_ENDS: Final = re.compile(r"[。！？!?；;：:…][”」』）)\"]?\s*$")
#: A running header or footer stands on at least so many pages.
_REPEATED: Final = 3
#: Without boxes, a line shorter than this was ended by its author.
_FULL_LINE: Final = 16


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the prose under one heading.

    ``text`` has one paragraph a line. ``places`` gives, in order, the offset at which each source line starts and its
    place; ``digits`` how sure a recogniser is of the digits of each of these lines. ``page`` is the page (from 1) on which the
    section starts, None where the format has no pages.
    """

    title: str
    text: str
    page: int | None = None
    places: tuple[tuple[int, Place], ...] = ()
    digits: tuple[float, ...] = ()

    def place_at(self, offset: int) -> Place | None:
        """The place of the source line in which the character at ``offset`` stands."""
        index = bisect_right([start for start, _ in self.places], offset) - 1
        return self.places[index][1] if index >= 0 else None

    def digits_between(self, start: int, end: int) -> float:
        """How sure the digits are of the source lines that a part of the text stands in."""
        offsets = [offset for offset, _ in self.places]
        first = max(bisect_right(offsets, start) - 1, 0)
        return min(self.digits[first : bisect_right(offsets, end - 1)], default=1.0)


@dataclass(slots=True)
class _Draft:
    """A section while its lines come in."""

    title: str = ""
    place: Place | None = None
    pieces: list[str] = field(default_factory=list)
    places: list[tuple[int, Place]] = field(default_factory=list)
    digits: list[float] = field(default_factory=list)
    length: int = 0
    last: Line | None = None

    def add(self, text: str, line: Line, joined: bool) -> None:
        glue = "" if joined or not self.pieces else "\n"
        self.places.append((self.length + len(glue), line.place))
        self.digits.append(line.digits)
        self.pieces.append(glue + text)
        self.length += len(glue) + len(text)
        self.last = line

    def section(self) -> Section:
        place = self.place or (self.places[0][1] if self.places else None)
        page = place.page if place else None
        return Section(self.title, "".join(self.pieces), page, tuple(self.places), tuple(self.digits))


def sections(lines: Sequence[Line]) -> tuple[Section, ...]:
    """The sections of the prose, in order; lines of statistical tables must not be among ``lines``.

    Text before the first heading forms a section without a title, or with the report's title where that is printed.
    Page numbers, running headers, bare links and the marks of converters are left out. Empty sections keep their title.
    """
    drafts = [_Draft()]
    margins = _margins(lines)
    for line in _prose(lines):
        head, rest = cut_heading(line.text.strip(), line.heading)
        if head:
            drafts.append(_Draft(title=head, place=line.place))
        if rest:
            draft = drafts[-1]
            joined = not head and draft.last is not None and _continues(draft.last, rest, margins)
            draft.add(rest, replace(line, text=rest), joined)
    return tuple(draft.section() for draft in drafts if draft.title or draft.pieces)


def _prose(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines that say something, without furniture and converters' marks."""
    pages: dict[str, set[int | None]] = {}
    for line in lines:
        pages.setdefault(line.text.strip(), set()).add(line.place.page)
    repeated = {text for text, seen in pages.items() if len(seen - {None}) >= _REPEATED and len(text) < 60}
    for line in lines:
        markdown = bool(re.match(r"\s*#{1,6}\s", line.text))
        text = _MARKS.sub("", line.text)
        if text.strip() and not _FURNITURE.fullmatch(text) and line.text.strip() not in repeated:
            yield replace(line, text=text, heading=line.heading or markdown)


def _margins(lines: Sequence[Line]) -> dict[int | None, float]:
    """The right margin of each page in points: where its full lines end."""
    ends: dict[int | None, Counter[float]] = {}
    for line in lines:
        if line.place.box is not None and len(line.text.strip()) >= _FULL_LINE:
            ends.setdefault(line.place.page, Counter())[round(line.place.box.x1)] += 1
    return {page: max(counts) for page, counts in ends.items()}


def _continues(last: Line, text: str, margins: dict[int | None, float]) -> bool:
    """Whether ``text`` runs on from the visual line ``last``."""
    if _STARTS.match(text) or is_heading(last.text):
        return False
    box = last.place.box
    if box is not None and last.place.page in margins:
        glyph = box.width / max(len(last.text), 1)
        return box.x1 >= margins[last.place.page] - 2.5 * glyph
    return len(last.text) >= _FULL_LINE and not _ENDS.search(last.text)
