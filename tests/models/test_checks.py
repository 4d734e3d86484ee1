"""Prose against cells, structure, prose quality; and the mistakes of others that must not be made here."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from models.checks import ReportView, agreeing_cells, all_checks
from models.evidence import Place
from models.facts import fact_types
from models.forms import FORM_IDS, load_forms
from models.readings import Candidate, CellState, Number
from models.reconcile import Judged
from models.report import CheckRecord, FactRecord, NarrativeSection


def judged(value: Number | None) -> Judged:
    if value is None:
        return Judged(None, CellState.ABSENT, None, 0.9)
    candidate = Candidate(str(value), CellState.NUMBER, value, Place(line=1), "text", ("text",))
    return Judged(candidate, CellState.NUMBER, value, 0.999)


def fact(kind: str, value: Number, *, qualifier: str = "exact", scope: str = "year") -> FactRecord:
    return FactRecord.model_validate(
        {
            "type": kind,
            "value": value,
            "unit": "件",
            "qualifier": qualifier,
            "scope": scope,
            "sentence": f"{kind} {value}件。",
            "span": (0, 1),
            "confidence": 0.98,
            "status": "accepted",
        }
    )


def checks(
    values: Mapping[str, Number], *facts: FactRecord, sections: Mapping[str, str] | None = None, form: str = "2021"
) -> dict[str, CheckRecord]:
    cells = {cell: judged(values.get(cell, 0)) for cell in load_forms()[form].cell_ids()}
    narrative = [NarrativeSection(section=title, text=text) for title, text in (sections or {}).items()]
    return {check.rule: check for check in all_checks(ReportView(form, cells, facts, narrative, True), ())}


@pytest.mark.parametrize("form", FORM_IDS)
def test_facts_agree_with_cells_of_the_form(form: str) -> None:
    known = set(load_forms()[form].cell_ids())
    for kind in fact_types().values():
        assert set(agreeing_cells(kind, form)) <= known


def test_a_fact_that_names_a_sum_is_compared_with_the_sum() -> None:
    values = {"requests.denied_state_secret.total": 2, "requests.denied_internal_affairs.total": 3}
    made = checks(values, fact("requests_denied", 5))
    assert (made["facts.requests_denied"].status, made["facts.requests_denied"].right) == ("pass", 5)
    values = {"requests.new.business": 2, "requests.new.other": 1}
    assert checks(values, fact("requests_organisation", 3))["facts.requests_organisation"].status == "pass"


def test_words_that_deny_a_review_contradict_a_table_that_shows_three() -> None:
    check = checks({"remedies.review.total": 3}, fact("reviews", 0))["facts.reviews"]
    assert (check.status, check.cause, check.left, check.right) == ("fail", "source", 0, 3)


def test_requests_received_are_compared_with_the_new_ones_alone() -> None:
    values = {"requests.new.total": 3119, "requests.carried_in.total": 34, "requests.handled_total.total": 3153}
    assert checks(values, fact("requests_received", 3119))["facts.requests_received"].status == "pass"


@pytest.mark.parametrize(
    ("value", "qualifier", "cell", "status"),
    [
        (1200, "over", 1207, "pass"),
        (1200, "over", 1199, "fail"),
        (100, "under", 99, "pass"),
        (100, "under", 101, "fail"),
        (100, "about", 96, "pass"),
        (100, "about", 60, "fail"),
    ],
)
def test_bounds_are_bounds(value: int, qualifier: str, cell: int, status: str) -> None:
    made = checks({"requests.new.total": cell}, fact("requests_received", value, qualifier=qualifier))
    assert made["facts.requests_received"].status == status


@pytest.mark.parametrize("scope", ["cumulative", "prior_year"])
def test_other_years_are_never_compared(scope: str) -> None:
    assert "facts.requests_received" not in checks({}, fact("requests_received", 7, scope=scope))


def test_decimals_are_compared_exactly() -> None:
    values = {"proactive.fees.amount": Decimal("672.34905")}
    assert checks(values, fact("fees_amount", Decimal("672.34905")))["facts.fees_amount"].status == "pass"
    assert checks(values, fact("fees_amount", Decimal("672.349")))["facts.fees_amount"].status == "fail"


def test_claims_in_the_prose_are_held_against_each_other() -> None:
    made = checks({}, fact("requests_received", 13), fact("requests_received", 15))
    assert made["facts.claims_agree.requests_received"].status == "fail"
    made = checks({}, fact("requests_received", 13), fact("requests_received", 13))
    assert made["facts.claims_agree.requests_received"].status == "pass"


def test_a_figure_that_another_sentence_gives_right_is_taken_to_count_something_else() -> None:
    values = {"proactive.licensing.decisions": 4078}
    made = checks(values, fact("licensing_decisions", 455), fact("licensing_decisions", 4078))
    assert not [check for check in made.values() if check.status == "fail" and check.rule.startswith("facts.")]


def test_an_absent_cell_is_unknown_never_zero() -> None:
    cells = {cell: judged(None) for cell in load_forms()["2021"].cell_ids()}
    made = all_checks(ReportView("2021", cells, [fact("reviews", 0)], [], None), ())
    assert {check.status for check in made if check.rule == "facts.reviews"} == {"unknown"}
    assert {check.status for check in made if check.rule.startswith("structure.table_present")} == {"fail"}


def test_section_five_has_to_say_something() -> None:
    assert checks({}, sections={"五、存在的主要问题及改进情况": "无。"})["prose.problems_stated"].status == "fail"
    text = "个别栏目更新不够及时，下一步将压实责任，每周检查。"
    assert checks({}, sections={"五、存在的主要问题及改进情况": text})["prose.problems_stated"].status == "pass"


def test_a_fee_that_was_charged_has_to_be_explained() -> None:
    charged = fact("processing_fee", 120)
    assert checks({}, charged, sections={"六、其他需要报告的事项": "无"})["prose.fee_explained"].status == "fail"
    assert "prose.fee_explained" not in checks({}, sections={"六、其他需要报告的事项": "无"})


def test_blank_cells_are_noted_and_accuse_nobody() -> None:
    cells = {cell: judged(0) for cell in load_forms()["2021"].cell_ids()}
    blank = Candidate("", CellState.BLANK, None, Place(line=1), "html", ("lxml",))
    cells["requests.new.other"] = Judged(blank, CellState.BLANK, None, 0.99)
    made = {check.rule: check for check in all_checks(ReportView("2021", cells, [], [], None), ())}
    check = made["structure.no_blank_cells.requests"]
    assert (check.status, check.cells) == ("unknown", ("requests.new.other",))
