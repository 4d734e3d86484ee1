"""What a source is, by its bytes."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile

import pytest

from extractors.sources import sniff
from extractors.sources.sniff import media_type
from models.errors import UnreadableSource


def zipped(*names: str) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name in names:
            archive.writestr(name, b"x" * 100)
    return output.getvalue()


def tarred() -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as archive:
        info = tarfile.TarInfo("a.txt")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"abc"))
    return output.getvalue()


def compound(names: list[str], head: bytes = b"") -> bytes:
    """A minimal OLE file: header, sector table, directory, one data sector that every stream begins at."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<II", header, 44, 1, 1)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    sectors = 1 + (len(names) + 4) // 4
    chain = [0xFFFFFFFD, *range(2, sectors), 0xFFFFFFFE, 0xFFFFFFFE]
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    entries = [_entry("Root Entry", 1, 0xFFFFFFFF, 0, 0)]
    for number, name in enumerate(names, start=1):
        right = number + 1 if number < len(names) else 0xFFFFFFFF
        entries.append(_entry(name, 0xFFFFFFFF, right, sectors, 8192))
    directory = b"".join(entries).ljust((sectors - 1) * 512, b"\0")
    return bytes(header) + table + directory + head.ljust(8192, b"\0")


def _entry(name: str, child: int, right: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le")
    entry = bytearray(raw.ljust(128, b"\0"))
    struct.pack_into("<HBB", entry, 64, len(raw) + 2, 2, 1)
    struct.pack_into("<III", entry, 68, 0xFFFFFFFF, right, child)
    struct.pack_into("<II", entry, 116, start, size)
    return bytes(entry)


ENCRYPTED_WORD = b"\xec\xa5\xc1\x00\x00\x00\x00\x00\x00\x00\x00\x01"
LOCKED_BOOK = struct.pack("<HH", 0x809, 16) + bytes(16) + struct.pack("<HH", 0x2F, 6)

CASES: dict[str, tuple[bytes, str, str]] = {
    "pdf": (b"%PDF-1.7\n", "a.doc", sniff.PDF),
    "pdf behind junk": (b"\r\nHTTP junk" * 20 + b"%PDF-1.4\n", "", sniff.PDF),
    "docx": (zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml"), "a.zip", sniff.DOCX),
    "docx of another main part": (zipped("[Content_Types].xml", "word/document2.xml"), "", sniff.DOCX),
    "docx cut off": (zipped("[Content_Types].xml", "word/document.xml")[:300], "", sniff.DOCX),
    "xlsx": (zipped("[Content_Types].xml", "xl/workbook.xml"), "", sniff.XLSX),
    "pptx": (zipped("[Content_Types].xml", "ppt/presentation.xml"), "", sniff.PPTX),
    "ofd": (zipped("OFD.xml", "Doc_0/Document.xml"), "a.pdf", sniff.OFD),
    "zip that holds an ofd": (zipped("inner/OFD.xml.txt", "a.ofd"), "", sniff.ZIP),
    "zip": (zipped("a.pdf"), "a.docx", sniff.ZIP),
    "empty zip": (zipped(), "", sniff.ZIP),
    "tar": (tarred(), "", sniff.TAR),
    "tar.gz": (gzip.compress(tarred()), "a.gz", sniff.TAR),
    "tar.bz2": (bz2.compress(tarred()), "", sniff.TAR),
    "tar.xz": (lzma.compress(tarred()), "", sniff.TAR),
    "gz": (gzip.compress(b"text"), "a.tgz", sniff.GZIP),
    "bz2": (bz2.compress(b"text"), "", sniff.BZIP2),
    "xz": (lzma.compress(b"text"), "", sniff.XZ),
    "gz cut off": (gzip.compress(tarred())[:12], "", sniff.GZIP),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\x04", "", sniff.SEVEN_ZIP),
    "rar": (b"Rar!\x1a\x07\x01\0", "", sniff.RAR),
    "doc": (compound(["1Table", "WordDocument"]), "a.xls", sniff.DOC),
    "doc with a workbook inside": (compound(["WordDocument", "ObjectPool"]), "", sniff.DOC),
    "doc with a password": (compound(["WordDocument"], ENCRYPTED_WORD), "", sniff.ENCRYPTED_OFFICE),
    "xls": (compound(["Workbook"]), "a.doc", sniff.XLS),
    "xls with a password": (compound(["Workbook"], LOCKED_BOOK), "", sniff.ENCRYPTED_OFFICE),
    "docx with a password": (compound(["EncryptedPackage", "EncryptionInfo"]), "a.docx", sniff.ENCRYPTED_OFFICE),
    "ppt": (compound(["PowerPoint Document"]), "", sniff.PPT),
    "old wps": (compound(["CONTENTS", "SPELLING"]), "年报.WPS", sniff.DOC),
    "other ole": (compound(["__properties_version1.0"]), "a.msg", sniff.OLE),
    "ole cut off": (compound(["WordDocument"])[:300], "a.doc", sniff.DOC),
    "rtf": (b"{\\rtf1\\ansi", "a.doc", sniff.RTF),
    "html": (b"<!DOCTYPE html><html><body>x</body></html>", "a.txt", sniff.HTML),
    "html named doc": (b"<html xmlns:o='x'><body>x</body></html>", "a.doc", sniff.HTML),
    "html with mark and comment": ("\ufeff<!-- x --><?xml version='1.0'?>\n<HTML>".encode(), "", sniff.HTML),
    "html in utf-16": ("<html><body>政府信息公开</body></html>".encode("utf-16"), "", sniff.HTML),
    "fragment": ("<div><p>一、总体情况</p></div>".encode("gbk"), "", sniff.HTML),
    "mhtml": (b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n", "", sniff.MHTML),
    "word xml": (b'<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?><w:wordDocument/>', "", sniff.DOC),
    "markdown by name": ("一、总体情况".encode(), "a.md", sniff.MARKDOWN),
    "markdown by heading": ("\n\n# 年度报告\n\n正文".encode(), "a.txt", sniff.MARKDOWN),
    "markdown by table": ("| 规章 | 1 |\n| --- | --- |\n".encode(), "a.txt", sniff.MARKDOWN),
    "markdown that begins with a tag": (b'<div align="center">\n\n# a\n</div>', "a.md", sniff.MARKDOWN),
    "plain": ("一、总体情况\n规章\t1".encode("gbk"), "a.doc", sniff.PLAIN),
    "plain with angle brackets": ("《<实施办法>》等规定".encode(), "", sniff.PLAIN),
    "png": (b"\x89PNG\r\n\x1a\n", "", "image/png"),
    "jpeg": (b"\xff\xd8\xff\xe0", "a.png", "image/jpeg"),
    "tiff": (b"II*\0\x08\0\0\0", "", "image/tiff"),
    "big tiff": (b"MM\0+\0\x08", "", "image/tiff"),
    "webp": (b"RIFF\0\0\0\0WEBPVP8 ", "", "image/webp"),
    "bmp": (b"BM" + bytes(60), "", "image/bmp"),
    "gif": (b"GIF89a", "", "image/gif"),
    "noise": (bytes(range(256)) * 8, "a.txt", sniff.UNKNOWN),
    "zeros": (bytes(4096), "a.pdf", sniff.UNKNOWN),
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_tells_by_content(case: str) -> None:
    data, name, expected = CASES[case]
    assert media_type(data, name) == expected


def test_long_utf8_text_cut_by_the_sample_is_text() -> None:
    assert media_type(("a" + "政府信息公开" * 20_000).encode()) == sniff.PLAIN


def test_empty_is_refused() -> None:
    with pytest.raises(UnreadableSource) as caught:
        media_type(b"")
    assert caught.value.code == "empty_file"
