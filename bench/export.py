"""``python -m bench.export``: how long a panel of many reports takes, and how much memory.

The reports are invented: every cell, check and fact that a real one has, figures drawn by chance from a fixed seed. They are
made one by one while they are exported, as a store would give them, so the time of making them is measured apart and said.
With ``--lines`` they are written as JSON lines first and read back, as ``gouji export`` does.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path

from api.export.jsonl import json_line
from api.export.panel.export import Options, export_panel
from api.export.panel.source import Correction, JsonLines
from models.forms import load_forms
from models.identities import identities
from models.organs import load_regions
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
#: Different cells that reports are made of: enough that neighbouring values differ, few enough to be made beforehand.
POOL = 2000
SENTENCE = "全年共主动公开政府信息{}条，其中通过政府网站公开{}条，收到政府信息公开申请{}件，均已按时办结。"


class Invented:
    """A source of ``count`` reports that are the same every time."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.seconds = 0.0

    def results(self) -> Iterator[Report]:
        """The reports; ``seconds`` is the time that making them took."""
        dice = random.Random(8)
        pool = [_cell(dice) for _ in range(POOL)]
        facts = [_fact(dice) for _ in range(POOL)]
        regions = [region for region in load_regions().by_code.values() if region.last is None]
        for number in range(self._count):
            started = time.perf_counter()
            report = _report(number, dice, pool, facts, regions)
            self.seconds += time.perf_counter() - started
            yield report

    def corrections(self, report: Report) -> Sequence[Correction]:
        """Nobody has looked at these."""
        return ()


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


def _report(
    number: int, dice: random.Random, pool: list[Cell], facts: list[FactRecord], regions: Sequence[object]
) -> Report:
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
    name = f"{region.name}{department}"  # type: ignore[attr-defined]
    info = ReportInfo.model_construct(
        organ=Claim(value=name, confidence=0.99, where="title"),
        region=Claim(value=region.name, code=region.code, confidence=0.97, where="title"),  # type: ignore[attr-defined]
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
    parser.add_argument("--lines", action="store_true", help="by way of JSON lines on disk")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source: Invented | JsonLines = Invented(args.reports)
        if args.lines:
            path = Path(folder) / "reports.jsonl"
            with path.open("wb") as file:
                file.writelines(json_line(report) for report in source.results())
            source = JsonLines([path])
        started, used = time.perf_counter(), time.process_time()
        done = export_panel(source, Path(folder) / "panel", Options(formats=tuple(args.format.split(","))))
        seconds, processor = time.perf_counter() - started, time.process_time() - used
        size = sum(path.stat().st_size for path in done.written.paths)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    made = source.seconds if isinstance(source, Invented) else 0.0
    print(
        f"{done.tally.reports} reports, {sum(done.tally.cells.values())} cells → {done.outcome.rows} rows, {args.format}"
    )
    print(f"{seconds:8.1f} s in all, of which {made:.1f} s to invent the reports; {processor:.1f} s of processor time")
    print(f"{peak:8.0f} MiB at most; {size / 2**20:.0f} MiB written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
