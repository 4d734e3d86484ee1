"""The command line as a user meets it: real processes, real exit statuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest

from api.cli.extract import find_files
from api.cli.main import COMMANDS, main
from api.exits import Exit
from api.settings import extract_options
from models.errors import UsageError
from models.forms import load_forms
from models.report import Report, from_json

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = REPOSITORY / "samples"
# A text report: no external program, no PDF library.
TEXT = SAMPLES / "白石县统计局2020.txt"


def gouji(*args: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api.cli", *map(str, args)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=REPOSITORY,
        env=os.environ | environment,
        check=False,
    )


def test_version_and_help() -> None:
    assert gouji("--version").stdout.startswith("gouji ")
    shown = gouji("--help")
    assert shown.returncode == Exit.OK
    assert all(name in shown.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == Exit.OK
    assert f"gouji {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("no-such-command",),
        ("--no-such-option",),
        ("extract",),
        ("extract", "no-such-file.pdf"),
        ("extract", TEXT, "no-such-file.pdf"),
        ("extract", TEXT, "--format", "csv"),
        ("extract", TEXT, "--format", "ods", "-o", "out"),
        ("extract", TEXT, "--jobs", "0"),
        ("forms", "1999"),
    ],
)
def test_a_wrong_call_is_2_and_prints_no_result(
    args: tuple[str | Path, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(arg) for arg in args]) == Exit.USAGE
    seen = capsys.readouterr()
    assert seen.out == ""
    assert seen.err


def test_a_setting_that_cannot_be_is_named() -> None:
    with pytest.raises(UsageError, match="GOUJI_MAX_PAGES"):
        extract_options({"GOUJI_MAX_PAGES": "many"})
    assert extract_options({"GOUJI_MAX_PAGES": "7"}).max_pages == 7


def test_a_report_is_read_and_printed_as_one_line() -> None:
    done = gouji("extract", TEXT)
    assert done.returncode == Exit.OK, done.stderr
    (line,) = done.stdout.splitlines()
    report = from_json(line)
    assert isinstance(report, Report)
    assert report.source.name == TEXT.name
    assert "1 report, 0 errors" in done.stderr


def test_printed_json_satisfies_the_printed_schema() -> None:
    schema = json.loads(gouji("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    done = gouji("extract", TEXT, SAMPLES / "损坏的文件.pdf")
    assert done.returncode == Exit.SOME_FAILED
    for line in done.stdout.splitlines():
        jsonschema.validate(json.loads(line), schema)


def test_folders_archives_and_failures_come_out_in_order_for_any_number_of_jobs(tmp_path: Path) -> None:
    for folder in ("b", "a"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "report.txt").write_bytes(TEXT.read_bytes())
    (tmp_path / "empty.pdf").touch()
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.write(TEXT, "inner/report.txt")
    lines = {}
    for jobs in ("1", "3"):
        done = gouji("extract", tmp_path, "--jobs", jobs, "--quiet")
        assert done.returncode == Exit.SOME_FAILED
        assert done.stderr == ""
        lines[jobs] = [json.loads(line) for line in done.stdout.splitlines()]
    names = [line["source"]["name"] for line in lines["1"]]
    top = tmp_path.name
    assert names == [f"{top}/empty.pdf", f"{top}/z.zip/inner/report.txt", f"{top}/a/report.txt", f"{top}/b/report.txt"]
    for line in lines["1"] + lines["3"]:
        line.get("pipeline", {}).pop("seconds", None)
    assert lines["1"] == lines["3"]


def test_files_are_written_and_a_second_run_gives_the_same_bytes(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        assert gouji("extract", TEXT, "-o", tmp_path, "--format", "csv").returncode == Exit.OK
        seen.append({path.name: path.read_bytes() for path in tmp_path.iterdir()})
    assert seen[0] == seen[1]
    assert set(seen[0]) == {"cells.csv", "reports.csv", "facts.csv", "checks.csv", "errors.csv"}


@pytest.mark.parametrize("args", [("forms", "2021"), ("extract", TEXT, "--quiet")])
def test_a_reader_that_goes_away_ends_it_quietly(args: tuple[str | Path, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "api.cli", *map(str, args)]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, cwd=REPOSITORY, check=False)
    os.close(writing)
    assert done.returncode == Exit.PIPE_CLOSED
    assert done.stderr == b""


def test_find_files_takes_each_once_and_leaves_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", ".hidden", "~$a.docx"):
        (tmp_path / name).touch()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "c.txt").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    found = find_files([tmp_path / "b.txt", tmp_path])
    assert [file.name for file in found] == ["b.txt", f"{tmp_path.name}/a.txt"]


def test_forms_lists_every_cell(capsys: pytest.CaptureFixture[str]) -> None:
    for form in load_forms().values():
        assert main(["forms", form.id]) == Exit.OK
        shown = capsys.readouterr().out
        assert all(cell in shown for cell in form.cell_ids())
        main(["forms", form.id, "--json"])
        assert [cell["cell"] for cell in json.loads(capsys.readouterr().out)["list"]] == list(form.cell_ids())


def test_doctor_names_what_is_missing_and_how_to_get_it(tmp_path: Path) -> None:
    done = gouji("doctor", PATH=str(tmp_path), GOUJI_MAX_PAGES="9")
    lines = done.stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if " soffice " in line)
    assert lines[at].startswith("-  ")
    assert "apt-get install" in lines[at + 1]
    assert any(line.startswith("  GOUJI_MAX_PAGES=9  (set;") for line in lines)


def test_doctor_notices_a_package_that_hides_ours(tmp_path: Path) -> None:
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "__init__.py").touch()
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from api.cli.main import main; "
    code += "sys.exit(main(['doctor', '--json']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, check=False)
    findings = {finding["what"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert done.returncode == Exit.SOME_FAILED
    assert findings["package worker"]["level"] == "missing"
    assert str(tmp_path) in findings["package worker"]["found"]


def test_a_full_disk_is_told_in_a_line() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "api.cli", "forms", "2021"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY, check=False)
    assert done.returncode == Exit.SOME_FAILED
    assert done.stderr.startswith("gouji: cannot write: ")
    assert "Traceback" not in done.stderr
