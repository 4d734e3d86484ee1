"""Denials: 未收到…申请, 未发生行政复议, 未收取…费, 上年结转无. The thing denied counts as 0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from extractors.narrative.mentions import Mention
from extractors.narrative.sentences import sentences


@dataclass(frozen=True, slots=True)
class Deniable:
    """A thing that reports deny: its type, its nouns (longest first) and the verbs of which one must stand near."""

    kind: str
    nouns: str
    verbs: str = ""
    needs: str = ""


_HAPPEN: Final = "发生|出现|产生|引发|引起|导致|收到|被|提起|有|涉及|因|接到|存在|新增|发现|无|没有|应对"
_THINGS: Final = (
    Deniable("reviews", "行政复议|复议", _HAPPEN),
    Deniable("litigations", "行政诉讼|诉讼", _HAPPEN),
    Deniable(
        "processing_fee",
        "信息处理费|信息公开处理费|费用|收费",
        "收|产生|发生|无|没有",
        "申请|信息公开|处理费|收费|费用",
    ),
    Deniable("fees_amount", "行政事业性收费"),
    Deniable("requests_carried_in", "上年度结转|上年结转"),
    Deniable("requests_carried_out", "结转(?:至|到)?下一?年度?(?:办理)?|结转(?:至|到)?次年"),
    Deniable("requests_in_person", "当面申请"),
    Deniable("requests_received", "政府信息公开申请|依申请公开|申请", "收到|接到|受理|收悉|接收|有|无|提出|发生|出现"),
    Deniable("normative_issued", "行政规范性文件|规范性文件", "制发|制定|出台|印发|制订|发布|新增"),
    Deniable("normative_repealed", "废止"),
    Deniable("interpretations", "政策解读", "发布|开展|制作|有|无"),
    Deniable("rules_issued", "规章(?!制度)", "制发|制定|出台|印发|制订|发布"),
    Deniable("licensing_decisions", "行政许可", "办理|作出|实施|受理|涉及|无|有|没有"),
    Deniable("penalty_decisions", "行政处罚", "办理|作出|实施|涉及|无|有|没有"),
)
_NOUN: Final = re.compile(
    "|".join(
        f"(?P<{thing.kind}>{thing.nouns})"
        for thing in sorted(_THINGS, key=lambda t: -max(map(len, t.nouns.split("|"))))
    )
)
_BY_KIND: Final = {thing.kind: thing for thing in _THINGS}
_CLAUSE: Final = re.compile(r"[^,，;；。!！?？\n]+")
#: A denying word, unless it belongs to another word (无法, 未经, 无偿 …) or to a wish.
_CUE: Final = re.compile(
    r"(?:未(?!经|按|及时|能|来|成年|公开|答复|在|达|完成|纳入|满)|没有?(?!收罚)|(?<!有)无(?!法|需|偿|效|障碍|关|论|缝|锡|须|理|故|人机|线|纸|证|正当|废(?!止)|其[他它]|败诉|诉讼)|无诉讼|不存在|(?<!不)不涉及|不收取|免收|不产生)"
)
_NOT_MEANT: Final = re.compile(
    r"力求|避免|防止|防范|杜绝|确保|力争|降低|减少|免予|如|若|的,|谢绝|(?<![按依照])规定|应当|不得|败诉"
)
_BEHIND: Final = re.compile(
    r"[”\"]?(?:案件|事项|情况|情形|案|费|的|数量?|数|等?情况)*(?:[:：]|均|都|皆|全|各|亦|也|为|全部)*(?:无(?=$|[、(（)）])|未发生|没有发生|未收到|未产生|未收取|均未|尚无|未有)"
)
#: 没有规范性文件出台: the verb behind the noun.
_CAME: Final = re.compile("(?:的)?(?:制发|制定|出台|印发|发生|产生|收到)")


def denials(text: str, numbers: list[Mention]) -> Iterator[Mention]:
    """The denied things of folded ``text``, each as a mention with value 0; ``numbers`` are the numbers found there."""
    for start, end in sentences(text):
        for clause in _CLAUSE.finditer(text, start, end):
            yield from _in_clause(text, *clause.span(), numbers)


def _in_clause(text: str, start: int, end: int, numbers: list[Mention]) -> Iterator[Mention]:
    words = list(text[start:end])
    for number in numbers:
        for at in range(max(number.start, start), min(number.end, end)):
            words[at - start] = "#"
    clause = "".join(words)
    cue = _CUE.search(clause)
    nouns = list(_NOUN.finditer(clause))
    if not nouns or not (cue or _BEHIND.search(clause)):
        return
    seen: list[re.Match[str]] = []
    for noun in nouns:
        if _is_denied(clause, cue, noun, nouns):
            seen.append(noun)
    for noun in seen:
        yield Mention(start + noun.start(), start + noun.end(), 0, denied=str(noun.lastgroup))


def _is_denied(clause: str, cue: re.Match[str] | None, noun: re.Match[str], nouns: list[re.Match[str]]) -> bool:
    thing = _BY_KIND[str(noun.lastgroup)]
    if re.match(r"[^#,，]{0,4}#", clause[noun.end() :]) or _NOT_MEANT.search(clause[: noun.start()]):
        return False
    if thing.needs and not re.search(thing.needs, clause):
        return False
    if _superseded(clause, noun):
        return False
    if cue and cue.end() <= noun.start() and "#" not in clause[cue.start() : noun.start()]:
        between = clause[cue.start() : noun.start()]
        return not thing.verbs or bool(re.search(thing.verbs, between)) or bool(_CAME.match(clause[noun.end() :]))
    tail = clause[noun.end() :]
    last = nouns[-1].end()
    if noun.lastgroup == "requests_received" and not re.match(
        r"[”\"]?(?:数|数量)?(?:[:：]|均|为|全)*(?:无(?=$|[、(（)）])|未收到|未有)", tail
    ):
        return False
    return bool(
        _BEHIND.match(tail)
        or (noun.end() < last and "#" not in tail and _BEHIND.match(clause[last:]))
        or _behind_list(tail)
    )


def _behind_list(tail: str) -> bool:
    """当面申请和传真申请均无: more of the list, then the denial."""
    match = re.match(r"(?:[、和及与或][^#,，、]{2,8})+?(?:均|都)(?:无|未发生|没有)$", tail)
    return match is not None


def _superseded(clause: str, noun: re.Match[str]) -> bool:
    """A noun that only qualifies another thing denied: 没有结转下年度的申请, 未因复议…, 政策解读 of documents."""
    kind, before, after = noun.lastgroup, clause[: noun.start()], clause[noun.end() :]
    if kind == "requests_received":
        return bool(re.search(r"结转|当面$|传真$|网络$|信函$|撤回|许可$|复议$|因[^#]{0,14}$", before)) or bool(
            re.match(r"(?:方面|投诉|的投诉|引发|引起|产生|的?行政|收费|而|公开(?:引|产|收)|人|工作|信息)", after)
        )
    if kind == "processing_fee":
        return bool(re.search("事业性$", before))
    if kind in ("reviews", "litigations"):
        return bool(re.match(r"前|后|申请人|机关|法", after)) or before.endswith(("公益", "民事", "刑事"))
    if kind in ("licensing_decisions", "penalty_decisions"):
        return bool(re.match("信息|公示", after))
    return False
