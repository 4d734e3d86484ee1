"""PDF: each page by the cheapest route that suffices, doubtful tables by a second opinion, scans by OCR."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from extractors.ahead import ahead
from extractors.formats.image import read_raster
from extractors.grids.pageblocks import page_blocks
from extractors.grids.second_opinion import second_opinion
from extractors.options import ExtractOptions
from extractors.page import Content, PageProblem, ReadPage, content_of
from extractors.pages.honesty import NOT_TRUSTED, judge
from extractors.pages.text_layer import read_page
from extractors.parts import complete
from extractors.sources.source import Source
from models.errors import LimitExceeded, UnreadableSource

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument


class PdfFormat:
    """Portable Document Format (ISO 32000), read through pdfium."""

    name = "pdf"

    def read(self, source: Source, options: ExtractOptions) -> Content:
        """Blocks of all pages. A page that fails is named and the others are kept.

        Raises UnreadableSource (``encrypted_pdf``, ``truncated``, ``corrupt``, ``no_text``) or LimitExceeded
        (``too_many_pages``).
        """
        return complete(self.read_pages(source, options, 1, options.max_pages))

    def page_count(self, source: Source) -> int:
        """How many pages there are. Raises UnreadableSource."""
        with _opened(source) as document:
            return len(document)

    def read_pages(self, source: Source, options: ExtractOptions, first: int, last: int) -> Content:
        """Blocks of some pages, counted from 1, both included. A page that fails is named, even if all do.

        Raises as ``read`` does, apart from ``no_text``.
        """
        with _opened(source) as document:
            if len(document) > options.max_pages:
                raise LimitExceeded(f"the document has {len(document)} pages", code="too_many_pages")
            numbers = range(first, min(last, len(document)) + 1)
            calls = (_reading(document, source, number, options.trust_text) for number in numbers)
            pages = dict(zip(numbers, ahead(calls), strict=True))
            return content_of(pages, len(document))


class _opened:
    """Opens a document and closes it; translates pdfium's failures."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def __enter__(self) -> PdfDocument:
        from pypdfium2 import PdfDocument, PdfiumError

        data = self._source.data
        try:
            self._document = PdfDocument(data[max(0, data.find(b"%PDF", 0, 1024)) :])
        except PdfiumError as error:
            raise _failure(self._source, str(error)) from error
        return self._document

    def __exit__(self, *exc: object) -> None:
        self._document.close()


def _failure(source: Source, message: str) -> UnreadableSource:
    if "password" in message.lower() or "security" in message.lower():
        return UnreadableSource("the PDF is protected by a password", code="encrypted_pdf", detail=message)
    if b"%%EOF" not in source.data[-2048:]:
        return UnreadableSource("the end of the PDF is missing", code="truncated", detail=message)
    return UnreadableSource("the PDF is damaged", code="corrupt", detail=message)


def _reading(document: PdfDocument, source: Source, number: int, trust_text: bool) -> Callable[[], ReadPage]:
    """The reading of a page. What of it needs pdfium, which knows one thread, is done now; the rest of a scan later."""
    from pypdfium2 import PdfiumError

    from extractors.scan.raster import of_pdf_page

    try:
        pdf_page = document[number - 1]
        page = read_page(pdf_page, number)
        verdict = judge(page) if trust_text else NOT_TRUSTED
        raster = None if verdict.honest else of_pdf_page(pdf_page, number)
        pdf_page.close()
    except PdfiumError as error:
        problem = PageProblem(number, "corrupt", f"the page is damaged ({error})")
        return lambda: ReadPage(problem=problem)
    if raster is not None:
        return partial(read_raster, raster, verdict.reason)
    blocks, route = page_blocks(page)
    better = second_opinion(source.data, page, blocks)
    return partial(ReadPage, *(better if better is not None else (blocks, route)))
