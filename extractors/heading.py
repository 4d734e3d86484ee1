"""What report this is: organ, region, year, period and date of publication, each with its evidence and how sure it is.

Every place that says something makes a claim (``extractors.heading_claims``); here one claim per field is chosen, and
what disagrees becomes a ``Doubt`` for a person. Confidence: that of the chosen claim's kind; each other kind that
agrees takes away half of the remaining doubt, up to ``_CEILING``; each that disagrees then takes away the share that
half of its own confidence is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from extractors.heading_claims import (
    Claim,
    FieldClaim,
    Running,
    file_claims,
    header_claims,
    hint_claims,
    seal_claims,
    signature_claims,
    text_claims,
    title_claims,
)
from extractors.heading_region import find_region
from extractors.page import Line
from extractors.titles import first_section, is_title, main_title
from models.organs import classify, regions_at_start, same_organ

__all__ = ["Claim", "Doubt", "Heading", "is_title", "read_heading"]

_CEILING: Final = 0.99
#: Kinds in the order in which they are believed.
_ORDER: Final = (
    "title",
    "period",
    "quoted",
    "signature",
    "seal",
    "hint",
    "file_name",
    "text",
    "header",
    "site",
    "folder",
)
_YEAR_ORDER: Final = ("title", "period", "quoted", "hint", "file_name", "text", "folder", "signature")
_PUBLISHED_ORDER: Final = ("header", "hint", "signature")
#: Kinds whose disagreement on the organ is worth a look: a site's name or a folder often is the superior's.
_ORGAN_WITNESSES: Final = frozenset(("title", "quoted", "signature", "seal", "hint", "file_name"))
#: Days between the signature and the page's date beyond which they can hardly be of one publication.
_DAYS_APART: Final = 60
_NAMES: Final = {
    "title": "the title",
    "period": "the reporting period",
    "quoted": "the title quoted in the text",
    "signature": "the signature",
    "seal": "the seal",
    "hint": "the page's own metadata",
    "file_name": "the file name",
    "folder": "the folder name",
    "text": "the text",
    "header": "the page header",
    "site": "the name of the site",
}

Same = Callable[[object, object], bool]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason for a person to look: the field, a sentence, and the values that stand against each other."""

    field: str
    why: str
    values: tuple[str | int | tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """What was found; None where nothing says it. ``claims`` are all claims, as pairs of field and claim."""

    organ: Claim | None
    region: Claim | None
    year: Claim | None
    period: Claim | None
    published: Claim | None
    claims: tuple[FieldClaim, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def read_heading(
    lines: Sequence[Line], *, source_name: str, hints: Mapping[str, str], seals: Sequence[Line] = ()
) -> Heading:
    """What report the lines (one report, in reading order) are; ``hints`` may hold title, published and url.

    ``seals`` are the names on seals of its pages.
    """
    span = main_title(lines)
    running = Running.of(lines)
    after = span.last if span else -1
    claims: tuple[FieldClaim, ...] = (
        *title_claims(lines, span),
        *text_claims(running),
        *signature_claims(lines, after),
        *seal_claims(seals),
        *header_claims(lines, min(first_section(lines), max(after + 8, 30))),
        *file_claims(source_name),
        *hint_claims(hints),
    )
    year, year_doubts = _year(_of(claims, "year"))
    organ, organ_doubts = _organ(_of(claims, "organ"))
    period, period_doubts = _period(_of(claims, "period"), year)
    published, published_doubts = _published(_of(claims, "published"), year)
    found = find_region(organ, year, _of(claims, "organ"), running, source_name, hints, after)
    region_doubts = (Doubt("region", found.why, found.rivals),) if found.why else ()
    doubts = (*organ_doubts, *region_doubts, *year_doubts, *period_doubts, *published_doubts)
    return Heading(organ, found.claim, year, period, published, claims, doubts)


def _of(claims: Sequence[FieldClaim], field: str) -> tuple[Claim, ...]:
    return tuple(claim for name, claim in claims if name == field)


def _first_by(order: Sequence[str], claims: Sequence[Claim]) -> Claim | None:
    return min((claim for claim in claims if claim.kind in order), key=lambda c: order.index(c.kind), default=None)


def _equal(one: object, other: object) -> bool:
    return one == other


def _weighed(chosen: Claim, claims: Sequence[Claim], same: Same) -> Claim:
    """The chosen claim with its confidence after hearing one claim of each other kind, and the rivals' values."""
    agreeing = {claim.kind for claim in claims if same(chosen.value, claim.value)} - {chosen.kind}
    rivals = [claim for claim in claims if claim.kind not in agreeing and not same(chosen.value, claim.value)]
    confidence = min(1 - (1 - chosen.confidence) / 2 ** len(agreeing), _CEILING)
    for share in {claim.kind: claim.confidence for claim in rivals}.values():
        confidence *= 1 - share / 2
    values = tuple(dict.fromkeys(str(claim.value) for claim in rivals))
    return replace(chosen, confidence=round(confidence, 4), alternatives=values)


def _disagreement(field: str, chosen: Claim, others: Sequence[Claim]) -> Doubt:
    said = {claim.kind: claim for claim in reversed(others)}
    parts = [f"{_NAMES[kind]} says {claim.value}" for kind, claim in reversed(said.items())]
    why = f"{_NAMES[chosen.kind]} says {field} {chosen.value}, but {', '.join(parts)}"
    return Doubt(field, why, tuple(dict.fromkeys(c.value for c in (chosen, *others) if c.value is not None)))


def _year(claims: Sequence[Claim]) -> tuple[Claim | None, tuple[Doubt, ...]]:
    chosen = _first_by(_YEAR_ORDER, claims)
    if chosen is None:
        return None, ()
    heard = [claim for claim in claims if not _is_year_of_publication(chosen, claim)]
    against = [claim for claim in heard if claim.value != chosen.value and claim is not chosen]
    doubts = (_disagreement("year", chosen, against),) if against else ()
    return _weighed(chosen, heard, _equal), doubts


def _is_year_of_publication(chosen: Claim, claim: Claim) -> bool:
    """A file or folder is often named for the year in which the report came out, one after the year reported on."""
    if not isinstance(chosen.value, int) or claim.kind not in ("file_name", "folder") or claim.kind == chosen.kind:
        return False
    named_as_report = claim.kind == "file_name" and f"{claim.value}年" in claim.quote
    return claim.value == chosen.value + 1 and not named_as_report


def _organ(claims: Sequence[Claim]) -> tuple[Claim | None, tuple[Doubt, ...]]:
    chosen = _first_by(_ORDER, claims)
    if chosen is None:
        return None, ()
    heard = [claim for claim in claims if claim is chosen or _is_heard(chosen, claim)]
    against = [claim for claim in heard if not _same(chosen.value, claim.value)]
    doubts = (_disagreement("organ", chosen, against),) if against else ()
    weighed = _weighed(chosen, heard, _same)
    return replace(weighed, value=_fuller_name(str(chosen.value), heard)), doubts


def _is_heard(chosen: Claim, claim: Claim) -> bool:
    """Whether a claim bears on the organ: one that agrees, or a good witness that names more than a region.

    A department's page that bears the government's name took it from the site; the other way round is odd.
    """
    name = str(claim.value)
    if _same(chosen.value, name):
        return True
    kind = classify(name).kind
    if claim.kind in ("header", "hint"):
        return kind == "department" and (claim.kind == "hint" or classify(str(chosen.value)).kind == "government")
    region = regions_at_start(name)
    only_region = region is not None and region.end == len(name)
    return claim.kind in _ORGAN_WITNESSES and not (only_region and claim.kind == "file_name")


def _same(one: object, other: object) -> bool:
    return same_organ(str(one), str(other))


def _fuller_name(name: str, claims: Sequence[Claim]) -> str:
    """A name that lacks its region gets it, and a region's name becomes its government's, where a claim says so."""
    region = regions_at_start(name)
    for claim in claims:
        other = str(claim.value)
        if region is None and other.endswith(name.lstrip("省市县区州旗")) and regions_at_start(other):
            return other
        if region is not None and region.end == len(name) and other == name + "人民政府":
            return other
    return name


def _period(claims: Sequence[Claim], year: Claim | None) -> tuple[Claim | None, tuple[Doubt, ...]]:
    if not claims:
        return None, ()
    spans = {claim: claim.value for claim in claims if isinstance(claim.value, tuple)}
    matching = [claim for claim, (_, end) in spans.items() if year and end.startswith(str(year.value))]
    chosen = (matching or list(spans))[0]
    first, last = (date.fromisoformat(day) for day in spans[chosen])
    doubts: list[Doubt] = []
    others = tuple(dict.fromkeys(spans.values()))
    if len(others) > 1:
        doubts.append(Doubt("period", f"the text names {len(others)} different reporting periods", others))
    if first.year != last.year or (last - first).days > 366:
        doubts.append(Doubt("period", f"the period {first} to {last} is not within one year", (spans[chosen],)))
    contradicts_year = year is not None and not matching
    confidence = chosen.confidence * 0.6 ** (len(doubts) + contradicts_year)
    return replace(chosen, confidence=round(confidence, 4)), tuple(doubts)


def _published(claims: Sequence[Claim], year: Claim | None) -> tuple[Claim | None, tuple[Doubt, ...]]:
    chosen = _first_by(_PUBLISHED_ORDER, claims)
    if chosen is None:
        return None, ()
    day = date.fromisoformat(str(chosen.value))
    far = [claim for claim in claims if not _near(chosen.value, claim.value)]
    doubts = [_disagreement("published", chosen, far)] if far else []
    if year is not None and isinstance(year.value, int) and day.year < year.value:
        why = f"it was published on {day}, before the year {year.value} that it reports on"
        doubts.append(Doubt("published", why, (str(chosen.value), year.value)))
    return _weighed(chosen, claims, _near), tuple(doubts)


def _near(one: object, other: object) -> bool:
    days = date.fromisoformat(str(one)) - date.fromisoformat(str(other))
    return abs(days.days) <= _DAYS_APART
