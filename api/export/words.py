"""The few words that some columns are limited to, with their Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

STATE: Final[Mapping[str, str]] = {
    "number": "数值",
    "blank": "空白",
    "na": "不适用",
    "text": "文字",
    "absent": "表中无此格",
}
STATUS: Final[Mapping[str, str]] = {"accepted": "采信", "review": "待核", "confirmed": "已确认", "corrected": "已更正"}
FORM: Final[Mapping[str, str]] = {"2014": "2014年统计表", "2019": "2019年表", "2021": "2021年表"}
CHECK: Final[Mapping[str, str]] = {"pass": "通过", "fail": "不通过", "unknown": "无法核对"}
CAUSE: Final[Mapping[str, str]] = {"source": "原文有误", "extraction": "读取存疑", "unclear": "原因不明"}
QUALIFIER: Final[Mapping[str, str]] = {"exact": "确数", "about": "约", "over": "多于", "under": "少于"}
SCOPE: Final[Mapping[str, str]] = {"year": "本年", "cumulative": "累计", "prior_year": "上年"}
LEVEL: Final[Mapping[str, str]] = {
    "nation": "国家级",
    "province": "省级",
    "prefecture": "地级",
    "county": "县级",
    "township": "乡级",
    "village": "村级",
    "unknown": "不明",
}
ORGAN_KIND: Final[Mapping[str, str]] = {
    "government": "政府",
    "office": "政府办公室",
    "department": "部门",
    "zone": "开发区",
    "institution": "事业单位",
    "enterprise": "企业",
    "other": "其他",
}
#: Why a figure is missing, with the letter of Stata's missing value.
MISSING: Final[Mapping[str, tuple[str, str]]] = {
    "blank": ("b", "空白"),
    "na": ("n", "不适用"),
    "absent": ("a", "表中无此格"),
    "text": ("t", "文字"),
    "unreadable": ("u", "未能读出"),
    "not_asked": ("", "该表不设此项"),
}
