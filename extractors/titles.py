"""Titles of annual reports on information disclosure: what they say, and where they stand among other lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from extractors.dates import YEAR, read_year
from extractors.page import Line
from models.folding import squeeze
from models.organs import looks_like_organ, named_regions, regions_at_start

#: A title broken over more lines than this is not known.
_MAX_LINES: Final = 4
_MAX_LENGTH: Final = 90
_YEAR_WORDS: Final = f"\\(?(?:{YEAR})年?度?\\)?"
_FILLER: Final = "(?:工作|情况|的|本?年度|总体|执行|开展|实施|落实|贯彻|全面|推进|主动)*"
_TITLE: Final = re.compile(
    f"(?:关于)?(?P<y0>{_YEAR_WORDS})?"
    "(?P<organ>[^。;,!?|<>《》\\[\\]:：]{0,60}?)(?:关于)?(?:本单位|本机关|本部门)?"
    f"(?P<y1>{_YEAR_WORDS})?的?(?:本?年度)?(?:依申请|主动)?"
    "(?:(?:政府|政务|行政)?信息(?:\\(政务\\)|[和与及暨、]?政务)?公开|政务(?:信息)?公开)"
    "(?:[和与及暨、]?\\(?(?:政务公开|政府信息公开)\\)?)?"
    f"{_FILLER}(?P<y2>{_YEAR_WORDS})?{_FILLER}"
    f"(?P<noun>报告书?|年报|总结)(?P<y3>{_YEAR_WORDS})?(?:\\((?P<after>[^()0-9]{{1,40}})\\))?"
)
_PREFIX: Final = re.compile(
    "[#*>]+|附件[0-9一二三四五六七八九十]*[:.、]?|(?:标题|名称|题目|信息名称|文件名称):|\\[bookmark:[^\\]]*\\]|[●■◆·]+"
)
#: Words of the line of fields below a page's title.
_FRAME: Final = re.compile("发布时间|发布日期|来源:|浏览|字号|打印|分享|索引号")
_SECTION: Final = re.compile("[#*]*(?:[一二]、|第一(?:部分|章))")


@dataclass(frozen=True, slots=True)
class Title:
    """What a title says. ``organ`` is empty and ``year`` None where it does not; ``weak`` marks a 总结 (summary)."""

    organ: str
    year: int | None
    weak: bool = False

    @property
    def weight(self) -> int:
        """How much it says. A year weighs most: a site's name above a category (政府信息公开年报) has an organ too."""
        region = bool(self.organ) and regions_at_start(self.organ) is not None
        return 2 * bool(self.organ) + region + 4 * (self.year is not None) - 5 * self.weak


@dataclass(frozen=True, slots=True)
class TitleSpan:
    """A title among lines: it takes the lines ``first`` to ``last`` (indices, both included)."""

    title: Title
    first: int
    last: int


def tidy(text: str) -> str:
    """A line as titles are compared: squeezed, without marks of headings, lists and attachments before it."""
    squeezed = squeeze(text)
    while match := _PREFIX.match(squeezed):
        squeezed = squeezed[match.end() :]
    return re.sub("[*#]+$", "", squeezed)


def parse_title(tidied: str) -> Title | None:
    """What the whole text (tidied) says as a title, or None where it is no such title."""
    text = re.sub("^《(.*)》$", r"\1", tidied)
    if not 6 <= len(text) <= _MAX_LENGTH or "公开" not in text:
        return None
    match = _TITLE.fullmatch(text)
    if not match:
        return None
    organ = match["organ"] + "政府" if match["organ"].endswith("人民") else match["organ"]
    organ = re.sub("^关于|关于$", "", organ).strip("、-_(·")
    if not organ and match["after"] and looks_like_organ(match["after"]):
        organ = match["after"]
    if organ and not (looks_like_organ(organ) and _one_organ(organ)):
        return None
    years = {read_year(re.sub("[()年度]", "", match[name])) for name in ("y0", "y1", "y2", "y3") if match[name]}
    if len(years) > 1 or None in years:
        return None
    return Title(organ, next(iter(years), None), match["noun"] == "总结")


def _one_organ(organ: str) -> bool:
    """False for two names run together (邢台市人民政府 + 市工业和信息化局), as a site's name above a title gives."""
    bare = re.sub(r"\([^()]*\)", "", organ)
    if re.search("(?:人民政府|局|厅|委员会)(?:[省市县区州旗][^场]|.*人民政府)", bare):
        return False
    if re.search("(?:分局|支局|支队|大队|分中心|工作站)$", bare):
        return True
    return not any(re.search("(?:政府|[局厅委会室])$", bare[: region.start]) for region in named_regions(bare)[1:])


def is_title(text: str) -> bool:
    """Whether the text, alone, is the title of such an annual report (it may hold line breaks and blanks).

    A category of a web site (政府信息公开年报) says neither organ nor year and does not count, unless it is worded in
    full as the report is (政府信息公开工作年度报告).
    """
    tidied = tidy(text)
    title = parse_title(tidied)
    if title is None or title.weak:
        return False
    return bool(title.organ) or title.year is not None or "公开工作年度报告" in tidied


def find_titles(lines: Sequence[Line]) -> tuple[TitleSpan, ...]:
    """All titles among the lines, in order, each with the lines that it was broken over; none overlap."""
    rows = [(index, tidied) for index, line in enumerate(lines) if (tidied := tidy(line.text))]
    found: list[tuple[int, int, TitleSpan]] = []
    for at in range(len(rows)):
        for width in range(1, min(_MAX_LINES, len(rows) - at) + 1):
            joined = "".join(text for _, text in rows[at : at + width])
            if len(joined) > _MAX_LENGTH:
                break
            title = parse_title(joined)
            if title:
                found.append((title.weight, -width, TitleSpan(title, rows[at][0], rows[at + width - 1][0])))
    return _without_overlaps(found)


def _without_overlaps(found: list[tuple[int, int, TitleSpan]]) -> tuple[TitleSpan, ...]:
    kept: list[TitleSpan] = []
    taken: set[int] = set()
    for _, _, span in sorted(found, key=lambda item: (-item[0], -item[1], item[2].first)):
        covered = range(span.first, span.last + 1)
        if taken.isdisjoint(covered):
            kept.append(span)
            taken.update(covered)
    return tuple(sorted(kept, key=lambda span: span.first))


def main_title(lines: Sequence[Line]) -> TitleSpan | None:
    """The title of the report that the lines are: not a link in a list of other years, nor a summary's in its body."""
    spans = find_titles(lines)
    if not spans:
        return None
    opening = first_section(lines)
    # The frame of a site stands before the text, so the last of equals is nearest to it; without sections, the first.
    nearness = 1 if opening < len(lines) else -1
    return max(spans, key=lambda span: (_rank(lines, span, spans, opening), nearness * span.first))


def first_section(lines: Sequence[Line]) -> int:
    """The index of the first numbered section's line; the number of lines where there is none."""
    return next((at for at, line in enumerate(lines) if _SECTION.match(squeeze(line.text))), len(lines))


def _rank(lines: Sequence[Line], span: TitleSpan, spans: Sequence[TitleSpan], opening: int) -> int:
    rank = span.title.weight + 4 * (span.first < opening)
    rank += 2 * any(line.heading for line in lines[span.first : span.last + 1])
    following = [text for line in lines[span.last + 1 : span.last + 12] if (text := squeeze(line.text))][:5]
    rank += 2 * any((len(text) >= 30 and not _FRAME.search(text)) or _SECTION.match(text) for text in following)
    in_list = any(span.last + 1 == other.first and other.title.year != span.title.year for other in spans)
    return rank - 3 * in_list
