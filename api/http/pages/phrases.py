"""The reasons for review in the reviewer's language.

Reports give reasons in English, since they are data that is kept and compared; a page says them in Chinese by rules of
wording, each a pattern and what to say for it. A reason without a rule is shown as it stands.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources

from api.http.pages.catalog import Language
from api.http.pages.rules import rule_name
from models.reconcile import FAILING


def said(why: str, language: Language) -> str:
    """A reason in a language, checks by their names; parts that are reasons themselves are put into it as well."""
    if why.startswith(FAILING):
        why = FAILING + rule_name(why.removeprefix(FAILING), language)
    return why if language == "en" else _chinese(why)


def _chinese(why: str) -> str:
    for pattern, words in _rules():
        found = pattern.fullmatch(why)
        if found is not None:
            return words.format(*(_chinese(part) for part in found.groups()))
    parts = why.split("; ")
    return "；".join(_chinese(part) for part in parts) if len(parts) > 1 else why


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    text = resources.files(__package__).joinpath("catalog", "phrases.json").read_text(encoding="utf-8")
    return tuple((re.compile(pattern, re.DOTALL), words) for pattern, words in json.loads(text))
