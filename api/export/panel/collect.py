"""The first pass over the reports: what can be written at once is, and what the panel needs later is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from api.export.books import Book
from api.export.cells import CELLS, CellCounts, cell_frame, judgements
from api.export.columns import Row, frame_of
from api.export.panel.index import Entry, entry_of
from api.export.panel.source import Correction, ReportSource
from api.export.panel.tables import CORRECTIONS, correction_rows
from api.export.panel.wide import WideSpool
from api.export.spool import Spool
from api.export.tables import CHECKS, ERRORS, FACTS, REPORTS, RESULT_TABLES, count_checks, keyed_frames, report_row
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

    def add(self, report: Report, cells: CellCounts, checks: Counter[str]) -> None:
        """Count a report of which cells and checks (by status) have been counted."""
        self.reports += 1
        self.versions[report.pipeline.version] += 1
        self.cells["accepted"] += cells.accepted - cells.absent
        for status in ("review", "confirmed", "corrected", "absent"):
            self.cells[status] += getattr(cells, status)
        self.checks.update({status: count for status, count in checks.items() if status != "fail"})
        if checks["fail"]:
            failed = (check.cause or "unclear" for check in report.checks if check.status == "fail")
            self.checks.update(f"fail {cause}" for cause in failed)


@dataclass
class Collected:
    """Everything that the first pass leaves: an entry per report, its row of the overview, the cells as a matrix."""

    entries: list[Entry]
    documents: Spool
    wide: WideSpool
    tally: Tally

    def discard(self) -> None:
        """Let go of the files."""
        self.documents.discard()
        self.wide.discard()


def collect(source: ReportSource, book: Book, folder: Path) -> Collected:
    """Read everything once. ``folder`` is for files that do not stay."""
    found = Collected([], Spool(folder / "documents"), WideSpool(folder), Tally())
    try:
        _collect(found, source, book)
    except BaseException:
        found.discard()
        raise
    return found


def _collect(found: Collected, source: ReportSource, book: Book) -> None:
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


def _add(found: Collected, reports: Sequence[Report], source: ReportSource, book: Book) -> None:
    for group in judgements(reports):
        if group.names:
            book.write(CELLS, cell_frame(group))
        found.wide.add(group)
        overview: list[Row] = []
        for report, cells in zip(group.reports, group.counts(), strict=True):
            checks = count_checks(report)
            overview.append(report_row(report, cells, checks))
            found.entries.append(entry_of(len(found.entries), report, cells, checks["fail"]))
            found.tally.add(report, cells, checks)
        found.documents.write(frame_of(REPORTS, overview))
    made = [source.corrections(report) for report in reports]
    _audit(found.tally, made)
    rows = [row for report, own in zip(reports, made, strict=True) for row in correction_rows(report, own)]
    for frame in keyed_frames(CORRECTIONS, reports, [len(own) for own in made], list(zip(*rows, strict=True))):
        book.write(CORRECTIONS, frame)


def _audit(tally: Tally, made: Iterable[Sequence[Correction]]) -> None:
    for one in chain.from_iterable(made):
        if one.read_status == "accepted":
            tally.audited += 1
            tally.audited_wrong += one.action == "corrected"
