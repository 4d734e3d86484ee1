"""From files and archives to sources: safe, bounded, nothing lost in silence."""

from __future__ import annotations

import bz2
import gzip
import io
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import py7zr
import pytest

from extractors.options import ExtractOptions
from extractors.sources.source import Source
from extractors.sources.unpack import SourceFailure, iter_file, iter_paths, iter_sources, read_path
from models.errors import SourceError

PDF = b"%PDF-1.4\n" + b"x" * 50
TEXT = "政府信息公开工作年度报告".encode()
Entry = tuple[str | zipfile.ZipInfo, bytes]


def zipped(*entries: Entry, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return output.getvalue()


def tarred(*entries: tuple[str, bytes], mode: str = "w", encoding: str = "utf-8") -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode=mode, format=tarfile.GNU_FORMAT, encoding=encoding) as archive:  # type: ignore[call-overload]
        for name, data in entries:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return output.getvalue()


def sevenzipped(*entries: tuple[str, bytes], password: str | None = None) -> bytes:
    output = io.BytesIO()
    with py7zr.SevenZipFile(output, "w", password=password) as archive:
        for name, data in entries:
            archive.writestr(data, name)
    return output.getvalue()


def unpacked(data: bytes, name: str = "a.zip", **limits: int) -> tuple[dict[str, str], dict[str, str]]:
    """Names with media types of sources, names with codes of failures."""
    good: dict[str, str] = {}
    bad: dict[str, str] = {}
    for found in iter_sources(name, data, ExtractOptions(**limits)):
        if isinstance(found, Source):
            good[found.name] = found.media_type
        else:
            bad[found.name] = found.error.code
    return good, bad


def test_a_plain_document_is_its_own_source() -> None:
    assert list(iter_sources("a.pdf", PDF, ExtractOptions())) == [Source("a.pdf", PDF, "application/pdf")]


@pytest.mark.parametrize(
    "data",
    [
        zipped(("年报/a.pdf", PDF), ("b.txt", TEXT)),
        tarred(("年报/a.pdf", PDF), ("b.txt", TEXT)),
        tarred(("年报/a.pdf", PDF), ("b.txt", TEXT), mode="w:gz"),
        tarred(("年报/a.pdf", PDF), ("b.txt", TEXT), mode="w:xz"),
        tarred(("年报/a.pdf", PDF), ("b.txt", TEXT), encoding="gbk"),
        sevenzipped(("年报/a.pdf", PDF), ("b.txt", TEXT)),
    ],
    ids=["zip", "tar", "tar.gz", "tar.xz", "tar-gbk", "7z"],
)
def test_members_of_every_kind_of_archive(data: bytes) -> None:
    assert unpacked(data, "x") == ({"x/年报/a.pdf": "application/pdf", "x/b.txt": "text/plain"}, {})


def test_content_arrives_whole() -> None:
    content = os.urandom(300_000) + b"%PDF"
    for data in (
        zipped(("a.pdf", PDF + content)),
        tarred(("a.pdf", PDF + content)),
        sevenzipped(("a.pdf", PDF + content)),
    ):
        (found,) = iter_sources("x", data, ExtractOptions())
        assert isinstance(found, Source) and found.data == PDF + content


def test_single_packed_files() -> None:
    assert unpacked(gzip.compress(PDF), "a.pdf.gz") == ({"a.pdf.gz/a.pdf": "application/pdf"}, {})
    assert unpacked(bz2.compress(zipped(("a.pdf", PDF))), "b.zip.bz2") == (
        {"b.zip.bz2/b.zip/a.pdf": "application/pdf"},
        {},
    )


def gbk_zip(name: str) -> bytes:
    """A zip as Windows writes it: the name in GBK, no UTF-8 flag."""
    raw = name.encode("gbk")
    plain = "n" * len(raw)
    return zipped((plain, PDF)).replace(plain.encode(), raw)


def test_names_in_gbk_and_in_unflagged_utf8() -> None:
    assert list(unpacked(gbk_zip("淮安市\\二〇二三年报.pdf"))[0]) == ["a.zip/淮安市/二〇二三年报.pdf"]
    raw = "年报.pdf".encode()
    data = zipped(("n" * len(raw), PDF)).replace(b"n" * len(raw), raw)
    assert list(unpacked(data)[0]) == ["a.zip/年报.pdf"]


def test_unicode_name_in_the_extra_field_wins() -> None:
    info = zipfile.ZipInfo("a.pdf")
    name = "年报.pdf".encode()
    info.extra = struct.pack("<HHBI", 0x7075, 5 + len(name), 1, zlib.crc32(b"a.pdf")) + name
    assert list(unpacked(zipped((info, PDF)))[0]) == ["a.zip/年报.pdf"]


def test_junk_and_parts_of_saved_pages_are_passed_over() -> None:
    junk = ["__MACOSX/._a.pdf", ".DS_Store", "年报/Thumbs.db", "~$年报.docx", "desktop.ini", "._a.pdf"]
    page = [
        ("公开.html", b"<html><body>x</body></html>"),
        ("公开_files/a.js", b"var a = 1"),
        ("b.files/c.css", b"p {}"),
    ]
    good, bad = unpacked(zipped(*[(name, b"x") for name in junk], *page, ("a.pdf", PDF)))
    assert list(good) == ["a.zip/公开.html", "a.zip/b.files/c.css", "a.zip/a.pdf"]
    assert bad == {}


@pytest.mark.parametrize("name", ["../a.pdf", "b/../../a.pdf", "/etc/a.pdf", "C:\\a.pdf", "..\\a.pdf", "a\x01.pdf"])
def test_names_that_point_outside_are_refused_and_the_rest_read(name: str) -> None:
    for data in (zipped((name, PDF), ("b.pdf", PDF)), tarred((name, PDF), ("b.pdf", PDF))):
        good, bad = unpacked(data, "x")
        assert list(good) == ["x/b.pdf"]
        assert list(bad.values()) == ["unsafe_name"]


def test_links_and_devices_are_refused() -> None:
    link = zipfile.ZipInfo("link.pdf")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert unpacked(zipped((link, b"/etc/passwd"), ("b.pdf", PDF)))[1] == {"a.zip/link.pdf": "unsafe_name"}
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as archive:
        for number, kind in enumerate((tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE)):
            info = tarfile.TarInfo(f"{number}.pdf")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert set(unpacked(output.getvalue(), "x")[1].values()) == {"unsafe_name"}


def test_a_bomb_is_stopped_by_what_comes_out() -> None:
    bomb = zipped(*[(f"{number}.txt", bytes(1 << 20)) for number in range(12)])
    good, bad = unpacked(bomb, max_unpacked_mb=4)
    assert bad["a.zip"] == "archive_bomb"
    assert not good
    data = tarred(("a.txt", b"\n" * (8 << 20)), mode="w:gz")
    assert unpacked(data, "x", max_unpacked_mb=4)[1] == {"x": "archive_bomb"}
    assert unpacked(sevenzipped(("a.txt", b"\n" * (8 << 20))), "x", max_unpacked_mb=4)[1] == {"x": "archive_bomb"}
    assert unpacked(gzip.compress(b"\n" * (8 << 20)), "x", max_unpacked_mb=4)[1] == {"x": "archive_bomb"}


def test_a_lying_header_does_not_help_a_bomb() -> None:
    data = bytearray(zipped(("a.txt", b"\n" * (8 << 20))))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.find(magic) + offset, 10)
    good, bad = unpacked(bytes(data), max_unpacked_mb=4)
    assert not good and set(bad.values()) <= {"archive_bomb", "corrupt"}


def test_nested_archives_share_one_budget() -> None:
    inner = zipped(("a.txt", b"\n" * (3 << 20)))
    good, bad = unpacked(zipped(("1.zip", inner), ("2.zip", inner)), max_unpacked_mb=4)
    assert list(good) == ["a.zip/1.zip/a.txt"]
    assert bad == {"a.zip/2.zip": "archive_bomb"}


def test_depth_and_entries_are_limited() -> None:
    data = PDF
    for _ in range(4):
        data = zipped(("i.zip", data))
    assert unpacked(data, max_archive_depth=3)[1] == {"a.zip/i.zip/i.zip/i.zip": "archive_too_deep"}
    many = zipped(*[(f"{number}.pdf", PDF) for number in range(20)])
    good, bad = unpacked(many, max_entries=10)
    assert len(good) == 10 and bad == {"a.zip": "archive_too_many"}


def test_one_large_member_does_not_cost_the_others() -> None:
    for data in (
        zipped(("big.txt", b"\n" * (3 << 20)), ("a.pdf", PDF)),
        tarred(("big.txt", b"\n" * (3 << 20)), ("a.pdf", PDF), mode="w:gz"),
        sevenzipped(("big.txt", b"\n" * (3 << 20)), ("a.pdf", PDF)),
    ):
        assert unpacked(data, "x", max_source_mb=1) == ({"x/a.pdf": "application/pdf"}, {"x/big.txt": "too_large"})


def test_too_large_source() -> None:
    assert unpacked(bytes(2 << 20), "x", max_source_mb=1)[1] == {"x": "too_large"}


def test_encrypted_members_are_named() -> None:
    data = bytearray(zipped(("a.pdf", PDF), ("b.pdf", PDF)))
    data[data.find(b"PK\x03\x04") + 6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    good, bad = unpacked(bytes(data))
    assert list(good) == ["a.zip/b.pdf"] and bad == {"a.zip/a.pdf": "encrypted_archive"}
    assert unpacked(sevenzipped(("a.pdf", PDF), password="x"), "x")[1] == {"x": "encrypted_archive"}


def test_documents_that_are_zips_are_not_unpacked() -> None:
    docx = zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<x/>"))
    ofd = zipped(("OFD.xml", b"<x/>"))
    good, _ = unpacked(zipped(("a.docx", docx), ("b.ofd", ofd)))
    assert [kind.rsplit(".", 1)[-1] for kind in good.values()] == ["document", "application/ofd"]


def test_an_archive_without_documents_is_a_failure() -> None:
    assert unpacked(zipped()) == ({}, {"a.zip": "no_report"})
    assert unpacked(zipped(("__MACOSX/x", b"1"))) == ({}, {"a.zip": "no_report"})
    assert unpacked(zipped(("a.exe", b"MZ" + bytes(100)), ("b.pdf", b""))) == (
        {},
        {"a.zip/a.exe": "unknown_type", "a.zip/b.pdf": "empty_file"},
    )


def test_a_cut_zip_gives_its_whole_members() -> None:
    noise = os.urandom(5000)
    data = zipped(("年报1.pdf", PDF + noise), ("年报2.pdf", PDF + noise), ("年报3.pdf", PDF + noise))
    good, bad = unpacked(data[: len(data) - 3000])
    assert list(good) == ["a.zip/年报1.pdf", "a.zip/年报2.pdf"]
    assert bad == {"a.zip/年报3.pdf": "truncated", "a.zip": "truncated"}


def test_a_cut_zip_of_stored_members() -> None:
    data = zipped(("1.pdf", PDF * 50), ("2.pdf", PDF * 50), method=zipfile.ZIP_STORED)
    assert unpacked(data[: len(PDF) * 75]) == (
        {"a.zip/1.pdf": "application/pdf"},
        {"a.zip/2.pdf": "truncated", "a.zip": "truncated"},
    )


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_cut_tar_gives_its_whole_members(mode: str) -> None:
    noise = os.urandom(50_000)
    data = tarred(("1.pdf", PDF + noise), ("2.pdf", PDF + noise), mode=mode)
    good, bad = unpacked(data[: int(len(data) * 0.7)], "x")
    assert list(good) == ["x/1.pdf"]
    assert bad == {"x/2.pdf": "truncated", "x": "truncated"}


def test_a_damaged_member_is_named_and_the_rest_read() -> None:
    data = bytearray(zipped(("1.pdf", PDF * 9), ("2.pdf", PDF), method=zipfile.ZIP_STORED))
    data[100] ^= 0xFF
    assert unpacked(bytes(data)) == ({"a.zip/2.pdf": "application/pdf"}, {"a.zip/1.pdf": "corrupt"})


def test_cut_and_damaged_7z_are_named() -> None:
    data = sevenzipped(("1.pdf", PDF + os.urandom(9000)), ("2.pdf", PDF))
    assert unpacked(data[:5000], "x")[1] == {"x": "truncated"}
    broken = bytearray(data)
    broken[9040:9060] = bytes(20)
    good, bad = unpacked(bytes(broken), "x")
    assert bad and set(bad.values()) == {"corrupt"} and "x/2.pdf" not in good


@pytest.mark.parametrize("seed", range(6))
def test_damaged_archives_never_raise(seed: int) -> None:
    originals = [zipped(("a.pdf", PDF), ("b.txt", TEXT)), tarred(("a.pdf", PDF), ("b.txt", TEXT)),
                 tarred(("a.pdf", PDF), mode="w:gz"), sevenzipped(("a.pdf", PDF), ("b.txt", TEXT))]  # fmt: skip
    for original in originals:
        for at in range(seed, len(original), 29):
            data = bytearray(original)
            data[at] ^= 0x5A
            for found in iter_sources("x", bytes(data), ExtractOptions(max_unpacked_mb=8)):
                assert isinstance(found, (Source, SourceFailure))


def test_rar_and_passworded_documents_say_what_to_do() -> None:
    assert unpacked(b"Rar!\x1a\x07\x01\0")[1] == {"a.zip": "unknown_type"}


def test_paths_in_stable_order_without_junk_and_links(tmp_path: Path) -> None:
    for name in (
        "b/2.pdf",
        "b/10.pdf",
        "a.pdf",
        ".hidden/x.pdf",
        "__MACOSX/y.pdf",
        "~$a.docx",
        "p.html",
        "p_files/q.js",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(PDF)
    (tmp_path / "up").symlink_to(tmp_path)
    found = [str(path.relative_to(tmp_path)) for path in iter_paths([tmp_path])]
    assert found == ["a.pdf", "b/10.pdf", "b/2.pdf", "p.html"]
    assert list(iter_paths([tmp_path / "none", tmp_path / "a.pdf"])) == [tmp_path / "none", tmp_path / "a.pdf"]


def test_reading_paths(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(PDF)
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "big.pdf").write_bytes(bytes((1 << 20) + 1))
    os.mkfifo(tmp_path / "pipe")
    options = ExtractOptions(max_source_mb=1)
    assert read_path(tmp_path / "a.pdf", options) == PDF
    cases = {
        "empty.pdf": "empty_file",
        "none.pdf": "not_found",
        "big.pdf": "too_large",
        "pipe": "unreadable",
        ".": "unreadable",
    }
    for name, code in cases.items():
        with pytest.raises(SourceError) as caught:
            read_path(tmp_path / name, options)
        assert caught.value.code == code


def from_file(data: bytes, name: str) -> dict[str, str]:
    """Names of what is in a file larger than a source may be, with media type or code."""
    options = ExtractOptions(max_source_mb=1)
    found = iter_file(name, io.BytesIO(data), options)
    return {item.name: item.error.code if isinstance(item, SourceFailure) else item.media_type for item in found}


BIG = {f"{number}.pdf": PDF + os.urandom(400_000) for number in range(6)}


def test_an_archive_larger_than_a_source_is_read_member_by_member() -> None:
    expected = {f"a/{name}": "application/pdf" for name in BIG}
    assert from_file(zipped(*BIG.items()), "a") == expected
    assert from_file(tarred(*BIG.items()), "a") == expected


def test_a_file_that_is_no_archive_keeps_its_limit_and_a_small_one_is_read_as_ever() -> None:
    assert from_file(PDF + bytes(2 << 20), "a.pdf") == {"a.pdf": "too_large"}
    assert from_file(gzip.compress(os.urandom(2 << 20)), "a.gz") == {"a.gz": "too_large"}
    assert from_file(PDF, "a.pdf") == {"a.pdf": "application/pdf"}
    assert from_file(zipped(("b.pdf", PDF)), "a.zip") == {"a.zip/b.pdf": "application/pdf"}


def test_a_large_archive_that_is_cut_or_holds_too_much_is_named() -> None:
    assert from_file(zipped(*BIG.items())[:-100], "a.zip") == {"a.zip": "truncated"}
    cut = from_file(tarred(*BIG.items())[: 5 * 400_000 + 5000], "a.tar")
    assert (cut["a.tar"], cut["a.tar/0.pdf"]) == ("truncated", "application/pdf")
    assert from_file(zipped(*BIG.items(), ("large.pdf", bytes(2 << 20))), "a.zip")["a.zip/large.pdf"] == "too_large"
