"""Docs that fail: whatever a user can type or meet stands in docs/."""

from __future__ import annotations

import argparse
import re
from importlib import import_module
from pathlib import Path

import pytest

from api.cli.main import COMMANDS
from api.exits import Exit
from api.export.registry import FORMATS
from api.settings import in_force
from api.settings_service import service_in_force
from models.errors import CODES
from models.forms import load_forms

REPOSITORY = Path(__file__).resolve().parents[1]


def doc(name: str) -> str:
    return (REPOSITORY / name).read_text("utf-8")


def options(command: str) -> set[str]:
    parser = argparse.ArgumentParser(prog=command, add_help=False)
    import_module(COMMANDS[command].module).add_arguments(parser)
    return {option for action in parser._actions for option in action.option_strings if option.startswith("--")}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_documented(command: str) -> None:
    _, found, rest = doc("docs/cli.md").partition(f"\n## `gouji {command}")
    assert found, f"docs/cli.md has no section for {command}"
    section = rest.partition("\n## ")[0]
    assert {option for option in options(command) if f"`{option}" not in section} == set()


def test_no_command_is_documented_that_is_not_there() -> None:
    assert set(re.findall(r"^## `gouji (\w+)", doc("docs/cli.md"), re.MULTILINE)) == set(COMMANDS)


def test_every_exit_status_is_documented() -> None:
    assert {status for status in Exit if f"| {status.value} |" not in doc("docs/cli.md")} == set()


def test_every_setting_is_documented_with_its_default() -> None:
    text = doc("docs/cli.md")
    settings = [*in_force({}), *service_in_force({})]
    assert [s.name for s in settings if f"| `{s.name}` | {s.value or 'empty'} | {s.meaning} |" not in text] == []


def test_every_format_is_documented() -> None:
    assert [name for name in FORMATS if f"| `{name}` |" not in doc("docs/cli.md")] == []


def test_the_error_codes_documented_are_those_there_are() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| .*? \| (.*?) \|$", doc("docs/errors.md"), re.MULTILINE))
    assert rows == {code: hint.replace("|", "\\|") for code, hint in CODES.items()}


def test_every_form_is_documented() -> None:
    text = doc("docs/cli.md")
    for form in load_forms().values():
        assert f"| `{form.id}` | {len(form.cell_ids())} |" in text


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_begins_with_the_two_commands_and_its_links_lead_somewhere(name: str) -> None:
    text = doc(name)
    assert text.index("make demo") < text.index("##")
    targets = [target for target in re.findall(r"\]\(([^)#]+)", text) if "://" not in target]
    assert targets
    assert [target for target in targets if not (REPOSITORY / target).exists()] == []
