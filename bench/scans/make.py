"""Scanned documents with their truth: pages of generated PDFs, rendered, damaged, and bound as pictures again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from bench.reports.files import LAYOUTS
from bench.reports.make import generate as generate_clean
from bench.scans.effects import Picture
from bench.scans.levels import LEVELS, Level

PRINTED = [layout for layout in LAYOUTS if layout.suffix == ".pdf"]


def generate(level_name: str, count: int, seed: int, out: Path) -> Path:
    """Write ``count`` scanned documents of a level below ``out`` and their truth; returns the truth file."""
    level = LEVELS[level_name]
    folder = out / f"{level_name}-{count}-{seed}"
    stamp = folder / "truth.jsonl"
    if stamp.exists():
        return stamp
    clean = generate_clean(count, seed, out / f"printed-{count}-{seed}", PRINTED)
    (folder / "documents").mkdir(parents=True, exist_ok=True)
    lines = []
    for line in clean.read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        source = clean.parent / "documents" / truth["source"]
        target = folder / "documents" / Path(truth["source"]).with_suffix(f".{level.container}").name
        _write(_scanned(source, level), level, target)
        lines.append(json.dumps({**truth, "source": target.name, "layout": level_name}, ensure_ascii=False))
    stamp.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return stamp


def _scanned(source: Path, level: Level) -> list[Image.Image]:
    """The pages of a PDF after the level's damage; the same document and level give the same pictures."""
    dice = np.random.default_rng(int.from_bytes(hashlib.sha256(f"{source.name}{level.name}".encode()).digest()[:4]))
    pages = rendered(source, level.dpi)
    scanned = []
    for number, page in enumerate(pages):
        damaged = level.damage(page, pages[number - 1], dice)
        picture = Image.fromarray(np.ascontiguousarray(damaged[:, :, ::-1]))
        scanned.append(picture.convert("1") if level.black_and_white else picture)
    return scanned


def rendered(source: Path, dpi: float) -> list[Picture]:
    """The pages of a PDF as pictures."""
    from pypdfium2 import PdfDocument

    with PdfDocument(source) as document:
        return [
            np.ascontiguousarray(document[number].render(scale=dpi / 72).to_numpy()[:, :, :3])
            for number in range(len(document))
        ]


def _write(pages: Sequence[Image.Image], level: Level, target: Path) -> None:
    first, rest = pages[0], list(pages[1:])
    if level.container == "tiff":
        compression = "group4" if level.black_and_white else "jpeg"
        first.save(target, save_all=True, append_images=rest, dpi=(level.dpi, level.dpi), compression=compression)
    else:
        first.save(target, "PDF", resolution=level.dpi, save_all=True, append_images=rest, quality=88)
