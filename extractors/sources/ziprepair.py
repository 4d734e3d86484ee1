"""Members of a zip whose end is missing: found by walking the local headers, since the directory stands at the end."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from extractors.sources.limits import CHUNK, Budget, MemberTooLarge

LOCAL_MAGIC = b"PK\x03\x04"
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _SIZES_FOLLOW, UTF8_NAME = 0x1, 0x8, 0x800
_NEXT = re.compile(rb"PK(?:\x03\x04|\x01\x02|\x07\x08|\x05\x06)")


@dataclass(frozen=True, slots=True)
class LocalHeader:
    """One local file header: where the member's data begins and what the header says of it."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    start: int

    @property
    def encrypted(self) -> bool:
        """Whether the member needs a password."""
        return bool(self.flags & _ENCRYPTED)


@dataclass(frozen=True, slots=True)
class Salvaged:
    """A member of a cut zip: its bytes, or None when it is cut itself or damaged."""

    header: LocalHeader
    data: bytes | None


def local_headers(data: bytes) -> Iterator[LocalHeader]:
    """The local headers in file order. Chance signatures inside of packed data are left out by their odd fields."""
    at = data.find(LOCAL_MAGIC)
    while at >= 0:
        header = _header(data, at)
        if header is not None:
            yield header
        # Sizes in headers are not trusted for skipping: a cut or hostile file may state any.
        at = data.find(LOCAL_MAGIC, at + 4)


def salvage(data: bytes, budget: Budget) -> Iterator[Salvaged]:
    """Every member that can be told from the local headers, read as far as the bytes go."""
    end = 0
    for header in local_headers(data):
        if header.start <= end:
            continue
        budget.count_entry()
        content, end = _content(data, header, budget)
        yield Salvaged(header, content)


def _header(data: bytes, at: int) -> LocalHeader | None:
    try:
        _, flags, method, _, crc, packed, _, name_size, extra = struct.unpack_from("<HHHIIIIHH", data, at + 4)
    except struct.error:
        return None
    start = at + 30 + name_size + extra
    if method > 99 or not 0 < name_size < 4096 or start > len(data):
        return None
    return LocalHeader(data[at + 30 : at + 30 + name_size], flags, method, crc, packed, start)


def _content(data: bytes, header: LocalHeader, budget: Budget) -> tuple[bytes | None, int]:
    """Bytes of a member (None where they cannot be had whole) and where its packed data ends."""
    if header.encrypted or header.method not in (_STORED, _DEFLATED):
        return None, header.start
    if header.method == _DEFLATED:
        return _inflated(data, header, budget)
    size = header.packed
    if header.flags & _SIZES_FOLLOW and not size:
        following = _NEXT.search(data, header.start)
        size = (following.start() if following else len(data)) - header.start
    content = data[header.start : header.start + size]
    budget.spend(len(content))
    return (content if len(content) == size and _sound(header, content) else None), header.start + len(content)


def _inflated(data: bytes, header: LocalHeader, budget: Budget) -> tuple[bytes | None, int]:
    inflater, pieces, total, at = zlib.decompressobj(-15), list[bytes](), 0, header.start
    rest = b""
    try:
        while not inflater.eof and (rest or at < len(data)):
            if not rest:
                rest, at = data[at : at + CHUNK], at + CHUNK
            pieces.append(inflater.decompress(rest, CHUNK))
            rest = inflater.unconsumed_tail
            total += len(pieces[-1])
            budget.spend(len(pieces[-1]))
            if total > budget.max_member:
                raise MemberTooLarge("larger than a source may be when unpacked")
    except zlib.error:
        return None, header.start
    content = b"".join(pieces)
    end = min(at, len(data)) - len(inflater.unused_data) - len(rest)
    return (content if inflater.eof and _sound(header, content) else None), end


def _sound(header: LocalHeader, content: bytes) -> bool:
    return bool(header.flags & _SIZES_FOLLOW) or zlib.crc32(content) == header.crc
