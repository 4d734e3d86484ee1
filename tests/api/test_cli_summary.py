from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli.progress import Progress
from api.cli.summary import LISTED, Summary
from api.export.books import Written
from models.report import ErrorReport, Report

MakeReport = Callable[..., Report]


def shown(summary: Summary, written: Written | None = None) -> str:
    stream = io.StringIO()
    summary.show(written or Written(()), stream)
    return stream.getvalue()


def test_the_summary_counts_and_names_what_matters(make_report: MakeReport, error: ErrorReport) -> None:
    summary = Summary()
    for result in (make_report(), make_report("b.pdf", organ="[red]云岭市教育局"), error):
        summary.add(result)
    text = shown(summary, Written((Path("out/reports.jsonl"),), ("two texts were cut",)))
    assert "2 reports, 1 error; 4 cells accepted, 2 to review" in text
    assert "青禾县人民政府 2024  requests.row_total.new  3000 ≠ 3001  (wrong in print)" in text
    assert "坏.pdf: =cut [truncated]" in text
    assert "[red]云岭市教育局" in text  # a document cannot paint the terminal
    assert "→ out/reports.jsonl" in text
    assert "note: two texts were cut" in text


def test_long_lists_are_cut_and_say_so(make_report: MakeReport, error: ErrorReport) -> None:
    summary = Summary()
    for number in range(LISTED + 2):
        summary.add(make_report(f"{number}.pdf"))
        summary.add(error)
    text = shown(summary)
    assert text.count("… and 2 more, in the output") == 2
    assert "and 2 more" in text.partition("Checks")[0]


def test_nothing_read_is_said_plainly() -> None:
    assert shown(Summary()).strip() == "0 reports, 0 errors; 0 cells accepted, 0 to review"


def test_progress_in_a_log_is_a_line_now_and_then(
    make_report: MakeReport, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.cli.progress.INTERVAL", -1.0)
    for quiet in (True, False):
        with Progress(20, quiet=quiet) as progress:
            progress.result(make_report())
            progress.file_done("a.pdf")
        lines = capsys.readouterr().err.splitlines()
        assert lines[1:] == ([] if quiet else ["gouji: 1/20 files, reports: 1, errors: 0"])
