"""The alignment on flattened text: every family of flattening says the same, and doubt is never resolved in silence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from extractors.alignment.align import Alignment, align
from extractors.alignment.rows import label_end
from extractors.alignment.split import split_reports
from extractors.grid import Grid, GridCell
from extractors.page import Block, Line
from models.evidence import Place
from models.forms import Row, load_forms
from models.readings import CellState
from models.reconcile import WEAK_MATCH, Reconciled, reconcile

FORM = load_forms()["2021"]
REQUESTS = FORM.table("requests")
COLUMNS = [column.label for column in REQUESTS.rows[0].columns]


def values_of(row: Row) -> list[str]:
    """Distinct numbers in each row whose total holds, so that any shift shows."""
    number = [one.id for one in REQUESTS.rows].index(row.id) + 1
    parts = [number, 0, number % 3, 0, 2, 0]
    return [str(value) for value in (*parts, sum(parts))]


def lines(text: str) -> list[Block]:
    return [Line(line, Place(line=number, column=1)) for number, line in enumerate(text.split("\n"), 1)]


def stream(*, tab: str = "", gap: str = "") -> str:
    """One cell a line."""
    cells = [*COLUMNS]
    for row in REQUESTS.rows:
        cells += [*row.path, *values_of(row)]
    return "\n".join(f"{tab}{cell}{gap}" for cell in cells)


def shifted_tabs() -> str:
    """Tabs, with the innermost label in its own column: rows with more labels reach further right."""
    head = "\t\t" + "\t".join(COLUMNS)
    return "\n".join([head, *("\t".join([*row.path, *values_of(row), ""]) for row in REQUESTS.rows)])


def spaced() -> str:
    return "\n".join(f"{''.join(row.path[-2:])}  {' '.join(values_of(row))}" for row in REQUESTS.rows)


def pipes() -> str:
    """A pipe table cut by a page: the second half has no header."""
    rows = [f"| {' | '.join([*row.path, *values_of(row)])} |" for row in REQUESTS.rows]
    head = f"| | | {' | '.join(COLUMNS)} |"
    return "\n".join([head, "|---|---|", *rows[:9], "", "- 3 -", "", "| | | |", "|---|---|", *rows[9:]])


def broken_labels() -> str:
    out = []
    for row in REQUESTS.rows:
        half = len(row.label) // 2
        out += [row.label[:half], row.label[half:], *values_of(row)]
    return "\n".join(out)


FLATTENINGS: dict[str, Callable[[], str]] = {
    "one cell a line": stream,
    "one cell a line, tabs": lambda: stream(tab="\t"),
    "double spaced": lambda: stream(gap="\n"),
    "shifted tabs": shifted_tabs,
    "spaces": spaced,
    "pipes over a page": pipes,
    "labels broken over lines": broken_labels,
}


def judged(blocks: Sequence[Block]) -> tuple[Alignment, Reconciled]:
    alignment = align(blocks, 2023)
    assert alignment is not None
    return alignment, reconcile(alignment.choice.form, alignment.rows)


@pytest.mark.parametrize("name", FLATTENINGS)
def test_every_flattening_gives_every_cell(name: str) -> None:
    text = "第二十条第（一）项\n本年制发件数\n" + FLATTENINGS[name]()
    alignment, result = judged(lines(text))
    for row in REQUESTS.rows:
        for column, printed in zip(row.columns, values_of(row), strict=True):
            cell = result.cells[f"requests.{row.id}.{column.id}"]
            assert cell.value == int(printed), (name, row.id, column.id)
    assert alignment.lost == ()


def test_a_lost_row_shifts_nothing() -> None:
    text = "\n".join(line for line in spaced().split("\n") if "重复申请" not in line)
    _, result = judged(lines("本年制发件数\n" + text))
    for row in REQUESTS.rows:
        total = result.cells[f"requests.{row.id}.total"]
        if row.id == "rejected_repeated":
            assert total.state is CellState.ABSENT and not total.accepted
        else:
            assert total.value == int(values_of(row)[-1])


def test_a_number_too_many_is_kept_as_alternatives() -> None:
    text = spaced().replace("信访举报投诉类申请  ", "信访举报投诉类申请  7 ")
    _, result = judged(lines("本年制发件数\n" + text))
    cells = [result.cells[f"requests.rejected_petition.{column.id}"] for column in REQUESTS.rows[0].columns]
    assert not any(cell.accepted for cell in cells)
    assert any("superfluous" in reason for cell in cells for reason in cell.reasons)


def test_too_few_numbers_without_blanks_are_not_guessed() -> None:
    row = next(row for row in REQUESTS.rows if row.id == "granted")
    text = spaced().replace(" ".join(values_of(row)), "3 3")
    _, result = judged(lines("本年制发件数\n" + text))
    cells = [result.cells[f"requests.granted.{column.id}"] for column in REQUESTS.rows[0].columns]
    assert not any(cell.accepted for cell in cells)


def test_blank_cells_stay_blank() -> None:
    _, result = judged(lines("\t本年制发件数\n" + stream(tab="\t").replace("\t0", "\t")))
    cell = result.cells["requests.new.business"]
    assert (cell.state, cell.value) == (CellState.BLANK, None)


def test_a_row_out_of_order_is_found_by_its_label() -> None:
    rows = spaced().split("\n")
    rows[5], rows[12] = rows[12], rows[5]
    alignment, result = judged(lines("本年制发件数\n" + "\n".join(rows)))
    for row in REQUESTS.rows:
        assert result.cells[f"requests.{row.id}.total"].value == int(values_of(row)[-1]), row.id
    assert any("out of the form's order" in note for row in alignment.rows for note in row.label_notes)


def grid(rows: Sequence[Sequence[str]], route: str = "html") -> Grid:
    cells = tuple(GridCell(text, r, c, place=Place(line=1)) for r, row in enumerate(rows) for c, text in enumerate(row))
    return Grid(cells, len(rows), max(map(len, rows)), route, ("test",))


def grid_rows(*, subtotal: bool = False) -> list[list[str]]:
    head = ["", "", *COLUMNS]
    if subtotal:
        head.insert(-1, "小计")
    rows = [head]
    for row in REQUESTS.rows:
        values = values_of(row)
        if subtotal:
            values.insert(-1, str(sum(map(int, values[1:-1]))))
        labels = row.path[-2:] if len(row.path) > 1 else (row.label, "")
        rows.append([*labels, *values])
    return rows


def test_a_printed_subtotal_column_is_left_out() -> None:
    _, result = judged([Line("本年制发件数", Place(line=1)), grid(grid_rows(subtotal=True))])
    assert result.cells["requests.new.other"].value == 0
    assert result.cells["requests.new.total"].value == int(values_of(REQUESTS.rows[0])[-1])


def test_a_printed_subtotal_is_known_though_its_head_is_half_read() -> None:
    rows = [[text.replace("小计", "小詩") for text in row] for row in grid_rows(subtotal=True)]
    _, result = judged([Line("本年制发件数", Place(line=1)), grid(rows)])
    assert result.cells["requests.new.total"].value == int(values_of(REQUESTS.rows[0])[-1])
    assert not any("superfluous" in reason for cell in result.cells.values() for reason in cell.reasons)


def test_a_printed_subtotal_is_known_though_another_head_was_read_as_a_figure() -> None:
    rows = [[text.replace("科研机构", "1") for text in row] for row in grid_rows(subtotal=True)]
    _, result = judged([Line("本年制发件数", Place(line=1)), grid(rows)])
    assert result.cells["requests.new.total"].value == int(values_of(REQUESTS.rows[0])[-1])
    assert not any("superfluous" in reason for cell in result.cells.values() for reason in cell.reasons)


def test_a_printed_subtotal_that_is_no_sum_is_a_doubt() -> None:
    rows = grid_rows(subtotal=True)
    rows[1][-2] = "9"
    _, result = judged([Line("本年制发件数", Place(line=1)), grid(rows)])
    assert any("subtotal 9" in reason for reason in result.cells["requests.new.other"].reasons)


def test_a_head_of_the_fourth_table_read_as_a_figure_is_no_number_of_it() -> None:
    inner = ["结果维持", "结果纠正", "其他结果", "尚未审结", "8"] + [
        "结果维持",
        "结果纠正",
        "其他结果",
        "尚未审结",
        "总计",
    ] * 2
    numbers = [str(number) for number in (1, 0, 0, 2, 3, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0)]
    _, result = judged([Line("本年制发件数", Place(line=1)), grid([inner, numbers])])
    assert result.cells["remedies.review.total"].value == 3
    assert result.cells["remedies.litigation_direct.other"].value == 1


def test_blank_columns_are_kept_by_the_header() -> None:
    rows = [[text if text != "0" else "" for text in row] for row in grid_rows()]
    _, result = judged([Line("本年制发件数", Place(line=1)), grid(rows)])
    assert result.cells["requests.new.legal_services"].value == 2
    assert result.cells["requests.new.business"].state is CellState.BLANK


def test_a_table_continued_without_header_keeps_its_columns() -> None:
    rows = [[text if text != "0" else "" for text in row] for row in grid_rows()]
    blocks: list[Block] = [
        Line("本年制发件数", Place(line=1)),
        grid(rows[:8]),
        Line("- 4 -", Place(line=2)),
        grid(rows[8:]),
    ]
    _, result = judged(blocks)
    last = REQUESTS.rows[-1]
    assert result.cells[f"requests.{last.id}.legal_services"].value == 2
    assert result.cells[f"requests.{last.id}.total"].value == int(values_of(last)[-1])


def test_the_form_is_told_by_headings_not_by_the_year() -> None:
    alignment = align(lines("本年新制作数量\n本年新公开数量\n规章\n1\n1\n1"), 2024)
    assert alignment is not None and alignment.choice.form == "2019"


def test_nothing_of_a_form_is_nothing() -> None:
    assert align(lines("关于召开会议的通知\n各单位：\n请于3月5日前报送。"), 2024) is None


def remedies(count: int) -> str:
    heads = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"] * 3
    numbers = [str(value) for group in ((1, 0, 0, 0, 1), (0, 2, 0, 0, 2), (0, 0, 3, 0, 3)) for value in group]
    return "\n".join(["行政复议", "行政诉讼", *heads, *numbers[:count], *["0"] * (count - 15)])


def test_the_fourth_table_in_one_column() -> None:
    _, result = judged(lines("本年制发件数\n" + remedies(15)))
    assert result.cells["remedies.litigation_direct.corrected"].value == 2
    assert result.cells["remedies.litigation_after_review.total"].value == 3


def test_sixteen_numbers_in_the_fourth_table_go_to_review() -> None:
    _, result = judged(lines("本年制发件数\n" + remedies(16)))
    own = [cell for name, cell in result.cells.items() if name.startswith("remedies.")]
    assert own and not any(cell.accepted for cell in own)


def test_the_fourth_table_turned() -> None:
    text = "结果维持  1 0 0\n结果纠正  0 2 0\n其他结果  0 0 3\n尚未审结  0 0 0\n总计  1 2 3"
    _, result = judged(lines("本年制发件数\n" + text))
    assert result.cells["remedies.litigation_direct.corrected"].value == 2
    assert result.cells["remedies.litigation_after_review.other"].value == 3


def test_the_annex_in_two_halves_side_by_side() -> None:
    rows = [
        ["统计指标", "单位", "统计数", "统计指标", "单位", "统计数"],
        ["政务微博公开政府信息数", "条", "12", "收到申请数", "件", "5"],
        ["政务微信公开政府信息数", "条", "34", "当面申请数", "件", "2"],
    ]
    _, result = judged([grid(rows)])
    assert result.cells["statistics.by_weibo.value"].value == 12
    assert result.cells["statistics.requests.value"].value == 5
    assert result.cells["statistics.requests_in_person.value"].value == 2


def titles(blocks: Sequence[Block]) -> set[int]:
    return {
        number for number, block in enumerate(blocks) if isinstance(block, Line) and block.text.endswith("年度报告")
    }


def test_two_reports_in_one_file_are_parted() -> None:
    one = "甲局2023年度报告\n一、总体情况\n无。\n结果维持\n1\n"
    two = "乙局2023年度报告\n一、总体情况\n无。\n结果维持\n2\n"
    blocks = lines(one + two)
    assert [len(part) for part in split_reports(blocks, titles(blocks))] == [5, 6]


def test_running_heads_and_link_lists_do_not_part_a_report() -> None:
    blocks = lines("甲局2023年度报告\n一、总体情况\n无。\n结果维持\n甲局2023年度报告\n1\n2022年度报告\n2021年度报告\n")
    assert len(split_reports(blocks, titles(blocks))) == 1


def with_label(replaced: dict[str, str]) -> Alignment:
    """The table of requests as a grid, some labels replaced by what a bad scan makes of them."""
    cells = []
    for number, row in enumerate(REQUESTS.rows):
        texts = [replaced.get(row.id, row.label), *values_of(row)]
        cells += [GridCell(text, number, column, place=Place(page=1)) for column, text in enumerate(texts)]
    grid = Grid(tuple(cells), len(REQUESTS.rows), len(COLUMNS) + 1, "ocr", ("digits",))
    found = align([Line(heading, Place(page=1)) for heading in COLUMNS] + [grid], 2023)
    assert found is not None
    return found


def test_a_row_without_a_usable_label_is_known_by_its_neighbours_and_left_to_a_person() -> None:
    alignment = with_label({"denied_third_party": "卅Rデ"})
    row = next(row for row in alignment.rows if "requests.denied_third_party.total" in row.cells)
    wanted = next(values_of(one) for one in REQUESTS.rows if one.id == "denied_third_party")
    assert [str(c.value) for c in row.hypotheses[0].candidates if c is not None] == wanted
    assert any("no other row of the form" in note for note in row.label_notes)
    judged = reconcile(FORM.id, alignment.rows)
    assert not judged.cells["requests.denied_third_party.total"].accepted


def test_a_row_known_by_its_place_may_have_a_printed_subtotal() -> None:
    rows = grid_rows(subtotal=True)
    at = next(index for index, row in enumerate(REQUESTS.rows, 1) if row.id == "handled_total")
    rows[at][0:2] = ["(七) 总Ⅱ", ""]
    _, result = judged([Line("本年制发件数", Place(line=1)), grid(rows)])
    cell = result.cells["requests.handled_total.total"]
    assert cell.value == int(values_of(REQUESTS.rows[at - 1])[-1]) and not cell.accepted


def test_a_weak_label_is_enough_where_the_rows_around_it_say_the_same() -> None:
    label = next(row.label for row in REQUESTS.rows if row.id == "denied_third_party")
    weak = {"denied_third_party": label[: len(label) * 2 // 3] + "卅デ"}
    named = [row for row in with_label(weak).rows if "requests.denied_third_party.total" in row.cells]
    assert [row.match >= WEAK_MATCH for row in named] == [True]
    far = {**weak, "denied_state_secret": "", "denied_security_stability": "", "denied_internal_affairs": ""}
    assert not any(row.match >= WEAK_MATCH for row in with_label(far).rows if named[0].cells == row.cells)


def test_a_row_too_wide_of_equal_numbers_is_no_doubt() -> None:
    rows = [[*row[:2], *(["0"] * 8 if number else row[2:])] for number, row in enumerate(grid_rows())]
    _, result = judged([Line("本年制发件数", Place(line=1)), grid(rows)])
    cell = result.cells["requests.granted.total"]
    assert cell.value == 0 and not any("superfluous" in reason for reason in cell.reasons)


def test_the_first_row_of_a_table_is_known_by_its_place_too() -> None:
    alignment = with_label({"new": "卅Rデ"})
    assert any("requests.new.total" in row.cells for row in alignment.rows)


def test_nothing_is_known_by_place_where_fewer_rows_were_seen_than_the_form_has() -> None:
    rows = [row for row in REQUESTS.rows if row.id != "denied_deliberative"]
    cells = []
    for number, row in enumerate(rows):
        label = (
            "卅Rデ"
            if row.id in ("denied_third_party",)
            else "ㄨ口"
            if row.id == "denied_internal_affairs"
            else row.label
        )
        texts = [label, *values_of(row)]
        cells += [GridCell(text, number, column, place=Place(page=1)) for column, text in enumerate(texts)]
    grid = Grid(tuple(cells), len(rows), len(COLUMNS) + 1, "ocr", ("digits",))
    found = align([Line(heading, Place(page=1)) for heading in COLUMNS] + [grid], 2023)
    assert found is not None
    named = {cell for row in found.rows for cell in row.cells}
    assert "requests.denied_third_party.total" not in named and "requests.denied_deliberative.total" not in named


def test_words_behind_several_values_are_no_label() -> None:
    assert label_end(["0", "/", "L", "0"]) == -1
    assert label_end(["1", "规章", "2", "3"]) == 1
    assert label_end(["", "（一）予以公开", "0", "无此项说明", "0"]) == 1
