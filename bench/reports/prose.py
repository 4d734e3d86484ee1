"""The prose around the tables: sections, figures that agree with the cells, and figures that mean nothing."""

from __future__ import annotations

import random

from bench.reports.truth import Truth


def overview(truth: Truth, dice: random.Random) -> list[str]:
    """The first section, one paragraph a string."""
    year = truth.year
    asked = truth.value("requests.new.total") or truth.value("statistics.requests.value")
    first = dice.choice(
        (
            f"{year}年，我单位认真贯彻落实《中华人民共和国政府信息公开条例》，扎实推进政务公开各项工作。",
            f"根据《中华人民共和国政府信息公开条例》规定，现发布《{truth.title}》。",
            f"本报告所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。",
        )
    )
    website, wechat = dice.randint(20, 3000), dice.randint(10, 900)
    second = dice.choice(
        (
            f"（一）主动公开。全年通过门户网站公开信息{website}条，微信公众号发布信息{wechat}条。",
            f"（一）主动公开情况。共在政府网站发布信息{website}余条，较上年增长12.5%，政务微博发布{wechat}条。",
        )
    )
    third = "（二）依申请公开。严格按照规定程序办理，未收取任何费用。"
    if asked is not None and not truth.planted:
        third = f"（二）依申请公开。全年共收到政府信息公开申请{asked}件。"
    fourth = f"（三）监督保障。制定印发《{year}年政务公开工作要点》（〔{year}〕{dice.randint(3, 40)}号），组织培训{dice.randint(1, 4)}次。"
    return [first, second, third, fourth]


def problems(truth: Truth, dice: random.Random) -> list[str]:
    """Section five."""
    return [
        dice.choice(
            (
                f"个别栏目更新不够及时，公开内容不够深入。{truth.year + 1}年，我单位计划组织培训2次，进一步提升公开质量。",
                "一是公开的主动性有待加强；二是政策解读形式较为单一。下一步将加强学习，完善制度。",
            )
        )
    ]


def other(dice: random.Random) -> list[str]:
    """Section six."""
    return [dice.choice(("无其他需要报告的事项。", "无。", "本年度未收取信息处理费。"))]


def ending(truth: Truth, dice: random.Random) -> list[str]:
    """Signature and date, where there are any."""
    return dice.choice(([], [truth.organ, f"{truth.year + 1}年1月{dice.randint(5, 30)}日"]))
