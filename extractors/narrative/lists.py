"""What the mentions of a sentence say about each other: shared verbs, parts and totals, 各 and 分别, earlier figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from extractors.narrative.rules import Typed, is_bare, named
from models.facts import OTHER

_CHANNELS: Final = frozenset(
    {
        "disclosed_website",
        "disclosed_wechat",
        "disclosed_weibo",
        "disclosed_toutiao",
        "disclosed_short_video",
        "disclosed_new_media",
        "disclosed_press",
        "disclosed_total",
    }
)
_COPIED: Final = re.compile(
    r"^(?:(?:较|比|高于|低于|多于|少于|相比|与)?(?:上一?年度?|去年|前年|20\d\d年)(?:度)?(?:同期|全年)?(?:的|为|是|共|有|(?:增加|提高|上升|下降|减少|增|减|升|降)(?:至|到|为))?|今年(?:增加|增)(?:至|到)|(?:增加|提高|上升|下降|减少|增|减|升|降)(?:至|到))$"
)
_MENDED: Final = "整改|纠正|订正|更正|改正|即知即改|立行立改|立查立改|销号"
#: 粉丝较上年增加2,100人，年末为8,730人.
_REACHED: Final = re.compile(
    r"(?:年末|年底|目前|现|已|总数|总量|累计|共|增加?|增长|上升|升|提高|减少?|下降|降)*(?:达到?|为|至|到|有)$"
)
_IS_SUM: Final = re.compile(r"(?:全年|本年度?|总|累计|应)?(?:合计|共计|总计|共|应办|应)")
_PART: Final = re.compile(r"其中|[(（]|包括|含|分为|分别为")
_HANDLED: Final = re.compile(
    r"^(?:已|均|全部|共|按期|完成|按时)*(?:办结|办复|答复|回复|办理|处理|整改|完成整改|办理完成|解答)(?:完成|了)?$"
)

#: 各 that gives a number to each thing named, and not 各类, 各级 …
_EACH: Final = "(?:各(?![类项种级地方式部单界县市区镇乡街科处])|均)"
_SHARES: Final = re.compile(f"{_EACH}|分别")
#: What comes behind a number that was told before: 两件均由自然人提出.
_AGAIN: Final = re.compile(
    r"(?:政府信息公开|信息公开)?(?:申请|依申请公开件?|事项)?(?:均|都|全部|皆|已全部|中(?!心)|都已)"
)
_BY_WAY: Final = frozenset({"requests_online", "requests_letter", "requests_in_person"})
_BY_WHOM: Final = frozenset({"requests_natural_person", "requests_organisation"})
_PROPOSALS: Final = frozenset({"disclosed_npc_proposals", "disclosed_cppcc_proposals"})
#: Parts named one after another make a list from so many on.
_LIST: Final = 2
_PERIOD: Final = re.compile(r"年来|以来|至今|截[至止]|20\d\d年(?=公开|发布|推送|更新|收到|新增|主动|$)")

Step = Callable[[list[Typed]], list[Typed]]


def settle(typed: Sequence[Typed]) -> list[Typed]:
    """The typings of one section after all that they say about each other."""
    result = list(typed)
    result = _said_again(result)
    for step in (_copied, _in_turn, _shared_channel, _only_handled, _total_behind, _sum_with_carried, _reviewed):
        result = [one for group in _by_sentence(result) for one in step(group)]
    result = [one for group in _with_parts_behind(_by_sentence(result)) for one in _parts(group)]
    return [one for group in _by_sentence(result) for one in _joint(group)]


def _said_again(typed: list[Typed]) -> list[Typed]:
    """收到申请2件。两件均由自然人提出: the second number repeats the first and says nothing of its own."""
    result: list[Typed] = []
    for one in typed:
        repeats = (
            one.kind.startswith("requests_")
            and re.fullmatch("|上述|以上|这|该", one.context.left)
            and _AGAIN.match(one.context.right)
            and any(other.mention.value == one.mention.value for other in result)
        )
        result.append(_retyped(one, OTHER, "said again") if repeats else one)
    return result


def _in_turn(group: list[Typed]) -> list[Typed]:
    """粉丝分别为1.8万、3200、9600人: the bare numbers of the row count what the first does."""

    def counts_the_same(last: Typed, one: Typed) -> bool:
        return bool(
            one.context.left in ("", "和", "及", "与")
            and re.fullmatch("[#、]*", one.context.joint)
            and re.search(r"分别[^,，;；。]*$", one.context.before)
            and last.kind != OTHER
        )

    return _handed_on(group, "in turn", counts_the_same)


def _handed_on(group: list[Typed], why: str, goes_on: Callable[[Typed, Typed], bool]) -> list[Typed]:
    """The numbers of a group, those that nothing names of the kind of the one before where that goes on."""
    result: list[Typed] = []
    for one in group:
        if result and one.why == "unnamed" and goes_on(result[-1], one):
            one = _retyped(one, result[-1].kind, why)
        result.append(one)
    return result


def _sum_with_carried(group: list[Typed]) -> list[Typed]:
    """新收137件，加上年结转5件，合计142件: the sum of what came in and what was there is no type's figure."""
    result: list[Typed] = []
    for at, one in enumerate(group):
        before = group[at - 1] if at else None
        added = before is not None and before.kind == "requests_carried_in"
        if added and one.kind in ("requests_received", "requests_handled") and _IS_SUM.match(one.context.left):
            one = _retyped(one, OTHER, "sum")
        result.append(one)
    return result


def _reviewed(group: list[Typed]) -> list[Typed]:
    """清理规范性文件214件，保留171件、废止31件: what was gone through counts as nothing where the outcome is told."""
    outcome = any(re.search("废止|失效|保留|有效", one.context.left) for one in group)
    return [
        _retyped(one, OTHER, "reviewed")
        if outcome
        and one.kind == "normative_repealed"
        and not re.search("废|失效", one.context.left + one.context.right)
        else one
        for one in group
    ]


def _with_parts_behind(groups: list[list[Typed]]) -> list[list[Typed]]:
    """Sentences that begin with 其中 go on with the parts of the one before."""
    result: list[list[Typed]] = []
    for group in groups:
        if result and group[0].context.before.startswith("其中") and group[0].context.previous:
            result[-1] = result[-1] + group
        else:
            result.append(group)
    return result


def _by_sentence(typed: list[Typed]) -> list[list[Typed]]:
    groups: dict[int, list[Typed]] = {}
    for one in typed:
        groups.setdefault(one.context.sentence, []).append(one)
    return list(groups.values())


def _retyped(one: Typed, kind: str, why: str) -> Typed:
    return replace(one, kind=kind, why=why)


def _copied(group: list[Typed]) -> list[Typed]:
    """An earlier year's figure without words of its own counts what the figure before it counts."""
    result: list[Typed] = []
    for one in group:
        before = _compared(result, one)
        if before and before.kind != OTHER and one.why != "difference" and _says_only_when(one):
            one = _retyped(one, before.kind, "earlier figure")
        elif result and result[-1].why == "difference" and one.why == "unnamed" and _REACHED.match(one.context.left):
            said = result[-1]
            one = _retyped(one, named(said.context.left, said.context, one.mention.unit) or OTHER, "after difference")
        result.append(one)
    return result


def _says_only_when(one: Typed) -> bool:
    left, before = one.context.left, one.context.before
    if left == "" and re.search(r"(?:较|比)?(?:20\d\d年|上年|去年)[(（]$", before):
        return True
    return bool(_COPIED.match(left)) or (bool(_PERIOD.search(left)) and is_bare(left) and "#" in before)


def _compared(earlier: list[Typed], one: Typed) -> Typed | None:
    """The figure that an earlier year's one stands beside: the total where a list of its parts lies between."""
    numbers = [other for other in earlier if other.mention.denied is None]
    if not numbers or one.mention.denied is not None:
        return None
    opened = next((at for at in range(len(numbers) - 1, 0, -1) if "其中" in numbers[at].context.left), None)
    if opened is not None and len(numbers) - opened >= _LIST and re.search("较|比", one.context.before[-8:]):
        return numbers[opened - 1]
    return numbers[-1]


def _shared_channel(group: list[Typed]) -> list[Typed]:
    """发布疫情通报1,094条、健康提示238条: the second is published where the first is."""

    def is_there_too(last: Typed, one: Typed) -> bool:
        return bool(
            last.kind in _CHANNELS - {"disclosed_total"}
            and one.mention.unit == last.mention.unit
            and one.context.joint in ("、", "#、")
            and not re.search("其中", one.context.left)
        )

    return _handed_on(group, "shared channel", is_there_too)


def _only_handled(group: list[Typed]) -> list[Typed]:
    """收到203件，办结198件 and 发现11个，整改9个: only the second counts."""
    result = list(group)
    for at, (one, two) in enumerate(pairwise(group)):
        kinds = ("messages_answered", "consultations_answered", "problems_fixed")
        if one.kind in kinds and two.kind in (one.kind, OTHER) and _HANDLED.match(two.context.left):
            result[at] = _retyped(one, OTHER, "received, not handled")
            result[at + 1] = _retyped(two, one.kind, "handled")
    answers = [at for at, one in enumerate(result) if one.kind == "requests_handled"]
    for at in answers[:-1]:
        if re.search("按时|按期|及时|如期", result[at].context.left):
            result[at] = _retyped(result[at], OTHER, "part")
    for at, one in enumerate(result):
        if (
            one.kind == "problems_fixed"
            and re.search("发现|通报|查出|排查|反馈", one.context.left)
            and not re.search(_MENDED, one.context.left + one.context.right)
        ):
            fixed = re.search(rf"(?:均|全部|都|已)[^#,，]{{0,4}}(?:{_MENDED})", one.context.after[:24].split("#")[0])
            if not fixed:
                result[at] = _retyped(one, OTHER, "found, not fixed")
    return result


def _total_behind(group: list[Typed]) -> list[Typed]:
    """182条、178条、91条（合计451条）: a total behind its parts is the fact, the parts are not."""
    result = list(group)
    for at, one in enumerate(group):
        if at == 0 or not re.search(r"合计|共计|总计|共", one.context.left) or one.mention.denied:
            continue
        before = [index for index in range(at) if group[index].mention.denied is None]
        total = _total_of({group[index].kind for index in before}, before) if _is_sum(one) else None
        if total:
            result[at] = _retyped(one, total, "total behind")
            continue
        same = [index for index in before if group[index].kind == group[before[-1]].kind] if before else []
        bracketed = one.context.joint.endswith(("(", "（"))
        if bracketed and same and is_bare(one.context.left) and group[same[-1]].kind != OTHER:
            result[at] = _retyped(one, group[same[-1]].kind, "total behind")
            for index in same:
                result[index] = _retyped(group[index], OTHER, "part")
        elif (
            _is_sum(one)
            and {group[index].kind for index in before} & (_CHANNELS - {"disclosed_total"})
            and len(before) > 1
            and one.kind in (OTHER, *_CHANNELS)
        ):
            result[at] = _retyped(one, "disclosed_total", "total behind")
    return result


def _is_sum(one: Typed) -> bool:
    """Whether the words before a number name nothing but what was counted before: 以上渠道合计, 两者共."""
    return is_bare(re.sub("以上|上述|渠道|平台|[两二三]者", "", one.context.left))


def _total_of(kinds: set[str], before: list[int]) -> str | None:
    """What a total behind parts of these kinds counts, where the parts alone tell."""
    if kinds == _PROPOSALS:
        return "disclosed_proposals"
    return "requests_received" if len(before) > 1 and (kinds <= _BY_WAY or kinds <= _BY_WHOM) else None


def _parts(group: list[Typed]) -> list[Typed]:
    """A part that could only have its total's own type is no fact."""
    result: list[Typed] = []
    total: str | None = None
    inside = False
    last: Typed | None = None
    for one in group:
        if one.mention.denied is not None:
            result.append(one)
            continue
        opens = bool(_PART.search(one.context.joint + one.context.left))
        if opens and last is not None:
            total, inside = last.kind, True
        elif re.search(r"[;；]", one.context.joint):
            inside = False
        own_level = "本级" in one.context.left and any(other.kind == one.kind for other in result)
        if inside and one.kind != OTHER and (one.kind == total or own_level) and one.why != "earlier figure":
            result.append(_retyped(one, OTHER, "part"))
        else:
            if not inside:
                total = one.kind
            result.append(one)
        last = last if inside else one
    return result


def _joint(group: list[Typed]) -> list[Typed]:
    """各 and 均 give one number to each thing named; 分别 gives each its own."""
    result: list[Typed] = []
    at = 0
    while at < len(group):
        one = group[at]
        names = re.split(r"、|和|及|与", _SHARES.split(one.context.left)[0])
        if one.mention.denied is None and len(names) > 1 and re.search(r"分别", one.context.left):
            count = min(len(names), len(group) - at)
            if count == len(names):
                result += [_named_as(group[at + i], names[i]) for i in range(count)]
                at += count
                continue
        if re.search("[前后]者", one.context.left) and one.mention.denied is None:
            result.append(_former_or_latter(one))
            at += 1
            continue
        if (
            one.mention.denied is None
            and len(names) > 1
            and re.search(_EACH + r"(?:推送|发布|更新|为|是|公开|移交)?[^#]{0,4}$", one.context.left)
        ):
            several = list(dict.fromkeys(_named_as(one, name) for name in names))
            result += [other for other in several if other.kind != OTHER] or [one]
        else:
            result.append(one)
        at += 1
    return result


def _former_or_latter(one: Typed) -> Typed:
    """人大代表建议和政协提案，前者86件，后者124件."""
    head = re.split("[,，;；]?[^,，;；#]*前者", one.context.before + one.context.left)[0]
    names = re.split(r"、|和|及|与", re.split(r"[,，;；。]", head)[-1])
    if len(names) != 2:
        return one
    return _named_as(one, names[0] if "前者" in one.context.left else names[1])


def _named_as(one: Typed, name: str) -> Typed:
    verbs = one.context.left
    prefix = verbs if re.match("(?:办理|作出|制发|制定|公开|移交)", verbs) else ""
    verb = re.match(r"[^、和及与]{0,2}(?:办理|作出|制发|制定)", prefix)
    words = (verb[0] if verb and not name.startswith(verb[0]) else "") + name
    context = replace(one.context, left=words)
    kind = named(words, context, one.mention.unit)
    return replace(one, kind=kind if kind not in (None, OTHER) else one.kind, why="shared number")
