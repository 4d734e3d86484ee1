"""Tables without upright rules: columns by heads and by figures below each other."""

from __future__ import annotations

from extractors.grids.stream import headed_grids, stream_grid
from extractors.page import Word
from models.evidence import Box

HEADS = (("信息内容", 60.0), ("本年制发件数", 160.0), ("本年废止件数", 260.0), ("现行有效件数", 360.0))


def word(text: str, middle: float, y: float) -> Word:
    half = 4.5 * len(text)
    return Word(text, Box(middle - half, y, middle + half, y + 10))


def line(y: float, *words: tuple[str, float]) -> list[Word]:
    return [word(text, middle, y) for text, middle in words]


def test_figures_stand_below_their_heads_though_some_are_left_out() -> None:
    lines = [
        line(100, ("第二十条第（一）项", 200.0)),
        line(120, *HEADS),
        line(140, ("规章", 60.0), ("2", 260.0), ("608", 360.0)),
        line(160, ("行政规范性文件", 60.0), ("892", 360.0)),
        line(180, ("第二十条第（五）项", 200.0)),
    ]
    assert stream_grid(lines, 1) is None
    ((start, end, grid),) = headed_grids(lines, 1)
    assert (start, end) == (1, 4)
    texts = {(cell.row, cell.column): cell.text for cell in grid.cells}
    assert [texts[1, column] for column in range(4)] == ["规章", "", "2", "608"]
    assert [texts[2, column] for column in range(4)] == ["行政规范性文件", "", "", "892"]


def test_a_figure_beside_the_heads_makes_no_table_of_them() -> None:
    lines = [line(120, *HEADS), line(140, ("规章", 60.0), ("2", 310.0))]
    assert headed_grids(lines, 1) == []


def test_prose_with_figures_makes_no_table() -> None:
    lines = [line(120, ("全年公开信息", 60.0), ("共计", 200.0)), line(140, ("微信", 60.0), ("12", 200.0))]
    assert headed_grids(lines, 1) == []
