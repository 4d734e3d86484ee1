"""Invented sections of reports with their facts marked, from a random grammar; the variety is what the tagger learns from."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Final

from models.facts import OTHER

_TOKEN: Final = re.compile(r"\(|\)|\||<(\w+)>|\{([\w=]+):([^{}]*)\}|[^()|<>{}]+")
_CHINESE: Final = "零一二三四五六七八九"
_BIG: Final = {"page_views", "followers", "consultations_answered"}
#: How often a stretch comes from another kind of section than its title says.
_STRAY: Final = 0.12
#: How often each kind of section is made.
_WEIGHTS: Final = (5, 4, 1, 2, 2, 2, 1, 1, 1)

#: Title, run-in headings and rule of each kind of section.
_PLACES: Final = (
    (
        ("一、总体情况", "一、概述", "二、主动公开政府信息情况", "一、工作概况", ""),
        (
            "（一）主动公开。",
            "（一）主动公开情况",
            "主动公开方面，",
            "1.信息公开。",
            "一是",
            "（二）渠道建设。",
            "（一）强化重点领域信息公开。",
            "",
        ),
        "D1",
    ),
    (
        ("一、总体情况", "三、收到和处理政府信息公开申请情况", "三、依申请公开政府信息的情况", "二、依申请公开情况"),
        ("（二）依申请公开。", "（二）依申请公开情况", "2.依申请公开工作。", "（三）依申请公开办理方面。", ""),
        "D2",
    ),
    (
        ("一、总体情况", "二、主动公开政府信息情况", "一、概述"),
        ("（三）政府信息管理。", "（三）政府信息管理情况", "3.加强信息管理。", ""),
        "D3",
    ),
    (
        ("一、总体情况", "一、概述"),
        ("（四）平台建设。", "（四）政府信息公开平台建设", "（四）平台建设方面。", "政务新媒体。", ""),
        "D4",
    ),
    (
        ("一、总体情况", "五、机构建设和保障情况"),
        ("（五）监督保障。", "（五）监督保障情况", "5.监督保障。", "（五）队伍建设。", ""),
        "D5",
    ),
    (
        ("一、总体情况", "一、概述"),
        ("（三）政策解读和互动回应。", "（六）公众参与。", "（四）回应关切。", "政民互动方面，", ""),
        "D6",
    ),
    (("四、政府信息公开行政复议、行政诉讼情况", "五、行政复议、诉讼情况", "一、总体情况"), ("",), "D7"),
    (("五、存在的主要问题及改进情况", "六、存在的问题和下一步打算"), ("（二）改进情况。", "下一步，", ""), "D8"),
    (("六、其他需要报告的事项", "五、收费及减免情况"), ("",), "D9"),
)


@dataclass(slots=True)
class Marked:
    """A text that grows, with the type of each figure in it."""

    text: str = ""
    marks: list[tuple[int, int, str]] = field(default_factory=list)
    last: str = OTHER

    def figure(self, kind: str, printed: str) -> None:
        """Append a figure of the given type (``=last``: of the type of the figure before)."""
        kind = self.last if kind == "=last" else kind
        self.marks.append((len(self.text), len(self.text) + len(printed), kind))
        self.text += printed
        self.last = kind


@dataclass(frozen=True, slots=True)
class MadeSection:
    """An invented section: its title, its text, and (start, end, type) of every figure, ``other`` among them."""

    title: str
    text: str
    marks: tuple[tuple[int, int, str], ...]


@lru_cache(maxsize=1)
def grammar() -> dict[str, list[list[str]]]:
    """The productions of each rule, as tokens."""
    rules: dict[str, list[list[str]]] = {}
    for line in files(__package__).joinpath("grammar.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, body = line.partition(":")
            rules[name] = [[match[0] for match in _TOKEN.finditer(part.strip())] for part in body.split("||")]
    return rules


def make_section(rng: random.Random) -> MadeSection:
    """One invented section of one to four stretches of sentences."""
    titles, headings, rule = rng.choices(_PLACES, _WEIGHTS)[0]
    out = Marked()
    for at in range(rng.choice((1, 2, 2, 3))):
        if at:
            out.text += rng.choice(("\n", "", ""))
        heading = rng.choice(headings)
        out.text += heading + ("\n" if heading.endswith("情况") else "")
        _expand(rule if rng.random() > _STRAY else rng.choice(_PLACES)[2], out, rng)
    return MadeSection(rng.choice(titles), out.text, tuple(out.marks))


def _expand(rule: str, out: Marked, rng: random.Random) -> None:
    tokens = rng.choice(grammar()[rule])
    _run(tokens, 0, out, rng, live=True)


def _run(tokens: list[str], at: int, out: Marked, rng: random.Random, live: bool) -> int:
    """Write the tokens from ``at`` up to the bracket that closes the group; the index behind it."""
    while at < len(tokens) and tokens[at] not in (")", "|"):
        token = tokens[at]
        if token == "(":
            at = _group(tokens, at + 1, out, rng, live)
            continue
        if live:
            _write(token, out, rng)
        at += 1
    return at


def _group(tokens: list[str], at: int, out: Marked, rng: random.Random, live: bool) -> int:
    """Write one of the alternatives that start at ``at``; the index behind the group."""
    count, depth, scan = 1, 0, at
    while tokens[scan] != ")" or depth:
        depth += {"(": 1, ")": -1}.get(tokens[scan], 0)
        count += tokens[scan] == "|" and depth == 0
        scan += 1
    chosen = rng.randrange(count)
    for index in range(count):
        at = _run(tokens, at, out, rng, live and index == chosen) + 1
    return at


def _write(token: str, out: Marked, rng: random.Random) -> None:
    match = _TOKEN.fullmatch(token)
    if match and match[1]:
        _expand(match[1], out, rng)
    elif match and match[2]:
        out.figure(match[2], number(match[2], rng.choice(match[3].split(",")), rng))
    else:
        out.text += token


def number(kind: str, unit: str, rng: random.Random) -> str:
    """A printed figure: digits, groups, 万, Chinese numerals, bounds."""
    size = rng.choice((1, 1, 2, 2, 3, 4)) + (2 if kind in _BIG else 0)
    value = rng.randint(0 if size == 1 else 10 ** (size - 1), 10**size - 1)
    style = rng.random()
    if style < 0.12 and value < 10:
        return ("两" if value == 2 else _CHINESE[value]) + (unit or "个")
    if value >= 10_000 and style < 0.5:
        return f"{rng.choice(('', '', '超', '近', '约'))}{value / 10_000:.{rng.choice((1, 2))}f}{rng.choice(('万', '万', '万余'))}{unit}"
    digits = f"{value:,}" if value > 999 and style < 0.6 else str(value)
    before = rng.choice(("",) * 14 + ("约", "近", "超过", "逾", "不足"))
    more = rng.choice(("",) * 9 + ("余", "多")) if value > 9 and not before and unit else ""
    return f"{before}{digits}{more}{unit}"
