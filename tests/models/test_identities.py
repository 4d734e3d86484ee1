"""The arithmetic of the forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.forms import FORM_IDS, load_forms
from models.identities import Identity, evaluate, identities

SUM = Identity("sum", ("a", "b"), ("total",))


@pytest.mark.parametrize("form_id", FORM_IDS)
def test_identities_name_cells_of_their_form(form_id: str) -> None:
    cells = set(load_forms()[form_id].cell_ids())
    for identity in identities(form_id):
        assert set(identity.cells) <= cells, identity.rule


@pytest.mark.parametrize("form_id", FORM_IDS)
def test_rules_have_names_of_their_own(form_id: str) -> None:
    rules = [identity.rule for identity in identities(form_id)]
    assert len(rules) == len(set(rules))


def test_each_number_of_the_requests_table_stands_in_two_identities_or_more() -> None:
    for form_id in ("2019", "2021"):
        for cell in load_forms()[form_id].table("requests").cell_ids():
            rules = [identity.rule for identity in identities(form_id) if cell in identity.cells]
            assert len(rules) >= 2, cell


def test_form_sizes() -> None:
    forms = load_forms()
    assert {form: len(forms[form].cell_ids()) for form in FORM_IDS} == {"2014": 58, "2019": 198, "2021": 200}
    assert len(identities("2021")) == 2 + 25 + 7 + 7 + 3


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_sum_passes_exactly_when_it_holds(a: int, b: int) -> None:
    assert evaluate(SUM, {"a": a, "b": b, "total": a + b}).status == "pass"
    assert evaluate(SUM, {"a": a, "b": b, "total": a + b + 1}).status == "fail"


def test_a_missing_value_is_never_zero() -> None:
    assert evaluate(SUM, {"a": 3, "b": None, "total": 3}).status == "unknown"
    assert evaluate(SUM, {"a": None, "b": None, "total": None}).status == "unknown"
    assert evaluate(SUM, {}).status == "unknown"


def test_known_parts_above_their_total_fail_all_the_same() -> None:
    assert evaluate(SUM, {"a": 5, "b": None, "total": 3}).status == "fail"


def test_what_was_issued_and_repealed_in_one_year_breaks_nothing() -> None:
    rule = next(one for one in identities("2021") if one.rule == "proactive.in_force_covers_issued.normative")
    values = {"proactive.normative.in_force": 0, "proactive.normative.repealed": 2, "proactive.normative.issued": 2}
    assert evaluate(rule, values).status == "pass"
    assert evaluate(rule, {**values, "proactive.normative.issued": 3}).status == "fail"
