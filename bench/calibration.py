"""``python -m bench.calibration``: what confidences are worth, and what the sums of the form add.

Generated documents, digital and scanned at every level, are read with confidences as they are reckoned. From those
``models/calibration/curves.json`` is fitted (``--fit``), or what ships is measured on other documents: silent errors and review by
level at ``--one-wrong-in``, reliability by bin, ECE and Brier score over all cells, and the risk-coverage curve as a
picture. ``--alone`` measures the same with every cell judged by itself, without the sums. Numbers that were printed wrong on
purpose, and checks that accuse a print that is right, are counted too.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
from scipy.optimize import isotonic_regression

from bench.reports.make import generate as generate_digital
from bench.scans.levels import LEVELS
from bench.scans.make import generate as generate_scans
from bench.score import is_right
from extractors import parts as content_parts
from extractors.options import ExtractOptions
from extractors.pipeline import results_of
from extractors.registry import format_for
from extractors.sources.sniff import media_type
from extractors.sources.source import Source
from models.calibration import accept_from, along, calibrated, kind_of
from models.errors import GoujiError
from models.report import Report, Result

CURVES = Path("models/calibration/curves.json")
#: Reckoned confidences are put together between these, so that each point of a curve stands on many cells.
EDGES = (0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.993, 0.996, 0.998, 0.999, 0.9993, 0.9995, 0.9997, 0.9998, 1.01)
BINS = (0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 0.999, 1.0)
ASKED = (100, 1_000, 3_000, 10_000, 30_000, 100_000)


@dataclass(frozen=True, slots=True)
class Seen:
    """A cell: the level of its page, its kind, what was reckoned, whether it is right."""

    level: str
    kind: str
    reckoned: float
    right: bool

    @property
    def confidence(self) -> float:
        return calibrated(self.kind, self.reckoned)


@dataclass(frozen=True, slots=True)
class Accused:
    """Of a report: its checks, how many accuse the print falsely, the numbers printed wrong on purpose, how many are named."""

    level: str
    checks: int
    false: int
    planted: int
    named: int


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.calibration", description=__doc__)
    parser.add_argument("--fit", action="store_true", help="write the curves instead of measuring them")
    parser.add_argument("--alone", action="store_true", help="judge every cell by itself")
    parser.add_argument("--digital", type=int, default=140, help="digital documents")
    parser.add_argument("--scans", type=int, default=24, help="scans of each level")
    parser.add_argument("--seed", type=int, default=501, help="another one for fitting than for measuring")
    parser.add_argument("--one-wrong-in", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--reuse", action="store_true", help="what an earlier run saw on the pages, if the code is the same"
    )
    parser.add_argument("--picture", type=Path, default=Path("out/calibration/risk-coverage.png"))
    args = parser.parse_args()
    options = ExtractOptions(calibration=False, reconciliation=not args.alone, tagger_model="none")
    found = list(readings(args, options))
    seen = [one for one in found if isinstance(one, Seen)]
    if args.fit:
        CURVES.write_text(json.dumps(fitted(seen, args), indent=1) + "\n", encoding="utf-8")
        print(f"{len(seen)} cells → {CURVES}")
        return 0
    by_level(seen, args.one_wrong_in)
    if not args.alone:
        accusations([one for one in found if isinstance(one, Accused)])
    reliability(seen)
    picture(seen, args.picture)
    return 0


# --- reading -----------------------------------------------------------------------------------------------------------


def readings(args: argparse.Namespace, options: ExtractOptions) -> Iterator[Seen | Accused]:
    """All cells of documents of every level, and what is said of their print."""
    out = Path("out/calibration")
    truths = {level: generate_scans(level, args.scans, args.seed, out) for level in LEVELS} if args.scans else {}
    if args.digital:
        truths["digital"] = generate_digital(args.digital, args.seed, out / f"digital-{args.digital}-{args.seed}")
    with ProcessPoolExecutor(args.jobs) as pool:
        for level, truth in truths.items():
            wanted: dict[str, list[dict[str, object]]] = defaultdict(list)
            for line in truth.read_text(encoding="utf-8").splitlines():
                told = json.loads(line)
                wanted[told["source"]].append(told)
            paths = [truth.parent / "documents" / source for source in wanted]
            for found in pool.map(
                partial(read, level=level, options=options, reuse=args.reuse), paths, wanted.values()
            ):
                yield from found
            print(f"{level} read", file=sys.stderr, flush=True)


def read(
    path: Path, truths: Sequence[dict[str, object]], *, level: str, options: ExtractOptions, reuse: bool
) -> list[Seen | Accused]:
    """The cells of one document against its truth; those of a report that was not found are not cells."""
    parts = {int(str(told["part"])): told for told in truths}
    found: list[Seen | Accused] = []
    for report in results(path, options, reuse):
        if isinstance(report, Report) and (told := parts.get(report.source.part)) is not None:
            wanted, planted = told["cells"], told["planted"]
            if isinstance(wanted, dict) and isinstance(planted, list):
                found += [*seen_in(report, wanted, level), accused(report, planted, level)]
    return found


def accused(report: Report, planted: Sequence[str], level: str) -> Accused:
    """What the checks of a report say of its print. A report with something planted is not asked for false accusations."""
    blamed = [check for check in report.checks if check.status == "fail" and check.cause == "source"]
    named = sum(any(cell in check.cells for check in blamed) for cell in planted)
    checks, false = (0, 0) if planted else (len(report.checks), len(blamed))
    return Accused(level, checks, false, len(planted), named)


def results(path: Path, options: ExtractOptions, reuse: bool) -> Sequence[Result]:
    """The results of a document. What was seen on its pages is kept, and taken from there when it may be reused."""
    data = path.read_bytes()
    source = Source(path.name, data, media_type(data, path.name))
    kept = path.parent.parent / "content" / f"{path.name}.json"
    try:
        if reuse and kept.exists():
            content = content_parts.from_json(kept.read_bytes())
        else:
            content = format_for(source.media_type).read(source, options)
            kept.parent.mkdir(exist_ok=True)
            kept.write_bytes(content_parts.to_json(content))
    except GoujiError:
        return []
    return results_of(source, content, options, 0.0)


def seen_in(report: Report, wanted: dict[str, dict[str, str | None]], level: str) -> Iterator[Seen]:
    doubted = {reason.cell for reason in report.review.reasons if reason.code not in ("confidence", "contradiction")}
    scanned = level in LEVELS
    for name, told in wanted.items():
        cell = report.cells.get(name)
        if cell is not None:
            right = is_right(str(cell.state), cell.value, told)
            kind = kind_of(None, cell.state, scanned=scanned, in_doubt=name in doubted)
            yield Seen(level, kind, cell.confidence, right)


# --- fitting -----------------------------------------------------------------------------------------------------------


def fitted(seen: Sequence[Seen], args: argparse.Namespace) -> dict[str, object]:
    """A rising curve for each kind, and for digital and scanned cells how many were wrong from a confidence up."""
    kinds: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        kinds[one.kind].append(one)
    curves = {kind: curve(found) for kind, found in sorted(kinds.items())}
    accepted = {
        origin: risk([one for one in seen if one.kind.startswith(origin)], curves) for origin in ("digital", "ocr")
    }
    command = f"python -m bench.calibration --fit --digital {args.digital} --scans {args.scans} --seed {args.seed}"
    measured = {kind: len(found) for kind, found in sorted(kinds.items())}
    return {"made_by": command, "measured": measured, "curves": curves, "accepted": accepted}


def curve(found: Sequence[Seen]) -> list[tuple[float, float]]:
    """Bins of reckoned confidence with the share that was right, made rising; a bin is never quite certain (Jeffreys 1946)."""
    bins = [[one for one in found if low <= one.reckoned < high] for low, high in pairwise(EDGES)]
    bins = [some for some in bins if some]
    x = [sum(one.reckoned for one in some) / len(some) for some in bins]
    y = [(sum(one.right for one in some) + 0.5) / (len(some) + 1) for some in bins]
    rising = isotonic_regression(y, weights=[len(some) for some in bins]).x
    return [(round(a, 6), round(float(b), 6)) for a, b in zip(x, rising, strict=True)]


def risk(found: Sequence[Seen], curves: dict[str, list[tuple[float, float]]]) -> list[tuple[float, float]]:
    """How far down plain cells can be accepted before one more is wrong: the confidence, and the share wrong from there up.

    The share is the mean of what so many right and wrong ones leave to believe (Jeffreys 1946).
    """
    plain = [one for one in found if one.kind.endswith(".plain")]
    sure = sorted(((round(along(curves[one.kind], one.reckoned), 6), one.right) for one in plain), reverse=True)
    totals, wrongs = Counter(p for p, _ in sure), Counter(p for p, right in sure if not right)
    levels = sorted(totals, reverse=True)
    counts, wrong = list(accumulate(totals[p] for p in levels)), list(accumulate(wrongs[p] for p in levels))
    last = [at for at in range(len(levels)) if at + 1 == len(levels) or wrongs[levels[at + 1]]]
    return [(levels[at], round((wrong[at] + 0.5) / (counts[at] + 1), 7)) for at in last]


# --- measuring ---------------------------------------------------------------------------------------------------------


def is_accepted(one: Seen, one_wrong_in: int) -> bool:
    """As the pipeline decides: cells of a block that a document leaves out altogether need no person."""
    enough = accept_from("ocr" if one.kind.startswith("ocr") else "digital", one_wrong_in)
    return one.kind.endswith("absent.plain") or (one.kind.endswith(".plain") and one.confidence >= enough)


def by_level(seen: Sequence[Seen], one_wrong_in: int) -> None:
    print(
        f"{'level':<16}{'cells':>8}{'right %':>10}{'silent':>8}{'in 10,000':>11}{'review %':>10}{'ECE':>9}{'Brier':>9}"
    )
    levels = list(dict.fromkeys(one.level for one in seen))
    for name in (*levels, "scans", "all"):
        some = [one for one in seen if name in (one.level, "all") or (name == "scans" and one.level in LEVELS)]
        if some:
            print_level(name, some, one_wrong_in)


def print_level(name: str, some: Sequence[Seen], one_wrong_in: int) -> None:
    accepted = [one for one in some if is_accepted(one, one_wrong_in)]
    silent = sum(not one.right for one in accepted)
    right = 100 * sum(one.right for one in some) / len(some)
    share = 10_000 * silent / len(some)
    review = 100 * (1 - len(accepted) / len(some))
    print(
        f"{name:<16}{len(some):>8}{right:>10.3f}{silent:>8}{share:>11.2f}{review:>10.2f}{ece(some):>9.4f}{brier(some):>9.4f}"
    )


def accusations(found: Sequence[Accused]) -> None:
    """Numbers printed wrong on purpose that are named, and checks that accuse a print that is right."""
    print(f"\n{'level':<16}{'planted':>9}{'named':>8}{'checks':>9}{'false':>8}{'false %':>9}")
    levels = list(dict.fromkeys(one.level for one in found))
    for name in (*levels, "scans", "all"):
        some = [one for one in found if name in (one.level, "all") or (name == "scans" and one.level in LEVELS)]
        checks, false = sum(one.checks for one in some), sum(one.false for one in some)
        planted, named = sum(one.planted for one in some), sum(one.named for one in some)
        print(f"{name:<16}{planted:>9}{named:>8}{checks:>9}{false:>8}{100 * false / max(checks, 1):>9.3f}")


def ece(some: Sequence[Seen]) -> float:
    """Expected calibration error over the bins (Guo et al. 2017, ICML)."""
    gaps = (
        abs(sum(one.confidence for one in part) - sum(one.right for one in part)) for _, _, part in binned(some) if part
    )
    return sum(gaps) / len(some)


def brier(some: Sequence[Seen]) -> float:
    return float(np.mean([(one.confidence - one.right) ** 2 for one in some]))


def binned(some: Sequence[Seen]) -> Iterator[tuple[float, float, list[Seen]]]:
    for low, high in pairwise(BINS):
        yield low, high, [one for one in some if low < one.confidence <= high or (low == 0 == one.confidence)]


def reliability(seen: Sequence[Seen]) -> None:
    print(f"\n{'confidence':<18}{'cells':>9}{'mean':>10}{'right':>10}")
    for low, high, part in binned(seen):
        if part:
            mean, right = np.mean([one.confidence for one in part]), np.mean([one.right for one in part])
            print(f"{low:<7} to {high:<7}{len(part):>9}{mean:>10.5f}{right:>10.5f}")
    print(f"\n{'one wrong in':<18}{'silent':>9}{'review %':>10}")
    for asked in ASKED:
        accepted = [one for one in seen if is_accepted(one, asked)]
        silent = sum(not one.right for one in accepted)
        print(f"{asked:<18}{silent:>9}{100 * (1 - len(accepted) / len(seen)):>10.2f}")


def picture(seen: Sequence[Seen], target: Path) -> None:
    """By level, the share of accepted cells that is wrong against the share that is accepted, the surest first."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    for level in dict.fromkeys(one.level for one in seen):
        some = sorted(
            (one for one in seen if one.level == level), key=lambda one: (-one.kind.endswith(".plain"), -one.confidence)
        )
        wrong = np.cumsum([not one.right for one in some])
        count = np.arange(1, len(some) + 1)
        axes.plot(count / len(some), np.maximum(wrong / count, 1e-6), label=level)
    axes.set(xlabel="share of cells accepted, the surest first", ylabel="share of them that is wrong", yscale="log")
    axes.axhline(1e-4, color="grey", linestyle=":", linewidth=1)
    axes.legend(fontsize=8)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, dpi=150, bbox_inches="tight")
    print(f"\n→ {target}")


if __name__ == "__main__":
    sys.exit(main())
