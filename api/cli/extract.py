"""``gouji extract``: files, folders and archives in, reports out; no server, nothing else running."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.processes import File, read_all
from api.cli.progress import Progress
from api.cli.summary import Summary
from api.exits import Exit
from api.export.books import Written
from api.export.registry import FORMATS, Writer, open_writer
from extractors.sources.pictures import has_pages, sets_among
from models.errors import GoujiError, UsageError

if TYPE_CHECKING:
    from extractors.options import ExtractOptions
    from models.report import Result

STREAMED = ("json", "jsonl")
# A file may call an external program a few times, each of which may take the time allowed for one; a process that gives
# no sign for longer than that hangs.
SILENCE = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to read, where to write, in which format, with how many processes."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file, folder or archive")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="write here (default: print JSON lines)")
    parser.add_argument("--format", choices=tuple(FORMATS), default="jsonl", help="output format (default: jsonl)")
    parser.add_argument("--jobs", type=positive, metavar="N", help="files read at a time (default: one per processor)")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress and no summary on stderr")


def run(args: argparse.Namespace) -> int:
    """Extract everything; 1 if a source could not be read. Raises UsageError before any work when the call is wrong."""
    from api.settings import extract_options

    options = extract_options(os.environ)
    if args.output is None and args.format not in STREAMED:
        raise UsageError(f"--format {args.format} writes files.", hint="Say where with -o DIR.")
    files = find_files(args.paths)
    if not files:
        print("gouji: no files there", file=sys.stderr)
    writer = _Printer() if args.output is None else open_writer(args.format, args.output)
    summary = Summary()
    progress = Progress(len(files), quiet=args.quiet)
    series = _series()
    try:
        with progress:
            for found in _results(files, options, jobs_for(args.jobs, len(files)), progress):
                result = series(found)
                writer.write(result)
                summary.add(result)
        written = writer.close()
    except BaseException:
        writer.abort()
        raise
    if not args.quiet:
        summary.show(written, sys.stderr)
    return Exit.SOME_FAILED if summary.errors else Exit.OK


def _series() -> Callable[[Result], Result]:
    """Adds the checks against the same organ's neighbouring years, where they came in the same run."""
    from models.report import Report
    from models.series import Series

    series = Series()
    return lambda result: series.add(result) if isinstance(result, Report) else result


def _results(files: list[File], options: ExtractOptions, jobs: int, progress: Progress) -> Iterator[Result]:
    steps = read_all(files, read_file, options, jobs=jobs, silence=SILENCE * options.timeout_seconds)
    for step in steps:
        if step.detail:
            progress.say(step.detail)
        if step.result is None:
            progress.file_done(step.file.name)
        else:
            progress.result(step.result)
            yield step.result


def read_file(file: File, options: ExtractOptions) -> Iterator[Result]:
    """Runs in a worker process, which is where everything heavy is loaded."""
    from extractors.pipeline import error_report, extract_bytes, extract_files
    from extractors.sources.unpack import SourceFailure, read_path

    read: list[tuple[str, bytes] | SourceFailure] = []
    for one in (file, *file.more):
        try:
            read.append((one.name, read_path(one.path, options)))
        except GoujiError as error:
            read.append(SourceFailure(one.name, None, error))
    if len(read) > 1:
        yield from extract_files(read, options)
    elif isinstance(read[0], SourceFailure):
        yield error_report(read[0].name, None, read[0].error)
    else:
        yield from extract_bytes(*read[0], options)


def find_files(paths: list[Path]) -> list[File]:
    """The files to read: those named, and those in folders, sorted, hidden ones left out; each once.

    A file that is named goes by its own name, one in a folder by the path from that folder on, so that two folders may
    each have a ``report.pdf``. Numbered pictures that may be pages of one document come together. Raises UsageError when a path does not exist.
    """
    found: dict[Path, File] = {}
    for path in paths:
        if not path.exists():
            raise UsageError(f"No such file or folder: {path}", hint="Nothing was read.")
        if not path.is_dir():
            found.setdefault(path, File(path, path.name))
            continue
        for inside in _walk(path):
            name = Path(path.resolve().name, inside.relative_to(path))
            found.setdefault(inside, File(inside, name.as_posix()))
    sets = sets_among([(str(path), file) for path, file in found.items()], _is_document)
    return [replace(files[0][1], more=tuple(file for _, file in files[1:])) for files in sets]


def _is_document(file: File) -> bool:
    try:
        with file.path.open("rb") as stream:
            return has_pages(stream)
    except OSError:
        return True


def _walk(folder: Path) -> Iterator[Path]:
    """Files below a folder in a stable order; links to folders are not followed, so there are no loops."""
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(where, name) for name in sorted(files) if not name.startswith((".", "~$")))


def jobs_for(wanted: int | None, files: int) -> int:
    """How many processes to start: as many as wanted, or as there are processors, and no more than there are files."""
    return max(1, min(wanted or len(os.sched_getaffinity(0)), files))


def positive(text: str) -> int:
    """A whole number from 1, as an argument."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


class _Printer(Writer):
    """JSON lines on stdout, each as soon as it is known."""

    def write(self, result: Result) -> None:
        from api.export.jsonl import json_line

        sys.stdout.buffer.write(json_line(result))
        sys.stdout.buffer.flush()

    def close(self) -> Written:
        return Written(())

    def abort(self) -> None:
        """What was printed stays printed."""
