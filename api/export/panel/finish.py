"""The second pass: organs, the wide table row by row, the checks over it, and what is missing or in doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from api.export import words
from api.export.books import Book
from api.export.columns import (
    CONFIRMED,
    CORRECTED,
    DOUBTFUL,
    GIVEN,
    KIND,
    MARKS,
    Frame,
    Row,
    Table,
    array,
    frame_of,
    repeated,
)
from api.export.panel.checks import PanelCheck, PanelChecks
from api.export.panel.collect import Collected
from api.export.panel.describe import Contents
from api.export.panel.index import Chosen, LeftOut, choose, missing_years
from api.export.panel.organs import Organs, resolve
from api.export.panel.tables import (
    DOCUMENTS,
    MISSING,
    ORGAN_NAMES,
    ORGANS,
    PANEL_CHECKS,
    PANEL_KEYS,
    REVIEW,
    check_frame,
    doubt_row,
    left_out_row,
    missing_row,
    name_rows,
    organ_row,
    panel_key,
    panel_table,
    status_table,
    versions_row,
)
from api.export.panel.wide import Rows, WideSpool

# Rows of the wide table that are made together, and of the smaller tables.
CHUNK, SMALL_CHUNK = 2000, 5000
_WORDS = tuple(words.WORTH)


@dataclass
class Outcome:
    """What the second pass found, for the quality statement."""

    organs: int = 0
    rows: int = 0
    years: tuple[int, int] | None = None
    forms: Counter[str] = field(default_factory=Counter)
    wrong_form: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    review: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    left_out: int = 0
    fractional: tuple[str, ...] = ()
    contents: Contents = field(default_factory=Contents)


def finish(found: Collected, book: Book, decided: Mapping[str, str], span: tuple[int, int] | None) -> Outcome:
    """Write everything that needs all reports to be known."""
    outcome = Outcome()
    organs = resolve((entry.mention for entry in found.entries if entry.mention is not None), decided)
    chosen, left = choose(found.entries, organs)
    _write_organs(book, organs)
    _write_documents(book, found, organs, chosen, left)
    _write_panel(book, found.wide, chosen, outcome)
    missing = list(missing_years(chosen, span))
    _write(book, MISSING, (missing_row(*one) for one in missing))
    outcome.missing.update(where for _, _, where in missing)
    review = [left_out_row(one) for one in left] + [doubt_row(doubt) for doubt in organs.doubts]
    review += list(_versions(chosen, found.wide))
    _write(book, REVIEW, review)
    outcome.review.update(str(row[0]) for row in review)
    outcome.organs, outcome.rows, outcome.left_out = len(organs.organs), len(chosen), len(left)
    if chosen:
        outcome.years = (min(row.year for row in chosen), max(row.year for row in chosen))
    return outcome


def _write(book: Book, table: Table, rows: Iterable[Row]) -> None:
    found = list(rows)
    for first in range(0, len(found), SMALL_CHUNK):
        book.write(table, frame_of(table, found[first : first + SMALL_CHUNK]))


def _write_organs(book: Book, organs: Organs) -> None:
    _write(book, ORGANS, (organ_row(number, organ) for number, organ in enumerate(organs.organs, 1)))
    _write(book, ORGAN_NAMES, (row for organ in organs.organs for row in name_rows(organ)))


def _write_documents(
    book: Book, found: Collected, organs: Organs, chosen: Sequence[Chosen], left: Sequence[LeftOut]
) -> None:
    """The overview of every report, with its organ and whether it stands in the panel."""
    standing = {one.row for one in chosen}
    why = {one.row: one.why for one in left}
    for row in chosen:
        why.update({other: f"{row.entry.source} stands for the year" for other, _ in row.others})
    first = 0
    for frame in found.documents.read():
        numbers = range(first, first + frame.rows)
        entries = found.entries[first : first + frame.rows]
        added: list[list[Any]] = [
            [None if one.organ is None else organs.of_name[one.region, one.organ] for one in entries],
            [number in standing for number in numbers],
            [why.get(number) for number in numbers],
        ]
        last = DOCUMENTS.columns[-3:]
        arrays = (array(column, values) for column, values in zip(last, added, strict=True))
        book.write(DOCUMENTS, Frame((*frame.columns, *arrays)))
        first += frame.rows


def _write_panel(book: Book, wide: WideSpool, chosen: Sequence[Chosen], outcome: Outcome) -> None:
    panel, status = panel_table(wide.fractional()), status_table()
    outcome.fractional = tuple(sorted(wide.fractional()))
    numbers = {organ: number for number, organ in enumerate(dict.fromkeys(row.organ.id for row in chosen), 1)}
    checks = PanelChecks()
    for first in range(0, len(chosen), CHUNK):
        part = chosen[first : first + CHUNK]
        rows = wide.take([row.row for row in part])
        keys = [panel_key(numbers[row.organ.id], row) for row in part]
        book.write(panel, _panel_frame(keys, rows))
        book.write(status, _status_frame(status, keys, rows))
        outcome.contents.add(rows)
        _write_checks(book, checks.add(part, rows), outcome)
        outcome.forms.update(row.entry.form for row in part)
        outcome.wrong_form += sum(not key[_FORM_OF_YEAR] for key in keys)
    _write_checks(book, checks.finish(), outcome)


def _write_checks(book: Book, checks: Iterable[PanelCheck], outcome: Outcome) -> None:
    made = list(checks)
    outcome.checks.update(one.check.status for one in made)
    if made:
        book.write(PANEL_CHECKS, check_frame(made))


def _panel_frame(keys: Sequence[Row], rows: Rows) -> Frame:
    by_column = zip(*keys, strict=True)
    made = [array(column, values) for column, values in zip(PANEL_KEYS, by_column, strict=True)]
    width = len(made)
    made += [rows.column(at) for at in range(len(rows.names))]
    return Frame(tuple(made), {width + at: rows.marks[:, at] for at in range(len(rows.names))})


def _status_frame(table: Table, keys: Sequence[Row], rows: Rows) -> Frame:
    own = [at for at, column in enumerate(PANEL_KEYS) if column.name in ("organ_id", "year", "document")]
    made = [array(PANEL_KEYS[at], [key[at] for key in keys]) for at in own]
    codes = _WORTH_OF_MARK[rows.marks]
    made += [repeated(_WORDS, np.ascontiguousarray(codes[:, at])) for at in range(len(rows.names))]
    return Frame(tuple(made))


def _worth(mark: int) -> int:
    """The word for a mark: what a figure is worth, or why it is missing."""
    if mark & KIND != GIVEN:
        return _WORDS.index(MARKS[mark & KIND]) if mark & KIND < len(MARKS) else 0
    status = {DOUBTFUL: "review", CONFIRMED: "confirmed", CORRECTED: "corrected"}.get(mark & ~KIND, "accepted")
    return _WORDS.index(status)


_WORTH_OF_MARK = np.array([_worth(mark) for mark in range(256)], np.int32)
_FORM_OF_YEAR = next(at for at, column in enumerate(PANEL_KEYS) if column.name == "form_of_year")


def _versions(chosen: Sequence[Chosen], wide: WideSpool) -> Iterator[Row]:
    """Versions of one report that do not say the same; copies do."""
    for row in chosen:
        if row.others:
            rows = wide.take([row.row, *(number for number, _ in row.others)])
            for at, (_, other) in enumerate(row.others, 1):
                differing = sum(rows.figure(0, name) != rows.figure(at, name) for name in rows.names)
                if differing:
                    yield versions_row(row, other, differing)
