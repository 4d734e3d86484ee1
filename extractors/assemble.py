"""Put a report together from its judged parts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extractors.alignment.align import Alignment
from extractors.grid import Grid
from extractors.heading import Claim as HeadingClaim
from extractors.heading import Heading
from extractors.narrative.tag import Section
from extractors.page import Block, Content
from extractors.sources.source import Source
from models.checks import CONTRADICTED, ReportView, all_checks
from models.evidence import Place
from models.forms import load_forms
from models.narrative_fact import Fact
from models.readings import Candidate
from models.reconcile import Judged, Reconciled
from models.report import (
    Alternative,
    Cell,
    CheckRecord,
    Claim,
    Evidence,
    FactRecord,
    NarrativeSection,
    PageNote,
    Pipeline,
    Report,
    ReportInfo,
    Review,
    ReviewReason,
    SourceInfo,
)

#: Alternatives less likely than this are not worth a reviewer's time.
LEAST_ALTERNATIVE = 0.001
#: A claim about the whole report less sure than this is for a person to see.
SURE_CLAIM = 0.8
#: A figure in prose of whose digits a recogniser is less sure than this is for a person to see.
SURE_DIGITS = 0.9


@dataclass(frozen=True, slots=True)
class Part:
    """Everything known of one report of a source."""

    heading: Heading
    alignment: Alignment
    judged: Reconciled
    sections: tuple[Section, ...]
    facts: tuple[Fact, ...]
    content: Content
    blocks: tuple[Block, ...]


def assemble(part: Part, source: Source, number: int, parts: int, version: str, seconds: float) -> Report:
    """The report object of one part."""
    facts = tuple(_fact(fact, part.sections) for fact in part.facts)
    narrative = tuple(NarrativeSection(section=s.title, text=s.text, page=s.page) for s in part.sections)
    view = ReportView(part.alignment.choice.form, part.judged.cells, facts, narrative, part.alignment.bordered)
    checks = all_checks(view, part.judged.verdicts)
    contradicted = _contradicted(checks)
    cells = _cells(part, contradicted)
    reasons = (*_report_reasons(part), *_cell_reasons(part.judged, cells, contradicted))
    return Report(
        id=_identity(source, number, version),
        source=_source(part, source, number, parts),
        report=_info(part),
        cells=cells,
        facts=facts,
        checks=checks,
        narrative=narrative,
        review=Review(needed=bool(reasons), reasons=reasons),
        pipeline=Pipeline(
            version=version,
            route=_routes(part),
            notes=_own_pages(part.content.notes, _page_range(part)),
            seconds=seconds,
            problems=_problems(part.content),
        ),
    )


def _identity(source: Source, number: int, version: str) -> str:
    return hashlib.sha256(f"{source.sha256}:{version}:{number}".encode()).hexdigest()[:32]


def _source(part: Part, source: Source, number: int, parts: int) -> SourceInfo:
    return SourceInfo(
        name=source.name,
        sha256=source.sha256,
        media_type=source.media_type,
        pages=_page_range(part),
        part=number,
        parts=parts,
        files=source.files or None,
    )


def _page_range(part: Part) -> tuple[int, int] | None:
    pages = [page for block in part.blocks for page in _pages_of(block)]
    if part.content.pages is None or not pages:
        return None
    return min(pages), max(pages)


def _pages_of(block: Block) -> Iterator[int]:
    places = [cell.place for cell in block.cells] if isinstance(block, Grid) else [block.place]
    yield from (place.page for place in places if place.page is not None)


def _routes(part: Part) -> dict[str, str]:
    span = _page_range(part)
    if span is None:
        return {"1": next((block.route for block in part.blocks if isinstance(block, Grid)), "text")}
    return _own_pages(part.content.routes, span)


def _own_pages(by_page: Mapping[str, str], span: tuple[int, int] | None) -> dict[str, str]:
    """What concerns the pages of one report among several."""
    return {page: told for page, told in by_page.items() if span is not None and span[0] <= int(page) <= span[1]}


def _problems(content: Content) -> tuple[PageNote, ...]:
    return tuple(PageNote(page=one.page, code=one.code, message=one.message) for one in content.problems)


def _cells(part: Part, contradicted: dict[str, str]) -> dict[str, Cell]:
    labels = load_forms()[part.alignment.choice.form].labels()
    return {cell: _cell(judged, labels[cell].unit, cell in contradicted) for cell, judged in part.judged.cells.items()}


def _cell(judged: Judged, unit: str | None, contradicted: bool) -> Cell:
    candidate = judged.candidate
    alternatives = tuple(
        Alternative(value=other.value if other else None, p=round(p, 6), state=other.state if other else "blank")
        for other, p in judged.alternatives
        if p >= LEAST_ALTERNATIVE
    )
    return Cell(
        value=judged.value,
        state=judged.state,
        printed=candidate.printed if candidate else "",
        confidence=judged.confidence,
        status="accepted" if _is_sure(judged) and not contradicted else "review",
        evidence=_cell_evidence(candidate),
        alternatives=alternatives,
        unit=unit,
    )


def _is_sure(judged: Judged) -> bool:
    """An absent cell of a block that the document leaves out altogether needs no person."""
    return judged.accepted or (judged.state == "absent" and not judged.reasons)


def _cell_evidence(candidate: Candidate | None) -> Evidence | None:
    if candidate is None:
        return None
    return _evidence(candidate.place, candidate.route, candidate.engines)


def _evidence(place: Place, route: str | None = None, engines: tuple[str, ...] = ()) -> Evidence:
    box = place.box
    bbox = (round(box.x0, 2), round(box.y0, 2), round(box.x1, 2), round(box.y1, 2)) if box else None
    return Evidence(
        page=place.page, bbox=bbox, line=place.line, column=place.column, row=place.row, route=route, engines=engines
    )


def _contradicted(checks: Sequence[CheckRecord]) -> dict[str, str]:
    """Cells that the prose contradicts, with the sentence that says so."""
    return {
        cell: check.message or check.rule
        for check in checks
        if check.rule.startswith("facts.") and check.status == "fail" and check.cause == "source"
        for cell in check.cells
    }


def _cell_reasons(judged: Reconciled, cells: dict[str, Cell], contradicted: dict[str, str]) -> Iterator[ReviewReason]:
    for name, cell in cells.items():
        if cell.status != "review":
            continue
        for why in judged.cells[name].reasons:
            yield ReviewReason(cell=name, why=why)
        if name in contradicted:
            yield ReviewReason(cell=name, why=f"{CONTRADICTED}{contradicted[name]}", code="contradiction")
        if not judged.cells[name].reasons and name not in contradicted:
            yield ReviewReason(cell=name, why=f"not sure enough ({cell.confidence:.3f})", code="confidence")


def _report_reasons(part: Part) -> Iterator[ReviewReason]:
    for doubt in part.heading.doubts:
        yield ReviewReason(cell=None, why=doubt.why, code=f"heading_{doubt.field}")
    for name in ("organ", "year"):
        claim = getattr(part.heading, name)
        if claim is None:
            yield ReviewReason(cell=None, why=f"the {name} of the report was not found", code=f"heading_{name}")
    choice = part.alignment.choice
    if choice.confidence < SURE_CLAIM:
        rivals = ", ".join(choice.rivals) or "none"
        yield ReviewReason(cell=None, why=f"the form {choice.form} is not certain; also seen: {rivals}", code="form")
    for lost in part.alignment.lost:
        yield ReviewReason(cell=None, why=f"a row of a table belongs to no row of the form: {lost}", code="lost_row")
    for problem in part.content.problems:
        where = f"page {problem.page}" if problem.page else "the source"
        yield ReviewReason(cell=None, why=f"{where} was not read: {problem.message}", code=problem.code)


def _info(part: Part) -> ReportInfo:
    heading, choice = part.heading, part.alignment.choice
    return ReportInfo(
        organ=_claim(heading.organ),
        region=_region(heading.region),
        year=_claim(heading.year),
        period=_claim(heading.period),
        form=Claim(value=choice.form, confidence=choice.confidence, quote=choice.quote or None, where="headings"),
        published=_claim(heading.published),
    )


def _claim(claim: HeadingClaim | None) -> Claim:
    if claim is None:
        return Claim()
    value = list(claim.value) if isinstance(claim.value, tuple) else claim.value
    return Claim(
        value=value,
        confidence=claim.confidence,
        quote=claim.quote,
        where=claim.where,
        evidence=_evidence(claim.place),
        alternatives=tuple(claim.alternatives),
    )


def _region(claim: HeadingClaim | None) -> Claim:
    """The code is the value that others join on; the name is what it is called in the year of the report."""
    made = _claim(claim)
    if claim is None:
        return made
    return made.model_copy(update={"code": str(claim.value), "value": claim.name or str(claim.value)})


def _fact(fact: Fact, sections: Sequence[Section]) -> FactRecord:
    section = sections[fact.section]
    start = section.text.rfind(fact.sentence, 0, fact.span[0] + len(fact.sentence))
    evidence = _evidence(fact.place or Place())
    digits = section.digits_between(*fact.span)
    return FactRecord(
        type=fact.type,
        value=fact.value,
        unit=fact.unit,
        qualifier=fact.qualifier,
        scope=fact.scope,
        sentence=fact.sentence,
        span=(fact.span[0] - start, fact.span[1] - start),
        page=evidence.page,
        bbox=evidence.bbox,
        line=evidence.line,
        section=fact.section,
        confidence=round(fact.confidence * digits, 4),
        status=fact.status if digits >= SURE_DIGITS else "review",
    )
