"""How heavy a source is to read, found out at little cost."""

from __future__ import annotations

from extractors.pages.honesty import FEWEST_CHARACTERS
from extractors.sources.sniff import PDF
from extractors.sources.source import Source

#: Pages that are looked at; a scanned bundle shows itself early.
PAGES = 20


def needs_ocr(source: Source) -> bool:
    """Whether pages have to be read from their pictures. A PDF that cannot be opened is light: it fails at once."""
    if source.media_type.startswith("image/"):
        return True
    return source.media_type == PDF and _has_pictured_page(source.data)


def _has_pictured_page(data: bytes) -> bool:
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(data)
    except PdfiumError:
        return False
    try:
        return any(_is_picture(document[number]) for number in range(min(len(document), PAGES)))
    except PdfiumError:
        return False
    finally:
        document.close()


def _is_picture(page: object) -> bool:
    from pypdfium2 import PdfPage
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    assert isinstance(page, PdfPage)
    text = page.get_textpage()
    few = text.count_chars() < FEWEST_CHARACTERS
    text.close()
    found = few and any(True for _ in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=4))
    page.close()
    return found
