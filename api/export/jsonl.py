"""JSON: one line per result in one file, or one file per result."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path

from api.export.atomic import AtomicPath, write_whole
from api.export.books import Written
from models.report import ErrorReport, Result, to_json

# Not allowed in file names on Windows; a result may be carried to any machine.
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
# File systems allow 255 bytes; the rest is for the digest, a number and the suffix.
_STEM_BYTES = 180


class LinesWriter:
    """``reports.jsonl``: one object per line, in the order of the sources."""

    def __init__(self, folder: Path) -> None:
        self._target = AtomicPath(folder / "reports.jsonl")
        self._file = self._target.working.open("wb")

    def write(self, result: Result) -> None:
        """Add a line."""
        self._file.write(json_line(result))

    def close(self) -> Written:
        """Put the file in place."""
        self._file.close()
        return Written((self._target.commit(),))

    def abort(self) -> None:
        """Remove the unfinished file."""
        self._file.close()
        self._target.discard()


def json_line(result: Result) -> bytes:
    """The object and a newline. A file name that is not valid Unicode becomes an escape that JSON knows."""
    return (to_json(result) + "\n").encode("utf-8", "backslashreplace")


class FilesWriter:
    """One JSON file per result, named after its source; each stands in place as soon as it is written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: set[str] = set()

    def write(self, result: Result) -> None:
        """Write one file."""
        name = free_name(file_stem(result), self._taken)
        self._taken.add(name.casefold())
        write_whole(self._folder / f"{name}.json", json_line(result))

    def close(self) -> Written:
        """Nothing is left to do; names the folder."""
        return Written((self._folder,))

    def abort(self) -> None:
        """What stands is whole, so it stays."""


def file_stem(result: Result) -> str:
    """A file name that is safe on every system: the source's own, and eight digits that tell documents apart.

    The digits come from the content, so ``a/report.pdf`` and ``b/report.pdf`` keep their names from run to run,
    whatever else is extracted with them.
    """
    own = re.split(r"[/\\]", result.source.name.rstrip("/\\"))[-1]
    own = _UNSAFE.sub("_", unicodedata.normalize("NFC", own)).strip(". ") or "report"
    if _RESERVED.match(own):
        own = "_" + own
    own = own.encode("utf-8", "replace")[:_STEM_BYTES].decode("utf-8", "ignore").strip(". ")
    identity = result.source.sha256 or result.source.name if isinstance(result, ErrorReport) else result.id
    return f"{own}.{hashlib.sha256(identity.encode('utf-8', 'replace')).hexdigest()[:8]}"


def free_name(stem: str, taken: set[str]) -> str:
    """The stem, with ~2, ~3 … where an equal document was already written (case does not tell files apart)."""
    name, number = stem, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}~{number}"
    return name


WRITERS = {"json": FilesWriter, "jsonl": LinesWriter}
