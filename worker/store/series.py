"""A report among the other reports of its organ: last year's, next year's, and other documents of the same year.

Results are written once, so what follows from the neighbours is laid over a report whenever it is handed out. It depends on
what is held and not on what came first. The queue of doubts is made anew for the years of an organ that are noted here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.decisions import replay
from models.report import Report, Result, from_json
from models.series import all_figures, figures, in_context
from worker.store import decisions
from worker.store.inserts import insert_replacing
from worker.store.records import ChangedYearRecord, DocumentRecord, Kind, ResultRecord, Status

#: More sources than this that claim one organ and year are no reports of it, and are not compared with anything.
MOST = 20
#: Rows that are looked at to find that out: a source has several under several names.
MOST_ROWS = 200
#: The kinds of doubt that come from other reports.
CODES = ("series", "jump", "duplicate")


@dataclass(frozen=True, slots=True)
class OrganYear:
    """An organ, by its name as it is indexed, and a year."""

    organ: str
    year: int


def place_of(report: Report) -> OrganYear | None:
    """Whose report it is and for which year; None where one of the two was not found."""
    organ, year = report.report.organ.value, report.report.year.value
    if not isinstance(organ, str) or not isinstance(year, int):
        return None
    return OrganYear(indexed(organ), year)


def indexed(text: str, longest: int = 200) -> str:
    """Text as it is indexed: of bounded length, and without NUL, which PostgreSQL takes in no text."""
    return text.replace("\0", "\ufffd")[:longest]


def among_others(session: Session, report: Report) -> Report:
    """The report with what follows from the other reports of its organ; see ``models.series``."""
    place = place_of(report)
    if place is None:
        return report
    around = {year: list(_others(session, report, OrganYear(place.organ, year))) for year in years_around(place.year)}
    before, after = around[place.year - 1], around[place.year + 1]
    others = [all_figures(other) for other in around[place.year]]
    return in_context(report, figures(before[0]) if before else None, figures(after[0]) if after else None, others)


def years_around(year: int) -> range:
    """The years whose reports a report has to do with."""
    return range(year - 1, year + 2)


def _others(session: Session, report: Report, place: OrganYear) -> Iterator[Report]:
    """Other sources of an organ and year, the one that stands for the year first.

    That is the one that people decided most about, then the one with the fewest cells in doubt, as in the panel. Of several
    regions with an office of this name nothing is known to belong together.
    """
    found = [
        replay(other, decisions.of_part(session, sha256, other.source.part)) for sha256, other in _read(session, place)
    ]
    others = [one for one in found if one.source.sha256 != report.source.sha256 and _may_be_one(one, report)]
    if len({one.report.region.code for one in others} - {None}) <= 1:
        yield from sorted(others, key=_rank)


def _read(session: Session, place: OrganYear) -> Iterator[tuple[str, Report]]:
    """The reports of an organ and year as they were read last, one of each source and part."""
    query = select(ResultRecord).where(ResultRecord.id.in_(_current(session, place).values()))
    for row in session.scalars(query.order_by(ResultRecord.id)):
        result = from_json(row.body)
        if isinstance(result, Report):
            yield row.sha256, result


def _current(session: Session, place: OrganYear) -> dict[tuple[str, int], int]:
    """The ids of these results by source and part, as documents hold them now; none where there are too many.

    Results of earlier versions of the pipeline are kept, but no document is read so any longer.
    """
    query = (
        select(ResultRecord.sha256, ResultRecord.part, ResultRecord.id)
        .where(ResultRecord.organ == place.organ, ResultRecord.year == place.year, ResultRecord.is_report)
        .where(_is_held())
        .limit(MOST_ROWS + 1)
    )
    rows = sorted(session.execute(query).all(), key=lambda row: row.id)
    found = {(row.sha256, row.part): row.id for row in rows}
    return {} if len(rows) > MOST_ROWS or len(found) > MOST else found


def _is_held() -> ColumnElement[bool]:
    held = select(DocumentRecord.id).where(
        DocumentRecord.sha256 == ResultRecord.sha256,
        DocumentRecord.pipeline_version == ResultRecord.pipeline_version,
        DocumentRecord.status == Status.DONE,
    )
    return held.exists()


def _may_be_one(one: Report, other: Report) -> bool:
    regions = {one.report.region.code, other.report.region.code} - {None}
    return len(regions) <= 1


def _rank(report: Report) -> tuple[int, int, str, int]:
    statuses = [cell.status for cell in report.cells.values()]
    decided = sum(status in ("confirmed", "corrected") for status in statuses)
    return -decided, statuses.count("review"), report.source.sha256 or "", report.source.part


def note(session: Session, results: Iterable[Result]) -> None:
    """Note that the reports of an organ and year have changed, and with them what its neighbours are to be compared with.

    The mark is a new one, so that whoever is comparing just now does not cross this out.
    """
    places = {place for result in results if isinstance(result, Report) if (place := place_of(result)) is not None}
    rows = [
        {"organ": place.organ, "year": place.year, "mark": secrets.token_hex(8)}
        for place in sorted(places, key=lambda one: (one.organ, one.year))
    ]
    insert_replacing(session, ChangedYearRecord, rows, "mark")


def noted(session: Session, *, after: str = "", now: float, limit: int) -> Sequence[str]:
    """Organs of which some year has changed and that nobody has taken, in the order of their names."""
    query = select(ChangedYearRecord.organ).where(ChangedYearRecord.organ > after, ChangedYearRecord.taken_until < now)
    return session.scalars(query.distinct().order_by(ChangedYearRecord.organ).limit(limit)).all()


def take(session: Session, organ: str, *, now: float, seconds: float) -> dict[int, str]:
    """Take what is noted of an organ, to compare it: the years with their marks; empty when another has taken them.

    Years that are being noted at this moment are left for the next time.
    """
    query = select(ChangedYearRecord).where(ChangedYearRecord.organ == organ, ChangedYearRecord.taken_until < now)
    rows = session.scalars(query.order_by(ChangedYearRecord.year).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.taken_until = now + seconds
    return {row.year: row.mark for row in rows}


def near(organ: str, changed: Iterable[int]) -> list[OrganYear]:
    """The years whose reports are to be compared anew when those of some years have changed."""
    return [OrganYear(organ, year) for year in sorted({near for year in changed for near in years_around(year)})]


def cross_out(session: Session, organ: str, seen: Mapping[int, str]) -> None:
    """Cross out the years of an organ that were taken; those that were noted anew since then may be taken again."""
    query = select(ChangedYearRecord).where(ChangedYearRecord.organ == organ, ChangedYearRecord.year.in_(seen))
    for row in session.scalars(query.order_by(ChangedYearRecord.year).with_for_update()).all():
        if row.mark == seen[row.year]:
            session.delete(row)
        else:
            row.taken_until = 0.0


def documents_of(session: Session, places: Iterable[OrganYear]) -> list[DocumentRecord]:
    """The documents whose reports are those of an organ and year, in the order of their ids."""
    hashes = {sha256 for place in places for sha256, _ in _current(session, place)}
    query = select(DocumentRecord).where(
        DocumentRecord.sha256.in_(hashes), DocumentRecord.kind == Kind.FILE, DocumentRecord.status == Status.DONE
    )
    return list(session.scalars(query.order_by(DocumentRecord.id)))
