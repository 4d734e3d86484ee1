"""Invented sections of reports with their figures marked, from a random grammar; its variety is what the tagger learns from.

The grammar stands in ``grammar/*.txt``, one rule a line: ``name: production || production``. Inside a production ``(a|b|)``
is one of its parts, ``<name>`` another rule, ``{type:unit,unit}`` a figure of that type (``other``: no fact; ``=last``: of
the type of the figure before), ``@0``, ``@-`` and ``@+`` the report's year, an earlier and a later one. ``sections.txt``
says in which sections which rule is written, and how often.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Final

from models.facts import OTHER

_TOKEN: Final = re.compile(r"\(|\)|\||<(\w+)>|\{([\w=]+):([^{}]*)\}|@([0+-])|[^()|<>{}@]+")
_CHINESE: Final = "零一二三四五六七八九"
_BIG: Final = frozenset({"page_views", "followers", "consultations_answered"})
_YEARS: Final = (2009, 2025)
#: How often a stretch comes from another kind of section than its title says.
_STRAY: Final = 0.15
_BOUNDS: Final = ("约", "近", "超过", "逾", "不足", "超", "接近", "多达", "突破")


@dataclass(frozen=True, slots=True)
class MadeSection:
    """An invented section: title, text, the report's year, and (start, end, type) of every figure, ``other`` among them."""

    title: str
    text: str
    year: int
    marks: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of section: how often it is made, what it may be called, what its stretches begin with, and its rule."""

    weight: int
    titles: tuple[str, ...]
    headings: tuple[str, ...]
    rule: str


@dataclass(slots=True)
class _Draft:
    """A text that grows, with the type of each figure in it."""

    rng: random.Random
    year: int
    text: str = ""
    marks: list[tuple[int, int, str]] = field(default_factory=list)
    last: str = OTHER

    def figure(self, kind: str, unit: str) -> None:
        kind = self.last if kind == "=last" else kind
        printed = number(kind, unit, self.rng)
        self.marks.append((len(self.text), len(self.text) + len(printed), kind))
        self.text += printed
        self.last = kind

    def year_word(self, sign: str) -> None:
        shift = {"0": 0, "+": 1, "-": -self.rng.choice((1, 1, 1, 1, 2, 3, 5))}[sign]
        self.text += str(self.year + shift)


@lru_cache(maxsize=1)
def grammar() -> dict[str, list[list[str]]]:
    """The productions of each rule, as tokens."""
    rules: dict[str, list[list[str]]] = {}
    for name in ("words", "publication", "requests", "interaction", "work", "other"):
        for line in _lines(name):
            rule, _, body = line.partition(":")
            rules[rule] = [[match[0] for match in _TOKEN.finditer(part.strip())] for part in body.split("||")]
    return rules


@lru_cache(maxsize=1)
def kinds() -> tuple[_Kind, ...]:
    """The kinds of section of ``sections.txt``."""
    rows = [[part.strip() for part in line.split("|")] for line in _lines("sections")]
    return tuple(_Kind(int(weight), _words(titles), _words(headings), rule) for weight, titles, headings, rule in rows)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split("/"))


def _lines(name: str) -> list[str]:
    text = files(__package__).joinpath("grammar", f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def make_section(rng: random.Random) -> MadeSection:
    """One invented section of one to three stretches of sentences."""
    kind = rng.choices(kinds(), [one.weight for one in kinds()])[0]
    out = _Draft(rng, rng.randint(*_YEARS))
    for at in range(rng.choice((1, 2, 2, 3))):
        if at:
            out.text += rng.choice(("\n", "", ""))
        heading = rng.choice(kind.headings)
        out.text += heading + ("\n" if heading.endswith("情况") else "")
        _expand(kind.rule if rng.random() > _STRAY else rng.choice(kinds()).rule, out)
    return MadeSection(rng.choice(kind.titles), out.text, out.year, tuple(out.marks))


def _expand(rule: str, out: _Draft) -> None:
    _run(out.rng.choice(grammar()[rule]), 0, out, live=True)


def _run(tokens: list[str], at: int, out: _Draft, live: bool) -> int:
    """Write the tokens from ``at`` up to the bracket or bar that closes the group; the index of that."""
    while at < len(tokens) and tokens[at] not in (")", "|"):
        if tokens[at] == "(":
            at = _group(tokens, at + 1, out, live)
            continue
        if live:
            _write(tokens[at], out)
        at += 1
    return at


def _group(tokens: list[str], at: int, out: _Draft, live: bool) -> int:
    """Write one of the alternatives that start at ``at``; the index behind the group."""
    count, depth, scan = 1, 0, at
    while tokens[scan] != ")" or depth:
        depth += {"(": 1, ")": -1}.get(tokens[scan], 0)
        count += tokens[scan] == "|" and depth == 0
        scan += 1
    chosen = out.rng.randrange(count)
    for index in range(count):
        at = _run(tokens, at, out, live and index == chosen) + 1
    return at


def _write(token: str, out: _Draft) -> None:
    match = _TOKEN.fullmatch(token)
    if match and match[1]:
        _expand(match[1], out)
    elif match and match[2]:
        out.figure(match[2], out.rng.choice(match[3].split(",")))
    elif match and match[4]:
        out.year_word(match[4])
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
        places = rng.choice((1, 2))
        return f"{rng.choice(('', '', *_BOUNDS))}{value / 10_000:.{places}f}{rng.choice(('万', '万', '万余'))}{unit}"
    digits = f"{value:,}" if value > 999 and style < 0.6 else str(value)
    before = rng.choice(("",) * 16 + _BOUNDS)
    more = rng.choice(("",) * 9 + ("余", "多")) if value > 9 and not before and unit else ""
    return f"{before}{digits}{more}{unit}"
