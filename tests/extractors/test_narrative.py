"""Facts in prose: numbers, bounds, negation, scope, lists; and a floor under the score on the annotated set."""

from __future__ import annotations

import random

import numpy as np
import pytest

from bench.narrative_score import documents, f1, found, wanted, without_qualifier
from extractors.narrative.judge import judged
from extractors.narrative.tag import Section, facts, sections
from extractors.narrative.tagger import load_tagger
from extractors.options import NO_TAGGER, SHIPPED_TAGGER
from extractors.page import Line
from extractors.scan.ctc import best_path
from models.evidence import Box, Place
from models.facts import OTHER, fact_types

#: F1 over (type, value) below which a change has broken something; bench.narrative prints the figure itself.
FLOOR = 0.96
NOISY_FLOOR = 0.94

Fact = tuple[str, float, str, str]


def read(text: str, title: str = "一、总体情况", year: int = 2024) -> list[Fact]:
    found_facts = facts((Section(title, text),), year=year, organ="云桥县水利局")
    return [(one.type, float(one.value), one.qualifier, one.scope) for one in found_facts if one.type != OTHER]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("全年通过门户网站公开信息三百二十条。", ("disclosed_website", 320, "exact", "year")),
        ("微信公众号推送信息1200余条。", ("disclosed_wechat", 1200, "over", "year")),
        ("总阅读量约1.2万次。", ("page_views", 12000, "about", "year")),
        ("全年举办新闻发布会5场。", ("press_conferences", 5, "exact", "year")),
        ("本年新收政府信息公开申请１３件。", ("requests_received", 13, "exact", "year")),
        ("未发生行政复议。", ("reviews", 0, "exact", "year")),
        ("本年度未收取信息处理费。", ("processing_fee", 0, "exact", "year")),
        ("收取行政事业性收费672.34905万元。", ("fees_amount", 672.34905, "exact", "year")),
        ("自开通以来，微信公众号累计发布信息8000条。", ("disclosed_wechat", 8000, "exact", "cumulative")),
    ],
)
def test_a_sentence_says_one_thing(text: str, expected: Fact) -> None:
    assert expected in read(text)


def test_a_list_shares_its_verb_and_each_member_keeps_its_channel() -> None:
    got = read("通过门户网站公开信息223条，微信公众号发布192条，政务微博发布58条。")
    assert [fact[:2] for fact in got] == [
        ("disclosed_website", 223),
        ("disclosed_wechat", 192),
        ("disclosed_weibo", 58),
    ]


def test_one_denial_of_two_things_is_two_facts() -> None:
    got = {fact[:2] for fact in read("全年未发生因政府信息公开引起的行政复议、行政诉讼。")}
    assert got == {("reviews", 0), ("litigations", 0)}


@pytest.mark.parametrize(
    "text",
    [
        "2025年，计划制作图解不少于20个，举办培训3次。",
        "根据国办函〔2020〕109号文件，在20个工作日内答复。",
        "热线电话12345，地址为滨海大道108号。",
        "公开率达到100%，比上年增长12.5%。",
    ],
)
def test_plans_terms_numbers_and_shares_are_no_facts(text: str) -> None:
    assert read(text, title="五、存在的主要问题及改进情况") == []


def test_lines_of_a_page_become_running_text_and_facts_keep_their_place() -> None:
    lines = [
        Line("一、总体情况", Place(line=1)),
        Line("全年通过门户网站公开政府信息共计一千余条，其中政策解读稿件", Place(line=2)),
        Line("45篇。", Place(line=3)),
        Line("二、主动公开政府信息情况", Place(line=4)),
    ]
    parts = sections(lines)
    assert [part.title for part in parts if part.title] == ["一、总体情况", "二、主动公开政府信息情况"]
    got = {one.type: one for one in facts(parts, year=2024, organ=None)}
    assert got["interpretations"].value == 45
    assert got["interpretations"].place is not None and got["interpretations"].place.line == 3


def test_every_type_that_is_found_is_a_known_one_and_spans_lie_in_their_sentences() -> None:
    for document in documents()[:20]:
        parts = tuple(Section(section["title"], section["text"]) for section in document["sections"])
        for one in facts(parts, year=document["year"], organ=document["organ"]):
            text = parts[one.section].text
            assert one.type == OTHER or one.type in fact_types()
            assert one.sentence in text
            assert text[one.span[0] : one.span[1]] in one.sentence


@pytest.mark.parametrize(("noise", "floor"), [(False, FLOOR), (True, NOISY_FLOOR)])
@pytest.mark.parametrize("setting", [SHIPPED_TAGGER, NO_TAGGER])
def test_the_annotated_set_is_read_as_well_as_before(setting: str, noise: bool, floor: float) -> None:
    dice = random.Random(1) if noise else None
    reports, tagger = documents(), load_tagger(setting)
    truth = without_qualifier([key for number, report in enumerate(reports) for key in wanted(report, number)])
    got = [
        key
        for number, report in enumerate(reports)
        for key in found(report, number, lambda passages, year: judged(passages, year, tagger), dice)
    ]
    assert f1(without_qualifier(got), truth)[2] >= floor


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("全年通过门户网站公开信息45条。", Box(70, 100, 500, 112)),
        ("全年通过门户网站公开政府信息共计一千余条，其中政策解读\n稿件45篇。", Box(70, 100, 500, 132)),
    ],
    ids=["one line", "two lines"],
)
def test_the_box_of_a_fact_is_that_of_its_sentence(text: str, box: Box) -> None:
    lines = [
        Line(line, Place(page=3, box=Box(70, 100 + 20 * row, 500, 112 + 20 * row)))
        for row, line in enumerate(text.split("\n"))
    ]
    last = facts(sections(lines), year=2024, organ=None)[-1]
    assert (last.page, last.place.box if last.place else None) == (3, box)


def test_a_quantity_of_no_known_type_is_kept_and_asks_nothing_of_anybody() -> None:
    text = "全镇惠及农户320户，发放补贴56万元。"
    kept = facts((Section("一、总体情况", text),), year=2024, organ=None)
    assert len(kept) == 2
    assert {one.type for one in kept} <= {OTHER}
    assert {one.status for one in kept} <= {"accepted"}


def test_a_confidence_is_a_share_and_the_status_follows_from_it() -> None:
    for document in documents()[:10]:
        parts = tuple(Section(section["title"], section["text"]) for section in document["sections"])
        for one in facts(parts, year=document["year"], organ=document["organ"]):
            assert 0 < one.confidence < 1
            assert one.status == ("accepted" if one.type == OTHER or one.confidence >= 0.8 else "review")


def test_a_section_knows_how_sure_a_recogniser_is_of_its_digits() -> None:
    lines = [Line("一、总体情况", Place(page=1)), Line("主动公开信息223条。", Place(page=1), digits=0.6)]
    (section,) = sections([*lines, Line("召开会议3次。", Place(page=1))])
    first = section.text.index("223")
    assert section.digits_between(first, first + 3) == 0.6
    assert section.digits_between(section.text.index("3次"), len(section.text)) == 1.0


def test_the_least_sure_digit_of_a_line_is_kept() -> None:
    frames = np.array([[0.0, 0.99, 0.01], [0.3, 0.1, 0.6], [0.9, 0.05, 0.05]], np.float32)
    read = best_path(frames, "公2")
    assert read.text == "公2"
    assert [read.p, read.digits] == pytest.approx([0.99 * 0.6, 0.6])
