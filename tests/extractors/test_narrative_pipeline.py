"""The spaCy pipeline: what its components write, that they can be left out and added to, and that a Doc can be stored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from extractors.narrative.components import COMPONENTS, add_span
from extractors.narrative.pipeline import build, document
from extractors.narrative.sections import Section
from extractors.options import NO_TAGGER

REPORT = (
    "一、总体情况\n2023年，通过门户网站公开信息223条，微信公众号发布192 条。行政复议、行政诉讼均0件！\n"
    "六、其他需要报告的事项\n本年度未收取信息处理费。"
)


@pytest.fixture
def nlp() -> Language:
    return build(NO_TAGGER)


def facts_of(doc: Doc) -> list[tuple[str, str, object]]:
    return [(fact.text, fact.label_, fact._.value) for fact in doc.spans["facts"]]


def test_each_component_writes_its_part(nlp: Language) -> None:
    doc = nlp(REPORT)
    assert [section._.title for section in doc.spans["sections"]] == ["一、总体情况", "六、其他需要报告的事项"]
    assert [sentence.text.strip() for sentence in doc.sents][1].endswith("192 条。")
    assert [(one.text, one.label_, one._.unit) for one in doc.spans["quantities"]] == [
        ("223条", "number", "条"),
        ("192 条", "number", "条"),
        ("0件", "number", "件"),
        ("信息处理费", "denial", None),
    ]
    assert facts_of(doc) == [
        ("223条", "disclosed_website", 223),
        ("192 条", "disclosed_wechat", 192),
        ("0件", "reviews", 0),
        ("0件", "litigations", 0),
        ("信息处理费", "processing_fee", 0),
    ]
    assert doc.text == REPORT


def test_the_components_are_named_in_their_order_and_satisfy_each_other(nlp: Language) -> None:
    assert tuple(nlp.pipe_names) == COMPONENTS
    problems = (nlp.analyze_pipes() or {})["problems"]
    assert not any(problems.values())


def test_a_quantity_that_a_user_adds_is_typed(nlp: Language) -> None:
    @Language.component("test_marks_a_word")
    def mark(doc: Doc) -> Doc:
        start = doc.text.index("八千")
        add_span(doc, "quantities", start, start + 2, "number", {})
        return doc

    nlp.add_pipe("test_marks_a_word", before="gouji_facts")
    assert ("八千", "followers", 8000) in facts_of(nlp("一、总体情况\n粉丝数八千"))


def test_without_the_last_component_there_are_quantities_and_no_facts(nlp: Language) -> None:
    with nlp.select_pipes(disable="gouji_facts"):
        doc = nlp(REPORT)
    assert len(doc.spans["quantities"]) == 4
    assert "facts" not in doc.spans


def test_the_report_year_tells_earlier_figures_apart(nlp: Language) -> None:
    blank, starts = document(nlp, [Section("一、概述", "公开信息80条（2022年75条）。")], 2023)
    doc = nlp(blank)
    assert starts == [5]
    assert [(fact._.value, fact._.scope) for fact in doc.spans["facts"]] == [(80, "year"), (75, "prior_year")]


def test_a_doc_survives_being_stored(nlp: Language) -> None:
    doc = nlp("一、总体情况\n收取行政事业性收费672.349万元。")
    back = next(iter(docs_of(DocBin(store_user_data=True, docs=[doc]), nlp)))
    assert facts_of(back) == facts_of(doc)
    assert str(facts_of(back)[0][2]) == "672.349"


def docs_of(stored: DocBin, nlp: Language) -> Iterator[Doc]:
    return DocBin().from_bytes(stored.to_bytes()).get_docs(nlp.vocab)


def test_sections_that_are_empty_keep_their_number(nlp: Language) -> None:
    sections = [Section("一、总体情况", ""), Section("二、公开情况", "网站公开信息5条。")]
    blank, _ = document(nlp, sections, None)
    assert [section._.title for section in nlp(blank).spans["sections"]] == ["二、公开情况"]
