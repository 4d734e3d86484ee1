"""Blobs in a folder: whole or not there, and never twice."""

from __future__ import annotations

import hashlib
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import BlobsUnavailable, NotFound
from worker.store.blobs import STALE, FolderBlobs, Stored


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "sources")


def put(blobs: FolderBlobs, *pieces: bytes) -> Stored:
    with blobs.writer() as writer:
        for piece in pieces:
            writer.write(piece)
        return writer.keep()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_was_kept_comes_back(blobs: FolderBlobs) -> None:
    stored = put(blobs, b"ab", b"c")
    assert stored == Stored(hashlib.sha256(b"abc").hexdigest(), 3)
    assert blobs.exists(stored.sha256)
    with blobs.open(stored.sha256) as stream:
        assert stream.read() == b"abc"


def test_the_same_bytes_are_kept_once(blobs: FolderBlobs, tmp_path: Path) -> None:
    assert put(blobs, b"same") == put(blobs, b"sa", b"me")
    assert len(files(tmp_path)) == 1


def test_what_was_not_kept_leaves_nothing(blobs: FolderBlobs, tmp_path: Path) -> None:
    with blobs.writer() as writer:
        writer.write(b"half")
    with pytest.raises(KeyError), blobs.writer() as writer:
        writer.write(b"half")
        raise KeyError
    assert files(tmp_path) == []


def test_bytes_that_are_not_held_are_not_found(blobs: FolderBlobs) -> None:
    put(blobs, b"x")
    assert not blobs.exists("0" * 64)
    with pytest.raises(NotFound):
        blobs.open("0" * 64)


def test_a_folder_that_is_gone_may_come_back(tmp_path: Path) -> None:
    with pytest.raises(BlobsUnavailable):
        FolderBlobs(tmp_path / "unmounted").open("0" * 64)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "sources").write_text("a file stands in its place")
    with pytest.raises(BlobsUnavailable):
        FolderBlobs(tmp_path / "sources").writer()


def test_what_a_dead_writer_left_is_removed_after_a_day(blobs: FolderBlobs, tmp_path: Path) -> None:
    put(blobs, b"kept")
    left = tmp_path / "sources" / "unfinished" / "left"
    left.write_bytes(b"half")
    now = left.stat().st_mtime
    assert blobs.clean(now=now) == 0
    assert blobs.clean(now=now + STALE + 1) == 1
    assert [path.name for path in files(tmp_path)] == [hashlib.sha256(b"kept").hexdigest()]


@pytest.fixture
def no_room() -> Iterator[None]:
    """No file may grow beyond a mebibyte."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("no_room")
def test_a_full_disk_is_a_fault_that_may_pass(blobs: FolderBlobs, tmp_path: Path) -> None:
    with pytest.raises(BlobsUnavailable), blobs.writer() as writer:
        writer.write(b"x" * (2 << 20))
        writer.keep()
    assert files(tmp_path) == []
