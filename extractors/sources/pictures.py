"""Pictures of single pages that belong together: in one folder, their names alike but for a number at the end."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import PurePosixPath
from typing import BinaryIO, TypeVar

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp"})
_NUMBERED = re.compile(r"(.*?)(\d{1,6})[)）\]】]?")
#: Pictures of a larger set than any report has pages are taken one by one.
MOST = 200

Named = TypeVar("Named")


def place_of(name: str) -> tuple[tuple[str, str, str], int] | None:
    """What a picture's name shares with the others of its set, and its number; None for any other name."""
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    found = _NUMBERED.fullmatch(path.stem)
    if suffix not in _SUFFIXES or found is None:
        return None
    return (str(path.parent), found[1], suffix), int(found[2])


def has_pages(head: BinaryIO) -> bool:
    """Whether a file is a TIFF of more than one page, which is a document by itself (TIFF 6.0, section 2)."""
    magic = head.read(8)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(magic[:4])
    if order is None or len(magic) < 8:
        return False
    head.seek(struct.unpack(f"{order}I", magic[4:])[0])
    count = head.read(2)
    if len(count) < 2:
        return False
    head.seek(12 * struct.unpack(f"{order}H", count)[0], io.SEEK_CUR)
    following = head.read(4)
    return len(following) == 4 and following != b"\0\0\0\0"


def in_sets(named: Iterable[tuple[str, Named]], is_alone: Callable[[Named], bool]) -> Iterator[list[tuple[str, Named]]]:
    """Names with what they stand for, neighbours that may be one set together and in the order of their numbers.

    A number that comes twice makes no set: two pictures of one page are two pictures.
    """

    def key_of(one: tuple[str, Named]) -> tuple[str, str, str] | None:
        place = place_of(one[0])
        return place[0] if place is not None and not is_alone(one[1]) else None

    for key, group in groupby(named, key=key_of):
        members = list(group)
        numbers = [place[1] for name, _ in members if (place := place_of(name)) is not None]
        if key is None or len(set(numbers)) < len(members) or len(members) > MOST:
            yield from ([one] for one in members)
        else:
            yield [member for _, member in sorted(zip(numbers, members, strict=True), key=lambda pair: pair[0])]


def sets_among(
    named: Sequence[tuple[str, Named]], is_alone: Callable[[Named], bool]
) -> Iterator[list[tuple[str, Named]]]:
    """The same for a list that is known as a whole: members of a set need not be neighbours."""
    names = [name if place_of(name) is not None and not is_alone(one) else None for name, one in named]
    return in_sets((named[at] for at in order(names)), is_alone)


def order(names: Sequence[str | None]) -> list[int]:
    """The positions of names, so ordered that those of a set are neighbours; a set stands where its first one does."""
    first: dict[object, int] = {}

    def rank(at: int) -> int:
        place = place_of(names[at] or "")
        return at if place is None else first.setdefault(place[0], at)

    return sorted(range(len(names)), key=rank)
