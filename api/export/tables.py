"""The tables that follow from results alone, and how some results become rows of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

from api.export import words
from api.export.cells import CELLS, CellCounts, cell_frames, judgements
from api.export.columns import Frame, Row, Table, array, coded, columns, frame_of
from api.export.keys import KEY_COLUMNS, claimed, keys, repeated_keys
from models.light import LightCheck, LightErrorReport, LightReport, LightResult
from models.report import CheckRecord

_NO_BOX = (None, None, None, None)


@dataclass(frozen=True, slots=True)
class ResultTable:
    """A table with what makes its rows from a few results."""

    table: Table
    frames: Callable[[Sequence[LightResult]], Iterable[Frame]]


def report_row(report: LightReport, cells: CellCounts, checks: Counter[str]) -> Row:
    """The overview of a report, of which cells and checks (by status) have been counted."""
    info, source = report.report, report.source
    first, last = source.pages or (None, None)
    return (
        *keys(report),
        source.parts,
        source.sha256,
        source.media_type,
        first,
        last,
        claimed(info.region),
        claimed(info.period),
        claimed(info.published),
        info.organ.confidence,
        info.year.confidence,
        cells.accepted + cells.confirmed + cells.corrected,
        cells.review,
        cells.confirmed + cells.corrected,
        checks["pass"],
        checks["fail"],
        checks["unknown"],
        report.review.needed,
        "; ".join(f"{note.code}: {note.message}" for note in report.pipeline.problems) or None,
        report.pipeline.version,
    )


def count_checks(report: LightReport) -> Counter[str]:
    """Checks of a report by status."""
    return Counter([check.status for check in report.checks])


def _report_frames(results: Sequence[LightResult]) -> Iterator[Frame]:
    for found in judgements([result for result in results if isinstance(result, LightReport)]):
        counted = zip(found.reports, found.counts(), strict=True)
        yield frame_of(REPORTS, [report_row(report, cells, count_checks(report)) for report, cells in counted])


def _fact_columns(reports: Sequence[LightReport]) -> list[Sequence[Any]]:
    facts = [fact for report in reports for fact in report.facts]
    numbers = [number for report in reports for number in range(len(report.facts))]
    boxes = [fact.bbox or _NO_BOX for fact in facts]
    said = _fields(facts, "type", "value", "unit", "qualifier", "scope", "sentence")
    ends = [[fact.span[end] for fact in facts] for end in range(2)]
    seen = _fields(facts, "confidence", "status", "page")
    sides = [[box[side] for box in boxes] for side in range(4)]
    return [numbers, *said, *ends, *seen, *sides, *_fields(facts, "line")]


def _fields(items: Sequence[object], *names: str) -> list[Sequence[Any]]:
    """Column by column."""
    return [list(map(attrgetter(name), items)) for name in names]


def _check_columns(reports: Sequence[LightReport]) -> list[Sequence[Any]]:
    return check_columns([check for report in reports for check in report.checks])


def check_columns(checks: Sequence[CheckRecord | LightCheck]) -> list[Sequence[Any]]:
    """Checks as the columns of ``CHECK_COLUMNS``."""
    outcome = _fields(checks, "rule", "relation", "status", "cause", "left", "right")
    return [*outcome, [" ".join(check.cells) for check in checks], *_fields(checks, "message")]


def _error_frames(results: Sequence[LightResult]) -> Iterator[Frame]:
    rows: list[Row] = []
    for result in results:
        if isinstance(result, LightErrorReport):
            source, error = result.source, result.error
            rows.append((source.name, source.sha256, source.media_type, error.code, error.message, error.hint))
    if rows:
        yield frame_of(ERRORS, rows)


def _of_reports(
    table: Table, items: Callable[[LightReport], Sized], make: Callable[[Sequence[LightReport]], list[Sequence[Any]]]
) -> ResultTable:
    """A table with a row for each of some items of a report; ``make`` gives its columns behind the keys."""

    def frames(results: Sequence[LightResult]) -> Iterator[Frame]:
        reports = [result for result in results if isinstance(result, LightReport)]
        yield from keyed_frames(table, reports, [len(items(report)) for report in reports], make(reports))

    return ResultTable(table, frames)


def keyed_frames(
    table: Table, reports: Sequence[LightReport], counts: Sequence[int], by_column: Sequence[Sequence[Any]]
) -> Iterator[Frame]:
    """Columns with the keys of the report in front; ``counts`` are the rows of each report. Nothing where there is none."""
    per_row = np.repeat(np.arange(len(reports), dtype=np.int32), counts)
    if len(per_row):
        own = table.columns[len(KEY_COLUMNS) :]
        arrays = (
            coded(values) if column.kind == "text" else array(column, values)
            for column, values in zip(own, by_column, strict=True)
        )
        yield Frame((*repeated_keys(reports, per_row), *arrays))


def _cell_frames(results: Sequence[LightResult]) -> Iterator[Frame]:
    return cell_frames([result for result in results if isinstance(result, LightReport)])


REPORTS = Table(
    "reports",
    "one row per report",
    (
        *KEY_COLUMNS,
        *columns(
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
            ("cells_by_people", "integer", "Cells that a person confirmed or corrected"),
            ("checks_passed", "integer", "Checks that hold"),
            ("checks_failed", "integer", "Checks that do not hold"),
            ("checks_unknown", "integer", "Checks that could not be made"),
            ("review_needed", "flag", "Whether a person should look at the report"),
            ("problems", "text", "Pages or parts that were not read"),
            ("pipeline_version", "text", "Version of the pipeline"),
        ),
    ),
    frozen=4,
)
FACTS = Table(
    "facts",
    "one row per figure that the prose states",
    (
        *KEY_COLUMNS,
        *columns(
            ("number", "integer", "Position of the fact in its report, from 0"),
            ("type", "text", "What is counted"),
            ("value", "number", "The figure"),
            ("unit", "text", "Its unit"),
            ("qualifier", "text", "exact, about, over or under", words.QUALIFIER),
            ("scope", "text", "year, cumulative or prior_year", words.SCOPE),
            ("sentence", "text", "The sentence that states it"),
            ("span_start", "integer", "First character of the figure in the sentence, from 0"),
            ("span_end", "integer", "Character after the figure in the sentence"),
            ("confidence", "real", "Probability that the fact is what the page says"),
            ("status", "text", "accepted, review, confirmed or corrected", words.STATUS),
            ("page", "integer", "Page, from 1"),
            ("x0", "real", "Left edge on the page in points"),
            ("y0", "real", "Top edge on the page in points"),
            ("x1", "real", "Right edge on the page in points"),
            ("y1", "real", "Bottom edge on the page in points"),
            ("line", "integer", "Line of a text source, from 1"),
        ),
    ),
    frozen=4,
)
CHECK_COLUMNS = columns(
    ("rule", "text", "Id of the rule"),
    ("relation", "text", "Relation that left and right should have"),
    ("status", "text", "pass, fail or unknown", words.CHECK),
    ("cause", "text", "Of a failure: source, extraction or unclear", words.CAUSE),
    ("left", "number", "Left side"),
    ("right", "number", "Right side"),
    ("cells", "text", "Cells that take part, separated by blanks"),
    ("message", "text", "What the check found"),
)
CHECKS = Table("checks", "one row per check of a report", (*KEY_COLUMNS, *CHECK_COLUMNS), frozen=4)
ERRORS = Table(
    "errors",
    "one row per source that was not read",
    columns(
        ("source", "text", "Name of the file"),
        ("sha256", "text", "SHA-256 of the file"),
        ("media_type", "text", "Media type of the file"),
        ("code", "text", "Stable code of the error"),
        ("message", "text", "What happened"),
        ("hint", "text", "What to do about it"),
    ),
)
#: In the order in which they are written; the overview comes first.
RESULT_TABLES = (
    ResultTable(REPORTS, _report_frames),
    ResultTable(CELLS, _cell_frames),
    _of_reports(FACTS, lambda report: report.facts, _fact_columns),
    _of_reports(CHECKS, lambda report: report.checks, _check_columns),
    ResultTable(ERRORS, _error_frames),
)
