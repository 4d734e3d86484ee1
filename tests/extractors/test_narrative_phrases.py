"""How reports word their figures: each case is a pattern of speech that the rules alone must read."""

from __future__ import annotations

import pytest

from extractors.narrative.tag import Section, facts
from extractors.options import NO_TAGGER
from models.facts import OTHER

Said = list[tuple[str, float]]


def read(text: str, title: str = "一、总体情况") -> Said:
    found = facts((Section(title, text),), year=2023, organ=None, tagger=NO_TAGGER)
    return [(one.type, float(one.value)) for one in found if one.type != OTHER]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("在市政府信息公开网发布24条。", [("disclosed_website", 24)]),
        ("通过厅网站“要闻”栏目，及时转载重要决策部署610条。", [("disclosed_website", 610)]),
        ("发布188条公众号信息、96条微博信息。", [("disclosed_wechat", 188), ("disclosed_weibo", 96)]),
        ("“双塔融媒”客户端发布1,519条。", [("disclosed_new_media", 1519)]),
        ("“健康金城”矩阵（微信、微博、抖音）共发布科普信息98条。", [("disclosed_new_media", 98)]),
        (
            "通过微信、微博等新媒体账号，发布政策文件及图解、视频等各类信息1500余条。",
            [("disclosed_new_media", 1500)],
        ),
        (
            "公示行政许可6件、行政处罚152件。",
            [("disclosed_licensing_penalty", 6), ("disclosed_licensing_penalty", 152)],
        ),
        ("办理行政许可6件、作出行政处罚2件。", [("licensing_decisions", 6), ("penalty_decisions", 2)]),
        (
            "办理人大代表建议5件、政协提案9件，全部在网站公开了答复意见。",
            [("disclosed_npc_proposals", 5), ("disclosed_cppcc_proposals", 9)],
        ),
        ("接受人大代表建议4件、政协提案6件，公开办理结果8件。", [("disclosed_proposals", 8)]),
        ("规划计划类11条；财务预决算信息16条。", [("disclosed_budget", 16)]),
    ],
)
def test_what_is_published_where(text: str, expected: Said) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "收到申请15件，其中当面申请4件；以网上提交表单形式申请9件；以信函形式申请2件。",
            [
                ("requests_received", 15),
                ("requests_in_person", 4),
                ("requests_online", 9),
                ("requests_letter", 2),
            ],
        ),
        (
            "收到申请11件，其中8件来自网络、3件来自邮寄。",
            [("requests_received", 11), ("requests_online", 8), ("requests_letter", 3)],
        ),
        (
            "收到书面申请2件、网络申请1件，共3件。",
            [("requests_letter", 2), ("requests_online", 1), ("requests_received", 3)],
        ),
        (
            "新收申请137件，加上年结转5件，合计142件，办结139件。",
            [("requests_received", 137), ("requests_carried_in", 5), ("requests_handled", 139)],
        ),
        ("收到申请2件。两件均由自然人提出。", [("requests_received", 2)]),
        ("全年收到公民、法人和其他组织政府信息公开申请13件。", [("requests_received", 13)]),
        ("共受理公民、法人或者其他组织提出的政府信息公开申请9件。", [("requests_received", 9)]),
        (
            "收到申请31件。除1件结转至2024年外，其余均已办结：部分公开3件，不予公开4件。",
            [
                ("requests_received", 31),
                ("requests_carried_out", 1),
                ("requests_partial", 3),
                ("requests_denied", 4),
            ],
        ),
        (
            "不予公开2件，不予处理5件，其他3件。",
            [("requests_denied", 2), ("requests_rejected", 5), ("requests_other_handling", 3)],
        ),
        ("受理申请78件。无一件因答复被撤销。", [("requests_received", 78)]),
        ("源头认定87份，其中主动公开33份、不予公开54份。", []),
        ("收到各类行政复议申请18件，其中因政府信息公开引发的5件。", [("reviews", 5)]),
        ("没有规范性文件出台。", [("normative_issued", 0)]),
        ("无废止规范性文件。", [("normative_repealed", 0)]),
    ],
)
def test_requests_and_what_became_of_them(text: str, expected: Said) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三者粉丝分别为1.8万、3200、9600人。", [("followers", 18000), ("followers", 3200), ("followers", 9600)]),
        ("粉丝数较上年增加2,100人，年末为8,730人。", [("followers", 8730)]),
        ("粉丝由4.1万人增至5.7万人。", [("followers", 57000)]),
        ("清理规范性文件214件，保留171件、废止31件。", [("normative_in_force", 171), ("normative_repealed", 31)]),
        ("接受群众咨询210次。其中现场咨询60次，电话咨询150次。", [("consultations_answered", 210)]),
        ("网站新设“民营经济31条”等专题专栏13个。", [("columns_opened", 13)]),
        ("受理投诉举报咨询64万件，其中咨询21万件。", [("consultations_answered", 210000)]),
        ("就停车收费等14部法规规章草案公开征求社会意见。", [("public_consultations", 14)]),
        ("开展卫生监督检查1,210户次。", []),
        ("79个县直部门和12个乡镇全部公开预决算。", []),
        ("接受抽查2次，反馈的3个问题已全部整改。", [("problems_fixed", 3)]),
    ],
)
def test_work_and_audience(text: str, expected: Said) -> None:
    got = read(text)
    assert [one for one in got if one[0] != "inspections"] == expected
