"""Where the reports of a panel come from: a file of JSON lines here; a store offers the same."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal, Protocol, TypeVar

import simplejson
from pydantic import ValidationError

from api.export.panel.package import DESCRIPTOR, packaged
from models.by_column import ColumnResult, by_column
from models.errors import UsageError
from models.light import LightReport, read_light
from models.readings import CellState, Number
from models.report import Result, from_json

Read = TypeVar("Read")

SUFFIXES = (".jsonl", ".json")
#: Results in a packet: enough that a step for many rows pays, few enough that memory stays small.
PACKET = 100


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person decided about a cell.

    ``read_*`` is what the pipeline had read, ``value`` and ``state`` what holds now. ``read_status`` is the pipeline's
    own: a decision on a cell that it had accepted tells of silent errors, one on a cell for review does not. ``at`` is
    in seconds since 1970. ``drawn`` is true where chance had picked the cell for people to look at: only such decisions
    tell how many of all accepted cells are wrong.
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
    drawn: bool = False


Given = tuple[ColumnResult, Sequence[Correction]]


class Packet(Protocol):
    """Some results as they are stored. It can be pickled: reading them is the dearest step, and may be done elsewhere."""

    def results(self) -> Iterable[Given]:
        """Results with people's decisions already laid over them, each with the decisions that hold for its cells.

        Read one by one as they are asked for: whoever lets go of each before the next needs little memory.
        """
        ...


class ReportSource(Protocol):
    """Where reports come from, in an order that is the same every time."""

    def packets(self) -> Iterator[Packet]:
        """Every result once, ``PACKET`` or so at a time; memory must not grow with their number."""
        ...


class JsonLines:
    """Files that ``gouji extract`` wrote (JSON lines, or one object per file), and folders of them."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = tuple(find_results(paths))

    def packets(self) -> Iterator[Packet]:
        """All lines, files in the order of the paths, a folder's sorted by name."""
        lines = (
            SourceLine(str(path), number, line) for path in self._files for number, line in enumerate(_lines(path), 1)
        )
        while some := tuple(islice(lines, PACKET)):
            yield Lines(some)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line and where it stands, for a message."""

    path: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines that are still to be read."""

    lines: tuple[SourceLine, ...]

    def results(self) -> Iterator[Given]:
        """The results, each with what its cells tell of decisions: not who and when, nor what had been accepted.

        Raises UsageError at the first line that is none: a report left out in silence would be worse.
        """
        for line in self.lines:
            if line.text.strip():
                result = _read(line, read_light)
                yield by_column(result), corrections_of(result) if isinstance(result, LightReport) else ()


def read_results(path: Path) -> Iterator[Result]:
    """The results of one file. Raises UsageError for a line that is not one."""
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            yield _read(SourceLine(str(path), number, line), from_json)


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        yield from file


def _read(line: SourceLine, read: Callable[[str], Read]) -> Read:
    try:
        return read(line.text)
    except (simplejson.JSONDecodeError, ValidationError) as error:
        why = f"{line.path}, line {line.number}, is not a result of gouji."
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


def corrections_of(report: LightReport) -> tuple[Correction, ...]:
    """The decisions that show in the cells: a corrected cell keeps the pipeline's reading as its first alternative."""
    found = []
    decided = ((name, cell) for name, cell in report.cells.items() if cell.status in ("confirmed", "corrected"))
    for name, cell in decided:
        state = CellState(cell.state)
        if cell.status == "confirmed":
            found.append(Correction(name, "confirmed", state, cell.value, None, state, cell.value))
        else:
            read = cell.alternatives[0] if cell.alternatives else None
            was, value = (CellState(read.state), read.value) if read else (None, None)
            found.append(Correction(name, "corrected", was, value, None, state, cell.value))
    return tuple(found)
