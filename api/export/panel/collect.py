"""The first pass over the reports: what can be written at once is, and what the panel needs later is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from api.export.books import Book
from api.export.cells import CELLS, cell_frame, judgements
from api.export.columns import Row, frame_of
from api.export.panel.index import Entry, entry_of
from api.export.panel.source import ReportSource
from api.export.panel.tables import CORRECTIONS, correction_rows
from api.export.panel.wide import WideSpool
from api.export.spool import Spool
from api.export.tables import CHECKS, ERRORS, FACTS, REPORTS, RESULT_TABLES, report_row
from models.report import Report

# Reports that become rows together: enough that a step for many rows pays, few enough that memory stays small.
BATCH = 100
#: Written at once; the other tables of results wait, or follow the panel.
AT_ONCE = (FACTS, CHECKS, ERRORS)


@dataclass
class Tally:
    """What the quality statement counts. ``audited`` are decisions on cells that the pipeline had accepted."""

    reports: int = 0
    errors: int = 0
    cells: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    audited: int = 0
    audited_wrong: int = 0
    versions: Counter[str] = field(default_factory=Counter)

    def add(self, report: Report) -> None:
        """Count a report."""
        self.reports += 1
        self.versions[report.pipeline.version] += 1
        for cell in report.cells.values():
            self.cells[cell.status if cell.state != "absent" or cell.status != "accepted" else "absent"] += 1
        for check in report.checks:
            self.checks[check.status if check.status != "fail" else f"fail {check.cause or 'unclear'}"] += 1


@dataclass
class Collected:
    """Everything that the first pass leaves: an entry per report, its row of the overview, the cells as a matrix."""

    entries: list[Entry]
    documents: Spool
    wide: WideSpool
    tally: Tally


def collect(source: ReportSource, book: Book, folder: Path) -> Collected:
    """Read everything once. ``folder`` is for files that do not stay."""
    found = Collected([], Spool(folder / "documents"), WideSpool(folder), Tally())
    results = source.results()
    while batch := list(islice(results, BATCH)):
        for made in RESULT_TABLES:
            if made.table in AT_ONCE:
                for frame in made.frames(batch):
                    book.write(made.table, frame)
        reports = [result for result in batch if isinstance(result, Report)]
        found.tally.errors += len(batch) - len(reports)
        if reports:
            _add(found, reports, source, book)
    found.wide.finish()
    return found


def _add(found: Collected, reports: Sequence[Report], source: ReportSource, book: Book) -> None:
    for run in judgements(reports):
        if run.cells:
            book.write(CELLS, cell_frame(run))
        found.wide.add(run)
    first = len(found.entries)
    found.entries.extend(entry_of(first + at, report) for at, report in enumerate(reports))
    found.documents.write(frame_of(REPORTS, [report_row(report) for report in reports]))
    for report in reports:
        found.tally.add(report)
    rows = list(_corrections(found.tally, reports, source))
    if rows:
        book.write(CORRECTIONS, frame_of(CORRECTIONS, rows))


def _corrections(tally: Tally, reports: Sequence[Report], source: ReportSource) -> Iterator[Row]:
    for report in reports:
        made = source.corrections(report)
        for one in made:
            if one.read_status == "accepted":
                tally.audited += 1
                tally.audited_wrong += one.action == "corrected"
        yield from correction_rows(report, made)
