"""``python -m bench.service.hostile``: one that kills its reader, an endless one and a 2 GiB bomb among a hundred good ones.

The hundred have to be read and the three named; ends with 1 otherwise.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from bench.service.chaos import TEXT, is_finished, listed, take
from bench.service.parts import service, wait_until

BAD = {
    "poison.md": ("quarantined", "quarantined"),
    "endless.md": ("failed", "timeout"),
    "bomb.zip": ("failed", "archive_bomb"),
}
GIBIBYTES = 2


def bomb() -> bytes:
    """A zip of two megabytes that unpacks to two gibibytes."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.txt", "w", force_zip64=True) as member,
    ):
        for _ in range(1024 * GIBIBYTES):
            member.write(bytes(1 << 20))
    return buffer.getvalue()


def files(good: int) -> dict[str, bytes]:
    """The bad ones first, so that they are in everybody's way."""
    bad = {"poison.md": b"# kill\n", "endless.md": b"# endless\n", "bomb.zip": bomb()}
    return bad | {f"{number}.txt": TEXT.read_bytes() + b"\n" * number for number in range(good)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.service.hostile")
    parser.add_argument("--good", type=int, default=100, help="good documents (default: 100)")
    parser.add_argument("--seconds", type=int, default=30, help="time for one document (default: 30)")
    args = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="gouji-hostile-") as name,
        service(Path(name), task_seconds=args.seconds, lease_seconds=5.0) as (parts, services),
    ):
        take(services, files(args.good))
        began = time.perf_counter()
        parts.start("worker", "--processes", "2", program="tests.plugins.misbehaving")
        wait_until(lambda: is_finished(services), 0.2)
        seconds = time.perf_counter() - began
        found = {d.name: (str(d.status), d.error_code) for d in listed(services)}
    for bad in BAD:
        status, code = found.pop(bad)
        print(f"{bad:<12}{status}: {code}")
        found |= {} if (status, code) == BAD[bad] else {bad: (status, code)}
    read = sum(ending == ("done", None) for ending in found.values())
    print(f"{read} of {args.good} good ones read, in {seconds:.0f} s")
    fits = read == args.good == len(found)
    print("PASS" if fits else "FAIL")
    return 0 if fits else 1


if __name__ == "__main__":
    sys.exit(main())
