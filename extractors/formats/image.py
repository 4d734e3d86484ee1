"""Pictures of pages: TIFF with any number of pages, PNG, JPEG, WebP, BMP."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count, starmap
from typing import TYPE_CHECKING

from extractors.ahead import ahead
from extractors.options import ExtractOptions
from extractors.page import Content, PageProblem, ReadPage, content_of
from extractors.parts import complete
from extractors.sources.source import Source
from models.errors import LimitExceeded, UnreadableSource

if TYPE_CHECKING:
    from PIL.Image import Image

    from extractors.scan.raster import Raster

#: A page smaller than this in pixels on its short side holds no text that can be read.
LEAST_PIXELS = 300
#: A picture larger than this in millions of pixels is refused before it is unpacked.
MOST_MEGAPIXELS = 200


class ImageFormat:
    """Raster pictures, read through Pillow and the OCR route."""

    name = "image"

    def read(self, source: Source, options: ExtractOptions) -> Content:
        """Blocks of all frames. A frame that fails is named and the others are kept.

        Raises UnreadableSource (``corrupt``, ``truncated``, ``no_text``), LimitExceeded (``too_many_pages``,
        ``too_large``) or DependencyError (``missing_dependency``) without the ocr extra.
        """
        pages = dict(enumerate(ahead(starmap(_reading, _frames(source, options))), 1))
        return complete(content_of(pages, len(pages)))


def _frames(source: Source, options: ExtractOptions) -> Iterator[tuple[Image, int]]:
    from PIL import Image, ImageSequence, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(source.data)) as picture:
            pages = getattr(picture, "n_frames", 1)
            if pages > options.max_pages:
                raise LimitExceeded(f"the picture has {pages} pages", code="too_many_pages")
            if picture.width * picture.height > MOST_MEGAPIXELS * 1_000_000:
                raise LimitExceeded(f"the picture has {picture.width} by {picture.height} pixels", code="too_large")
            yield from zip(ImageSequence.Iterator(picture), count(1), strict=False)
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise UnreadableSource("the picture is damaged", code="corrupt", detail=str(error)) from error
    except (OSError, SyntaxError, EOFError) as error:
        code = "truncated" if "truncated" in str(error) else "corrupt"
        raise UnreadableSource("the picture is damaged", code=code, detail=str(error)) from error


def _reading(picture: Image, number: int) -> Callable[[], ReadPage]:
    """The reading of a frame, to be done later: the frame itself is unpacked now."""
    from extractors.scan.raster import of_picture

    if min(picture.size) < LEAST_PIXELS:
        why = f"the picture is too small to read: {picture.width} by {picture.height} pixels"
        return partial(ReadPage, (), "ocr", PageProblem(number, "no_text", why), "a picture")
    return partial(read_raster, of_picture(picture, number), "a picture")


def read_raster(raster: Raster, reason: str) -> ReadPage:
    """What the picture of a page holds, or why nothing; ``reason`` is why it is read as a picture."""
    from extractors.scan.page import ROUTE, read_scan

    page = read_scan(raster)
    problem = PageProblem(raster.number, "no_text", page.problem) if page.problem else None
    return ReadPage(page.blocks, ROUTE, problem, _note(reason, page.steps), page.seals)


def _note(reason: str, steps: Sequence[str]) -> str:
    """Why a page was read as a picture, and what was repaired."""
    return f"{reason}; repaired: {', '.join(steps)}" if steps else reason
