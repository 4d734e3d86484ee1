"""A multipart body (RFC 7578) that goes to the disk as it comes in: memory holds one piece of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import unquote

from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool

from extractors.encoding import decode_name
from extractors.sources.members import printable
from models.errors import LimitExceeded, ServiceError
from worker import queues
from worker.store.blobs import Blobs, BlobWriter
from worker.store.documents import Arrival

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

#: Files of one request; more come in several requests.
MOST_FILES = 10_000
LONGEST_NAME = 1000
_MEBIBYTE = 1 << 20
_EXTENDED = re.compile(rb"filename\*=(?:UTF-8|utf-8)'[^']*'([^;\s]+)")


async def receive_files(
    stream: AsyncIterator[bytes], content_type: str, blobs: Blobs, *, most_megabytes: int
) -> list[Arrival]:
    """The files of a multipart body, kept. Nothing is recorded yet.

    Raises ServiceError (``invalid_request``) for a body that is none or breaks off, LimitExceeded (``too_large``),
    BlobsUnavailable.
    """
    left = most_megabytes * _MEBIBYTE
    with ExitStack() as stack:
        body = _Body(content_type, blobs, stack)
        async for piece in stream:
            left -= len(piece)
            if left < 0:
                hint = "Send it in several requests, or raise GOUJI_MAX_UPLOAD_MB."
                raise LimitExceeded(f"the request is larger than {most_megabytes} MiB", hint=hint)
            if piece:
                await run_in_threadpool(body.feed, piece)
        return body.files()


class _Body:
    """Follows the parser from part to part. Disk work happens in here, so it runs in a thread."""

    def __init__(self, content_type: str, blobs: Blobs, stack: ExitStack) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or b"boundary" not in options:
            raise ServiceError("the body is not multipart/form-data", hint="Send files: curl -F files=@report.pdf URL")
        self._blobs, self._stack = blobs, stack
        self._files: list[Arrival] = []
        self._writer: BlobWriter | None = None
        self._head = b""
        self._name = ""
        self._field: list[bytes] = [b"", b""]
        self._ended = False
        self._parser = MultipartParser(options[b"boundary"], self._callbacks())

    def _callbacks(self) -> MultipartCallbacks:
        return {
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_part_end": self._on_part_end,
            "on_end": self._on_end,
        }

    def feed(self, piece: bytes) -> None:
        """Take some more of the body."""
        try:
            self._parser.write(piece)
        except MultipartParseError as error:
            raise ServiceError(f"the body is not well formed: {error}") from error

    def files(self) -> list[Arrival]:
        """All files, once the body is over."""
        if not self._ended:
            raise ServiceError("the body breaks off before its end", hint="Send it again.")
        return self._files

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._field[0] += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._field[1] += data[start:end]

    def _on_header_end(self) -> None:
        name, value = self._field
        self._field = [b"", b""]
        if name.lower() == b"content-disposition":
            self._name = file_name(value)

    def _on_headers_finished(self) -> None:
        if not self._name:
            raise ServiceError("a part of the body is no file with a name", hint="Batch and tags go into the query.")
        if len(self._files) >= MOST_FILES:
            raise LimitExceeded(f"more than {MOST_FILES} files", hint="Send them in several requests.")
        self._head = b""
        self._writer = self._stack.enter_context(self._blobs.writer())

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        assert self._writer is not None
        piece = data[start:end]
        self._head = (self._head + piece)[: queues.HEAD] if len(self._head) < queues.HEAD else self._head
        self._writer.write(piece)

    def _on_part_end(self) -> None:
        assert self._writer is not None
        stored = self._writer.keep()
        self._stack.close()
        self._files.append(Arrival(self._name, stored.sha256, stored.size, queues.queue_for(self._head)))
        self._writer, self._name = None, ""

    def _on_end(self) -> None:
        self._ended = True


def file_name(disposition: bytes) -> str:
    """The name of a file in a Content-Disposition, as text that is safe to show; empty when there is none.

    It is a label and never a path on this machine, so folders in it are kept.
    """
    _, options = parse_options_header(disposition)
    extended = _EXTENDED.search(disposition)
    if extended:
        name = unquote(extended[1].decode("ascii", "replace"))
    else:
        raw = options.get(b"filename", b"")
        # Browsers and clients write these three for quotation marks and line ends (HTML, "multipart/form-data").
        raw = raw.replace(b"%22", b'"').replace(b"%0D", b" ").replace(b"%0A", b" ")
        name = decode_name(raw)
    steps = [step for step in name.replace("\\", "/").split("/") if step not in ("", ".", "..")]
    return printable("/".join(steps))[:LONGEST_NAME]
