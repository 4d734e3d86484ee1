"""Checks over the panel: across the years of an organ, and between a region and the regions below it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress

from api.export.columns import DOUBTFUL
from api.export.panel.index import Chosen
from api.export.panel.wide import Rows, positions
from models.light import LightCheck
from models.organs import load_regions
from models.readings import Number
from models.series import YearFigures, carried_names, light_series_checks

#: What adds up over the regions below, if the report of the region above covers them.
ADDITIVE = (
    *("requests.new.total", "requests.handled_total.total", "requests.carried_out.total"),
    *("remedies.review.total", "remedies.litigation_direct.total", "remedies.litigation_after_review.total"),
)


@dataclass(frozen=True, slots=True)
class PanelCheck:
    """A check with the row of the panel that it belongs to."""

    row: Chosen
    check: LightCheck


@dataclass(frozen=True, slots=True)
class RegionFigures:
    """What the government of a region reports for a year: figures by variable, those in doubt left out."""

    row: Chosen
    values: Mapping[str, Number]


class PanelChecks:
    """Takes the rows of the panel in the order of organs and years."""

    def __init__(self) -> None:
        self._before: tuple[Chosen, YearFigures] | None = None
        self._regions: dict[tuple[str, int], RegionFigures] = {}

    def add(self, chosen: Sequence[Chosen], rows: Rows) -> Iterator[PanelCheck]:
        """The checks of these rows against the years before them."""
        carried = list(_year_figures(chosen, rows))
        additive = _additive(rows)
        for at, (row, own) in enumerate(zip(chosen, carried, strict=True)):
            if self._before is not None and self._follows(self._before[0], row):
                for check in light_series_checks(self._before[1], own, own_is_later=True):
                    if check.status != "unknown":
                        yield PanelCheck(row, check)
            self._before = (row, own)
            self._note_region(row, additive, at)

    @staticmethod
    def _follows(before: Chosen, row: Chosen) -> bool:
        return before.organ.id == row.organ.id and before.year == row.year - 1

    def _note_region(self, row: Chosen, additive: Mapping[str, Sequence[Number | None]], at: int) -> None:
        organ = row.organ
        known = load_regions().by_code.get(organ.region or "")
        if organ.kind != "government" or known is None or organ.level != known.level or row.entry.in_doubt:
            return
        values = {name: figure for name, column in additive.items() if (figure := column[at]) is not None}
        self._regions[known.code, row.year] = RegionFigures(row, values)

    def finish(self) -> Iterator[PanelCheck]:
        """The checks of each region against those below it, where all of these are there."""
        for (code, year), above in sorted(self._regions.items()):
            below = [self._regions.get((inner, year)) for inner in regions_below(year).get(code, ())]
            there = [figures for figures in below if figures is not None]
            if below and len(there) == len(below):
                yield from _level_checks(above, there)


def _additive(rows: Rows) -> dict[str, list[Number | None]]:
    """The figures that add up, column by column; those in doubt left out."""
    found = {}
    for name in ADDITIVE:
        doubtful = (rows.marks[:, positions(rows.names)[name]] & DOUBTFUL != 0).tolist()
        found[name] = [None if doubt else figure for figure, doubt in zip(rows.figures(name), doubtful, strict=True)]
    return found


def _year_figures(chosen: Sequence[Chosen], rows: Rows) -> Iterator[YearFigures]:
    """The figures of each row that carry over to the next year, as the checks across years want them.

    None is firm where the row may be another organ's or another year's: then a failing check is no error in print.
    """
    names = [name for name in carried_names() if name in positions(rows.names)]
    firm = rows.marks[:, [positions(rows.names)[name] for name in names]] & DOUBTFUL == 0
    every, none = frozenset(names), frozenset[str]()
    figures = zip(*(rows.figures(name) for name in names), strict=True)
    for row, values, sure, all_sure in zip(chosen, figures, firm, firm.all(axis=1).tolist(), strict=True):
        accepted = none if row.entry.in_doubt else every if all_sure else frozenset(compress(names, sure))
        yield YearFigures(row.entry.form, dict(zip(names, values, strict=True)), accepted)


def _level_checks(above: RegionFigures, below: Sequence[RegionFigures]) -> Iterator[PanelCheck]:
    """Soft: a report may cover the organ alone, so a total below the sum says only that the two are not comparable."""
    for name in ADDITIVE:
        parts = [figures.values.get(name) for figures in below]
        own = above.values.get(name)
        numbers = [part for part in parts if part is not None]
        if own is None or len(numbers) < len(parts):
            continue
        total = sum(numbers)
        message = None
        if own < total:
            message = f"less than the sum of the {len(parts)} regions below: it may report for itself alone"
        yield PanelCheck(
            above.row,
            LightCheck(
                rule=f"levels.{name}",
                status="pass" if own >= total else "fail",
                cells=(name,),
                left=own,
                right=total,
                relation=">=",
                cause=None if own >= total else "unclear",
                message=message,
            ),
        )


@cache
def regions_below(year: int) -> Mapping[str, tuple[str, ...]]:
    """For each region that has some, the codes of the regions directly below it, in force for reports on the year.

    Below a province are its prefectures; counties directly under a province count with them.
    """
    known = load_regions().by_code
    below: dict[str, list[str]] = defaultdict(list)
    for region in known.values():
        if region.in_force(year) and region.ancestors:
            below[next((up for up in reversed(region.ancestors) if up in known), "")].append(region.code)
    return {code: tuple(sorted(codes)) for code, codes in below.items()}
