"""Which period a figure covers: the report's year, all years up to now, or an earlier one."""

from __future__ import annotations

import re
from typing import Final

from extractors.narrative.context import Context
from models.narrative_fact import Scope

#: Stocks stand at a day; they are never sums over years.
STOCKS: Final = frozenset({"followers", "normative_in_force", "requests_carried_in", "requests_carried_out"})
_EARLIER: Final = r"上一?年度?(?!末?结转)|去年|前年|往年|20\d\d年度?"
_PRIOR: Final = re.compile(
    rf"(?:较|比|高于|低于|多于|少于|[(（]|^|[,，;；、#])\s*(?:较|比)?(?:{_EARLIER})(?:全年|同期|度|末|底)*(?:共|的|为|是|有|只|仅|[^#,，;；、(（。]{{0,16}})?$"
)
_OPEN_START: Final = re.compile(
    r"以来|至今|(?:[二三四五六七八九十\d]|十[一二三四五六七八九])年来|自(?:19|20)?\d\d年[^,，#]{0,12}起|历年"
)
_UNTIL: Final = re.compile(r"截[至止](?:到)?[^#]{0,14}(?:累计|目前|至今|共)|截[至止]目前")
_THIS_YEAR: Final = re.compile(r"全年|本年|年内|一年来|当年|今年|20\d\d年累计")


def scope_of(context: Context, kind: str, year: int | None) -> Scope:
    """The period of a figure of type ``kind``."""
    if kind == "requests_carried_in" and re.search("结转|转入", context.own):
        return "year"
    if _is_prior(context, year):
        return "prior_year"
    if kind not in STOCKS and _is_cumulative(context, year):
        return "cumulative"
    return "year"


def _is_prior(context: Context, year: int | None) -> bool:
    stretch = context.before.rsplit("#", 1)[-1]
    clause = re.split(r"[;；。]", stretch)[-1]
    named = list(re.finditer(_EARLIER, clause))
    if not named:
        return False
    last = named[-1]
    digits = re.search(r"20\d\d", last[0])
    if digits and (year is None or int(digits[0]) >= year):
        return False
    between = clause[last.end() :]
    if re.search(r"增加|减少|增长|下降|上升|增至|提高|以来|起|至今|报告|印发|结转|开通|上线|成立|改版", between):
        return False
    return not re.search(r"(?:以来|自)$", clause[: last.start()]) and len(re.findall("[,，]", between)) <= 1


def _is_cumulative(context: Context, year: int | None) -> bool:
    near = re.split(r"[;；。]", context.before)[-1]
    tail = near.rsplit("#", 1)[-1]
    open_start = _OPEN_START.search(near)
    if open_start and not re.search(r"(?:20\d\d年|本年|全年|今年)[^#]*$|#[^#]*#[^#]*$", near[open_start.end() :]):
        return True
    return bool(_UNTIL.search(tail)) and not _THIS_YEAR.search(tail)
