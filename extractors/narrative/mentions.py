"""Quantity mentions in running text: the numbers that may count something, with unit and qualifier."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from models.numerals import Number, Qualifier
from models.quantities import Quantity
from models.quantity_scan import scan_quantities


@dataclass(frozen=True, slots=True)
class Mention:
    """A number expression of the text (``start``, ``end``: offsets there), or a thing denied (``denied`` is its type).

    ``value`` is in the base unit, money in 元; ``unit`` None where none is printed. ``doubtful``: the number was read
    through noise.
    """

    start: int
    end: int
    value: Number
    unit: str | None = None
    qualifier: Qualifier = "exact"
    denied: str | None = None
    doubtful: bool = False
    floor: bool = False


#: 零 without a unit counts where a clause ends with it: 上年结转为零.
_NIL: Final = re.compile(
    r"(?:为|是|系|[:：])(零)(?=[,，。;；、)）\n]|$)|(零)(?=(?:政府信息公开)?(?:申请|行政复议|行政诉讼|复议|诉讼|收费))"
)
_FLOOR: Final = re.compile("不少于|不低于|不超过|不多于|至少|至多|≥|≤|>|<")
#: Behind a bare number: what shows that it is a date, a name, a document number or part of a word.
_BARE_GOES_ON: Final = re.compile(r"[,，。;；:：、)）(（\s]|$|和|及|与|其中|均|[+]")
_BARE_BEFORE: Final = re.compile(
    r"(?:电话|邮编|传真|邮政编码|热线|邮箱|房间|编号|〔\d{4}〕|\[\d{4}\]|网址|版本|[A-Za-z@./-])[:： ]*$"
)
_ENUMERATOR: Final = re.compile(r"(?:^|[\n。;；:：,，、])[(（]?$")
_TERM: Final = {"工作日", "个工作日", "天", "小时", "分钟", "分", "字", "届", "个月", "课时", "章", "号"}
#: 无一件: a denial of all, which counts nothing.
_NOT_ONE: Final = ("无", "没有", "未有")
#: 同其他工作一起落实: an adverb, where no case and no pause follows.
_TOGETHER: Final = re.compile("一起(?!行政|复议|诉讼|案|应诉|[,，。;；、:：)）\\s]|$)")
#: “民营经济31条”, “10万+”: a name, whatever number is in it.
_QUOTED: Final = re.compile(r"“[^“”\n]{1,14}”")
#: The most digits that the number of a list item has.
_ITEM_DIGITS: Final = 2
#: 三个新媒体平台, 5个方面: how something is divided, not how much of it there is.
_SORTS: Final = frozenset({"个", "大", "类", "种", "项", "大类"})
_PARTITION: Final = re.compile(
    r"(?:政务)?(?:新媒体)?(?:平台|渠道|方面|环节|部分|阶段|层面|维度|步骤|方式|途径|层级|大项|栏目(?=分别)|账号(?=共|发布|推送|累计|全年|更新))"
)
_ORDINAL_UNITS: Final = re.compile(r"(?:年|月|日|号|时|点|岁|级|层|楼|室|度|版|[A-Za-z%‰])")
_YEARLIKE: Final = re.compile(r"(?:19|20)\d\d")


def mentions(text: str) -> Iterator[Mention]:
    """The number expressions of folded ``text`` that may count something, in order.

    Dates, ordinals, shares, terms in days, list numbers and the numbers of documents, telephones and articles are
    left out; whether one of the rest is a fact is for its context to say.
    """
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    found = [
        Mention(
            start,
            end,
            quantity.value,
            quantity.unit,
            quantity.qualifier,
            doubtful=quantity.doubtful,
            floor=bool(_FLOOR.match(text[start:end])),
        )
        for start, end, quantity in scan_quantities(text)
        if _counts(text, start, end, quantity) and not any(a < start and end < b for a, b in quoted)
    ]
    taken = {mention.start for mention in found}
    found += [
        Mention(*match.span(match.lastindex or 0), 0)
        for match in _NIL.finditer(text)
        if match.start(match.lastindex or 0) not in taken
    ]
    yield from sorted(found, key=lambda mention: mention.start)


def _counts(text: str, start: int, end: int, quantity: Quantity) -> bool:
    behind, before = text[end : end + 4], text[max(0, start - 12) : start]
    if quantity.value < 0 or quantity.unit in _TERM:
        return False
    if quantity.value == 1 and (before.endswith(_NOT_ONE) or _TOGETHER.match(text, start)):
        return False
    if quantity.unit in _SORTS and _PARTITION.match(text, end):
        return False
    if quantity.unit is None:
        return _bare_counts(text, start, end, before, behind)
    if quantity.unit in ("个", "名", "位", "类", "级", "次") and re.match("百分点|月|工作日|小时|季度|年", behind):
        return False
    return not re.match(r"[%‰]", behind) and not before.endswith(("第", "〔", "百分之"))


def _bare_counts(text: str, start: int, end: int, before: str, behind: str) -> bool:
    printed = text[start:end]
    if (
        not re.search(r"\d|[一二三四五六七八九两][十百千]*[万亿]", printed)
        or _ORDINAL_UNITS.match(behind)
        or not _BARE_GOES_ON.match(behind)
    ):
        return False
    if _BARE_BEFORE.search(before) or before.endswith(("第", "前", "后", "-", "/", "～", "~")):
        return False
    if len(printed) <= _ITEM_DIGITS and _ENUMERATOR.search(before) and (re.match(r"[、.)）,，]", behind)):
        return False
    return not (_YEARLIKE.fullmatch(printed) and re.match("年|[-/.]", behind))
