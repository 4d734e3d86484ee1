"""Text as the rules read it: folded, without stray spaces, common misread characters put right, offsets kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from models.folding import fold

#: Characters that OCR takes for others, where the wrong one hardly occurs in this kind of prose.
_MISREAD: Final = str.maketrans("亊幵倌毎査巿埸訉囯", "事开信每查市场讯国")
#: Misread words of the trade: the right word's neighbours tell that the character is wrong.
_MISREAD_WORDS: Final = (
    (re.compile("申清(?=公开|[^理算洁零收除])"), "申请"),
    (re.compile("公从号|公众呈|公众弓"), "公众号"),
    (re.compile("徽信"), "微信"),
    (re.compile("徽博"), "微博"),
    (re.compile("建义"), "建议"),
    (re.compile("网占"), "网站"),
    (re.compile("复仪"), "复议"),
    (re.compile("诉颂"), "诉讼"),
)
#: A space between two digits may part two numbers; every other space inside a line is typesetting.
_SPACE: Final = re.compile(r"(?<![0-9OolI])[^\S\n]+|[^\S\n]+(?![0-9OolI])")


@dataclass(frozen=True, slots=True)
class Flat:
    """``text`` for reading; ``origin[i]`` is the offset in the source of its character ``i`` (one more at the end)."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The source span of a stretch of ``text``."""
        return self.origin[start], self.origin[end - 1] + 1


def flatten(source: str) -> Flat:
    """The readable form of ``source``."""
    folded = fold(source).translate(_MISREAD)
    drop = {index for match in _SPACE.finditer(folded) for index in range(match.start(), match.end())}
    kept = [index for index in range(len(folded)) if index not in drop]
    text = "".join(folded[index] for index in kept)
    for wrong, right in _MISREAD_WORDS:
        text = wrong.sub(right, text)
    return Flat(text, (*kept, len(source)))
