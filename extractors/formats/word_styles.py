"""What a paragraph's style says of it: whether it is a heading, and which list numbers it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml.etree import _Element

from extractors.formats.word_xml import attr, child, number, tag, val

_HEADING_NAME = re.compile(r"^(?:heading|标题|標題)\s*\d|^(?:title|subtitle|标题|副标题)$", re.IGNORECASE)
_BODY_LEVEL = 9
#: Styles are based on one another at most so deep; a chain longer than this is a loop.
_MAX_CHAIN = 12


@dataclass(frozen=True, slots=True)
class Style:
    """One paragraph style as far as it matters here; ``list_id`` None means that the style says nothing on lists."""

    heading: bool
    list_id: str | None
    level: int | None
    based_on: str | None


@dataclass(frozen=True, slots=True)
class Styles:
    """The paragraph styles of a document by id."""

    by_id: Mapping[str, Style]

    def is_heading(self, properties: _Element | None) -> bool:
        """Whether paragraph properties make a heading: by an outline level of its own or by its style."""
        own = val(properties, "w:outlineLvl")
        if own is not None:
            return number(own, _BODY_LEVEL, _BODY_LEVEL) < _BODY_LEVEL
        return any(style.heading for style in self._chain(properties))

    def list_of(self, properties: _Element | None) -> tuple[str, int] | None:
        """(list, level) that numbers the paragraph; None for an unnumbered one. List 0 takes a style's number away."""
        numbered = child(properties, "w:numPr")
        list_id, level = val(numbered, "w:numId"), val(numbered, "w:ilvl")
        for style in self._chain(properties):
            list_id = list_id if list_id is not None else style.list_id
            level = level if level is not None or style.level is None else str(style.level)
        if list_id is None or list_id == "0":
            return None
        return list_id, number(level, 0, 8)

    def _chain(self, properties: _Element | None) -> list[Style]:
        chain: list[Style] = []
        style = self.by_id.get(val(properties, "w:pStyle") or "")
        while style is not None and len(chain) < _MAX_CHAIN:
            chain.append(style)
            style = self.by_id.get(style.based_on or "")
        return chain


def read_styles(root: _Element | None) -> Styles:
    """The styles of ``styles.xml``; none where there is no such part."""
    if root is None:
        return Styles({})
    styles = (each for each in root if tag(each) == "w:style" and attr(each, "type") in (None, "paragraph"))
    return Styles({attr(each, "styleId") or "": _style(each) for each in styles})


def _style(element: _Element) -> Style:
    properties = child(element, "w:pPr")
    outline = val(properties, "w:outlineLvl")
    named = bool(_HEADING_NAME.match((val(element, "w:name") or "").strip()))
    level = val(properties, "w:numPr", "w:ilvl")
    return Style(
        heading=named or number(outline, _BODY_LEVEL, _BODY_LEVEL) < _BODY_LEVEL,
        list_id=val(properties, "w:numPr", "w:numId"),
        level=None if level is None else number(level, 0, 8),
        based_on=val(element, "w:basedOn"),
    )
