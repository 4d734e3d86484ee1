"""Plain text and Markdown: every line stays."""

from __future__ import annotations

import pytest

from extractors.formats.text import TextFormat
from extractors.options import ExtractOptions
from extractors.page import Content, Line
from extractors.sources.source import Source


def read(text: str, media_type: str = "text/plain") -> Content:
    return TextFormat().read(Source("a.txt", text.encode(), media_type), ExtractOptions())


def lines(text: str, media_type: str = "text/plain") -> list[tuple[str, int | None, int | None]]:
    found = []
    for block in read(text, media_type).blocks:
        assert isinstance(block, Line)
        found.append((block.text, block.place.line, block.place.column))
    return found


def test_tabs_blank_lines_and_blanks_stay() -> None:
    assert lines("\t规章 \n\n \t\n　　0\n") == [("\t规章 ", 1, 1), ("", 2, 1), (" \t", 3, 1), ("　　0", 4, 1)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_line_ends(end: str) -> None:
    assert lines(f"一{end}{end}二") == [("一", 1, 1), ("", 2, 1), ("二", 3, 1)]


def test_form_feed_splits_and_names_no_page() -> None:
    content = read("甲\f乙\n\f丙\n丁\f\n")
    assert [
        (block.text, block.place.line, block.place.column) for block in content.blocks if isinstance(block, Line)
    ] == [
        ("甲", 1, 1),
        ("乙", 1, 3),
        ("丙", 2, 2),
        ("丁", 3, 1),
    ]
    assert all(isinstance(block, Line) and block.place.page is None for block in content.blocks)


def test_markdown_headings_lose_their_marks_and_know_their_column() -> None:
    content = read("# 标题\n## 一、总体情况 ##\n#政务公开#\n正文 # 一\n|a|b|\n|---|---|\n", "text/markdown")
    seen = [(b.text, b.heading, b.place.column) for b in content.blocks if isinstance(b, Line)]
    assert seen == [
        ("标题", True, 3),
        ("一、总体情况", True, 4),
        ("#政务公开#", False, 1),
        ("正文 # 一", False, 1),
        ("|a|b|", False, 1),
        ("|---|---|", False, 1),
    ]


def test_markdown_heading_without_a_blank_and_in_code() -> None:
    content = read("##一、总体情况\n```\n# 注释\n```\n#\n", "text/markdown")
    seen = [(b.text, b.heading) for b in content.blocks if isinstance(b, Line)]
    assert seen == [("一、总体情况", True), ("```", False), ("# 注释", False), ("```", False), ("#", False)]


def test_plain_text_has_no_headings() -> None:
    assert lines("# 一") == [("# 一", 1, 1)]


def test_gbk_and_trailing_control_z() -> None:
    content = TextFormat().read(Source("a", "规章\t1\r\n\x1a".encode("gbk"), "text/plain"), ExtractOptions())
    assert [b.text for b in content.blocks if isinstance(b, Line)] == ["规章\t1"]
