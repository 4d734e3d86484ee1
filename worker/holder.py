"""Who holds a document: a process, named so that others on the same machine can tell whether it still lives."""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


def new_lease() -> str:
    """A name for one run in this process, never used before."""
    return f"{_process(os.getpid())}/{secrets.token_hex(8)}"


@cache
def _process(pid: int) -> str:
    """A process of this machine that lives."""
    return f"{_machine()}/{pid}/{_began(pid)}"


def is_dead(lease: str) -> bool:
    """Whether the process that took the lease is known to be gone; of another machine's process nothing is known."""
    return _lives(lease) is False


def is_alive(lease: str) -> bool:
    """Whether the process that took the lease is known to live."""
    return _lives(lease) is True


def _lives(lease: str) -> bool | None:
    machine, _, rest = lease.partition("/")
    pid, _, rest = rest.partition("/")
    began, _, _ = rest.partition("/")
    return _began(int(pid)) == began if machine == _machine() and pid.isdigit() else None


@cache
def _machine() -> str:
    """Process ids mean the same to two processes that share both the boot of the kernel and the namespace of ids."""
    boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}-{os.stat(_PROC / 'self/ns/pid').st_ino}"


def _began(pid: int) -> str:
    """When a process began, in ticks since boot (proc(5), field 22): a number may be used again. Empty: it is gone."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if fields[0] in "ZX" else fields[19]
