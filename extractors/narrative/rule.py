"""The form of a typing rule, and how well it fits a mention in its context."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from extractors.narrative.context import Context


@dataclass(frozen=True, slots=True)
class Rule:
    """Says ``kind`` where ``left`` is found in the words before the number, or ``right`` in those behind it.

    ``units``: printed units that it allows (None: any). ``needs``: found in what surrounds the mention. ``inside``: found
    in the same sentence up to the mention and right behind it, or ``ahead`` in the rest of the sentence. ``unless``: not
    found in the sentence before it. ``veto``: not found in own words. ``kind`` may be ``other``: the rule then says that
    this is no fact of any type.
    """

    kind: str
    left: str = ""
    right: str = ""
    units: frozenset[str] | None = None
    not_units: frozenset[str] = frozenset()
    needs: str = ""
    inside: str = ""
    ahead: str = ""
    unless: str = ""
    veto: str = ""

    def distance(self, words: str, context: Context, unit: str | None) -> float | None:
        """How far from the number its words stand, in characters; None where the rule does not fit.

        ``words`` are the words before the number that are looked at: the context's own, or more of them.
        """
        if unit in self.not_units or (self.units is not None and (unit or "") not in self.units):
            return None
        found = [near for near in (self._left(words), self._right(context.right)) if near is not None]
        if not found:
            return None
        if self.veto and _compiled(self.veto).search(f"{words}#{context.right}"):
            return None
        if self.needs and not _compiled(self.needs).search(_around(context)):
            return None
        if self.unless and _compiled(self.unless).search(context.before):
            return None
        return min(found) if self._stands_in(context) else None

    def _stands_in(self, context: Context) -> bool:
        """Whether the sentence has what the rule asks of it."""
        if not self.inside:
            return True
        if _compiled(self.inside).search(f"{context.before}#{context.right}"):
            return True
        return bool(self.ahead and _compiled(self.ahead).search(context.after))

    def _left(self, words: str) -> float | None:
        if not self.left:
            return None
        ends = [match.end() for match in _compiled(self.left).finditer(words)]
        return len(words) - ends[-1] if ends else None

    def _right(self, words: str) -> float | None:
        match = _compiled(self.right).search(words) if self.right else None
        return match.end() / 10 + 0.5 if match else None


def _around(context: Context) -> str:
    return f"{context.title}|{context.heading}|{context.previous}|{context.before}#{context.right}"


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
