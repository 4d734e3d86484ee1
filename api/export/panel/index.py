"""What the panel keeps in memory of every report: who, when, which form, how good; and which report stands for a year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.export.cells import CellCounts
from api.export.heads import Head
from api.export.keys import claimed
from api.export.panel.organs import Mention, Organ, Organs
from models.light import LightClaim

#: A claim about the whole report less sure than this is doubtful; the same as the pipeline's own limit.
SURE = 0.8


@dataclass(frozen=True, slots=True)
class Entry:
    """A report, as the panel needs to know it."""

    document: str
    source: str
    part: int
    file: str
    organ: str | None
    region: str | None
    where: str | None
    year: int | None
    form: str
    published: str | None
    in_doubt: bool
    numbers: int
    review: int
    by_people: int
    failed: int

    @property
    def mention(self) -> Mention | None:
        """The organ's name as this report gives it."""
        if self.organ is None:
            return None
        return Mention(self.organ, self.region, self.year, f"{self.file}#{self.part}", self.where)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The report that stands for an organ and a year, and the other ones there are, each with its number."""

    organ: Organ
    year: int
    row: int
    entry: Entry
    others: tuple[tuple[int, Entry], ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A report that is in no row of the panel, with a code and the reason."""

    row: int
    entry: Entry
    organ: Organ | None
    code: str
    why: str


def entry_of(head: Head, cells: CellCounts) -> Entry:
    """The entry of a report of which cells have been counted."""
    report, info = head.report, head.report.report
    year = info.year.value if isinstance(info.year.value, int) else None
    return Entry(
        document=report.id,
        source=report.source.name,
        part=report.source.part,
        file=report.source.sha256 or report.source.name,
        organ=claimed(info.organ),
        region=info.region.code,
        where=info.region.where,
        year=year,
        form=str(info.form.value),
        published=claimed(info.published),
        in_doubt=min(info.organ.confidence, info.year.confidence, _of_region(info.region)) < SURE,
        numbers=cells.numbers,
        review=cells.review,
        by_people=cells.confirmed + cells.corrected,
        failed=head.failed,
    )


def _of_region(region: LightClaim) -> float:
    """How sure the region is: an organ whose region is not known may be another of its name."""
    return 0.0 if region.code is None else region.confidence


def choose(entries: Sequence[Entry], organs: Organs) -> tuple[list[Chosen], list[LeftOut]]:
    """One report for each organ and year, in the order of organs and years, and those that are in no row.

    Of several, the one stands that people have checked most, then the one with the fewest cells in doubt, then with the
    most figures, then the one published last; names decide only where nothing else does.
    """
    by_id = {organ.id: organ for organ in organs.organs}
    years: dict[str, dict[int, list[tuple[int, Entry]]]] = {organ.id: {} for organ in organs.organs}
    left: list[LeftOut] = []
    for row, entry in enumerate(entries):
        if entry.organ is None:
            left.append(LeftOut(row, entry, None, "no_organ", "the organ that reports was not found"))
            continue
        organ_id = organs.of_name[entry.region, entry.organ]
        if entry.year is None:
            left.append(LeftOut(row, entry, by_id[organ_id], "no_year", "the year that it reports on was not found"))
        else:
            years[organ_id].setdefault(entry.year, []).append((row, entry))
    chosen: list[Chosen] = []
    for organ_id, of_year in years.items():
        for year in sorted(of_year):
            if by_id[organ_id].region is None and len({entry.file for _, entry in of_year[year]}) > 1:
                left.extend(_not_told_apart(by_id[organ_id], of_year[year]))
            else:
                (row, best), *others = _best_first(of_year[year])
                chosen.append(Chosen(by_id[organ_id], year, row, best, tuple(others)))
    return chosen, left


def _not_told_apart(organ: Organ, entries: Sequence[tuple[int, Entry]]) -> Iterator[LeftOut]:
    """Without its region, a name may be that of several organs (城关镇人民政府 is in most counties)."""
    year = entries[0][1].year
    why = f"{len(entries)} files report on {year} as {organ.name}, and no region tells whether that is one organ"
    yield from (LeftOut(row, entry, organ, "not_told_apart", why) for row, entry in entries)


def _best_first(entries: list[tuple[int, Entry]]) -> list[tuple[int, Entry]]:
    """Most organs have one report for a year."""
    return entries if len(entries) == 1 else sorted(entries, key=lambda numbered: _quality(numbered[1]))


def _quality(entry: Entry) -> tuple[int, int, int, tuple[int, ...], str, int, str]:
    newest_first = tuple(-ord(char) for char in entry.published or "")
    return (-entry.by_people, entry.review, -entry.numbers, newest_first, entry.source, entry.part, entry.document)


def missing_years(chosen: Sequence[Chosen], span: tuple[int, int] | None) -> Iterator[tuple[Organ, int, str]]:
    """Organs and years without a report: before the organ's first report, between two, or after its last.

    ``span`` are the first and last year that every organ should have reported on; without it, those of the whole panel.
    """
    if not chosen:
        return
    years: Mapping[str, list[Chosen]] = _by_organ(chosen)
    first = span[0] if span else min(row.year for row in chosen)
    last = span[1] if span else max(row.year for row in chosen)
    for rows in years.values():
        there = {row.year for row in rows}
        for year in range(first, last + 1):
            if year not in there:
                where = "before_first" if year < min(there) else "after_last" if year > max(there) else "gap"
                yield rows[0].organ, year, where


def _by_organ(chosen: Sequence[Chosen]) -> dict[str, list[Chosen]]:
    found: dict[str, list[Chosen]] = {}
    for row in chosen:
        found.setdefault(row.organ.id, []).append(row)
    return found
