"""One organ under varying names: which names are one, with the evidence, and which a person should decide.

Names are compared within one region code. Two names are taken for one organ when they differ by the region's name or a
bracket only; when one is a short form of exactly one other that does the same; or when one is the office of the other. They are never so
taken when both report on one year in different files: an organ reports once a year. A change of name (更名) cannot be
told from the names alone: it is proposed, and a person decides by a file of names. A decision also joins names of two
regions (a county that became a district), where each of the names is of one region only.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from rapidfuzz.fuzz import ratio

from models.folding import squeeze
from models.organs import NameShape, classify, is_short_form, level_in, load_regions, name_shape
from models.organs.kinds import Kind, Level

How = Literal["same", "region", "short_form", "office", "person"]
#: Names that share this much of their letters, in percent, may be an organ's old and new name.
RENAMED = 60


@dataclass(frozen=True, slots=True)
class Mention:
    """A name as one report gives it, with the region that the report claims and where it was found."""

    name: str
    region: str | None
    year: int | None
    source: str
    where: str | None = None


@dataclass(frozen=True, slots=True)
class NameUse:
    """A name of an organ: how it was taken to be the organ's, and the years and number of reports that use it."""

    name: str
    how: How
    years: tuple[int, ...]
    reports: int


@dataclass(frozen=True, slots=True)
class Organ:
    """An organ. ``fields`` are what a department is for, each with the word that tells; ``evidence`` is a sentence."""

    id: str
    name: str
    region: str | None
    level: Level
    kind: Kind
    fields: Mapping[str, str]
    evidence: str
    names: tuple[NameUse, ...]


@dataclass(frozen=True, slots=True)
class NameDoubt:
    """Something about names that a person should decide."""

    code: Literal["no_region", "short_form", "office", "same_year", "ambiguous", "renamed", "level"]
    organ: str
    region: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Organs:
    """All organs in the order of region and name, which organ a name of a region is, and what is in doubt."""

    organs: tuple[Organ, ...]
    of_name: Mapping[tuple[str | None, str], str]
    doubts: tuple[NameDoubt, ...]


@dataclass
class _Name:
    """A name within a region, while organs are made."""

    name: str
    shape: NameShape
    files: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    reports: int = 0
    where: Counter[str] = field(default_factory=Counter)
    how: How = "same"

    def meets(self, other: _Name) -> int | None:
        """A year on which both report in different files."""
        return next((y for y in sorted(self.files) if y in other.files and self.files[y] != other.files[y]), None)


def resolve(mentions: Iterable[Mention], decided: Mapping[str, str] | None = None) -> Organs:
    """Make organs of names. ``decided`` are a person's: name → the name of the organ that it is."""
    decided = decided or {}
    regions: dict[str | None, dict[str, _Name]] = defaultdict(dict)
    for mention in mentions:
        names = regions[mention.region]
        if mention.name not in names:
            names[mention.name] = _Name(mention.name, name_shape(squeeze(mention.name)))
        name = names[mention.name]
        name.reports += 1
        name.where[mention.where or "unknown"] += 1
        if mention.year is not None:
            name.files[mention.year].add(mention.source)
    moved = _move(regions, decided)
    organs: list[Organ] = []
    doubts: list[NameDoubt] = []
    of_name: dict[tuple[str | None, str], str] = {}
    for region in sorted(regions, key=lambda code: (code is None, code or "")):
        found = [regions[region][name] for name in sorted(regions[region])]
        groups = _groups(found, region, decided, doubts)
        made = [_organ(group, region, decided, doubts) for group in groups]
        doubts.extend(_renamed(made, region))
        organs.extend(sorted(made, key=lambda organ: (organ.kind != "government", organ.name)))
        of_name.update({(region, use.name): organ.id for organ in made for use in organ.names})
    of_name.update({(own, name): of_name[home, name] for (own, name), home in moved.items()})
    return Organs(tuple(organs), of_name, tuple(doubts))


def _move(
    regions: Mapping[str | None, dict[str, _Name]], decided: Mapping[str, str]
) -> dict[tuple[str | None, str], str | None]:
    """Bring the names that a person joins into one region: that of the organ's own name, else of the latest of them.

    A name that several regions have is left where it is. Returns for the names that moved the new region.
    """
    places: dict[str, list[str | None]] = defaultdict(list)
    for region, names in regions.items():
        for name in names:
            places[name].append(region)
    joined: dict[str, list[str]] = defaultdict(list)
    for name in sorted({*decided, *decided.values()}):
        if len(places[name]) == 1:
            joined[decided.get(name, name)].append(name)
    moved: dict[tuple[str | None, str], str | None] = {}
    for target, own in joined.items():
        at = {name: places[name][0] for name in own}
        home = max(own, key=lambda name: _claim_to_home(regions[at[name]][name], at[name], name == target))
        for name in own:
            if at[name] != at[home]:
                regions[at[home]][name] = regions[at[name]].pop(name)
                moved[at[name], name] = at[home]
    return moved


def _claim_to_home(name: _Name, region: str | None, is_organ: bool) -> tuple[bool, bool, int, str]:
    return region is not None, is_organ, max(name.files, default=0), name.name


def _groups(
    names: list[_Name], region: str | None, decided: Mapping[str, str], doubts: list[NameDoubt]
) -> list[list[_Name]]:
    """Names in groups, one for each organ: what a person decided, then equal names, short forms, offices."""
    groups: dict[tuple[str, ...], list[_Name]] = defaultdict(list)
    for name in names:
        if name.name in decided:
            name.how = "person"
            groups["person", decided[name.name]].append(name)
        elif name.name in decided.values():
            groups["person", name.name].append(name)
        else:
            office = "office" if name.shape.office else ""
            groups["shape", name.shape.rest or "政府", office].append(name)
    found = [part for key, group in groups.items() for part in _apart(key, group, region, doubts)]
    if region is not None:  # without a region, a short form may be short for a name anywhere
        found = _join_offices(found, region, doubts)
        found = _join_short_forms(found, region, doubts)
    return found


def _apart(
    key: tuple[str, ...], group: list[_Name], region: str | None, doubts: list[NameDoubt]
) -> Iterator[list[_Name]]:
    """Names of one shape as one group, or each by itself where two of them report on one year in different files."""
    clash = None if key[0] == "person" else next(_clashes(group), None)
    if clash is None:
        longest = max(len(name.name) for name in group)
        for name in group:
            if name.how == "same" and len(name.name) < longest:
                name.how = "region"
        yield group
        return
    first, second, year = clash
    doubts.append(_same_year(first, second, year, region))
    yield from ([name] for name in group)


def _clashes(group: list[_Name]) -> Iterator[tuple[_Name, _Name, int]]:
    for at, first in enumerate(group):
        for second in group[at + 1 :]:
            year = first.meets(second)
            if year is not None:
                yield first, second, year


def _same_year(first: _Name, second: _Name, year: int, region: str | None) -> NameDoubt:
    why = f"{first.name} and {second.name} look like one organ, but report on {year} in different files: kept apart"
    return NameDoubt("same_year", first.name, region, why)


def _join_offices(groups: list[list[_Name]], region: str, doubts: list[NameDoubt]) -> list[list[_Name]]:
    """A government and its office report in each other's name, or each for itself; only the former are one."""
    offices = [group for group in groups if group[0].shape.office and group[0].how != "person"]
    for office in offices:
        rest = office[0].shape.rest
        owners = [g for g in groups if g is not office and g[0].shape.rest == rest and g[0].how != "person"]
        owners = [g for g in owners if not g[0].shape.office]
        if len(owners) != 1:
            continue
        if clash := next(_clashes_between(owners[0], office), None):
            doubts.append(_same_year(*clash, region))
            continue
        why = f"{office[0].name} is taken for {owners[0][0].name}: it may report for itself alone in some years"
        doubts.append(NameDoubt("office", owners[0][0].name, region, why))
        _merge(groups, owners[0], office, "office")
    return groups


def _clashes_between(one: list[_Name], other: list[_Name]) -> Iterator[tuple[_Name, _Name, int]]:
    for first in one:
        for second in other:
            year = first.meets(second)
            if year is not None:
                yield first, second, year


def _join_short_forms(groups: list[list[_Name]], region: str, doubts: list[NameDoubt]) -> list[list[_Name]]:
    """A short form joins the one name that it can be short for; where there are two, a person decides."""
    for group in sorted(groups, key=lambda group: len(group[0].shape.rest)):
        if group[0].how == "person" or not group[0].shape.rest:
            continue
        longer = [other for other in groups if other is not group and _longer(other, group)]
        if not longer:
            continue
        if len(longer) > 1:
            listed = ", ".join(other[0].name for other in longer)
            why = f"{group[0].name} may be short for {listed}: kept apart"
            doubts.append(NameDoubt("ambiguous", group[0].name, region, why))
            continue
        if clash := next(_clashes_between(longer[0], group), None):
            doubts.append(_same_year(*clash, region))
            continue
        why = f"{group[0].name} is taken as short for {longer[0][0].name}"
        doubts.append(NameDoubt("short_form", longer[0][0].name, region, why))
        _merge(groups, longer[0], group, "short_form")
    return groups


def _longer(other: list[_Name], group: list[_Name]) -> bool:
    own, long = group[0].shape, other[0].shape
    if len(long.rest) <= len(own.rest) or long.rest[-1] != own.rest[-1] or other[0].how == "person":
        return False
    # 教育局 is not short for 教育体育局: that one does more, and may be what became of it.
    return is_short_form(own, long) and _fields(own.rest).keys() == _fields(long.rest).keys()


def _merge(groups: list[list[_Name]], into: list[_Name], group: list[_Name], how: How) -> None:
    for name in group:
        name.how = how
    into.extend(group)
    groups[:] = [other for other in groups if other is not group]


def _organ(group: list[_Name], region: str | None, decided: Mapping[str, str], doubts: list[NameDoubt]) -> Organ:
    full = [name for name in group if name.how in ("same", "region", "person")] or group
    best = max(full, key=lambda name: (len(name.name), name.reports, name.name))
    called = next((decided[name.name] for name in group if name.name in decided), best.name)
    shape = classify(squeeze(called))
    known = load_regions().by_code.get(region or "")
    level: Level = shape.level
    if level == "unknown" and known is not None:
        level = level_in(squeeze(called), known.level)
    how_level = "name" if shape.level != "unknown" else "nothing" if level == "unknown" else "region"
    if known is None:
        doubts.append(NameDoubt("no_region", called, region, f"no region is known for {called}"))
    if level == "unknown":
        doubts.append(NameDoubt("level", called, region, f"the level of {called} is not known"))
    fields = _fields(name_shape(squeeze(called)).rest) if shape.kind in ("department", "office", "other") else {}
    where = sum((name.where for name in group), Counter[str]())
    told = ", ".join(f"{place} ({count})" for place, count in sorted(where.items()))
    said = f"region: {told if region else 'unknown'}; level: by {how_level}"
    if fields:
        said += "; field: by " + ", ".join(fields.values())
    uses = tuple(NameUse(n.name, n.how, tuple(sorted(n.files)), n.reports) for n in sorted(group, key=lambda n: n.name))
    digest = hashlib.sha256(squeeze(called).encode()).hexdigest()[:8]
    return Organ(f"{region or '000000'}-{digest}", called, region, level, shape.kind, fields, said, uses)


def _renamed(organs: list[Organ], region: str | None) -> Iterator[NameDoubt]:
    """Departments of one region of which one begins after the other has ended, with much the same name."""
    if region is None:
        return
    spans = [(organ, sorted({year for use in organ.names for year in use.years})) for organ in organs]
    for old, years in spans:
        for new, later in spans:
            if old is new or not years or not later or years[-1] >= later[0] or old.kind != new.kind:
                continue
            if ratio(name_shape(squeeze(old.name)).rest, name_shape(squeeze(new.name)).rest) >= RENAMED:
                why = f"{old.name} (until {years[-1]}) may have become {new.name} (from {later[0]}): kept apart"
                yield NameDoubt("renamed", old.name, region, why)


@cache
def known_fields() -> Mapping[str, tuple[str, str, tuple[str, ...]]]:
    """Fields of work: Chinese, English and the words that tell them."""
    text = resources.files(__package__).joinpath("fields.yaml").read_text(encoding="utf-8")
    return {name: (zh, en, tuple(told)) for name, (zh, en, told) in yaml.safe_load(text).items()}


def _fields(rest: str) -> dict[str, str]:
    """What a department is for, with the word that tells, of the rest of its name: the region's name tells nothing."""
    found: dict[str, str] = {}
    for known, (_, _, told) in known_fields().items():
        word = next((word for word in told if word in rest), None)
        if word is not None:
            found[known] = word
    return found
