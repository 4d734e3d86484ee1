"""The samples as a user's first run sees them, against what was invented for them."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest

from api.cli.extract import find_files, read_file
from api.settings import extract_options
from models.report import ErrorReport, Report, Result
from scripts.make_samples import DAMAGED, INVENTED

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


@pytest.fixture(scope="module")
def results() -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for file in find_files([SAMPLES]):
        for result in read_file(file, extract_options(os.environ)):
            found.setdefault(result.source.name, []).append(result)
    return found


def test_every_sample_gives_one_result(results: dict[str, list[Result]]) -> None:
    assert {name: len(given) for name, given in results.items()} == dict.fromkeys([*INVENTED, DAMAGED], 1)


@pytest.mark.parametrize("name", INVENTED)
def test_what_is_accepted_is_what_was_invented(name: str, results: dict[str, list[Result]]) -> None:
    (report,) = results[name]
    assert isinstance(report, Report)
    sample = INVENTED[name]
    info = report.report
    assert (info.organ.value, info.year.value, info.form.value) == (sample.organ, sample.year, sample.form)
    assert set(report.cells) == set(sample.values)
    wrong = {
        cell: (read.value, sample.values[cell])
        for cell, read in report.cells.items()
        if read.status == "accepted" and read.value != Decimal(sample.values[cell])
    }
    assert wrong == {}
    kept = sum(read.status == "accepted" for read in report.cells.values())
    assert kept >= 0.8 * len(report.cells)  # a plain report is not a case for a person


@pytest.mark.parametrize("name", INVENTED)
def test_only_the_sum_that_is_wrong_in_print_fails(name: str, results: dict[str, list[Result]]) -> None:
    (report,) = results[name]
    assert isinstance(report, Report)
    failing = {check.rule: check.cause for check in report.checks if check.status == "fail"}
    wrong = INVENTED[name].wrong
    expected = dict.fromkeys(["requests.row_total.granted", "requests.outcomes.total"], "source") if wrong else {}
    assert failing == expected
    if wrong:
        assert report.cells[wrong].printed == INVENTED[name].values[wrong]


def test_the_damaged_file_is_named(results: dict[str, list[Result]]) -> None:
    (error,) = results[DAMAGED]
    assert isinstance(error, ErrorReport)
    assert error.error.code in ("truncated", "corrupt")
    assert error.error.hint
