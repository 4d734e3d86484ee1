"""``python -m bench.scans.memory``: how much memory a long scanned bundle takes, beside a short one.

The pages of generated scans are bound as one PDF of so many pages, which is read in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from PIL import Image

from bench.scans.make import generate, rendered

SHORT = 10


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scans.memory", description=__doc__)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--level", default="office200")
    args = parser.parse_args()
    truth = generate(args.level, 8, 3, Path("out/scans"))
    scans = sorted((truth.parent / "documents").glob("*.pdf"))
    pages = [Image.fromarray(page[:, :, ::-1].copy()) for scan in scans for page in rendered(scan, 200)]
    with tempfile.TemporaryDirectory() as folder:
        for count in (SHORT, args.pages):
            bundle = Path(folder, f"{count}.pdf")
            bound = list(islice(cycle(pages), count))
            bound[0].save(bundle, save_all=True, append_images=bound[1:], resolution=200, quality=80)
            seconds, peak = read(bundle)
            print(f"{count} pages: {seconds:.0f} s, {peak:.0f} MiB at most", flush=True)


def read(bundle: Path) -> tuple[float, float]:
    """Seconds and MiB of a process that reads a bundle."""
    code = "import sys; from pathlib import Path; from extractors import extract; print(len(list(extract(Path(sys.argv[1])))))"
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code, str(bundle)], stdout=subprocess.DEVNULL)
    _, _, used = os.wait4(process.pid, 0)
    return time.perf_counter() - began, used.ru_maxrss / 1024


if __name__ == "__main__":
    main()
