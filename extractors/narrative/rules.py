"""The type of a mention by rule: what its words name, else what the words around it name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from extractors.narrative import lexicon, lexicon_requests
from extractors.narrative.context import Context
from extractors.narrative.mentions import Mention
from extractors.narrative.rule import Rule
from models.facts import OTHER

#: Words that announce a number and say nothing of what it counts.
_FILLERS: Final = re.compile(
    r"全年|本年度?|(?:19|20)\d\d年度?|[上下]半年|年内|当年|年度|全市|全县|全省|全区|我局|我县|我市|本局|本机关|累计|共计?|总共|总计|合计|分别|其中|"
    r"已|均|各|为|达到?|约|各类|各项|主动|公开|发布|推送|更新|发送|推出|刊发|上传|编发|数量?|总数|总量|有|了|的|及时|有关|相关|开展|组织|举办|召开|"
    r"办理|收到|受理|接收|回复|答复|办结|处理|进行|新增|通过|情况|工作|实际|则|又|也|还|等|网上|向社会|面向社会|社会|群众|公众|前者|后者|至|到|数据|信息|政府|政务|内容|(?:自|从)[^#]{0,12}(?:来|至今|起)|截[至止][^#]{0,12}(?:底|末|日|目前)|今年|去年|推文|发文|撰写|即|仅|只|\W"
)
#: 计划 as what is planned to be done, not as in 招生计划, 规划计划类, 计划总结.
_PLANS: Final = r"(?<![招采投编预规产度])计划(?!》|等|类|和|、|总结|表|书|生育|单列)"
_PLAN: Final = re.compile(
    rf"{_PLANS}|拟于?(?!定|订)|力争|争取|下一步|下步|下阶段|今后|预计|目标|力求|(?:^|[,，;；。、|])(?:\d{{4}}年)?(?:[^,，。#]{{0,12}})?(?<!即)(?<!行)将(?!.{{0,6}}(?:纳入|作为|列为|上述|其))|明年|来年|未来"
)
#: 结转至2024年: the year that requests are carried into is no year of a plan.
_CARRIED_ON: Final = re.compile(r"(?:结转|转入|转至|转到|延期|延至|顺延|转)[^#,，;；。]{0,4}20\d\d年")
_PROBLEMS: Final = re.compile("问题|不足|改进|打算|安排|计划|展望|措施|下一?步")
_FREQUENCY: Final = re.compile(
    r"每(?:半)?(?:个)?(?:年|月|季度?|周|日|天|次|人|个|村|期|家|两周|两月|季|所|单位)[^#,，;；。]{0,10}$|平均[^#,，]{0,6}$|[日人月年篇条]均[^#,，]{0,4}$|最[高长多低][^#,，]{0,6}$|单[篇条次个期][^#,，]{0,10}$|增幅|同期[^#]{0,3}增|排名|位列|位居|名列|得分"
)
_DIFFERENCE: Final = re.compile(
    r"(?:较|比|同比|环比|相比|多于|少于)[^#,，;；]{0,16}(?:增加|增长|减少|下降|上升|提高|提升|多|少|降低|净增|上浮|回落|增多)了?(?:近|约|超)?$|"
    r"^(?:同比|环比|较上年|净)?(?:增加|减少|增长|下降|上升|净增|减|增)了?(?:近|约)?$"
)
#: Results of requests that nothing else has.
_RESULTS: Final = re.compile("部分公开[^#]{0,3}#|不予公开[^#]{0,3}#|不予处理[^#]{0,3}#|信息不存在[^#]{0,3}#")
#: How far back in its line a sentence remembers what is spoken of.
_REMEMBERED: Final = 160
#: 政策文件及图解、视频等各类信息: several kinds under one number, which is of none of them.
_MIXED: Final = re.compile("、[^#]*等(?:各类|各种|多种)(?:政务|政府|公开)?(?:信息|内容|稿件)$")
_PLACE: Final = re.compile(r"(?:(?:全[省市州县区镇乡局系统]{1,2}|辖区|[我本][省市县区局])(?:共?有)?)?")
_THING_BEHIND: Final = re.compile(r"(?![并均全已为属以占予由作于,])\w{2,}")


@dataclass(frozen=True, slots=True)
class Typed:
    """A mention with the type that was found: ``kind`` (``other`` for none), and why."""

    mention: Mention
    context: Context
    kind: str
    why: str


def is_plan(context: Context, year: int | None) -> bool:
    """Whether the number belongs to a plan, a target or a duty, not to what was done."""
    before = context.before
    if year is not None:
        years = [int(found) for found in re.findall(r"(20\d\d)年", _CARRIED_ON.sub("", before))]
        if years and years[-1] > year:
            return True
    if re.match("[^#,，]{0,4}(?:目标|任务)", context.right):
        return True
    later = bool(_PROBLEMS.search(context.title)) and "总体" not in context.title
    if _PLAN.search(before) and (
        later or re.search(_PLANS + "|拟于?|力争|争取|下一步|下步|预计|将(?:进一步|继续|在|于)", before)
    ):
        return True
    return later and bool(
        re.search(r"下一?步|今后|改进措施|[一二三四五]要", context.heading + context.previous[:20])
        or re.search(r"要[^,，#]{0,20}$", context.clause)
    )


def veto(mention: Mention, context: Context, year: int | None) -> str | None:
    """Why the number cannot be a fact, or None."""
    if mention.floor:
        return "floor"
    if _DIFFERENCE.search(context.left):
        return "difference"
    if re.search("[由从]$", context.left) and re.match("(?:增|提|上升|减|降|压|扩)", context.right):
        return "difference"
    if _FREQUENCY.search(context.left) or re.search(r"平均[^#,，;；。]{0,12}[(（]$", context.before):
        return "frequency"
    return "plan" if is_plan(context, year) else None


def requests_near(context: Context) -> bool:
    """Whether the sentence speaks of the handling of requests."""
    if re.search("属性|源头认定", context.before):
        return False
    near = f"{context.title}|{context.heading}|{context.line[-_REMEMBERED:]}|{context.before}|{context.right}"
    return bool(re.search("申请", near) or _RESULTS.search(f"{context.before}#{context.after}"))


def decide(mention: Mention, context: Context) -> tuple[str, str] | None:
    """Type and reason for a number that may be a fact; None where nothing says what it counts."""
    unit = mention.unit
    own = None if _MIXED.search(context.left) else named(context.left, context, unit)
    if own:
        return own, "own words"
    bare = is_bare(context.left) and not (_PLACE.fullmatch(context.left) and _THING_BEHIND.match(context.right))
    stretch = context.before.rsplit("#", 1)[-1]
    if bare and stretch != context.left:
        found = _named_near(stretch, context, unit)
        if found:
            return found, "clause"
    if bare and "#" not in context.before:
        found = _named_near(f"{context.title.split('、')[-1]}|{context.heading}|{stretch}", context, unit)
        if found and found != "disclosed_total":
            return found, "heading"
    if bare and "#" in context.before and re.search(lexicon.PUBLISHING, context.left):
        found = _carried(context, unit)
        if found:
            return found, "carried"
    above = _channel_before(stretch, context, unit) or _channel_above(context, unit, bare)
    return (above, "channel above") if above else _total(stretch if bare else context.left, context, unit)


def _carried(context: Context, unit: str | None) -> str | None:
    """The platform last named in the sentence, for a later figure of it: 公众号粉丝…；推文203篇."""
    if re.search("共|合计|总", context.left) and not re.search("累计", context.left):
        return None
    for clause in reversed(re.split(r"[,，;；。#]", context.before)):
        if platforms(clause):
            return channel(clause, context, unit)
    return None


def _channel_before(stretch: str, context: Context, unit: str | None) -> str | None:
    """The platform that a clause before names, for what the next publishes: 通过网站“要闻”栏目，转载重要信息610条."""
    if stretch == context.left or not lexicon.PUBLISHING_VERB.search(context.left):
        return None
    if re.search("渠道|平台等|合计|共计", stretch):
        return None
    bracketed = re.search(r"([^,，]*)[(（][^()（）]*[)）]$", stretch[: len(stretch) - len(context.left)])
    if bracketed and platforms(bracketed[1]):
        return channel(bracketed[1] + "发布", context, unit)
    for clause in reversed(re.split(r"[,，]", stretch[: len(stretch) - len(context.left)])):
        if re.match("(?:通过|依托|利用|在|借助|运用|发挥|用好|以|围绕)", clause) and platforms(clause):
            found = channel(clause + "发布", context, unit)
            return found if found != OTHER else None
    return None


def _channel_above(context: Context, unit: str | None, bare: bool) -> str | None:
    """The platform that the run-in heading or the sentence before names, for the first figure of a sentence."""
    if "#" in context.before or not re.search(lexicon.PUBLISHING, context.left):
        return None
    heading = channel(context.heading, context, unit)
    if heading and heading not in (OTHER, "disclosed_total"):
        return heading
    if bare and not re.search("公开", context.left):
        return channel(context.previous, context, unit)
    return None


def is_bare(left: str) -> bool:
    """Whether the words before a number do not say what it counts."""
    return len(_FILLERS.sub("", left)) <= 1


def _total(words: str, context: Context, unit: str | None) -> tuple[str, str] | None:
    kind = best(lexicon.TOTAL_RULES, words, context, unit)
    return (kind, "total") if kind else None


def _named_near(words: str, context: Context, unit: str | None) -> str | None:
    """The type named by the last of several stretches of words that names one."""
    pieces = [piece for piece in re.split(r"[,，;；。|\n]", words) if piece]
    for at in range(len(pieces) - 1, -1, -1):
        found = named("".join(pieces[at:]), context, unit)
        if found:
            return found
    return None


def named(words: str, context: Context, unit: str | None) -> str | None:
    """The type that the words before the number, or those behind it, name: content before channel."""
    if requests_near(context):
        found = best(
            (*lexicon_requests.REQUESTS, *lexicon_requests.REMEDIES, *lexicon.CONTENT_RULES), words, context, unit
        )
    else:
        found = best((*lexicon_requests.REMEDIES, *lexicon.CONTENT_RULES), words, context, unit)
    return found or _channel_behind(context, unit) or channel(words, context, unit)


def _channel_behind(context: Context, unit: str | None) -> str | None:
    """The platform in 发布188条公众号信息、96条微博信息."""
    behind = re.match(r"[^的在被]{0,10}(?:信息|消息|文章|推文|图文|稿件|视频|作品|动态)$", context.right)
    return channel(behind[0], context, unit) if behind and platforms(behind[0]) else None


def best(rules: Iterable[Rule], words: str, context: Context, unit: str | None) -> str | None:
    """The kind of the rule whose words stand nearest to the number; of equals the first."""
    nearest: tuple[float, str] | None = None
    for rule in rules:
        distance = rule.distance(words, context, unit)
        if distance is not None and (nearest is None or distance < nearest[0]):
            nearest = distance, rule.kind
    return nearest[1] if nearest else None


def platforms(words: str) -> set[str]:
    """The kinds of platform that the words name."""
    return {name for name, pattern in lexicon.CHANNELS if re.search(pattern, words)}


def channel(words: str, context: Context, unit: str | None) -> str | None:
    """The type that the platforms named give: one kind its own, several new media together, else the total."""
    if (unit or "") not in lexicon.CHANNEL_UNITS or re.search(lexicon.ACCOUNTS, words):
        return None
    words = lexicon.ACCOUNT_NAME.sub("", words)
    if unit == "次" and not lexicon.PUBLISHING_VERB.search(words):
        return None
    named = platforms(words)
    if not named or (unit == "个" and not re.search(r"短视频|作品|视频|发布|推送|制作|更新", words + context.right)):
        return None
    return combined(named, words)


def combined(named: set[str], words: str) -> str | None:
    """The type for platforms counted under one number."""
    if named == {"nothing"}:
        return OTHER
    kinds = named - {"nothing"}
    social = {"wechat", "weibo", "toutiao", "short_video", "new_media"}
    if kinds <= social:
        if "new_media" in kinds and len(kinds) == 2 and not re.search("[、和及与]|等", words):
            kinds = kinds - {"new_media"}
        if "short_video" in kinds and len(kinds) > 1 and not re.search(r"抖音|快手|视频号|哔哩|B站", words):
            kinds = kinds - {"short_video"}
        return f"disclosed_{next(iter(kinds))}" if len(kinds) == 1 else "disclosed_new_media"
    if "press" in kinds and "website" in kinds and re.search("新闻网站|媒体网站", words):
        kinds = kinds - {"website"}
    return f"disclosed_{next(iter(kinds))}" if len(kinds) == 1 else "disclosed_total"


def type_all(found: Iterable[tuple[Mention, Context]], year: int | None) -> Iterator[Typed]:
    """The first typing of each mention, without regard to the others."""
    for mention, context in found:
        if mention.denied is not None:
            yield Typed(mention, context, mention.denied, "denial")
            continue
        reason = veto(mention, context, year)
        if reason:
            yield Typed(mention, context, OTHER, reason)
            continue
        decided = decide(mention, context)
        yield Typed(mention, context, *(decided or (OTHER, "unnamed")))
