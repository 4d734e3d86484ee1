"""From files, folders and archives to single sources: safe names, honest limits, every refusal named."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from extractors.options import ExtractOptions
from extractors.sources import sniff, ziprepair
from extractors.sources.archives import (
    LostMember,
    Member,
    large_tar_members,
    large_zip_members,
    packed_member,
    tar_members,
    zip_members,
)
from extractors.sources.limits import MEBIBYTE, Budget
from extractors.sources.members import is_junk, is_page_part
from extractors.sources.sevenzip import sevenzip_members
from extractors.sources.source import Source
from models.errors import GoujiError, LimitExceeded, NoReport, SourceError, UnreadableSource

_ARCHIVES = frozenset({sniff.ZIP, sniff.TAR, sniff.SEVEN_ZIP, sniff.GZIP, sniff.BZIP2, sniff.XZ})
_REFUSED = {
    sniff.ENCRYPTED_OFFICE: ("encrypted_document", "the document needs a password"),
    sniff.RAR: ("unknown_type", "RAR archives cannot be unpacked: unpack it and submit the files"),
    sniff.OLE: ("unknown_type", "an OLE file that is no Word, WPS or Excel document, or a damaged one"),
    sniff.PPT: ("unknown_type", "a presentation, not a document"),
    sniff.PPTX: ("unknown_type", "a presentation, not a document"),
    sniff.UNKNOWN: ("unknown_type", "not a kind of document that can be read"),
}


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """Something that did not become a source, and why. ``data_sha256`` is None where its bytes could not be had."""

    name: str
    data_sha256: str | None
    error: GoujiError


def iter_sources(name: str, data: bytes, options: ExtractOptions) -> Iterator[Source | SourceFailure]:
    """The documents in ``data``: itself, or the members of an archive as ``archive.zip/folder/report.pdf``.

    Archives in archives are opened down to ``max_archive_depth``. Members come one at a time, so memory holds one of
    them. What cannot be read is a ``SourceFailure``; nothing is raised for bad input.
    """
    if len(data) > options.max_source_mb * MEBIBYTE:
        yield _failed(name, data, LimitExceeded(f"larger than {options.max_source_mb} MiB"))
        return
    yield from _sources(name, data, Budget.for_archive(len(data), options), 0)


def iter_file(name: str, stream: IO[bytes], options: ExtractOptions) -> Iterator[Source | SourceFailure]:
    """The same for an open file. A zip or a plain tar may be larger than a source: it is read member by member."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if size <= options.max_source_mb * MEBIBYTE:
        yield from iter_sources(name, stream.read(), options)
        return
    head = stream.read(tarfile.BLOCKSIZE)
    stream.seek(0)
    budget = Budget.for_archive(size, options)
    if head.startswith(ziprepair.LOCAL_MAGIC):
        yield from _opened(name, large_zip_members(stream, budget), budget, 1, lambda: None)
    elif sniff.is_tar(head):
        yield from _opened(name, large_tar_members(stream, budget), budget, 1, lambda: None)
    else:
        yield SourceFailure(name, None, LimitExceeded(f"larger than {options.max_source_mb} MiB"))


def _sources(name: str, data: bytes, budget: Budget, depth: int) -> Iterator[Source | SourceFailure]:
    try:
        kind = sniff.media_type(data, name)
    except SourceError as error:
        yield _failed(name, data, error)
        return
    if kind in _ARCHIVES:
        yield from _archive(name, data, kind, budget, depth + 1)
    elif kind in _REFUSED:
        code, message = _REFUSED[kind]
        yield _failed(name, data, UnreadableSource(message, code=code))
    else:
        yield Source(name, data, kind)


def _archive(name: str, data: bytes, kind: str, budget: Budget, depth: int) -> Iterator[Source | SourceFailure]:
    if depth > budget.depth:
        error = LimitExceeded(f"archives stand more than {budget.depth} deep", code="archive_too_deep")
        yield _failed(name, data, error)
        return
    yield from _opened(name, _members(name, data, kind, budget), budget, depth, lambda: _digest(data))


def _opened(
    name: str,
    members: Iterator[Member | LostMember],
    budget: Budget,
    depth: int,
    digest: Callable[[], str | None],
) -> Iterator[Source | SourceFailure]:
    """What the members of an archive are; ``digest`` gives its hash where the archive itself is at fault."""
    empty = True
    try:
        for member in members:
            empty = False
            if isinstance(member, LostMember):
                inner = f"{name}/{member.name}" if member.name else name
                yield SourceFailure(inner, None if member.name else digest(), member.error)
            else:
                yield from _sources(f"{name}/{member.name}", member.data, budget, depth)
    except LimitExceeded as error:
        yield SourceFailure(name, digest(), error)
        return
    if empty:
        yield SourceFailure(name, digest(), NoReport("the archive holds no document"))


def _members(name: str, data: bytes, kind: str, budget: Budget) -> Iterator[Member | LostMember]:
    if kind == sniff.ZIP:
        return zip_members(data, budget)
    if kind == sniff.TAR:
        return tar_members(data, budget)
    if kind == sniff.SEVEN_ZIP:
        return sevenzip_members(data, budget)
    return packed_member(name, data, kind, budget)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _failed(name: str, data: bytes, error: GoujiError) -> SourceFailure:
    return SourceFailure(name, _digest(data), error)


def iter_paths(paths: Iterable[Path]) -> Iterator[Path]:
    """Files as given and, sorted by name, all files below folders.

    In folders, hidden entries, office debris, the parts of saved pages and links to folders are left out. A path that
    does not exist or a folder that may not be listed is handed on as it is: ``read_path`` then says what is wrong.
    """
    for path in paths:
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def _walk(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield folder
        return
    names = {entry.name for entry in entries}
    for entry in entries:
        if entry.name.startswith(".") or is_junk(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            if not is_junk(f"{entry.name}/x") and not is_page_part(f"{entry.name}/x", names):
                yield from _walk(folder / entry.name)
        elif not entry.is_dir():
            yield folder / entry.name


def read_path(path: Path, options: ExtractOptions) -> bytes:
    """The bytes of a file.

    Raises ``UnreadableSource`` (``not_found``, ``permission_denied``, ``empty_file``, ``unreadable``) or
    ``LimitExceeded`` (``too_large``).
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            raise UnreadableSource("not a file but a device, pipe or socket")
        with path.open("rb") as stream:
            data = stream.read(options.max_source_mb * MEBIBYTE + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UnreadableSource("there is no such file", code="not_found") from error
    except PermissionError as error:
        raise UnreadableSource("the file may not be read", code="permission_denied") from error
    except (OSError, ValueError) as error:
        raise UnreadableSource("the file could not be read", detail=repr(error)) from error
    if len(data) > options.max_source_mb * MEBIBYTE:
        raise LimitExceeded(f"larger than {options.max_source_mb} MiB")
    if not data:
        raise UnreadableSource("the file is empty", code="empty_file")
    return data
