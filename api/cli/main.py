"""``gouji``: finds the subcommand, loads it alone, and turns expected failures into a message and an exit status."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple, Protocol, cast

from api.exits import Exit, exit_for
from models.errors import GoujiError


class Command(Protocol):
    """What the module of a subcommand offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""
        ...

    def run(self, args: argparse.Namespace) -> int:
        """Do it; returns the exit status."""
        ...


class Entry(NamedTuple):
    """A subcommand: the module that holds it, loaded only when it is called, and a line of help."""

    module: str
    help: str


COMMANDS: dict[str, Entry] = {
    "extract": Entry("api.cli.extract", "read reports from files, folders and archives"),
    "facts": Entry("api.cli.facts", "show the figures that reports state in prose"),
    "up": Entry("api.cli.up", "run the whole service on this machine"),
    "submit": Entry("api.cli.submit", "send files to a running service"),
    "status": Entry("api.cli.status", "say how far a batch is"),
    "api": Entry("api.cli.api", "serve HTTP"),
    "worker": Entry("api.cli.worker", "read what is queued (one of many, for a deployment)"),
    "watch": Entry("api.cli.watch", "take in what falls into a folder"),
    "export": Entry("api.cli.export", "make a panel of reports: a data package to publish from"),
    "diff": Entry("api.cli.diff", "put two reports side by side: two years, or two versions"),
    "schema": Entry("api.cli.schema", "print the JSON Schema of reports and errors"),
    "forms": Entry("api.cli.forms", "list the national forms and their cells"),
    "doctor": Entry("api.cli.doctor", "say what is installed here and what is missing"),
}

# The machine's faults, not gouji's: told in a line, without a traceback.
_DISK_FAULTS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENAMETOOLONG}
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status, whatever happens short of a defect."""
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        status = _dispatch(given)
        sys.stdout.flush()
        return status
    except GoujiError as error:
        print(f"gouji: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"       {error.hint}", file=sys.stderr)
        return exit_for(error)
    except BrokenPipeError:
        # Python flushes stdout once more on its way out; with the reader gone, that must go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.PIPE_CLOSED
    except OSError as error:
        if error.errno not in _DISK_FAULTS:
            raise
        print(f"gouji: cannot write: {error}", file=sys.stderr)
        return Exit.SOME_FAILED
    except KeyboardInterrupt:
        print("gouji: interrupted", file=sys.stderr)
        return Exit.INTERRUPTED


def _dispatch(given: list[str]) -> int:
    if not given or given[0] not in COMMANDS:
        return _top_level(given)
    name, *rest = given
    command = cast("Command", import_module(COMMANDS[name].module))
    parser = argparse.ArgumentParser(prog=f"gouji {name}", description=_sentence(COMMANDS[name].help))
    command.add_arguments(parser)
    try:
        args = parser.parse_args(rest)
    except SystemExit as stop:  # argparse has printed its message, or the help
        return stop.code if isinstance(stop.code, int) else Exit.USAGE
    return command.run(args)


def _top_level(given: list[str]) -> int:
    lines = "\n".join(f"  {name:<10} {entry.help}" for name, entry in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="gouji",
        usage="gouji COMMAND …",
        description="Turns Chinese government-information-disclosure annual reports into one checked schema.",
        epilog=f"commands:\n{lines}\n\n`gouji COMMAND --help` tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    parser.add_argument("command", nargs="?", help=argparse.SUPPRESS)
    try:
        args, _ = parser.parse_known_args(given)
        if args.version:
            print(f"gouji {version()}")
            return Exit.OK
        if args.command is not None:
            parser.error(f"there is no command {args.command!r}")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else Exit.USAGE
    parser.print_help(sys.stderr)
    return Exit.USAGE


def version() -> str:
    """The installed version."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("gouji")
    except PackageNotFoundError:
        return "not installed (run from a source tree)"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
