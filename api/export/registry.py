"""The one list of output formats. A format is one module with ``open_writer(folder)`` and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from models.errors import UsageError
from models.report import Result


@dataclass(frozen=True, slots=True)
class Written:
    """What a writer left behind: its files, and sentences on what a format could not hold."""

    paths: tuple[Path, ...]
    notes: tuple[str, ...] = ()


class Writer(Protocol):
    """Takes results one after another.

    Nothing stands under its final name before ``close``, except where each result is a file of its own.
    """

    def write(self, result: Result) -> None:
        """Add one result."""
        ...

    def close(self) -> Written:
        """Finish and put everything in place."""
        ...

    def abort(self) -> None:
        """Remove what is unfinished."""
        ...


#: Format → the module that writes it, loaded on use.
FORMATS: dict[str, str] = {
    "json": "api.export.jsonl",
    "jsonl": "api.export.jsonl",
    "csv": "api.export.delimited",
    "parquet": "api.export.columnar",
    "xlsx": "api.export.workbook",
    "dta": "api.export.stata",
}


def open_writer(name: str, folder: Path) -> Writer:
    """A writer of the format into the folder, which is made if need be.

    Raises UsageError for an unknown format or a folder that cannot be made.
    """
    if name not in FORMATS:
        raise UsageError(f"Unknown format: {name}", hint=f"Known are {', '.join(FORMATS)}.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"Cannot write into {folder}: {error.strerror}"
        raise UsageError(message, hint="Choose another folder with -o.") from error
    openers = cast("dict[str, Callable[[Path], Writer]]", import_module(FORMATS[name]).WRITERS)
    return openers[name](folder)
