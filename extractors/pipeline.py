"""From a path or bytes to reports: the only place where the stages meet."""

from __future__ import annotations

import hashlib
import io
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from itertools import accumulate
from pathlib import Path

from extractors.alignment.align import Alignment, align, without_tables
from extractors.alignment.split import split_reports
from extractors.assemble import Part, assemble
from extractors.heading import Heading, read_heading
from extractors.narrative.tag import Section
from extractors.narrative.tag import facts as tag_facts
from extractors.narrative.tag import sections as find_sections
from extractors.narrative.tagger import tagger_digest
from extractors.options import SHIPPED_TAGGER, ExtractOptions
from extractors.page import Block, Content, Line, PageProblem
from extractors.parts import from_page, join
from extractors.protocols import PagedFormat
from extractors.registry import format_for
from extractors.sources.pictures import has_pages, in_sets
from extractors.sources.sniff import PDF, UNKNOWN
from extractors.sources.source import Source
from extractors.sources.unpack import SourceFailure, iter_sources, read_path
from extractors.titles import find_titles
from models.errors import DependencyError, GoujiError, NoReport, UnreadableSource
from models.readings import CellState
from models.reconcile import Policy, reconcile
from models.report import ErrorInfo, ErrorReport, Report, Result, SourceInfo

#: The version of the code that decides results; the forms and weights are added to it.
CODE_VERSION = "0.1.0"
#: Packages whose data decide results.
DECIDING_DATA = (
    "models.calibration",
    "models.forms",
    "models.facts",
    "models.organs",
    "extractors.narrative",
    "extractors.narrative.model",
    "extractors.scan.model",
)
DEFAULT = ExtractOptions()
#: So many failing sums of one document are no errors in print.
MOST_FAILING_SUMS = 8
#: Routes that take a PDF's text layer for what is printed.
TEXT_ROUTES = frozenset({"lattice", "stream", "pdfplumber", "camelot", "text"})
#: Numbered pictures are reports of their own when more than this share of them has the title of one.
EACH_BEGINS = 0.7
#: A document is such a report when at least this many cells of a form were found in it.
LEAST_CELLS = 5
#: … or when, under the title of such a report, it has this many sections.
LEAST_SECTIONS = 4


@cache
def pipeline_version(options: ExtractOptions = DEFAULT) -> str:
    """Version of everything that decides a result: code version, and a digest of the package data and of the choices.

    The files of the tagger that ships are known by the digests in its manifest.
    """
    digest = hashlib.sha256()
    for package in DECIDING_DATA:
        for entry in sorted(resources.files(package).iterdir(), key=lambda entry: entry.name):
            if entry.name.endswith((".yaml", ".tsv", ".json", ".onnx")):
                digest.update(entry.read_bytes())
    if options.tagger_model != SHIPPED_TAGGER:
        digest.update(tagger_digest(options.tagger_model))
    if (policy := _policy(options)) != Policy():
        digest.update(repr(policy).encode())
    return f"{CODE_VERSION}+{digest.hexdigest()[:8]}"


def extract_path(path: Path, options: ExtractOptions | None = None) -> Iterator[Result]:
    """All reports of a file or archive, and an error object for each source in it that cannot be read.

    Never raises for bad input. Results come in the order of the archive, parts of a bundle in reading order.
    """
    chosen = options or ExtractOptions()
    try:
        data = read_path(path, chosen)
    except GoujiError as error:
        yield error_report(path.name, None, error)
        return
    yield from extract_bytes(path.name, data, chosen)


def extract_bytes(name: str, data: bytes, options: ExtractOptions | None = None) -> Iterator[Result]:
    """The same for bytes that are at hand; ``name`` is what the user calls them."""
    chosen = options or ExtractOptions()
    for group in in_sets(((found.name, found) for found in iter_sources(name, data, chosen)), _is_document):
        yield from extract_pictures([found for _, found in group], chosen)


def extract_files(files: Sequence[tuple[str, bytes] | SourceFailure], options: ExtractOptions) -> list[Result]:
    """The reports of picture files (name, bytes) that may be the pages of one document, in their order."""
    return extract_pictures(
        [one if isinstance(one, SourceFailure) else one_picture(*one, options) for one in files], options
    )


def extract_pictures(found: Sequence[Source | SourceFailure], options: ExtractOptions) -> list[Result]:
    """The reports of pictures that may be the pages of one document, in their order; also of one source alone.

    They are one source (its name the first one's) unless nearly each of them begins a report of its own.
    """
    if len(found) < 2:
        return [result for one in found for result in _alone(one, options)]
    started = time.perf_counter()
    contents = [read_picture(one, options) for one in found]
    whole = joined(contents)
    if are_reports_each(whole):
        pairs = zip(found, contents, strict=True)
        return [result for one, content in pairs for result in results_of_picture(one, content, options, started)]
    return results_of(set_of_pictures(found), whole, options, started)


def _alone(found: Source | SourceFailure, options: ExtractOptions) -> list[Result]:
    if isinstance(found, SourceFailure):
        return [error_report(found.name, found.data_sha256, found.error)]
    return extract_source(found, options)


def one_picture(name: str, data: bytes, options: ExtractOptions) -> Source | SourceFailure:
    """A picture among others that may be pages of one document; a failure where it is none, though its name says so."""
    one, *more = iter_sources(name, data, options)
    if isinstance(one, Source) and (more or one.name != name or not one.media_type.startswith("image/")):
        error = UnreadableSource("no picture, though its name says so", code="unknown_type")
        return SourceFailure(name, hashlib.sha256(data).hexdigest(), error)
    return one


def results_of_picture(
    found: Source | SourceFailure, content: Content, options: ExtractOptions, started: float
) -> list[Result]:
    """The reports of a picture that turned out to be a document by itself."""
    if isinstance(found, SourceFailure):
        return [error_report(found.name, found.data_sha256, found.error)]
    return results_of(found, content, options, started)


def set_of_pictures(found: Sequence[Source | SourceFailure]) -> Source:
    """Pictures that are one document, in their order; its name is the first one's, its hash that of all behind each other."""
    digest = hashlib.sha256()
    had = [one for one in found if isinstance(one, Source)]
    for source in had:
        digest.update(source.data)
    names = tuple(one.name for one in found)
    return Source(names[0], b"", had[0].media_type if had else UNKNOWN, names, digest.hexdigest())


def joined(contents: Sequence[Content], first: int = 1) -> Content:
    """What was read of pictures as the pages of one document, counted from ``first``."""
    pages = [content.pages or 1 for content in contents]
    starts = accumulate(pages, initial=first)
    parts = [from_page(content, start) for content, start in zip(contents, starts, strict=False)]
    return replace(join(parts), pages=sum(pages))


def are_reports_each(content: Content) -> bool:
    """Whether nearly every page begins a report, so that pictures of them are no pages of one document."""
    lines: defaultdict[int | None, list[Block]] = defaultdict(list)
    for block in content.blocks:
        if isinstance(block, Line):
            lines[block.place.page].append(block)
    return sum(bool(_titles(page)) for page in lines.values()) > EACH_BEGINS * (content.pages or 1)


def _is_document(found: Source | SourceFailure) -> bool:
    return isinstance(found, Source) and has_pages(io.BytesIO(found.data))


def read_picture(found: Source | SourceFailure, options: ExtractOptions) -> Content:
    """The page that a picture among several is; where it cannot be read, the reason alone, so that the report names the page."""
    if isinstance(found, SourceFailure):
        return _lost_page(found.error)
    try:
        content = _read(found, options)
    except GoujiError as error:
        return _lost_page(error)
    if content.pages != 1:
        return _lost_page(UnreadableSource(f"{content.pages} pictures in one file among others that are pages"))
    return content


def _lost_page(error: GoujiError) -> Content:
    return Content((), pages=1, problems=(PageProblem(1, error.code, error.message),))


def extract_source(source: Source, options: ExtractOptions) -> list[Result]:
    """The reports of one document, or the one error object that says why there is none."""
    started = time.perf_counter()
    try:
        content = _read(source, options)
    except GoujiError as error:
        return [error_report(source.name, source.sha256, error, source.media_type)]
    results = results_of(source, content, options, started)
    if source.media_type == PDF and options.trust_text and TEXT_ROUTES & set(content.routes.values()):
        return _with_a_look_at_the_picture(source, results, options)
    return results


def _with_a_look_at_the_picture(source: Source, results: list[Result], options: ExtractOptions) -> list[Result]:
    """Where so many sums fail that no printer errs so often, a font may give other figures than it shows: the page is read."""
    failing = _failing_sums(results)
    if failing < MOST_FAILING_SUMS:
        return results
    try:
        seen = extract_source(source, options.model_copy(update={"trust_text": False}))
    except DependencyError:
        return results
    return seen if _failing_sums(seen) < failing / 2 and len(seen) == len(results) else results


def _failing_sums(results: Sequence[Result]) -> int:
    return sum(
        check.status == "fail" and not check.rule.startswith("facts.")
        for result in results
        if isinstance(result, Report)
        for check in result.checks
    )


def results_of(source: Source, content: Content, options: ExtractOptions, started: float) -> list[Result]:
    """The reports in what was read of a source, or the one error object. ``started`` is when that began (perf_counter)."""
    try:
        parts = [
            _part(blocks, content, source, options) for blocks in split_reports(content.blocks, _titles(content.blocks))
        ]
        reports = [part for part in parts if part is not None]
        if not reports:
            raise NoReport(
                "no annual report on government information disclosure was found in it", code=_why_not(content)
            )
    except GoujiError as error:
        return [error_report(source.name, source.sha256, error, source.media_type)]
    seconds = (time.perf_counter() - started) / len(reports)
    return [
        assemble(part, source, number, len(reports), pipeline_version(options), round(seconds, 4))
        for number, part in enumerate(reports, 1)
    ]


def page_count(source: Source) -> int | None:
    """How many pages can be read one by one; None where the format has none. Raises SourceError."""
    reader = format_for(source.media_type)
    return reader.page_count(source) if isinstance(reader, PagedFormat) else None


def read_pages(source: Source, options: ExtractOptions, first: int, last: int) -> Content:
    """Some pages of a source that has them (``page_count``); ``parts.join`` makes one of many. Raises SourceError."""
    reader = format_for(source.media_type)
    if not isinstance(reader, PagedFormat):
        raise UnreadableSource(f"{source.media_type} has no pages that can be read one by one", code="unknown_type")
    return reader.read_pages(source, options, first, last)


def _titles(blocks: Sequence[Block]) -> frozenset[int]:
    """Numbers of the blocks with which titles of such reports begin."""
    numbers = [number for number, block in enumerate(blocks) if isinstance(block, Line)]
    found = find_titles([block for block in blocks if isinstance(block, Line)])
    return frozenset(numbers[span.first] for span in found)


def _read(source: Source, options: ExtractOptions) -> Content:
    reader = format_for(source.media_type)
    if reader is None:
        raise UnreadableSource(f"{source.media_type} is not a kind of document that can be read", code="unknown_type")
    return reader.read(source, options)


def _why_not(content: Content) -> str:
    """A document with unreadable pages is not said to hold no report."""
    return content.problems[0].code if content.problems else "no_report"


def _part(blocks: Sequence[Block], content: Content, source: Source, options: ExtractOptions) -> Part | None:
    """One report: heading, cells, facts; None where neither a table of a form nor the title of a report was found."""
    lines = [block for block in blocks if isinstance(block, Line)]
    seals = _on_pages_of(blocks, content.seals)
    heading = read_heading(lines, source_name=source.name, hints=content.hints, seals=seals)
    year = _year(heading)
    alignment = align(blocks, year) or without_tables(year)
    prose = [
        block for number, block in enumerate(blocks) if isinstance(block, Line) and number not in alignment.table_blocks
    ]
    sections = find_sections(prose)
    if _cells_found(alignment) < LEAST_CELLS and not _is_titled(heading, sections):
        return None
    organ = heading.organ.value if heading.organ else None
    facts = tag_facts(sections, year=year, organ=str(organ) if organ else None, tagger=options.tagger_model)
    judged = reconcile(alignment.choice.form, alignment.rows, _policy(options))
    return Part(heading, alignment, judged, sections, facts, content, tuple(blocks))


def _on_pages_of(blocks: Sequence[Block], seals: Sequence[Line]) -> list[Line]:
    """The seals on the pages on which these blocks stand."""
    pages = {block.place.page for block in blocks if isinstance(block, Line)}
    pages |= {cell.place.page for block in blocks if not isinstance(block, Line) for cell in block.cells}
    return [seal for seal in seals if seal.place.page in pages]


def _policy(options: ExtractOptions) -> Policy:
    return Policy(options.one_wrong_in, options.reconciliation, options.calibration)


def _is_titled(heading: Heading, sections: Sequence[Section]) -> bool:
    """A report whose tables could not be read: its title names a year, and it is divided as such reports are."""
    return heading.year is not None and heading.year.where == "title" and len(sections) >= LEAST_SECTIONS


def _year(heading: Heading) -> int | None:
    value = heading.year.value if heading.year else None
    return value if isinstance(value, int) else None


def _cells_found(alignment: Alignment) -> int:
    return sum(
        any(c is not None and c.state is not CellState.BLANK for c in hypothesis.candidates)
        for row in alignment.rows
        for hypothesis in row.hypotheses[:1]
        for _ in row.cells
    )


def error_report(name: str, sha256: str | None, error: GoujiError, media_type: str | None = None) -> ErrorReport:
    """The error object of a source."""
    return ErrorReport(
        source=SourceInfo(name=name, sha256=sha256, media_type=media_type),
        error=ErrorInfo(code=error.code, message=error.message, hint=error.hint),
    )


def is_report(result: Result) -> bool:
    """Whether a result is a report, as against an error object."""
    return isinstance(result, Report)
