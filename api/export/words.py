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
#: What a figure of the panel is worth, or why it is missing.
WORTH: Final[Mapping[str, str]] = {**STATUS, **{mark: zh for mark, (_, zh) in MISSING.items()}}
#: Columns, where one word serves every table that has them.
COLUMNS: Final[Mapping[str, str]] = {
    **{
        "document": "报告编号",
        "source": "文件名",
        "part": "文件内第几份",
        "organ": "机关",
        "region_code": "行政区划代码",
    },
    **{"year": "年度", "form": "所用表式", "parts": "文件内份数", "sha256": "文件SHA-256", "media_type": "文件类型"},
    **{"first_page": "首页", "last_page": "末页", "region": "行政区划", "period": "报告期", "published": "发布日期"},
    **{"organ_confidence": "机关可信度", "year_confidence": "年度可信度", "cells_accepted": "采信格数"},
    **{"cells_review": "待核格数", "cells_by_people": "人工核过的格数", "checks_passed": "通过的核对"},
    **{
        "checks_failed": "未通过的核对",
        "checks_unknown": "无法核对",
        "review_needed": "需人工复核",
        "problems": "未读出的页",
    },
    **{"pipeline_version": "流水线版本", "variable": "变量", "cell": "单元格", "label": "表中名称", "unit": "单位"},
    **{
        "value": "数值",
        "state": "状态",
        "printed": "印刷原文",
        "confidence": "可信度",
        "status": "采信情况",
        "page": "页码",
    },
    **{"x0": "左", "y0": "上", "x1": "右", "y1": "下", "line": "行", "column": "列", "route": "读取途径"},
    **{"number": "序号", "type": "类型", "qualifier": "限定", "scope": "期间", "sentence": "原句", "span_start": "起"},
    **{"span_end": "止", "rule": "规则", "relation": "关系", "cause": "原因", "left": "左边", "right": "右边"},
    **{"cells": "所涉单元格", "message": "说明", "code": "代码", "hint": "办法", "organ_id": "机关编号"},
    **{"organ_number": "机关序号", "province_code": "省级代码", "prefecture_code": "地级代码", "level": "层级"},
    **{"kind": "机关类型", "field": "职能领域", "form_of_year": "是否当年表式", "versions": "同年报告份数"},
    **{"key_in_doubt": "机关、地区或年度存疑", "in_panel": "是否入面板", "why_not": "未入面板的原因", "action": "处理"},
    **{
        "read_state": "读取状态",
        "read_value": "读取数值",
        "read_status": "读取时采信情况",
        "who": "处理人",
        "why": "理由",
    },
    **{
        "at": "时间",
        "drawn": "随机抽中",
        "first_year": "首个年度",
        "last_year": "末个年度",
        "reports": "报告份数",
        "names": "名称",
    },
    **{"evidence": "依据", "name": "名称", "how": "认定方式", "years": "年度", "where": "位置", "table": "表"},
    **{
        "alias": "Stata变量名",
        "label_zh": "中文标签",
        "label_en": "英文标签",
        "unit_zh": "中文单位",
        "unit_en": "英文单位",
    },
    **{
        "values": "取值",
        "forms": "设此项的表式",
        "comparable": "何以同一",
        "alone": "何以独有",
        "breaks": "不可比",
        "given": "有数值的行数",
    },
    **{"in_doubt": "待核的行数", "missing": "无数值的行数及原因", "least": "最小值", "greatest": "最大值"},
    **{f"cell_{form}": f"{form}年表单元格" for form in FORM},
    **{f"label_{form}": f"{form}年表名称" for form in FORM},
}
