"""Starts modules of gouji as processes of their own.

Their names are common ones (``models``, ``api``), so the folder that the user happens to be in must not come first: whatever
lies there under such a name would be run in their place.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]


def own_command(module: str, *args: str) -> list[str]:
    """The command that runs a module with this interpreter, without the current folder on its path."""
    return [sys.executable, "-P", "-m", module, *args]


def own_environment() -> dict[str, str]:
    """What such a process needs besides: the packages that this process runs."""
    before = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([str(_ROOT), before] if before else [str(_ROOT)])}
