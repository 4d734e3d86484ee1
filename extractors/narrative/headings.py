"""Which line is a heading of the first level, in the standard wording or one of the older ones."""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = r"(?:第?[一二三四五六七八九十]{1,3}(?:部分|章)?[、.．,，:：\s]|[1-9]\d?[、.．]\s?)"
#: Wordings that are headings wherever a line starts with them and a number.
_STANDARD: Final = (
    "总体情况|工作概述|概述|概况|工作概况|基本情况|主动公开政府信息的?情况|政府信息主动公开情况"
    "|收到和处理政府信息公开申请的?情况|依申请公开政府信息的?情况|依申请公开政府信息和不予公开政府信息的情况"
    "|(?:因?政府信息公开)?(?:被?申请)?行政复议、?(?:和|及)?(?:提起)?行政诉讼的?情况"
    "|(?:政府信息公开)?(?:工作)?(?:存在的?)?(?:主要)?(?:问题|不足)(?:及|和|、|与)(?:其)?(?:下一步)?(?:改进|整改)(?:情况|措施|意见|方向)?"
    "|其[他它]需要报告的?(?:的)?(?:事项|情况|事宜)|政府信息公开的?收费及减免情况"
)
_GLUED: Final = re.compile(rf"({_NUMBER}\s*(?:{_STANDARD}))[。:：\s]*(?=\S)")
_NUMBERED: Final = re.compile(
    r"第?[一二三四五六七八九十]{1,3}(?:部分|章)?\s?[、.．]\s*\S.{0,45}|第[一二三四五六七八九十]部分\s*\S.{0,40}"
)
_KNOWN_TITLE: Final = re.compile(
    rf"(?:{_STANDARD})|附[表件]\d?|前\s?言|引\s?言|编制说明|说\s?明|.{{0,45}}年(?:度)?.{{0,20}}年?度?报告(?:[（(].{{1,12}}[）)])?"
)
_ARABIC: Final = re.compile(rf"\d{{1,2}}[、.．]\s?(?:{_STANDARD})")
_SUB: Final = re.compile(r"[（(]|\d{1,2}[.、．]|[①-⑳]")
_SENTENCE: Final = re.compile(r"[。；;！？，]\s*$|。.|[，,].*[，,]")
#: Longest heading, in characters.
_LONGEST: Final = 60


def is_heading(text: str, declared: bool = False) -> bool:
    """Whether the whole line is a heading of the first level; ``declared`` when the format itself says so."""
    text = text.strip()
    if not text or len(text) > _LONGEST or _SENTENCE.search(text):
        return False
    if _ARABIC.fullmatch(text):
        return True
    if _SUB.match(text):
        return False
    return declared or bool(_NUMBERED.fullmatch(text) or _KNOWN_TITLE.fullmatch(text))


def cut_heading(text: str, declared: bool = False) -> tuple[str, str]:
    """The heading that a line is or starts with, and the text behind it; ("", text) where there is none."""
    if is_heading(text, declared):
        return text.strip(), ""
    glued = _GLUED.match(text)
    if glued:
        return glued[1].strip(), text[glued.end() :].strip()
    return "", text
