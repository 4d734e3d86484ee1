"""``gouji diff``: two years of one organ, or two versions of one report, side by side."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from api.exits import Exit
from models.errors import SourceError, UsageError
from models.report import ErrorReport, Report, Result

if TYPE_CHECKING:
    from rich.table import Table

    from api.export.compare import Comparison, Line

RESULTS = (".json", ".jsonl")
# Narrower than this, labels break on every line; a log has no width of its own.
NARROWEST = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Two reports, and how to show them."""
    what = "a document, or a result file of gouji extract; FILE#WHICH picks a report by year, organ, file or id"
    parser.add_argument("left", metavar="A", help=what)
    parser.add_argument("right", metavar="B", help="the same")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page instead of printing")
    parser.add_argument("--all", action="store_true", help="list equal cells too")


def run(args: argparse.Namespace) -> int:
    """Compare. Raises UsageError where a side is not exactly one report."""
    from api.export.compare import compare

    left, right = find_report(args.left), find_report(args.right)
    found = compare(left, right)
    titles = title(left), title(right)
    if args.html is None:
        show(found, titles, sys.stdout, every=args.all)
    else:
        from api.export.atomic import write_whole
        from api.export.compare_page import page

        write_whole(args.html, page(found, titles).encode("utf-8", "backslashreplace"))
        print(f"→ {args.html}", file=sys.stderr)
    return Exit.OK


def title(report: Report) -> str:
    """Organ and year, as far as they are known."""
    from api.export.keys import claimed

    return f"{claimed(report.report.organ) or '?'} {claimed(report.report.year) or '?'}"


def find_report(where: str) -> Report:
    """The one report that is meant. Raises UsageError when there is none or several, SourceError when it cannot be read."""
    path, which = Path(where), ""
    if not path.exists() and "#" in where:
        name, _, which = where.rpartition("#")
        path = Path(name)
    if not path.is_file():
        raise UsageError(f"No such file: {path}", hint="Give a document or a result file of gouji.")
    reports: list[Report] = []
    failed: ErrorReport | None = None
    for result in _results(path):
        if isinstance(result, ErrorReport):
            failed = failed or result
        elif all(_fits(result, part.strip()) for part in which.split(",") if part.strip()):
            reports.append(result)
    if len(reports) == 1:
        return reports[0]
    if not reports and failed is not None:
        raise SourceError(failed.error.message, code=failed.error.code, hint=failed.error.hint)
    if not reports:
        raise UsageError(f"No report in {where}", hint="FILE#WHICH picks by year, organ, file name or id.")
    listed = "; ".join(f"{title(report)} ({report.source.name})" for report in reports[:5])
    raise UsageError(f"{len(reports)} reports in {where}: {listed}", hint="Pick one: FILE#2023 or FILE#organ,2023.")


def _results(path: Path) -> list[Result]:
    if path.suffix.lower() in RESULTS:
        from api.export.panel.source import read_results

        return list(read_results(path))
    from api.cli.extract import SILENCE, read_file
    from api.cli.processes import File, read_all
    from api.settings import extract_options

    options = extract_options(os.environ)
    steps = read_all([File(path, path.name)], read_file, options, jobs=1, silence=SILENCE * options.timeout_seconds)
    return [step.result for step in steps if step.result is not None]


def _fits(report: Report, which: str) -> bool:
    info = report.report
    if which.isdecimal() and len(which) == 4:
        return str(info.year.value) == which
    return which in str(info.organ.value) or which in report.source.name or report.id.startswith(which)


def show(found: Comparison, titles: tuple[str, str], stream: TextIO, *, every: bool = False) -> None:
    """Print the comparison; equal cells only on demand."""
    import shutil

    from rich.console import Console

    from api.export.compare_page import KINDS, UNTITLED, labelled

    width = max(NARROWEST, shutil.get_terminal_size((140, 40)).columns)
    console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
    console.print(f"{titles[0]} ↔ {titles[1]}  ({KINDS[found.kind]})", style="bold")
    if found.breaks:
        console.print("口径变化: these look like one question on the two forms, and are not:", style="yellow")
    for one in found.breaks:
        console.print(
            f"  {' ≠ '.join(map(labelled, one.variables))}" + (f": {one.why.zh} {one.why.en}" if every else ""),
            style="yellow",
        )
    console.print(_table(found.heads, titles, "报告 report"))
    lines = [line for line in found.cells if every or line.sameness == "changed"]
    equal = sum(line.sameness == "same" for line in found.cells)
    alone = sum(line.sameness == "not_asked" for line in found.cells)
    if lines:
        console.print(_table(lines, titles, "表格 cells", change=True))
    console.print(
        f"{equal} cells are equal, {alone} are asked by one form only" + ("" if every else " (--all lists them)")
    )
    for name, rows in (("正文数字 figures in the prose", found.facts), ("核对 checks that do not hold", found.checks)):
        if rows := tuple(row for row in rows if every or row.sameness != "same"):
            console.print(_table(rows, titles, name))
    for check in found.carried:
        if check.status == "fail":
            console.print(f"{check.rule}: {check.left} in the later year, {check.right} from the earlier", style="red")
    changed = [section for section in found.sections if section.changed]
    for section in changed:
        console.print(
            f"正文 prose: {section.title or UNTITLED}: {section.changed} sentences differ (--html shows them)"
        )


def _table(lines: tuple[Line, ...] | list[Line], titles: tuple[str, str], name: str, *, change: bool = False) -> Table:
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    from api.export.columns import encodable
    from api.export.compare_page import changed_by

    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column(name, overflow="fold")
    for side in titles:
        table.add_column(encodable(side), overflow="fold", justify="right" if change else "left")
    if change:
        table.add_column("差 change", justify="right")
    for line in lines:
        sides = [
            Text(encodable(shown.text) + (" ?" if shown.doubtful else ""), style="yellow" if shown.doubtful else "")
            for shown in (line.left, line.right)
        ]
        label = Text(encodable(line.label), style="dim" if line.sameness == "not_asked" else "")
        table.add_row(label, *sides, *([changed_by(line)] if change else []))
    return table
