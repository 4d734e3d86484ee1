"""A page as a picture: pixels, resolution, and how it is taken out of a PDF or a picture file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import PdfPage

Colour = NDArray[np.uint8]
POINTS = 72.0
#: The short side of A4 in points: the size of a page whose picture does not tell its own.
SHORT_SIDE = 595.3
#: A page is rendered at the resolution of its own picture, within these bounds in dots per inch.
LEAST_DPI, MOST_DPI = 96.0, 300.0
#: A page without a picture of its own (text that cannot be trusted) is rendered at this.
USUAL_DPI = 200.0
#: A resolution outside of this range is a default that some program wrote, not the scanner's.
TRUSTED_DPI = (60.0, 1300.0)


@dataclass(frozen=True, slots=True)
class Raster:
    """A page: ``image`` is blue-green-red, uint8 (height, width, 3); ``dpi`` dots per inch; ``number`` from 1."""

    number: int
    image: Colour
    dpi: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        height, width = self.image.shape[:2]
        return width * POINTS / self.dpi, height * POINTS / self.dpi


def of_pdf_page(page: PdfPage, number: int) -> Raster:
    """Render a page at the resolution of the picture on it; what is drawn over the picture comes along."""
    dpi = _own_dpi(page)
    image = page.render(scale=dpi / POINTS, rev_byteorder=False).to_numpy()
    if image.ndim == 2:
        image = image[:, :, None]
    colour = np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image[:, :, :3]
    return Raster(number, np.ascontiguousarray(colour), dpi)


def _own_dpi(page: PdfPage) -> float:
    import pypdfium2.raw as raw

    found = 0.0
    for picture in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        width, _ = picture.get_px_size()
        if (right - left) * (top - bottom) > 0.25 * page.get_width() * page.get_height():
            found = max(found, width * POINTS / (right - left))
    return float(np.clip(found, LEAST_DPI, MOST_DPI)) if found else USUAL_DPI


def of_picture(picture: Image, number: int) -> Raster:
    """A picture file's frame, turned as its Exif orientation says."""
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(picture).convert("RGB")
    image = np.ascontiguousarray(np.asarray(upright)[:, :, ::-1])
    return Raster(number, image, dpi_of(picture, upright.size))


def dpi_of(picture: Image, size: tuple[int, int]) -> float:
    """Dots per inch of a picture that has this width and height in pixels once it is upright.

    What the file tells counts if a page of that size can be; else the short side is taken for that of A4.
    """
    told = float(picture.info.get("dpi", (0, 0))[0] or 0)
    width_points = size[0] * POINTS / told if told else 0.0
    plausible = TRUSTED_DPI[0] <= told <= TRUSTED_DPI[1] and 250 <= width_points <= 1300
    return told if plausible else min(size) * POINTS / SHORT_SIDE
