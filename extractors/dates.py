"""Years, dates and reporting periods as Chinese reports write them, in squeezed text (``models.folding.squeeze``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from models.folding import fold, squeeze
from models.numerals import read_numeral

#: The first reports on information disclosure were written for 2003 and 2004, before the national regulation of 2008.
EARLIEST_YEAR: Final = 2003
LATEST_YEAR: Final = 2060

#: A year in Arabic, Chinese or mixed digits, with what is typed or recognised for a zero or a one (2O24, 二○二四).
YEAR: Final = "(?<![0-9])[2二贰][0OoQ零〇○◯][0-9OolI零〇○◯一二三四五六七八九]{2}(?![0-9])"
_ORDINAL: Final = "[0-9OolI〇○零一二三四五六七八九十廿卅]{1,3}"
_DIGITS: Final = str.maketrans("OoQ零〇○◯lI一二三四五六七八九贰", "0000000111234567892")

DATE: Final = (
    f"(?P<year>{YEAR})(?:年(?P<month>{_ORDINAL})月(?P<day>{_ORDINAL})[日号]"
    "|(?P<mark>[-./])(?P<month2>[01]?[0-9])(?P=mark)(?P<day2>[0-3]?[0-9])(?![0-9]))"
)
_DATE: Final = re.compile(DATE)
_TO: Final = "(?:起)?(?:至|到|-+|~+|—+)(?:止)?"
_PERIOD: Final = re.compile(
    f"(?P<y1>{YEAR})(?:年(?P<m1>{_ORDINAL})月(?:(?P<d1>{_ORDINAL})[日号])?|[-./](?P<n1>[0-9]{{1,2}})[-./](?P<e1>[0-9]{{1,2}}))"
    f"{_TO}(?:(?P<y2>{YEAR})[年./-])?(?P<m2>{_ORDINAL})(?:月(?:份|底)?|[./-])(?:(?P<d2>{_ORDINAL})[日号]?)?"
)
_MONTHS: Final = re.compile(f"(?P<year>{YEAR})年(?P<m1>[0-9]{{1,2}}){_TO}(?P<m2>[0-9]{{1,2}})月")
#: Words that say that the dates beside them bound the figures.
_ABOUT_PERIOD: Final = re.compile("期限|统计|数据|时限|起止|截至|本年度?报告|报告期|时间范围|所列")


@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period: first and last day, its place ``[begin, end)`` in the text, whether the text calls it so."""

    first: date
    last: date
    begin: int
    end: int
    declared: bool


def read_year(text: str) -> int | None:
    """The year that the whole of ``text`` is, or None where no report can be of that year."""
    digits = text.translate(_DIGITS)
    year = int(digits) if re.fullmatch("[0-9]{4}", digits) else 0
    return year if EARLIEST_YEAR <= year <= LATEST_YEAR else None


def _ordinal(text: str) -> int:
    numeral = read_numeral(text.translate(str.maketrans("OolI", "0011")))
    return int(numeral.value) if numeral is not None else 0


def _as_date(year: str, month: str, day: str) -> date | None:
    found = read_year(year)
    try:
        return date(found or 0, _ordinal(month), _ordinal(day))
    except ValueError:
        return None


def read_dates(text: str) -> Iterator[tuple[date, int, int]]:
    """The dates in a text with their places; what is no date of the calendar is passed over."""
    for match in _DATE.finditer(text):
        found = _as_date(match["year"], match["month"] or match["month2"], match["day"] or match["day2"])
        if found:
            yield found, match.start(), match.end()


def squeeze_dated(text: str) -> str:
    """The text squeezed, with a T between a date and the time of day behind it (2024-1-5 10:30 → 2024-1-5T10:30)."""
    return squeeze(re.sub("(?<=[0-9])\\s+(?=[0-9]{1,2}:[0-9]{2})", "T", fold(text)))


def whole_date(text: str) -> date | None:
    """The date that the whole text is, brackets, a time of day and the words around it apart."""
    match = re.fullmatch(rf"[(\[]?{DATE}(?:T?[0-9]{{1,2}}:[0-9:]+)?[)\]]?", text)
    if not match:
        return None
    return _as_date(match["year"], match["month"] or match["month2"], match["day"] or match["day2"])


def _last_day(year: int, month: int) -> int:
    if month == 12:
        return 31
    return (date(year, month + 1, 1) - date(year, month, 1)).days


def read_periods(text: str) -> Iterator[Period]:
    """The spans of time in a text that can be a reporting period: declared ones, and whole calendar years."""
    for match in _PERIOD.finditer(text):
        span = _span(match)
        if span:
            yield from _period(text, match, *span)
    for match in _MONTHS.finditer(text):
        year, first, last = read_year(match["year"]), int(match["m1"]), int(match["m2"])
        if year and 1 <= first < last <= 12:
            yield from _period(text, match, date(year, first, 1), date(year, last, _last_day(year, last)))


def _span(match: re.Match[str]) -> tuple[date, date] | None:
    first = _as_date(match["y1"], match["m1"] or match["n1"], match["d1"] or match["e1"] or "1")
    year, month = read_year(match["y2"] or match["y1"]), _ordinal(match["m2"])
    if first is None or not year or not 1 <= month <= 12:
        return None
    last = _as_date(str(year), str(month), match["d2"] or str(_last_day(year, month)))
    return (first, last) if last and first < last else None


def _period(text: str, match: re.Match[str], first: date, last: date) -> Iterator[Period]:
    around = text[max(0, match.start() - 40) : match.end() + 6]
    sentence = re.split("[。;]", around[: match.start() - max(0, match.start() - 40)])[-1]
    declared = bool(_ABOUT_PERIOD.search(sentence) or re.match("期间|的?统计", text[match.end() : match.end() + 6]))
    whole_year = (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)
    if declared or whole_year:
        yield Period(first, last, match.start(), match.end(), declared)
