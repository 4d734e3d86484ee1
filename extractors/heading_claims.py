"""What each part of a source claims of the report: its title, text, signature, seals, header, file name and hints."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from extractors.dates import DATE, YEAR, read_dates, read_periods, read_year, squeeze_dated, whole_date
from extractors.page import Line
from extractors.titles import Title, TitleSpan, parse_title, tidy
from models.evidence import Place
from models.folding import squeeze
from models.organs import looks_like_organ, regions_at_start

#: How sure a claim is by itself. These are judgements of how often such a place misleads, not fitted numbers.
CONFIDENCE: Final[Mapping[tuple[str, str], float]] = {
    ("organ", "title"): 0.96,
    ("organ", "quoted"): 0.85,
    ("organ", "signature"): 0.85,
    ("organ", "seal"): 0.8,
    ("organ", "hint"): 0.75,
    ("organ", "file_name"): 0.7,
    ("organ", "text"): 0.65,
    ("organ", "header"): 0.55,
    ("organ", "folder"): 0.5,
    ("organ", "site"): 0.45,
    ("year", "title"): 0.97,
    ("year", "period"): 0.93,
    ("year", "quoted"): 0.85,
    ("year", "hint"): 0.8,
    ("year", "file_name"): 0.75,
    ("year", "text"): 0.7,
    ("year", "folder"): 0.5,
    ("year", "signature"): 0.5,
    ("period", "text"): 0.97,
    ("published", "header"): 0.9,
    ("published", "hint"): 0.85,
    ("published", "signature"): 0.85,
}
#: Kinds of a claim that a reader knows by a broader name.
_SHOWN_AS: Final = {"quoted": "text", "period": "text", "folder": "file_name", "site": "hint"}
_PAGE_NUMBER: Final = re.compile("[-—·]?[0-9]{1,3}[-—·]?|第[0-9]+页(?:[/,共]*[0-9]+页)?")
_OPENING: Final = 1200
_BODY_YEARS: Final = 3

_QUOTED: Final = re.compile("(?:发布|公布|公开|编制|形成|制定|撰写|编写)(?:了|的|本)?《([^《》]{6,80})》")
_ORGAN_WORDS: Final = "[\u4e00-\u9fff()、]{2,36}?(?:人民政府|委员会|管委会|办公室|办公厅|办事处|[局厅委部署院]|中心)"
_COMPILED: Final = re.compile(f"(?:报告|年报)由({_ORGAN_WORDS})(?:[^。]{{0,12}})?(?:编制|制作|撰写|编写|发布)")
_CONTACT: Final = re.compile(f"(?:请|可)(?:与|联系|同|向)({_ORGAN_WORDS})(?:[^。]{{0,12}})?(?:联系|咨询|反映|\\()")
_SUBJECT: Final = re.compile(
    f"(?:{YEAR}年(?:度)?(?:以来)?|(?:领导|指导|支持|关心|部署)下)[,、]?({_ORGAN_WORDS})"
    "(?=坚持|认真|以|深入|高度|严格|按照|在|全面|积极|紧紧|切实|围绕|持续|不断|主动|始终|共|根据|贯彻|扎实|依法|进一步)"
)
_FIELD: Final = re.compile(
    "(?P<key>发布机构|发布单位|公开主体|公开单位|信息来源|来源|发布时间|发布日期|公开日期|公开时间|"
    "(?<![\u4e00-\u9fff])(?:日期|时间))"
    "(?:[\\]】]:?|:[\\[【]?)(?P<value>[^:\\[\\]|【】]{2,40})"
)
_DATE_KEYS: Final = ("发布时间", "发布日期", "公开日期", "公开时间", "日期", "时间")
_SUFFIX: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$|\.7z$")
#: A date in a name, with marks between its parts or in eight digits.
_FULL_DATE: Final = re.compile(
    r"20[0-9]{2}[-._年](?:0?[1-9]|1[0-2])[-._月][0-3]?[0-9]日?|20[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]"
)
#: Names of folders and columns that look like an organ and are none.
_GENERIC: Final = frozenset(
    (
        *("乡镇", "街道", "镇街", "乡镇街道", "县区", "区县", "市县", "政府", "人民政府", "市政府", "县政府", "区政府"),
        *("省政府", "下载中心", "办公室", "政府办公室", "政务公开办", "市县区", "县市区", "委办局"),
    )
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that one place of the source says of the report.

    ``where`` is title, text, signature, seal, header, file_name or hint; ``quote`` the words it was read from. A region's
    ``value`` is its code and ``name`` its official name; where several regions bear the name, ``value`` is None and
    ``alternatives`` are their codes. ``kind`` tells apart what ``where`` joins (a declared period, a quoted title …).
    """

    value: str | int | tuple[str, str] | None
    confidence: float
    where: str
    quote: str
    place: Place
    name: str = ""
    alternatives: tuple[str, ...] = ()
    kind: str = ""


FieldClaim = tuple[str, Claim]


@dataclass(frozen=True, slots=True)
class Running:
    """The squeezed text of all lines in one string, so that a sentence broken over lines can be read."""

    text: str
    starts: tuple[int, ...]
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Running:
        """The lines joined without a separator; page numbers, which would run into the figures, are left out."""
        parts = ["" if _PAGE_NUMBER.fullmatch(text := squeeze(line.text)) else text for line in lines]
        starts, position = [], 0
        for part in parts:
            starts.append(position)
            position += len(part)
        return cls("".join(parts), tuple(starts), tuple(lines))

    def line_at(self, position: int) -> int:
        """The index of the line that holds the character at ``position``."""
        return max(0, bisect_right(self.starts, position) - 1)

    def place(self, position: int) -> Place:
        """The place of the line that holds the character at ``position``."""
        return self.lines[self.line_at(position)].place if self.lines else Place()


def claim(field: str, kind: str, value: str | int | tuple[str, str], quote: str, place: Place) -> FieldClaim:
    """A claim with the confidence of its kind."""
    where = _SHOWN_AS.get(kind, kind)
    return field, Claim(value, CONFIDENCE[(field, kind)], where, quote, place, kind=kind)


def _of_title(title: Title, kind: str, quote: str, place: Place) -> Iterator[FieldClaim]:
    if title.organ:
        yield claim("organ", kind, title.organ, quote, place)
    if title.year is not None:
        yield claim("year", kind, title.year, quote, place)


def title_claims(lines: Sequence[Line], span: TitleSpan | None) -> Iterator[FieldClaim]:
    """What the report's own title says."""
    if span is not None:
        quote = " ".join(" ".join(line.text.split()) for line in lines[span.first : span.last + 1] if line.text.strip())
        yield from _of_title(span.title, "title", quote, lines[span.first].place)


def text_claims(running: Running) -> Iterator[FieldClaim]:
    """What the prose says: the period, the report's title in quotes, who compiled it, whom it speaks of, its years."""
    yield from _period_claims(running)
    for match in _QUOTED.finditer(running.text[:_OPENING]):
        title = parse_title(match[1])
        if title is not None:
            yield from _of_title(title, "quoted", match[0], running.place(match.start()))
    yield from _organs_in_text(running)
    yield from _majority_year(running)


def _period_claims(running: Running) -> Iterator[FieldClaim]:
    periods = list(read_periods(running.text))
    declared = [period for period in periods if period.declared] or periods[:1]
    for period in declared:
        quote, place = running.text[period.begin : period.end], running.place(period.begin)
        yield claim("period", "text", (period.first.isoformat(), period.last.isoformat()), quote, place)
        if period.first.year == period.last.year:
            yield claim("year", "period", period.last.year, quote, place)


def _organs_in_text(running: Running) -> Iterator[FieldClaim]:
    opening = running.text[: 3 * _OPENING]
    for pattern, text in ((_COMPILED, running.text), (_CONTACT, running.text), (_SUBJECT, opening)):
        for match in pattern.finditer(text):
            organ = match[1]
            if looks_like_organ(organ) and regions_at_start(organ) and organ not in _GENERIC:
                yield claim("organ", "text", organ, match[0], running.place(match.start()))


def _majority_year(running: Running) -> Iterator[FieldClaim]:
    """The year that the prose speaks of most, where it is twice as frequent as any other."""
    counts: Counter[int] = Counter()
    where: dict[int, int] = {}
    for match in re.finditer(f"({YEAR})年(?![0-9]{{1,2}}月[0-9]{{1,2}}日?(?:修订|施行|起|,))", running.text):
        year = read_year(match[1])
        if year:
            counts[year] += 1
            where.setdefault(year, match.start())
    ranked = counts.most_common(2)
    if ranked and ranked[0][1] >= _BODY_YEARS and (len(ranked) == 1 or ranked[0][1] >= 2 * ranked[1][1]):
        year = ranked[0][0]
        yield claim("year", "text", year, f"{year}年 × {ranked[0][1]}", running.place(where[year]))


def signature_claims(lines: Sequence[Line], after: int) -> Iterator[FieldClaim]:
    """The organ and date at the end of the text, or right below the title (line ``after``, -1: no title)."""
    rows = [(at, tidied) for at, line in enumerate(lines) if (tidied := tidy(line.text)) and at > after]
    tail = rows[max(4, len(rows) * 3 // 5) :]
    yield from _signed(lines, tail[::-1], from_end=True)
    yield from _signed(lines, rows[:3], from_end=False)


def _signed(lines: Sequence[Line], rows: Sequence[tuple[int, str]], *, from_end: bool) -> Iterator[FieldClaim]:
    """The first date line of ``rows``, with the organ in it or in the two rows beyond (from the end) or anywhere."""
    for order, (at, text) in enumerate(rows):
        match = re.fullmatch(f"(?P<organ>\\D*?)[(]?(?P<date>{DATE})[)]?", text)
        day = whole_date(match["date"]) if match else None
        if not (match and day) or (match["organ"] and not looks_like_organ(match["organ"])):
            continue
        near = rows[order + 1 : order + 3] if from_end else rows[:order]
        organ = list(_signature_organ(lines, [(at, match["organ"]), *near]))
        # A bare 2024-03-01 without an organ is a list of other documents rather than a signature.
        if organ or "年" in text:
            yield from _signature_date(day, lines[at], from_end)
            yield from organ
            return
    if not from_end:
        yield from _signature_organ(lines, [row for row in rows[:1] if regions_at_start(row[1])])
        return
    last_organs = [row for row in rows[:3] if looks_like_organ(row[1]) and regions_at_start(row[1])]
    # Several organs below one another are a site's links.
    if len(last_organs) == 1:
        yield from _signature_organ(lines, last_organs)


def _signature_date(day: date, line: Line, from_end: bool) -> Iterator[FieldClaim]:
    quote = line.text.strip()
    yield claim("published", "signature", day.isoformat(), quote, line.place)
    if day.month <= 4 and from_end:
        yield claim("year", "signature", day.year - 1, quote, line.place)


def seal_claims(seals: Sequence[Line]) -> Iterator[FieldClaim]:
    """The organ whose seal stands on the report."""
    for seal in seals:
        text = tidy(seal.text)
        if looks_like_organ(text) and text not in _GENERIC and not _only_region(text):
            yield claim("organ", "seal", text, seal.text, seal.place)


def _signature_organ(lines: Sequence[Line], rows: Sequence[tuple[int, str]]) -> Iterator[FieldClaim]:
    for at, text in rows:
        if text and looks_like_organ(text) and text not in _GENERIC and not _only_region(text):
            yield claim("organ", "signature", text, lines[at].text.strip(), lines[at].place)
            return


def _only_region(text: str) -> bool:
    region = regions_at_start(text)
    return region is not None and region.end == len(text)


def header_claims(lines: Sequence[Line], until: int) -> Iterator[FieldClaim]:
    """The fields above the text that a web page prints (发布机构, 发布时间 …), up to line ``until``."""
    for line in lines[:until]:
        for match in _FIELD.finditer(squeeze_dated(line.text)) if len(line.text) < 200 else ():
            yield from _field(match["key"], match["value"], line)


def _field(key: str, value: str, line: Line) -> Iterator[FieldClaim]:
    if key in _DATE_KEYS:
        day = next(read_dates(value), None)
        if day:
            yield claim("published", "header", day[0].isoformat(), line.text.strip(), line.place)
        return
    organ = re.split("发布|时间|浏览|阅读|作者|字体|日期", value)[0]
    if looks_like_organ(organ) and organ not in _GENERIC:
        yield claim("organ", "header", organ, line.text.strip(), line.place)


def file_claims(source_name: str) -> Iterator[FieldClaim]:
    """What the name of the source says, then its folders from the innermost out (``/`` within archives too)."""
    parts = [part for part in re.split(r"[/\\]|::|!", source_name) if part.strip()]
    for order, part in enumerate(reversed(parts)):
        kind = "folder" if order else "file_name"
        stem = squeeze(_SUFFIX.sub("", part.strip()))
        yield from _name_claims(stem, kind, part)


def _name_claims(stem: str, kind: str, quote: str) -> Iterator[FieldClaim]:
    trimmed = re.sub("[-_.0-9()]+$|^[0-9]{1,3}[-_.、]", "", stem)
    title = parse_title(stem) or parse_title(trimmed) or Title(_organ_in_name(stem), _year_in_name(stem))
    if title.organ and title.organ not in _GENERIC:
        yield claim("organ", kind, title.organ, quote, Place())
    if title.year is not None:
        yield claim("year", kind, title.year, quote, Place())


def _year_in_name(stem: str) -> int | None:
    """The one year in a name; the year of a full date (20250115) is not it."""
    bare = _FULL_DATE.sub(" ", stem)
    years = {year for text in re.findall(YEAR, bare) if (year := read_year(text))}
    short = re.search("(?<![0-9])([012][0-9])年度?(?=政府|政务|信息|年报|报告)", bare)
    if not years and short:
        return read_year("20" + short[1])
    return years.pop() if len(years) == 1 else None


def _organ_in_name(stem: str) -> str:
    bare = re.sub(f"{YEAR}年?度?", "_", _FULL_DATE.sub("_", stem))
    bare = re.sub("(?:的|关于)?(?:政府|政务)?信息公开.*|政务公开.*|年度报告.*|年报.*|工作报告.*|关于", "_", bare)
    pieces = re.split(r"[-_—+,.;:\s\[\]【】0-9]+", bare)
    organs = [piece for piece in pieces if looks_like_organ(piece) and piece not in _GENERIC]
    return max(organs, key=lambda piece: (regions_at_start(piece) is not None, len(piece)), default="")


def hint_claims(hints: Mapping[str, str]) -> Iterator[FieldClaim]:
    """What the format declares: a title (of a web page, often with the site's name behind it) and a date."""
    for part in re.split(r"[_|｜>»]|\s[-–—]+\s|(?<=报告)[-–—]+", hints.get("title", "")):
        title = parse_title(tidy(part))
        organ = tidy(part)
        if title is not None:
            yield from _of_title(title, "hint", hints["title"], Place())
        elif looks_like_organ(organ) and regions_at_start(organ):
            yield claim("organ", "site", organ, hints["title"], Place())
    day = next(read_dates(squeeze_dated(hints.get("published", ""))), None)
    if day:
        yield claim("published", "hint", day[0].isoformat(), hints["published"], Place())
