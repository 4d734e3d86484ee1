"""Units of quantities: measure words of counts, and money in powers of ten."""

from __future__ import annotations

from typing import Final

_COUNT_WORDS: Final = """
    人次 件次 条次 篇次 个次 家次 场次 户次 班次 批次 频次 车次 项次 起次 宗次 次数
    件 条 项 个 份 篇 次 人 名 位 户 场
    期 起 宗 例 家 所 处 轮 类 种 部 批 回 册 卷 本 集 辑 站 届 章
    遍 字 页 幅 张 通 单 档 封 套 台 则 版 段 块 支 组 笔 部门 天 分 个月 工作日 个工作日 小时 分钟 课时
"""
#: Measure words of counts. 年, 月, 日, 时 and 号 are not among them: with those a number is a date or a name.
COUNT_UNITS: Final = tuple(_COUNT_WORDS.split())

#: Units of money as powers of ten of 元.
MONEY_UNITS: Final = {
    "元": 0,
    "圆": 0,
    "百元": 2,
    "千元": 3,
    "万元": 4,
    "万圆": 4,
    "十万元": 5,
    "百万元": 6,
    "千万元": 7,
    "亿元": 8,
}

#: Every base unit, the longest first, as a match against the end or the start of a text needs them.
BASE_UNITS: Final = tuple(sorted({*COUNT_UNITS, "元", "圆"}, key=len, reverse=True))


def base_and_power(unit: str) -> tuple[str, int] | None:
    """The base unit and the power of ten that a unit is: 万元 is (元, 4), 亿次 is (次, 8); None for an empty one."""
    if unit in MONEY_UNITS:
        return "元", MONEY_UNITS[unit]
    power = {"万": 4, "亿": 8}.get(unit[:1], 0)
    base = unit[1:] if power else unit
    return (base, power) if base else None
