"""What was submitted as a document: one file, or the pictures that together are one."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import PurePosixPath
from typing import IO

from models.errors import NotFound
from worker.store.blobs import Blobs
from worker.store.documents import pictures_of
from worker.store.records import DocumentRecord

#: A zip that is larger goes to the disk while it is made.
IN_MEMORY = 8 << 20


def open_source(blobs: Blobs, document: DocumentRecord) -> IO[bytes]:
    """The bytes of a document; of several pictures a zip of those that were had. Raises NotFound, BlobsUnavailable."""
    pictures = [picture for picture in pictures_of(document) if picture.sha256 is not None]
    if not pictures:
        return blobs.open(_had(document.sha256))
    packed = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - whoever reads it closes it
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:  # pictures are packed as they are
        for picture in pictures:
            name = PurePosixPath(picture.name).name
            with blobs.open(_had(picture.sha256)) as stream, archive.open(name, "w") as target:
                shutil.copyfileobj(stream, target)
    packed.seek(0)
    return packed


def place_of_page(document: DocumentRecord, page: int) -> tuple[str, str, int]:
    """In which file a page stands, by name and hash, and its number there. Raises NotFound."""
    pictures = pictures_of(document)
    if not pictures:
        return document.name, _had(document.sha256), page
    if page > len(pictures):
        raise NotFound(f"there is no page {page}")
    picture = pictures[page - 1]
    return picture.name, _had(picture.sha256), 1


def _had(sha256: str | None) -> str:
    if sha256 is None:
        raise NotFound("the bytes of this document were never had")
    return sha256
