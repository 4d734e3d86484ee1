"""The words of the pages, in Chinese and English: one file a language, both with the same keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

Language = Literal["zh", "en"]
DEFAULT: Language = "zh"


@cache
def catalog(language: Language) -> Mapping[str, str]:
    """The words of a language by key."""
    text = resources.files(__package__).joinpath("catalog", f"{language}.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text)
    return words


def language_of(cookie: str | None) -> Language:
    """The language that a person chose; Chinese until they choose."""
    return "en" if cookie == "en" else DEFAULT
