"""HTML as government sites publish it, and pages saved from a browser or from Word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree, html

from extractors.encoding import decode
from extractors.formats.html_blocks import blocks_of
from extractors.formats.mhtml import HtmlPart, html_parts
from extractors.options import ExtractOptions
from extractors.page import Block, Content, PageProblem
from extractors.sources.source import Source
from models.errors import UnreadableSource

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_\-]+)""", re.IGNORECASE)
_XML_PROLOG = re.compile(r"^\s*<\?xml[^>]*>", re.IGNORECASE)
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)", re.IGNORECASE)
#: How deep libxml2 follows a page even with its limits lifted; what stands deeper is not in the tree.
_DEPTH_ERROR = "Excessive depth"
#: What the content management systems of government sites call the same thing, in lower case.
_META_HINTS: dict[str, str] = {
    "articletitle": "title",
    "og:title": "title",
    "pubdate": "published",
    "publishdate": "published",
    "publish_date": "published",
    "publishtime": "published",
    "publish_time": "published",
    "pub_date": "published",
    "article:published_time": "published",
    "url": "url",
    "og:url": "url",
}


class WebpageFormat:
    """Reads ``text/html`` and ``multipart/related`` (MHTML)."""

    name = "webpage"

    def read(self, source: Source, options: ExtractOptions) -> Content:
        """Lines and tables in document order; ``hints`` holds what the page's head declares.

        Raises ``UnreadableSource`` when there is nothing to read.
        """
        mhtml = source.media_type == "multipart/related"
        parts = html_parts(source.data) if mhtml else (HtmlPart(source.data, None, ""),)
        blocks: list[Block] = []
        problems: list[PageProblem] = []
        hints: dict[str, str] = {}
        for part in parts:
            found, hitches, part_hints = _read_part(part, len(blocks) + 1)
            blocks += found
            problems += hitches
            hints = part_hints | hints
        if not blocks:
            raise UnreadableSource("the page holds no text", code="no_text")
        return Content(blocks=tuple(blocks), problems=tuple(problems), hints=hints)


def _read_part(part: HtmlPart, first_line: int) -> tuple[list[Block], list[PageProblem], dict[str, str]]:
    text, _ = decode(part.data, part.charset or _declared(part.data))
    root, problems = _parse(text)
    if root is None:
        return [], problems, {}
    blocks, hitches = blocks_of(root, first_line)
    return blocks, problems + hitches, _hints(root, text, part.url)


def _declared(data: bytes) -> str | None:
    found = _CHARSET.search(data[:8192]) or _XML_ENCODING.search(data[:1024])
    return found.group(1).decode("ascii") if found else None


def _parse(text: str) -> tuple[HtmlElement | None, list[PageProblem]]:
    """The tree of a page. Nothing is fetched and no entity is defined by the page: HTML has only the fixed ones."""

    # libxml2 stops at a NUL, and refuses text whose prolog states another encoding.
    clean = _XML_PROLOG.sub("", text.replace("\0", "").lstrip("\ufeff"))
    # Lifting libxml2's limit of 256 levels matters: pages with unclosed tags nest deeper and would be cut in silence.
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True, remove_pis=True)
    try:
        root = html.document_fromstring(clean.encode("utf-8", "replace"), parser=parser, ensure_head_body=False)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        return None, [PageProblem(None, "corrupt", f"the page could not be parsed: {error}")]
    if any(_DEPTH_ERROR in entry.message for entry in parser.error_log):
        return root, [PageProblem(None, "corrupt", "the page nests too deeply: its innermost parts were not read")]
    return root, []


def _hints(root: HtmlElement, text: str, url: str) -> dict[str, str]:
    hints: dict[str, str] = {}
    for kind, value in _declarations(root):
        if value and kind not in hints:
            hints[kind] = value
    saved = _SAVED_FROM.search(text[:4096])
    address = url or (saved.group(1) if saved else "")
    if address and "url" not in hints:
        hints["url"] = address
    return hints


def _declarations(root: HtmlElement) -> Iterator[tuple[str, str]]:
    """(hint, value) pairs, the more exact ones first: the article's own meta tags before the window's title."""
    metas = [(str(meta.get("name") or meta.get("property") or ""), meta.get("content")) for meta in root.iter("meta")]
    for name, content in metas:
        kind = _META_HINTS.get(name.strip().lower())
        if kind:
            yield kind, " ".join(str(content or "").split())
    for title in root.iter("title"):
        yield "title", " ".join(title.text_content().split())
    for link in root.iter("link"):
        if str(link.get("rel") or "").lower() == "canonical":
            yield "url", str(link.get("href") or "")
