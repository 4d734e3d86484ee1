"""``python -m bench.narrative_marked SOURCE.txt``: marked text to annotated reports, ``SOURCE.jsonl`` beside it.

One report after another; what stands in ``[[…]]`` is a fact::

    @id | organ | year
    #section title
    text with [[code|the span]], [[code=value|the span]] and [[code=value;q=over;s=c|the span]]

``code`` is a short name of ``CODES``, several joined by ``+`` where one number is shared. The value is written out wherever
the span is more than digits and a unit, so that the checker of the annotated set, which reads spans by itself, tests it.
``q``: exact, about, over or under. ``s``: c (cumulative), p (prior_year). A span without a number is a denial: ``=0``.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.narrative_data import check
from models.facts import fact_types

CODES = {
    **dict(dt="disclosed_total", dw="disclosed_website", wx="disclosed_wechat", wb="disclosed_weibo"),
    **dict(tt="disclosed_toutiao", sv="disclosed_short_video", nm="disclosed_new_media", pr="disclosed_press"),
    **dict(gz="disclosed_gazette", pd="disclosed_policy_documents", bg="disclosed_budget", pc="disclosed_procurement"),
    **dict(lp="disclosed_licensing_penalty", pp="disclosed_proposals", np="disclosed_npc_proposals"),
    **dict(cp="disclosed_cppcc_proposals", ni="normative_issued", nr="normative_repealed", nf="normative_in_force"),
    **dict(ri="rules_issued", ld="licensing_decisions", pn="penalty_decisions", fa="fees_amount", it="interpretations"),
    **dict(pf="press_conferences", oi="online_interviews", ht="hot_topic_responses", ma="messages_answered"),
    **dict(ca="consultations_answered", pu="public_consultations", cr="comments_received", rr="requests_received"),
    **dict(ro="requests_online", rl="requests_letter", rp="requests_in_person", rn="requests_natural_person"),
    **dict(rg="requests_organisation", ci="requests_carried_in", co="requests_carried_out", rh="requests_handled"),
    **dict(gr="requests_granted", pa="requests_partial", de="requests_denied", un="requests_unavailable"),
    **dict(rj="requests_rejected", oh="requests_other_handling", rv="reviews", li="litigations", fe="processing_fee"),
    **dict(ad="archive_deposits", pv="page_views", fo="followers", cl="columns_opened", tr="trainings"),
    **dict(tp="trained_people", me="meetings", px="problems_fixed", oe="hearings_open_days"),
    "in": "inspections",
}
SCOPES = {"": "year", "c": "cumulative", "p": "prior_year"}
MARK = re.compile(r"\[\[([a-z+]+)(?:=([\d.]+))?((?:;[qs]=\w+)*)\|([^\[\]|]+)\]\]")
PLAIN = re.compile(r"([\d,]+(?:\.\d+)?)(余|多)?(万元|元|[^\d万亿余多]*)")


def reports(source: str) -> Iterator[dict[str, Any]]:
    """The annotated reports of a marked text. Raises ValueError with the line that is wrong."""
    report: dict[str, Any] = {}
    for line in source.splitlines():
        if line.startswith("@"):
            if report:
                yield report
            name, organ, year = (part.strip() for part in line[1:].split("|"))
            report = {"id": name, "organ": organ, "year": int(year), "sections": [], "facts": []}
        elif line.startswith("#"):
            report["sections"].append({"title": line[1:], "text": ""})
        elif line.strip():
            _add_line(report, line)
    if report:
        yield report


def _add_line(report: dict[str, Any], line: str) -> None:
    section = report["sections"][-1]
    section["text"] += "\n" if section["text"] else ""
    base, plain, last = len(section["text"]), "", 0
    facts = []
    for mark in MARK.finditer(line):
        plain += line[last : mark.start()]
        start = base + len(plain)
        plain += mark[4]
        last = mark.end()
        for code in mark[1].split("+"):
            facts.append(_fact(mark, CODES[code], len(report["sections"]) - 1, (start, base + len(plain))))
    plain += line[last:]
    if "[[" in plain or "]]" in plain:
        raise ValueError(f"a mark that does not parse: {line}")
    section["text"] += plain
    for fact in facts:
        cut = check.sentences(section["text"])
        fact["sentence"] = next(text for a, b, text in cut if a <= fact["span"][0] and fact["span"][1] <= b)
    report["facts"] += facts


def _fact(mark: re.Match[str], kind: str, section: int, span: tuple[int, int]) -> dict[str, Any]:
    options = dict(part.split("=") for part in mark[3].split(";") if part)
    easy = PLAIN.fullmatch(mark[4])
    if mark[2] is None and easy is None:
        raise ValueError(f"write the value of {mark[4]}")
    value = mark[2] or (easy[1].replace(",", "") if easy else "")
    units = {name: fact.unit for name, fact in fact_types().items()}
    return {
        "type": kind,
        "value": float(value) if "." in value else int(value),
        "unit": check.unit_for(kind, check.printed_unit(mark[4]), units),
        "qualifier": options.get("q") or ("over" if easy and easy[2] else "exact"),
        "scope": SCOPES[options.get("s", "")],
        "section": section,
        "sentence": "",
        "span": list(span),
    }


def faults(report: dict[str, Any]) -> Iterator[str]:
    """What the checker of the annotated set finds wrong with the facts of a report."""
    units = {name: fact.unit for name, fact in fact_types().items()}
    report = json.loads(json.dumps(report), parse_float=Decimal)
    for fact in report["facts"]:
        for fault in check.check_fact(report, fact, units):
            text = report["sections"][fact["section"]]["text"][slice(*fact["span"])]
            yield f"{report['id']} {fact['type']} {text}: {fault}"


def main(arguments: list[str]) -> int:
    """Write the reports of each source beside it; 1 where the checker objects."""
    wrong = 0
    for path in map(Path, arguments):
        made = list(reports(path.read_text("utf-8")))
        for fault in (fault for report in made for fault in faults(report)):
            print(fault)
            wrong = 1
        lines = [json.dumps(report, ensure_ascii=False) + "\n" for report in made]
        path.with_suffix(".jsonl").write_text("".join(lines), "utf-8")
        print(f"{path.stem}: {len(made)} reports, {sum(len(report['facts']) for report in made)} facts")
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
