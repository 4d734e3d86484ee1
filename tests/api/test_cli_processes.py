"""Real processes, misbehaving for real: the reader is a module that each process loads."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

from api.cli.processes import File, Reader, Step, read_all
from extractors.options import ExtractOptions
from models.report import ErrorReport

READER = '''
import os, signal, threading
from models.report import ErrorInfo, ErrorReport, SourceInfo

def read(file, options):
    """The first word of a file says what happens when it is read."""
    what, _, rest = file.path.read_text().partition(" ")
    if what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "exit":
        os._exit(3)
    if what == "hang":
        threading.Event().wait()
    if what == "raise":
        raise KeyError(rest)
    print("noise on stdout")
    for number in range(int(rest)):
        yield ErrorReport(source=SourceInfo(name=file.name, part=number), error=ErrorInfo(code=what, message=""))
    if what == "half":
        os.kill(os.getpid(), signal.SIGKILL)
'''


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    name = f"misbehaving_{os.getpid()}"
    (tmp_path / f"{name}.py").write_text(READER)
    monkeypatch.syspath_prepend(tmp_path)
    found: Reader = importlib.import_module(name).read
    return found


def files(folder: Path, *contents: str) -> list[File]:
    found = []
    for number, text in enumerate(contents):
        path = folder / f"{number:03}.txt"
        path.write_text(text)
        found.append(File(path, path.name))
    return found


def run(reader: Reader, files: list[File], jobs: int, silence: float = 600.0) -> list[Step]:
    return list(read_all(files, reader, ExtractOptions(), jobs=jobs, silence=silence))


def outline(steps: list[Step]) -> list[tuple[str, str]]:
    return [(step.file.name, _code(step)) for step in steps]


def _code(step: Step) -> str:
    return step.result.error.code if isinstance(step.result, ErrorReport) else "done"


def test_order_is_that_of_the_files_whatever_the_number_of_processes(tmp_path: Path, reader: Reader) -> None:
    todo = files(tmp_path, *(f"ok {number % 4}" for number in range(12)))
    alone = outline(run(reader, todo, 1))
    assert [name for name, code in alone if code == "done"] == [file.name for file in todo]
    assert outline(run(reader, todo, 3)) == alone


def test_a_process_that_dies_costs_its_own_file_only(tmp_path: Path, reader: Reader) -> None:
    todo = files(tmp_path, "ok 1", "kill", "ok 1", "exit", "half 2", "raise x", "ok 1")
    steps = run(reader, todo, 2)
    codes = [code for _, code in outline(steps) if code != "done"]
    assert codes == ["ok", "internal", "ok", "internal", "half", "half", "internal", "internal", "ok"]
    messages = [step.result.error.message for step in steps if isinstance(step.result, ErrorReport)]
    assert "SIGKILL" in messages[1] and "exit status 3" in messages[3]
    assert "after 2 report(s)" in messages[6] and "KeyError" in messages[7]
    assert all(step.result.source.name == step.file.name for step in steps if isinstance(step.result, ErrorReport))


def test_a_process_that_hangs_is_ended(tmp_path: Path, reader: Reader) -> None:
    (given_up, done) = run(reader, files(tmp_path, "hang"), 1, silence=0.2)
    assert _code(given_up) == "timeout" and done.result is None


def test_many_results_of_a_file_that_must_wait_are_all_kept(tmp_path: Path, reader: Reader) -> None:
    todo = files(tmp_path, "ok 3", "ok 700", "ok 2")
    assert len([code for _, code in outline(run(reader, todo, 3)) if code == "ok"]) == 705


def test_what_a_library_prints_stays_out_of_stdout(
    tmp_path: Path, reader: Reader, capfd: pytest.CaptureFixture[str]
) -> None:
    run(reader, files(tmp_path, "ok 1"), 1)
    seen = capfd.readouterr()
    assert seen.out == "" and "noise" in seen.err
