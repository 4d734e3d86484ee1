"""A page as an image. Sources are hostile, so a process of its own renders them, with limits, and may die over it."""

from __future__ import annotations

import os
import subprocess
from threading import BoundedSemaphore
from typing import BinaryIO

from api.own import own_command, own_environment
from models.errors import NotFound, ServiceUnavailable, UnreadableSource

SECONDS = 30
MEMORY_MB = 2048
#: Pages that one API process renders at a time; whoever comes later waits a little.
AT_A_TIME = 4
#: How the process says that there is no such page, or that the source has no pages.
NO_SUCH_PAGE = 3

_slots = BoundedSemaphore(AT_A_TIME)


def render(source: BinaryIO, name: str, page: int, dpi: int) -> bytes:
    """PNG of a page, counted from 1. ``source`` is an open file.

    Raises NotFound (no such page, or a source without pages), UnreadableSource, ServiceUnavailable (too busy).
    """
    if not _slots.acquire(timeout=SECONDS):
        raise ServiceUnavailable("too many pages are being rendered")
    try:
        return _run(source, [name, str(page), str(dpi)])
    finally:
        _slots.release()


def _run(source: BinaryIO, args: list[str]) -> bytes:
    command = own_command("api.http.render_page", *args)
    environment = {**os.environ, **own_environment()}
    try:
        done = subprocess.run(command, stdin=source, capture_output=True, timeout=SECONDS, env=environment, check=False)
    except subprocess.TimeoutExpired as error:
        raise UnreadableSource("the page takes too long to render") from error
    if done.returncode == NO_SUCH_PAGE:
        raise NotFound(done.stderr.decode(errors="replace").strip() or "there is no such page")
    if done.returncode != 0:
        detail = done.stderr.decode(errors="replace")[-2000:]
        raise UnreadableSource("the page cannot be rendered", detail=detail)
    return done.stdout
