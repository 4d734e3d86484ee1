"""Invented and real-sounding organs of every level."""

from __future__ import annotations

import random
from dataclasses import dataclass

FIRST = "青云石柳临安东西南北丰永长宁龙凤金银玉清河江海山阳平泰和新兴怀德广福嘉禾松梅兰桂桐杨枫泉沙白黑红绿蓝"
SECOND = "澜岭桥湾溪海陵州川原城江源阳阴水泽浦港口林山峰岗丘坪坝台关塘宁安昌盛和远明华光庆康乐平顺"
PROVINCES = ("河北省", "河南省", "山东省", "江苏省", "浙江省", "湖南省", "四川省", "云南省", "陕西省", "广西壮族自治区")
CITIES = ("邢台市", "平顶山市", "淮安市", "临沂市", "绵阳市", "岳阳市", "柳州市", "曲靖市", "渭南市", "嘉兴市", "唐山市")
COUNTIES = ("清河县", "内丘县", "鲁山县", "盱眙县", "沂水县", "三台县", "平江县", "富源县", "蒲城县", "海盐县", "南明区")
BUREAUS = (
    *("工业和信息化局", "教育局", "科学技术局", "公安局", "民政局", "司法局", "财政局", "人力资源和社会保障局", "水利局"),
    *("自然资源和规划局", "生态环境局", "住房和城乡建设局", "交通运输局", "农业农村局", "商务局", "卫生健康委员会"),
    *("文化广电和旅游局", "退役军人事务局", "应急管理局", "审计局", "市场监督管理局", "统计局", "医疗保障局", "林业局"),
    *("城市管理局", "城市管理综合执法局", "行政审批服务局", "乡村振兴局", "信访局", "体育局", "粮食和物资储备局"),
    *("发展和改革委员会", "人民防空办公室", "机关事务服务中心", "地方金融监督管理局", "民族宗教事务局", "气象局"),
)
DEPARTMENTS = (
    *("工业和信息化厅", "教育厅", "水利厅", "民政厅", "财政厅", "生态环境厅", "交通运输厅", "农业农村厅", "司法厅"),
    *("发展和改革委员会", "国有资产监督管理委员会", "市场监督管理局", "统计局", "医疗保障局", "药品监督管理局"),
)
ZONES = ("经济技术开发区管理委员会", "高新技术产业开发区管理委员会", "风景名胜区管理委员会", "综合保税区管理委员会", "工业园区管委会")
#: Weights of the kinds below: most reports come from counties and their bureaus.
KINDS = (
    *("county", "county_bureau", "county_bureau", "county_bureau", "city_bureau", "city_bureau", "town", "town"),
    *("city", "province_department", "street", "zone", "province"),
)


@dataclass(frozen=True, slots=True)
class Organ:
    """Who reports: full name, the words for itself in prose (我局), and how much it has to report (0 to 3)."""

    name: str
    self_name: str
    weight: int


def invent_organ(dice: random.Random) -> Organ:
    """An organ of some level."""
    kind = dice.choice(KINDS)
    city = dice.choice(CITIES) if dice.random() < 0.5 else _place(dice) + "市"
    county = dice.choice(COUNTIES) if dice.random() < 0.4 else _place(dice) + dice.choice("县县县区市")
    full = city + county if dice.random() < 0.35 and not county.endswith("市") else county
    bureau = dice.choice(BUREAUS)
    short = "我委" if bureau.endswith(("委员会", "管委会")) else "我局"
    made = {
        "county": Organ(f"{full}人民政府", "全县" if county.endswith("县") else "我区", 1),
        "county_bureau": Organ(full + bureau, short, 0),
        "city_bureau": Organ(city + bureau, short, dice.choice((0, 1, 2))),
        "town": Organ(f"{full}{_place(dice)}{dice.choice(('镇', '镇', '乡'))}人民政府", "我镇", 0),
        "street": Organ(f"{full}{_place(dice)}街道办事处", "街道", 0),
        "city": Organ(f"{city}人民政府{dice.choice(('', '', '办公室'))}", "全市", 3),
        "province_department": Organ(dice.choice(PROVINCES) + dice.choice(DEPARTMENTS), "我厅", 2),
        "zone": Organ(city + _place(dice) + dice.choice(ZONES), "管委会", 1),
        "province": Organ(f"{dice.choice(PROVINCES)}人民政府{dice.choice(('', '办公厅'))}", "全省", 3),
    }
    return made[kind]


def _place(dice: random.Random) -> str:
    return dice.choice(FIRST) + dice.choice(SECOND)
