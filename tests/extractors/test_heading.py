from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.dates import read_periods, whole_date
from extractors.heading import Claim, Heading, is_title, read_heading
from extractors.page import Line
from extractors.titles import find_titles, main_title, parse_title
from models.evidence import Place
from models.folding import squeeze
from models.organs import load_regions

SEEDS = Path(__file__).resolve().parents[2] / "../shared/seeds"
ALPHABET = "清河县财政局公开信息年度报告2024〇一月日至：《》> \t()/"
BODY = """
根据《中华人民共和国政府信息公开条例》规定，现将有关情况报告如下，欢迎社会各界监督指正。
一、总体情况
{year}年，我局认真贯彻落实条例，{year}年公开信息120条，{year}年新增信息30条，比{before}年增加。
六、其他需要报告的事项
无其他需要报告的事项。
"""


def body(year: int) -> str:
    return BODY.format(year=year, before=year - 1)


def lines_of(text: str) -> list[Line]:
    return [Line(part, Place(line=number)) for number, part in enumerate(text.split("\n"), 1)]


def read(text: str, name: str = "report.pdf", hints: Mapping[str, str] | None = None) -> Heading:
    return read_heading(lines_of(text), source_name=name, hints=hints or {})


def value(claim: Claim | None) -> object:
    return None if claim is None else claim.value


def doubted(heading: Heading) -> list[str]:
    return [doubt.field for doubt in heading.doubts]


TITLES = [
    ("清河县科技和工业信息化局\n2024年度政府信息公开工作报告", "清河县科技和工业信息化局", 2024, "130534"),
    ("平顶山市工业和信息化局 2024 年政府信息公开工作\n年度报告", "平顶山市工业和信息化局", 2024, "410400"),
    ("平顶山市工业和\n信息化局2024年政府信息公开工作\n年度报告", "平顶山市工业和信息化局", 2024, "410400"),
    ("清 河 县 财 政 局\n２０２４年政府信息公开年报", "清河县财政局", 2024, "130534"),
    ("二〇二四年度清河县财政局政府信息公开年报", "清河县财政局", 2024, "130534"),
    ("清河县财政局二○一五年政府信息公开年度报告", "清河县财政局", 2015, "130534"),
    ("清河县人民政府2O24年政府信息公开工作年度报告", "清河县人民政府", 2024, "130534"),
    ("清河縣財政局2015年政府信息公開年度報告", "清河县财政局", 2015, "130534"),
    ("清河县人民政府办公室关于2024年政府信息公开工作年度报告", "清河县人民政府办公室", 2024, "130534"),
    ("关于清河县油坊镇2024年度政府信息公开工作情况的报告", "清河县油坊镇", 2024, "130534"),
    ("淮安市2019年政府信息公开工作年度报告", "淮安市", 2019, "320800"),
    ("邢台市人民政府信息公开年度报告（2015年度）", "邢台市人民政府", 2015, "130500"),
    ("河南省工业和信息化厅政府信息公开工作2019年度报告", "河南省工业和信息化厅", 2019, "410000"),
    ("清河县教育局（清河县体育局）2016年政府信息公开年度报告", "清河县教育局(清河县体育局)", 2016, "130534"),
    ("国家税务总局清河县税务局2023年政府信息公开工作年度报告", "国家税务总局清河县税务局", 2023, "130534"),
    ("恩施州财政局2022年政务公开工作年度报告", "恩施州财政局", 2022, "422800"),
    ("任县人民政府2018年政府信息公开工作年度报告", "任县人民政府", 2018, "130526"),
    ("# 附件1：清河县财政局2021年政府信息公开工作年度报告（公开版）", "清河县财政局", 2021, "130534"),
]


@pytest.mark.parametrize(("title", "organ", "year", "code"), TITLES)
def test_titles_of_all_kinds(title: str, organ: str, year: int, code: str) -> None:
    assert is_title(title)
    heading = read(title + body(year))
    assert (value(heading.organ), value(heading.year), value(heading.region)) == (organ, year, code)
    assert heading.organ is not None and heading.organ.confidence >= 0.95 and heading.organ.where == "title"
    assert heading.year is not None and heading.year.confidence >= 0.95
    assert heading.doubts == ()


@pytest.mark.parametrize("organ", ["", "人民政府", "教育局", "市场监督管理局", "卫生健康委员会"])
def test_every_region_of_the_country_can_stand_in_a_title(organ: str) -> None:
    names = {region.name + organ for region in load_regions().by_code.values()}
    read_names = {
        name for name in names if (t := parse_title(f"{name}2022年政府信息公开工作年度报告")) and t.organ == name
    }
    assert names - read_names == set()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "政府信息公开年报",
        "政府信息公开",
        "关于做好2024年政府信息公开工作年度报告编制发布工作的通知",
        "首页 > 政务公开 > 2023年政府信息公开年报",
        "上一篇：清河县2023年政府信息公开工作年度报告",
        "根据条例，发布清河县2024年政府信息公开工作年度报告",
        "现发布《清河县财政局2024年政府信息公开工作年度报告》。",
        "清河县财政局2024年法治政府建设年度报告",
        "2024年政府信息公开指南",
        "2023年政务公开工作总结",
        "一、2024年政府信息公开工作总体情况",
        "2050年2023年政府信息公开工作年度报告",
        "公开" * 50_000,
    ],
)
def test_what_is_no_title(text: str) -> None:
    assert not is_title(text)


def test_a_title_alone_without_organ_counts() -> None:
    assert is_title("政府信息公开工作年度报告")
    assert is_title("政府信息公开年度报告（2021年）")


def test_bound_reports_are_all_found() -> None:
    second = "清河县教育局2023年政府信息公开工作年度报告"
    text = "清河县财政局\n2023年政府信息公开工作年度报告" + body(2023) + second + body(2023)
    found = find_titles(lines_of(text))
    assert [(span.title.organ, span.first) for span in found] == [("清河县财政局", 0), ("清河县教育局", 7)]


def test_the_title_within_the_clutter_of_a_site() -> None:
    clutter = """清河县人民政府
首页 > 政务公开 > 政府信息公开年报
政府信息公开指南
政府信息公开年报
2024年清河县政府信息公开工作年度报告
2023年清河县政府信息公开工作年度报告
清河县财政局2022年政府信息公开工作年度报告
发布时间：2023-01-20 10:30 来源：清河县财政局 浏览次数：12"""
    heading = read(clutter + body(2022) + "上一篇：清河县教育局2021年政府信息公开工作年度报告\n主办：清河县人民政府")
    assert (value(heading.organ), value(heading.year), value(heading.published)) == ("清河县财政局", 2022, "2023-01-20")
    assert heading.doubts == ()


def test_a_sites_name_above_a_category_is_not_the_organ() -> None:
    page = "清河县人民政府\n政府信息公开年报\n2023年政府信息公开工作年度报告\n发布机构：清河县财政局" + body(2023)
    hints = {"title": "2023年政府信息公开工作年度报告_清河县财政局", "published": "2024-01-20T08:00:00"}
    heading = read(page, hints=hints)
    assert (value(heading.organ), value(heading.year), value(heading.published)) == ("清河县财政局", 2023, "2024-01-20")


def test_the_organ_from_the_quoted_title_the_signature_and_the_text() -> None:
    title = "2023年政府信息公开工作年度报告\n"
    quoted = read(title + "现发布《邢台市工业和信息化局2023年度政府信息公开工作报告》。" + body(2023))
    assert value(quoted.organ) == "邢台市工业和信息化局" and quoted.organ is not None and quoted.organ.where == "text"
    signed = read(title + body(2023) + "邢台市工业和信息化局\n2024年1月25日")
    assert value(signed.organ) == "邢台市工业和信息化局" and signed.organ is not None
    assert (signed.organ.where, value(signed.published)) == ("signature", "2024-01-25")
    spoken = read(title + "2023年，在省工业和信息化厅的领导下，邢台市工业和信息化局认真落实。" + body(2023))
    assert value(spoken.organ) == "邢台市工业和信息化局"


def test_the_organ_below_or_behind_the_title() -> None:
    below = read("政府信息公开工作年度报告\n（2023年）\n清河县财政局" + body(2023))
    assert (value(below.organ), value(below.year)) == ("清河县财政局", 2023)
    behind = read("2023年政府信息公开工作年度报告（清河县财政局）" + body(2023))
    assert value(behind.organ) == "清河县财政局" and behind.organ is not None and behind.organ.where == "title"


def test_the_name_of_the_site_is_no_rival() -> None:
    text = "清河县财政局2023年政府信息公开工作年度报告\n来源：清河县人民政府" + body(2023)
    assert read(text, hints={"title": "清河县人民政府 2023年政府信息公开工作年度报告"}).doubts == ()
    other = read(text, hints={"title": "清河县教育局2023年政府信息公开工作年度报告"})
    assert doubted(other) == ["organ"]


def test_a_superior_in_the_text_is_not_the_organ() -> None:
    text = "2023年政府信息公开工作年度报告\n按照河北省人民政府办公厅和邢台市人民政府部署，我局积极推进公开工作。"
    assert read(text + body(2023)).organ is None


def test_an_organ_and_date_right_below_the_title() -> None:
    heading = read("2019年政府信息公开工作年度报告\n清河县财政局\n（2020年1月15日）" + body(2019))
    assert (value(heading.organ), value(heading.published)) == ("清河县财政局", "2020-01-15")


def test_a_title_without_region_is_completed_by_the_signature() -> None:
    heading = read("市财政局2020年政府信息公开工作年度报告" + body(2020) + "邢台市财政局\n2021年1月15日")
    assert (value(heading.organ), value(heading.region)) == ("邢台市财政局", "130500")
    assert heading.doubts == ()


def test_title_and_period_that_disagree() -> None:
    text = "清河县财政局2024年政府信息公开工作年度报告\n统计期限为2023年1月1日至2023年12月31日。" + body(2024)
    heading = read(text)
    assert value(heading.year) == 2024 and heading.year is not None and heading.year.confidence < 0.7
    assert heading.year.alternatives == ("2023",)
    assert doubted(heading) == ["year"]
    assert heading.doubts[0].why == "the title says year 2024, but the reporting period says 2023"
    assert value(heading.period) == ("2023-01-01", "2023-12-31")


def test_a_text_copied_from_last_year_is_doubted() -> None:
    heading = read("清河县财政局2024年政府信息公开工作年度报告" + body(2023))
    assert value(heading.year) == 2024 and doubted(heading) == ["year"]


def test_title_and_file_name_that_disagree() -> None:
    text = "清河县财政局2024年政府信息公开工作年度报告" + body(2024)
    heading = read(text, "清河县教育局2022年政府信息公开工作年度报告.pdf")
    assert doubted(heading) == ["organ", "year"]
    assert heading.organ is not None and heading.organ.confidence < 0.7
    assert heading.doubts[0].values == ("清河县财政局", "清河县教育局")


@pytest.mark.parametrize(
    "name", ["2025/W020250115537894432.pdf", "2025-01-20清河县.pdf", "2025.zip/清河县/财政局.pdf", "3.pdf"]
)
def test_a_file_named_for_the_publication_raises_no_doubt(name: str) -> None:
    heading = read("清河县财政局2024年政府信息公开工作年度报告" + body(2024), name)
    assert value(heading.year) == 2024 and heading.doubts == ()


def test_a_short_name_agrees() -> None:
    heading = read("清河县科技和工业信息化局2024年政府信息公开工作年度报告" + body(2024), "清河县科工信局2024.pdf")
    assert heading.doubts == () and heading.organ is not None and heading.organ.confidence > 0.97


def test_a_foreign_signature_is_doubted() -> None:
    heading = read("清河县财政局2018年政府信息公开工作年度报告" + body(2018) + "清河县教育局\n二〇一九年一月二十日")
    assert value(heading.organ) == "清河县财政局" and doubted(heading) == ["organ"]


def test_links_at_the_end_are_no_signature() -> None:
    links = "石家庄市人民政府\n唐山市人民政府\n邯郸市人民政府"
    heading = read("清河县财政局2018年政府信息公开工作年度报告" + body(2018) + links)
    assert heading.doubts == ()


@pytest.mark.parametrize(
    ("name", "organ", "year", "code"),
    [
        ("清河县科技和工业信息化局2022年度政府信息公开工作年度报告.docx", "清河县科技和工业信息化局", 2022, "130534"),
        ("河北/邢台市/清河县财政局/2022年政府信息公开年报.pdf", "清河县财政局", 2022, "130534"),
        ("年报.zip/2021_清河县财政局.pdf", "清河县财政局", 2021, "130534"),
        ("03-清河县财政局-2021年年报(1).pdf", "清河县财政局", 2021, "130534"),
        ("清河县财政局20220120.pdf", "清河县财政局", None, "130534"),
        ("清河县财政局23年度政府信息公开年报.pdf", "清河县财政局", 2023, "130534"),
        ("W020250115537894432.pdf", None, None, None),
        ("scan_01.jpg", None, None, None),
        ("", None, None, None),
    ],
)
def test_nothing_but_the_file_name(name: str, organ: str | None, year: int | None, code: str | None) -> None:
    heading = read("", name)
    assert (value(heading.organ), value(heading.year), value(heading.region)) == (organ, year, code)
    for claim in (heading.organ, heading.year):
        assert claim is None or (claim.confidence <= 0.8 and claim.where == "file_name")


def test_nothing_at_all_stays_nothing() -> None:
    heading = read("一些文字\n没有标题，也没有年份。")
    assert (heading.organ, heading.region, heading.year, heading.period, heading.published) == (None,) * 5
    assert heading.claims == () and heading.doubts == ()


def test_a_missing_title_year_comes_from_the_period() -> None:
    heading = read("清河县财政局政府信息公开工作年度报告\n统计期限为2021年1月1日至2021年12月31日。" + body(2021))
    assert value(heading.year) == 2021 and heading.year is not None and heading.year.where == "text"


def test_a_namesake_without_context_is_left_open() -> None:
    heading = read("鼓楼区人民政府2021年政府信息公开工作年度报告" + body(2021))
    assert heading.region is None and doubted(heading) == ["region"]
    assert heading.doubts[0].values == ("320106", "320302", "350102", "410204")


@pytest.mark.parametrize(
    ("extra", "name", "code", "least"),
    [
        ("", "江苏省/徐州市/x.pdf", "320302", 0.85),
        ("", "福建/x.pdf", "350102", 0.8),
        ("按照南京市统一部署推进。", "x.pdf", "320106", 0.7),
        ("开封市鼓楼区人民政府\n2022年1月20日", "x.pdf", "410204", 0.85),
    ],
)
def test_context_settles_a_namesake(extra: str, name: str, code: str, least: float) -> None:
    heading = read("鼓楼区人民政府2021年政府信息公开工作年度报告" + body(2021) + extra, name)
    assert value(heading.region) == code and heading.region is not None
    assert heading.region.name == "鼓楼区" and heading.region.confidence >= least


def test_a_township_takes_the_region_around_it() -> None:
    heading = read("油坊镇人民政府2021年政府信息公开工作年度报告" + body(2021), "河北省/邢台市/清河县/油坊镇.pdf")
    assert value(heading.region) == "130534" and heading.region is not None and heading.region.confidence < 0.7


def test_a_national_organ_has_no_region() -> None:
    heading = read("国家能源局2018年政府信息公开工作年度报告" + body(2018) + "河北省、河北省、河北省。")
    assert heading.region is None and heading.doubts == ()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("统计期限为2024年1月1日至2024年12月31日。", "2024-01-01", "2024-12-31"),
        ("自2015年1月1日起至2015年12月31日止", "2015-01-01", "2015-12-31"),
        ("统计期限为２０２４年１月１日至１２月３１日", "2024-01-01", "2024-12-31"),
        ("数据统计期限为二○一五年一月一日至十二月三十一日", "2015-01-01", "2015-12-31"),
        ("统计期限：2024.1.1—2024.12.31", "2024-01-01", "2024-12-31"),
        ("统计时限为2024年1月至12月", "2024-01-01", "2024-12-31"),
        ("本报告数据为2024年1-12月", "2024-01-01", "2024-12-31"),
        ("本年度报告的统计期限自2008年5月1日至2008年12月31日", "2008-05-01", "2008-12-31"),
    ],
)
def test_periods(text: str, first: str, last: str) -> None:
    found = list(read_periods(squeeze(text)))
    assert [(p.first.isoformat(), p.last.isoformat()) for p in found] == [(first, last)]


@pytest.mark.parametrize(
    "text",
    [
        *("2024年13月1日至2024年12月31日", "2024年2月1日至3月5日举办培训", "2024年"),
        "统计期限为2024年12月31日至2024年1月1日",
    ],
)
def test_what_is_no_period(text: str) -> None:
    assert list(read_periods(text)) == []


def test_a_period_over_two_lines_and_one_over_two_years() -> None:
    title = "清河县财政局2024年政府信息公开工作年度报告\n"
    broken = read(title + "本报告统计期限为2024年1\n- 3 -\n月1日至2024年12月31日。" + body(2024))
    assert value(broken.period) == ("2024-01-01", "2024-12-31")
    wide = read(title + "本报告统计期限为2023年1月1日至2024年12月31日。" + body(2024))
    assert doubted(wide) == ["period"] and wide.period is not None and wide.period.confidence < 0.7


def test_dates_of_publication() -> None:
    title = "清河县财政局2024年政府信息公开工作年度报告\n"
    early = read(title + "发布日期：2023-01-20" + body(2024))
    assert doubted(early) == ["published"] and "before the year 2024" in early.doubts[0].why
    apart = read(title + "发布日期：2025-09-20" + body(2024) + "清河县财政局\n2025年1月20日")
    assert value(apart.published) == "2025-09-20" and doubted(apart) == ["published"]
    close = read(title + "发布日期：2025-01-22" + body(2024) + "清河县财政局\n2025年1月20日")
    assert close.doubts == () and close.published is not None and close.published.confidence > 0.9
    assert whole_date("2024年2月30日") is None


def test_evidence_points_at_the_lines() -> None:
    heading = read("\n\n清河县财政局\n2024年政府信息公开工作年度报告" + body(2024) + "清河县财政局\n2025年1月20日")
    assert heading.organ is not None and heading.organ.place == Place(line=3)
    assert heading.organ.quote == "清河县财政局 2024年政府信息公开工作年度报告"
    assert heading.published is not None and heading.published.quote == "2025年1月20日"
    assert heading.published.place == Place(line=11)
    assert {field for field, _ in heading.claims} == {"organ", "year", "published"}


def test_no_title_among_plain_lines() -> None:
    assert main_title(lines_of("通知\n各单位：\n请于1月31日前发布。")) is None


@pytest.mark.parametrize(
    ("stem", "organ", "year", "code"),
    [
        ("000", "河北省工业和信息化厅", 2024, "130000"),
        ("001", "邢台市工业和信息化局", 2023, "130500"),
        ("002", "清河县科技和工业信息化局", 2024, "130534"),
        ("003", "河南省工业和信息化厅", 2019, "410000"),
        ("004", "平顶山市工业和信息化局", 2024, "410400"),
    ],
)
def test_the_seeds(stem: str, organ: str, year: int, code: str) -> None:
    path = next(SEEDS.glob(f"{stem}_*.txt"), None) if SEEDS.is_dir() else None
    if path is None:
        pytest.skip("the shared seeds are not here")
    heading = read(path.read_text(encoding="utf-8"), path.name)
    assert (value(heading.organ), value(heading.year), value(heading.region)) == (organ, year, code)
    assert heading.doubts == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet=ALPHABET, max_size=40), max_size=12), st.text(max_size=30))
def test_any_lines_give_a_heading(parts: list[str], name: str) -> None:
    heading = read("\n".join(parts), name)
    for _, claim in heading.claims:
        assert 0 < claim.confidence <= 0.99
    for chosen in (heading.organ, heading.region, heading.year, heading.period, heading.published):
        assert chosen is None or 0 <= chosen.confidence <= 0.99
