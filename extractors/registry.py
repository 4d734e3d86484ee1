"""The one list of formats: a new one is a file in ``formats/`` and a line here. Modules load when they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from extractors.protocols import Format

PICTURES = ("image/tiff", "image/png", "image/jpeg", "image/webp", "image/bmp")
#: Media type → module and class.
FORMATS: Mapping[str, tuple[str, str]] = {
    "application/pdf": ("extractors.formats.pdf", "PdfFormat"),
    "application/ofd": ("extractors.formats.ofd", "OfdFormat"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (
        "extractors.formats.word",
        "WordFormat",
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (
        "extractors.formats.spreadsheet",
        "SpreadsheetFormat",
    ),
    "application/vnd.ms-excel": ("extractors.formats.spreadsheet", "SpreadsheetFormat"),
    "application/vnd.oasis.opendocument.spreadsheet": ("extractors.formats.spreadsheet", "SpreadsheetFormat"),
    "application/vnd.oasis.opendocument.text": ("extractors.formats.word97", "Word97Format"),
    "application/msword": ("extractors.formats.word97", "Word97Format"),
    "application/rtf": ("extractors.formats.word97", "Word97Format"),
    "text/html": ("extractors.formats.webpage", "WebpageFormat"),
    "multipart/related": ("extractors.formats.webpage", "WebpageFormat"),
    **dict.fromkeys(PICTURES, ("extractors.formats.image", "ImageFormat")),
    "text/markdown": ("extractors.formats.text", "TextFormat"),
    "text/plain": ("extractors.formats.text", "TextFormat"),
}


def format_for(media_type: str) -> Format | None:
    """The reader of a media type; None when there is none."""
    entry = FORMATS.get(media_type)
    if entry is None:
        return None
    module, name = entry
    reader: Format = getattr(import_module(module), name)()
    return reader
