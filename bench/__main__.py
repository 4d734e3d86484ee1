"""``python -m bench``: every measured claim, one after the other."""

from __future__ import annotations

import subprocess
import sys

BENCHES = ("bench.digital", "bench.speed", "bench.narrative", "bench.export")


def main() -> int:
    worst = 0
    for name in BENCHES:
        print(f"== {name}", flush=True)
        worst = max(worst, subprocess.run([sys.executable, "-m", name], check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
