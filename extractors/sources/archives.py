"""The members of zip, tar and single-file archives, read within a budget; what cannot be read is named."""

from __future__ import annotations

import io
import lzma
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import IO

from extractors.encoding import decode_name
from extractors.sources import pictures, sniff, ziprepair
from extractors.sources.limits import Budget, MemberTooLarge, chunks, read_limited
from extractors.sources.members import is_junk, is_page_part, is_unsafe, printable
from models.errors import LimitExceeded, SourceError, UnreadableSource

_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError)
_STREAM_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError)
#: Extra field of Info-ZIP that carries the name in UTF-8 beside the old one (APPNOTE 4.6.9).
_UNICODE_NAME = 0x7075


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive with its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class LostMember:
    """A member (or, with an empty name, the archive itself) that could not be read, and why."""

    name: str
    error: SourceError


def refusal(name: str, *, link: bool = False, encrypted: bool = False) -> LostMember | None:
    """Why a member must not be unpacked at all; None when it may."""
    if is_unsafe(name):
        error = UnreadableSource("the name points outside of the archive", code="unsafe_name")
        return LostMember(printable(name), error)
    if link:
        return LostMember(name, UnreadableSource("a link or device, not a file", code="unsafe_name"))
    if encrypted:
        return LostMember(name, UnreadableSource("the archive needs a password", code="encrypted_archive"))
    return None


def zip_members(data: bytes, budget: Budget) -> Iterator[Member | LostMember]:
    """Members of a zip in directory order, numbered pictures together; of a zip whose end is missing, those that are whole."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _ZIP_ERRORS:
        yield from _salvaged(data, budget)
        return
    yield from _zip_members(archive, budget)


def large_zip_members(stream: IO[bytes], budget: Budget) -> Iterator[Member | LostMember]:
    """The same for a zip that is read from its file, since it is larger than memory should hold."""
    try:
        archive = zipfile.ZipFile(stream)
    except _ZIP_ERRORS as error:
        yield LostMember(
            "", UnreadableSource("the end of the archive is missing", code="truncated", detail=repr(error))
        )
        return
    yield from _zip_members(archive, budget)


def _zip_members(archive: zipfile.ZipFile, budget: Budget) -> Iterator[Member | LostMember]:
    with archive:
        named = [(_zip_name(info), info) for info in archive.infolist()]
        names = {name for name, _ in named}
        for name, info in (named[at] for at in pictures.order([name for name, _ in named])):
            budget.count_entry()
            if not info.is_dir() and not is_junk(name) and not is_page_part(name, names):
                yield _zip_member(archive, info, name, budget)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, budget: Budget) -> Member | LostMember:
    refused = refusal(name, link=_is_special(info), encrypted=bool(info.flag_bits & 0x1))
    if refused:
        return refused
    try:
        with archive.open(info) as stream:
            return Member(name, read_limited(stream, budget))
    except MemberTooLarge as error:
        return LostMember(name, error)
    except (*_ZIP_ERRORS, RuntimeError) as error:
        return LostMember(name, UnreadableSource("damaged in the archive", code="corrupt", detail=repr(error)))


def _is_special(info: zipfile.ZipInfo) -> bool:
    kind = stat.S_IFMT(info.external_attr >> 16)
    return info.create_system == 3 and kind not in (0, stat.S_IFREG, stat.S_IFDIR)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name as its writer meant it: without the UTF-8 flag zipfile assumes cp437, Chinese Windows wrote GBK."""
    declared = _unicode_name(info.extra)
    if declared is None and not info.flag_bits & ziprepair.UTF8_NAME:
        declared = decode_name(info.orig_filename.encode("cp437", "replace"))
    return (declared or info.orig_filename).replace("\\", "/")


def _unicode_name(extra: bytes) -> str | None:
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == _UNICODE_NAME and size > 5:
            return extra[at + 9 : at + 4 + size].decode("utf-8", "replace")
        at += 4 + size
    return None


def _salvaged(data: bytes, budget: Budget) -> Iterator[Member | LostMember]:
    for found in ziprepair.salvage(data, budget):
        utf8 = found.header.flags & ziprepair.UTF8_NAME
        raw = found.header.raw_name
        name = (raw.decode("utf-8", "replace") if utf8 else decode_name(raw)).replace("\\", "/")
        if name.endswith("/") or is_junk(name):
            continue
        refused = refusal(name, encrypted=found.header.encrypted)
        if refused:
            yield refused
        elif found.data is None:
            yield LostMember(name, UnreadableSource("cut off or damaged in the archive", code="truncated"))
        else:
            yield Member(name, found.data)
    yield LostMember("", UnreadableSource("the end of the archive is missing", code="truncated"))


def packed_member(name: str, data: bytes, kind: str, budget: Budget) -> Iterator[Member | LostMember]:
    """The one file in a gzip, bzip2 or xz; its name is the archive's without the last suffix."""
    budget.count_entry()
    inner = PurePosixPath(name).stem or "content"
    pieces: list[bytes] = []
    try:
        with sniff.open_packed(data, kind) as stream:
            pieces.extend(chunks(stream, budget))
    except MemberTooLarge as error:
        yield LostMember(inner, error)
    except _STREAM_ERRORS as error:
        yield LostMember(inner, UnreadableSource("cut off or damaged", code="truncated", detail=repr(error)))
    else:
        yield Member(inner, b"".join(pieces))


def tar_members(data: bytes, budget: Budget) -> Iterator[Member | LostMember]:
    """Members of a tar, plain or packed; of a cut one, those that are whole."""
    with tempfile.TemporaryFile() as plain:
        whole = _unpack_stream(data, plain, budget)
        plain.seek(0)
        yield from large_tar_members(plain, budget, whole=whole)


def large_tar_members(plain: IO[bytes], budget: Budget, *, whole: bool = True) -> Iterator[Member | LostMember]:
    """The same for a plain tar in a file; ``whole`` is false when it is known to be cut."""
    try:
        archive = tarfile.TarFile(fileobj=plain, mode="r", encoding="utf-8", errors="surrogateescape")
    except (tarfile.TarError, OSError, ValueError) as error:
        yield LostMember("", UnreadableSource("the tar archive is damaged", code="corrupt", detail=repr(error)))
        return
    with archive:
        infos, ended = _tar_infos(archive, plain, budget)
        every = [_tar_name(info) for info in infos]
        names = set(every)
        for at in pictures.order(every):
            name, info = every[at], infos[at]
            if not info.isdir() and not is_junk(name) and not is_page_part(name, names):
                yield _tar_member(archive, info, name, budget)
    if not (whole and ended):
        yield LostMember("", UnreadableSource("the end of the archive is missing or damaged", code="truncated"))


def _unpack_stream(data: bytes, target: IO[bytes], budget: Budget) -> bool:
    """Write the plain tar to ``target``; False when the stream is cut. Members are charged later, when read."""
    kind = sniff.packing(data)
    if kind is None:
        target.write(data)
        return True
    own = replace(budget, max_member=budget.left)
    try:
        with sniff.open_packed(data, kind) as stream:
            for piece in chunks(stream, own):
                target.write(piece)
    except _STREAM_ERRORS:
        return False
    return True


def _tar_infos(archive: tarfile.TarFile, plain: IO[bytes], budget: Budget) -> tuple[list[tarfile.TarInfo], bool]:
    """All headers, and whether the archive ended as it should: tarfile takes a damaged header for the end."""
    infos: list[tarfile.TarInfo] = []
    try:
        while (info := archive.next()) is not None:
            budget.count_entry()
            infos.append(info)
    except (tarfile.TarError, OSError, ValueError):
        return infos, False
    plain.seek(archive.offset)
    return infos, not plain.read(tarfile.BLOCKSIZE).strip(b"\0")


def _tar_name(info: tarfile.TarInfo) -> str:
    return decode_name(info.name.encode("utf-8", "surrogateescape")).removeprefix("./")


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, name: str, budget: Budget) -> Member | LostMember:
    refused = refusal(name, link=not info.isreg())
    if refused:
        return refused
    try:
        stream = archive.extractfile(info)
        content = read_limited(stream, budget) if stream is not None else b""
    except MemberTooLarge as error:
        return LostMember(name, error)
    except LimitExceeded:
        raise
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        return LostMember(name, UnreadableSource("cut off in the archive", code="truncated", detail=repr(error)))
    if len(content) < info.size:
        return LostMember(name, UnreadableSource("cut off in the archive", code="truncated"))
    return Member(name, content)
