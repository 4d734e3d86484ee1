"""Pictures of single pages that belong together: in one folder, their names alike but for a number at the end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import PurePosixPath
from typing import TypeVar

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


def in_sets(named: Iterable[tuple[str, Named]]) -> Iterator[list[tuple[str, Named]]]:
    """Names with what they stand for, neighbours that may be one set together and in the order of their numbers.

    A number that comes twice makes no set: two pictures of one page are two pictures.
    """
    for key, group in groupby(named, key=lambda one: (place := place_of(one[0])) and place[0]):
        members = list(group)
        numbers = [place[1] for name, _ in members if (place := place_of(name)) is not None]
        if key is None or len(set(numbers)) < len(members) or len(members) > MOST:
            yield from ([one] for one in members)
        else:
            yield [member for _, member in sorted(zip(numbers, members, strict=True), key=lambda pair: pair[0])]
