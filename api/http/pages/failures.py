"""Why a document could not be read, in the reader's language: what happened, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from api.http.pages.catalog import Language
from models.errors import CODES


def failure(code: str | None, message: str | None, language: Language) -> str:
    """What happened: in Chinese by the code, in English as it was told."""
    known = chinese().get(code or "") if language == "zh" else None
    return known[0] if known else message or code or ""


def remedy(code: str | None, language: Language) -> str:
    """What to do about it."""
    known = chinese().get(code or "") if language == "zh" else None
    return known[1] if known else CODES.get(code or "", "")


@cache
def chinese() -> Mapping[str, tuple[str, str]]:
    """The codes of sources that cannot be read, with what happened and the remedy in Chinese."""
    text = resources.files(__package__).joinpath("catalog", "errors.json").read_text(encoding="utf-8")
    return {code: (what, how) for code, (what, how) in json.loads(text).items()}
