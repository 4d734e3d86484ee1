"""Writes pages as OFD (GB/T 33190-2016), for tests and for rendered samples with known truth."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from extractors.page import Page, Ruling, Word

_NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MM_PER_POINT = 25.4 / 72
#: The base line stands at this share of the font size below the top of a glyph.
_ASCENT = 0.86
#: Members carry this date, so that the same pages give the same bytes.
_DATE = (2024, 1, 31, 0, 0, 0)


def write_ofd(pages: Sequence[Page]) -> bytes:
    """One document with these pages: each word a text object in its box, each ruling a stroke."""
    parts = {
        "OFD.xml": _entry(),
        "Doc_0/Document.xml": _document(pages),
        "Doc_0/PublicRes.xml": _resources(),
    }
    identity = iter(range(1000, 10_000_000))
    for number, page in enumerate(pages):
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = _content(page, identity)
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), _PROLOG + text, zipfile.ZIP_DEFLATED)
    return output.getvalue()


def _entry() -> str:
    return (
        f'<ofd:OFD {_NAMESPACE} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo>'
        "<ofd:DocID>00000000000000000000000000000001</ofd:DocID></ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    )


def _document(pages: Sequence[Page]) -> str:
    width, height = (pages[0].width, pages[0].height) if pages else (595.3, 841.9)
    listed = "".join(
        f'<ofd:Page ID="{number + 1}" BaseLoc="Pages/Page_{number}/Content.xml"/>' for number in range(len(pages))
    )
    return (
        f"<ofd:Document {_NAMESPACE}><ofd:CommonData><ofd:MaxUnitID>10000000</ofd:MaxUnitID>"
        f"<ofd:PageArea>{_physical_box(width, height)}</ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"
        f"</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>"
    )


def _resources() -> str:
    return (
        f'<ofd:Res {_NAMESPACE} BaseLoc="Res"><ofd:Fonts>'
        '<ofd:Font ID="900" FontName="宋体" FamilyName="宋体"/></ofd:Fonts></ofd:Res>'
    )


def _physical_box(width: float, height: float) -> str:
    return f"<ofd:PhysicalBox>0 0 {_mm(width)} {_mm(height)}</ofd:PhysicalBox>"


def _content(page: Page, identity: Iterator[int]) -> str:
    objects = [_text_object(word, next(identity)) for word in page.words]
    objects += [_path_object(ruling, next(identity)) for ruling in page.rulings]
    return (
        f"<ofd:Page {_NAMESPACE}><ofd:Area>{_physical_box(page.width, page.height)}</ofd:Area><ofd:Content>"
        f'<ofd:Layer ID="{next(identity)}" Type="Body">{"".join(objects)}</ofd:Layer></ofd:Content></ofd:Page>'
    )


def _text_object(word: Word, identity: int) -> str:
    """The height of the box gives the font size; glyphs are stretched or condensed to fill its width."""
    box = word.box
    size = box.height
    advances = [1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in word.text]
    scale = box.width / (size * sum(advances)) if size and advances else 1.0
    steps = " ".join(_mm(advance * size * scale) for advance in advances[:-1])
    spread = f' DeltaX="{steps}"' if steps else ""
    return (
        f'<ofd:TextObject ID="{identity}" Boundary="{_mm(box.x0)} {_mm(box.y0)} {_mm(box.width)} {_mm(box.height)}" '
        f'Font="900" Size="{_mm(size)}" HScale="{scale:.6f}">'
        f'<ofd:TextCode X="0" Y="{_mm(size * _ASCENT)}"{spread}>{escape(word.text)}</ofd:TextCode></ofd:TextObject>'
    )


def _path_object(ruling: Ruling, identity: int) -> str:
    width, height = ruling.x1 - ruling.x0, ruling.y1 - ruling.y0
    return (
        f'<ofd:PathObject ID="{identity}" LineWidth="0.25" '
        f'Boundary="{_mm(ruling.x0)} {_mm(ruling.y0)} {_mm(max(width, 0.5))} {_mm(max(height, 0.5))}">'
        f"<ofd:AbbreviatedData>M 0 0 L {_mm(width)} {_mm(height)}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def _mm(points: float) -> str:
    return f"{points * _MM_PER_POINT:.4f}"
