"""Which national form a report stands on: told from the headings of its tables, never from its year.

Reports of 2021 and later still turn up on the form of 2019; the year only decides where no heading does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models.folding import label_key

#: Headings and row labels that stand on one form alone (the authority of each form is named in its YAML file).
MARKS: Mapping[str, tuple[str, ...]] = {
    "2021": (
        "本年制发件数",
        "本年废止件数",
        "现行有效件数",
        "本年处理决定数量",
        "本年收费金额",
        "申请人无正当理由逾期不补正",
        "申请人逾期未按收费通知要求缴纳费用",
    ),
    "2019": (
        "本年新制作数量",
        "本年新公开数量",
        "对外公开总数量",
        "上一年项目数量",
        "本年增减",
        "其他对外管理服务事项",
        "政府集中采购",
        "采购项目数量",
    ),
    "2014": (
        "统计指标",
        "主动公开政府信息数",
        "政府公报公开政府信息数",
        "政务微博公开政府信息数",
        "政务微信公开政府信息数",
        "回应公众关注热点或重大舆情数",
        "同意公开答复数",
        "不属于本行政机关公开数",
        "设置政府信息公开查阅点数",
        "举办各类培训班数",
        "申请办结数",
    ),
}

#: Shared by the forms of 2019 and 2021.
SHARED_MARKS = ("本年新收政府信息公开申请数量", "上年结转政府信息公开申请数量", "结转下年度继续办理", "结果维持")


@dataclass(frozen=True, slots=True)
class FormChoice:
    """The form, how sure, the heading that decided, and other forms whose headings were seen too."""

    form: str
    confidence: float
    quote: str
    rivals: tuple[str, ...] = ()


def choose_form(texts: Iterable[str], year: int | None) -> FormChoice | None:
    """Decide from the texts of cells and short lines; None when nothing of any form is there.

    ``year`` is the report's year where it is known, used only where the headings are silent.
    """
    votes: dict[str, set[str]] = {form: set() for form in MARKS}
    shared = False
    for text in texts:
        key = label_key(text)
        for form, marks in MARKS.items():
            votes[form].update(mark for mark in marks if mark in key)
        shared = shared or any(mark in key for mark in SHARED_MARKS)
    ranked = sorted(votes, key=lambda form: (-len(votes[form]), form))
    best = ranked[0]
    if votes[best]:
        rivals = tuple(form for form in ranked[1:] if votes[form])
        total = sum(len(found) for found in votes.values())
        return FormChoice(best, round(min(0.999, len(votes[best]) / total), 4), min(votes[best]), rivals)
    if not shared:
        return None
    form = "2019" if year is not None and year < 2021 else "2021"
    return FormChoice(form, 0.6, "", ())
