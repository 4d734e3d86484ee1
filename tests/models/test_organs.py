from __future__ import annotations

import pytest

from models.organs import choose, classify, load_regions, looks_like_organ, organ_region, regions_at_start, same_organ
from models.organs.regions import customary_name


def codes(organ: str) -> set[str]:
    named = organ_region(organ)
    return {region.code for region in named.candidates} if named else set()


def test_every_region_has_a_province_and_a_plausible_code() -> None:
    index = load_regions()
    assert len([region for region in index.by_code.values() if region.level == "province"]) == 34
    assert len([r for r in index.by_code.values() if r.level == "county" and r.last is None]) > 2800
    for region in index.by_code.values():
        assert region.code.isdigit() and len(region.code) == 6
        assert region.code[:2] + "0000" in index.by_code
        assert region.first is None or region.last is None or region.first <= region.last


@pytest.mark.parametrize(
    ("organ", "code"),
    [
        ("河南省工业和信息化厅", "410000"),
        ("平顶山市工业和信息化局", "410400"),
        ("清河县科技和工业信息化局", "130534"),
        ("河北省邢台市清河县油坊镇人民政府", "130534"),
        ("北京市朝阳区人民政府办公室", "110105"),
        ("上海市浦东新区人民政府", "310115"),
        ("南京市鼓楼区教育局", "320106"),
        ("恩施州人民政府", "422800"),
        ("恩施土家族苗族自治州财政局", "422800"),
        ("围场县人民政府", "130828"),
        ("河南县人民政府", "632324"),
        ("内蒙古自治区商务厅", "150000"),
        ("宁夏回族自治区人民政府", "640000"),
        ("国家税务总局清河县税务局", "130534"),
        ("国家统计局平顶山调查队", "410400"),
        ("邢台市生态环境局清河县分局", "130534"),
        ("郑州高新技术产业开发区管理委员会", "410100"),
        ("临沂市场监督管理局", "371300"),
        ("济源市人民政府", "419001"),
        ("临平区人民政府", "330113"),
        ("任县财政局", "130526"),
        ("密云县人民政府", "110228"),
        ("和康县人民政府", "653228"),
        ("河北清河经济开发区管理委员会", "130534"),
        ("江苏省滨海经济开发区管委会", "320922"),
        ("南京江北新区管理委员会", "320100"),
        ("淮安市公安局淮安分局", "320803"),
        ("广州市公安局越秀分局", "440104"),
        ("邢台市公安局开发区分局", "130500"),
        ("新疆生产建设兵团第八师石河子市", "659001"),
        ("第三师图木舒克市人民政府", "659003"),
        ("新疆生产建设兵团教育局", "650000"),
    ],
)
def test_the_region_in_an_organs_name(organ: str, code: str) -> None:
    assert codes(organ) == {code}


@pytest.mark.parametrize("organ", ["城关镇人民政府", "市工业和信息化局", "国家能源局", "", "区", "我局"])
def test_a_name_without_a_region(organ: str) -> None:
    assert organ_region(organ) is None


def test_a_name_that_several_regions_bear_keeps_all() -> None:
    assert codes("鼓楼区人民政府") == {"320106", "320302", "350102", "410204"}
    assert codes("朝阳区人民政府") == {"110105", "220104"}
    assert len(codes("新华区人民政府")) == 3


def test_a_chain_reads_on_only_into_what_lies_inside() -> None:
    named = regions_at_start("徐州市鼓楼区人民政府")
    assert named is not None and named.name == "徐州市鼓楼区"
    stopped = regions_at_start("石家庄市浦东新区")
    assert stopped is not None and stopped.name == "石家庄市"


def test_context_settles_namesakes() -> None:
    named = regions_at_start("鼓楼区")
    assert named is not None
    index = load_regions()
    nanjing, fujian, xuzhou_gulou = index.by_code["320100"], index.by_code["350000"], index.by_code["320302"]
    assert [r.code for r in choose(named.candidates, 2021, [nanjing])[0]] == ["320106"]
    assert choose(named.candidates, 2021, [fujian]) == ((index.by_code["350102"],), "province")
    assert choose(named.candidates, 2021, [xuzhou_gulou])[1] == "exact"
    left, settled = choose(named.candidates, 2021, [])
    assert len(left) == 4 and settled == ""
    jiangsu = index.by_code["320000"]
    assert len(choose(named.candidates, 2021, [jiangsu])[0]) == 2


def test_the_year_settles_a_name_that_moved() -> None:
    named = regions_at_start("巢湖市")
    assert named is not None
    assert [r.code for r in choose(named.candidates, 2009, [])[0]] == ["341400"]
    assert [r.code for r in choose(named.candidates, 2020, [])[0]] == ["340181"]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("恩施土家族苗族自治州", "恩施州"),
        ("伊犁哈萨克自治州", "伊犁州"),
        ("双江拉祜族佤族布朗族傣族自治县", "双江县"),
        ("东乡族自治县", "东乡县"),
        ("新疆维吾尔自治区", "新疆"),
        ("管城回族区", "管城区"),
        ("隆林各族自治县", "隆林县"),
        ("清河县", None),
    ],
)
def test_customary_names(name: str, short: str | None) -> None:
    assert customary_name(name) == short


@pytest.mark.parametrize(
    ("name", "level", "kind"),
    [
        ("河南省人民政府", "province", "government"),
        ("河南省人民政府办公厅", "province", "office"),
        ("平顶山市工业和信息化局", "prefecture", "department"),
        ("清河县财政局", "county", "department"),
        ("清河县油坊镇人民政府", "township", "government"),
        ("朝阳区三里屯街道办事处", "township", "government"),
        ("清河县油坊镇张庄村村民委员会", "village", "government"),
        ("郑州经济技术开发区管理委员会", "prefecture", "zone"),
        ("国家能源局", "nation", "department"),
        ("清河县第一中学", "county", "institution"),
        ("邢台市自来水公司", "prefecture", "enterprise"),
        ("市财政局", "unknown", "department"),
        ("清河县油坊镇政府", "township", "government"),
        ("邢台市生态环境局清河县分局", "county", "department"),
        ("重庆两江新区管理委员会", "unknown", "zone"),
        ("河北清河经济开发区管理委员会", "county", "zone"),
        ("新疆生产建设兵团第八师石河子市", "prefecture", "government"),
        ("第八师一四三团", "township", "other"),
        ("南京海关", "unknown", "department"),
        ("中华人民共和国海关总署", "nation", "department"),
        ("中华人民共和国黄埔海关", "unknown", "department"),
        ("国家统计局清河调查队", "unknown", "department"),
        ("国家能源局华北监管局", "unknown", "department"),
        ("国家发展和改革委员会", "nation", "department"),
        ("县人民政府办公室", "county", "office"),
        ("某某", "unknown", "other"),
        ("", "unknown", "other"),
    ],
)
def test_level_and_kind(name: str, level: str, kind: str) -> None:
    found = classify(name)
    assert (found.level, found.kind) == (level, kind)


@pytest.mark.parametrize(
    "text",
    [
        *("清河县财政局", "平顶山市发展和改革委员会(平顶山市粮食局)", "淮安市", "和平区人民政府", "本溪市公安局"),
        *("全州县人民政府", "清河县油坊镇", "国家税务总局清河县税务局", "第三师图木舒克市人民政府"),
    ],
)
def test_names_of_organs(text: str) -> None:
    assert looks_like_organ(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "局", "关于做好工作的通知", "我局", "本局", "一、总体情况", "各县区人民政府", "2024年清河县财政局"),
        *("主办:清河县人民政府", "附件", "清河县财政局的职责", "第三方评估机构", "第一师范学院"),
    ],
)
def test_what_is_no_organ(text: str) -> None:
    assert not looks_like_organ(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("邢台市工信局", "邢台市工业和信息化局", True),
        ("淮安市", "淮安市人民政府办公室", True),
        ("邢台市清河县财政局", "清河县财政局", True),
        ("市财政局", "邢台市财政局", True),
        ("鼓楼区教育局", "福州市鼓楼区教育局", True),
        ("邢台市发展和改革委员会(邢台市粮食局)", "邢台市发展和改革委员会", True),
        ("邢台市卫健委", "邢台市卫生健康委员会", True),
        ("南浦街道", "南浦街道办事处", True),
        ("邢台经济开发区", "邢台经济开发区管委会", True),
        ("清河县教育局", "清河县财政局", False),
        ("邢台市人民政府", "邢台市财政局", False),
        ("清河县财政局", "临西县财政局", False),
    ],
)
def test_names_of_one_organ(one: str, other: str, same: bool) -> None:
    assert same_organ(one, other) is same
    assert same_organ(other, one) is same
