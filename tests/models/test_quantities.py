"""Quantities: each spelling gives its number, each doubt is said, and printing then reading gives the value again."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.numeral_print import SIGNS, STYLES, Sign, Style, print_quantity
from models.numerals import Number, shift
from models.quantities import in_unit, money_in_wan, parse_cell, parse_quantity, scan_numerals
from models.quantity_scan import scan_quantities


def same(left: Number | None, right: str | int) -> bool:
    """Equal as numbers, and a Decimal with the same printed digits."""
    return str(left) == str(right)


# --- cells -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " ", "\u3000", "\u3000 \n\t", "\u200b", "\ufeff", "____", "\xa0"])
def test_blank_is_not_zero(text: str) -> None:
    cell = parse_cell(text)
    assert (cell.state, cell.value, cell.doubtful) == ("blank", None, False)


DASHES = ("—", "–", "-", "--", "－－", "―", "——", "─", "/", "／", "//", "\\", "＼")
WORDS = ("无", "無", "（无）", "无。", "暂无", "没有", "N/A", "n/a", "NA", "不适用", "无此项", "不涉及", "Null")


@pytest.mark.parametrize("text", DASHES + WORDS)
def test_na(text: str) -> None:
    cell = parse_cell(f" {text} ")
    assert (cell.state, cell.value, cell.doubtful, cell.printed) == ("na", None, False, text)


@pytest.mark.parametrize("text", ["…", "……", "...", "×"])
def test_doubtful_na(text: str) -> None:
    cell = parse_cell(text)
    assert (cell.state, cell.value, cell.doubtful) == ("na", None, True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3001", 3001), ("３００１", 3001), ("3,001", 3001), ("3，001", 3001), ("1,234,567", 1234567), (" 0 ", 0),
        ("0\n", 0),
        ("12.50", "12.50"), ("672.34905", "672.34905"), ("0.5", "0.5"), ("１２．５", "12.5"), ("1,234.50", "1234.50"),
        ("1.2万", 12000), ("14万", 140000), ("2.1亿", 210000000), ("1亿2000万", 120000000), ("1万2千", 12000),
        ("3百", 300),
        ("3.5千", 3500), ("1.23456万", "12345.6"),
        ("+2", 2), ("＋2", 2), ("-1", -1), ("﹣1", -1), ("−1", -1), ("－1", -1), ("- 1", -1), ("增2", 2),
        ("增加2", 2),
        ("减1", -1), ("减少1", -1), ("減1", -1), ("↑2", 2), ("↓1", -1), ("负3", -3), ("-0", 0), ("减少0.50", "-0.50"),
        ("三百二十", 320), ("一万二千", 12000), ("两", 2), ("零", 0), ("〇", 0), ("十", 10), ("廿", 20), ("卅", 30),
        ("廿三", 23), ("二十三", 23), ("一百零二", 102), ("三百一十二", 312), ("三百十二", 312),
        ("一万零二百", 10200),
        ("十万", 100000), ("一万亿", 10**12), ("叁佰贰拾", 320), ("壹万贰仟", 12000), ("萬", 10000),
        ("二〇二四", 2024),
        ("二○二四", 2024), ("十二点五", "12.5"), ("三亿零二万点五零", "300020000.50"), ("一点二万", 12000),
        ("两千零五", 2005),
    ],
)  # fmt: skip
def test_number(text: str, value: str | int) -> None:
    cell = parse_cell(text)
    assert cell.state == "number"
    assert same(cell.value, value)
    assert cell.doubtful == (text == "萬"), cell.note
    assert cell.printed == text.strip()


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("0件", 0, "件"), ("12 件", 12, "件"), ("3件次", 3, "件次"), ("三百二十条", 320, "条"),
        ("一万二千件", 12000, "件"),
        ("1.2万条", 12000, "条"), ("3.2亿元", 320000000, "元"), ("三十万元", 300000, "元"), ("1,234条", 1234, "条"),
        ("251000元", 251000, "元"), ("25.1万元", 251000, "元"), ("12（件）", 12, "件"), ("共12件", 12, "件"),
        ("¥12.50", "12.50", "元"), ("人民币3000元", 3000, "元"), ("5千元", 5000, "元"), ("三件", 3, "件"),
        ("零件", 0, "件"),
        ("301人次", 301, "人次"), ("2萬條", 20000, "条"),
    ],
)  # fmt: skip
def test_number_with_unit(text: str, value: str | int, unit: str) -> None:
    cell = parse_cell(text)
    assert (cell.state, cell.unit, cell.doubtful) == ("number", unit, False), cell
    assert same(cell.value, value)


@pytest.mark.parametrize(
    ("text", "value", "qualifier"),
    [
        ("1200余条", 1200, "over"), ("百余", 100, "over"), ("一千余", 1000, "over"), ("10余万", 100000, "over"),
        ("两千多万", 20000000, "over"), ("1.86万余件", 18600, "over"), ("500+", 500, "over"),
        ("超过100", 100, "over"),
        ("逾3万", 30000, "over"), ("突破30万", 300000, "over"), ("100以上", 100, "over"), ("上千条", 1000, "over"),
        ("约1200", 1200, "about"), ("1200左右", 1200, "about"), ("十来个", 10, "about"), ("近百", 100, "under"),
        ("不足50件", 50, "under"), ("不到9.8万", 98000, "under"), ("不超过5", 5, "under"), ("约300余条", 300, "over"),
    ],
)  # fmt: skip
def test_bounds(text: str, value: int, qualifier: str) -> None:
    cell = parse_cell(text)
    assert (cell.state, cell.value, cell.qualifier, cell.doubtful) == ("number", value, qualifier, False), cell


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3 001", 3001), ("3, 001", 3001), ("1'234", 1234), ("1.234", "1.234"), (".5", "0.5"), ("007", 7), ("00", 0),
        ("1O", 10), ("l2", 12), ("1〇", 10), ("3I", 31), ("O", 0), ("○", 0), ("一", 1), ("一万二", 12000),
        ("一千二", 1200),
        ("十几", 10), ("20几", 20), ("百", 100), ("壹贰叁", 123), ("12。", 12), ("二十 三", 23), ("近100余件", 100),
        ("12345678901234", 12345678901234),
    ],
)  # fmt: skip
def test_doubtful_number(text: str, value: str | int) -> None:
    cell = parse_cell(text)
    assert (cell.state, cell.doubtful) == ("number", True), cell
    assert same(cell.value, value)
    assert cell.note


@pytest.mark.parametrize(
    "text",
    [
        "3 0", "3 16", "1 2 3", "3\n0", "3\n001", "1/2", "0(0)", "10-20", "1~3", "3、001", "3、4", "1,23",
        "12,3456", "1,234,5",
        "1.2.3", "(1)", "（1）", "1.", "1、",
        "O件", "lO", "٣", "1)", "1-", "--1", "+-2", "增-2", "12（含结转3件）", "3封邮件",
        "251000元(25.1万元)",
        "〃", "*", "**", "x", "l", "I", "|", ".", "+", "?", "三五", "一一", "三四百", "二二十", "十十", "一亿亿",
        "千百", "12%3",
    ],
)  # fmt: skip
def test_what_may_hide_a_number_is_doubtful_text(text: str) -> None:
    cell = parse_cell(text)
    assert (cell.state, cell.value) == ("text", None), cell
    assert cell.doubtful == (text != "12%3")
    assert cell.note


@pytest.mark.parametrize(
    "text",
    ["12%", "百分之三", "两倍", "第1项", "2023年", "2023-01-02", "①", "12月31日", "自然人", "数十", "半"],
)
def test_what_is_certainly_no_count_is_plain_text(text: str) -> None:
    cell = parse_cell(text)
    assert (cell.state, cell.value, cell.doubtful) == ("text", None, False), cell


@given(st.text())
def test_a_cell_of_any_text_is_a_result(text: str) -> None:
    cell = parse_cell(text)
    assert (cell.value is not None) == (cell.state == "number")
    assert not isinstance(cell.value, float)
    assert cell.note or not cell.doubtful


@given(st.text(alphabet="0123456789OolI〇○一二两十百千万亿余多几约近超.,， 、-+/()元件%点", max_size=14))
def test_value_is_amount_times_scale_and_digits_are_never_joined_in_silence(text: str) -> None:
    cell = parse_cell(text)
    if cell.value is not None and cell.amount is not None:
        assert shift(cell.amount, cell.scale) == cell.value
        digits_apart = any(left.isdigit() and not gap.strip() and right.isdigit() for left, gap, right in _gaps(text))
        assert cell.doubtful or not digits_apart


def _gaps(text: str) -> list[tuple[str, str, str]]:
    return [(text[i - 1], text[i], text[i + 1]) for i in range(1, len(text) - 1) if text[i] == " "]


@pytest.mark.parametrize(
    "text",
    ["1" * 5000, "约" * 5000 + "1", "一" * 5000, "1,111" * 2000, "1 " * 5000, "余" * 5000, "1" + "." * 9000 + "2"],
    ids=lambda text: text[:3],
)
def test_hostile_lengths_are_text(text: str) -> None:
    assert parse_cell(text).state == "text"
    assert parse_quantity(text) is None
    assert sum(1 for _ in scan_numerals(text)) <= len(text)


# --- units and money -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wan"),
    [
        ("251000元", "25.1"), ("25.10万元", "25.10"), ("12.50", "12.50"), ("12.5", "12.5"), ("25.1万", "25.1"),
        ("30", "30"),
        ("三十万元", "30"), ("3.2亿元", "32000"), ("0元", "0"), ("1元", "0.0001"), ("¥5000.00", "0.500000"),
        ("3件", "None"),
        ("无", "None"), ("", "None"),
    ],
)  # fmt: skip
def test_money_in_wan(text: str, wan: str) -> None:
    assert same(money_in_wan(parse_cell(text)), wan)


def test_in_unit() -> None:
    quantity = parse_quantity("1.03亿元")
    assert quantity is not None
    assert same(in_unit(quantity, "万元"), 10300)
    assert same(in_unit(quantity, "元"), 103000000)
    assert in_unit(quantity, "件") is None
    count = parse_quantity("312万人次")
    assert count is not None
    assert same(in_unit(count, "万人次"), 312)
    assert in_unit(count, "人") is None
    assert in_unit(parse_cell("12"), "万元") is None


# --- running text ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "条", "数百条", "几十", "三五个", "若干", "2023年共公开1,234条", "abc", "12%", "余", "1.2.3"]
)
def test_no_quantity(text: str) -> None:
    assert parse_quantity(text) is None


def test_stray_spaces_are_joined_but_said() -> None:
    quantity = parse_quantity("3 16条")
    assert quantity is not None
    assert (quantity.value, quantity.unit, quantity.doubtful) == (316, "条", True)


@pytest.mark.parametrize(
    ("text", "numerals"),
    [
        ("2023年共公开1,234条", ["2023", "1,234"]),
        ("发布三百二十条、一万二千件", ["三百二十", "一万二千"]),
        ("访问1.2万余次，10余万人次，共3 16条，2, 031件", ["1.2万余", "10余万", "3 16", "2, 031"]),
        ("党的二十大以来统一部署，十四五规划，一是十分重视，进一步", []),
        ("根据第二十条第3项，附件第 5 条", []),
        ("数百条、几十件、好几百次", []),
        ("百余件，近百次", ["百余", "百"]),
        ("二〇二四年", ["二〇二四"]),
        ("电话0532-61237788，2024-12-31，10-20条，www.a.cn/2024", []),
        ("占12.4%，增长3倍", []),
        ("A4纸、5G基站20个、APP3个", ["20", "3"]),
        ("收到1O条、零申请，结转为零。零距离服务", ["1O", "零", "零"]),
        ("高效办成一件事，受理一件", ["一"]),
        ("受理热点七次", ["七"]),
    ],
)  # fmt: skip
def test_scan_numerals(text: str, numerals: list[str]) -> None:
    assert [text[start:end] for start, end in scan_numerals(text)] == numerals


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("约1400条，超过18.5万件", [("约1400条", 1400, "about"), ("超过18.5万件", 185000, "over")]),
        ("网上30条、附近3家、预约20人次", [("30条", 30, "exact"), ("3家", 3, "exact"), ("20人次", 20, "exact")]),
        (
            "上千条，6,200条以上，九百条左右",
            [("上千条", 1000, "over"), ("6,200条以上", 6200, "over"), ("九百条左右", 900, "about")],
        ),
        ("收费三十万元", [("三十万元", 300000, "exact")]),
        ("共９５件", [("９５件", 95, "exact")]),
    ],
)  # fmt: skip
def test_scan_quantities(text: str, found: list[tuple[str, int, str]]) -> None:
    assert [(text[a:b], q.value, q.qualifier) for a, b, q in scan_quantities(text)] == found


@given(st.text())
def test_scanned_spans_are_ordered_and_lie_inside(text: str) -> None:
    spans = list(scan_numerals(text))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


@given(st.integers(0, 10**12), st.sampled_from(STYLES))
def test_a_printed_number_is_found_whole_in_a_sentence(value: int, style: Style) -> None:
    printed = print_quantity(value, style)
    found = [q.value for _, _, q in scan_quantities(f"全年主动公开政府信息{printed}条，其中网站2件。")]
    assert found == [value, 2] or printed in ("一", "零")


# --- printing and reading again --------------------------------------------------------------------------------------

DECIMALS = st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(0, 10**15), st.integers(1, 6))
NUMBERS: st.SearchStrategy[Number] = st.one_of(st.integers(0, 10**12), st.integers(0, 20000), DECIMALS)


@given(NUMBERS, st.sampled_from(STYLES))
def test_reading_what_was_printed_gives_the_value(value: Number, style: Style) -> None:
    cell = parse_cell(print_quantity(value, style))
    assert (cell.state, cell.value) == ("number", value)


@given(NUMBERS, st.sampled_from(("arabic", "fullwidth", "thousands", "chinese", "chinese_formal")))
def test_printed_decimals_keep_their_digits(value: Number, style: Style) -> None:
    assert f"{parse_cell(print_quantity(value, style)).value:f}" == f"{value:f}"


@given(st.integers(-(10**12), 10**12), st.sampled_from(STYLES), st.sampled_from(tuple(SIGNS)))
def test_signs_survive(value: int, style: Style, sign: Sign) -> None:
    cell = parse_cell(print_quantity(value, style, sign=sign))
    assert (cell.state, cell.value) == ("number", value)


@pytest.mark.parametrize(
    ("value", "style", "printed"),
    [
        (1234567, "thousands", "1,234,567"), (12, "chinese", "十二"), (320, "chinese", "三百二十"),
        (10200, "chinese", "一万零二百"),
        (12000, "wan", "1.2万"), (100000001, "chinese", "一亿零一"), (320, "chinese_formal", "叁佰贰拾"),
        (0, "chinese", "零"),
        (Decimal("12.50"), "fullwidth", "１２．５０"), (-3, "arabic", "-3"), (10**12, "chinese", "一万亿"),
    ],
)  # fmt: skip
def test_print_quantity(value: Number, style: Style, printed: str) -> None:
    assert print_quantity(value, style) == printed


def test_a_number_without_a_chinese_name_is_refused() -> None:
    with pytest.raises(OverflowError):
        print_quantity(10**16, "chinese")


@pytest.mark.parametrize(("text", "value"), [("* 4", 4), ("4*", 4), ("·12", 12)])
def test_a_mark_beside_a_number_is_no_part_of_it_but_said(text: str, value: int) -> None:
    found = parse_cell(text)
    assert found.state == "number" and found.value == value and found.doubtful


@pytest.mark.parametrize("text", ["无.", ".无", "*无"])
def test_a_mark_beside_the_word_for_nothing_is_said(text: str) -> None:
    found = parse_cell(text)
    assert found.state == "na" and found.doubtful


def test_marks_alone_are_no_number() -> None:
    assert parse_cell("**").state == "text"
