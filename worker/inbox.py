"""The inbox as a folder: which files lie in it, where each goes, and what is written beside it.

::

    inbox/青禾县/2024/报告.pdf             dropped: the folder becomes batch (青禾县/2024) and tags
    inbox/working/青禾县/2024/报告.pdf     recorded and held; being read
    inbox/done/青禾县/2024/报告.pdf        read, with 报告.pdf.json beside it
    inbox/failed/青禾县/2024/报告.pdf      not (or not wholly) read, with the reason in the JSON beside it

Names are whatever bytes the file system holds; they are decoded only to be shown.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import signal
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from extractors.encoding import decode_name
from extractors.sources.members import is_junk, is_page_part, printable
from extractors.sources.pictures import place_of, sets_among
from worker.stability import Face, finished_names, is_unfinished_name

_log = logging.getLogger(__name__)

WORKING, DONE, FAILED = "working", "done", "failed"
#: The batch of files that lie in no folder.
LOOSE = "inbox"


@dataclass(frozen=True, slots=True)
class Found:
    """A file in the inbox, by its path from there on."""

    relative: Path
    face: Face

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders it lies in, as they are shown."""
        return tuple(shown(part) for part in self.relative.parent.parts)


class Inbox:
    """A watched folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def files(self) -> Iterator[Found]:
        """What was dropped, file by file; see ``groups``."""
        return (found for group in self.groups() for found in group)

    def groups(self) -> Iterator[list[Found]]:
        """What was dropped: plain files with finished names, wherever they lie; links are not followed.

        Pictures that may be the pages of one document come together, and not while one more of them is on its way.
        A folder that cannot be listed is named in the log and left out. Raises FileNotFoundError when the inbox itself
        is gone.
        """
        with os.scandir(self.folder):
            pass
        yield from self._walk(Path(), top=True)

    def _walk(self, where: Path, *, top: bool = False) -> Iterator[list[Found]]:
        try:
            entries = list(os.scandir(self.folder / where))
        except OSError as error:
            _log.warning("folder not listed", extra={"folder": shown(str(where)), "why": error.strerror})
            return
        names = {entry.name for entry in entries}
        finished = [e for e in entries if not is_unfinished_name(e.name) and not is_junk(e.name)]
        folders = [entry for entry in finished if entry.is_dir(follow_symlinks=False)]
        files = [entry for entry in finished if not entry.is_dir(follow_symlinks=False)]
        for group in _groups(files, _coming(names)):
            faces = [(entry, face_of(Path(entry.path))) for entry in group]
            if found := [Found(where / entry.name, face) for entry, face in faces if face is not None]:
                yield found
        for entry in folders:
            own = top and entry.name in (WORKING, DONE, FAILED)
            if not own and not is_junk(f"{entry.name}/x") and not is_page_part(f"{entry.name}/x", names):
                yield from self._walk(where / entry.name)

    def left_in_work(self) -> Iterator[Path]:
        """Files in ``working``, by their path from the inbox on."""
        for where, _, names in os.walk(self.folder / WORKING):
            yield from (Path(where, name).relative_to(self.folder) for name in names)

    def working_place(self, found: Found, sha256: str) -> Path:
        """Where a file lies while it is read, from the inbox on; another of that name that is still there stays."""
        wanted = Path(WORKING) / found.relative
        return wanted if not (self.folder / wanted).exists() else with_digest(wanted, sha256)

    def move(self, source: Path, target: Path) -> bool:
        """Move within the inbox (paths from there on); False when there is nothing to move. Raises OSError."""
        (self.folder / target).parent.mkdir(parents=True, exist_ok=True)
        try:
            os.replace(self.folder / source, self.folder / target)
        except FileNotFoundError:
            return False
        return True


def _coming(names: Iterable[str]) -> set[tuple[str, str, str]]:
    """The sets of pictures to which something belongs that is still being written."""
    unfinished = (name for name in names if is_unfinished_name(name))
    places = (place_of(finished) for name in unfinished for finished in finished_names(name))
    return {place[0] for place in places if place is not None}


def _groups(files: Iterable[os.DirEntry[str]], coming: set[tuple[str, str, str]]) -> Iterator[list[os.DirEntry[str]]]:
    """Files by themselves, and pictures that may be one document together; those of a set that is coming are left out."""
    numbered: list[tuple[str, os.DirEntry[str]]] = []
    for entry in files:
        place = place_of(entry.name)
        if place is None:
            yield [entry]
        elif place[0] not in coming:
            numbered.append((entry.name, entry))
    for group in sets_among(numbered, lambda _: False):
        yield [entry for _, entry in group]


def shown(name: str) -> str:
    """A name of the file system as text: as UTF-8, else in the encoding that Chinese Windows used."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return printable(decode_name(os.fsencode(name)))
    return printable(name)


def with_digest(path: Path, sha256: str) -> Path:
    """The same path with eight digits of the content in the name, so that two contents never meet in one name."""
    return path.with_name(f"{path.stem}.{sha256[:8]}{path.suffix}")


def digest_of(path: Path) -> str:
    """SHA-256 of a file. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def face_of(path: Path) -> Face | None:
    """What a file looks like; None when it is no plain file, or gone."""
    try:
        seen = path.lstat()
    except OSError:
        return None
    return _face(seen) if stat.S_ISREG(seen.st_mode) else None


def face_of_open(descriptor: int) -> Face:
    """The same for an open file."""
    return _face(os.fstat(descriptor))


def _face(seen: os.stat_result) -> Face:
    return Face(seen.st_ino, seen.st_size, seen.st_mtime_ns)


def is_held_for_writing(descriptor: int) -> bool:
    """Whether some process of this machine has the file open for writing, where the file system can tell (fcntl(2)).

    A lease for reading is refused while there is a writer. The signal of a broken lease would end this process, so it is
    turned into one that is ignored.
    """
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    return False
