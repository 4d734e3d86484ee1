"""Checks across years: opening stock against last year's closing stock, documents in force."""

from __future__ import annotations

from models.decisions import replay
from models.events import Answer, Decision
from models.forms import load_forms
from models.readings import CellState
from models.report import Cell, Claim, Pipeline, Report, ReportInfo, Review, SourceInfo
from models.series import MOST_MISREAD, Series, all_figures, figures, in_context

ORGAN = "云桥县水利局"


def report(year: int, values: dict[str, int], form: str = "2021") -> Report:
    cells = {
        name: Cell(
            value=values.get(name, 0),
            state=CellState.NUMBER,
            printed=str(values.get(name, 0)),
            confidence=1,
            status="accepted",
        )
        for name in load_forms()[form].cell_ids()
    }
    info = ReportInfo(
        organ=Claim(value=ORGAN),
        region=Claim(),
        year=Claim(value=year),
        period=Claim(),
        form=Claim(value=form),
        published=Claim(),
    )
    return Report(
        id=str(year),
        source=SourceInfo(name=f"{year}.pdf"),
        report=info,
        cells=cells,
        review=Review(needed=False),
        pipeline=Pipeline(version="test"),
    )


def outcome(made: Report, rule: str) -> tuple[str, str | None]:
    check = next(check for check in made.checks if check.rule == rule)
    return check.status, check.cause


def test_stocks_that_carry_over_pass() -> None:
    series = Series()
    series.add(report(2022, {"requests.carried_out.total": 4, "proactive.normative.in_force": 10}))
    values = {"requests.carried_in.total": 4, "proactive.normative.in_force": 12, "proactive.normative.issued": 2}
    made = series.add(report(2023, values))
    assert outcome(made, "series.carried_over.total") == ("pass", None)
    assert outcome(made, "series.in_force.normative") == ("pass", None)
    assert not made.review.needed


def test_a_contradiction_stands_in_the_report_that_comes_second() -> None:
    series = Series()
    series.add(report(2023, {"requests.carried_in.total": 3}))
    made = series.add(report(2022, {"requests.carried_out.total": 4}))
    assert outcome(made, "series.carried_over.total") == ("fail", "source")
    assert made.cells["requests.carried_out.total"].status == "review"
    assert made.review.needed


def test_documents_disclosed_on_the_form_of_2019_are_not_documents_in_force() -> None:
    series = Series()
    series.add(report(2020, {"proactive.normative.disclosed_total": 99}, form="2019"))
    made = series.add(report(2021, {"proactive.normative.in_force": 1}))
    assert not any(check.rule.startswith("series.in_force") for check in made.checks)


def test_years_apart_are_not_compared() -> None:
    series = Series()
    series.add(report(2020, {}))
    assert series.add(report(2022, {})).checks == ()


def test_a_figure_far_from_last_year_s_is_for_a_person_and_no_error() -> None:
    series = Series()
    series.add(report(2022, {"requests.new.total": 30, "proactive.penalty.decisions": 5}))
    made = series.add(report(2023, {"requests.new.total": 300, "proactive.penalty.decisions": 50}))
    (reason,) = made.review.reasons
    assert (reason.cell, reason.code) == ("requests.new.total", "jump")
    assert reason.why == "300, but 30 in 2022: 5 times as much or more"
    assert made.cells["requests.new.total"].status == "review"
    assert made.cells["proactive.penalty.decisions"].status == "accepted"
    assert not [check for check in made.checks if check.status == "fail"]


def test_figures_of_another_form_are_not_set_beside_each_other() -> None:
    series = Series()
    series.add(report(2020, {"requests.new.total": 3}, form="2019"))
    made = series.add(report(2021, {"requests.new.total": 3000}))
    assert not made.review.needed


def test_both_reports_say_so_whichever_is_asked() -> None:
    earlier = report(2022, {"requests.carried_out.total": 4, "requests.new.total": 900})
    later = report(2023, {"requests.carried_in.total": 3, "requests.new.total": 9})
    for made, cell in (
        (in_context(earlier, None, figures(later)), "requests.carried_out.total"),
        (in_context(later, figures(earlier), None), "requests.carried_in.total"),
    ):
        assert outcome(made, "series.carried_over.total") == ("fail", "source")
        assert {(reason.cell, reason.code) for reason in made.review.reasons} == {
            (cell, "series"),
            ("requests.new.total", "jump"),
        }


def test_what_a_person_settled_is_not_asked_again() -> None:
    before = report(2022, {"requests.carried_out.total": 4})
    decided = Decision(
        version=1,
        cell="requests.carried_in.total",
        action="confirm",
        before=Answer(state=CellState.NUMBER, value=3),
        after=Answer(state=CellState.NUMBER, value=3),
        who="李",
        at=0.0,
    )
    settled = replay(report(2023, {"requests.carried_in.total": 3}), [decided])
    made = in_context(settled, figures(before), None)
    assert outcome(made, "series.carried_over.total") == ("fail", "source")
    assert made.cells["requests.carried_in.total"].status == "confirmed" and not made.review.needed


def test_two_scans_of_one_report_that_read_otherwise_are_doubted_in_that_cell() -> None:
    made = in_context(
        report(2023, {"requests.new.total": 31}), None, None, [all_figures(report(2023, {"requests.new.total": 37}))]
    )
    (reason,) = made.review.reasons
    assert (reason.cell, reason.code) == ("requests.new.total", "duplicate")
    assert reason.why.endswith("31 against 37")
    assert made.cells["requests.new.total"].status == "review"


def test_documents_that_differ_throughout_are_doubted_as_a_whole() -> None:
    own = report(2023, {})
    cells = list(own.cells)[: MOST_MISREAD + 1]
    made = in_context(own, None, None, [all_figures(report(2023, dict.fromkeys(cells, 5)))])
    (reason,) = made.review.reasons
    assert reason.cell is None and f"{MOST_MISREAD + 1} cells" in reason.why
    assert in_context(own, None, None, [all_figures(own)]) == own
    assert in_context(own, None, None, [all_figures(report(2023, {}, form="2019"))]) == own
