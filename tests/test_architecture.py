"""The rules of the house, held by a machine: layers, light imports, purity, length."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGES = ("models", "extractors", "worker", "api")
# Material that came with its own checker; it is kept as it was given.
GIVEN = "bench/narrative_data/"
FILE_LINES = 500
FUNCTION_LINES = 60
# What the start of the command line and the reading of a text must not wait for.
HEAVY = ("torch", "cv2", "spacy", "celery", "pandas", "camelot", "pdfplumber")
# Values in, values out. Loaders of package data read it through importlib.resources and nothing else.
PURE = ("models", "extractors/alignment", "extractors/routing.py", "extractors/geometry.py")
LOADERS = ("models/forms/", "models/facts/", "models/organs/", "models/calibration/", "models/variables/")
WORLD = frozenset(
    {
        *("asyncio", "glob", "http", "io", "os", "pathlib", "random", "secrets", "shutil", "socket", "ssl"),
        *("subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid"),
    }
)
DATA_ACCESS = frozenset({"importlib"})


def sources(*roots: str) -> Iterator[Path]:
    for root in roots:
        at = REPOSITORY / root
        yield from [at] if at.is_file() else sorted(at.rglob("*.py"))


def ours() -> list[Path]:
    """Everything that is kept short: what is installed, and what measures and makes it."""
    return [path for path in sources(*PACKAGES, "bench", "scripts") if not name_of(path).startswith(GIVEN)]


def name_of(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        capture_output=True, text=True, cwd=REPOSITORY, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def loaded_after(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after running the code."""
    code += "\nimport sys; print('\\n'.join(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stderr.split()}


TEXT_EXTRACTION = """
from pathlib import Path
from extractors import extract_path
results = list(extract_path(Path("samples/白石县统计局2020.txt")))
assert [result.schema_ for result in results] == ["gouji.report/1"], results
"""


@pytest.mark.parametrize(
    ("code", "too_heavy"),
    [
        ("import models, models.report, models.forms", (*HEAVY, "lxml", "numpy", "extractors")),
        ("from api.cli.main import main; assert main(['--help']) == 0", (*HEAVY, "lxml", "numpy", "pydantic", "rich")),
        ("from api.cli.main import main; assert main(['extract', '--help']) == 0", HEAVY),
        ("import extractors", HEAVY),
        # spaCy reads the prose, and its thinc takes up torch where that is installed: test_narrative_tagger does without.
        (TEXT_EXTRACTION, tuple(name for name in HEAVY if name not in ("spacy", "torch"))),
    ],
    ids=["models", "help", "extract help", "extractors", "text extraction"],
)
def test_a_fresh_interpreter_loads_little(code: str, too_heavy: tuple[str, ...]) -> None:
    assert loaded_after(code).isdisjoint(too_heavy)


def test_no_file_is_too_long() -> None:
    lengths = {
        name_of(path): len(path.read_text("utf-8").splitlines()) for path in sources(*PACKAGES, "bench", "scripts")
    }
    assert {name: length for name, length in lengths.items() if length > FILE_LINES} == {}


def test_no_function_is_too_long() -> None:
    found = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in ours()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
    ]
    assert found == []


def touches(tree: ast.AST) -> Iterator[str]:
    """Modules of the outer world that the code imports, and files that it opens."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name for alias in node.names if (name := alias.name.partition(".")[0]) in WORLD | DATA_ACCESS)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if (name := node.module.partition(".")[0]) in WORLD | DATA_ACCESS:
                yield name
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("open", "input", "print")
        ):
            yield node.func.id


@pytest.mark.parametrize("path", sorted(sources(*[root for root in PURE if (REPOSITORY / root).exists()])), ids=name_of)
def test_pure_code_touches_no_outer_world(path: Path) -> None:
    allowed = DATA_ACCESS if name_of(path).startswith(LOADERS) else frozenset()
    assert set(touches(ast.parse(path.read_text("utf-8")))) <= allowed


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import os.path", {"os"}),
        ("from pathlib import Path", {"pathlib"}),
        ("def f():\n    import random", {"random"}),
        ("open('x')", {"open"}),
        ("from time import time as now", {"time"}),
        ("import re, decimal", set()),
    ],
)
def test_the_purity_check_can_fail(code: str, found: set[str]) -> None:
    assert set(touches(ast.parse(code))) == found


def test_no_test_folder_is_a_package() -> None:
    """``tests/models/__init__.py`` would make ``import models`` mean the tests."""
    assert list((REPOSITORY / "tests").rglob("__init__.py")) == []


def test_base_names_of_tests_are_unique() -> None:
    names = [path.name for path in (REPOSITORY / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))


def test_nothing_is_named_after_a_standard_module() -> None:
    """A script beside such a file would import it in place of the standard one."""
    clashes = [
        name_of(path) for path in sources(*PACKAGES) if path.stem in sys.stdlib_module_names and path.stem != "__main__"
    ]
    assert [name for name in clashes if not name.endswith("__init__.py")] == []
