"""Is a file complete? Pure: told from what was seen of it, with the time handed in.

A copy that is under way grows, or its time of change moves. A program that holds it open for writing says so too, where the
file system can tell. Between two looks with the same face there must lie some time of rest.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

#: Names that browsers, download managers and rsync give to what they have not finished, and Office to its locks.
UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".filepart", ".opdownload", ".!ut", ".aria2")
LOCKS = ("~$", ".~")
#: An empty file is mostly one that has just been made to be filled, so it must be at rest for so many times longer.
EMPTY_PATIENCE = 5
#: A numbered picture may be one page of several that come one by one, so it must be at rest for so many times longer.
PICTURE_PATIENCE = 5
#: Files that are looked at side by side; the others wait for their turn, so memory does not grow with the inbox.
WINDOW = 4096


@dataclass(frozen=True, slots=True)
class Face:
    """What a file looks like from outside: another file, another size or another time of change is another face."""

    inode: int
    size: int
    changed_ns: int


def is_unfinished_name(name: str) -> bool:
    """Whether a name says that the file is not meant to be read (yet)."""
    return name.startswith((".", *LOCKS)) or name.lower().endswith(UNFINISHED)


def finished_names(name: str) -> tuple[str, ...]:
    """What a file with an unfinished name may come to be called: ``a.jpg.part``, or ``.a.jpg.x1y2z3`` of rsync."""
    bare = name.removeprefix(".")
    return tuple({bare, bare.rpartition(".")[0]})


class Rest:
    """Remembers since when each file, or several that belong together, has had its present face."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[Hashable, tuple[tuple[Face, ...], float]] = {}

    def is_complete(self, file: Hashable, faces: tuple[Face, ...], now: float, patience: int = 1) -> bool:
        """Whether the file has been at rest long enough. ``now`` is of a clock that never goes back, in seconds.

        Of files that belong together all must be: one more, or one that changes, and the time begins anew.
        """
        known = self._since.get(file)
        if known is None or known[0] != faces:
            if known is not None or len(self._since) < WINDOW:
                self._since[file] = (faces, now)
            return False
        if not all(face.size for face in faces):
            patience = max(patience, EMPTY_PATIENCE)
        return now - known[1] >= self._seconds * patience

    def forget(self, file: Hashable) -> None:
        """The file was taken or is gone."""
        self._since.pop(file, None)

    def keep_only(self, files: set[Hashable]) -> None:
        """Forget all others: they are gone."""
        for file in self._since.keys() - files:
            del self._since[file]

    @property
    def waiting(self) -> int:
        """How many files are being looked at."""
        return len(self._since)
