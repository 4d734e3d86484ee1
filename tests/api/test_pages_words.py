"""The pages say everything in Chinese and in English."""

from __future__ import annotations

import re

import pytest

from api.http.pages.catalog import Language
from api.http.pages.failures import chinese
from api.http.pages.phrases import said
from api.http.pages.rules import PARTED, kind_name, kind_of, rule_name
from models.errors import CODES
from models.facts import fact_types
from models.forms import load_forms
from models.identities import identities
from models.series import carried_names

#: Codes that no source has: they are answers to requests.
OF_REQUESTS = {"usage", "invalid_request", "no_such_thing", "conflict", "unauthorized", "forbidden", "rate_limited"}
RULES = [rule.rule for form in load_forms() for rule in identities(form)]
RULES += [f"facts.{name}" for name in fact_types()] + [f"facts.claims_agree.{name}" for name in fact_types()]
RULES += [f"series.carried_over.{name.rpartition('.')[2]}" for name in carried_names() if name.startswith("requests.")]
RULES += [f"structure.table_present.{table.id}" for form in load_forms().values() for table in form.tables]
RULES += ["series.in_force.rules", "structure.tables_bordered", "prose.problems_stated", "prose.fee_explained"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_rule_has_a_name_in_words(language: Language) -> None:
    for rule in dict.fromkeys(RULES):
        name = rule_name(rule, language)
        assert name != rule
        assert PARTED not in name or not re.fullmatch(r"[a-z_]+", name.partition(PARTED)[2]), name
        assert kind_name(kind_of(rule), language) == name.partition(PARTED)[0]


def test_every_way_a_source_can_fail_is_said_in_chinese() -> None:
    assert chinese().keys() == CODES.keys() - OF_REQUESTS


@pytest.mark.parametrize(
    "why",
    [
        "a sum that the cell stands in fails: requests.row_total.granted",
        "the text contradicts the table: the text says: 收到申请126件。",
        "the title says organ 甲局, but the signature says 乙局, the file name says 丙局",
        "the title quoted in the text says year 2023, but the file name says 2022",
        "龙华区 can be any of 440309 (广东省深圳市龙华区), 460106 (海南省海口市龙华区); nothing says which",
        "page 3 was not read: the picture of the page is hardly legible (0.20)",
        "the row holds 5 numbers where the form has 7 cells: which cells are blank is not certain",
        "the print is not plain: a space inside the number; 一 may be a dash",
        "compare the cell with the page",
        "nothing is printed after the label",
    ],
)
def test_reasons_are_said_in_chinese(why: str) -> None:
    told = said(why, "zh")
    assert not re.search(r"[a-z]{3}", told), told
