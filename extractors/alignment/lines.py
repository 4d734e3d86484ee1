"""Flattened tables: lines of text that once were rows or cells.

Families seen in real sources: pipe tables; tab-separated rows, shifted where merged cells collapsed; label and values in one
line, parted by spaces; one cell a line, with or without tabs. Prose parts one run from the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.alignment.rows import SeenRow, Slot, is_value, label_candidates, label_end
from extractors.page import Line
from models.evidence import Place
from models.folding import squeeze

#: The longest label of a form has 45 characters; a longer line without cells is prose.
LONGEST_LABEL = 60
_SENTENCE_END = re.compile("[。；;！？]")
_SEPARATOR_ROW = re.compile(r"^[\s|:\-—+=]*-{2,}[\s|:\-—+=]*$")
_BREAK = re.compile(r"<br\s*/?>|\*\*", re.IGNORECASE)
_NUMERIC = r"[+\-−－﹣＋]?[0-9０-９][0-9０-９,，.．]*(?:[万亿])?(?:万元|元|件|条|项|次|个|篇|人|期|场)?"
_VALUE = rf"(?:{_NUMERIC}|[—–―/／－\-]{{1,3}}|无|[增减][0-9０-９]+)"
_TAIL = re.compile(rf"(?:(?<=\s)|^)({_VALUE}(?:[ \u3000\xa0]+{_VALUE})*)\s*$")
_CHINESE_DIGIT = re.compile("^[一二三四五六七八九十]$")
_PAGE_MARK = re.compile(r"^\s*(?:[-—–－]\s*\d{1,4}\s*[-—–－]|第\s*\d+\s*页.*|page\s*\d+.*)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Token:
    """A cell of a stream: one line that holds one cell."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class RowLine:
    """A line that is a whole row: its cells with their places."""

    cells: tuple[_Token, ...]


def rows_of_lines(lines: Sequence[tuple[int, Line]], fragment: int) -> Iterator[SeenRow]:
    """Rows of consecutive lines. ``lines`` are (block number, line) pairs; prose ends a run and starts a new fragment."""
    run: list[tuple[int, Line]] = []
    for block, line in lines:
        if line.heading or is_prose(line.text):
            yield from _run_rows(run, fragment)
            fragment += 1
            run = []
        elif not _PAGE_MARK.match(line.text):
            run.append((block, line))
    yield from _run_rows(run, fragment)


def is_prose(text: str) -> bool:
    """Whether a line is running text rather than a cell or a row of a table."""
    bare = text.strip()
    if "|" in bare or "\t" in bare:
        return False
    if _SENTENCE_END.search(bare):
        return True
    return len(squeeze(bare)) > LONGEST_LABEL and _split_tail(bare) is None


def _run_rows(run: Sequence[tuple[int, Line]], fragment: int) -> Iterator[SeenRow]:
    """Whole-row lines become rows of their own; single cells in between are gathered into rows."""
    tabbed = any(line.text.startswith("\t") and "\t" not in line.text.strip() for _, line in run)
    parted = _rows_parted_by_empty_lines(run)
    labels: list[_Token] = []
    slots: list[_Token] = []
    start = 0
    for block, line in run:
        row = _row_line(line)
        if row is None and not line.text.strip():
            separator = "\t" not in line.text
            if separator and parted and slots:
                yield _stream_row(labels, slots, fragment, start)
                labels, slots = [], []
            elif not separator and tabbed and labels:
                slots.append(_Token("", line.place))
            continue
        if row is not None:
            if slots or labels:
                yield _stream_row(labels, slots, fragment, start)
            labels, slots = [], []
            yield _line_row(row, fragment, block)
            continue
        token = _Token(_clean(line.text), line.place)
        valued = is_value(token.text) and not (_CHINESE_DIGIT.match(token.text) and not slots)
        if valued:
            slots.append(token)
        else:
            if any(slot.text for slot in slots):
                yield _stream_row(labels, slots, fragment, start)
                labels, slots = [], []
            elif slots:
                slots = []
            labels.append(token)
        start = block
    if labels or slots:
        yield _stream_row(labels, slots, fragment, start)


def _rows_parted_by_empty_lines(run: Sequence[tuple[int, Line]]) -> bool:
    """Word's text: each cell on a line of its own behind a tab, blank cells as a lone tab, an empty line after each row."""
    cells = sum(line.text.startswith("\t") for _, line in run)
    empty = sum(not line.text for _, line in run)
    return 0 < 2 * empty < cells


def _row_line(line: Line) -> RowLine | None:
    """The cells of a line that holds several; None for a line that holds one."""
    text = line.text
    if _SEPARATOR_ROW.match(text) and "|" in text:
        return RowLine(())
    if "|" in text:
        inner = text.strip()
        offset = text.index(inner)
        if inner.startswith("|"):
            inner, offset = inner[1:], offset + 1
        return RowLine(tuple(_split(inner.removesuffix("|"), "|", line.place, offset)))
    if "\t" in text.strip("\t ") or text.count("\t") > 1:
        return RowLine(tuple(_split(text, "\t", line.place, 0)))
    return _spaced(line)


def _split(text: str, mark: str, place: Place, offset: int) -> Iterator[_Token]:
    for part in text.split(mark):
        yield _Token(_clean(part), replace(place, column=_column(place, offset + len(part) - len(part.lstrip()))))
        offset += len(part) + 1


def _column(place: Place, offset: int) -> int | None:
    """Columns count from 1; a place with a box needs none."""
    return None if place.box is not None else offset + 1


def _clean(text: str) -> str:
    return _BREAK.sub("", text).strip()


def _split_tail(text: str) -> tuple[str, str] | None:
    found = _TAIL.search(text)
    return (text[: found.start(1)], found[1]) if found else None


def _spaced(line: Line) -> RowLine | None:
    """A label followed by values parted by spaces, or values alone; None when the line has no values at its end."""
    parts = _split_tail(line.text)
    if parts is None:
        return None
    label, tail = parts
    values = tail.split()
    if not label.strip() and len(values) == 1:
        return None
    cells = [_Token(_clean(label), line.place)] if label.strip() else []
    offset = len(label)
    for found in re.finditer(r"\S+", tail):
        cells.append(_Token(found[0], replace(line.place, column=_column(line.place, offset + found.start()))))
    return RowLine(tuple(cells))


def _line_row(row: RowLine, fragment: int, block: int) -> SeenRow:
    texts = [cell.text for cell in row.cells]
    last = label_end(texts)
    heads = tuple((index, text) for index, text in enumerate(texts[: last + 1]) if text)
    slots = tuple(Slot(cell.text, cell.place, last + 1 + index) for index, cell in enumerate(row.cells[last + 1 :]))
    labels = label_candidates([text for _, text in heads])
    return SeenRow(labels, slots, last, fragment, (block, 0), False, "text", ("text",), heads)


def _stream_row(labels: Sequence[_Token], slots: Sequence[_Token], fragment: int, block: int) -> SeenRow:
    """A row gathered from single cells: the label is the last of the words before the values, or the last few."""
    texts = [token.text for token in labels]
    placed = tuple(Slot(token.text, token.place, index) for index, token in enumerate(slots))
    heads = tuple(enumerate(texts))
    return SeenRow(label_candidates(texts), placed, -1, fragment, (block, 0), False, "text", ("text",), heads)
