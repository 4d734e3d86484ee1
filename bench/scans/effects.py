"""What scanners, faxes, telephones, stamps and time do to a page. Pictures are blue-green-red, uint8."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Dice = np.random.Generator
WHITE = (255, 255, 255)


def skewed(page: Picture, degrees: float) -> Picture:
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=WHITE)


def blurred(page: Picture, sigma: float) -> Picture:
    return cv2.GaussianBlur(page, (0, 0), sigma)


def paled(page: Picture, ink: float, paper: float) -> Picture:
    """Ink that is not black, paper that is not white."""
    return np.clip(paper - (255 - page.astype(np.float32)) * ink, 0, 255).astype(np.uint8)


def grained(page: Picture, sigma: float, dice: Dice) -> Picture:
    noise = dice.normal(0, sigma, page.shape[:2]).astype(np.float32)[:, :, None]
    return np.clip(page + noise, 0, 255).astype(np.uint8)


def shaded(page: Picture, depth: float, dice: Dice) -> Picture:
    """Light that falls off across the page."""
    height, width = page.shape[:2]
    ys, xs = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    wave = np.sin(dice.uniform(0, 6.28) + xs * dice.uniform(1, 3) + ys * dice.uniform(1, 3))
    return np.clip(page * (1 - depth * (0.5 + 0.5 * wave))[:, :, None], 0, 255).astype(np.uint8)


def see_through(page: Picture, back: Picture, strength: float) -> Picture:
    """The print of the other side of the sheet, mirrored and soft."""
    height, width = page.shape[:2]
    other = cv2.GaussianBlur(cv2.flip(cv2.resize(back, (width, height)), 1), (0, 0), 2.5)
    return np.clip(page.astype(np.float32) - (255 - other.astype(np.float32)) * strength, 0, 255).astype(np.uint8)


def dusty(page: Picture, dice: Dice) -> Picture:
    """Specks, a hair or two, and the shadow of a staple."""
    result = page.copy()
    height, width = page.shape[:2]
    for _ in range(int(dice.integers(5, 40))):
        at = (int(dice.integers(0, width)), int(dice.integers(0, height)))
        cv2.circle(result, at, int(dice.integers(0, 2)), (int(dice.integers(60, 190)),) * 3, -1)
    if dice.random() < 0.3:
        x, y = int(dice.integers(10, width // 8)), int(dice.integers(10, height // 10))
        cv2.line(result, (x, y), (x + width // 40, y - width // 80), (90, 90, 90), max(1, width // 700))
    return result


def edged(page: Picture, dice: Dice) -> Picture:
    """The dark edge that a lid leaves when the sheet is smaller than the glass, and punched holes."""
    result = page.copy()
    height, width = page.shape[:2]
    if dice.random() < 0.5:
        result[:, : int(dice.uniform(0.003, 0.015) * width)] = int(dice.integers(10, 60))
    if dice.random() < 0.3:
        for share in (0.36, 0.64):
            at = (int(0.035 * width), int((share + dice.uniform(-0.01, 0.01)) * height))
            cv2.circle(result, at, int(0.012 * width), (40, 40, 40), -1)
    return result


def faxed(page: Picture, dice: Dice) -> Picture:
    """Black and white, with the ragged edges and lost lines of a fax."""
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY).astype(np.float32)
    grey += dice.normal(0, dice.uniform(8, 20), grey.shape)
    black = np.where(grey > dice.uniform(165, 205), 255, 0).astype(np.uint8)
    for row in dice.integers(0, black.shape[0], int(dice.integers(0, 3))):
        black[row] = 255
    specks = dice.random(black.shape) < 0.0002
    black[specks] = 0
    return cv2.cvtColor(black, cv2.COLOR_GRAY2BGR)


def compressed(page: Picture, quality: int) -> Picture:
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1), np.uint8)


def sealed(page: Picture, dpi: float, centre: tuple[float, float], dice: Dice) -> Picture:
    """A round official seal in red, over what is printed: ring, star and a name along the arc, ink uneven."""
    height, width = page.shape[:2]
    shape = np.zeros((height, width), np.uint8)
    dot = dpi / 25.4
    at, radius = (round(centre[0] * width), round(centre[1] * height)), dice.uniform(19, 21) * dot
    cv2.circle(shape, at, round(radius), 255, round(1.1 * dot))
    angles = np.arange(10) * np.pi / 5 + np.pi
    lengths = np.where(np.arange(10) % 2 == 0, 6.0, 2.4) * dot
    star = np.stack([at[0] + lengths * np.sin(angles), at[1] + lengths * np.cos(angles)], 1).astype(np.int32)
    cv2.fillPoly(shape, [star], 255)
    _name_on_arc(shape, at, radius - 3.6 * dot, dot, dice)
    worn = cv2.GaussianBlur(dice.random((height // 6 + 1, width // 6 + 1)).astype(np.float32), (0, 0), 3)
    ink = cv2.GaussianBlur(shape, (0, 0), 0.6).astype(np.float32) / 255
    ink *= np.clip(0.75 + 3.0 * (cv2.resize(worn, (width, height)) - 0.5), 0.25, 1.0)
    through = 1 - ink[:, :, None] * np.array([0.82, 0.82, 0.14], np.float32)
    return np.clip(page * through, 0, 255).astype(np.uint8)


def _name_on_arc(shape: Picture, at: tuple[int, int], radius: float, dot: float, dice: Dice) -> None:
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", round(4.2 * dot))
    name = "清河县科技和工业信息化局" if dice.random() < 0.5 else "柳湾镇人民政府办公室"
    for number, char in enumerate(name):
        angle = np.radians(-120 + 240 * number / (len(name) - 1))
        tile = Image.new("L", (round(6 * dot),) * 2, 0)
        ImageDraw.Draw(tile).text((round(3 * dot),) * 2, char, fill=255, font=font, anchor="mm")
        turned = np.asarray(tile.rotate(-np.degrees(angle), resample=Image.Resampling.BICUBIC))
        x = round(at[0] + radius * np.sin(angle)) - turned.shape[1] // 2
        y = round(at[1] - radius * np.cos(angle)) - turned.shape[0] // 2
        if x >= 0 and y >= 0 and y + turned.shape[0] <= shape.shape[0] and x + turned.shape[1] <= shape.shape[1]:
            area = shape[y : y + turned.shape[0], x : x + turned.shape[1]]
            np.maximum(area, turned, out=area)


def streaked(page: Picture, dice: Dice) -> Picture:
    """Thin lines along the whole sheet, pale to black, some in one colour: dust on the glass of a feeder."""
    result = page.astype(np.float32)
    for _ in range(int(dice.integers(1, 6))):
        left, thick = int(dice.integers(5, page.shape[1] - 5)), int(dice.integers(1, 4))
        tone = dice.uniform(0.05, 0.9) * np.ones(3, np.float32)
        if dice.random() < 0.3:
            tone[int(dice.integers(0, 3))] = 1.0
        result[:, left : left + thick] *= tone
    return np.clip(result, 0, 255).astype(np.uint8)


def photographed(page: Picture, dice: Dice) -> Picture:
    """A sheet that curls, seen aslant on a desk, in warm uneven light."""
    height, width = page.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    lift = dice.uniform(0.002, 0.007) * height
    wave = np.sin(xs / width * np.pi * dice.uniform(0.8, 1.5) + dice.uniform(0, 2))
    slip = np.sin(ys / height * 3) * dice.uniform(0, 0.003) * width
    curled = cv2.remap(page, xs + slip, ys + lift * wave, cv2.INTER_CUBIC, borderValue=(250, 250, 250))
    full = (round(height * 1.12), round(width * 1.15))
    desk = np.full((*full, 3), dice.integers(35, 110, 3), np.uint8)
    desk = grained(desk, 8, dice)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    place = np.array([(full[1] - width) / 2, (full[0] - height) / 2], np.float32)
    seen = corners + place + dice.uniform(-0.025, 0.025, (4, 2)).astype(np.float32) * width
    matrix = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    sheet = cv2.warpPerspective(curled, matrix, full[::-1], flags=cv2.INTER_CUBIC)
    inside = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, full[::-1])
    desk[inside > 127] = sheet[inside > 127]
    tinted = shaded(desk, 0.4, dice) * np.array([dice.uniform(0.8, 0.95), dice.uniform(0.9, 1.0), 1.0])
    return np.clip(tinted, 0, 255).astype(np.uint8)
