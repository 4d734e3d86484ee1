"""A page as an image, a source as its lines and tables. Sources are hostile, so a process of its own opens them, with limits."""

from __future__ import annotations

import json
import os
import subprocess
from threading import BoundedSemaphore
from typing import Any, BinaryIO

from api.own import own_command, own_environment
from models.errors import NotFound, ServiceUnavailable, UnreadableSource

SECONDS = 30
MEMORY_MB = 2048
#: Sources that one API process opens at a time; whoever comes later waits a little.
AT_A_TIME = 4
#: How the process says that there is no such page, or that the source has no pages.
NO_SUCH_PAGE = 3

_slots = BoundedSemaphore(AT_A_TIME)


def render(source: BinaryIO, name: str, page: int, dpi: int) -> bytes:
    """PNG of a page, counted from 1. ``source`` is an open file.

    Raises NotFound (no such page, or a source without pages), UnreadableSource, ServiceUnavailable (too busy).
    """
    return _in_turn(source, "api.http.render_page", name, str(page), str(dpi))


def content(source: BinaryIO, name: str) -> list[dict[str, Any]]:
    """Lines and tables of a source in reading order, as ``render_content`` gives them. Raises the same."""
    blocks: list[dict[str, Any]] = json.loads(_in_turn(source, "api.http.render_content", name))
    return blocks


def _in_turn(source: BinaryIO, module: str, *args: str) -> bytes:
    if not _slots.acquire(timeout=SECONDS):
        raise ServiceUnavailable("too many sources are being opened")
    try:
        return _run(source, module, *args)
    finally:
        _slots.release()


def _run(source: BinaryIO, module: str, *args: str) -> bytes:
    command = own_command(module, *args)
    environment = {**os.environ, **own_environment()}
    try:
        done = subprocess.run(command, stdin=source, capture_output=True, timeout=SECONDS, env=environment, check=False)
    except subprocess.TimeoutExpired as error:
        raise UnreadableSource("the source takes too long to open") from error
    if done.returncode == NO_SUCH_PAGE:
        raise NotFound(done.stderr.decode(errors="replace").strip() or "there is no such page")
    if done.returncode != 0:
        detail = done.stderr.decode(errors="replace")[-2000:]
        raise UnreadableSource("the source cannot be opened", detail=detail)
    return done.stdout
