"""Numbered pictures in the service: one document, by whichever door they come in, and apart when they are reports each."""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from api.http.app import make_app
from extractors.options import ExtractOptions
from extractors.pipeline import extract_files
from models.errors import StoreUnavailable
from models.report import Report, to_json
from tests.conftest import RedisServer, eventually, settings_for
from tests.worker.test_watcher import drop, listed, read_all, receipt, run_through, tree, until
from worker.bundles import send_woken
from worker.services import Services, open_services
from worker.stability import PICTURE_PATIENCE
from worker.store import documents, results
from worker.store.records import DocumentRecord, Kind, Status
from worker.watcher import Watcher

pytest.importorskip("openvino", reason="the ocr extra is not installed")
PDF = Path(__file__).resolve().parents[2] / "samples" / "青禾县人民政府2024年年报.pdf"
OPTIONS = ExtractOptions(tagger_model="none")


@pytest.fixture
def services(redis_server: RedisServer, tmp_path: Path) -> Iterator[Services]:
    with closing(open_services(settings_for("", redis_server.url, tmp_path), OPTIONS)) as made:
        yield made


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(make_app(services), base_url="http://localhost") as made:
        yield made


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def blank(number: int) -> bytes:
    """A page without anything, each of another size: what matters here is which files are one document."""
    buffer = io.BytesIO()
    Image.new("L", (300 + number, 400), "white").save(buffer, "PNG")
    return buffer.getvalue()


def named(*numbers: int) -> list[tuple[str, bytes]]:
    return [(f"扫描/页_{number:02}.png", blank(number)) for number in numbers]


@pytest.fixture(scope="module")
def pages() -> list[bytes]:
    """The pages of a sample as JPEG."""
    from pypdfium2 import PdfDocument

    found = []
    with PdfDocument(PDF) as document:
        for page in document:
            buffer = io.BytesIO()
            page.render(scale=150 / 72).to_pil().convert("L").save(buffer, "JPEG", quality=90)
            found.append(buffer.getvalue())
    return found


def submit(client: TestClient, *files: tuple[str, bytes], **query: bool) -> list[dict[str, object]]:
    answer = client.post("/v1/batches", params={"name": "b", **query}, files=[("files", file) for file in files])
    assert answer.status_code == 202, answer.text
    found: list[dict[str, object]] = answer.json()["documents"]
    return found


def zipped(files: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def results_of(services: Services, document: DocumentRecord) -> list[Report]:
    with services.database.read() as session:
        found = results.of_document(session, documents.get(session, document.id))
    assert all(isinstance(one, Report) for one in found)
    return [one for one in found if isinstance(one, Report)]


def test_the_pages_of_a_report_are_read_as_gouji_extract_reads_them(
    client: TestClient, services: Services, pages: list[bytes]
) -> None:
    files = [(f"a/scan_{number}.jpg", data) for number, data in enumerate(pages, 1)]
    (sent,) = submit(client, *reversed(files))
    assert sent["files"] == [name for name, _ in files]
    assert sent["sha256"] == hashlib.sha256(b"".join(pages)).hexdigest()
    read_all(services)
    (document,) = listed(services)
    (report,) = results_of(services, document)
    (alone,) = extract_files(files, OPTIONS)
    same = {"pipeline": {"seconds"}}
    assert isinstance(alone, Report) and report.model_dump(exclude=same) == alone.model_dump(exclude=same)
    assert report.report.organ.value == "青禾县人民政府"
    last = client.get(f"/v1/documents/{document.id}/pages/{len(pages)}.png")
    shown, given = Image.open(io.BytesIO(last.content)), Image.open(io.BytesIO(pages[-1]))
    assert shown.width / shown.height == pytest.approx(given.width / given.height, rel=0.01)
    assert client.get(f"/v1/documents/{document.id}/pages/{len(pages) + 1}.png").status_code == 404
    packed = zipfile.ZipFile(io.BytesIO(client.get(f"/v1/documents/{document.id}/source").content))
    assert [packed.read(name) for name in packed.namelist()] == pages
    assert client.get(f"/documents/{document.id}").status_code == 200


def test_pictures_that_each_begin_a_report_become_documents_each(
    client: TestClient, services: Services, pages: list[bytes]
) -> None:
    other = io.BytesIO()
    Image.open(io.BytesIO(pages[0])).save(other, "JPEG", quality=80)
    files = [("a_1.jpg", pages[0]), ("a_2.jpg", other.getvalue())]
    submit(client, *files)
    read_all(services)
    whole, *parts = listed(services)
    assert (whole.kind, whole.status) == (Kind.ARCHIVE, Status.DONE)
    assert [(part.name, part.status, part.parent_id) for part in parts] == [
        ("a_1.jpg", Status.DONE, whole.id),
        ("a_2.jpg", Status.DONE, whole.id),
    ]
    found = [report for part in parts for report in results_of(services, part)]
    assert [report.source.name for report in found] == ["a_1.jpg", "a_2.jpg"]
    assert [part.attempts for part in parts] == [1, 1]
    assert client.get("/v1/batches/1").json()["progress"]["total"] == 2
    submit(client, *files)
    read_all(services)
    assert len(listed(services)) == 3, "sent again, they are known"


def test_a_name_decides_only_where_it_is_let(client: TestClient) -> None:
    found = submit(client, *named(1, 2, 3), ("报告1.pdf", b"x"), ("扫描/页_4.jpg", b"y"))
    assert [len(one["files"]) for one in found] == [3, 0, 0]  # type: ignore[arg-type]
    apart = submit(client, *named(1, 2, 3), join=False)
    assert [one["files"] for one in apart] == [[], [], []]
    again = submit(client, *named(3, 1, 2))
    assert again[0]["id"] == found[0]["id"], "the same pictures in another order of sending are the same document"


def test_members_of_an_archive_are_one_document_however_they_lie_between_others(
    client: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.members.GROUP", 2)
    files = named(1, 2, 3, 4, 5)
    submit(client, ("z.zip", zipfile_of(files[:2], [("x.txt", b"no report")], files[2:])))
    read_all(services)
    archive, *members = listed(services)
    assert archive.kind == Kind.ARCHIVE
    names = sorted((member.name, len(member.files or ())) for member in members)
    assert names == [("z.zip/x.txt", 0), ("z.zip/扫描/页_01.png", 5)]


def zipfile_of(*groups: list[tuple[str, bytes]]) -> bytes:
    return zipped([file for group in groups for file in group])


def test_a_picture_that_is_lost_is_a_page_that_was_not_read(client: TestClient, services: Services) -> None:
    data = zipped(named(1, 2, 3))
    at = data.index(blank(2))
    submit(client, ("z.zip", data[: at + 40] + b"\0\0\0\0" + data[at + 44 :]))
    read_all(services)
    _, found = listed(services)
    assert [(file[0][-6:-4], file[1] is None) for file in found.files or ()] == [
        ("01", False),
        ("02", True),
        ("03", False),
    ]
    assert found.status == Status.FAILED, "none of the pages holds anything"
    assert client.get(f"/v1/documents/{found.id}/pages/3.png").status_code == 200
    assert client.get(f"/v1/documents/{found.id}/pages/2.png").status_code == 404


def test_more_pictures_than_one_task_reads_are_read_by_ranges(
    redis_server: RedisServer, tmp_path: Path, pages: list[bytes]
) -> None:
    settings = settings_for("", redis_server.url, tmp_path, range_pages=1)
    with (
        closing(open_services(settings, OPTIONS)) as services,
        TestClient(make_app(services), base_url="http://localhost") as client,
    ):
        submit(client, *((f"scan_{number}.jpg", data) for number, data in enumerate(pages, 1)))
        read_all(services)
        with services.database.read() as session:
            parts = list(session.query(DocumentRecord).filter_by(kind=Kind.RANGE))
        assert len(parts) == len(pages)
        for part in parts:
            read_range(services, part)
        read_all(services)
        (document,) = listed(services)
        (report,) = results_of(services, document)
        seen = {cell.evidence.page for cell in report.cells.values() if cell.evidence}
        assert report.source.pages == (1, len(pages)) and seen <= set(range(1, len(pages) + 1)) and len(seen) > 1


def read_range(services: Services, part: DocumentRecord) -> None:
    from worker import jobs

    jobs.read_document(services, part.id)
    send_woken(services)


def test_pictures_larger_together_than_a_source_may_be_are_documents_each(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    files = [(f"{number}.bmp", bmp(number)) for number in (1, 2)]
    options = OPTIONS.model_copy(update={"max_source_mb": 1})
    with (
        closing(open_services(settings_for("", redis_server.url, tmp_path), options)) as services,
        TestClient(make_app(services), base_url="http://localhost") as client,
    ):
        submit(client, *files)
        read_all(services)
        assert [document.kind for document in listed(services)] == [Kind.ARCHIVE, Kind.FILE, Kind.FILE]


def bmp(number: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (800 + number, 800), "white").save(buffer, "BMP")
    return buffer.getvalue()


def test_a_folder_of_pictures_goes_through_the_inbox_as_one(services: Services, inbox: Path) -> None:
    watcher = Watcher(services, inbox)
    for name, data in named(1, 2, 3):
        drop(inbox, name, data)
    run_through(watcher, services, 1)
    (document,) = listed(services)
    assert (document.name, len(document.files or ())) == ("扫描/页_01.png", 3)
    assert tree(inbox) == {
        *(f"failed/扫描/页_0{number}.png" for number in (1, 2, 3)),
        "failed/扫描/页_01.png.json",
    }
    assert receipt(inbox, "failed/扫描/页_01.png")["files"] == [name for name, _ in named(1, 2, 3)]
    for name, data in named(1, 2, 3):
        drop(inbox, name, data)
    until(
        watcher, lambda: not any(path.parent.name == "扫描" and path.parent.parent == inbox for path in files_in(inbox))
    )
    until(watcher, lambda: all(d.settled for d in listed(services)))
    assert len(listed(services)) == 1 and len(tree(inbox)) == 4, "the same again is the same document at the same place"


def files_in(inbox: Path) -> list[Path]:
    return [path for path in inbox.rglob("*") if path.is_file()]


def test_pictures_are_not_taken_while_one_more_is_on_its_way(services: Services, inbox: Path) -> None:
    watcher = Watcher(services, inbox)
    for name, data in named(1, 2):
        drop(inbox, name, data)
    part = drop(inbox, "扫描/页_03.png.part", b"half")
    drop(inbox, "z.txt", b"something else")
    until(watcher, lambda: listed(services))
    end = time.monotonic() + 2 * PICTURE_PATIENCE * services.settings.settle_seconds
    while time.monotonic() < end:
        watcher.look()
        time.sleep(0.05)
    assert [document.name for document in listed(services)] == ["z.txt"]
    part.unlink()
    drop(inbox, *named(3)[0])
    until(watcher, lambda: len(listed(services)) == 2)
    assert {document.name: len(document.files or ()) for document in listed(services)} == {
        "z.txt": 0,
        "扫描/页_01.png": 3,
    }


def test_other_pictures_that_ended_under_the_same_names_stay(services: Services, inbox: Path) -> None:
    watcher = Watcher(services, inbox)
    old = drop(inbox, "failed/扫描/页_02.png", b"of somebody else")
    for name, data in named(1, 2):
        drop(inbox, name, data)
    run_through(watcher, services, 1)
    assert old.read_bytes() == b"of somebody else"
    assert len([path for path in tree(inbox) if path.endswith(".png")]) == 3


def test_a_watcher_that_cannot_record_pictures_puts_them_back(
    services: Services, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = Watcher(services, inbox)
    for name, data in named(1, 2, 3):
        drop(inbox, name, data)
    before = tree(inbox)

    def fails(*_: object, **__: object) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(services.intake.__class__, "take", fails)
        eventually(lambda: is_refused(watcher), "a look that takes the pictures")
    assert tree(inbox) == before
    run_through(watcher, services, 1)
    assert len(listed(services)) == 1


def is_refused(watcher: Watcher) -> bool:
    try:
        watcher.look()
    except StoreUnavailable:
        return True
    return False


def test_pictures_that_a_dead_watcher_had_moved_come_in_again_as_one(services: Services, inbox: Path) -> None:
    """Killed between moving and recording: what lies in ``working`` goes back, and the whole comes in."""
    for name, data in named(1, 2):
        drop(inbox, f"working/{name}", data)
    drop(inbox, *named(3)[0])
    watcher = Watcher(services, inbox)
    watcher.return_strays()
    run_through(watcher, services, 1)
    (document,) = listed(services)
    assert len(document.files or ()) == 3


def test_pictures_that_wait_in_working_are_no_strays(services: Services, inbox: Path) -> None:
    watcher = Watcher(services, inbox)
    for name, data in named(1, 2):
        drop(inbox, name, data)
    until(watcher, lambda: listed(services))
    drop(inbox, "working/扫描/页_07.png", blank(7))
    Watcher(services, inbox).return_strays()
    assert tree(inbox) == {"working/扫描/页_01.png", "working/扫描/页_02.png", "扫描/页_07.png"}
    os.utime(inbox / "扫描/页_07.png")


def test_what_was_read_does_not_depend_on_the_door(client: TestClient, services: Services, pages: list[bytes]) -> None:
    files = [(f"{number}.jpg", data) for number, data in enumerate(pages, 1)]
    submit(client, ("z.zip", zipped(files)))
    read_all(services)
    _, document = listed(services)
    (report,) = results_of(services, document)
    assert report.source.name == "z.zip/1.jpg" and json.loads(to_json(report))["source"]["files"] == [
        f"z.zip/{name}" for name, _ in files
    ]
