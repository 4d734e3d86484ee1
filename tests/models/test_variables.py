from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from models.folding import label_key
from models.forms import load_forms
from models.variables import Variable, Words, _yaml, load_variables

VARIABLES = load_variables()


def joins() -> Iterator[tuple[Variable, str]]:
    for variable in VARIABLES.by_id.values():
        for form in variable.cells:
            yield variable, form


@pytest.mark.parametrize("form", load_forms())
def test_every_cell_of_a_form_is_one_variable_and_no_other_cell_is(form: str) -> None:
    assert sorted(VARIABLES.of_cell[form]) == sorted(load_forms()[form].cell_ids())


def test_forms_that_share_an_id_share_the_variable_and_a_variable_bears_the_id_of_its_newest_cell() -> None:
    for form, cells in VARIABLES.of_cell.items():
        for cell, variable in cells.items():
            assert variable == cell or form == "2014"
    for asked in VARIABLES.by_id.values():
        assert asked.id == asked.cells[max(asked.cells)]


def printed(form: str, cell: str) -> str:
    """The labels without numbering and punctuation, as a reader compares them."""
    return re.sub("[一二三四五六七八九十0-9]*(?=[^、])", "", label_key(load_forms()[form].labels()[cell].label))


def test_one_variable_is_asked_in_the_same_words_or_says_why_it_is_the_same() -> None:
    for variable in VARIABLES.by_id.values():
        words = {printed(form, cell) for form, cell in variable.cells.items() if form not in variable.joined}
        assert len(words) <= 1, (variable.id, words)


def test_a_join_is_never_explained_where_the_words_are_equal() -> None:
    """An explanation that nothing needs would hide the ones that matter."""
    for variable, form in joins():
        if form in variable.joined:
            newest = max(variable.cells)
            assert printed(form, variable.cells[form]) != printed(newest, variable.cells[newest])


def test_units_are_those_of_the_forms() -> None:
    for variable, form in joins():
        unit = load_forms()[form].labels()[variable.cells[form]].unit
        assert unit in (None, variable.unit.zh), (variable.id, form)
        assert (unit == "万元") == (variable.kind == "amount")


def test_questions_that_only_seem_the_same_are_kept_apart() -> None:
    for found in VARIABLES.breaks:
        assert len(found.variables) > 1
        assert len(set(found.variables)) == len(found.variables)
        assert set(found.variables) <= set(VARIABLES.by_id)
        assert found.why.zh and found.why.en


@pytest.mark.parametrize(
    ("form", "cell", "variable"),
    [
        ("2014", "statistics.requests.value", "requests.new.total"),
        ("2019", "requests.new.total", "requests.new.total"),
        ("2021", "requests.new.total", "requests.new.total"),
        ("2019", "proactive.licensing.decisions", "proactive.licensing.decisions"),
        ("2014", "statistics.handled.value", "statistics.handled.value"),
        ("2014", "statistics.review_corrected.value", "remedies.review.corrected"),
        ("2014", "statistics.denied_security_stability.value", "statistics.denied_security_stability.value"),
        ("2019", "requests.other_handling.total", "requests.other_handling.total"),
        ("2019", "proactive.rules.disclosed_total", "proactive.rules.disclosed_total"),
    ],
)
def test_what_is_one_series_and_what_is_not(form: str, cell: str, variable: str) -> None:
    assert VARIABLES.of_cell[form][cell] == variable


def test_every_variable_is_asked_by_all_forms_or_says_why_it_is_not() -> None:
    broken = {name for found in VARIABLES.breaks for name in found.variables}
    everywhere = {name for name, asked in VARIABLES.by_id.items() if asked.cells.keys() == set(load_forms())}
    assert everywhere | broken | set(VARIABLES.alone) == set(VARIABLES.by_id)
    assert not set(VARIABLES.alone) & (broken | everywhere)
    assert all(why.zh and why.en for why in VARIABLES.alone.values())


def test_every_reason_for_standing_alone_is_needed() -> None:
    used = set(VARIABLES.alone.values())
    for entry in _yaml("correspondences")["alone"]:
        assert Words(**entry["why"]) in used
        for pattern in entry["variables"]:
            assert any(fnmatchcase(name, pattern) for name in VARIABLES.alone), pattern


#: Every cell of the annex that is one variable with a cell of the later forms. A new one needs its reason, and a line here.
JOINED = {
    "statistics.requests.value": "requests.new.total",
    "statistics.review_corrected.value": "remedies.review.corrected",
}
#: Every cell that the forms of 2019 and 2021 share although they print it in other words.
SHARED = {f"proactive.{row}.decisions" for row in ("licensing", "penalty", "coercion")}


def test_nothing_else_is_joined() -> None:
    annex = {cell: variable for cell, variable in VARIABLES.of_cell["2014"].items() if cell != variable}
    assert annex == JOINED
    for cell, variable in annex.items():
        assert VARIABLES.by_id[variable].joined["2014"].zh, cell
    shared = set(VARIABLES.of_cell["2019"]) & set(VARIABLES.of_cell["2021"])
    assert {name for name in shared if printed("2019", name) != printed("2021", name)} == SHARED
    assert {name for name in VARIABLES.by_id if "2019" in VARIABLES.by_id[name].joined} == SHARED


#: Pairs that look like one question on two forms and are not: the cell of each, by form.
SEPARATE = [
    ("2019", "proactive.rules.newly_disclosed", "2021", "proactive.rules.issued"),
    ("2019", "proactive.rules.made", "2021", "proactive.rules.issued"),
    ("2019", "proactive.rules.disclosed_total", "2021", "proactive.rules.in_force"),
    ("2019", "proactive.normative.newly_disclosed", "2021", "proactive.normative.issued"),
    ("2019", "proactive.normative.made", "2021", "proactive.normative.issued"),
    ("2019", "proactive.normative.disclosed_total", "2021", "proactive.normative.in_force"),
    ("2019", "proactive.fees.items_last_year", "2021", "proactive.fees.amount"),
    ("2019", "requests.other_handling.total", "2021", "requests.other_misc.total"),
    ("2014", "statistics.normative_issued.value", "2021", "proactive.normative.issued"),
    ("2014", "statistics.disclosed_normative.value", "2019", "proactive.normative.newly_disclosed"),
    ("2014", "statistics.request_fees.value", "2021", "proactive.fees.amount"),
    ("2014", "statistics.handled.value", "2019", "requests.handled_total.total"),
    ("2014", "statistics.answered.value", "2019", "requests.handled_total.total"),
    ("2014", "statistics.answer_granted.value", "2019", "requests.granted.total"),
    ("2014", "statistics.answer_partial.value", "2019", "requests.partial.total"),
    ("2014", "statistics.denied_state_secret.value", "2019", "requests.denied_state_secret.total"),
    ("2014", "statistics.denied_security_stability.value", "2019", "requests.denied_security_stability.total"),
    ("2014", "statistics.denied_other_law.value", "2019", "requests.denied_other_law.total"),
    ("2014", "statistics.denied_trade_secret.value", "2019", "requests.denied_third_party.total"),
    ("2014", "statistics.answer_nonexistent.value", "2019", "requests.unavailable_not_held.total"),
    ("2014", "statistics.answer_amend.value", "2019", "requests.unavailable_unclear.total"),
    ("2014", "statistics.answer_other_channel.value", "2019", "requests.rejected_petition.total"),
    ("2014", "statistics.review.value", "2021", "remedies.review.total"),
    ("2014", "statistics.review_upheld.value", "2021", "remedies.review.upheld"),
    ("2014", "statistics.review_other.value", "2021", "remedies.review.other"),
    ("2014", "statistics.litigation.value", "2021", "remedies.litigation_direct.total"),
    ("2014", "statistics.litigation_corrected.value", "2021", "remedies.litigation_direct.corrected"),
]


@pytest.mark.parametrize(("one", "cell", "other", "rival"), SEPARATE)
def test_what_looks_like_one_question_is_kept_apart_and_says_why(one: str, cell: str, other: str, rival: str) -> None:
    names = VARIABLES.of_cell[one][cell], VARIABLES.of_cell[other][rival]
    assert names[0] != names[1]
    assert any(set(names) <= set(found.variables) for found in VARIABLES.breaks_between((one, other)))


def test_aliases_fit_every_format_and_are_never_reused() -> None:
    aliases = [variable.alias for variable in VARIABLES.by_id.values()]
    assert len(set(aliases)) == len(aliases)
    assert [alias for alias in aliases if not re.fullmatch("[a-z][a-z0-9_]{0,31}", alias)] == []


def test_labels_fit_and_tell_variables_apart() -> None:
    for words in ("zh", "en"):
        labels = [getattr(variable.label, words) for variable in VARIABLES.by_id.values()]
        tables = [variable.id.split(".")[0] for variable in VARIABLES.by_id.values()]
        assert max(map(len, labels)) <= 76
        if words == "zh":
            assert len(set(zip(tables, labels, strict=True))) == len(labels)


def test_aliases_are_the_ones_that_published_files_already_use() -> None:
    assert VARIABLES.by_id["requests.new.total"].alias == "rq_new_total"
    assert VARIABLES.by_id["proactive.fees.amount"].alias == "pa_fees_amount"
    assert VARIABLES.by_id["remedies.litigation_after_review.pending"].alias == "rm_lit_review_pending"


def test_a_break_shows_only_between_forms_that_ask_its_different_questions() -> None:
    later = {name for found in VARIABLES.breaks_between({"2019", "2021"}) for name in found.variables}
    assert {"proactive.rules.made", "proactive.fees.amount", "requests.other_handling.total"} <= later
    assert "requests.granted.total" not in later
    assert "requests.granted.total" in {
        n for found in VARIABLES.breaks_between(("2014", "2019")) for n in found.variables
    }
    assert VARIABLES.breaks_between({"2021"}) == () == VARIABLES.breaks_between(())
    assert set(VARIABLES.breaks_between(load_forms())) == set(VARIABLES.breaks)


def test_a_break_names_only_what_the_forms_ask() -> None:
    for forms in (("2014", "2019"), ("2019", "2021"), ("2014", "2021")):
        for found in VARIABLES.breaks_between(forms):
            assert all(VARIABLES.by_id[name].cells.keys() & set(forms) for name in found.variables)
            assert len(found.variables) > 1
