"""API keys: long random strings, of which the service knows only hashes."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from models.errors import UsageError

_BYTES = 32
_ENTRY = re.compile(r"([\w.@-]{1,60}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key for its owner, and the entry of ``GOUJI_API_KEYS`` that lets it in."""

    key: str
    entry: str


def make_key(name: str) -> NewKey:
    """A new key. Raises UsageError when the name cannot stand in the setting."""
    key = f"gouji_{secrets.token_urlsafe(_BYTES)}"
    entry = f"{name}:{_hash(key)}"
    if not _ENTRY.fullmatch(entry):
        raise UsageError(f"{name!r} cannot name a key.", hint="Use letters, digits, and . _ @ -.")
    return NewKey(key, entry)


class Keys:
    """The keys that are let in."""

    def __init__(self, entries: Sequence[str]) -> None:
        """Raises UsageError for an entry that is none: a key that opens nothing, or everything, is found at once."""
        self._hashes: dict[str, str] = {}
        for entry in entries:
            found = _ENTRY.fullmatch(entry)
            if found is None:
                raise UsageError(
                    "GOUJI_API_KEYS: an entry is not NAME:HASH.", hint="`gouji api --new-key NAME` prints one."
                )
            self._hashes[found[1]] = found[2]

    def __bool__(self) -> bool:
        return bool(self._hashes)

    def name_of(self, key: str) -> str | None:
        """Whose key it is; None when it is nobody's. The time taken tells nothing about how much of it was right.

        A plain hash will do: the keys are random and long, so there is nothing to guess from a dictionary.
        """
        given, owner = _hash(key), None
        for name, known in self._hashes.items():
            if hmac.compare_digest(given, known):
                owner = name
        return owner


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
