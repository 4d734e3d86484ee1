"""What a source is, told by its bytes; the name only settles what the bytes leave open."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterable

from extractors.encoding import decode
from extractors.sources import compound, ziprepair
from models.errors import UnreadableSource

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
OFD = "application/ofd"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
RTF = "application/rtf"
HTML = "text/html"
MHTML = "multipart/related"
MARKDOWN = "text/markdown"
PLAIN = "text/plain"
ZIP = "application/zip"
TAR = "application/x-tar"
SEVEN_ZIP = "application/x-7z-compressed"
RAR = "application/vnd.rar"
GZIP = "application/gzip"
BZIP2 = "application/x-bzip2"
XZ = "application/x-xz"
ENCRYPTED_OFFICE = "application/x-encrypted-office"
OLE = "application/x-ole-storage"
UNKNOWN = "application/octet-stream"

#: A PDF may begin with up to so many bytes of something else (PDF 1.7, annex H, note 13).
_PDF_HEADER_WITHIN = 1024
_HEAD = 65_536
_MAGICS: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", RTF),
    (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (b"Rar!\x1a\x07", RAR),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_PACKED: tuple[tuple[bytes, str], ...] = ((b"\x1f\x8b", GZIP), (b"BZh", BZIP2), (b"\xfd7zXZ\0", XZ))
_OLD_TEXT_NAMES = (".doc", ".dot", ".wps", ".wpt")
_TAG = re.compile(
    r"<(!doctype\s+html|html|head|body|title|meta|link|base|table|tbody|tr|td|div|p|span|font|center|script|style|pre|h[1-6]"
    r"|ul|ol|br|a|img|strong|b|form|article|section|main)[\s>/]",
    re.IGNORECASE,
)
_PAGE_TAG = re.compile(r"<(!doctype\s+html|html|body)[\s>]", re.IGNORECASE)
_CLOSING_TAG = re.compile(r"</(p|td|tr|table|div|li|h[1-6]|span)\s*>", re.IGNORECASE)
_LEADING_NOISE = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)+", re.DOTALL)
_MHTML_HEADER = re.compile(rb"^content-type:\s*multipart/(related|alternative)", re.IGNORECASE | re.MULTILINE)
_MAIL_START = re.compile(rb"\s*(from|mime-version|subject|date|content-type|x-[\w-]+|snapshot-content-location):", re.I)
# Blanks within a line only: \s would run on over empty lines, in quadratic time.
_MARKDOWN_HEADING = re.compile(r"^#{1,6}[ \t]+\S", re.MULTILINE)
_PIPE_TABLE = re.compile(r"^[ \t]*\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)+\|?[ \t]*$", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\ufffd]")
#: More than this share of control characters is no text.
_MAX_CONTROL_SHARE = 0.02


def media_type(data: bytes, name: str = "") -> str:
    """The media type of a source. Raises ``UnreadableSource`` (``empty_file``) when there are no bytes."""
    if not data:
        raise UnreadableSource("the file is empty", code="empty_file")
    return _binary(data, name.lower()) or _textual(data, name.lower())


def _binary(data: bytes, name: str) -> str | None:
    for magic, known in _MAGICS:
        if data.startswith(magic):
            return known
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(b"BM") and len(data) > 26 and data[6:10] == bytes(4):
        return "image/bmp"
    if data.startswith(compound.MAGIC):
        return _compound(data, name)
    if data.startswith((ziprepair.LOCAL_MAGIC, b"PK\x05\x06", b"PK\x07\x08")):
        return _zip(data)
    kind = packing(data)
    if kind:
        return TAR if is_tar(_unpacked_head(data, kind)) else kind
    # Before the search for a PDF header: in a tar the first member begins at byte 512.
    if is_tar(data):
        return TAR
    return PDF if b"%PDF-" in data[:_PDF_HEADER_WITHIN] else None


def packing(data: bytes) -> str | None:
    """The compression that wraps a single stream, by its magic number; None when there is none."""
    return next((kind for magic, kind in _PACKED if data.startswith(magic)), None)


def is_tar(data: bytes) -> bool:
    """Whether the first block is a tar header: its checksum tells, in old tars without the magic too."""
    if len(data) < tarfile.BLOCKSIZE or not data[0]:
        return False
    try:
        tarfile.TarInfo.frombuf(data[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return False
    return True


def open_packed(data: bytes, kind: str) -> io.BufferedIOBase:
    """A stream of what a gzip, bzip2 or xz file holds."""
    if kind == GZIP:
        return gzip.GzipFile(fileobj=io.BytesIO(data))
    return bz2.BZ2File(io.BytesIO(data)) if kind == BZIP2 else lzma.LZMAFile(io.BytesIO(data))


def _unpacked_head(data: bytes, kind: str) -> bytes:
    try:
        with open_packed(data, kind) as stream:
            return stream.read(tarfile.BLOCKSIZE)
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        return b""


def _compound(data: bytes, name: str) -> str:
    streams = {stream.name.lower(): stream.head for stream in compound.root_streams(data)}
    if "encryptedpackage" in streams:
        return ENCRYPTED_OFFICE
    if "worddocument" in streams:
        # The file information block: byte 11 holds fEncrypted in its lowest bit (MS-DOC 2.5.2).
        head = streams["worddocument"]
        return ENCRYPTED_OFFICE if len(head) > 11 and head[11] & 0x01 else DOC
    if "workbook" in streams or "book" in streams:
        return ENCRYPTED_OFFICE if _is_locked_workbook(streams.get("workbook", b"")) else XLS
    if "powerpoint document" in streams:
        return PPT
    return DOC if name.endswith(_OLD_TEXT_NAMES) else OLE


def _is_locked_workbook(head: bytes) -> bool:
    """A FILEPASS record stands right behind the first BOF (MS-XLS 2.4.117), a write protection between at most."""
    at = 0
    for _ in range(4):
        record, size = int.from_bytes(head[at : at + 2], "little"), int.from_bytes(head[at + 2 : at + 4], "little")
        if record == 0x2F:
            return True
        at += 4 + size
    return False


def _zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            odf = _odf_type(archive, names)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        names = [header.raw_name.decode("utf-8", "replace") for header in ziprepair.local_headers(data)]
        odf = None
    return odf or _zip_type(names)


def _odf_type(archive: zipfile.ZipFile, names: list[str]) -> str | None:
    """ODF declares itself in a stored first member."""
    if not names or names[0] != "mimetype" or archive.getinfo("mimetype").file_size > 200:
        return None
    declared = archive.read("mimetype").decode("ascii", "replace").strip()
    return declared if declared in (ODT, ODS) else None


def _zip_type(names: Iterable[str]) -> str:
    entries = [name.replace("\\", "/").removeprefix("./").lstrip("/").lower() for name in names]
    if "ofd.xml" in entries:
        return OFD
    if "[content_types].xml" in entries:
        for folder, kind in (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX)):
            if any(entry.startswith(folder) for entry in entries):
                return XLS if "xl/workbook.bin" in entries else kind
    return ZIP


def _textual(data: bytes, name: str) -> str:
    if _MAIL_START.match(data[:_HEAD]) and _MHTML_HEADER.search(data[:_HEAD]):
        return MHTML
    text, _ = decode(data[:_HEAD])
    if len(_CONTROL.findall(text)) > _MAX_CONTROL_SHARE * len(text) + (len(data) > _HEAD):
        return UNKNOWN
    office = _office_xml(text)
    if office:
        return office
    if _is_html(text, name):
        return HTML
    if name.endswith((".md", ".markdown")) or _MARKDOWN_HEADING.search(text) or _PIPE_TABLE.search(text):
        return MARKDOWN
    return PLAIN


def _office_xml(text: str) -> str | None:
    """Word and Excel can save everything as one XML file, which they name .doc, .xls or .xml."""
    head = text[:2000]
    if not head.lstrip("\ufeff \r\n\t").startswith("<?xml"):
        return None
    if 'progid="Word.Document"' in head or "<w:wordDocument" in head:
        return DOC
    return XLS if 'progid="Excel.Sheet"' in head else None


def _is_html(text: str, name: str) -> bool:
    body = text.lstrip("\ufeff")
    noise = _LEADING_NOISE.match(body)
    start = body[noise.end() :] if noise else body
    if _PAGE_TAG.match(start):
        return True
    if name.endswith((".md", ".markdown")):
        return False
    if _TAG.match(start):
        return bool(_CLOSING_TAG.search(start)) or name.endswith((".html", ".htm"))
    # A fragment cut out of a page, or a server's greeting before the page itself.
    return bool(_PAGE_TAG.search(body[:4096])) or (
        name.endswith((".html", ".htm", ".shtml", ".jsp", ".asp")) and bool(_CLOSING_TAG.search(body))
    )
