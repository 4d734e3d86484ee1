"""``python -m bench.export``: how long a panel of many reports takes, and how much memory.

The reports are invented: every cell, check and fact that a real one has, figures drawn by chance from a fixed seed.
With ``--stored`` a store of SQLite is filled with them first, some with a person's decision, and ``gouji export`` is run on it
as a process of its own, start and all; ``--store FILE`` keeps the store, and takes one that is there. With ``--lines`` they are
written as JSON lines and read back. Without either they are made while they are exported, so that the tables and files alone
are measured (with the inventing, which is said apart). The aim is for Parquet from the store: 100,000 reports in a minute and
a GiB, all processes together.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path

from api.export.jsonl import json_line
from api.export.panel.export import Options, export_panel
from api.export.panel.source import PACKET, Given, JsonLines
from models.by_column import by_column
from models.forms import load_forms
from models.identities import identities
from models.light import light
from models.organs import Region, load_regions
from models.readings import CellState
from models.report import (
    Cell,
    CheckRecord,
    Claim,
    Evidence,
    FactRecord,
    NarrativeSection,
    Pipeline,
    Report,
    ReportInfo,
    Review,
    ReviewReason,
    SourceInfo,
)

FIRST_YEAR, YEARS = 2019, 6
DEPARTMENTS = ("人民政府", "教育局", "财政局", "民政局", "水利局", "卫生健康局", "工业和信息化局", "市场监督管理局")
FACTS = 8
#: The aim: so many reports in so many seconds and MiB.
AIM_REPORTS, AIM_SECONDS, AIM_MIB = 100_000, 60, 1024
#: Different cells that reports are made of: enough that neighbouring values differ, few enough to be made beforehand.
POOL = 2000
SENTENCE = "全年共主动公开政府信息{}条，其中通过政府网站公开{}条，收到政府信息公开申请{}件，均已按时办结。"


@dataclass(frozen=True, slots=True)
class Some:
    """A packet of reports that are the same every time: the numbers from ``first`` to before ``last``."""

    first: int
    last: int

    def results(self) -> list[Given]:
        """The reports; nobody has looked at them."""
        dice = random.Random(self.first)
        return [(by_column(light(_report(number, dice))), ()) for number in range(self.first, self.last)]


class Invented:
    """A source of ``count`` reports."""

    def __init__(self, count: int) -> None:
        self._count = count

    def packets(self) -> Iterator[Some]:
        """The reports."""
        for first in range(0, self._count, PACKET):
            yield Some(first, min(first + PACKET, self._count))


@cache
def _pool() -> tuple[list[Cell], list[FactRecord], list[Region]]:
    dice = random.Random(8)
    regions = [region for region in load_regions().by_code.values() if region.last is None]
    return [_cell(dice) for _ in range(POOL)], [_fact(dice) for _ in range(POOL)], regions


def _cell(dice: random.Random) -> Cell:
    seen = Evidence(
        page=dice.randint(3, 6),
        bbox=(round(dice.uniform(80, 500), 2), round(dice.uniform(80, 700), 2), 510.25, 720.5),
        route="lattice",
        engines=("pdfium",),
    )
    chance = dice.random()
    if chance < 0.02:
        return Cell(value=None, state=CellState.BLANK, printed="", confidence=0.99, status="accepted", evidence=seen)
    value = 0 if chance < 0.6 else int(dice.expovariate(0.01))
    status = "review" if chance > 0.98 else "accepted"
    sure = 0.6 if status == "review" else round(dice.uniform(0.99, 1), 6)
    return Cell(value=value, state=CellState.NUMBER, printed=str(value), confidence=sure, status=status, evidence=seen)


def _fact(dice: random.Random) -> FactRecord:
    value = dice.randint(1, 5000)
    return FactRecord(
        type="disclosed_total",
        value=value,
        unit="条",
        qualifier="exact",
        scope="year",
        sentence=SENTENCE.format(value, value // 2, value // 9),
        span=(10, 10 + len(str(value))),
        page=1,
        confidence=0.98,
        status="accepted",
    )


@cache
def _names(form: str) -> tuple[str, ...]:
    return load_forms()[form].cell_ids()


@cache
def _checks(form: str) -> tuple[CheckRecord, ...]:
    return tuple(
        CheckRecord(rule=rule.rule, status="pass", cells=rule.cells, left=number, right=number, relation=rule.relation)
        for number, rule in enumerate(identities(form))
    )


@cache
def _narrative() -> tuple[NarrativeSection, ...]:
    text = SENTENCE.format(100, 50, 7) * 8
    return tuple(NarrativeSection(section=f"{mark}、工作情况", text=text, page=1) for mark in "一二五六")


def _report(number: int, dice: random.Random) -> Report:
    pool, facts, regions = _pool()
    organ, year = divmod(number, YEARS)
    region = regions[organ % len(regions)]
    form = "2019" if year < 2 else "2021"
    first = dice.randrange(POOL - 200)
    cells = dict(zip(_names(form), pool[first : first + 200], strict=False))
    amount = Decimal(dice.randint(0, 10**7)).scaleb(-2)
    money = "proactive.fees.amount" if form == "2021" else "proactive.procurement.amount"
    cells[money] = cells[money].model_copy(
        update={"value": amount, "state": CellState.NUMBER, "printed": str(amount), "unit": "万元"}
    )
    department = DEPARTMENTS[organ // len(regions) % len(DEPARTMENTS)]
    name = f"{region.name}{department}"
    info = ReportInfo.model_construct(
        organ=Claim(value=name, confidence=0.99, where="title"),
        region=Claim(value=region.name, code=region.code, confidence=0.97, where="title"),
        year=Claim(value=FIRST_YEAR + year, confidence=0.99),
        period=Claim(),
        form=Claim(value=form, confidence=1.0),
        published=Claim(value=f"{FIRST_YEAR + year + 1}-01-20"),
    )
    return Report.model_construct(
        schema_="gouji.report/1",
        id=f"{number:032x}",
        source=SourceInfo(name=f"{name}{FIRST_YEAR + year}.pdf", sha256=f"{number:064x}", pages=(1, 6)),
        report=info,
        cells=cells,
        facts=tuple(facts[first : first + FACTS]),
        checks=_checks(form),
        narrative=_narrative(),
        review=Review(needed=True, reasons=(ReviewReason(cell=None, why="invented"),)),
        pipeline=Pipeline(version="bench"),
    )


def main() -> int:
    """Export and say how long it took."""
    parser = argparse.ArgumentParser(prog="python -m bench.export")
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--format", default="parquet")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--lines", action="store_true", help="by way of JSON lines on disk")
    parser.add_argument("--stored", action="store_true", help="gouji export from the store of a service")
    parser.add_argument("--store", type=Path, metavar="FILE", help="with --stored: keep the store here")
    args = parser.parse_args()
    if args.stored:
        return stored(args)
    return in_memory(args)


def stored(args: argparse.Namespace) -> int:
    """Export from a store and say how long it took."""
    from bench.stored import BATCH, fill, measured

    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        store = args.store or Path(folder) / "store.db"
        url = fill(store, args.reports, _report)
        print(f"{args.reports} reports in {store.stat().st_size / 2**20:.0f} MiB of SQLite", end="")
        print(f", filled in {time.perf_counter() - began:.0f} s", flush=True)
        output = Path(folder) / "panel"
        options = ["--batch", BATCH, "--format", args.format, "--jobs", str(args.jobs), "-o", str(output)]
        used = measured(["export", *options], url)
        size = sum(path.stat().st_size for path in output.iterdir())
    print(f"{used.seconds:8.1f} s for gouji export --jobs {args.jobs}; {used.processor:.1f} s of processor time")
    print(f"{used.largest:8.0f} MiB in the largest process, {used.together:.0f} MiB in all {used.processes}", end="")
    print(f"; {size / 2**20:.0f} MiB written")
    return verdict(args.reports, used.seconds, used.together)


def in_memory(args: argparse.Namespace) -> int:
    """Export reports that are made on the way and say how long it took."""
    invented = Invented(args.reports)
    started = time.process_time()
    for packet in islice(invented.packets(), 10):
        list(packet.results())
    making = (time.process_time() - started) * args.reports / min(args.reports, 10 * PACKET)
    with tempfile.TemporaryDirectory() as folder:
        source: Invented | JsonLines = invented
        if args.lines:
            path = Path(folder) / "reports.jsonl"
            with path.open("wb") as file:
                dice = random.Random(0)
                file.writelines(json_line(_report(number, dice)) for number in range(args.reports))
            source = JsonLines([path])
        options = Options(formats=tuple(args.format.split(",")), jobs=args.jobs)
        started, used = time.perf_counter(), _processor()
        done = export_panel(source, Path(folder) / "panel", options)
        seconds, processor = time.perf_counter() - started, _processor() - used
        size = sum(path.stat().st_size for path in done.written.paths)
    print(
        f"{done.tally.reports} reports, {sum(done.tally.cells.values())} cells → {done.outcome.rows} rows, {args.format}"
    )
    print(f"{seconds:8.1f} s with {args.jobs} process(es); {processor:.1f} s of processor time", end="")
    print("" if args.lines else f", of which about {making:.1f} s to invent the reports")
    here, others = (resource.getrusage(who).ru_maxrss / 1024 for who in (_SELF, _CHILDREN))
    print(f"{here:8.0f} MiB at most in this process, {others:.0f} MiB in another; {size / 2**20:.0f} MiB written")
    return verdict(args.reports, seconds, here + (others * args.jobs if args.jobs > 1 else 0))


def verdict(reports: int, seconds: float, mib: float) -> int:
    """Say whether the aim is met; returns the exit status. Fewer reports than the aim is for prove nothing."""
    if reports < AIM_REPORTS:
        print(f"No verdict: the aim is for {AIM_REPORTS} reports.")
        return 0
    met = seconds < AIM_SECONDS and mib < AIM_MIB
    print(
        f"{'MET' if met else 'MISSED'}: {seconds:.1f} s of {AIM_SECONDS} allowed, {mib:.0f} MiB of {AIM_MIB} in all "
        "processes together (the most of each, added up)"
    )
    return 0 if met else 1


_SELF, _CHILDREN = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN


def _processor() -> float:
    """Seconds of processor time of this process and of those that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (_SELF, _CHILDREN))


if __name__ == "__main__":
    sys.exit(main())
