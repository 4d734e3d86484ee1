"""``python -m api.http.render_page NAME PAGE DPI``: the source on stdin, one page as PNG on stdout."""

from __future__ import annotations

import io
import resource
import sys

from api.http.rendering import MEMORY_MB, NO_SUCH_PAGE, SECONDS
from extractors.sources.sniff import PDF, media_type
from worker.confine import limit_memory

#: Pixels of the longer edge, whatever resolution is asked for: a page of a hostile source may be kilometres long.
LONGEST_EDGE = 5000
#: A person waits for the page; the wire is short.
FAST = 1
_POINTS = 72


def main(name: str, page: int, dpi: int) -> int:
    """Render; the exit status is ``NO_SUCH_PAGE`` when there is nothing to render."""
    limit_memory(MEMORY_MB)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    data = sys.stdin.buffer.read()
    kind = media_type(data, name)
    if kind == PDF:
        image = of_pdf(data, page, dpi)
    elif kind.startswith("image/"):
        image = of_picture(data, page, dpi)
    else:
        print("this source has no page images", file=sys.stderr)
        return NO_SUCH_PAGE
    if image is None:
        print(f"there is no page {page}", file=sys.stderr)
        return NO_SUCH_PAGE
    sys.stdout.buffer.write(image)
    return 0


def of_pdf(data: bytes, page: int, dpi: int) -> bytes | None:
    """A page of a PDF; None when there is none with this number."""
    from pypdfium2 import PdfDocument

    document = PdfDocument(data[max(0, data.find(b"%PDF", 0, 1024)) :])
    if page > len(document):
        return None
    found = document[page - 1]
    scale = min(dpi / _POINTS, LONGEST_EDGE / max(*found.get_size(), 1))
    buffer = io.BytesIO()
    found.render(scale=scale).to_pil().save(buffer, "PNG", compress_level=FAST)
    return buffer.getvalue()


def of_picture(data: bytes, page: int, dpi: int) -> bytes | None:
    """A frame of a picture, upright, at the size of the page that the OCR route takes it for."""
    from PIL import Image, ImageOps

    from extractors.scan.raster import dpi_of

    with Image.open(io.BytesIO(data)) as image:
        if page > getattr(image, "n_frames", 1):
            return None
        image.seek(page - 1)
        upright = ImageOps.exif_transpose(image).convert("RGB")
        scale = min(dpi / dpi_of(image, upright.size), LONGEST_EDGE / max(upright.size))
    size = (max(1, round(upright.width * scale)), max(1, round(upright.height * scale)))
    upright = upright.resize(size, Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    upright.save(buffer, "PNG", compress_level=FAST)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
