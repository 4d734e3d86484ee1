"""Plain text and Markdown: every line as it stands. Tables flattened into lines are the alignment's to find."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors.encoding import decode
from extractors.options import ExtractOptions
from extractors.page import Content, Line
from extractors.sources.source import Source
from models.evidence import Place

#: What editors count as the end of a line; repeated carriage returns come from converting line ends twice.
_LINE_END = re.compile(r"\r*\n|\r")
#: Breaks inside of what an editor counts as one line: form feeds of ``pdftotext``, vertical tabs of Word.
_SOFT_BREAK = re.compile("[\f\v\u2028\u2029]")
#: Writers often leave out the blank after the #; a second # on the line makes it a hash tag (#政务公开#).
_HEADING = re.compile(r"^ {0,3}(#{1,6})(?:[ \t\u3000]+|(?=[^\s#!])(?!.*#))(.*?)(?:[ \t]+#+)?[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)")


class TextFormat:
    """Reads ``text/plain`` and ``text/markdown``."""

    name = "text"

    def read(self, source: Source, options: ExtractOptions) -> Content:
        """Lines in order, blank ones included, since they mark empty cells of flattened tables."""
        lines = _lines(editor_lines(source.data))
        if source.media_type == "text/markdown":
            lines = _with_headings(lines)
        return Content(blocks=tuple(lines))


def editor_lines(data: bytes) -> list[str]:
    """The lines of a text as an editor shows them; the evidence of a value counts these, from 1."""
    rows = _LINE_END.split(decode(data)[0].rstrip("\x1a\0"))
    return rows if rows[-1] else rows[:-1]


def _lines(rows: list[str]) -> Iterator[Line]:
    for number, row in enumerate(rows, start=1):
        yield from _pieces(row, number)


def _pieces(row: str, number: int) -> Iterator[Line]:
    """The line, or its pieces at soft breaks; a break at either end of the line marks no empty line."""
    at = 0
    pieces = _SOFT_BREAK.split(row)
    for index, piece in enumerate(pieces):
        if piece or len(pieces) == 1 or 0 < index < len(pieces) - 1:
            yield Line(piece, Place(line=number, column=at + 1))
        at += len(piece) + 1


def _with_headings(lines: Iterator[Line]) -> Iterator[Line]:
    fenced = False
    for line in lines:
        fenced ^= bool(_FENCE.match(line.text))
        found = None if fenced else _HEADING.match(line.text)
        if found is None or not found.group(2):
            yield line
        else:
            column = (line.place.column or 1) + found.start(2)
            yield Line(found.group(2), Place(line=line.place.line, column=column), heading=True)
