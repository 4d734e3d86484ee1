"""The inbox: complete files only, nothing missed, nothing twice, every step safe to repeat."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Processes, eventually
from worker import jobs
from worker.inbox import Inbox, is_held_for_writing, shown
from worker.services import Services
from worker.settings import ServiceSettings
from worker.stability import EMPTY_PATIENCE, WINDOW, Face, Rest, is_unfinished_name
from worker.store import batches, documents
from worker.store.blobs import FolderBlobs
from worker.store.records import DocumentRecord, Status
from worker.watcher import Watcher

REPOSITORY = Path(__file__).resolve().parents[2]
TEXT = (REPOSITORY / "samples" / "白石县统计局2020.txt").read_bytes()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def watcher(services: Services, inbox: Path) -> Watcher:
    return Watcher(services, inbox)


def drop(inbox: Path, name: str, data: bytes = TEXT) -> Path:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def read_all(services: Services) -> None:
    """What the workers would do."""
    while waiting := [d for d in listed(services) if d.status in (Status.RECEIVED, Status.QUEUED)]:
        for document in waiting:
            jobs.read_document(services, document.id)


def listed(services: Services) -> list[DocumentRecord]:
    with services.database.read() as session:
        return [d for batch in batches.page(session) for d in documents.page(session, batch.id, limit=1000)]


def until(watcher: Watcher, what: Callable[[], object]) -> None:
    def look() -> object:
        watcher.look()
        return what()

    eventually(look, "the watcher")


def run_through(watcher: Watcher, services: Services, files: int) -> None:
    """Until so many documents came in and everything is put away."""
    until(watcher, lambda: len(listed(services)) >= files)
    read_all(services)
    until(watcher, lambda: all(d.settled for d in listed(services)))


def tree(inbox: Path) -> set[str]:
    return {path.relative_to(inbox).as_posix() for path in inbox.rglob("*") if path.is_file()}


def receipt(inbox: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((inbox / f"{name}.json").read_text("utf-8"))
    return found


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return buffer.getvalue()


def test_a_file_goes_from_the_inbox_to_done_with_its_report_beside_it(
    watcher: Watcher, services: Services, inbox: Path
) -> None:
    drop(inbox, "青禾县/2024/报告.txt")
    until(watcher, lambda: listed(services))
    assert tree(inbox) == {"working/青禾县/2024/报告.txt"}
    run_through(watcher, services, 1)
    assert tree(inbox) == {"done/青禾县/2024/报告.txt", "done/青禾县/2024/报告.txt.json"}
    found = receipt(inbox, "done/青禾县/2024/报告.txt")
    assert (found["batch"], found["tags"], found["name"]) == ("青禾县/2024", ["青禾县", "2024"], "青禾县/2024/报告.txt")
    assert found["results"][0]["schema"] == "gouji.report/1"


def test_what_cannot_be_read_goes_to_failed_with_the_reason(watcher: Watcher, services: Services, inbox: Path) -> None:
    drop(inbox, "坏.pdf", b"%PDF-1.7 cut")
    run_through(watcher, services, 1)
    assert tree(inbox) == {"failed/坏.pdf", "failed/坏.pdf.json"}
    found = receipt(inbox, "failed/坏.pdf")
    assert (found["status"], found["batch"]) == ("failed", "inbox")
    assert found["error"]["code"] == found["results"][0]["error"]["code"] == "truncated"


def test_an_archive_waits_for_its_members_and_fails_with_any_of_them(
    watcher: Watcher, services: Services, inbox: Path
) -> None:
    drop(inbox, "好.zip", zipped(a_txt=TEXT))
    drop(inbox, "坏.zip", zipped(a_txt=TEXT, b_pdf=b"%PDF-1.7 cut"))
    run_through(watcher, services, 2)
    assert tree(inbox) == {"done/好.zip", "done/好.zip.json", "failed/坏.zip", "failed/坏.zip.json"}
    members = {m["name"]: m for m in receipt(inbox, "failed/坏.zip")["members"]}
    assert {name: m["status"] for name, m in members.items()} == {"坏.zip/a.txt": "done", "坏.zip/b.pdf": "failed"}
    assert members["坏.zip/b.pdf"]["error"]["code"] == "truncated"


def test_a_file_that_grows_is_left_alone(watcher: Watcher, services: Services, inbox: Path) -> None:
    path = drop(inbox, "a.txt", b"begin")
    other = drop(inbox, "b.txt")
    with path.open("ab") as stream:

        def grow() -> object:
            stream.write(b"more")
            stream.flush()
            return not other.exists()

        until(watcher, grow)
        assert {d.name for d in listed(services)} == {"b.txt"}
    run_through(watcher, services, 2)
    assert "failed/a.txt" in tree(inbox)


def test_a_file_that_is_open_for_writing_is_left_alone_however_long_it_rests(
    watcher: Watcher, services: Services, inbox: Path
) -> None:
    path, other = drop(inbox, "a.txt"), drop(inbox, "b.txt")
    with path.open("ab") as stream:
        with path.open("rb") as looked_at:
            if not is_held_for_writing(looked_at.fileno()):
                pytest.skip("the file system knows no leases")
        until(watcher, lambda: not other.exists())
        watcher.look()
        assert path.exists()
        stream.flush()
    until(watcher, lambda: not path.exists())


def test_unfinished_and_foreign_names_are_left_alone(watcher: Watcher, services: Services, inbox: Path) -> None:
    names = {"a.pdf.part", "b.crdownload", ".hidden.pdf", "~$lock.docx", "Thumbs.db", "页_files/x.html", "页.html"}
    for name in names - {"页.html"}:
        drop(inbox, name)
    drop(inbox, "页.html")
    os.symlink("/etc/passwd", inbox / "link.txt")
    os.mkfifo(inbox / "pipe.txt")
    run_through(watcher, services, 1)
    assert [d.name for d in listed(services)] == ["页.html"]
    assert names - {"页.html"} <= tree(inbox) | {"~$lock.docx"}


def test_names_in_any_encoding_keep_their_bytes_and_are_shown_as_text(
    watcher: Watcher, services: Services, inbox: Path
) -> None:
    raw = "青禾县审计局.txt".encode("gb18030")
    broken = b"a\xff\xfe\x80.txt"
    for name in (raw, broken):
        with open(os.path.join(os.fsencode(inbox), name), "wb") as stream:
            stream.write(TEXT + name)
    run_through(watcher, services, 2)
    assert {raw, broken} <= set(os.listdir(os.fsencode(inbox / "done")))
    names = {d.name for d in listed(services)}
    assert "青禾县审计局.txt" in names
    assert all(name.encode() for name in names)


def test_the_same_file_again_is_not_read_again(watcher: Watcher, services: Services, inbox: Path) -> None:
    for _ in range(2):
        drop(inbox, "a.txt")
        until(watcher, lambda: not (inbox / "a.txt").exists())
        run_through(watcher, services, 1)
        assert tree(inbox) == {"done/a.txt", "done/a.txt.json"}
    (document,) = listed(services)
    assert document.attempts == 1


def test_another_file_of_the_same_name_does_not_push_the_first_one_out(
    watcher: Watcher, services: Services, inbox: Path
) -> None:
    drop(inbox, "a.txt")
    run_through(watcher, services, 1)
    drop(inbox, "a.txt", TEXT + b" ")
    run_through(watcher, services, 2)
    found = {name for name in tree(inbox) if not name.endswith(".json")}
    assert len(found) == 2
    assert {(inbox / name).read_bytes() for name in found} == {TEXT, TEXT + b" "}


def test_another_try_moves_the_file_from_failed_to_done(watcher: Watcher, services: Services, inbox: Path) -> None:
    drop(inbox, "a.txt")
    until(watcher, lambda: listed(services))
    (document,) = listed(services)
    assert document.sha256
    assert isinstance(services.blobs, FolderBlobs)
    blob = services.blobs.path(document.sha256)
    blob.rename(blob.with_suffix(".away"))
    run_through(watcher, services, 1)
    assert tree(inbox) == {"failed/a.txt", "failed/a.txt.json"}
    blob.with_suffix(".away").rename(blob)
    with services.database.write() as session:
        again = documents.retry(session, document.id)
    services.intake.send([again])
    run_through(watcher, services, 1)
    assert tree(inbox) == {"done/a.txt", "done/a.txt.json"}


class Interrupted(BaseException):
    """The watcher dies here."""


@pytest.mark.parametrize("step", ["before recording", "before moving", "before putting away", "before marking"])
def test_a_watcher_that_dies_anywhere_goes_on_where_it_was(
    services: Services, inbox: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped = drop(inbox, "青禾县/a.txt")
    doomed = Watcher(services, inbox)

    def die(*_: object, **__: object) -> None:
        raise Interrupted

    where = {
        "before recording": (services.intake, "take"),
        "before moving": (Inbox, "move"),
        "before putting away": (Inbox, "move"),
        "before marking": ("worker.store.upkeep", "mark_settled"),
    }[step]
    if step in ("before putting away", "before marking"):
        until(doomed, lambda: listed(services))
        read_all(services)
    target = sys.modules[where[0]] if isinstance(where[0], str) else where[0]
    with monkeypatch.context() as patched:
        patched.setattr(target, where[1], die)
        with pytest.raises(Interrupted):
            until(doomed, lambda: False)
    read_all(services)
    reborn = Watcher(services, inbox)
    reborn.return_strays()
    until(reborn, lambda: not dropped.exists())
    run_through(reborn, services, 1)
    assert tree(inbox) == {"done/青禾县/a.txt", "done/青禾县/a.txt.json"}
    assert [(d.status, d.attempts) for d in listed(services)] == [(Status.DONE, 1)]


def test_a_stray_in_work_comes_in_again(watcher: Watcher, services: Services, inbox: Path) -> None:
    drop(inbox, "working/青禾县/a.txt")
    watcher.return_strays()
    run_through(watcher, services, 1)
    assert tree(inbox) == {"done/青禾县/a.txt", "done/青禾县/a.txt.json"}


def test_a_file_that_somebody_takes_away_from_work_is_read_all_the_same(
    watcher: Watcher, services: Services, inbox: Path
) -> None:
    drop(inbox, "a.txt")
    until(watcher, lambda: listed(services))
    (inbox / "working" / "a.txt").unlink()
    run_through(watcher, services, 1)
    assert tree(inbox) == {"done/a.txt.json"}


def test_an_inbox_that_goes_and_comes_back_is_waited_for(
    services: Services, inbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stop, wake = threading.Event(), threading.Event()
    inbox.rmdir()
    thread = threading.Thread(target=Watcher(services, inbox).run, args=(stop, wake))
    thread.start()
    try:
        eventually(lambda: "not there" in caplog.text, "the watcher to say so")
        drop(inbox, "a.txt")
        wake.set()
        eventually(lambda: listed(services), "the file to come in")
    finally:
        stop.set()
        wake.set()
        thread.join()
    assert caplog.text.count("not there") == 1


def test_a_full_disk_stops_nothing_for_good(
    watcher: Watcher, services: Services, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(inbox, "a.txt")
    until(watcher, lambda: listed(services))
    read_all(services)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        watcher.put_away()
    assert tree(inbox) == {"working/a.txt"}
    until(watcher, lambda: all(d.settled for d in listed(services)))
    assert "done/a.txt" in tree(inbox)


LOOK = """
import sys, json, time
from pathlib import Path
from extractors.options import ExtractOptions
from worker.services import open_services
from worker.settings import ServiceSettings
from worker.watcher import Watcher
settings = ServiceSettings.model_validate(json.loads(sys.argv[1]))
watcher = Watcher(open_services(settings, ExtractOptions()), Path(sys.argv[2]))
deadline = time.monotonic() + 60
while (Path(sys.argv[2]) / "good.txt").exists() and time.monotonic() < deadline:
    watcher.look()
    time.sleep(0.02)
"""
# Root may read anything, unless it gives this up.
WITHOUT_RIGHTS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"] if os.geteuid() == 0 else []


def test_what_may_not_be_read_or_listed_is_named_and_stops_nothing(settings: ServiceSettings, inbox: Path) -> None:
    drop(inbox, "secret.txt").chmod(0)
    closed = drop(inbox, "closed/x.txt").parent
    closed.chmod(0)
    drop(inbox, "good.txt")
    given = {name: str(getattr(settings, name)) for name in ("data_dir", "database_url", "broker_url")}
    try:
        done = subprocess.run(
            [*WITHOUT_RIGHTS, sys.executable, "-c", LOOK, json.dumps({**given, "settle_seconds": 0.2}), str(inbox)],
            cwd=REPOSITORY, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        closed.chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert "not read: Permission denied" in done.stderr
    assert "folder not listed" in done.stderr
    assert tree(inbox) == {"secret.txt", "closed/x.txt", "working/good.txt"}


def test_the_command_watches_and_stops_at_a_signal(
    settings: ServiceSettings, services: Services, inbox: Path, processes: Processes
) -> None:
    drop(inbox, "early.txt")
    watch = processes.start(settings, "watch", str(inbox))
    processes.start(settings, "worker")
    eventually(lambda: "done/early.txt" in tree(inbox), "what fell in before it began")
    drop(inbox, "县/late.txt", TEXT + b"\n")
    eventually(lambda: "done/县/late.txt.json" in tree(inbox), "what fell in later")
    watch.send_signal(signal.SIGTERM)
    assert watch.wait(30) == 0, processes.logs()


FACES = st.builds(Face, st.integers(1, 2), st.integers(0, 2), st.integers(0, 2))


@given(st.lists(st.tuples(FACES, st.floats(0.01, 3.0)), min_size=1, max_size=20))
def test_a_file_is_complete_only_after_rest_with_one_face(looks: list[tuple[Face, float]]) -> None:
    rest, now, since, before = Rest(2.0), 0.0, 0.0, None
    for face, passed in looks:
        now += passed
        if face != before:
            since, before = now, face
        needed = 2.0 if face.size else 2.0 * EMPTY_PATIENCE
        assert rest.is_complete("a", (face,), now) == (now - since >= needed)


def test_only_so_many_files_are_remembered() -> None:
    rest = Rest(1.0)
    for number in range(WINDOW + 100):
        assert not rest.is_complete(number, (Face(number, 1, 1),), 0.0)
    assert rest.waiting == WINDOW
    rest.forget(0)
    rest.keep_only(set(range(10)))
    assert rest.waiting == 9


@pytest.mark.parametrize(
    ("name", "unfinished"), [("a.pdf", False), ("A.PDF.PART", True), (".a", True), ("~$a.docx", True), ("part", False)]
)
def test_names_that_say_unfinished(name: str, unfinished: bool) -> None:
    assert is_unfinished_name(name) is unfinished


@pytest.mark.parametrize("raw", ["报告.pdf".encode(), "报告.pdf".encode("gbk")])
def test_names_are_shown_as_they_were_meant(raw: bytes) -> None:
    assert shown(os.fsdecode(raw)) == "报告.pdf"
