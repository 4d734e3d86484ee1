"""Numbered pictures of pages that come in together are one document, as they are for ``gouji extract``.

Names decide when documents come in, what stands on the pages decides when they are read: pictures that turn out to be reports
each are then taken apart, as if they had come in an archive.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from extractors.page import Content
from extractors.pipeline import are_reports_each, joined, one_picture, read_picture, results_of, results_of_picture
from extractors.sources.limits import MEBIBYTE
from extractors.sources.pictures import has_pages, in_sets, sets_among
from extractors.sources.sniff import media_type
from extractors.sources.source import Source
from extractors.sources.unpack import SourceFailure
from models.errors import UnreadableSource
from models.report import Result
from worker import queues
from worker.services import Services
from worker.store.blobs import Blobs
from worker.store.documents import Arrival, Picture
from worker.store.leases import Claimed

Item = TypeVar("Item")
_PIECE = 1 << 20
#: Bytes that tell one kind of picture from another.
_HEAD = 64


class Apart(Exception):
    """The pictures are no pages of one document. ``results`` are those of each picture, where it was read on the way."""

    def __init__(self, results: Sequence[tuple[Picture, list[Result]]] = ()) -> None:
        super().__init__("pictures that are documents each")
        self.results = results


def gathered(blobs: Blobs, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Arrivals that come together, those that may be the pages of one document made one. Their bytes are held already.

    Raises BlobsUnavailable.
    """
    return [as_one(blobs, members) for members in grouped(blobs, arrivals, lambda arrival: arrival)]


def gathered_neighbours(blobs: Blobs, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """The same where pictures of one document follow each other, as they come out of an archive."""
    return [as_one(blobs, members) for members in grouped(blobs, arrivals, lambda arrival: arrival, in_sets)]


Sets = Callable[[Sequence[tuple[str, Any]], Callable[[Any], bool]], Iterable[list[tuple[str, Any]]]]


def grouped(
    blobs: Blobs, items: Sequence[Item], arrival_of: Callable[[Item], Arrival], sets: Sets = sets_among
) -> list[list[Item]]:
    """What may be the pages of one document together, in their order, and everything else by itself."""

    def is_alone(item: Item) -> bool:
        sha256 = arrival_of(item).sha256
        if sha256 is None:
            return False
        with blobs.open(sha256) as stream:
            return has_pages(stream)

    found = sets([(arrival_of(item).name, item) for item in items], is_alone)
    return [some for members in found for some in _with_bytes([item for _, item in members], arrival_of)]


def _with_bytes(items: list[Item], arrival_of: Callable[[Item], Arrival]) -> list[list[Item]]:
    """Pictures of which none could be had are no document."""
    return [[one] for one in items] if all(arrival_of(one).sha256 is None for one in items) else [items]


def as_one(blobs: Blobs, arrivals: Sequence[Arrival]) -> Arrival:
    """Pictures as one document, in their order; one alone stays what it is."""
    if len(arrivals) == 1:
        return arrivals[0]
    files = tuple(Picture(arrival.name, arrival.sha256, arrival.size, arrival.error) for arrival in arrivals)
    is_ocr = any(arrival.queue == queues.OCR for arrival in arrivals)
    return Arrival(
        name=files[0].name,
        sha256=_digest(blobs, files),
        size=sum(file.size for file in files),
        queue=queues.OCR if is_ocr else queues.DIGITAL,
        files=files,
    )


def _digest(blobs: Blobs, files: Sequence[Picture]) -> str:
    """The hash of all of them one behind the other, as ``gouji extract`` has it."""
    digest = hashlib.sha256()
    for file in files:
        if file.sha256 is not None:
            with blobs.open(file.sha256) as stream:
                while piece := stream.read(_PIECE):
                    digest.update(piece)
    return digest.hexdigest()


def taken_apart(files: Sequence[Picture], queue: str) -> list[Arrival]:
    """Each picture as a document by itself."""
    return [Arrival(file.name, file.sha256, file.size, queue, error=file.error) for file in files]


def is_too_large(services: Services, claimed: Claimed) -> bool:
    """Whether the pictures are together larger than a source may be."""
    return sum(file.size for file in claimed.files) > services.options.max_source_mb * MEBIBYTE


def read_set(services: Services, claimed: Claimed) -> list[Result]:
    """The reports of pictures that are one document. Raises Apart when they are not, BlobsUnavailable."""
    started = time.perf_counter()
    contents = [read_picture(found, services.options) for found in _pictures(services, claimed)]
    try:
        return reports_of(services, claimed, joined(contents), started)
    except Apart:
        found = zip(claimed.files, _pictures(services, claimed), contents, strict=True)
        options = services.options
        raise Apart([(f, results_of_picture(one, read, options, started)) for f, one, read in found]) from None


def read_some(services: Services, claimed: Claimed, first: int) -> Content:
    """What is on some of the pictures, as pages counted from ``first``."""
    return joined([read_picture(found, services.options) for found in _pictures(services, claimed)], first)


def reports_of(services: Services, claimed: Claimed, whole: Content, started: float) -> list[Result]:
    """The reports on pages that were read of pictures. Raises Apart when nearly each of them begins one."""
    if are_reports_each(whole):
        raise Apart
    names = tuple(file.name for file in claimed.files)
    source = Source(claimed.name, b"", _kind(services, claimed.files), names, claimed.sha256)
    return results_of(source, whole, services.options, started)


def _kind(services: Services, files: Sequence[Picture]) -> str:
    first = next(file.sha256 for file in files if file.sha256)
    with services.blobs.open(first) as stream:
        return media_type(stream.read(_HEAD) or b"\0")


def _pictures(services: Services, claimed: Claimed) -> Iterator[Source | SourceFailure]:
    """One after the other, so that memory holds one of them."""
    for file in claimed.files:
        if file.sha256 is None:
            code, message = file.error or ("unreadable", "its bytes could not be had")
            yield SourceFailure(file.name, None, UnreadableSource(message, code=code))
            continue
        with services.blobs.open(file.sha256) as stream:
            data = stream.read()
        yield one_picture(file.name, data, services.options)
