"""The bytes of sources, by content hash. Every machine of a deployment sees the same ones.

A folder serves one machine, and many when they share it; ``s3`` serves machines that share none. Another kind of store is one
more class that meets ``Blobs``.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self, TypeVar

from models.errors import BlobsUnavailable, NotFound

#: Blobs that are kept at the same time: the disk is waited for, and waits for several at once cost little more than one.
AT_ONCE = 8
#: What was not finished within a day was left behind by a process that died.
STALE = 86400.0


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes that are held: their SHA-256 and how many there are."""

    sha256: str
    size: int


class BlobWriter(Protocol):
    """Takes bytes piece by piece. What is not kept before the end of the ``with`` block is dropped."""

    def write(self, piece: bytes) -> None:
        """Take some more bytes. Raises BlobsUnavailable."""
        ...

    def keep(self) -> Stored:
        """Make what was written last, whatever happens to the machine afterwards. Raises BlobsUnavailable."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


T = TypeVar("T")
R = TypeVar("R")


def side_by_side(work: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Do what waits for the disk with several items at a time; the results come in their order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, items))


class Blobs(Protocol):
    """A store of bytes."""

    def writer(self) -> BlobWriter:
        """A new blob. Raises BlobsUnavailable."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """Bytes to read, seekable. Raises NotFound or BlobsUnavailable."""
        ...

    def exists(self, sha256: str) -> bool:
        """Whether they are held. Raises BlobsUnavailable."""
        ...

    def clean(self, *, now: float | None = None) -> int:
        """Remove what writers that died left behind; how many that were. Raises BlobsUnavailable."""
        ...


class FolderBlobs:
    """Blobs in a folder: ``ab/abcd…``. A blob is complete or not there at all, since it comes in by a rename."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unfinished = folder / "unfinished"

    def writer(self) -> FolderWriter:
        """A new blob, written beside the others first."""
        with _translated():
            self._unfinished.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._unfinished)
        return FolderWriter(self, os.fdopen(descriptor, "wb"), Path(name))

    def open(self, sha256: str) -> BinaryIO:
        """The file."""
        with _translated():
            try:
                return self.path(sha256).open("rb")
            except FileNotFoundError as error:
                if not self._folder.is_dir():
                    raise BlobsUnavailable("the folder of sources is not there", detail=str(self._folder)) from error
                raise NotFound("the bytes of this source are not held", detail=sha256) from error

    def exists(self, sha256: str) -> bool:
        """Whether the file is there."""
        with _translated():
            return self.path(sha256).is_file()

    def path(self, sha256: str) -> Path:
        """Where a blob is or would be."""
        return self._folder / sha256[:2] / sha256

    def clean(self, *, now: float | None = None) -> int:
        """Remove what writers that died left behind; how many files that were."""
        oldest = (time.time() if now is None else now) - STALE
        removed = 0
        with _translated():
            for left in self._unfinished.glob("*"):
                with suppress(FileNotFoundError):
                    if left.stat().st_mtime < oldest:
                        left.unlink()
                        removed += 1
        return removed


class FolderWriter:
    """A file that is being written; it counts only once it is kept."""

    def __init__(self, blobs: FolderBlobs, stream: BinaryIO, path: Path) -> None:
        self._blobs, self._stream, self._path = blobs, stream, path
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, piece: bytes) -> None:
        """Take some more bytes."""
        with _translated():
            self._stream.write(piece)
        self._digest.update(piece)
        self._size += len(piece)

    def keep(self) -> Stored:
        """Flush to the disk, then rename: after a power cut there is a whole blob or none."""
        stored = Stored(self._digest.hexdigest(), self._size)
        target = self._blobs.path(stored.sha256)
        with _translated():
            if not target.exists():
                self._stream.flush()
                os.fsync(self._stream.fileno())
                os.chmod(self._path, 0o440)
                _make_folder(target.parent)
                os.replace(self._path, target)
                _sync_folder(target.parent)
        return stored

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # a full disk fails here once more, over bytes that nobody wants any longer
            self._stream.close()
        self._path.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BlobsUnavailable("sources cannot be read or written now", detail=repr(error)) from error
