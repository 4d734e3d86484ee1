"""Two reports side by side: two years of one organ, or two versions of one report. Pure; shown by the command line.

Cells are compared by variable, so reports on different forms meet where the forms ask the same, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from api.export.columns import digits
from api.export.keys import claimed
from models.folding import label_key, squeeze
from models.organs import same_organ
from models.readings import CellState, Number
from models.report import Cell, CheckRecord, FactRecord, Report
from models.series import figures, series_checks
from models.variables import Break, load_variables

Sameness = Literal["same", "changed", "not_asked"]
_STATE_WORDS: Mapping[CellState, str] = {
    CellState.BLANK: "空白 blank",
    CellState.NA: "不适用 n/a",
    CellState.ABSENT: "无此格 absent",
}
_SENTENCE_END = re.compile("(?<=[。；！？\n])")


@dataclass(frozen=True, slots=True)
class Shown:
    """One side of a line: what stands there, as text; and whether a person should look."""

    text: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Something that both reports can say. ``change`` is the second figure less the first, where both are figures.

    ``not_asked`` is a question that only one of the two forms asks: its sides are not to be compared.
    """

    name: str
    label: str
    left: Shown
    right: Shown
    sameness: Sameness
    change: Number | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences of a section: equal on both sides, or those that one side has in place of the other's."""

    equal: bool
    left: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionPair:
    """A section of the prose on both sides; empty where a side has none."""

    title: str
    passages: tuple[Passage, ...]

    @property
    def changed(self) -> int:
        """How many sentences stand on one side only."""
        return sum(len(one.left) + len(one.right) for one in self.passages if not one.equal)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything side by side. ``kind`` tells what the two are to each other; ``carried`` are checks across the years."""

    kind: Literal["versions", "years", "organs"]
    heads: tuple[Line, ...]
    cells: tuple[Line, ...]
    facts: tuple[Line, ...]
    checks: tuple[Line, ...]
    sections: tuple[SectionPair, ...]
    carried: tuple[CheckRecord, ...]
    breaks: tuple[Break, ...]


def compare(left: Report, right: Report) -> Comparison:
    """Put two reports side by side."""
    return Comparison(
        kind=_kind(left, right),
        heads=tuple(_heads(left, right)),
        cells=tuple(_cells(left, right)),
        facts=tuple(_facts(left, right)),
        checks=tuple(_checks(left, right)),
        sections=tuple(_sections(left, right)),
        carried=tuple(_carried(left, right)),
        breaks=_breaks(left, right),
    )


def _kind(left: Report, right: Report) -> Literal["versions", "years", "organs"]:
    one, other = (claimed(report.report.organ) for report in (left, right))
    if one is None or other is None or not same_organ(squeeze(one), squeeze(other)):
        return "organs"
    return "versions" if left.report.year.value == right.report.year.value else "years"


def _heads(left: Report, right: Report) -> Iterator[Line]:
    labels = {
        **{"organ": "机关 organ", "region": "行政区划 region", "year": "年度 year", "period": "报告期 period"},
        **{"form": "表式 form", "published": "发布日期 published"},
    }
    for name, label in labels.items():
        yield _text_line(name, label, *(claimed(getattr(report.report, name)) for report in (left, right)))
    yield _text_line("source", "文件 file", left.source.name, right.source.name)


def _text_line(name: str, label: str, one: str | None, other: str | None) -> Line:
    return Line(name, label, Shown(one or "?"), Shown(other or "?"), "same" if one == other else "changed")


def _cells(left: Report, right: Report) -> Iterator[Line]:
    known = load_variables()
    sides = [known.of_cell.get(str(report.report.form.value), {}) for report in (left, right)]
    of_variable = [{variable: cell for cell, variable in side.items()} for side in sides]
    for variable in known.by_id.values():
        one, other = (
            report.cells.get(side.get(variable.id, "")) for report, side in zip((left, right), of_variable, strict=True)
        )
        if one is None and other is None:
            continue
        label = f"{variable.label.zh} [{variable.unit.zh}]"
        yield _cell_line(variable.id, label, one, other)


def _cell_line(name: str, label: str, one: Cell | None, other: Cell | None) -> Line:
    left, right = _shown(one), _shown(other)
    if one is None or other is None:
        return Line(name, label, left, right, "not_asked")
    same = one.value == other.value and one.state == other.state
    same = same and (one.state is not CellState.TEXT or one.printed == other.printed)
    change = other.value - one.value if one.value is not None and other.value is not None else None
    return Line(name, label, left, right, "same" if same else "changed", change)


def _shown(cell: Cell | None) -> Shown:
    if cell is None:
        return Shown("–")
    text = _STATE_WORDS.get(cell.state, cell.printed) if cell.value is None else digits(cell.value)
    return Shown(text, cell.status == "review")


def _facts(left: Report, right: Report) -> Iterator[Line]:
    """Figures of the prose by what they count; several of one kind stand together, in their order."""
    sides = [_by_kind(report.facts) for report in (left, right)]
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        one, other = (side.get(key, ()) for side in sides)
        texts = [", ".join(_said(fact) for fact in side) or "–" for side in (one, other)]
        doubts = [any(fact.status == "review" for fact in side) for side in (one, other)]
        same = [(fact.value, fact.qualifier) for fact in one] == [(fact.value, fact.qualifier) for fact in other]
        shown = [Shown(text, doubt) for text, doubt in zip(texts, doubts, strict=True)]
        yield Line(" ".join(key), " ".join(key), shown[0], shown[1], "same" if same else "changed")


def _by_kind(facts: Sequence[FactRecord]) -> dict[tuple[str, str], list[FactRecord]]:
    found: dict[tuple[str, str], list[FactRecord]] = {}
    for fact in facts:
        found.setdefault((fact.type, fact.scope), []).append(fact)
    return found


def _said(fact: FactRecord) -> str:
    words = {"exact": "", "about": "约", "over": "超过", "under": "不足"}
    value = "?" if fact.value is None else digits(fact.value)
    return f"{words[fact.qualifier]}{value}{fact.unit or ''}"


def _checks(left: Report, right: Report) -> Iterator[Line]:
    """Checks that fail on a side; those that hold on both, or can be made on neither, say nothing new."""
    sides = [{check.rule: check for check in report.checks} for report in (left, right)]
    for rule in dict.fromkeys([*sides[0], *sides[1]]):
        one, other = (side.get(rule) for side in sides)
        if not any(check is not None and check.status == "fail" for check in (one, other)):
            continue
        shown = [Shown(_outcome(check)) for check in (one, other)]
        yield Line(rule, rule, shown[0], shown[1], "same" if shown[0] == shown[1] else "changed")


def _outcome(check: CheckRecord | None) -> str:
    if check is None:
        return "–"
    if check.status != "fail":
        return check.status
    sides = "" if check.left is None or check.right is None else f" {digits(check.left)} ≠ {digits(check.right)}"
    return f"fail{sides}"


def _sections(left: Report, right: Report) -> Iterator[SectionPair]:
    """Sections with the same title stand together; the others by themselves, in the order of the first report."""
    sides = [{label_key(one.section): one for one in report.narrative} for report in (left, right)]
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        one, other = (side.get(key) for side in sides)
        title = next(section.section for section in (one, other) if section is not None)
        texts = [sentences(section.text) if section else () for section in (one, other)]
        yield SectionPair(title, tuple(_passages(texts[0], texts[1])))


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, blanks at their ends left out."""
    return tuple(part for piece in _SENTENCE_END.split(text) if (part := piece.strip()))


def _passages(left: Sequence[str], right: Sequence[str]) -> Iterator[Passage]:
    keys = [[squeeze(sentence) for sentence in side] for side in (left, right)]
    for what, i, j, k, n in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        yield Passage(what == "equal", tuple(left[i:j]), tuple(right[k:n]))


def _carried(left: Report, right: Report) -> Iterator[CheckRecord]:
    """What the earlier year hands on to the later one, if they are neighbours."""
    if _kind(left, right) != "years":
        return
    earlier, later = sorted((left, right), key=lambda report: str(report.report.year.value))
    years = earlier.report.year.value, later.report.year.value
    if isinstance(years[0], int) and isinstance(years[1], int) and years[1] - years[0] == 1:
        yield from series_checks(figures(earlier), figures(later), own_is_later=True)


def _breaks(left: Report, right: Report) -> tuple[Break, ...]:
    """Variables of the two forms that look like one and are not; none where both use one form."""
    return load_variables().breaks_between({str(left.report.form.value), str(right.report.form.value)})
