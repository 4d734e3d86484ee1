"""LibreOffice as a converter: what it may see, and every way in which it can fail. Conversions stand in test_formats."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from extractors.formats.office import convert
from extractors.formats.word97 import Word97Format
from extractors.options import ExtractOptions
from extractors.page import Line
from extractors.sources.source import Source
from models.errors import DependencyError, GoujiError
from tests.conftest import REPOSITORY, eventually

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


def program(folder: Path, script: str) -> None:
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def assert_is_ended(number: Path) -> None:
    """The process of this number is killed, though perhaps not yet reaped by its new parent."""
    helper = Path(f"/proc/{number.read_text().strip()}/stat")
    eventually(lambda: not helper.exists() or helper.read_text().split()[2] == "Z", "the helper to end")


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose only office program is the one the test writes, with a folder for temporary files of its own."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path


def test_a_missing_program_is_named(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(work / "bin"))
    with pytest.raises(DependencyError) as caught:
        convert(b"x", ".doc", "docx", 5)
    assert caught.value.code == "missing_dependency" and caught.value.retryable


def test_a_program_that_makes_nothing_means_a_damaged_file(work: Path) -> None:
    program(work / "bin", "echo Error: source file could not be loaded >&2")
    with pytest.raises(GoujiError) as caught:
        convert(b"x", ".doc", "docx", 5)
    assert caught.value.code == "corrupt" and "could not be loaded" in caught.value.detail
    assert list((work / "tmp").iterdir()) == []


def test_a_program_does_not_outlive_a_process_that_was_killed_over_it(work: Path) -> None:
    program(work / "bin", f"sleep 600 & echo $! > {work}/helper.new; mv {work}/helper.new {work}/helper; wait")
    code = "from extractors.formats import office; office._GRACE_SECONDS = 1; office.convert(b'x', '.doc', 'docx', 1)"
    reader = subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY)
    eventually((work / "helper").exists, "the program to start")
    reader.kill()
    reader.wait()
    assert_is_ended(work / "helper")


def test_too_slow_a_program_is_ended_with_its_helpers(work: Path) -> None:
    program(work / "bin", f"sleep 600 & echo $! > {work}/helper; wait")
    with pytest.raises(GoujiError) as caught:
        convert(b"x", ".doc", "docx", 1)
    assert caught.value.code == "timeout"
    assert_is_ended(work / "helper")
    assert list((work / "tmp").iterdir()) == []


def test_the_profile_forbids_macros_and_the_network(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOUJI_API_KEYS", "secret")
    keep = work / "kept"
    script = (
        f'for a in "$@"; do case $a in -env:*) p=${{a#*file://}};; esac; done; cat "$p/user/registrymodifications.xcu" > {keep}; '
        f'env >> {keep}; mkdir -p "$p/../out"; printf made > "$p/../out/source.docx"'
    )
    program(work / "bin", script)
    assert convert(b"x", ".doc", "docx", 5) == b"made"
    seen = keep.read_text()
    assert '"MacroSecurityLevel" oor:op="fuse"><value>3<' in seen and "ooInetProxyType" in seen
    assert "secret" not in seen


@needs_office
def test_rtf_with_gbk_text_and_a_table() -> None:
    def escaped(text: str) -> str:
        return "".join(f"\\'{byte:02x}" for byte in text.encode("gbk"))

    rtf = (
        "{\\rtf1\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0\\fcharset134 SimSun;}}\\f0 " + escaped("一、总体情况")
        + "\\par\\trowd\\cellx2000\\cellx4000\\intbl " + escaped("规章") + "\\cell 3\\cell\\row\\trowd\\cellx2000\\cellx4000"
        "\\intbl " + escaped("许可") + "\\cell 12\\cell\\row\\pard " + escaped("完") + "\\par}"
    )  # fmt: skip
    content = Word97Format().read(Source("a.doc", rtf.encode(), "application/rtf"), ExtractOptions())
    first, grid = content.blocks[0], content.blocks[1]
    assert isinstance(first, Line) and first.text == "一、总体情况"
    assert not isinstance(grid, Line) and [cell.text for cell in grid.cells] == ["规章", "3", "许可", "12"]
