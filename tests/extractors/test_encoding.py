"""Bytes to text: marks, lies about charsets, damage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.encoding import decode, decode_name, normal_charset

SIMPLIFIED = "一、总体情况\n2023年，我局深入贯彻《中华人民共和国政府信息公开条例》，主动公开信息223条。\n"
TRADITIONAL = "一、總體情況\n2023年，本局依照政府資訊公開法，主動公開資訊223條，並無收取費用之情形。\n"


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_reads_simplified_text_in_every_encoding_without_help(codec: str) -> None:
    assert decode(SIMPLIFIED.encode(codec))[0] == SIMPLIFIED


@pytest.mark.parametrize("codec", ["utf-8", "big5", "utf-16-le"])
def test_reads_traditional_text_without_help(codec: str) -> None:
    assert decode(TRADITIONAL.encode(codec))[0] == TRADITIONAL


def test_gb2312_is_read_as_the_wider_gb18030() -> None:
    text = SIMPLIFIED + "镕、堃、㙍、𠮷"
    assert decode(text.encode("gb18030"), "gb2312") == (text, "gb18030")


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "windows-1252", "big5", "x-unknown", "", None])
def test_a_wrong_declaration_does_not_spoil_gbk(declared: str | None) -> None:
    assert decode(SIMPLIFIED.encode("gbk"), declared)[0] == SIMPLIFIED


def test_a_declared_big5_is_believed() -> None:
    assert decode(TRADITIONAL.encode("big5"), "Big5") == (TRADITIONAL, "big5hkscs")


def test_utf8_cut_in_the_middle_of_a_character_stays_utf8() -> None:
    data = SIMPLIFIED.encode()[:-2]
    text, name = decode(data)
    assert name == "utf-8"
    assert text.startswith("一、总体情况") and text.endswith("\ufffd")


def test_one_bad_byte_in_gbk_costs_one_character() -> None:
    data = SIMPLIFIED.encode("gbk")
    text, _ = decode(data[:13] + b"\xff" + data[13:])
    assert text.count("\ufffd") == 1 and "政府信息公开条例" in text


def test_short_gbk_that_is_valid_utf8_by_chance() -> None:
    assert decode("联通".encode("gbk"))[0] == "联通"


def test_latin_text_keeps_its_declared_charset() -> None:
    assert decode("Café Zürich".encode("latin-1"), "iso-8859-1")[0] == "Café Zürich"


def test_names_of_archives() -> None:
    assert decode_name("政府信息公开年报.pdf".encode("gbk")) == "政府信息公开年报.pdf"
    assert decode_name("政府信息公开年报.pdf".encode()) == "政府信息公开年报.pdf"
    assert decode_name(b"report.pdf") == "report.pdf"


@pytest.mark.parametrize(
    ("declared", "codec"),
    [("GB2312", "gb18030"), ('"gbk"', "gb18030"), ("gb_2312-80", "gb18030"), ("UTF8", "utf-8"), ("nonsense", None)],
)
def test_charset_names(declared: str, codec: str | None) -> None:
    assert normal_charset(declared) == codec


@given(st.binary(max_size=200), st.sampled_from([None, "gbk", "utf-16", "big5", "\0", "idna", "base64", "rot13"]))
def test_never_raises(data: bytes, declared: str | None) -> None:
    assert isinstance(decode(data, declared)[0], str)


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    assert decode(text.encode())[0] == text
