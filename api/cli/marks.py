"""Where the facts of a report stand in its prose, for views that mark them."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.facts import OTHER
from models.report import FactRecord, Report

#: Types by what they speak of; the prefix decides, the first that fits.
GROUPS = (
    (
        "published",
        ("disclosed_", "normative_", "rules_", "interpretations", "archive_", "columns_", "page_", "followers"),
    ),
    ("requests", ("requests_",)),
    ("disputes", ("reviews", "litigations", "processing_fee", "fees_amount", "licensing_", "penalty_")),
    (
        "dialogue",
        ("press_", "online_", "hot_", "messages_", "consultations_", "public_", "comments_", "hearings_"),
    ),
    ("work", ("trainings", "trained_", "meetings", "inspections", "problems_")),
)
#: How the groups look on a web page.
COLOURS = {
    "published": "#9be7ff",
    "requests": "#b9f6ca",
    "disputes": "#ffe57f",
    "dialogue": "#f8bbd0",
    "work": "#c5cae9",
    OTHER: "#e0e0e0",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a section's text (``start``, ``end``) and the facts that it states: several where one is shared."""

    section: int
    start: int
    end: int
    facts: tuple[FactRecord, ...]


def group_of(kind: str) -> str:
    """What a type speaks of."""
    return next((name for name, prefixes in GROUPS if kind.startswith(prefixes)), OTHER)


def label_of(mark: Mark) -> str:
    """The types of a mark, without what they have in common."""
    return " · ".join(fact.type for fact in mark.facts)


def marks_of(report: Report, *, other: bool) -> list[Mark]:
    """The marks of a report in reading order; ``other``: quantities of no known type too."""
    found: dict[tuple[int, int, int], list[FactRecord]] = {}
    for place, fact in _placed(report):
        if other or fact.type != OTHER:
            found.setdefault(place, []).append(fact)
    return [Mark(*place, tuple(facts)) for place, facts in sorted(found.items(), key=lambda item: item[0])]


def _placed(report: Report) -> Iterator[tuple[tuple[int, int, int], FactRecord]]:
    """Each fact with its section and its span there. A sentence that stands twice is met in the order of the facts."""
    section, start, last = -1, 0, ("", -1)
    for fact in report.facts:
        if fact.section is None:
            continue
        if fact.section != section:
            section, start, last = fact.section, 0, ("", -1)
        again = fact.sentence == last[0] and fact.span[0] >= last[1]
        text = report.narrative[section].text
        found = text.find(fact.sentence, start if again or fact.sentence != last[0] else start + 1)
        if found < 0:
            continue
        start, last = found, (fact.sentence, fact.span[0])
        yield (section, start + fact.span[0], start + fact.span[1]), fact


def page_of_marks(reports: Sequence[Report], *, other: bool) -> str:
    """A web page with the prose of the reports and their figures marked, drawn by spaCy's displaCy."""
    from spacy import displacy

    docs = [
        _entry(report, index, [mark for mark in marks_of(report, other=other) if mark.section == index])
        for report in reports
        for index, section in enumerate(report.narrative)
        if section.text
    ]
    labels = {label_of(mark): mark.facts[0].type for report in reports for mark in marks_of(report, other=other)}
    colours = {label.upper(): COLOURS[group_of(kind)] for label, kind in labels.items()}
    return str(displacy.render(docs, style="ent", manual=True, page=True, jupyter=False, options={"colors": colours}))


def _entry(report: Report, index: int, marks: list[Mark]) -> dict[str, Any]:
    """A section as displaCy takes it. Titles go into the page as they are, so they must not hold markup."""
    section = report.narrative[index]
    title = " · ".join(filter(None, (_name(report) if index == 0 else "", section.section)))
    entities = [{"start": mark.start, "end": mark.end, "label": label_of(mark)} for mark in marks]
    return {"text": section.text, "title": html.escape(title), "ents": entities}


def _name(report: Report) -> str:
    info = report.report
    return " ".join(str(claim.value) for claim in (info.organ, info.year) if claim.value is not None)
