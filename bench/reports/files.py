"""Layouts by name, and the files that they make."""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.reports import texts
from bench.reports.pages import LOOKS, Look, gov_page, page
from bench.reports.truth import Truth
from models.forms import load_forms
from scripts.make_samples import merge
from scripts.sample_forms import filled, printed


@dataclass(frozen=True, slots=True)
class Layout:
    """A way in which reports come. ``suffix`` of the file, ``make`` gives its bytes, ``zeros_only`` where a blank cannot
    be told from nothing. ``via`` names the converter that turns what ``make`` gives (HTML) into the file."""

    name: str
    suffix: str
    make: Callable[[Truth, random.Random], bytes]
    zeros_only: bool = False
    via: str = ""


def _text(
    flatten: texts.Flatten, *, heading: str = "", encoding: str = "utf-8"
) -> Callable[[Truth, random.Random], bytes]:
    return lambda truth, dice: texts.report(truth, dice, flatten, heading=heading).encode(encoding)


def _traditional(truth: Truth, dice: random.Random) -> bytes:
    import opencc

    return str(opencc.OpenCC("s2t").convert(texts.report(truth, dice, texts.full_tabs))).encode()


def _full_width(truth: Truth, dice: random.Random) -> bytes:
    return texts.full_width(texts.report(truth, dice, texts.word_cells)).encode()


def _windows(truth: Truth, dice: random.Random) -> bytes:
    return texts.report(truth, dice, texts.shifted_tabs).replace("\n", "\r\n").encode("utf-8-sig")


def _page(look: Look) -> Callable[[Truth, random.Random], bytes]:
    return lambda truth, dice: page(truth, dice, look).encode()


def _typed(truth: Truth, dice: random.Random) -> bytes:
    """As typed in an office program, which takes borders from attributes, not from a style sheet."""
    return page(truth, dice, LOOKS[0]).replace("<table>", "<table border=1 cellspacing=0>").encode()


def _gov(charset: str, declared: bool) -> Callable[[Truth, random.Random], bytes]:
    meta = f"<head><meta http-equiv=Content-Type content='text/html; charset={charset}'>" if declared else "<head>"
    return lambda truth, dice: (
        gov_page(truth, dice).replace("<head>", meta, 1).encode("gb18030" if "gb" in charset else charset)
    )


def _sheet(truth: Truth, dice: random.Random) -> bytes:
    import io

    from openpyxl import Workbook
    from openpyxl.styles import Border, Side

    book = Workbook()
    sheet = book.active
    sheet.append([truth.title])
    for table in load_forms()[truth.form].tables:
        sheet.append([table.title])
        top = sheet.max_row + 1
        rows = printed(table, truth.printed)
        for row in filled(rows):
            sheet.append([int(text) if text.isascii() and text.isdecimal() else text or None for text in row])
        for line in sheet.iter_rows(min_row=top, max_row=top + len(rows) - 1, max_col=len(filled(rows)[0])):
            for cell in line:
                cell.border = Border(*[Side("thin")] * 4)
        merge(sheet, rows, top)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


LAYOUTS: tuple[Layout, ...] = (
    Layout("text: Word's cells", ".txt", _text(texts.word_cells)),
    Layout("text: bare cells", ".txt", _text(texts.bare_cells), zeros_only=True),
    Layout("text: shifted tabs", ".txt", _text(texts.shifted_tabs)),
    Layout("text: full tabs, GB18030", ".txt", _text(texts.full_tabs, encoding="gb18030")),
    Layout("text: pipes cut by a page", ".md", _text(texts.pipes, heading="## ")),
    Layout("text: spaces, broken labels", ".txt", _text(texts.spaces), zeros_only=True),
    Layout("text: full-width", ".txt", _full_width),
    Layout("text: Traditional", ".txt", _traditional),
    Layout("text: UTF-16", ".txt", _text(texts.shifted_tabs, encoding="utf-16")),
    Layout("text: CRLF with BOM", ".txt", _windows),
    Layout("HTML: site, UTF-8", ".html", _gov("utf-8", True)),
    Layout("HTML: site, GB2312 declared", ".html", _gov("gb2312", True)),
    Layout("HTML: site, undeclared", ".html", _gov("gb2312", False)),
    Layout("XLSX", ".xlsx", _sheet),
    Layout("DOCX", ".docx", _typed, via="docx"),
    Layout("DOC", ".doc", _typed, via="doc"),
    Layout("PDF: LibreOffice", ".pdf", _typed, via="writer_pdf"),
    # A table without any rule and without any figure is a page of labels: nothing shows that it has cells.
    *(Layout(f"PDF: {look.name}", ".pdf", _page(look), zeros_only=not look.css, via="chromium") for look in LOOKS),
    Layout("OFD", ".ofd", _page(LOOKS[0]), via="ofd"),
)


def finish(jobs: Iterable[tuple[Layout, Path, bytes]]) -> None:
    """Write files, running each converter; LibreOffice takes all files of a kind at once."""
    office: dict[str, list[tuple[Path, bytes]]] = {}
    for layout, target, data in jobs:
        if layout.via == "":
            target.write_bytes(data)
        elif layout.via == "chromium":
            chromium(data, target)
        elif layout.via == "ofd":
            _ofd(data, target)
        else:
            office.setdefault(layout.via, []).append((target, data))
    for via, files in office.items():
        libreoffice(via, files)


def chromium(html: bytes, target: Path) -> None:
    """Print a page."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.html")
        source.write_bytes(html)
        flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
        command = ["chromium", *flags.split(), "--disable-component-update", "--disable-sync"]
        command += [f"--user-data-dir={folder}/profile", "--no-pdf-header-footer", f"--print-to-pdf={target}"]
        subprocess.run([*command, source.as_uri()], check=True, capture_output=True, timeout=120)


FILTERS = {"docx": "docx:MS Word 2007 XML", "doc": "doc:MS Word 97", "writer_pdf": "pdf:writer_pdf_Export"}


def libreoffice(via: str, files: Sequence[tuple[Path, bytes]]) -> None:
    """Convert pages, as an office would type them."""
    with tempfile.TemporaryDirectory() as folder:
        sources = []
        for target, data in files:
            source = Path(folder, target.with_suffix(".html").name)
            source.write_bytes(data)
            sources.append(str(source))
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
        command += ["--infilter=HTML (StarWriter)", "--convert-to", FILTERS[via], "--outdir", folder, *sources]
        subprocess.run(command, check=True, capture_output=True, timeout=900)
        for target, _ in files:
            target.write_bytes(Path(folder, target.name).read_bytes())


def _ofd(html: bytes, target: Path) -> None:
    from pypdfium2 import PdfDocument

    from bench.ofd_writer import write_ofd
    from extractors.pages.text_layer import read_page

    with tempfile.TemporaryDirectory() as folder:
        printed_page = Path(folder, "page.pdf")
        chromium(html, printed_page)
        with PdfDocument(printed_page) as document:
            pages = [read_page(document[number], number + 1) for number in range(len(document))]
    target.write_bytes(write_ofd(pages))
