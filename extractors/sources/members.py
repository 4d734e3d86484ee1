"""Names inside of archives: which are safe, which are junk, which are parts of a saved page."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePosixPath

_JUNK_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r", ".localized"})
_JUNK_FOLDERS = frozenset({"__macosx", ".git", ".svn", "$recycle.bin", "system volume information", "@eadir"})
_DRIVE = re.compile(r"^[A-Za-z]:")
#: Folders that browsers and Word put beside a saved page for its pictures and scripts.
_PAGE_FOLDER = re.compile(r"(?:_files|\.files|_文件)$")
_PAGE_SUFFIXES = (".html", ".htm", ".mht", ".shtml", ".doc")


def is_junk(name: str) -> bool:
    """Debris of an operating system or an office program: it holds no document."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts:
        return True
    last = parts[-1].lower()
    # AppleDouble companions and the lock files of Word and WPS.
    if last in _JUNK_NAMES or last.startswith(("._", "~$", ".~")):
        return True
    return any(part.lower() in _JUNK_FOLDERS for part in parts[:-1])


def is_unsafe(name: str) -> bool:
    """Whether a name points outside of its archive: absolute, with a drive, upwards, or with a control character."""
    plain = name.replace("\\", "/")
    return (
        plain.startswith("/")
        or bool(_DRIVE.match(plain))
        or ".." in plain.split("/")
        or any(char < " " or char == "\x7f" for char in plain)
    )


def printable(name: str) -> str:
    """The name with control characters and broken bytes made visible, fit for output."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(char if char >= " " and char != "\x7f" else "\ufffd" for char in text)


def is_page_part(name: str, names: Collection[str]) -> bool:
    """Whether a member lies in the folder of a saved page that stands beside that folder (``a.html``, ``a_files/``)."""
    parts = name.split("/")
    for depth, part in enumerate(parts[:-1]):
        stem = _PAGE_FOLDER.sub("", part)
        if stem != part and any("/".join([*parts[:depth], stem + suffix]) in names for suffix in _PAGE_SUFFIXES):
            return True
    return False
