"""``python -m bench.scans``: scanned documents of every level through ``extract``, scored against their truth.

``silent``: accepted cells that are wrong. ``review %``: cells that a person must see.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from bench.scans.levels import LEVELS
from bench.scans.make import generate
from bench.score import Tally, score, table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.scans", description=__doc__)
    parser.add_argument("--level", choices=LEVELS, action="append", help="default: all")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--errors", type=int, default=5, help="errors to list by level")
    parser.add_argument("--out", type=Path, default=Path("out/scans"))
    args = parser.parse_args()
    tallies: dict[str, Tally] = {}
    for level in args.level or LEVELS:
        truth = generate(level, args.count, args.seed, args.out)
        started = time.perf_counter()
        folder = truth.parent
        command = [sys.executable, "-m", "api.cli", "extract", str(folder / "documents"), "-o", str(folder / "results")]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds = time.perf_counter() - started
        tallies[level] = score(truth, folder / "results" / "reports.jsonl")["all"]
        print(table({level: tallies[level]}), f"  {seconds:.0f} s", flush=True)
        for error in tallies[level].errors[: args.errors]:
            print("   ", error)
    print(table(tallies))
    return 1 if any(tally.silent for tally in tallies.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
