"""A comparison as one HTML page that needs nothing else: no script, no font, no address outside of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from api.export.columns import digits
from api.export.compare import Comparison, Line, Passage, SectionPair, Shown
from models.readings import Number
from models.variables import load_variables

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --old: #d0021b22; --new: #0a7d2c22; --doubt: #ffe69988; }
body { font: 15px/1.6 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; margin: 2rem auto;
  max-width: 76rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
th { position: sticky; top: 0; background: Canvas; }
.figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.changed td.left { background: var(--old); } tr.changed td.right { background: var(--new); }
tr.not_asked { opacity: .65; } .doubtful { background: var(--doubt) !important; }
small { opacity: .7; } details { margin: .5rem 0; } del, ins { text-decoration: none; }
td del { background: var(--old); } td ins { background: var(--new); }
"""
#: Prose before the first heading.
UNTITLED = "（标题前 before the first heading）"
KINDS = {
    "versions": "同一报告的两个版本 Two versions of one report",
    "years": "同一机关的两个年度 Two years of one organ",
    "organs": "不是同一机关 These are not of one organ",
}


def page(found: Comparison, titles: tuple[str, str]) -> str:
    """The page. Everything from the reports is escaped."""
    body = [
        f"<h1>{_text(titles[0])} ↔ {_text(titles[1])}</h1>",
        f"<p><strong>{KINDS[found.kind]}.</strong> {_counts(found)}</p>",
        *_breaks(found),
        *_table("报告 Reports", found.heads, titles),
        *_carried(found),
        *_cells(found, titles),
        *_table("正文数字 Figures in the prose", found.facts, titles),
        *_table("不通过的核对 Checks that do not hold", found.checks, titles),
        *_sections(found.sections, titles),
    ]
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="zh">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{_text(" ↔ ".join(titles))}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


def _text(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _counts(found: Comparison) -> str:
    changed = sum(line.sameness == "changed" for line in found.cells)
    alone = sum(line.sameness == "not_asked" for line in found.cells)
    said = f"{changed} 格不同 cells differ, {len(found.cells) - changed - alone} 格相同 are equal"
    return said + (f", {alone} 格只有一张表设 are asked by one form only." if alone else ".")


def _breaks(found: Comparison) -> Iterator[str]:
    if not found.breaks:
        return
    yield "<h2>口径变化 The forms do not ask the same</h2>\n<ul>"
    for one in found.breaks:
        names = " ≠ ".join(map(labelled, one.variables))
        ids = ", ".join(one.variables)
        yield f"<li><strong>{_text(names)}</strong><br>{_text(one.why.zh)} <small>{_text(one.why.en)} ({_text(ids)})</small></li>"
    yield "</ul>"


def labelled(variable: str) -> str:
    """The label of a variable, in quotes."""
    return f"“{load_variables().by_id[variable].label.zh}”"


def _table(title: str, lines: Sequence[Line], titles: tuple[str, str]) -> Iterator[str]:
    if not lines:
        return
    yield f"<h2>{title}</h2>\n<table><tr><th></th><th>{_text(titles[0])}</th><th>{_text(titles[1])}</th></tr>"
    for line in lines:
        sides = _side(line.left, "left") + _side(line.right, "right")
        yield f'<tr class="{line.sameness}"><td>{_text(line.label)}</td>{sides}</tr>'
    yield "</table>"


def _side(shown: Shown, side: str, kind: str = "") -> str:
    doubt, mark = (" doubtful", ' title="待核 for review"') if shown.doubtful else ("", "")
    return f'<td class="{side}{kind}{doubt}"{mark}>{_text(shown.text)}</td>'


def _cells(found: Comparison, titles: tuple[str, str]) -> Iterator[str]:
    changed = [line for line in found.cells if line.sameness == "changed"]
    others = [line for line in found.cells if line.sameness != "changed"]
    yield "<h2>表格 Cells</h2>"
    yield from _cell_table(changed, titles) if changed else ["<p>没有不同 None differs.</p>"]
    yield f"<details><summary>其余 {len(others)} 格 the others</summary>"
    yield from _cell_table(others, titles)
    yield "</details>"


def _cell_table(lines: Sequence[Line], titles: tuple[str, str]) -> Iterator[str]:
    heads = "".join(f'<th class="figure">{_text(head)}</th>' for head in (*titles, "差 change"))
    yield f"<table><tr><th></th>{heads}</tr>"
    for line in lines:
        name = f"{_text(line.label)}<br><small>{_text(line.name)}</small>"
        sides = _side(line.left, "left", " figure") + _side(line.right, "right", " figure")
        yield f'<tr class="{line.sameness}"><td>{name}</td>{sides}<td class="figure">{_text(changed_by(line))}</td></tr>'
    yield "</table>"


def changed_by(line: Line) -> str:
    """The change with its sign; nothing where there is none."""
    if not line.change:
        return "" if line.sameness != "not_asked" else "不可比 not comparable"
    return f"{'+' if line.change > 0 else '−'}{digits(line.change).lstrip('-')}"


def _carried(found: Comparison) -> Iterator[str]:
    if not found.carried:
        return
    yield "<h2>上年结转与存量 What the earlier year hands on</h2>\n<table>"
    heads = "".join(f'<th class="figure">{head}</th>' for head in ("本年 later year", "由上年推得 from the earlier"))
    yield f"<tr><th></th><th></th>{heads}</tr>"
    for check in found.carried:
        values = _figure(check.left) + _figure(check.right)
        state = "changed" if check.status == "fail" else "same"
        yield f'<tr class="{state}"><td>{_text(check.rule)}</td><td class="left">{check.status}</td>{values}</tr>'
    yield "</table>"


def _figure(value: Number | None) -> str:
    return f'<td class="figure">{"?" if value is None else digits(value)}</td>'


def _sections(sections: Sequence[SectionPair], titles: tuple[str, str]) -> Iterator[str]:
    if not sections:
        return
    yield "<h2>正文 Prose</h2>"
    for section in sections:
        state = f"{section.changed} 句不同 sentences differ" if section.changed else "相同 equal"
        yield f"<details{' open' if section.changed else ''}><summary>{_text(section.title or UNTITLED)} <small>{state}</small></summary>"
        yield f"<table><tr><th>{_text(titles[0])}</th><th>{_text(titles[1])}</th></tr>"
        yield from (_passage(passage) for passage in section.passages)
        yield "</table></details>"


def _passage(passage: Passage) -> str:
    tags = ("span", "span") if passage.equal else ("del", "ins")
    sides = (
        f"<td>{'<br>'.join(f'<{tag}>{_text(sentence)}</{tag}>' for sentence in side)}</td>"
        for tag, side in zip(tags, (passage.left, passage.right), strict=True)
    )
    return f"<tr>{''.join(sides)}</tr>"
