"""``python -m bench.reports --count N --seed S --out DIR``: documents and truth.jsonl."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.reports.make import generate


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reports")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("out/reports"))
    args = parser.parse_args()
    generate(args.count, args.seed, args.out)
    print(f"{args.count} documents in {args.out}")


if __name__ == "__main__":
    main()
