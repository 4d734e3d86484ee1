"""The bytes of sources in a store that speaks S3, for machines that share no folder. Needs the ``s3`` extra (boto3).

Who may call, and where the store is if it is not Amazon's, come from boto3's own settings (``AWS_ACCESS_KEY_ID``,
``AWS_SECRET_ACCESS_KEY``, ``AWS_REGION``, ``AWS_ENDPOINT_URL``).
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO, Any, BinaryIO, Self, cast
from urllib.parse import urlsplit

from models.errors import BlobsUnavailable, NotFound, UsageError
from worker.store.blobs import AT_ONCE, Stored

#: Bytes of a source that are held in memory; what is larger goes to a temporary file, on the way in and out.
IN_MEMORY = 8 << 20
#: Seconds for which a connection is waited for, and how often a call is tried before the fault is told.
_CONNECT, _TRIES = 5, 4


class S3Blobs:
    """Blobs in a bucket: ``prefix/ab/abcd…``. A store of this kind takes an object as a whole or not at all."""

    def __init__(self, url: str) -> None:
        """``url`` is ``s3://bucket/prefix``. Raises UsageError when it is none, or boto3 is not installed."""
        parts = urlsplit(url)
        if parts.scheme != "s3" or not parts.netloc:
            raise UsageError(f"GOUJI_SOURCES_URL={url!r} is no s3://BUCKET/PREFIX")
        self._bucket, self._prefix = parts.netloc, parts.path.strip("/")
        self._client = _client()

    def writer(self) -> S3Writer:
        """A new blob, collected on this machine first: its name is the hash of all of it."""
        return S3Writer(self)

    def open(self, sha256: str) -> BinaryIO:
        """The bytes, fetched as a whole, so that they can be read in any order."""
        copy = cast(BinaryIO, _temporary())
        try:
            with _translated(sha256):
                self._client.download_fileobj(self._bucket, self._key(sha256), copy)
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return copy

    def exists(self, sha256: str) -> bool:
        """Whether there is such an object."""
        try:
            with _translated(sha256):
                self._client.head_object(Bucket=self._bucket, Key=self._key(sha256))
        except NotFound:
            return False
        return True

    def clean(self, *, now: float | None = None) -> int:
        """Nothing: what a writer that died had begun is for the lifecycle rules of the bucket."""
        return 0

    def put(self, sha256: str, stream: IO[bytes]) -> None:
        """Keep an object unless it is there."""
        if not self.exists(sha256):
            with _translated(sha256):
                self._client.upload_fileobj(stream, self._bucket, self._key(sha256))

    def _key(self, sha256: str) -> str:
        return "/".join(filter(None, (self._prefix, sha256[:2], sha256)))


class S3Writer:
    """Bytes that are being collected; they count only once they are kept."""

    def __init__(self, blobs: S3Blobs) -> None:
        self._blobs, self._stream = blobs, _temporary()
        self._digest, self._size = hashlib.sha256(), 0

    def write(self, piece: bytes) -> None:
        """Take some more bytes."""
        try:
            self._stream.write(piece)
        except OSError as error:
            raise BlobsUnavailable("sources cannot be written now", detail=repr(error)) from error
        self._digest.update(piece)
        self._size += len(piece)

    def keep(self) -> Stored:
        """Send it; when this returns the store has it."""
        stored = Stored(self._digest.hexdigest(), self._size)
        self._stream.seek(0)
        self._blobs.put(stored.sha256, self._stream)
        return stored

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()


def _temporary() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(IN_MEMORY)  # its owner closes it


def _client() -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise UsageError("GOUJI_SOURCES_URL needs boto3.", hint="pip install 'gouji[s3]'") from error
    retries: Any = {"max_attempts": _TRIES, "mode": "standard"}
    config = Config(connect_timeout=_CONNECT, retries=retries, max_pool_connections=2 * AT_ONCE)
    return boto3.client("s3", config=config)


@contextmanager
def _translated(sha256: str) -> Iterator[None]:
    """boto3's faults as ours: an object that is not there, or a store that does not answer as it should."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey", "NotFound"):
            raise NotFound("the bytes of this source are not held", detail=sha256) from error
        raise BlobsUnavailable("the store of sources refuses", detail=repr(error)) from error
    except (BotoCoreError, Boto3Error, OSError) as error:
        raise BlobsUnavailable("the store of sources does not answer", detail=repr(error)) from error
