"""One source: a name, its bytes, and what they are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Source:
    """A single document. ``name`` is as the user knows it (``archive.zip/folder/report.pdf`` for archive members).

    Of pictures that are one document ``files`` has all names and ``digest`` the hash of all of them one behind the other;
    ``data`` is empty, since nothing reads them together.
    """

    name: str
    data: bytes
    media_type: str
    files: tuple[str, ...] = ()
    digest: str | None = None

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the bytes."""
        return self.digest or hashlib.sha256(self.data).hexdigest()
