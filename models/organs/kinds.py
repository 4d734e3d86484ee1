"""What an organ's name says: its level and its kind; whether two names are of one organ."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from models.organs.names import national_prefix, organ_region, regions_at_start
from models.organs.regions import RegionLevel

Level = Literal["nation", "province", "prefecture", "county", "township", "village", "unknown"]
Kind = Literal["government", "office", "department", "zone", "institution", "enterprise", "other"]


@dataclass(frozen=True, slots=True)
class OrganKind:
    """Level and kind of an organ; ``unknown`` and ``other`` where its name does not say."""

    level: Level
    kind: Kind


_ZONES: Final = (
    "开发区|新区|园区|示范区|试验区|保税区|度假区|名胜区|风景区|管理区|工业区|产业园|高新区|经开区|综保区|自贸区|"
    "试验港|合作区|实验区"
)
_INSTITUTIONS: Final = (
    "大学|学院|学校|中学|小学|幼儿园|医院|卫生院|研究院|研究所|图书馆|博物馆|档案馆|电视台|报社|监狱|出版社|"
    "疾病预防控制中心"
)
#: The kinds by the end of the name, the first that fits. A township's name alone stands for its government.
_KINDS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("government", re.compile("政府$|行政公署$|行署$|街道办事处$|街道办$|村民委员会$|村委会$|居民委员会$|居委会$")),
    ("office", re.compile("人民政府(?:办公室|办公厅|办)$|政府办公?室?$|公署办公室$|^(?:党政)?办公[室厅]$")),
    ("zone", re.compile(f"(?:{_ZONES})(?:管理委员会|管委会|管理局|管理办公室)?$|管理委员会$|管委会$")),
    ("enterprise", re.compile("公司$|集团$|[银分支]行$|电网$|水务$")),
    ("institution", re.compile(f"(?:{_INSTITUTIONS})$")),
    ("department", re.compile("(?:[局厅委部署办院队站所处社会馆台]|办公室|办公厅|中心|海关)$")),
    ("government", re.compile("[镇乡市县区省州旗盟村]$|街道$|地区$|苏木$")),
)
_VILLAGE: Final = re.compile("(?:村|社区|居委会|村委会|村民委员会|居民委员会)$")
_TOWNSHIP: Final = re.compile(
    "(?:镇|乡|街道|苏木|[0-9一二三四五六七八九十]团)(?:人民政府|政府|办事处|办)?(?:办公室|党政办公室)?$"
)
#: A division of the Xinjiang corps has the rank of a prefecture, its city the code of a county.
_DIVISION: Final = re.compile("(?:新疆生产建设兵团)?第[一二三四五六七八九十]+师(?!范)")
#: A national organ itself: one word for an organ, and none of a body of its below that (国家统计局清河调查队).
_NATION: Final = re.compile(
    "(?:国家|国务院|中华人民共和国|中国)[^局委部署院会]*(?:局|委|委员会|部|署|院|会|办公厅|办公室|银行|中心)?"
)
#: Customs houses have districts of their own: their names give the seat, and not whether it is one of the upper ones.
_OWN_DISTRICT: Final = re.compile("海关$")
#: Who governs a street or a zone, behind its name; and a committee's full and short endings.
_GOVERNING: Final = re.compile("(?<=街道)(?:办事处|办)$|(?<=[区园])(?:管理委员会|管委会)$")
_COMMITTEE: Final = re.compile("委(?:员会|会)$")
#: One organ's whole name: ideographs, brackets, the middle dot of foreign names, ending as organs' names do.
_ORGAN: Final = re.compile(
    '(?=.{2,60}$)[\u4e00-\u9fff〇·•、()A-Za-z0-9“”"]*?'
    "(?:政府|办公室|办公厅|[局厅委部署院队站所社会馆台关处办]|中心|集团|公司|大学|学校|中学|小学|"
    "分行|支行|银行|农场|林场|牧场|兵团|师|监狱|街道|[镇乡村区市县省州盟旗]|园|社区|苏木|服务团|电视台|幼儿园|总工会)"
    "(?:\\([\u4e00-\u9fff、]{2,60}\\))*"
)
#: Beginnings that no organ's name has: they show a sentence, a heading or a field.
_NO_ORGAN: Final = re.compile(
    "关于|本(?!溪)|我|根据|按照|现将|现发布|各|全(?![州南椒国])|该|其|附件|目录|首页|当前|您|第[一二三四五六七八九十0-9]++(?!师(?!范))|"
    "[一二三四五六七八九十]+[、是]|在|对(?!外)|由|向(?!阳)|与|和(?![平田龙顺县静政布硕林康安])"
)
_MIDDLE: Final = re.compile(
    "的|了|是|为(?![民县市])|通过|加强|根据|年度|公开(?!局)|网站|(?<![0-9])20[0-9]{2}(?![0-9])|情况|要求|主办|承办|版权"
)


def classify(name: str) -> OrganKind:
    """Level and kind of the organ of this name (folded, without blanks)."""
    bare = re.sub(r"\([^()]*\)", "", name)
    kind: Kind = next((kind for kind, pattern in _KINDS if pattern.search(bare)), "other")
    return OrganKind(_level(bare, kind), kind)


def _level(name: str, kind: Kind) -> Level:
    region = organ_region(name)
    rest = name[region.end :] if region else name
    if _TOWNSHIP.search(rest):
        return "township"
    if _VILLAGE.search(rest) and not re.search("(?:开发区|新区)", rest):
        return "village"
    if _DIVISION.match(name):
        return "prefecture"
    if _OWN_DISTRICT.search(name):
        return "unknown"
    if region:
        levels = {candidate.level for candidate in region.candidates}
        found: Level = levels.pop() if len(levels) == 1 else "unknown"
        # Which level a zone is of does not follow from the province that it lies in.
        return "unknown" if (kind, found) == ("zone", "province") else found
    if _NATION.match(name):
        return "nation" if _NATION.fullmatch(name) else "unknown"
    said: dict[str, Level] = {"省": "province", "州": "prefecture", "县": "county", "区": "county", "旗": "county"}
    return said.get(name[0], "unknown") if len(name) > 2 else "unknown"


def level_in(name: str, region: RegionLevel) -> Level:
    """The level of an organ of which the name alone does not tell it, and a region that reports give it does.

    It is the region's where the name leaves it to that (教育局 in the county's report); a name that gives its region itself,
    or is of a national system, has said what it can, and so has a zone in a province.
    """
    bare = re.sub(r"\([^()]*\)", "", name)
    named = organ_region(bare)
    is_told = named is not None and len({candidate.level for candidate in named.candidates}) == 1
    if is_told or _NATION.match(bare) or _OWN_DISTRICT.search(bare):
        return "unknown"
    return "unknown" if (classify(name).kind, region) == ("zone", "province") else region


def looks_like_organ(name: str) -> bool:
    """Whether the whole text (folded, without blanks) can be one organ's name."""
    if not _ORGAN.fullmatch(name) or _NO_ORGAN.match(name):
        return False
    return not _MIDDLE.search(name)


@dataclass(frozen=True, slots=True)
class NameShape:
    """A name taken apart: the codes that the last region named can have, and the rest.

    The rest is without brackets and words for government, so that it is empty for a region's government; a street's office
    and a zone's committee go by what they govern, and a committee by 委. ``office`` is true where the name is that of the
    government's own office.
    """

    codes: frozenset[str]
    rest: str
    office: bool


def same_organ(one: str, other: str) -> bool:
    """Whether two names can be of one organ: equal, one short for the other, or a region and its government.

    A shorter form keeps the order of the characters (邢台市工信局, 邢台市工业和信息化局) and names the same region or
    none; an added bracket, the government's own office and a longer chain of regions do not matter.
    """
    first, second = name_shape(one), name_shape(other)
    alike = one == other or (first.codes, first.rest) == (second.codes, second.rest)
    return alike or is_short_form(first, second)


def name_shape(name: str) -> NameShape:
    """Take an organ's name (folded, without blanks) apart."""
    bare = re.sub(r"\([^()]*\)", "", name)
    start = national_prefix(bare)
    region = regions_at_start(bare, start)
    rest = bare[:start] + bare[region.end if region else start :]
    codes = frozenset(candidate.code for candidate in region.candidates) if region else frozenset()
    shorter = re.sub("(?:人民)?政府(?:办公室|办公厅|办)?$|^[省市县区州旗]", "", rest)
    shorter = _COMMITTEE.sub("委", _GOVERNING.sub("", shorter))
    return NameShape(codes, shorter, bool(re.search("政府(?:办公室|办公厅|办)$", rest)))


def is_short_form(one: NameShape, other: NameShape) -> bool:
    """Whether one name can be the other with characters left out."""
    if one.codes and other.codes and one.codes.isdisjoint(other.codes):
        return False
    short, long = sorted((one.rest, other.rest), key=len)
    if not short:
        return not long
    letters = iter(long)
    return short[-1] == long[-1] and all(char in letters for char in short)
