"""The container files against the code that they run."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.cli.main import COMMANDS
from api.settings import in_force
from api.settings_service import service_in_force

REPOSITORY = Path(__file__).resolve().parents[1]
DOCKERFILE = (REPOSITORY / "docker" / "Dockerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker" / "compose.yaml").read_text("utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "gouji"}
DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")


def expanded(text: str) -> str:
    """With no variable set."""
    return DEFAULT.sub(r"\1", text)


def test_the_parts_are_those_of_the_service() -> None:
    assert set(COMPOSE["services"]) == {"redis", "postgres", "api", "worker", "watcher", "extract"}
    assert set(OURS) == {"api", "worker", "watcher", "extract"}


@pytest.mark.parametrize("name", OURS)
def test_every_container_is_given_a_command_that_there_is(name: str) -> None:
    command, *args = (expanded(word) for word in OURS[name]["command"])
    parser = argparse.ArgumentParser(exit_on_error=False)
    import_module(COMMANDS[command].module).add_arguments(parser)
    parser.parse_args(args)


def test_every_variable_that_is_set_is_a_setting() -> None:
    known = {setting.name for setting in (*in_force({}), *service_in_force({}))}
    given = {name for service in OURS.values() for name in service["environment"] if name.startswith("GOUJI_")}
    given |= set(re.findall(r"ENV (GOUJI_\w+)=", DOCKERFILE))
    assert given
    assert given <= known


@pytest.mark.parametrize("name", OURS)
def test_no_container_may_more_than_it_needs(name: str) -> None:
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    reachable = set(service.get("networks", []))
    assert reachable <= {"inner", "outer"}
    assert ("outer" in reachable) == (name == "api")
    assert COMPOSE["networks"]["inner"] == {"internal": True}


def test_the_api_is_published_to_this_machine_alone() -> None:
    (port,) = OURS["api"]["ports"]
    assert expanded(port) == "127.0.0.1:8321:8321"


def test_the_image_holds_what_is_installed_and_runs_as_nobody_in_particular() -> None:
    packages = re.search(r"include = \[(.*)\]", (REPOSITORY / "pyproject.toml").read_text("utf-8"))
    assert packages
    wanted = {name.strip('" *') for name in packages[1].split(",")}
    assert set(re.findall(r"^COPY (\w+) \w+$", DOCKERFILE, re.MULTILINE)) == wanted
    assert "scripts/install-system.sh run" in DOCKERFILE
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE) == ["1000"]
    assert "--uid 1000" in DOCKERFILE


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shell_scripts_are_sound() -> None:
    scripts = [*REPOSITORY.glob("scripts/*.sh"), *REPOSITORY.glob("docker/*.sh"), REPOSITORY / ".ci/run"]
    done = subprocess.run(["shellcheck", *map(str, scripts)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
