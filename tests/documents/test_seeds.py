"""The five real documents: every cell, every contradiction, and what cannot be resolved goes to review."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from extractors import extract
from models.forms import load_forms
from models.readings import CellState, Number
from models.report import CheckRecord, Report

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
ROW = ("natural_person", "business", "research", "nonprofit", "legal_services", "other", "total")


class Seed(NamedTuple):
    """What stands on the page: the cells that are not 0, those that are absent, those that nobody can resolve."""

    form: str
    organ: str
    year: int
    region: str
    cells: dict[str, Number]
    absent: tuple[str, ...] = ()
    unresolvable: tuple[str, ...] = ()


def row(name: str, *values: int) -> dict[str, Number]:
    return {f"requests.{name}.{column}": value for column, value in zip(ROW, values, strict=True)}


EXPECTED = {
    "000": Seed(
        "2021",
        "河北省工业和信息化厅",
        2024,
        "130000",
        {
            "proactive.normative.issued": 1,
            "proactive.normative.in_force": 27,
            "proactive.licensing.decisions": 4078,
            "proactive.penalty.decisions": 74,
            "proactive.fees.amount": Decimal("672.34905"),
            **row("new", 10, 1, 0, 0, 2, 0, 13),
            **row("granted", 3, 0, 0, 0, 0, 0, 3),
            **row("denied_security_stability", 2, 0, 0, 0, 0, 0, 2),
            **row("denied_third_party", 0, 1, 0, 0, 0, 0, 1),
            **row("unavailable_not_held", 5, 0, 0, 0, 2, 0, 7),
            **row("handled_total", 10, 1, 0, 0, 2, 0, 13),
        },
        unresolvable=("remedies.",),
    ),
    "001": Seed(
        "2021",
        "邢台市工业和信息化局",
        2023,
        "130500",
        {
            **row("new", 3, 0, 0, 0, 0, 0, 3),
            **row("unavailable_not_held", 1, 0, 0, 0, 0, 0, 1),
            **row("other_misc", 2, 0, 0, 0, 0, 0, 2),
            **row("handled_total", 3, 0, 0, 0, 0, 0, 3),
            "remedies.review.upheld": 3,
            "remedies.review.total": 3,
        },
    ),
    "002": Seed("2019", "清河县科技和工业信息化局", 2024, "130534", {}, absent=("proactive.procurement.",)),
    "003": Seed(
        "2019",
        "河南省工业和信息化厅",
        2019,
        "410000",
        {
            "proactive.normative.made": 1,
            "proactive.normative.newly_disclosed": 1,
            "proactive.normative.disclosed_total": 16,
            "proactive.licensing.items_last_year": 12,
            "proactive.other_services.items_last_year": 15,
            "proactive.penalty.items_last_year": 54,
            "proactive.coercion.items_last_year": 1,
            "proactive.procurement.projects": 6,
            "proactive.procurement.amount": 3350,
            **row("new", 9, 0, 0, 0, 0, 0, 9),
            **row("granted", 6, 0, 0, 0, 0, 0, 6),
            **row("denied_third_party", 2, 0, 0, 0, 0, 0, 2),
            **row("unavailable_not_held", 1, 0, 0, 0, 0, 0, 1),
            **row("handled_total", 9, 0, 0, 0, 0, 0, 9),
        },
        absent=("requests.carried_out.",),
    ),
    "004": Seed(
        "2021",
        "平顶山市工业和信息化局",
        2024,
        "410400",
        {
            "proactive.normative.repealed": 1,
            **row("new", 1, 0, 0, 0, 0, 0, 1),
            **row("other_misc", 1, 0, 0, 0, 0, 0, 1),
            **row("handled_total", 1, 0, 0, 0, 0, 0, 1),
        },
    ),
}


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    if not SEEDS.is_dir():
        pytest.skip("the real documents are not beside the project (../shared/seeds)")
    found: dict[str, Report] = {}
    for path in sorted(SEEDS.glob("*.txt")):
        results = list(extract(path))
        assert len(results) == 1, path.name
        assert isinstance(results[0], Report), path.name
        found[path.name[:3]] = results[0]
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_every_cell_says_what_the_page_says(reports: dict[str, Report], name: str) -> None:
    seed, report = EXPECTED[name], reports[name]
    assert report.report.form.value == seed.form
    assert list(report.cells) == list(load_forms()[seed.form].cell_ids())
    for cell_id, cell in report.cells.items():
        if cell_id.startswith(seed.unresolvable):
            continue
        if cell_id.startswith(seed.absent):
            assert (cell.state, cell.value) == (CellState.ABSENT, None), cell_id
        else:
            assert (cell.state, cell.value) == (CellState.NUMBER, seed.cells.get(cell_id, 0)), cell_id


@pytest.mark.parametrize("name", EXPECTED)
def test_organ_year_and_region(reports: dict[str, Report], name: str) -> None:
    seed, info = EXPECTED[name], reports[name].report
    assert (info.organ.value, info.year.value, info.region.code) == (seed.organ, seed.year, seed.region)


@pytest.mark.parametrize("name", EXPECTED)
def test_what_cannot_be_resolved_is_in_review_and_little_else(reports: dict[str, Report], name: str) -> None:
    seed, report = EXPECTED[name], reports[name]
    doubtful = {cell_id for cell_id, cell in report.cells.items() if cell.status == "review"}
    for cell_id in report.cells:
        if cell_id.startswith(seed.unresolvable):
            assert cell_id in doubtful
    reasons = {reason.cell for reason in report.review.reasons}
    assert doubtful <= reasons


def failed(report: Report) -> dict[str, CheckRecord]:
    return {check.rule: check for check in report.checks if check.status == "fail"}


def test_a_review_denied_in_words_and_counted_in_the_table_is_found(reports: dict[str, Report]) -> None:
    check = failed(reports["001"])["facts.reviews"]
    assert (check.left, check.right) == (0, 3)
    assert reports["001"].cells["remedies.review.total"].status == "review"


@pytest.mark.parametrize("name", ["002", "003", "004"])
def test_truthful_reports_are_not_accused(reports: dict[str, Report], name: str) -> None:
    assert failed(reports[name]) == {}


def test_a_decimal_keeps_every_printed_digit(reports: dict[str, Report]) -> None:
    assert reports["000"].cells["proactive.fees.amount"].printed == "672.34905"


def test_every_value_has_its_place(reports: dict[str, Report]) -> None:
    for report in reports.values():
        for cell_id, cell in report.cells.items():
            if cell.state is not CellState.ABSENT:
                assert cell.evidence is not None and cell.evidence.line is not None, cell_id
