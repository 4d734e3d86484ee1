"""Parts of zipped XML documents (OOXML, OFD): read within limits, parsed without entities, network or huge trees."""

from __future__ import annotations

import io
import lzma
import posixpath
import zipfile
import zlib

from lxml import etree
from lxml.etree import _Element

from extractors.options import ExtractOptions
from extractors.sources.limits import MEBIBYTE, Budget, read_limited
from models.errors import UnreadableSource

_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError)
#: One XML part of a document larger than this is no report: a thousand pages of Word are some 20 MiB.
MAX_PART_MB = 128


class Package:
    """A zipped document. ``part`` reads one member; names match without regard to case or a leading slash."""

    def __init__(self, data: bytes, options: ExtractOptions) -> None:
        """Open ``data``; raises ``UnreadableSource`` (``truncated``, ``corrupt``) when it is no whole zip."""
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGE as error:
            code = "truncated" if data.startswith(b"PK\x03\x04") and b"PK\x05\x06" not in data else "corrupt"
            raise UnreadableSource("the document is cut off or damaged", code=code, detail=repr(error)) from error
        self._names = {_plain(name): name for name in self._archive.namelist()}
        self._budget = Budget.for_archive(len(data), options)
        self._budget.max_member = MAX_PART_MB * MEBIBYTE

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._names

    def names(self) -> tuple[str, ...]:
        """All member names in lower case, without a leading slash."""
        return tuple(self._names)

    def part(self, name: str) -> bytes:
        """The bytes of a member; raises ``UnreadableSource`` (``corrupt``) or ``LimitExceeded``."""
        actual = self._names.get(_plain(name))
        if actual is None:
            raise UnreadableSource(f"a part of the document is missing: {name}", code="corrupt")
        try:
            with self._archive.open(actual) as stream:
                return read_limited(stream, self._budget)
        except RuntimeError as error:
            if isinstance(error, NotImplementedError):
                raise UnreadableSource(f"a part is packed in an unknown way: {name}", code="corrupt") from error
            raise UnreadableSource("the document needs a password", code="encrypted_document") from error
        except _DAMAGE as error:
            message = f"a part of the document is damaged: {name}"
            raise UnreadableSource(message, code="corrupt", detail=repr(error)) from error

    def xml(self, name: str) -> _Element:
        """The root of an XML part; raises as ``part`` does."""
        return parse_xml(self.part(name), name)


def parse_xml(data: bytes, name: str) -> _Element:
    """Parse XML that may be hostile: entities stay unresolved, nothing is fetched, depth and sizes are bounded."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    try:
        root = etree.fromstring(data.strip(b"\0 \t\r\n"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        message = f"a part of the document is not well-formed: {name}"
        raise UnreadableSource(message, code="corrupt", detail=repr(error)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableSource("the document defines entities, as no office program does", code="corrupt")
    return root


def relative_part(base: str, target: str) -> str:
    """The member that ``target`` names, seen from the part ``base``; a leading slash starts at the root."""
    if target.startswith("/"):
        return posixpath.normpath(target).lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), target)).lstrip("/")


def relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Relationships of a part: id → (last word of the type, target part). External targets are left out."""
    folder, file = posixpath.split(part)
    name = posixpath.join(folder, "_rels", f"{file}.rels")
    if name not in package:
        return {}
    found: dict[str, tuple[str, str]] = {}
    for relation in package.xml(name):
        if isinstance(relation.tag, str) and relation.get("TargetMode") != "External":
            kind = (relation.get("Type") or "").rsplit("/", 1)[-1]
            found[relation.get("Id") or ""] = (kind, relative_part(part, relation.get("Target") or ""))
    return found


def _plain(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/")).lstrip("/").lower()
