"""No text becomes a formula when a table is opened in a spreadsheet program.

A text that begins like a formula, after blanks and characters that cannot be seen, gets an apostrophe in front, and so does one that begins with an
apostrophe: thus ``original`` gives every text back. Numbers are not texts and are never touched.
"""

from __future__ import annotations

import re

# The full-width and small forms are there because spreadsheet programs with an East Asian locale read them as = + - @.
FORMULA_STARTS = frozenset("=+-@＝＋－＠﹦﹢﹣﹫\t\r\n'")
# What some programs drop from the beginning of a cell before they look at it.
_UNSEEN = re.compile("[\\s\x00-\x1f\x7f\xad\u200b-\u200f\u2060-\u2064\ufeff]*")
#: Finds texts that may have to be made inert, for a look at many at once: ``inert`` decides. RE2 syntax.
FORMULA_PATTERN = "^[^\\p{L}\\p{N}]|\\x00"
# What XML 1.0 cannot carry: a sheet with one of these does not open.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def begins_like_formula(text: str) -> bool:
    """Whether a spreadsheet program might take the text for a formula."""
    if not text:
        return False
    unseen = _UNSEEN.match(text)
    seen = text[unseen.end() :] if unseen else text
    return text[0] in FORMULA_STARTS or seen[:1] in FORMULA_STARTS


def inert(text: str) -> str:
    """The text with an apostrophe in front where it begins like a formula."""
    return "'" + text if begins_like_formula(text) else text


def original(text: str) -> str:
    """The inverse of ``inert``."""
    return text[1:] if text.startswith("'") else text


def printable(text: str) -> str:
    """Characters that no XML file may hold, replaced by U+FFFD, so that the loss can be seen."""
    return _NOT_XML.sub("\ufffd", text)
