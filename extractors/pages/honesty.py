"""Is a text layer honest? Pure: judged by what the words say, never by who made the file.

A scan carries no words, or page numbers over a picture; a font without a proper mapping gives private-use characters,
replacement marks, or ideographs that nobody writes; a scan that was made searchable carries what somebody's
recogniser took it for.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from extractors.page import Page

#: Fewer visible characters than this over a picture that covers the page are a page number or a stamp, not its text.
FEWEST_CHARACTERS = 25
#: A picture over this share of the page is a scan of it.
FULL_PAGE = 0.6
#: More than this share of the text cannot be seen, and it is not what is printed.
MOST_HIDDEN = 0.5
#: More than this share of unreadable characters and the mapping of the font is broken.
MOST_UNREADABLE = 0.1
#: More than this share of ideographs outside of GB 2312, in a text of ideographs, and the mapping is wrong.
MOST_RARE = 0.35


@dataclass(frozen=True, slots=True)
class Honesty:
    """Whether the words of a page can be trusted, and if not why not."""

    honest: bool
    reason: str = ""


NOT_TRUSTED = Honesty(False, "the sums of the text layer fail, so the picture of the page was read")


def judge(page: Page) -> Honesty:
    """Judge the text layer of one page. An empty page without a picture is honest: there is nothing to read."""
    text = "".join(word.text for word in page.words)
    covered = sum(box.width * box.height for box in page.pictures) / (page.width * page.height)
    if len(text) < FEWEST_CHARACTERS and covered >= FULL_PAGE:
        return Honesty(False, "the page is a picture without a text layer")
    if text and covered >= FULL_PAGE and page.hidden > MOST_HIDDEN:
        return Honesty(False, "the text lies unseen over or under a picture of the page: another recogniser wrote it")
    if not text:
        return Honesty(True)
    unreadable = sum(unicodedata.category(char) in ("Co", "Cn", "Cc", "Cs") or char == "\ufffd" for char in text)
    if unreadable > MOST_UNREADABLE * len(text):
        return Honesty(False, f"{unreadable} of {len(text)} characters of the text layer are unreadable")
    ideographs = [char for char in text if "\u4e00" <= char <= "\u9fff"]
    rare = sum(not _is_common(char) for char in ideographs)
    if len(ideographs) >= FEWEST_CHARACTERS and rare > MOST_RARE * len(ideographs):
        return Honesty(False, f"{rare} of {len(ideographs)} ideographs of the text layer are not in common use")
    return Honesty(True)


def _is_common(char: str) -> bool:
    """In GB 2312 or in Big5's first level: the characters that reports are written with."""
    return _encodes(char, "gb2312") or (_encodes(char, "big5") and char.encode("big5") < b"\xc9\x40")


def _encodes(char: str, charset: str) -> bool:
    try:
        char.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
