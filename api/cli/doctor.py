"""``gouji doctor``: what is installed here, what is missing, and the command that installs it."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from api.exits import Exit

if TYPE_CHECKING:
    from api.settings import Setting

Level = Literal["ok", "optional", "missing"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; ``optional`` is missing too, but only some sources need it."""

    what: str
    level: Level
    found: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """An external program: how to ask for its version, and what it is for."""

    name: str
    ask: tuple[str, ...]
    use: str
    package: str


PROGRAMS = (
    Program("soffice", ("--version",), "reads DOC and WPS", "libreoffice-writer-nogui libreoffice-calc-nogui"),
    Program("tesseract", ("--version",), "second opinion on scanned figures", "tesseract-ocr tesseract-ocr-chi-sim"),
    Program("redis-server", ("--version",), "broker of the service", "redis-server"),
)
# Without these nothing is read at all.
ESSENTIAL = ("pydantic", "PyYAML", "simplejson", "lxml", "pypdfium2", "pdfplumber", "openpyxl", "charset-normalizer")
# Each serves some sources or formats of output.
OPTIONAL = (
    ("camelot-py", "tables of PDFs without plain rulings"),
    ("py7zr", "7z archives"),
    ("pyarrow", "--format parquet"),
    ("pandas", "--format dta"),
    ("spacy", "narrative facts"),
    ("onnxruntime", "narrative facts"),
    ("rapidocr", "scans"),
    ("celery", "the service"),
    ("sqlalchemy", "the service"),
    ("fastapi", "the service"),
    ("psycopg", "the service on many machines (PostgreSQL)"),
)
OWN = ("models", "extractors", "worker", "api")
PATIENCE = 30.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Text or JSON."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Print the findings; 1 when something essential is missing."""
    findings = list(examine())
    settings = [] if any(finding.level == "missing" for finding in findings) else settings_in_force()
    if args.json:
        data = {"findings": [asdict(f) for f in findings], "settings": [asdict(s) for s in settings]}
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        _print(findings)
        print("\nsettings" if settings else "\nsettings: not read while something essential is missing")
        for setting in settings:
            origin = "set" if setting.given else "default"
            print(f"  {setting.name}={setting.value}  ({origin}; {setting.meaning})")
    return Exit.SOME_FAILED if any(finding.level == "missing" for finding in findings) else Exit.OK


def settings_in_force() -> list[Setting]:
    """The settings; they stand in packages that do not load while something essential is missing."""
    from api.settings import in_force
    from api.settings_service import service_in_force

    return [*in_force(os.environ), *service_in_force(os.environ)]


def examine() -> Iterator[Finding]:
    """Everything worth knowing, essential things first."""
    yield Finding("Python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield _distribution("gouji", "missing", "", "pip install -e . -c constraints.txt")
    yield from _own_packages()
    for name in ESSENTIAL:
        yield _distribution(name, "missing", "", f"pip install -c constraints.txt {name}")
    for name, use in OPTIONAL:
        yield _distribution(name, "optional", use, f"pip install -c constraints.txt {name}")
    for program in PROGRAMS:
        yield _program(program)
    yield _chinese()


def _distribution(name: str, level: Level, use: str, remedy: str) -> Finding:
    try:
        return Finding(name, "ok", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, level, f"not installed{f': {use}' if use else ''}", remedy)


def _own_packages() -> Iterator[Finding]:
    """The names are common ones: another distribution may put its own ``models`` in front."""
    home = Path(__file__).resolve().parents[2]
    for name in OWN:
        spec = util.find_spec(name)
        at = Path(spec.origin).resolve().parent if spec is not None and spec.origin else None
        if at == home / name:
            yield Finding(f"package {name}", "ok", str(at))
        else:
            remedy = "Install gouji in a virtual environment of its own."
            yield Finding(f"package {name}", "missing", f"hidden by {at}" if at else "not found", remedy)


def _program(program: Program) -> Finding:
    remedy = f"apt-get install --no-install-recommends {program.package}"
    where = shutil.which(program.name)
    if where is None:
        return Finding(program.name, "optional", f"not installed: {program.use}", remedy)
    answer = _ask(where, *program.ask)
    if answer is None:
        return Finding(program.name, "optional", f"{where} does not run: {program.use}", remedy)
    return Finding(program.name, "ok", answer.strip().splitlines()[0] if answer.strip() else where)


def _chinese() -> Finding:
    """Tesseract without its Chinese data is of no use here."""
    remedy = "apt-get install --no-install-recommends tesseract-ocr-chi-sim"
    where = shutil.which("tesseract")
    answer = _ask(where, "--list-langs") if where else None
    if answer is not None and "chi_sim" in answer.split():
        return Finding("tesseract chi_sim", "ok", "installed")
    return Finding("tesseract chi_sim", "optional", "not installed: scans", remedy)


def _ask(*command: str) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout or done.stderr


def _print(findings: list[Finding]) -> None:
    width = max(len(finding.what) for finding in findings)
    marks = {"ok": "ok ", "optional": "-  ", "missing": "!! "}
    for finding in findings:
        print(f"{marks[finding.level]} {finding.what:<{width}}  {finding.found}")
        if finding.level != "ok":
            print(f"    {'':<{width}}  → {finding.remedy}")
