"""From reports to a data package: the one function that the command line and the service call."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.export.background import BackgroundBook
from api.export.books import Book, Written
from api.export.cells import CELLS
from api.export.columns import Frame, Table, frame_of
from api.export.panel.codebook import CODEBOOK, codebook_rows
from api.export.panel.collect import Tally, collect
from api.export.panel.finish import Outcome, finish
from api.export.panel.package import data_digests, write_package
from api.export.panel.processes import collect_seldom
from api.export.panel.source import ReportSource
from api.export.panel.statement import statement
from api.export.panel.tables import (
    CORRECTIONS,
    DOCUMENTS,
    MISSING,
    ORGAN_NAMES,
    ORGANS,
    PANEL_CHECKS,
    REVIEW,
    panel_table,
    status_table,
)
from api.export.registry import make_folder, open_book
from api.export.tables import CHECKS, ERRORS, FACTS


@dataclass(frozen=True, slots=True)
class Options:
    """How to export.

    ``formats`` are names of table formats. ``organs`` are a person's decisions on names: name → name of the organ that it
    is. ``years`` are the first and last year that every organ should have reported on (without it: those of the panel).
    ``jobs`` processes read at a time; 1 reads in this process.
    """

    formats: tuple[str, ...] = ("csv",)
    organs: Mapping[str, str] = field(default_factory=dict)
    years: tuple[int, int] | None = None
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and what a person should know of it."""

    written: Written
    tally: Tally
    outcome: Outcome


def panel_tables(fractional: Sequence[str] = ()) -> tuple[Table, ...]:
    """All tables of a package, in the order in which a workbook shows them."""
    return (
        *(panel_table(fractional), status_table(), CODEBOOK, REVIEW, MISSING, ORGANS, ORGAN_NAMES, PANEL_CHECKS),
        *(DOCUMENTS, CELLS, FACTS, CHECKS, CORRECTIONS, ERRORS),
    )


def export_panel(source: ReportSource, folder: Path, options: Options) -> Exported:
    """Write the package into the folder, which is made if need be.

    The reports are read once; equal reports give equal bytes. Raises UsageError for a folder that cannot be made, an
    unknown format, or input that holds no results.
    """
    make_folder(folder)
    book = _Books([BackgroundBook(open_book(name, folder, panel_tables())) for name in options.formats])
    try:
        with _seldom_collected(), tempfile.TemporaryDirectory(prefix=".panel-", dir=folder) as own:
            found = collect(source, book, Path(own), options.jobs)
            try:
                outcome = finish(found, book, options.organs, options.years)
            finally:
                found.discard()
        tables = panel_tables(outcome.fractional)
        book.write(CODEBOOK, frame_of(CODEBOOK, codebook_rows(tables, outcome.contents)))
        written = book.close()
    except BaseException:
        book.abort()
        raise
    page = statement(found.tally, outcome, written.notes)
    done = write_package(folder, tables, written.paths, page, _about(found.tally))
    return Exported(Written((*written.paths, done), written.notes), found.tally, outcome)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    before = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _about(tally: Tally) -> dict[str, Any]:
    """Pipeline versions of the reports, and digests of the data that the version installed here works with.

    The digests tell what made the reports only where the versions are the same.
    """
    from extractors.pipeline import pipeline_version

    here = pipeline_version()
    same = set(tally.versions) <= {here}
    return {
        "pipeline_versions": dict(sorted(tally.versions.items())),
        "installed_version": here,
        "reports_are_of_installed_version": same,
        "data_sha256": data_digests(),
    }


class _Books:
    """The same tables in several formats."""

    def __init__(self, books: Sequence[Book]) -> None:
        self._books = tuple(books)

    def write(self, table: Table, frame: Frame) -> None:
        for book in self._books:
            book.write(table, frame)

    def close(self) -> Written:
        written = [book.close() for book in self._books]
        paths = tuple(path for one in written for path in one.paths)
        return Written(paths, tuple(note for one in written for note in one.notes))

    def abort(self) -> None:
        for book in self._books:
            book.abort()
