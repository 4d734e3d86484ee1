"""What a process of the service may take, and that it does not outlive who started it."""

from __future__ import annotations

import ctypes
import os
import resource
import signal

_PR_SET_PDEATHSIG = 1
MEBIBYTE = 1 << 20


def limit_memory(megabytes: int) -> None:
    """Beyond this an allocation fails, which Python reports as MemoryError, instead of the machine running out.

    RLIMIT_DATA counts what is really private to the process (since Linux 4.7), not files that are mapped.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = megabytes * MEBIBYTE
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def die_with_parent(number: signal.Signals, parent: int) -> None:
    """Get this signal when the parent dies (prctl(2)): nobody would stop an endless document otherwise.

    ``parent`` is its process id; one that died before this call would never be noticed, so that is looked at as well.
    """
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)
