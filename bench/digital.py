"""``python -m bench.digital``: generated documents through the command line, scored against their truth.

``heads``: reports whose organ, year and form are right. ``false``: checks that blame the print of reports without a planted error.
``planted``: errors printed on purpose that a check with ``cause: source`` names.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from bench.reports.make import generate
from bench.score import score, table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.digital")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--errors", type=int, default=15, help="errors to list")
    args = parser.parse_args()
    out = Path("out/digital", f"{args.count}-{args.seed}")
    truth = generate(args.count, args.seed, out)
    started = time.perf_counter()
    command = [sys.executable, "-m", "api.cli", "extract", str(out / "documents"), "-o", str(out / "results")]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - started
    tallies = score(truth, out / "results" / "reports.jsonl")
    print(table(tallies))
    for error in tallies["all"].errors[: args.errors]:
        print(" ", error)
    print(f"{seconds:.0f} s for {args.count} documents")
    return 1 if tallies["all"].silent or tallies["all"].exact < tallies["all"].cells else 0


if __name__ == "__main__":
    sys.exit(main())
