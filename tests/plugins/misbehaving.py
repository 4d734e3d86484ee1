"""Sources that do to a worker what hostile ones would. They come in through the door of every other format.

``python -m tests.plugins.misbehaving worker`` is ``gouji worker`` with Markdown read by ``MisbehavingFormat``.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import time

from extractors.formats.text import TextFormat
from extractors.options import ExtractOptions
from extractors.page import Content
from extractors.registry import FORMATS
from extractors.sources.source import Source


class MisbehavingFormat:
    """The first line of a source, after its ``#``, says what happens."""

    name = "misbehaving"

    def read(self, source: Source, options: ExtractOptions) -> Content:
        what = source.data.decode().partition("\n")[0].lstrip("# ").partition(" ")[0]
        if what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "endless":
            while True:
                time.sleep(0.01)
        if what == "deaf":
            hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)  # hours in C, which hears no signal
        if what == "greedy":
            held = []
            while True:
                held.append(bytearray(64 << 20))
        if what == "defect":
            raise KeyError("a defect")
        if what == "slow":
            time.sleep(0.2)
        return TextFormat().read(source, options)


def main() -> int:
    assert isinstance(FORMATS, dict)
    FORMATS["text/markdown"] = ("tests.plugins.misbehaving", "MisbehavingFormat")
    from api.cli.main import main as gouji

    return gouji(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
