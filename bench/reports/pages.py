"""HTML layouts: as offices publish them, and as the print source of PDF files."""

from __future__ import annotations

import random
from dataclasses import dataclass
from html import escape

from bench.reports import prose
from bench.reports.truth import Truth
from models.forms import Table, load_forms
from scripts.sample_forms import Box, Printed, printed

FONTS = ("Noto Serif CJK SC", "Noto Sans CJK SC", "AR PL UMing CN", "AR PL UKai CN", "WenQuanYi Zen Hei")
FULL = "td{border:1px solid #000}"
THREE_LINES = "table{border-top:2px solid #000;border-bottom:2px solid #000} tr.last td{border-bottom:1px solid #000}"


@dataclass(frozen=True, slots=True)
class Look:
    """How a page looks. ``vertical``: the first column one character a line. ``subtotal``: a printed 小计 column."""

    name: str
    css: str = FULL
    page: str = "A4"
    vertical: bool = False
    subtotal: bool = False
    size: float = 10.5
    width: str = "100%"
    numbers: bool = False


LOOKS = (
    Look("full"),
    Look("three_lines", THREE_LINES),
    Look("horizontal", "td{border-top:.5px solid #000;border-bottom:.5px solid #000}"),
    Look("borderless", ""),
    Look("landscape", page="A4 landscape"),
    Look("vertical", vertical=True, numbers=True),
    Look("subtotal", subtotal=True),
    Look("narrow", width="72%", size=12, vertical=True),
    Look("open_sides", FULL + "td:first-child{border-left:none}td:last-child{border-right:none}"),
    Look("double", "td{border:3px double #444}", numbers=True),
)


def page(truth: Truth, dice: random.Random, look: Look) -> str:
    """The report as a page to print."""
    margin = "@bottom-center{content:'- ' counter(page) ' -';font-size:9pt}" if look.numbers else ""
    css = (
        f"@page{{size:{look.page};margin:2cm;{margin}}}body{{font-family:'{dice.choice(FONTS)}';font-size:{look.size}pt}}"
        f"h1{{font-size:18pt;text-align:center}}h2{{font-size:{look.size + 1}pt}}p{{text-indent:2em}}"
        f"table{{border-collapse:collapse;width:{look.width};font-size:{look.size - 1.5}pt}}"
        f"td{{text-align:center;padding:2px 3px}}{look.css}"
    )
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'><style>{css}</style></head><body>{body(truth, dice, look)}</body></html>"


def body(truth: Truth, dice: random.Random, look: Look) -> str:
    """Title, sections and tables."""
    parts = [f"<h1>{truth.title}</h1>", "<h2>一、总体情况</h2>", *map(_paragraph, prose.overview(truth, dice))]
    for table in load_forms()[truth.form].tables:
        parts += [f"<h2>{escape(table.title)}</h2>", table_html(table, truth, look)]
    parts += ["<h2>五、存在的主要问题及改进情况</h2>", *map(_paragraph, prose.problems(truth, dice))]
    parts += ["<h2>六、其他需要报告的事项</h2>", *map(_paragraph, [*prose.other(dice), *prose.ending(truth, dice)])]
    return "\n".join(parts)


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def table_html(table: Table, truth: Truth, look: Look) -> str:
    """A table with its merged cells."""
    rows = printed(table, truth.printed)
    if look.subtotal and table.id == "requests":
        rows = _with_subtotal(rows, table, truth)
    head = 2 if table.grouped or table.id == "requests" else 0
    lines = (
        f"<tr{' class=last' if number == head else ''}>{''.join(_td(box, look) for box in row)}</tr>"
        for number, row in enumerate(rows)
    )
    return f"<table>{''.join(lines)}</table>"


def _td(box: Box, look: Look) -> str:
    spans = f' colspan="{box.columns}"' * (box.columns > 1) + f' rowspan="{box.rows}"' * (box.rows > 1)
    text = escape(box.text) or "&nbsp;"
    if look.vertical and box.rows > 10:
        text = "<br>".join(box.text)
    return f"<td{spans}>{text}</td>"


def _with_subtotal(rows: Printed, table: Table, truth: Truth) -> Printed:
    """A 小计 after the five kinds of organisation."""
    first, second, third, *body_rows = rows
    wide = [first[0], Box(first[1].text, columns=8)]
    middle = [second[0], Box(second[1].text, columns=6), second[2]]
    found = [wide, middle, [*third, Box("小计")]]
    for row, boxes in zip(table.rows, body_rows, strict=True):
        parts = [truth.value(f"requests.{row.id}.{column.id}") for column in row.columns[1:6]]
        known = [int(part) for part in parts if part is not None]
        text = str(sum(known)) if len(known) == 5 else boxes[-2].text
        found.append([*boxes[:-1], Box(text), boxes[-1]])
    return found


def gov_page(truth: Truth, dice: random.Random) -> str:
    """A government site's page: navigation, a layout table around everything, Word's nested spans."""
    look = Look("site", subtotal=False)
    word = body(truth, dice, look).replace("<td", "<td class=MsoNormal style='mso-border-alt:solid windowtext .5pt'")
    word = word.replace("<p>", "<p class=MsoNormal><span lang=EN-US style='font-family:仿宋_GB2312'><span>").replace(
        "</p>", "<o:p></o:p></span></span></p>"
    )
    menu = "".join(f"<li><a href='#'>{name}</a></li>" for name in ("首页", "政务公开", "政府信息公开年报", "互动交流"))
    return (
        f"<html><head><title>{truth.title}_政府信息公开年报</title><script>var a='<td>1</td>';</script></head><body>"
        f"<ul>{menu}</ul><table width=1000><tr><td>当前位置：首页 &gt; 政务公开</td></tr><tr><td><div class=content>"
        f"{word}</div></td></tr></table><div>版权所有 备案号12345678号</div></body></html>"
    )
