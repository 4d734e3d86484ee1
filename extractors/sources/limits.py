"""How much one archive may unpack to, counted in bytes that really came out and never in what its headers promise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from extractors.options import ExtractOptions
from models.errors import LimitExceeded

MEBIBYTE = 1 << 20
#: Bytes read at a time; also the most that a bomb can put into memory beyond the limits.
CHUNK = 1 << 16
#: Below this many bytes the ratio says nothing: a blank scan packs a thousand to one and does no harm.
RATIO_FREE_BYTES = 128 * MEBIBYTE
#: Text and tables pack at most some fifty to one; deflate itself can do a thousand, and bombs use that.
MAX_RATIO = 250


class Readable(Protocol):
    """Anything that gives bytes."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to ``size`` bytes; empty at the end."""
        ...


@dataclass
class Budget:
    """What one outermost archive may still unpack to; archives inside it draw on the same budget.

    ``max_member`` is the most bytes of one member, ``left`` the bytes and ``entries`` the entries that remain.
    """

    max_member: int
    left: int
    entries: int
    depth: int

    @classmethod
    def for_archive(cls, packed: int, options: ExtractOptions) -> Budget:
        """The budget of an outermost archive of ``packed`` bytes."""
        by_ratio = max(RATIO_FREE_BYTES, packed * MAX_RATIO)
        return cls(
            max_member=options.max_source_mb * MEBIBYTE,
            left=min(options.max_unpacked_mb * MEBIBYTE, by_ratio),
            entries=options.max_entries,
            depth=options.max_archive_depth,
        )

    def spend(self, size: int) -> None:
        """Count ``size`` bytes that came out; raises ``LimitExceeded`` (``archive_bomb``) when they were too many."""
        self.left -= size
        if self.left < 0:
            raise LimitExceeded("the archive unpacks to more than is allowed", code="archive_bomb")

    def count_entry(self) -> None:
        """Count one entry; raises ``LimitExceeded`` (``archive_too_many``)."""
        self.entries -= 1
        if self.entries < 0:
            raise LimitExceeded("the archive holds more entries than is allowed", code="archive_too_many")


class MemberTooLarge(LimitExceeded):
    """One member alone is larger than a source may be; the others can still be read."""


def chunks(stream: Readable, budget: Budget) -> Iterator[bytes]:
    """The bytes of a stream in pieces, each counted before it is handed on.

    Raises ``MemberTooLarge`` or ``LimitExceeded`` as soon as a limit is passed.
    """
    size = 0
    while piece := stream.read(CHUNK):
        size += len(piece)
        budget.spend(len(piece))
        if size > budget.max_member:
            raise MemberTooLarge(f"larger than {budget.max_member // MEBIBYTE} MiB when unpacked")
        yield piece


def read_limited(stream: Readable, budget: Budget) -> bytes:
    """All bytes of a stream, within the budget."""
    return b"".join(chunks(stream, budget))
