"""The directory of an OLE compound file (MS-CFB): enough to tell DOC, WPS, XLS and encrypted documents apart."""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: MS-CFB 2.1: sector numbers from here on mark free sectors, chain ends and the like.
_FIRST_SPECIAL = 0xFFFFFFFA
_NO_ENTRY = 0xFFFFFFFF
_ENTRY_SIZE = 128
#: A directory of more sectors than this belongs to no document that people write.
_MAX_DIRECTORY_SECTORS = 20_000
_MINI_STREAM_CUTOFF = 4096


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream or storage at the root: its name and its first bytes (empty for a storage or a very small stream)."""

    name: str
    head: bytes


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    left: int
    right: int
    child: int
    start: int
    size: int


def root_streams(data: bytes) -> tuple[Stream, ...]:
    """The entries directly below the root; empty where the directory cannot be read (a damaged or cut file)."""
    try:
        entries = _entries(data)
    except (struct.error, IndexError, UnicodeDecodeError):
        return ()
    if not entries:
        return ()
    return tuple(Stream(entry.name, _head(data, entry)) for entry in _children(entries))


def _sector_size(data: bytes) -> int:
    shift: int = struct.unpack_from("<H", data, 30)[0]
    return 1 << shift if shift in (9, 12) else 512


def _entries(data: bytes) -> list[_Entry]:
    size = _sector_size(data)
    table = _sector_table(data, size)
    sector: int = struct.unpack_from("<I", data, 48)[0]
    entries: list[_Entry] = []
    seen: set[int] = set()
    while sector < _FIRST_SPECIAL and sector not in seen and len(seen) < _MAX_DIRECTORY_SECTORS:
        seen.add(sector)
        start = (sector + 1) * size
        entries += [_entry(data, at) for at in range(start, start + size, _ENTRY_SIZE) if at + _ENTRY_SIZE <= len(data)]
        sector = table[sector] if sector < len(table) else _NO_ENTRY
    return entries


def _sector_table(data: bytes, size: int) -> list[int]:
    """The sector allocation table, as far as the header lists it: 109 sectors, enough for 6.8 MB and any directory."""
    table: list[int] = []
    for sector in struct.unpack_from("<109I", data, 76):
        if sector >= _FIRST_SPECIAL:
            break
        chunk = data[(sector + 1) * size : (sector + 2) * size]
        table += struct.unpack(f"<{len(chunk) // 4}I", chunk[: len(chunk) // 4 * 4])
    return table


def _entry(data: bytes, at: int) -> _Entry:
    length: int = min(64, struct.unpack_from("<H", data, at + 64)[0])
    name = data[at : at + max(0, length - 2)].decode("utf-16-le", "replace")
    left, right, child = struct.unpack_from("<III", data, at + 68)
    start, size = struct.unpack_from("<II", data, at + 116)
    return _Entry(name, left, right, child, start, size)


def _children(entries: list[_Entry]) -> list[_Entry]:
    found: list[_Entry] = []
    todo, seen = [entries[0].child], set[int]()
    while todo:
        number = todo.pop()
        if number >= len(entries) or number in seen:
            continue
        seen.add(number)
        found.append(entries[number])
        todo += [entries[number].left, entries[number].right]
    return found


def _head(data: bytes, entry: _Entry) -> bytes:
    if entry.size < _MINI_STREAM_CUTOFF or entry.start >= _FIRST_SPECIAL:
        return b""
    size = _sector_size(data)
    return data[(entry.start + 1) * size : (entry.start + 2) * size]
