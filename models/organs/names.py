"""Which region a text names: a chain of names from province to county, and the choice among regions of one name."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from models.organs.regions import Region, RegionIndex, load_regions

#: A national system that names the region of its local body behind its own name.
_NATIONAL: Final = re.compile(
    "国家税务总局|国家统计局|国家金融监督管理总局|国家外汇管理局|国家粮食和物资储备局|中国气象局|中国人民银行|中华人民共和国|国家能源局|"
    "国家矿山安全监察局|中国证券监督管理委员会|中国银行保险监督管理委员会|中共|自然资源部|生态环境部|"
    # A division of the Xinjiang corps shares its city's government: 新疆生产建设兵团第八师石河子市.
    "新疆生产建设兵团(?=第)|第[一二三四五六七八九十]+师(?!范)"
)
#: An organ that its superior has placed in a region below.
_BRANCH: Final = re.compile("(?:分局|支局|支队|大队|分中心|工作站)$")
#: What a government has set up on land of a region that the name may give without its suffix (河北清河经济开发区).
_ZONE: Final = re.compile("(?:[区园](?:管理委员会|管委会|管理局|管理办公室)?|管理委员会|管委会)$")
#: Characters that make another word of a name's last character: 市场, 区域, 县城, 州县.
_OTHER_WORD: Final = {"市": "场", "区": "域间", "州": "县", "省": "级", "县": "级", "盟": "友", "旗": "下舰"}
_BEFORE_REGION: Final = '《（(【[、，。,;；:："“ \t/\\_-—>》'


@dataclass(frozen=True, slots=True)
class NamedRegion:
    """A region as a text names it.

    ``name`` is the text's wording, ``[start, end)`` its place there; ``candidates`` are the regions of that name that
    agree with the names before it; ``short`` is true for a name without its suffix (河北).
    """

    name: str
    start: int
    end: int
    candidates: tuple[Region, ...]
    short: bool = False


def regions_at_start(text: str, start: int = 0, *, short: bool = True) -> NamedRegion | None:
    """The chain of region names that begins at ``start`` (河北省邢台市清河县): the last, with its candidates."""
    index = load_regions()
    found: NamedRegion | None = None
    position = start
    while (step := _next_name(index, text, position, found, short)) is not None:
        found, position = step, step.end
    if found is None:
        return None
    return NamedRegion(text[start : found.end], start, found.end, found.candidates, found.short)


def _next_name(index: RegionIndex, text: str, at: int, above: NamedRegion | None, short: bool) -> NamedRegion | None:
    if text[at : at + 2] not in index.heads:
        return None
    for length in range(min(index.longest, len(text) - at), 1, -1):
        name = text[at : at + length]
        is_short = name not in index.full
        candidates = index.full.get(name) or (index.short.get(name, ()) if short and above is None else ())
        if above is not None:
            candidates = tuple(region for region in candidates if _below(region, above.candidates))
        following = text[at + length : at + length + 1]
        if candidates and not (following and following in _OTHER_WORD.get(name[-1], "")):
            return NamedRegion(name, at, at + length, candidates, is_short)
    return None


def _below(region: Region, above: Collection[Region]) -> bool:
    """Inside of one of the regions above; a county directly under a province counts, and so does a namesake's heir."""
    return any(region.within(other) for other in above)


def national_prefix(text: str) -> int:
    """The length of a national system's name at the head of an organ's name (国家税务总局清河县税务局), or 0."""
    end = 0
    while match := _NATIONAL.match(text, end):
        end = match.end()
    return end


def named_regions(text: str) -> tuple[NamedRegion, ...]:
    """All chains of full region names in a text, in order; for context, so a name inside a longer word may slip in."""
    found: list[NamedRegion] = []
    position = 0
    while position < len(text):
        step = regions_at_start(text, position, short=_stands_apart(text, position))
        if step is None:
            position += 1
        else:
            found.append(step)
            position = step.end
    return tuple(found)


def _stands_apart(text: str, position: int) -> bool:
    return position == 0 or text[position - 1] in _BEFORE_REGION


def organ_region(organ: str) -> NamedRegion | None:
    """The region in an organ's name: at its head, behind the name of a national system, or a branch's or zone's own.

    (邢台市生态环境局清河县分局, 邢台市公安局清河分局 and 河北清河经济开发区管理委员会 are of 清河县.)
    """
    named = regions_at_start(organ, national_prefix(organ))
    if named is None:
        return None
    if branch := _BRANCH.search(organ):
        return _branch_region(organ, branch.start(), named) or named
    if _ZONE.search(organ):
        return _stem_region(organ, named) or named
    return named


def _branch_region(organ: str, end: int, above: NamedRegion) -> NamedRegion | None:
    """The region that a branch serves: named in full anywhere, or without its suffix right before the word for branch."""
    for inner in named_regions(organ[above.end :]):
        if below := _inside(inner.candidates, above):
            return NamedRegion(inner.name, above.end + inner.start, above.end + inner.end, below)
    for start in range(above.end, end - 1):
        if below := _inside(load_regions().stems.get(organ[start:end], ()), above):
            return NamedRegion(organ[start:end], start, end, below, short=True)
    return None


def _stem_region(organ: str, above: NamedRegion) -> NamedRegion | None:
    """A region within the one named, without its suffix, right behind it."""
    index = load_regions()
    for end in range(min(len(organ), above.end + index.longest), above.end + 1, -1):
        if below := _inside(index.stems.get(organ[above.end : end], ()), above):
            return NamedRegion(organ[above.start : end], above.start, end, below, short=True)
    return None


def _inside(regions: Sequence[Region], above: NamedRegion) -> tuple[Region, ...]:
    return tuple(region for region in regions if _below(region, above.candidates))


def choose(
    candidates: Sequence[Region], year: int | None, context: Collection[Region]
) -> tuple[tuple[Region, ...], str]:
    """The candidates that remain, and what settled it: name, exact, prefecture, province, year, or "" (unsettled).

    ``context`` are regions that the same source names: one of the candidates itself (named with what is above it), a
    prefecture or a province. A code that was not in force for a report on ``year`` is dropped while others remain.
    """
    left = tuple(candidates)
    if len(left) == 1:
        return left, "name"
    codes = {region.code for region in context}
    prefectures = {region.code for region in context if region.level == "prefecture"}
    provinces = {region.code[:2] + "0000" for region in context}
    for settled, fits in (
        ("exact", lambda region: region.code in codes),
        ("prefecture", lambda region: region.code[:4] + "00" in prefectures),
        ("province", lambda region: region.ancestors[:1] and region.ancestors[0] in provinces),
    ):
        left = tuple(filter(fits, left)) or left
        if len(left) == 1:
            return left, settled
    left = tuple(region for region in left if _alive(region, year)) or left
    return left, "year" if len(left) == 1 else ""


def _alive(region: Region, year: int | None) -> bool:
    return region.last is None if year is None else region.in_force(year)
