"""Decisions on a whole report: whose it is, of which year, and doubts that stand at no cell."""

from __future__ import annotations

import pytest

from models.decisions import replay
from models.events import Answer, Decision
from models.readings import CellState
from models.report import Claim, Pipeline, Report, ReportInfo, Review, ReviewReason, SourceInfo
from models.whole import fits, matters

ABSENT = Answer(state=CellState.ABSENT)


def words(text: str) -> Answer:
    return Answer(state=CellState.TEXT, text=text)


def number(value: int) -> Answer:
    return Answer(state=CellState.NUMBER, value=value)


def report(*reasons: tuple[str, str], organ: Claim | None = None) -> Report:
    return Report(
        id="r",
        source=SourceInfo(name="a"),
        report=ReportInfo(
            organ=organ or Claim(),
            region=Claim(value="青禾县", code="320999", confidence=0.6),
            year=Claim(value=2023, confidence=0.5),
            period=Claim(),
            form=Claim(value="2021"),
            published=Claim(),
        ),
        cells={},
        review=Review(needed=True, reasons=tuple(ReviewReason(cell=None, why=why, code=code) for code, why in reasons)),
        pipeline=Pipeline(version="1"),
    )


def says(name: str, before: Answer, after: Answer, version: int = 1) -> Decision:
    action = "confirm" if before == after else "correct"
    return Decision.model_validate(
        {"version": version, "cell": name, "action": action, "before": before, "after": after, "who": "李", "at": 1.0}
    )


def test_an_organ_that_was_not_found_is_named_and_nothing_is_left_to_ask() -> None:
    read = report(("heading_organ", "the organ of the report was not found"))
    assert matters(read)["report.organ"] == ABSENT
    named = replay(read, [says("report.organ", ABSENT, words("青禾县民政局"))])
    assert (named.report.organ.value, named.report.organ.confidence) == ("青禾县民政局", 1.0)
    assert not named.review.needed


def test_year_and_region_are_corrected() -> None:
    read = report()
    said = [
        says("report.year", number(2023), number(2024)),
        says("report.region", words("320999"), words("440309"), 2),
    ]
    corrected = replay(read, said).report
    assert corrected.year.value == 2024
    assert (corrected.region.code, corrected.region.value) == ("440309", "龙华区")


def test_a_claim_that_is_confirmed_keeps_where_it_stands() -> None:
    read = report(organ=Claim(value="甲局", confidence=0.6, quote="甲局年度报告", where="title"))
    confirmed = replay(read, [says("report.organ", words("甲局"), words("甲局"))]).report.organ
    assert (confirmed.confidence, confirmed.quote, confirmed.where) == (1.0, "甲局年度报告", "title")


def test_a_doubt_that_was_seen_is_done_with_and_a_new_one_is_not() -> None:
    """A later version of the pipeline may lose another row; nobody has seen that yet."""
    read = report(("lost_row", "row A"))
    seen = says("report.lost_row", words("row A"), words("row A"))
    assert not replay(read, [seen]).review.needed
    later = replay(report(("lost_row", "row A"), ("lost_row", "row B")), [seen])
    assert [reason.why for reason in later.review.reasons] == ["row B"]


@pytest.mark.parametrize(
    ("name", "answer", "expected"),
    [
        ("report.year", number(2024), True),
        ("report.year", number(24), False),
        ("report.year", words("2024"), False),
        ("report.region", words("440309"), True),
        ("report.region", words("龙华区"), False),
        ("report.organ", words("青禾县民政局"), True),
        ("report.organ", words(" "), False),
        ("report.organ", number(5), False),
        ("report.organ", ABSENT, True),
    ],
)
def test_an_answer_has_to_be_one(name: str, answer: Answer, expected: bool) -> None:
    assert fits(name, answer) is expected
