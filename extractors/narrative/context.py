"""What surrounds a mention, cut the way a reader takes it in: own words, clause, sentence, run-in heading, title."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from extractors.narrative.mentions import Mention
from extractors.narrative.sentences import sentences

#: Stands in a context for a number that was taken out.
MASK: Final = "#"
_CUT: Final = re.compile(r"[,，;；。:：()（）!！?？\n#]")
_LISTED: Final = ("、", "和", "及", "与")
_CLAUSE: Final = re.compile(r"[,，;；。!！?？\n]")
_TITLE_IN_MARKS: Final = re.compile(r"《[^《》]{8,}(?<!报)》")
_ASIDE: Final = re.compile(r"[(（][^()（）#]{1,4}[)）](?=[^,，;；。、:：#])")
_APPLICANTS: Final = re.compile(
    r"(?:自然人|公民|居民|村民|群众|个人|市民)[、,，和及或](?:企业|法人)?(?:法人)?(?:以及|、|和|及|或者|或|与)*(?:其[他它])?(?:社会)?组织(?:提出|提交)?(?:的)?"
)
_RUN_IN: Final = re.compile(
    r"\s*(?:[(（]?[一二三四五六七八九十\d]{1,3}[)）、.．]|[①-⑳]|一是|二是|三是|[四五六七八九]是|.{0,10}(?:方面|情况)[,，:：])"
)
_HEADING_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of one mention, all without other numbers (``MASK``), nearest first.

    ``left``: own words before it, back to a mark of punctuation or the number before. ``right``: own words behind it.
    ``after``: the rest of the sentence. ``before``: the sentence up to the mention. ``heading``: the run-in heading and
    the short line above. ``previous``: the sentence before. ``title``: of the section. ``joint``: what stands between
    the number before and ``left`` (punctuation, brackets). ``line``: the line up to the sentence.
    """

    left: str
    right: str
    before: str
    after: str
    heading: str
    previous: str
    title: str
    joint: str
    sentence: int
    line: str = ""

    @property
    def clause(self) -> str:
        """The words of the clause up to the mention."""
        return _CLAUSE.split(self.before)[-1]

    @property
    def own(self) -> str:
        """Own words with the number's place marked."""
        return f"{self.left}{MASK}{self.right}"


def contexts(text: str, title: str, found: Sequence[Mention]) -> list[Context]:
    """The context of each mention of folded ``text``, which is a section under ``title``."""
    spans = list(sentences(text))
    starts = [start for start, _ in spans]
    headings = _headings(text, spans)
    numbers = [mention for mention in found if mention.denied is None]
    result = []
    for mention in found:
        index = max(bisect_right(starts, mention.start) - 1, 0)
        start, end = spans[index]
        before = _masked(text, start, mention.start, numbers)
        after = _masked(text, mention.end, max(end, mention.end), numbers)
        previous = text[slice(*spans[index - 1])] if index and "\n" not in text[spans[index - 1][1] : start] else ""
        line = text[text.rfind("\n", 0, start) + 1 : start]
        result.append(replace(_context(before, after, headings[index], previous, title, index), line=line))
    return result


def _context(before: str, after: str, heading: str, previous: str, title: str, index: int) -> Context:
    before, after = _ASIDE.sub("", before), _ASIDE.sub("", after)
    tidy = _APPLICANTS.sub("各方", _TITLE_IN_MARKS.sub("《》", before))
    left, joint = _left(tidy)
    right = re.split(r"[,，;；。:：()（）!！?？、\n#]", after, maxsplit=1)[0]
    return Context(left, right, tidy, _TITLE_IN_MARKS.sub("《》", after), heading, previous, title, joint, index)


def _left(before: str) -> tuple[str, str]:
    """Own words before the number; a label parted from it by a colon or a bracketed unit belongs to it."""
    text = re.sub(r"[(（](?:单位[:：])?[条件份次个篇期场项起万元人册]{1,2}[)）](?=[:：]?$)", "", before)
    text = text.rstrip(":：")
    cuts = [match.end() for match in _CUT.finditer(text)]
    # a lone enumerator or connective is no label: what stands before the colon is
    at = cuts[-1] if cuts else 0
    if text[:at].endswith(MASK) and text[at:].endswith(_LISTED):
        # 8件来自网络、3件…: the words behind the number before are that number's own
        at = len(text)
    joint = re.search(r"[^\w《》“”\"]*$", text[:at])
    return text[at:].lstrip("、"), (joint[0] if joint else "") + ("、" if text[at:].startswith("、") else "")


def _masked(text: str, start: int, end: int, numbers: Sequence[Mention]) -> str:
    pieces, at = [], start
    for mention in numbers:
        if start <= mention.start and mention.end <= end:
            pieces += [text[at : mention.start], MASK]
            at = mention.end
    return "".join(pieces) + text[at:end]


def _headings(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    """For each sentence the run-in heading of its line and the short line that heads it."""
    result, above, run_in, fresh = [], "", "", True
    for index, (start, end) in enumerate(spans):
        fresh = index == 0 or "\n" in text[spans[index - 1][1] : start]
        sentence = text[start:end]
        alone = fresh and (index + 1 == len(spans) or "\n" in text[end : spans[index + 1][0]])
        if fresh:
            run_in = ""
        result.append(f"{above}|{run_in}" if above or run_in else "")
        if alone and len(sentence) <= _HEADING_LENGTH and not sentence.endswith(("。", "；", ";")):
            above = sentence
        elif fresh and len(sentence) <= _HEADING_LENGTH and _RUN_IN.match(sentence):
            run_in = sentence
            if re.match(r"[(（]|[一二三四五六七八九十]、", sentence):
                above = ""
        elif fresh and re.match(r"[(（]", sentence):
            above = ""
    return result
