"""``gouji facts``: what reports say in words and numbers, as a text with its figures marked."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.extract import SILENCE, find_files, jobs_for, read_file
from api.cli.marks import Mark, group_of, label_of, marks_of, page_of_marks
from api.cli.processes import read_all
from api.exits import Exit
from models.errors import UsageError
from models.facts import OTHER
from models.report import ErrorReport, FactRecord, Report

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from extractors.options import ExtractOptions

#: How the groups of types look in a terminal.
STYLES = {
    "published": "bold cyan",
    "requests": "bold green",
    "disputes": "bold yellow",
    "dialogue": "bold magenta",
    "work": "bold blue",
    OTHER: "dim underline",
}
#: What a line break must not tear: a word or number, and a character with the marks that open before and close behind it.
_PIECE = re.compile(r"[（《“\[]*(?:[\w\d.,]+(?<=[!-~])|.)[，。；：、！？）》”\]?]*", re.ASCII)
#: Without a terminal there is no width to go by.
WIDTH = 120


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to read, whether to show it or write a page, and whether figures of no known type count."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="file, folder or archive")
    parser.add_argument("--html", type=Path, metavar="OUT", help="write a web page instead (spaCy's displaCy)")
    parser.add_argument("--other", action="store_true", help="also mark quantities of no known type")


def run(args: argparse.Namespace) -> int:
    """Show the facts of every report; 1 if a source could not be read. Raises UsageError when the call is wrong."""
    from api.settings import extract_options

    if args.html is not None and args.html.is_dir():
        raise UsageError(f"{args.html} is a folder.", hint="Name the file to write.")
    reports: list[Report] = []
    failed = False
    for result in _results(args.paths, extract_options(os.environ)):
        if isinstance(result, ErrorReport):
            failed = True
            print(f"gouji: {result.source.name}: {result.error.message} [{result.error.code}]", file=sys.stderr)
        elif args.html is not None:
            reports.append(result)
        else:
            show(result, _console(), other=args.other)
    if args.html is not None:
        args.html.write_text(page_of_marks(reports, other=args.other), encoding="utf-8")
        print(f"→ {args.html}")
    return Exit.SOME_FAILED if failed else Exit.OK


def _results(paths: list[Path], options: ExtractOptions) -> Iterator[Report | ErrorReport]:
    files = find_files(paths)
    silence = SILENCE * options.timeout_seconds
    for step in read_all(files, read_file, options, jobs=jobs_for(None, len(files)), silence=silence):
        if step.result is not None:
            yield step.result


def _console() -> Console:
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, soft_wrap=False)


def show(report: Report, console: Console, *, other: bool) -> None:
    """Print the prose of a report with its figures marked, and the figures as a table."""
    from rich.rule import Rule
    from rich.text import Text

    marks = marks_of(report, other=other)
    console.print(Rule(Text(_title(report))))
    for index, section in enumerate(report.narrative):
        console.print(Text(section.section, style="bold"))
        if section.text:
            text = marked_text(section.text, [mark for mark in marks if mark.section == index])
            for line in wrapped(text, console.width):
                console.print(line)
        console.print()
    facts = [fact for mark in marks for fact in mark.facts]
    console.print(_table(facts) if facts else Text("no figures in its prose"))
    left = Counter(fact.type for fact in report.facts)[OTHER]
    if left and not other:
        console.print(Text(f"{left} quantities of no known type are not shown (--other)", style="dim"))


def _title(report: Report) -> str:
    info = report.report
    known = [str(claim.value) for claim in (info.organ, info.year) if claim.value is not None]
    return " · ".join([*known, report.source.name])


def marked_text(text: str, marks: list[Mark]) -> Text:
    """A section's text, each figure in the colour of its group and followed by its type."""
    from rich.text import Text

    result, at = Text(), 0
    for mark in marks:
        style = STYLES[group_of(mark.facts[0].type)]
        doubt = any(fact.status == "review" for fact in mark.facts)
        result.append(text[at : mark.start])
        result.append(text[mark.start : mark.end], style=f"{style} reverse" if doubt else style)
        result.append(f"[{label_of(mark)}{'?' if doubt else ''}]", style="dim")
        at = mark.end
    return result.append(text[at:])


def wrapped(text: Text, width: int) -> Iterator[Text]:
    """The lines of a text for a terminal of ``width`` cells.

    Chinese may be broken between any two characters; rich only knows spaces, and there tears off what it need not.
    Runs of Latin letters, digits and underscores stay whole, and no line starts with a mark that closes or ends with one that opens.
    """
    from rich.cells import cell_len

    for line in text.split("\n", allow_blank=True):
        cuts, used = [], 0
        for piece in _PIECE.finditer(line.plain):
            size = cell_len(piece[0])
            if used and used + size > width:
                cuts.append(piece.start())
                used = 0
            used += size
        yield from line.divide(cuts)


def _table(facts: list[FactRecord]) -> Table:
    from rich.box import SIMPLE
    from rich.table import Table

    table = Table(box=SIMPLE, pad_edge=False)
    for name in ("type", "value", "unit", "bound", "period", "sure", "where"):
        table.add_column(name, justify="right" if name in ("value", "sure") else "left")
    for fact in facts:
        bound = "" if fact.qualifier == "exact" else fact.qualifier
        sure = f"{fact.confidence:.2f}{'?' if fact.status == 'review' else ''}"
        period = "" if fact.scope == "year" else fact.scope
        table.add_row(fact.type, f"{fact.value:,}", fact.unit or "", bound, period, sure, _where(fact))
    return table


def _where(fact: FactRecord) -> str:
    if fact.page is not None:
        return f"page {fact.page}"
    return "" if fact.line is None else f"line {fact.line}"
