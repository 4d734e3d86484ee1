"""``gouji export``: reports in, a panel out, as a data package to publish from; or people's decisions as lines."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from api.cli.extract import positive
from api.exits import Exit
from api.export.registry import TABLE_FORMATS
from models.errors import NotFound, UsageError

if TYPE_CHECKING:
    from collections import Counter

    from api.export.panel.export import Exported
    from api.stored.reports import StoredReports
    from worker.store.database import Database


#: Breaks that the summary names; all of them stand in the statement.
SHOWN = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which results, where to, in which formats, with which decisions on names."""
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="IN",
        help="file or folder that gouji extract wrote (default: the reports in the store of the service)",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="write here")
    parser.add_argument("--batch", metavar="NAME", help="only this batch of the store, by name or id")
    parser.add_argument(
        "--corrections", action="store_true", help="print what people decided instead, as JSON lines, from the store"
    )
    parser.add_argument(
        "--format",
        default="csv",
        metavar="NAME[,NAME]",
        help=f"formats of the tables: {', '.join(TABLE_FORMATS)} (default: csv)",
    )
    parser.add_argument("--organs", type=Path, metavar="FILE", help="CSV of your decisions on names: name,organ")
    parser.add_argument("--years", metavar="FIRST-LAST", help="years that every organ should have reported on")
    parser.add_argument("--jobs", type=positive, metavar="N", help="processes (default: one per processor)")
    parser.add_argument("-q", "--quiet", action="store_true", help="no summary on stderr")


def run(args: argparse.Namespace) -> int:
    """Export. Raises UsageError where the call is wrong or a file is no result of gouji, NotFound for a batch."""
    from api.export.panel.export import Options, export_panel
    from api.export.panel.source import JsonLines

    if args.paths and (args.batch or args.corrections):
        raise UsageError("--batch and --corrections are for the store of the service.", hint="Leave IN out.")
    if args.corrections:
        return _print_corrections(args.batch)
    if args.output is None:
        raise UsageError("There is no folder to write into.", hint="Add -o DIR.")
    options = Options(
        formats=formats(args.format),
        organs=read_names(args.organs) if args.organs else {},
        years=span(args.years) if args.years else None,
        jobs=args.jobs or len(os.sched_getaffinity(0)),
    )
    source = JsonLines(args.paths) if args.paths else _stored(args.batch)
    done = export_panel(source, args.output, options)
    if not args.quiet:
        show(done, sys.stderr)
    return Exit.OK


def _stored(name: str | None) -> StoredReports:
    from api.stored.reports import StoredReports
    from worker.settings import service_settings

    settings = service_settings()
    database = _open(settings.database)
    return StoredReports(settings.database, batch_of(database, name) if name else None, settings.audit_share)


def _print_corrections(name: str | None) -> int:
    from api.stored.corrections import decision_lines
    from worker.settings import service_settings

    database = _open(service_settings().database)
    for line in decision_lines(database, batch_of(database, name) if name else None):
        sys.stdout.write(line)
    return Exit.OK


def _open(url: str) -> Database:
    """The store. Raises StoreUnavailable where there is none, or one of another version."""
    from worker.store.database import Database

    database = Database(url)
    database.ping()
    return database


def batch_of(database: Database, name: str) -> int:
    """The id of a batch by its name, or by the id itself. Raises NotFound."""
    from worker.store import batches

    with database.read() as session:
        try:
            return batches.by_name(session, name).id
        except NotFound:
            if not name.isdecimal():
                raise
            return batches.get(session, int(name)).id


def formats(text: str) -> tuple[str, ...]:
    """Names of formats, each once. Raises UsageError for one that there is not."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in TABLE_FORMATS:
            raise UsageError(f"Unknown format: {name}", hint=f"Known are {', '.join(TABLE_FORMATS)}.")
    return names


def span(text: str) -> tuple[int, int]:
    """First and last year. Raises UsageError for anything else."""
    first, _, last = text.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()) or int(first) > int(last or first):
        raise UsageError(f"Not a span of years: {text}", hint="Write --years 2019-2024.")
    return int(first), int(last or first)


def read_names(path: Path) -> Mapping[str, str]:
    """Decisions on names: name → organ. Raises UsageError for a file without the two columns."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read {path}: {error}", hint="It should be a CSV file in UTF-8.") from error
    if any(not row.get("name") or not row.get("organ") for row in rows):
        raise UsageError(f"{path} needs the columns name and organ, both filled.", hint="One line per name.")
    found: dict[str, str] = {}
    for row in rows:
        if found.setdefault(row["name"], row["organ"]) != row["organ"]:
            raise UsageError(f"{path} gives {row['name']} to two organs.", hint="One organ per name.")
    return found


def show(done: Exported, stream: TextIO) -> None:
    """What was written, and what is open."""
    tally, outcome = done.tally, done.outcome
    span_of = f", {outcome.years[0]}-{outcome.years[1]}" if outcome.years else ""
    print(
        f"{tally.reports} reports, {tally.errors} errors → {outcome.rows} rows of {outcome.organs} organs{span_of}",
        file=stream,
    )
    open_matters = sum(outcome.review.values())
    if open_matters:
        told = ", ".join(f"{code} {count}" for code, count in sorted(outcome.review.items()))
        print(f"{open_matters} matters to decide (table review): {told}", file=stream)
    if sum(count > 0 for count in outcome.forms.values()) > 1:
        _show_breaks(outcome.forms, stream)
    folder = done.written.paths[-1].parent
    print(f"→ {folder}: {', '.join(sorted(path.name for path in done.written.paths))}", file=stream)
    for note in done.written.notes:
        print(f"  note: {note}", file=stream)


def _show_breaks(forms: Counter[str], stream: TextIO) -> None:
    """That the panel spans forms which do not ask the same, and what must not be taken for one series."""
    from models.variables import load_variables

    broken = load_variables().breaks_between([form for form, count in forms.items() if count])
    print(
        f"BREAK 口径变化: the rows use the forms of {' and '.join(sorted(forms))}, which do not ask the same. {len(broken)} "
        "groups of variables look like one series and are not (QUALITY.md, Comparability; codebook, column breaks):",
        file=stream,
    )
    for one in broken[:SHOWN]:
        print(f"  {' ≠ '.join(one.variables)}", file=stream)
    if len(broken) > SHOWN:
        print(f"  … and {len(broken) - SHOWN} more", file=stream)
