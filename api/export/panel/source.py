"""Where the reports of a panel come from: a file of JSON lines here; a store offers the same."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import simplejson
from pydantic import ValidationError

from api.export.panel.package import DESCRIPTOR, packaged
from models.errors import UsageError
from models.readings import CellState, Number
from models.report import Report, Result, from_json

SUFFIXES = (".jsonl", ".json")


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person decided about a cell.

    ``read_*`` is what the pipeline had read, ``value`` and ``state`` what holds now. ``read_status`` is the pipeline's
    own: a decision on a cell that it had accepted tells of silent errors, one on a cell for review does not. ``at`` is
    in seconds since 1970.
    """

    cell: str
    action: Literal["confirmed", "corrected"]
    read_state: CellState | None
    read_value: Number | None
    read_status: Literal["accepted", "review"] | None
    state: CellState
    value: Number | None
    who: str | None = None
    why: str | None = None
    at: float | None = None


class ReportSource(Protocol):
    """Results with people's decisions already laid over them, in an order that is the same every time."""

    def results(self) -> Iterator[Result]:
        """Every report and error object once; memory must not grow with their number."""
        ...

    def corrections(self, report: Report) -> Sequence[Correction]:
        """The decisions that hold for the cells of a report that ``results`` gave."""
        ...


class JsonLines:
    """Files that ``gouji extract`` wrote (JSON lines, or one object per file), and folders of them."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = tuple(find_results(paths))

    def results(self) -> Iterator[Result]:
        """All results, files in the order of the paths, a folder's sorted by name.

        Raises UsageError at the first line that is none: a report left out in silence would be worse.
        """
        for path in self._files:
            yield from read_results(path)

    def corrections(self, report: Report) -> Sequence[Correction]:
        """What the cells themselves tell of decisions: not who and when, nor whether the reading had been accepted."""
        return corrections_of(report)


def read_results(path: Path) -> Iterator[Result]:
    """The results of one file. Raises UsageError for a line that is not one."""
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield from_json(line)
            except (simplejson.JSONDecodeError, ValidationError) as error:
                why = f"{path}, line {number}, is not a result of gouji."
                raise UsageError(why, hint="Give files that `gouji extract` wrote as json or jsonl.") from error


def find_results(paths: Sequence[Path]) -> Iterator[Path]:
    """The files, and the result files below the folders, sorted. Raises UsageError where there is nothing."""
    for path in paths:
        if not path.exists():
            raise UsageError(f"No such file or folder: {path}", hint="Nothing was read.")
        if path.is_file():
            yield path
            continue
        below = sorted(_walk(path))
        if not below:
            raise UsageError(f"No result files in {path}", hint="`gouji extract … -o DIR` writes them.")
        yield from below


def _walk(folder: Path) -> Iterator[Path]:
    """Result files below a folder, hidden ones left out; the lines of a data package are no results."""
    for where, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        own = {DESCRIPTOR, *packaged(Path(where))}
        yield from (
            Path(where, name) for name in files if name.endswith(SUFFIXES) and name[0] != "." and name not in own
        )


def corrections_of(report: Report) -> tuple[Correction, ...]:
    """The decisions that show in the cells: a corrected cell keeps the pipeline's reading as its first alternative."""
    found = []
    for name, cell in report.cells.items():
        if cell.status == "confirmed":
            found.append(Correction(name, "confirmed", cell.state, cell.value, None, cell.state, cell.value))
        elif cell.status == "corrected":
            read = cell.alternatives[0] if cell.alternatives else None
            state, value = (read.state, read.value) if read else (None, None)
            found.append(Correction(name, "corrected", state, value, None, cell.state, cell.value))
    return tuple(found)
