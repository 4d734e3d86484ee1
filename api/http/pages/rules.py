"""What checks are called for people: the kind of rule in words, and the row, column or figure that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from api.http.pages.catalog import Language, catalog
from models.facts import fact_types
from models.forms import load_forms

#: Between the kind of a rule and what it is about.
PARTED = " · "
#: Kinds of rules with one for each column of a table; of the others there is one for each row or table.
BY_COLUMN = frozenset({"requests.outcomes", "requests.flow", "series.carried_over"})
#: The tables that rules across years are about.
ACROSS_YEARS = {"series.carried_over": "requests", "series.in_force": "proactive"}


def rule_name(rule: str, language: Language) -> str:
    """A check in words; a rule without words is called by its id."""
    kind, words = kind_of(rule), catalog(language)
    last = rule.rpartition(".")[2]
    return words[f"rule_{kind}"].format(_names(kind).get(last, last)) if f"rule_{kind}" in words else rule


def kind_name(kind: str, language: Language) -> str:
    """A kind of checks in words."""
    return catalog(language).get(f"rule_{kind}", kind).partition(PARTED)[0]


def kind_of(rule: str) -> str:
    """What checks are counted by: rules of one kind differ only in the row, column or figure that they are about."""
    kind = rule.rpartition(".")[0]
    return rule if f"rule_{rule}" in catalog("zh") else kind


@cache
def _names(kind: str) -> Mapping[str, str]:
    """What the last part of a rule's id is called: a row, a column or a table of the forms, or a figure in prose."""
    if kind.startswith("facts"):
        return {name: fact.label for name, fact in fact_types().items()}
    named: dict[str, str] = {}
    for form in load_forms().values():
        for table in form.tables:
            named[table.id] = table.title
            for row in table.rows if table.id == ACROSS_YEARS.get(kind, kind.partition(".")[0]) else ():
                named |= {one.id: one.label for one in row.columns} if kind in BY_COLUMN else {row.id: row.label}
    return named
