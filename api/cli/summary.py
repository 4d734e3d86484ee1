"""What a person wants to know when an extraction has ended."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from api.export.books import Written
from api.export.columns import encodable
from models.report import CheckRecord, Claim, ErrorReport, Report, Result

if TYPE_CHECKING:
    from rich.table import Table

# More reports, errors or failing checks than this are counted, not listed; the output has them all.
LISTED = 25
# Narrower than this, the table of reports breaks every line; a log has no width of its own.
NARROWEST = 100

# How a relation reads where it does not hold, and what the cause of that means.
BROKEN = {"=": "≠", ">=": "<", "text": "does not agree with"}
CAUSES = {"source": "wrong in print", "extraction": "the reading is in doubt", "unclear": "cause unclear"}


@dataclass(frozen=True, slots=True)
class _Line:
    """One report in a line."""

    organ: str
    year: str
    form: str
    accepted: int
    review: int
    passed: int
    failed: int
    source: str


class Summary:
    """Counts results and keeps the first few of each kind to show."""

    def __init__(self) -> None:
        self.reports = 0
        self.errors = 0
        self._cells: Counter[str] = Counter()
        self._lines: list[_Line] = []
        self._failing: list[str] = []
        self._failures = 0
        self._unread: list[str] = []

    def add(self, result: Result) -> None:
        """Take one result into account."""
        if isinstance(result, ErrorReport):
            self.errors += 1
            if len(self._unread) < LISTED:
                name, error = encodable(result.source.name), result.error
                self._unread.append(f"{name}: {error.message} [{error.code}]\n      {error.hint}")
            return
        self.reports += 1
        line = _line(result)
        self._cells.update(accepted=line.accepted, review=line.review)
        if len(self._lines) < LISTED:
            self._lines.append(line)
        self._note_failures(result, line)

    def _note_failures(self, report: Report, line: _Line) -> None:
        for check in report.checks:
            if check.status != "fail":
                continue
            self._failures += 1
            if len(self._failing) < LISTED:
                why = CAUSES[check.cause or "unclear"]
                self._failing.append(f"{line.organ} {line.year}  {check.rule}  {_said(check)}  ({why})")

    def show(self, written: Written, stream: TextIO) -> None:
        """Print everything to the stream."""
        from rich.console import Console

        width = max(NARROWEST, shutil.get_terminal_size((140, 40)).columns)
        console = Console(file=stream, width=width, highlight=False, markup=False, soft_wrap=True)
        if self.reports > 1:
            console.print(self._table())
        _list(console.print, "Checks that do not hold:", self._failing, self._failures)
        _list(console.print, "Not read:", self._unread, self.errors)
        cells, review = self._cells["accepted"], self._cells["review"]
        console.print(
            f"{_count(self.reports, 'report')}, {_count(self.errors, 'error')}; "
            f"{_count(cells, 'cell')} accepted, {review} to review"
        )
        for path in written.paths:
            console.print(f"→ {path}")
        for note in written.notes:
            console.print(f"  note: {note}")

    def _table(self) -> Table:
        from rich.box import SIMPLE
        from rich.table import Table

        more = self.reports - len(self._lines)
        table = Table(box=SIMPLE, caption=f"and {more} more" if more else None, caption_justify="left", pad_edge=False)
        for name in ("organ", "year", "form"):
            table.add_column(name)
        for name in ("accepted", "to review", "checks ok", "failing"):
            table.add_column(name, justify="right")
        table.add_column("source", overflow="fold")
        for line in self._lines:
            numbers = (line.accepted, line.review, line.passed, line.failed)
            table.add_row(line.organ, line.year, line.form, *map(str, numbers), line.source)
        return table


def _line(report: Report) -> _Line:
    cells = Counter(cell.status for cell in report.cells.values() if cell.state != "absent")
    checks = Counter(check.status for check in report.checks)
    info = report.report
    return _Line(
        organ=_claim(info.organ),
        year=_claim(info.year),
        form=_claim(info.form),
        accepted=sum(cells.values()) - cells["review"],
        review=cells["review"],
        passed=checks["pass"],
        failed=checks["fail"],
        source=encodable(report.source.name),
    )


def _claim(claim: Claim) -> str:
    return "?" if claim.value is None else encodable(str(claim.value))


def _said(check: CheckRecord) -> str:
    """What the check found, or the two sides that do not agree; nothing for a rule that has neither."""
    if check.message or (check.left is None and check.right is None):
        return check.message or ""
    return f"{_side(check.left)} {BROKEN[check.relation]} {_side(check.right)}"


def _side(value: object) -> str:
    return "?" if value is None else str(value)


def _list(say: object, title: str, lines: list[str], total: int) -> None:
    assert callable(say)
    if not lines:
        return
    say(title)
    for line in lines:
        say(f"  - {line}")
    if total > len(lines):
        say(f"  … and {total - len(lines)} more, in the output")
    say("")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
