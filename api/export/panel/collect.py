"""The first pass over the reports: what can be written at once is, and what the panel needs later is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields
from pathlib import Path

from api.export.books import Book
from api.export.cells import CELLS, CellCounts, Judgements, cell_frame
from api.export.columns import Frame, Row, frame_of
from api.export.heads import Head
from api.export.keys import keys
from api.export.panel.index import Entry, entry_of
from api.export.panel.processes import in_order
from api.export.panel.source import Correction, Packet, ReportSource
from api.export.panel.tables import CORRECTIONS, correction_rows
from api.export.panel.wide import Block, WideSpool, block_of
from api.export.spool import Spool
from api.export.tables import CHECKS, ERRORS, FACTS, REPORTS, KeyedRows, ResultRows, report_row
from models.by_column import ColumnReport

#: Written at once; the other tables of results wait, or follow the panel.
AT_ONCE = (FACTS, CHECKS, ERRORS)
_TABLES = {table.name: table for table in (*AT_ONCE, CELLS, CORRECTIONS)}


@dataclass
class Tally:
    """What the quality statement counts.

    ``audited`` are decisions on cells that the pipeline had accepted and that chance had picked, ``picked`` those on accepted
    cells that people picked themselves.
    """

    reports: int = 0
    errors: int = 0
    cells: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    audited: int = 0
    audited_wrong: int = 0
    picked: int = 0
    picked_wrong: int = 0
    versions: Counter[str] = field(default_factory=Counter)

    def add(self, head: Head, cells: CellCounts) -> None:
        """Count a report of which cells have been counted."""
        self.reports += 1
        self.versions[head.report.pipeline.version] += 1
        self.cells["accepted"] += cells.accepted - cells.absent
        for status in ("review", "confirmed", "corrected", "absent"):
            self.cells[status] += getattr(cells, status)
        self.checks.update(head.checks)

    def audit(self, made: Sequence[Correction]) -> None:
        """Count decisions."""
        for one in made:
            if one.read_status == "accepted" and one.drawn:
                self.audited += 1
                self.audited_wrong += one.action == "corrected"
            elif one.read_status == "accepted":
                self.picked += 1
                self.picked_wrong += one.action == "corrected"

    def update(self, other: Tally) -> None:
        """Add what another one counted."""
        for one in fields(self):
            own, more = getattr(self, one.name), getattr(other, one.name)
            setattr(self, one.name, own + more)


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything that the panel needs of a packet, so that the packet itself can be forgotten.

    ``frames`` are rows of tables by their names; ``overview`` are the rows of the overview, ``blocks`` the cells as rows of
    the matrix and ``entries`` what is kept of each report, all three in one order.
    """

    frames: tuple[tuple[str, Frame], ...]
    overview: tuple[Frame, ...]
    blocks: tuple[Block, ...]
    entries: tuple[Entry, ...]
    tally: Tally


def digest(packet: Packet) -> Digest:
    """Digest a packet. Depends on nothing else, so it can be done anywhere."""
    rows, corrections, tally = ResultRows(), KeyedRows(CORRECTIONS), Tally()
    for result, made in packet.results():
        rows.add(result)
        if isinstance(result, ColumnReport):
            tally.audit(made)
            corrections.add(keys(result.head), list(zip(*correction_rows(result.head, made), strict=True)))
        else:
            tally.errors += 1
    frames = [(table.name, frame) for table, frame in rows.other_frames()]
    overview: list[Frame] = []
    blocks: list[Block] = []
    entries: list[Entry] = []
    for group in rows.judgements():
        if group.names:
            frames.append((CELLS.name, cell_frame(group)))
        blocks.append(block_of(group))
        overview.append(_overview(group, tally, entries))
    frames += [(CORRECTIONS.name, frame) for frame in corrections.frames()]
    return Digest(tuple(frames), tuple(overview), tuple(blocks), tuple(entries), tally)


def _overview(group: Judgements, tally: Tally, entries: list[Entry]) -> Frame:
    rows: list[Row] = []
    for head, cells in zip(group.heads, group.counts(), strict=True):
        rows.append(report_row(head, cells))
        entries.append(entry_of(head, cells))
        tally.add(head, cells)
    return frame_of(REPORTS, rows)


@dataclass
class Collected:
    """Everything that the first pass leaves: an entry per report, its row of the overview, the cells as a matrix."""

    entries: list[Entry]
    documents: Spool
    wide: WideSpool
    tally: Tally

    def add(self, found: Digest) -> None:
        """Keep what has to wait."""
        for block in found.blocks:
            self.wide.add(block)
        for frame in found.overview:
            self.documents.write(frame)
        self.entries.extend(found.entries)
        self.tally.update(found.tally)

    def discard(self) -> None:
        """Let go of the files."""
        self.documents.discard()
        self.wide.discard()


def collect(source: ReportSource, book: Book, folder: Path, jobs: int) -> Collected:
    """Read everything once. ``folder`` is for files that do not stay."""
    found = Collected([], Spool(folder / "documents"), WideSpool(folder), Tally())
    try:
        with closing(in_order(digest, source.packets(), jobs)) as digests:
            for one in digests:
                for name, frame in one.frames:
                    book.write(_TABLES[name], frame)
                found.add(one)
    except BaseException:
        found.discard()
        raise
    return found
