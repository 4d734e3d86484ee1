"""Folding: equal spellings meet, lengths stay, plain text never loads OpenCC."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.folding import fold, label_key, squeeze

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("２０２４年，（一）ＡＢ：％", "2024年,(一)AB:%"),
        ("a\u3000b\u00a0c\u2009d", "a b c d"),
        ("條約萬億餘後於", "条约万亿余后于"),
        ("\u2014\u2015\u2212\ufe63\uff0d\u2500", "------"),
        ("⼈⺠政府⽇", "人民政府日"),
        ("\uf9e7", "里"),
        ("⾒⾞", "见车"),
        ("︵一︶", "(一)"),
        ("①⑴㈠Ⅱ10²㎡", "①⑴㈠Ⅱ10²㎡"),
        ("二〇二四○、。「」…", "二〇二四○、。「」…"),
        ("乾县", "乾县"),
        ("plain ascii 123", "plain ascii 123"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_fold_keeps_the_length_and_is_idempotent(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded


@given(st.text(alphabet=st.characters(min_codepoint=0x2E00, max_codepoint=0xFFFF, exclude_categories=["Cs"])))
def test_fold_is_character_by_character(text: str) -> None:
    assert fold(text) == "".join(fold(char) for char in text)


def test_squeeze_drops_what_leaves_no_mark() -> None:
    assert squeeze(" 总\u200b 计\ufeff\xad\n\t１\u3000\x00") == "总计1"


@given(st.text())
def test_squeeze_leaves_no_space(text: str) -> None:
    assert not any(char.isspace() for char in squeeze(text))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("（一）予以 公开", "一、予以公开："),
        ("“三安全一稳定”", "「三安全一穩定」"),
        ("法人或\n其他组织", "法人或其他組織"),
        ("二○二四年度", "二〇二四年度"),
        ("1．属于国家秘密", "1.屬於國家秘密"),
    ],
)
def test_label_key_joins_spellings(left: str, right: str) -> None:
    assert label_key(left) == label_key(right)


def test_label_key_keeps_apart_what_differs() -> None:
    assert label_key("①") != label_key("②")
    assert label_key("(一)") != label_key("(二)")


def test_opencc_is_loaded_only_for_traditional_text() -> None:
    probe = (
        "import sys; from models.folding import fold; fold('本年新收政府信息公开申请数量，２０２４ 年①〇');"
        "plain = 'opencc' in sys.modules; fold('條'); print(plain, 'opencc' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_every_ideograph_is_folded_to_one_that_stays() -> None:
    every = "".join(
        map(chr, [*range(0x2E80, 0x2FE0), *range(0x3400, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x31350)])
    )
    folded = fold(every)
    assert fold("薴") == "苎"
    assert fold(folded) == folded
