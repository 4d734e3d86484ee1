"""Exit statuses of the command line, and which one an error code leads to."""

from __future__ import annotations

from enum import IntEnum

from models.errors import GoujiError, UsageError


class Exit(IntEnum):
    """What the process returns. 130 and 141 are the shell's own numbers for an interrupt and a closed pipe."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    INTERRUPTED = 130
    PIPE_CLOSED = 141


def exit_for(error: GoujiError) -> Exit:
    """A wrong call is 2; anything else that stops a command is 1."""
    return Exit.USAGE if isinstance(error, UsageError) or error.code == "usage" else Exit.SOME_FAILED
