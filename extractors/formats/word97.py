"""Formats that only an office program reads: DOC, WPS, RTF, ODT, and what Word saved as one XML file."""

from __future__ import annotations

from dataclasses import replace

from extractors.formats.office import convert
from extractors.formats.word import WordFormat
from extractors.options import ExtractOptions
from extractors.page import Content
from extractors.sources.source import Source

#: LibreOffice chooses its filter by content; the suffix decides only between filters that both fit.
_SUFFIXES = {"application/rtf": ".rtf", "application/vnd.oasis.opendocument.text": ".odt"}
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Word97Format:
    """Reads old text documents by way of DOCX."""

    name = "word97"

    def read(self, source: Source, options: ExtractOptions) -> Content:
        """As ``WordFormat.read``; also raises what ``office.convert`` raises."""
        suffix = ".xml" if source.data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<?xml") else ".doc"
        suffix = _SUFFIXES.get(source.media_type, suffix)
        data = convert(source.data, suffix, "docx", options.timeout_seconds)
        return WordFormat().read(replace(source, data=data, media_type=_DOCX), options)
