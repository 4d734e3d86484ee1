"""Progress on stderr: a bar for a person at a terminal, a plain line now and then for a log."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from models.report import ErrorReport, Result

if TYPE_CHECKING:
    import rich.progress

# Seconds between two lines in a log; and fewer files than this show nothing there, for the summary follows at once.
INTERVAL = 15.0
FEW = 20


class Progress:
    """Counts files and results while an extraction runs."""

    def __init__(self, files: int, *, quiet: bool) -> None:
        self._files, self._done, self._reports, self._errors = files, 0, 0, 0
        self._quiet = quiet
        self._terminal = sys.stderr.isatty() and not quiet
        self._bar: rich.progress.Progress | None = None
        self._last = time.monotonic()

    def __enter__(self) -> Self:
        if self._terminal and self._files > 1:
            self._bar = _bar(self._files)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def result(self, result: Result) -> None:
        """A report or an error object came."""
        if isinstance(result, ErrorReport):
            self._errors += 1
        else:
            self._reports += 1
        self._show("")

    def file_done(self, name: str) -> None:
        """Nothing more will come of this file."""
        self._done += 1
        self._show(name)

    def say(self, text: str) -> None:
        """A detail for whoever looks into a defect."""
        print(text.rstrip(), file=sys.stderr)

    def _show(self, name: str) -> None:
        if self._quiet:
            return
        if self._bar is not None:
            counts = f"reports: {self._reports}, errors: {self._errors}"
            self._bar.update(self._bar.task_ids[0], completed=self._done, counts=counts, name=name[-40:])
        elif self._files >= FEW and time.monotonic() - self._last > INTERVAL:
            self._last = time.monotonic()
            line = f"gouji: {self._done}/{self._files} files, reports: {self._reports}, errors: {self._errors}"
            print(line, file=sys.stderr, flush=True)


def _bar(files: int) -> rich.progress.Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("files"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}", markup=False),
        TextColumn("{task.fields[name]}", style="dim", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
    bar.add_task("", total=files, counts="", name="")
    return bar
