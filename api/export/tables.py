"""The tables that follow from results alone, and how some results become rows of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from api.export import words
from api.export.cells import CELLS, CellCounts, CellGroups, Judgements, cell_frame
from api.export.columns import Frame, Row, Table, array, chosen, coded, columns, frame_of, shown
from api.export.heads import Head, head_of
from api.export.keys import KEY_COLUMNS, claimed, repeated_keys
from models.by_column import OUTCOMES, ColumnChecks, ColumnResult
from models.joined import Words, join_checks
from models.light import LightCheck, LightErrorReport, LightFact
from models.report import CheckRecord

_NO_BOX = (None, None, None, None)


def report_row(head: Head, cells: CellCounts) -> Row:
    """The overview of a report of which cells have been counted."""
    report, checks = head.report, head.checks
    info, source = report.report, report.source
    first, last = source.pages or (None, None)
    return (
        *head.keys,
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
        head.failed,
        checks["unknown"],
        report.review.needed,
        "; ".join(f"{note.code}: {note.message}" for note in report.pipeline.problems) or None,
        report.pipeline.version,
    )


def _fact_columns(facts: Sequence[LightFact]) -> list[Sequence[Any]]:
    boxes = [fact.bbox or _NO_BOX for fact in facts]
    said = _fields(facts, "type", "value", "unit", "qualifier", "scope", "sentence")
    ends = [[fact.span[end] for fact in facts] for end in range(2)]
    seen = _fields(facts, "confidence", "status", "page")
    sides = [[box[side] for box in boxes] for side in range(4)]
    return [range(len(facts)), *said, *ends, *seen, *sides, *_fields(facts, "line")]


def _fields(items: Sequence[object], *names: str) -> list[Sequence[Any]]:
    """Column by column."""
    return [list(map(attrgetter(name), items)) for name in names]


def check_columns(checks: Sequence[CheckRecord | LightCheck]) -> list[Sequence[Any]]:
    """Checks as the columns of ``CHECK_COLUMNS``."""
    outcome = _fields(checks, "rule", "relation", "status", "cause", "left", "right")
    return [*outcome, [" ".join(check.cells) for check in checks], *_fields(checks, "message")]


def _error_row(result: LightErrorReport) -> Row:
    source, error = result.source, result.error
    return (source.name, source.sha256, source.media_type, error.code, error.message, error.hint)


class CheckRows:
    """Takes the checks of reports and puts the keys of the report in front."""

    def __init__(self) -> None:
        self._found: list[tuple[Row, ColumnChecks]] = []

    def add(self, keys: Row, checks: ColumnChecks) -> None:
        """Add the checks of a report, which may be none."""
        self._found.append((keys, checks))

    def frames(self) -> Iterator[Frame]:
        """The rows; nothing where there is none."""
        counts = [len(checks.outcomes) for _, checks in self._found]
        if not any(counts):
            return
        per_row = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        joined = join_checks([checks for _, checks in self._found])
        yield Frame(
            (
                *repeated_keys([keys for keys, _ in self._found], per_row),
                *(chosen(Words(tuple(kind[at] for kind in joined.kinds.words), joined.kinds.codes)) for at in (0, 1)),
                chosen(Words(OUTCOMES, joined.outcomes.astype(np.int32))),
                chosen(joined.causes),
                shown(joined.left),
                shown(joined.right),
                chosen(Words(tuple(cells for _, _, cells in joined.kinds.words), joined.kinds.codes)),
                chosen(joined.messages),
            )
        )


class KeyedRows:
    """Takes the rows of reports column by column and puts the keys of the report in front."""

    def __init__(self, table: Table) -> None:
        self._own = table.columns[len(KEY_COLUMNS) :]
        self._keys: list[Row] = []
        self._counts: list[int] = []
        self._columns: list[list[Any]] = [[] for _ in self._own]

    def add(self, keys: Row, by_column: Sequence[Sequence[Any]]) -> None:
        """Add the rows of a report, which may be none."""
        self._keys.append(keys)
        self._counts.append(len(by_column[0]) if by_column else 0)
        for column, values in zip(self._columns, by_column, strict=bool(by_column)):
            column.extend(values)

    def frames(self) -> Iterator[Frame]:
        """The rows; nothing where there is none."""
        per_row = np.repeat(np.arange(len(self._keys), dtype=np.int32), self._counts)
        if len(per_row):
            arrays = (
                coded(values) if column.kind == "text" else array(column, values)
                for column, values in zip(self._own, self._columns, strict=True)
            )
            yield Frame((*repeated_keys(self._keys, per_row), *arrays))


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
RESULT_TABLES = (REPORTS, CELLS, FACTS, CHECKS, ERRORS)


class ResultRows:
    """Takes results one after the other and gives their rows, table by table. The results themselves are not kept."""

    def __init__(self) -> None:
        self._cells, self._checks = CellGroups(), CheckRows()
        self._facts = KeyedRows(FACTS)
        self._errors: list[Row] = []

    def add(self, result: ColumnResult) -> None:
        """Take what the rows of a result need."""
        if isinstance(result, LightErrorReport):
            self._errors.append(_error_row(result))
            return
        head = head_of(result)
        self._cells.add(head, result.cells)
        self._facts.add(head.keys, _fact_columns(result.facts))
        self._checks.add(head.keys, result.checks)

    def judgements(self) -> Iterator[Judgements]:
        """What the cells hold."""
        return self._cells.judgements()

    def other_frames(self) -> Iterator[tuple[Table, Frame]]:
        """Rows of facts, checks and errors."""
        yield from ((FACTS, frame) for frame in self._facts.frames())
        yield from ((CHECKS, frame) for frame in self._checks.frames())
        if self._errors:
            yield ERRORS, frame_of(ERRORS, self._errors)

    def frames(self) -> Iterator[tuple[Table, Frame]]:
        """Rows of ``RESULT_TABLES``."""
        for found in self.judgements():
            rows = zip(found.heads, found.counts(), strict=True)
            yield REPORTS, frame_of(REPORTS, [report_row(head, cells) for head, cells in rows])
            if found.names:
                yield CELLS, cell_frame(found)
        yield from self.other_frames()
