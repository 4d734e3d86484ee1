"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Final

#: Equal input gives equal bytes: the day on which zip's own calendar begins stands in for the time of writing.
EPOCH: Final = datetime(1980, 1, 1)


class AtomicPath:
    """A path to write under a temporary name in the same folder, and then to put in place at once.

    A reader of the final name sees the old file or the new one, never half of one.
    """

    def __init__(self, final: Path) -> None:
        self.final = final
        self.working = final.with_name(f".{final.name[:64]}.{os.getpid()}.partial")

    def commit(self) -> Path:
        """Put the file in its place; returns the place."""
        os.replace(self.working, self.final)
        return self.final

    def discard(self) -> None:
        """Remove what was written so far."""
        self.working.unlink(missing_ok=True)


def write_whole(final: Path, data: bytes) -> Path:
    """Write a small file atomically."""
    target = AtomicPath(final)
    try:
        target.working.write_bytes(data)
        return target.commit()
    except BaseException:
        target.discard()
        raise
