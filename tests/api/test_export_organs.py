"""One organ under varying names: what is joined, what is kept apart, and that a person hears of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from api.export.panel.organs import Mention, Organ, Organs, known_fields, resolve

QINGHE = "130534"


def organs(*named: tuple[str, int], region: str | None = QINGHE, decided: dict[str, str] | None = None) -> Organs:
    return resolve([Mention(name, region, year, f"{name}{year}", "title") for name, year in named], decided)


def grouped(found: Organs) -> list[set[str]]:
    return [{use.name for use in organ.names} for organ in found.organs]


def codes(found: Organs) -> list[str]:
    return sorted(doubt.code for doubt in found.doubts)


@pytest.mark.parametrize(
    ("named", "groups", "doubts"),
    [
        ([("清河县教育局", 2021), ("河北省邢台市清河县教育局", 2022)], 1, []),
        ([("清河县教育局", 2021), ("教育局", 2022)], 1, []),
        ([("清河县工信局", 2021), ("清河县工业和信息化局", 2022)], 1, ["short_form"]),
        ([("清河县人民政府", 2021), ("清河县人民政府办公室", 2022)], 1, ["office"]),
        ([("清河县人民政府", 2021), ("清河县人民政府办公室", 2021)], 2, ["same_year"]),
        ([("清河县工信局", 2021), ("清河县工业和信息化局", 2021)], 2, ["same_year"]),
        ([("清河县教育局", 2021), ("教育局", 2021)], 2, ["same_year"]),
        ([("清河县水利局", 2021), ("清河县财政局", 2021)], 2, []),
        ([("清河县工业和信息化局", 2020), ("清河县科技和工业信息化局", 2022)], 2, ["renamed"]),
        (
            [("清河县工信局", 2020), ("清河县工业和信息化局", 2021), ("清河县工业信息化管理局", 2021)],
            3,
            ["ambiguous"],
        ),
        ([("清河县教育局", 2020), ("清河县教育体育局", 2021)], 2, ["renamed"]),
        (
            [("清河县文广局", 2020), ("清河县文化广电局", 2021), ("清河县文化广电体育局", 2022)],
            2,
            ["renamed", "short_form"],
        ),
        ([("清河县油坊镇人民政府", 2021), ("油坊镇人民政府", 2022)], 1, []),
        ([("清河县人民政府", 2021), ("清河县油坊镇人民政府", 2021)], 2, []),
    ],
)
def test_names_of_one_region(named: Sequence[tuple[str, int]], groups: int, doubts: list[str]) -> None:
    for order in (named, named[::-1]):
        found = organs(*order)
        assert len(found.organs) == groups
        assert [code for code in codes(found) if code in doubts or code not in ("renamed", "level")] == doubts


def test_a_person_decides_about_a_change_of_name() -> None:
    old, new = "清河县工业和信息化局", "清河县科技和工业信息化局"
    found = organs((old, 2020), (new, 2022), decided={old: new})
    assert grouped(found) == [{old, new}]
    assert found.organs[0].name == new
    assert {use.name: use.how for use in found.organs[0].names} == {old: "person", new: "same"}
    assert codes(found) == []


def test_regions_keep_equal_names_apart() -> None:
    found = resolve([Mention("教育局", "130534", 2021, "a"), Mention("教育局", "130535", 2021, "b")])
    assert [organ.region for organ in found.organs] == ["130534", "130535"]
    assert len({organ.id for organ in found.organs}) == 2


def test_without_a_region_nothing_is_joined_by_a_short_form() -> None:
    found = organs(("清河县工信局", 2021), ("清河县工业和信息化局", 2022), region=None)
    assert len(found.organs) == 2
    assert codes(found) == ["no_region", "no_region"]


def organ_of(name: str, region: str | None = QINGHE) -> Organ:
    (organ,) = organs((name, 2021), region=region).organs
    return organ


@pytest.mark.parametrize(
    ("name", "region", "level", "kind", "fields"),
    [
        ("清河县人民政府", "130534", "county", "government", {}),
        ("清河县油坊镇人民政府", "130534", "township", "government", {}),
        ("清河县科技和工业信息化局", "130534", "county", "department", {"science": "科技", "industry": "工业信息化"}),
        ("河北省教育厅", "130000", "province", "department", {"education": "教育"}),
        ("教育局", "130500", "prefecture", "department", {"education": "教育"}),
        ("清河县教育体育局", "130534", "county", "department", {"education": "教育", "sport": "体育"}),
    ],
)
def test_level_kind_and_field_with_their_evidence(
    name: str, region: str, level: str, kind: str, fields: dict[str, str]
) -> None:
    organ = organ_of(name, region)
    assert (organ.level, organ.kind, dict(organ.fields)) == (level, kind, fields)
    assert "region: title (1)" in organ.evidence
    assert ("level: by region" in organ.evidence) == (name == "教育局")


def test_the_id_of_an_organ_does_not_depend_on_the_other_reports() -> None:
    alone = organ_of("清河县水利局").id
    assert alone in {organ.id for organ in organs(("清河县水利局", 2021), ("清河县财政局", 2020)).organs}
    assert alone.startswith("130534-")


def test_fields_are_told_by_words_of_no_other_field() -> None:
    told = [(word, field) for field, (_, _, found) in known_fields().items() for word in found]
    shared = {word for word, _ in told if sum(word == other for other, _ in told) > 1}
    assert shared == {"教体"}


def test_a_person_joins_names_of_two_regions() -> None:
    """密云县 (110228) became 密云区 (110118); without a decision they are two organs."""
    county, district = Mention("密云县财政局", "110228", 2014, "a"), Mention("密云区财政局", "110118", 2016, "b")
    nowhere = Mention("本县财政部门", None, 2013, "c")
    assert len(resolve([county, district]).organs) == 2
    decided = {"密云县财政局": "密云区财政局", "本县财政部门": "密云区财政局"}
    for order in ([county, nowhere, district], [district, nowhere, county]):
        found = resolve(order, decided)
        (organ,) = found.organs
        assert (organ.region, organ.name) == ("110118", "密云区财政局")
        assert set(found.of_name.values()) == {organ.id}
        assert set(found.of_name) >= {("110228", "密云县财政局"), (None, "本县财政部门"), ("110118", "密云区财政局")}


def test_a_decision_on_a_name_of_several_regions_stays_within_each() -> None:
    mentions = [Mention("教育局", region, 2020, region) for region in ("130534", "130535")]
    found = resolve([*mentions, Mention("清河县教育体育局", "130534", 2022, "c")], {"教育局": "清河县教育体育局"})
    assert sorted(organ.region or "" for organ in found.organs) == ["130534", "130535"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("清河县葛仙庄街道办事处", "清河县葛仙庄街道"),
        ("清河县葛仙庄街道办", "葛仙庄街道办事处"),
        ("清河县经济开发区管理委员会", "清河县经济开发区管委会"),
        ("清河县经济开发区", "清河县经济开发区管委会"),
        ("清河县卫健委", "清河县卫生健康委员会"),
        ("清河县马屯村村委会", "清河县马屯村村民委员会"),
        ("清河县政府", "清河县人民政府"),
        ("清河县税务局", "国家税务总局清河县税务局"),
    ],
)
def test_customary_short_forms_are_one_organ(one: str, other: str) -> None:
    assert len(organs((one, 2021), (other, 2022)).organs) == 1
    assert len(organs((one, 2022), (other, 2022)).organs) == 2


@pytest.mark.parametrize(
    ("name", "region", "level"),
    [
        ("河北清河经济开发区管理委员会", "130534", "county"),
        ("重庆两江新区管理委员会", "500000", "unknown"),
        ("经济开发区管理委员会", "130534", "county"),
        ("南京海关", "320100", "unknown"),
        ("中华人民共和国黄埔海关", "440100", "unknown"),
        ("国家统计局清河调查队", "130534", "unknown"),
        ("邢台市生态环境局清河县分局", "130534", "county"),
        ("新疆生产建设兵团第八师石河子市人民政府", "659001", "prefecture"),
    ],
)
def test_a_level_is_not_taken_from_a_region_that_only_tells_where(name: str, region: str, level: str) -> None:
    found = organs((name, 2021), region=region)
    assert found.organs[0].level == level
    assert ("level" in codes(found)) == (level == "unknown")
