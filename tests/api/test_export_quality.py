"""The one-page statement: counts that are right, and nothing claimed that was not measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cli.main import main
from api.export.panel.export import Options, export_panel
from api.export.panel.source import Correction, Given
from models.audit import interval
from models.by_column import by_column
from models.calibration import made_by, measured_on, wrong_share
from models.light import light
from models.readings import CellState
from models.reconcile import Policy
from models.report import Report, Result, to_json

FullReport = Callable[..., Report]


class Audited:
    """Reports of which people checked cells that had been accepted."""

    def __init__(self, results: Sequence[Result], wrong: int, right: int) -> None:
        self._results, self._wrong, self._right = results, wrong, right

    def packets(self) -> Iterator[Audited]:
        yield self

    def results(self) -> list[Given]:
        return [
            (by_column(light(result)), self._decided(result) if isinstance(result, Report) else ())
            for result in self._results
        ]

    def _decided(self, report: Report) -> list[Correction]:
        number = CellState.NUMBER
        names = list(report.cells)
        wrong = [Correction(n, "corrected", number, 0, "accepted", number, 1, drawn=True) for n in names[: self._wrong]]
        right = [
            Correction(n, "confirmed", number, 0, "accepted", number, 0, drawn=True) for n in names[-self._right :]
        ]
        queued = [Correction(names[50], "corrected", number, 0, "review", number, 5, drawn=True)]
        picked = [Correction(names[51], "corrected", number, 0, "accepted", number, 5)]
        return [*wrong, *right, *queued, *picked]


def page(source: Audited, folder: Path) -> str:
    export_panel(source, folder, Options())
    return (folder / "QUALITY.md").read_text("utf-8")


def test_an_error_rate_is_claimed_only_where_accepted_cells_were_checked(
    tmp_path: Path, full_report: FullReport
) -> None:
    text = page(Audited([full_report()], wrong=1, right=99), tmp_path)
    assert "chance picked 100 that people have checked since, and 1 of them were wrong" in text
    assert "1.00% (95% interval 0.025% to 5.446%)" in text and "Benchmark" not in text
    assert "people checked 1 accepted cells of their own choice, and 1 were wrong" in text


def test_without_an_audit_the_benchmark_speaks_and_says_that_it_is_one(tmp_path: Path, full_report: FullReport) -> None:
    export_panel(Audited([], 0, 0), tmp_path, Options())
    text = (tmp_path / "QUALITY.md").read_text("utf-8")
    assert "**Not measured on these reports" in text and "not these reports**: on generated pages" in text
    for origin in ("digital", "ocr"):
        assert f"{wrong_share(origin, Policy().one_wrong_in):.4%} ({measured_on(origin)} cells)" in text
    assert made_by() in text


@settings(deadline=None)
@given(st.integers(1, 500), st.data())
def test_the_interval_holds_the_share_and_its_bounds_are_exact(checked: int, data: st.DataObject) -> None:
    from scipy.stats import binom

    wrong = data.draw(st.integers(0, checked))
    low, high = interval(wrong, checked)
    assert 0 <= low <= wrong / checked <= high <= 1
    if wrong:
        assert binom.sf(wrong - 1, checked, low) == pytest.approx(0.025, abs=1e-6)
    if wrong < checked:
        assert binom.cdf(wrong, checked, high) == pytest.approx(0.025, abs=1e-6)


def test_breaks_between_forms_are_loud_and_silent_where_there_is_none(tmp_path: Path, full_report: FullReport) -> None:
    both = page(Audited([full_report(year=2018, form="2014"), full_report()], 0, 1), tmp_path / "both")
    assert "**BREAK 口径变化: the forms do not ask the same.** 2 variables are asked by all 2 forms" in both
    assert "19 groups of variables look like one series and are not" in both
    one = page(Audited([full_report()], 0, 1), tmp_path / "one")
    assert "BREAK" not in one and "One form only" in one


def test_what_is_open_is_counted(tmp_path: Path, full_report: FullReport) -> None:
    doubtful = full_report(status={"requests.new.total": "review"})
    text = page(Audited([doubtful, full_report(organ=None, file="x")], 0, 1), tmp_path)
    assert "- Cells: 400; for review 1 (0.25%)" in text
    assert "no_organ 1" in text


def test_the_command_writes_a_package_and_says_what_is_open(
    tmp_path: Path, full_report: FullReport, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = "清河县工业和信息化局", "清河县科技和工业信息化局"
    lines = [to_json(full_report(old, 2019, form="2019")), to_json(full_report(new, 2021))]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), "utf-8")
    (tmp_path / "names.csv").write_text(f"\ufeffname,organ\n{old},{new}\n", "utf-8")
    call = ["export", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "out"), "--format", "csv,jsonl"]
    assert main(call) == 0
    said = capsys.readouterr().err
    assert "2 rows of 2 organs, 2019-2021" in said and "renamed 1" in said
    assert "BREAK 口径变化: the rows use the forms of 2019 and 2021" in said
    assert "proactive.rules.made ≠ proactive.rules.newly_disclosed ≠ proactive.rules.issued" in said
    assert main([*call, "--organs", str(tmp_path / "names.csv"), "--years", "2019-2022", "--quiet"]) == 0
    assert capsys.readouterr().err == ""
    missing = (tmp_path / "out" / "missing.csv").read_text("utf-8-sig").splitlines()[1:]
    assert [line.split(",")[-2] for line in missing] == ["2020", "2022"]


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (["--format", "ods"], "Unknown format: ods"),
        (["--format", "json"], "Unknown format: json"),
        (["--years", "2024-2019"], "Not a span of years"),
        (["--years", "soon"], "Not a span of years"),
        (["--organs", "names.csv"], "needs the columns name and organ"),
        (["--organs", "none.csv"], "Cannot read none.csv"),
        (["--organs", "twice.csv"], "to two organs"),
    ],
)
def test_a_wrong_call_says_so_and_writes_nothing(
    extra: list[str],
    said: str,
    tmp_path: Path,
    full_report: FullReport,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.jsonl").write_text(to_json(full_report()), "utf-8")
    Path("names.csv").write_text("a,b\n1,2\n", "utf-8")
    Path("twice.csv").write_text("name,organ\na,b\na,c\n", "utf-8")
    assert main(["export", "in.jsonl", "-o", "out", *extra]) == 2
    assert said in capsys.readouterr().err
    assert not Path("out").exists()
