"""Crops of numbers as scanners, faxes and telephones leave them."""

from __future__ import annotations

import random
import subprocess
from functools import cache, lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from extractors.scan.strips import Gray

#: Digit heights in pixels of the scan: about 50 dpi up to 300 dpi for the sizes that reports are set in.
SMALLEST, LARGEST = 6.5, 46.0
#: Type is set in few sizes, so that few fonts are open at a time (each takes a megabyte).
SIZES = (10, 14, 19, 26, 35, 48, 66, 90)
#: A degraded crop is kept when it correlates with the clean one at least so much: what nobody can read teaches to guess.
LEAST_LIKENESS = 0.72
FontAt = tuple[str, int]


@cache
def fonts() -> tuple[tuple[FontAt, ...], tuple[FontAt, ...]]:
    """Installed upright fonts (file, index): those with Latin digits, and those with ideographs too."""
    listed = subprocess.run(
        ["fc-list", ":slant=0", "file", "index", "lang"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    latin, chinese = set(), set()
    for line in listed:
        file, _, rest = line.partition(":")
        if not file.endswith((".ttf", ".otf", ".ttc", ".pfb")) or "Math" in file or "Symbol" in file:
            continue
        index = int(rest.split("index=")[1].split(":")[0]) & 0xFFFF if "index=" in rest else 0
        if "zh-cn" in rest:
            chinese.add((file, index))
        elif "|en|" in rest or "=en|" in rest:
            latin.add((file, index))
    return tuple(sorted(latin)), tuple(sorted(chinese))


@lru_cache(maxsize=600)
def _font(at: FontAt, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(at[0], size, index=at[1])


def crop_of(text: str, dice: random.Random) -> Gray:
    """A degraded crop that shows ``text`` (nothing for the empty text), dark on light, and that a person can read."""
    while True:
        height = float(np.exp(dice.uniform(np.log(SMALLEST), np.log(LARGEST))))
        over = dice.choice((1, 2, 3)) if height < 24 else 1
        noise = np.random.default_rng(dice.getrandbits(32))
        clean = _bent(_printed(text, height * over, dice), dice)
        image = _inked(clean, height * over, dice) if dice.random() < 0.5 else clean
        if over > 1:
            size = (max(4, round(image.shape[1] / over)), max(5, round(image.shape[0] / over)))
            method = dice.choice((cv2.INTER_AREA, cv2.INTER_LINEAR))
            image, clean = (cv2.resize(one, size, interpolation=method) for one in (image, clean))
        degraded = _scanned(_with_remains(image, dice), height, dice, noise)
        if not text or _likeness(clean, degraded) >= LEAST_LIKENESS:
            return degraded


def _likeness(one: Gray, other: Gray) -> float:
    """Correlation of the pixels; 0 where one of them shows nothing."""
    if one.std() < 1 or other.std() < 1:
        return 0.0
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def _printed(text: str, height: float, dice: random.Random) -> Gray:
    latin, chinese = fonts()
    wide = any(ord(char) > 0x2000 for char in text)
    at = dice.choice(chinese) if wide or dice.random() < 0.6 else dice.choice(latin)
    font = _font(at, min(SIZES, key=lambda size: abs(size - height / 0.7)))
    box = font.getbbox("0")
    digit = box[3] - box[1]
    above, below = (dice.uniform(0.0, 0.5) * digit for _ in range(2))
    spacing = dice.choice((0, 0, 0, 0.08, 0.2)) * digit
    advance = [font.getlength(char) + spacing for char in text]
    side = [dice.uniform(0.05, 0.9) * digit for _ in range(2)]
    width = sum(advance) + sum(side) + (dice.uniform(1, 4) * digit if not text else 0)
    image = Image.new("L", (max(8, round(width)), max(8, round(digit + above + below))), 255)
    draw = ImageDraw.Draw(image)
    x = side[0]
    for char, step in zip(text, advance, strict=True):
        draw.text((x, above - box[1]), char, font=font, fill=0)
        x += step
    return np.asarray(image)


def _bent(image: Gray, dice: random.Random) -> Gray:
    """A few degrees of turn, slant and stretch: what page repair leaves."""
    height, width = image.shape
    turn, slant = np.radians(dice.gauss(0, 0.8)), dice.gauss(0, 0.05)
    stretch = dice.uniform(0.85, 1.18)
    matrix = np.array([[stretch, slant, 0.0], [np.sin(turn), 1.0, 0.0]], np.float32)
    middle = np.array([width / 2, height / 2], np.float32)
    matrix[:, 2] = np.array([width * stretch / 2, height / 2]) - matrix[:, :2] @ middle
    return cv2.warpAffine(image, matrix, (max(4, int(width * stretch)), height), borderValue=255)


def _inked(image: Gray, height: float, dice: random.Random) -> Gray:
    """Ink that spreads or wears away."""
    size = max(1, round(height * dice.uniform(0.02, 0.07)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size + 1, size + 1))
    change = cv2.erode if dice.random() < 0.55 else cv2.dilate
    share = dice.random()
    return cv2.addWeighted(image, 1 - share, change(image, kernel), share, 0)


def _with_remains(image: Gray, dice: random.Random) -> Gray:
    """What is left of rules and of a seal."""
    image = image.copy()
    height, width = image.shape
    if dice.random() < 0.2:
        shade, thick = dice.randint(0, 200), max(1, height // 25)
        for _ in range(dice.randint(1, 2)):
            if dice.random() < 0.6:
                y = dice.choice((0, 1, height - 1, height - 2))
                left = dice.randrange(width)
                image[y : y + thick, left : left + dice.randint(2, width)] = shade
            else:
                x = dice.choice((0, 1, width - 1, width - 2))
                image[dice.randrange(height) :, x : x + thick] = shade
    if dice.random() < 0.12:
        veil = np.full_like(image, 255)
        center = (dice.randint(-width, 2 * width), dice.randint(-height, 2 * height))
        cv2.circle(veil, center, dice.randint(height, 4 * height), dice.randint(150, 235), dice.randint(2, height))
        image = np.minimum(image, veil)
    return image


def _scanned(image: Gray, height: float, dice: random.Random, noise: np.random.Generator) -> Gray:
    """Blur, uneven light, grain, then grey, black and white, or JPEG."""
    blur = height * dice.uniform(0, 0.11) if dice.random() < 0.75 else 0.0
    if blur > 0.3:
        image = cv2.GaussianBlur(image, (0, 0), min(blur, 3.5))
    if dice.random() < 0.1:
        length = max(2, round(height * 0.15))
        kernel = np.zeros((length, length), np.float32)
        kernel[length // 2, :] = 1 / length
        image = cv2.filter2D(image, -1, kernel if dice.random() < 0.5 else kernel.T.copy())
    ink, paper = dice.uniform(0, 130), dice.uniform(190, 255)
    values = ink + image.astype(np.float32) / 255 * (paper - ink)
    values += np.linspace(dice.uniform(-15, 15), dice.uniform(-15, 15), image.shape[1], dtype=np.float32)
    values += noise.normal(0, dice.uniform(0, 16), image.shape)
    if dice.random() < 0.25:
        values = _black_and_white(values, (ink + paper) / 2, dice, noise)
    if dice.random() < 0.08:
        specks = noise.random(image.shape) < dice.uniform(0.001, 0.02)
        values[specks] = dice.choice((ink, paper))
    result = np.clip(values, 0, 255).astype(np.uint8)
    if dice.random() < 0.45:
        quality = [cv2.IMWRITE_JPEG_QUALITY, dice.randint(18, 80)]
        result = np.asarray(cv2.imdecode(cv2.imencode(".jpg", result, quality)[1], cv2.IMREAD_GRAYSCALE), np.uint8)
    return result


def _black_and_white(values: np.ndarray, middle: float, dice: random.Random, noise: np.random.Generator) -> np.ndarray:
    """A fax: a threshold, now and then a lost or doubled line."""
    values = np.where(values > middle * dice.uniform(0.85, 1.2), 255.0, 0.0)
    if dice.random() < 0.3 and values.shape[0] > 12:
        lines = noise.integers(0, values.shape[0], dice.randint(1, 2))
        values[lines] = 255.0 if dice.random() < 0.6 else values[np.maximum(lines - 1, 0)]
    if dice.random() < 0.4:
        values = cv2.GaussianBlur(values, (0, 0), dice.uniform(0.4, 0.9))
    return values
