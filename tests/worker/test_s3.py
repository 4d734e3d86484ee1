"""Sources in a store that speaks S3: a real server in a process of its own, and the whole way of a document through it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from extractors.options import ExtractOptions
from models.errors import BlobsUnavailable, NotFound, UsageError
from tests.conftest import RedisServer, eventually, settings_for
from worker import jobs
from worker.services import open_services
from worker.store import batches, documents
from worker.store.blobs import Stored
from worker.store.documents import Arrival
from worker.store.records import Status

boto3 = pytest.importorskip("boto3", reason="the s3 extra is not installed")
pytest.importorskip("moto.server", reason="moto and flask are not installed")
from worker.store.s3 import IN_MEMORY, S3Blobs  # noqa: E402

TEXT = (Path(__file__).resolve().parents[2] / "samples" / "白石县统计局2020.txt").read_bytes()
URL = "s3://sources/gouji"


@pytest.fixture
def s3_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """A server with one bucket; boto3 finds it by its own settings."""
    log = tmp_path / "s3.log"
    with log.open("wb") as stream:
        server = subprocess.Popen([sys.executable, "-m", "moto.server", "-p", "0"], stdout=stream, stderr=stream)
    port = eventually(lambda: port_in(log), "the S3 server")
    for name, value in {
        "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket="sources")
    yield server
    server.kill()
    server.wait()


def port_in(log: Path) -> str:
    _, found, rest = log.read_text(errors="replace").partition("http://127.0.0.1:")
    return rest.split()[0] if found and rest.split() else ""


def put(blobs: S3Blobs, *pieces: bytes) -> Stored:
    with blobs.writer() as writer:
        for piece in pieces:
            writer.write(piece)
        return writer.keep()


@pytest.mark.usefixtures("s3_server")
def test_what_was_kept_comes_back_and_is_kept_once() -> None:
    blobs = S3Blobs(URL)
    large = b"x" * (2 * IN_MEMORY)
    for data in (b"", b"abc", large):
        stored = put(blobs, data[:2], data[2:])
        assert stored == put(blobs, data) == Stored(hashlib.sha256(data).hexdigest(), len(data))
        assert blobs.exists(stored.sha256)
        with blobs.open(stored.sha256) as stream:
            assert stream.read() == data
            stream.seek(1)
            assert stream.read(1) == data[1:2]
    listed = boto3.client("s3").list_objects_v2(Bucket="sources")["Contents"]
    assert len(listed) == 3 and all(one["Key"].startswith("gouji/") for one in listed)


@pytest.mark.usefixtures("s3_server")
def test_what_was_not_kept_leaves_nothing() -> None:
    blobs = S3Blobs(URL)
    with blobs.writer() as writer:
        writer.write(b"half")
    sha256 = hashlib.sha256(b"half").hexdigest()
    assert not blobs.exists(sha256)
    with pytest.raises(NotFound):
        blobs.open(sha256)


def test_a_store_that_does_not_answer_or_refuses_may_be_well_later(s3_server: subprocess.Popen[bytes]) -> None:
    with pytest.raises(BlobsUnavailable, match="refuses"):
        put(S3Blobs("s3://no-such-bucket"), b"x")
    s3_server.kill()
    s3_server.wait()
    with pytest.raises(BlobsUnavailable, match="does not answer"):
        put(S3Blobs(URL), b"x")


@pytest.mark.usefixtures("s3_server")
def test_a_document_is_read_from_there(redis_server: RedisServer, tmp_path: Path) -> None:
    settings = settings_for("", redis_server.url, tmp_path, sources_url=URL)
    with closing(open_services(settings, ExtractOptions())) as services:
        with services.blobs.writer() as writer:
            writer.write(TEXT)
            stored = writer.keep()
        with services.database.write() as session:
            batch = batches.ensure(session, "b", now=0.0)
        (taken,) = services.intake.take(batch.id, [Arrival("a.txt", stored.sha256, stored.size)])
        jobs.read_document(services, taken.id)
        with services.database.read() as session:
            assert documents.get(session, taken.id).status == Status.DONE
    assert not settings.sources.exists()


@pytest.mark.parametrize("url", ["s3://", "http://bucket", "bucket"])
def test_an_address_that_cannot_be_is_wrong_usage(url: str) -> None:
    with pytest.raises(UsageError, match="GOUJI_SOURCES_URL"):
        S3Blobs(url)
