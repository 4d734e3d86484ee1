"""The tables that every tabular format writes: cells (long), reports, facts, checks and errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

import simplejson

from models.forms import load_forms
from models.readings import Number
from models.report import BBox, Claim, ErrorReport, Report, Result

Kind = Literal["text", "integer", "real", "number", "flag"]
Value = str | int | float | Decimal | bool | None
Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: name (at most 32 characters), kind, and a label (at most 80) for formats that have labels.

    ``integer`` and ``real`` are gouji's own (pages, points, probabilities); ``number`` is a figure of the report and
    stays exact where the format allows it.
    """

    name: str
    kind: Kind
    label: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, its columns, and the rows that one result adds to it."""

    name: str
    columns: tuple[Column, ...]
    make: Callable[[Result], Iterator[Row]]

    def rows(self, result: Result) -> Iterator[Row]:
        """The rows; every text in them can be encoded (a file name on disk need not be valid Unicode)."""
        for row in self.make(result):
            yield tuple(encodable(value) if isinstance(value, str) else value for value in row)


def encodable(text: str) -> str:
    """The text with what UTF-8 cannot hold written out, as in ``\\udc80``."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _columns(*specs: tuple[str, Kind, str]) -> tuple[Column, ...]:
    return tuple(Column(*spec) for spec in specs)


_KEYS = _columns(
    ("document", "text", "Id of the report: same bytes and same version, same id"),
    ("source", "text", "Name of the file that the report stands in"),
    ("part", "integer", "Number of the report within its file"),
    ("organ", "text", "Organ that reports"),
    ("region_code", "text", "GB/T 2260 code of its region"),
    ("year", "integer", "Year reported on"),
    ("form", "text", "Form that the report uses: 2014, 2019 or 2021"),
)


def _keys(report: Report) -> Row:
    info = report.report
    return (
        report.id,
        report.source.name,
        report.source.part,
        _text(info.organ),
        info.region.code,
        info.year.value if isinstance(info.year.value, int) else None,
        _text(info.form),
    )


def _text(claim: Claim) -> str | None:
    """A claim as text; one that is a structure (a period) as JSON."""
    if claim.value is None or isinstance(claim.value, str):
        return claim.value
    return str(simplejson.dumps(claim.value, ensure_ascii=False, use_decimal=True, default=str))


@cache
def _labels(form: str | None) -> dict[str, str]:
    known = load_forms().get(form or "")
    return {} if known is None else {cell: label.label for cell, label in known.labels().items()}


def _box(bbox: BBox | None) -> tuple[float | None, ...]:
    return bbox or (None, None, None, None)


def _cell_rows(result: Result) -> Iterator[Row]:
    if isinstance(result, ErrorReport):
        return
    keys = _keys(result)
    labels = _labels(_text(result.report.form))
    for cell_id, cell in result.cells.items():
        seen = cell.evidence
        place: Row = (None,) * 8
        if seen is not None:
            place = (seen.page, *_box(seen.bbox), seen.line, seen.column, seen.route)
        judged = (cell.value, str(cell.state), cell.printed, cell.confidence, cell.status)
        yield (*keys, cell_id, labels.get(cell_id), cell.unit, *judged, *place)


def _report_rows(result: Result) -> Iterator[Row]:
    if isinstance(result, ErrorReport):
        return
    info, source = result.report, result.source
    first, last = source.pages or (None, None)
    status = Counter(cell.status for cell in result.cells.values())
    checks = Counter(check.status for check in result.checks)
    yield (
        *_keys(result),
        source.parts,
        source.sha256,
        source.media_type,
        first,
        last,
        _text(info.region),
        _text(info.period),
        _text(info.published),
        info.organ.confidence,
        info.year.confidence,
        status["accepted"] + status["confirmed"] + status["corrected"],
        status["review"],
        checks["pass"],
        checks["fail"],
        checks["unknown"],
        result.review.needed,
        "; ".join(f"{note.code}: {note.message}" for note in result.pipeline.problems) or None,
        result.pipeline.version,
    )


def _fact_rows(result: Result) -> Iterator[Row]:
    if isinstance(result, ErrorReport):
        return
    keys = _keys(result)
    for number, fact in enumerate(result.facts):
        said = (fact.type, fact.value, fact.unit, fact.qualifier, fact.scope, fact.sentence, *fact.span)
        yield (*keys, number, *said, fact.confidence, fact.status, fact.page, *_box(fact.bbox), fact.line)


def _check_rows(result: Result) -> Iterator[Row]:
    if isinstance(result, ErrorReport):
        return
    keys = _keys(result)
    for check in result.checks:
        sides: tuple[Number | None, ...] = (check.left, check.right)
        outcome = (check.rule, check.relation, check.status, check.cause)
        yield (*keys, *outcome, *sides, " ".join(check.cells), check.message)


def _error_rows(result: Result) -> Iterator[Row]:
    if isinstance(result, ErrorReport):
        source, error = result.source, result.error
        yield (source.name, source.sha256, source.media_type, error.code, error.message, error.hint)


_CELLS = Table(
    "cells",
    _KEYS
    + _columns(
        ("cell", "text", "Id of the cell: table.row.column"),
        ("label", "text", "Label of the cell on the form"),
        ("unit", "text", "Unit of the value, where the form fixes one"),
        ("value", "number", "What the cell means; empty unless state is number"),
        ("state", "text", "number, blank, na, text or absent"),
        ("printed", "text", "What stands on the page"),
        ("confidence", "real", "Probability that value is what the page says"),
        ("status", "text", "accepted, review, confirmed or corrected"),
        ("page", "integer", "Page, from 1"),
        ("x0", "real", "Left edge on the page in points"),
        ("y0", "real", "Top edge on the page in points"),
        ("x1", "real", "Right edge on the page in points"),
        ("y1", "real", "Bottom edge on the page in points"),
        ("line", "integer", "Line of a text source, from 1"),
        ("column", "integer", "Column of a text source, from 1"),
        ("route", "text", "How the cell was read"),
    ),
    _cell_rows,
)
_REPORTS = Table(
    "reports",
    _KEYS
    + _columns(
        ("parts", "integer", "Number of reports within the file"),
        ("sha256", "text", "SHA-256 of the file"),
        ("media_type", "text", "Media type of the file"),
        ("first_page", "integer", "First page of the report"),
        ("last_page", "integer", "Last page of the report"),
        ("region", "text", "Region of the organ"),
        ("period", "text", "Period reported on"),
        ("published", "text", "Date of publication"),
        ("organ_confidence", "real", "Probability that the organ is right"),
        ("year_confidence", "real", "Probability that the year is right"),
        ("cells_accepted", "integer", "Cells accepted, confirmed or corrected"),
        ("cells_review", "integer", "Cells that a person should look at"),
        ("checks_passed", "integer", "Checks that hold"),
        ("checks_failed", "integer", "Checks that do not hold"),
        ("checks_unknown", "integer", "Checks that could not be made"),
        ("review_needed", "flag", "Whether a person should look at the report"),
        ("problems", "text", "Pages or parts that were not read"),
        ("pipeline_version", "text", "Version of the pipeline"),
    ),
    _report_rows,
)
_FACTS = Table(
    "facts",
    _KEYS
    + _columns(
        ("number", "integer", "Position of the fact in its report, from 0"),
        ("type", "text", "What is counted"),
        ("value", "number", "The figure"),
        ("unit", "text", "Its unit"),
        ("qualifier", "text", "exact, about, over or under"),
        ("scope", "text", "year, cumulative or prior_year"),
        ("sentence", "text", "The sentence that states it"),
        ("span_start", "integer", "First character of the figure in the sentence, from 0"),
        ("span_end", "integer", "Character after the figure in the sentence"),
        ("confidence", "real", "Probability that the fact is what the page says"),
        ("status", "text", "accepted, review, confirmed or corrected"),
        ("page", "integer", "Page, from 1"),
        ("x0", "real", "Left edge on the page in points"),
        ("y0", "real", "Top edge on the page in points"),
        ("x1", "real", "Right edge on the page in points"),
        ("y1", "real", "Bottom edge on the page in points"),
        ("line", "integer", "Line of a text source, from 1"),
    ),
    _fact_rows,
)
_CHECKS = Table(
    "checks",
    _KEYS
    + _columns(
        ("rule", "text", "Id of the rule"),
        ("relation", "text", "Relation that left and right should have"),
        ("status", "text", "pass, fail or unknown"),
        ("cause", "text", "Of a failure: source, extraction or unclear"),
        ("left", "number", "Left side"),
        ("right", "number", "Right side"),
        ("cells", "text", "Cells that take part, separated by blanks"),
        ("message", "text", "What the check found"),
    ),
    _check_rows,
)
_ERRORS = Table(
    "errors",
    _columns(
        ("source", "text", "Name of the file"),
        ("sha256", "text", "SHA-256 of the file"),
        ("media_type", "text", "Media type of the file"),
        ("code", "text", "Stable code of the error"),
        ("message", "text", "What happened"),
        ("hint", "text", "What to do about it"),
    ),
    _error_rows,
)
#: In the order in which they are written; the overview comes first.
TABLES = (_REPORTS, _CELLS, _FACTS, _CHECKS, _ERRORS)


def digits(value: int | Decimal) -> str:
    """Every digit of a figure, without an exponent."""
    return str(value) if isinstance(value, int) else format(value, "f")


def precision(value: int | Decimal) -> tuple[int, int]:
    """Significant digits, and digits after the point, without trailing zeros.

    Counted on the digits themselves: ``Decimal.normalize`` would round to the precision of the context first.
    """
    text = digits(value).lstrip("-")
    whole, _, part = text.partition(".")
    part = part.rstrip("0")
    return len((whole + part).strip("0") if not part else (whole + part).lstrip("0")), len(part)
