"""The service over HTTP: the application with real parts behind it, without a socket in between."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.http import problems
from api.http.app import check_exposure, make_app
from api.http.context import cursor_of, numbers_in
from api.http.guard import is_loopback
from api.http.keys import Keys, make_key
from api.http.rates import CALLERS, Rates
from api.http.uploads import file_name
from extractors.options import ExtractOptions
from models.errors import CODES, ServiceError, UsageError
from models.report import json_schema
from tests.conftest import RedisServer, settings_for
from worker import jobs
from worker.services import Services, open_services
from worker.settings import ServiceSettings
from worker.store import batches, documents
from worker.store.records import Status

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
TEXT = (SAMPLES / "白石县统计局2020.txt").read_bytes()
PDF = (SAMPLES / "青禾县人民政府2024年年报.pdf").read_bytes()
WRONG = (SAMPLES / "临溪区民政局2022（合计有误）.html").read_bytes()
HOST = "http://localhost"


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(make_app(services), base_url=HOST) as made:
        yield made


@pytest.fixture
def guarded(redis_server: RedisServer, tmp_path: Path) -> Iterator[tuple[TestClient, str]]:
    """The service with one key, and that key."""
    key = make_key("archive")
    settings = settings_for("", redis_server.url, tmp_path, api_keys=(key.entry,), rate_limit=30, max_upload_mb=1)
    with closing(open_services(settings, ExtractOptions())) as services, TestClient(make_app(services)) as made:
        yield made, key.key


def submit(client: TestClient, *files: tuple[str, bytes], **query: Any) -> dict[str, Any]:
    parts = [("files", (name, data)) for name, data in files]
    answer = client.post("/v1/batches", params=query, files=parts)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def read_all(services: Services) -> None:
    """What the workers would do."""
    while True:
        with services.database.read() as session:
            waiting = [
                d.id
                for batch in batches.page(session, limit=1000)
                for d in documents.page(session, batch.id, limit=1000, status=(Status.RECEIVED, Status.QUEUED))
            ]
        if not waiting:
            return
        for document in waiting:
            jobs.read_document(services, document)


def is_problem(answer: Any, status: int, code: str) -> bool:
    body = answer.json()
    assert answer.headers["content-type"] == problems.MEDIA_TYPE
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["hint"] or code == "usage"
    return (answer.status_code, body["code"]) == (status, code)


def test_files_and_archives_go_in_and_reports_come_out(client: TestClient, services: Services) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("县/b.txt", TEXT + b"\n")
    sent = submit(client, ("a.txt", TEXT), ("z.zip", archive.getvalue()), name="一批", tag=["县", "镇"])
    assert [d["status"] for d in sent["documents"]] == ["received", "received"]
    read_all(services)
    batch = client.get(f"/v1/batches/{sent['batch']['id']}").json()
    assert (batch["name"], batch["tags"]) == ("一批", ["县", "镇"])
    assert {**batch["progress"], "cells_accepted": 0, "cells_review": 0} == {
        "received": 0, "queued": 0, "running": 0, "done": 2, "failed": 0, "quarantined": 0, "total": 2,
        "reports": 2, "cells_accepted": 0, "cells_review": 0, "finished": True,
    }  # fmt: skip
    listed = client.get(f"/v1/batches/{batch['id']}/documents").json()["items"]
    assert [d["name"] for d in listed] == ["a.txt", "z.zip", "z.zip/县/b.txt"]
    document = client.get(f"/v1/documents/{listed[2]['id']}").json()
    assert document["parent"] == listed[1]["id"]
    (report,) = document["results"]
    jsonschema.validate(report, json_schema())
    assert report["source"]["name"] == "z.zip/县/b.txt"


def test_a_document_that_was_not_read_says_why(client: TestClient, services: Services) -> None:
    sent = submit(client, ("坏.pdf", b"%PDF-1.7 cut"))
    read_all(services)
    document = client.get(f"/v1/documents/{sent['documents'][0]['id']}").json()
    assert (document["status"], document["error"]["code"]) == ("failed", "truncated")
    assert document["results"][0]["schema"] == "gouji.error/1"
    again = client.post(f"/v1/documents/{document['id']}/retry")
    assert (again.status_code, again.json()["status"]) == (202, "received")
    read_all(services)
    assert client.get(f"/v1/documents/{document['id']}").json()["status"] == "failed"


def test_the_same_file_is_taken_once_in_a_batch(client: TestClient) -> None:
    first = submit(client, ("a.txt", TEXT), name="b")
    second = submit(client, ("a.txt", TEXT), ("b.txt", TEXT), name="b")
    assert second["batch"]["id"] == first["batch"]["id"]
    assert second["documents"][0]["id"] == first["documents"][0]["id"]
    assert client.get(f"/v1/batches/{first['batch']['id']}").json()["progress"]["total"] == 2


def test_a_client_can_ask_what_is_missing(client: TestClient) -> None:
    sent = submit(client, ("a.txt", TEXT), name="b")
    known, other = sent["documents"][0]["sha256"], "0" * 64
    files = [{"name": "a.txt", "sha256": known}, {"name": "a.txt", "sha256": other}, {"name": "b", "sha256": known}]
    answer = client.post(f"/v1/batches/{sent['batch']['id']}/missing", json={"files": files})
    assert answer.json() == {"missing": [1, 2]}


def test_an_empty_body_makes_a_batch(client: TestClient) -> None:
    sent = submit(client, name="空")
    assert sent["documents"] == []
    assert client.get("/v1/batches", params={"name": "空"}).json()["items"][0]["id"] == sent["batch"]["id"]


def test_a_request_with_a_key_is_done_once(client: TestClient) -> None:
    def send(data: bytes = TEXT) -> Any:
        headers = {"Idempotency-Key": "k1"}
        return client.post("/v1/batches", files=[("files", ("a.txt", data))], headers=headers)

    first, second = send(), send()
    assert first.json() == second.json()
    assert len(client.get("/v1/batches").json()["items"]) == 1
    assert is_problem(send(TEXT + b"longer"), 409, "conflict")


def test_a_request_that_failed_may_be_sent_again_with_its_key(client: TestClient) -> None:
    headers = {"Idempotency-Key": "k1", "Content-Type": "multipart/form-data; boundary=b"}
    broken, whole = (
        b"--b\r\nContent-",
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nx\r\n--b--\r\n',
    )
    assert is_problem(client.post("/v1/batches", content=broken, headers=headers), 400, "invalid_request")
    assert client.post("/v1/batches", content=whole, headers=headers).status_code == 202


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"no boundary in here"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nhalf',
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--b--\r\n',
        ),
    ],
)
def test_a_body_that_is_none_is_refused_and_nothing_is_kept(
    client: TestClient, services: Services, content_type: str, body: bytes
) -> None:
    answer = client.post("/v1/batches", content=body, headers={"Content-Type": content_type})
    assert is_problem(answer, 400, "invalid_request")
    assert client.get("/v1/batches").json()["items"] == []
    assert [path for path in services.settings.sources.rglob("*") if path.is_file()] == []


def test_a_body_is_not_held_in_memory_and_stops_at_the_limit(guarded: tuple[TestClient, str]) -> None:
    client, key = guarded
    given = 0

    def endless() -> Iterator[bytes]:
        nonlocal given
        yield b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.pdf"\r\n\r\n'
        while given < 64 << 20:
            given += 1 << 16
            yield bytes(1 << 16)

    headers = {"Content-Type": "multipart/form-data; boundary=b", "Authorization": f"Bearer {key}"}
    assert is_problem(client.post("/v1/batches", content=endless(), headers=headers), 413, "too_large")


def test_pages_of_lists_join(client: TestClient) -> None:
    for number in range(5):
        submit(client, *((f"{number}-{n}.txt", TEXT) for n in range(3)), name=f"b{number}")
    names: list[str] = []
    cursor = None
    while True:
        page = client.get("/v1/batches", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        names += [batch["name"] for batch in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert names == ["b4", "b3", "b2", "b1", "b0"]
    first = client.get("/v1/batches/1/documents", params={"limit": 2}).json()
    rest = client.get("/v1/batches/1/documents", params={"limit": 2, "cursor": first["next"]}).json()
    assert [d["name"] for d in first["items"] + rest["items"]] == ["0-0.txt", "0-1.txt", "0-2.txt"]
    assert rest["next"] is None
    done = client.get("/v1/batches/1/documents", params={"status": ["done", "failed"]}).json()
    assert done["items"] == []


@pytest.fixture
def doubtful(client: TestClient, services: Services) -> int:
    """A document whose sum is wrong in print."""
    sent = submit(client, ("临溪区民政局2022.html", WRONG), name="b")
    read_all(services)
    document: int = sent["documents"][0]["id"]
    return document


def test_the_queue_shows_the_worst_first_and_shrinks_with_each_decision(client: TestClient, doubtful: int) -> None:
    everything = client.get("/v1/review", params={"limit": 1000}).json()["items"]
    ranks = [item["rank"] for item in everything]
    assert ranks == sorted(ranks)
    first = client.get("/v1/review", params={"limit": 1, "batch": 1}).json()
    second = client.get("/v1/review", params={"limit": 1000, "cursor": first["next"]}).json()
    assert first["items"] + second["items"] == everything
    assert client.get("/v1/review", params={"code": "no such"}).json()["items"] == []
    cell = next(item["cell"] for item in everything if item["cell"])
    body = {"action": "confirm", "version": 0, "who": "李", "why": "看得清楚"}
    assert client.patch(f"/v1/documents/{doubtful}/cells/{cell}", json=body).status_code == 200
    left = client.get("/v1/review", params={"limit": 1000}).json()["items"]
    assert {item["cell"] for item in everything} - {item["cell"] for item in left} == {cell}


def test_a_correction_is_kept_with_its_history_and_two_people_do_not_overwrite_each_other(
    client: TestClient, doubtful: int
) -> None:
    path = f"/v1/documents/{doubtful}/cells/requests.new.total"
    correct = {"action": "correct", "version": 0, "state": "number", "value": "12345678901234567890.10", "who": "李"}
    answer = client.patch(path, json=correct)
    assert answer.status_code == 200, answer.text
    assert '"value": 12345678901234567890.10' in answer.text, "every digit is kept"
    assert answer.json()["cell"]["status"] == "corrected"
    assert all("requests.new.total" in check["cells"] for check in answer.json()["checks"])
    assert is_problem(client.patch(path, json=correct), 409, "conflict")
    assert client.patch(path, json={"action": "undo", "version": 1}).json()["cell"]["status"] != "corrected"
    history = client.get(f"/v1/documents/{doubtful}/decisions").json()
    assert history["version"] == 2
    assert [(d["action"], d["who"]) for d in history["decisions"]] == [("correct", "李@local"), ("undo", "local")]


@pytest.mark.parametrize(
    ("cell", "body", "status", "code"),
    [
        ("no.such.cell", {"action": "confirm", "version": 0}, 404, "no_such_thing"),
        ("requests.new.total", {"action": "confirm", "version": 0, "part": 2}, 404, "no_such_thing"),
        ("requests.new.total", {"action": "correct", "version": 0}, 400, "invalid_request"),
        ("requests.new.total", {"action": "correct", "version": 0, "state": "number"}, 400, "invalid_request"),
        (
            "requests.new.total",
            {"action": "correct", "version": 0, "state": "blank", "value": 0},
            400,
            "invalid_request",
        ),
        ("requests.new.total", {"action": "erase", "version": 0}, 400, "invalid_request"),
        ("requests.new.total", {"action": "undo", "version": 0}, 400, "invalid_request"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(
    client: TestClient, doubtful: int, cell: str, body: dict[str, Any], status: int, code: str
) -> None:
    assert is_problem(client.patch(f"/v1/documents/{doubtful}/cells/{cell}", json=body), status, code)


def test_pages_are_rendered_and_kept_by_the_browser(client: TestClient) -> None:
    sent = submit(client, ("a.pdf", PDF), ("b.txt", TEXT), ("c.pdf", b"%PDF-1.7 broken"))
    pdf, text, broken = (document["id"] for document in sent["documents"])
    answer = client.get(f"/v1/documents/{pdf}/pages/1.png", params={"dpi": 72})
    assert answer.content.startswith(b"\x89PNG")
    from PIL import Image

    assert Image.open(io.BytesIO(answer.content)).size[1] in range(780, 860), "A4 at 72 dpi"
    same = client.get(
        f"/v1/documents/{pdf}/pages/1.png", params={"dpi": 72}, headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (same.status_code, same.content) == (304, b"")
    assert is_problem(client.get(f"/v1/documents/{pdf}/pages/999.png"), 404, "no_such_thing")
    assert is_problem(client.get(f"/v1/documents/{text}/pages/1.png"), 404, "no_such_thing")
    assert is_problem(client.get(f"/v1/documents/{broken}/pages/1.png"), 422, "unreadable")
    assert is_problem(client.get(f"/v1/documents/{pdf}/pages/0.png"), 400, "invalid_request")


def test_pictures_are_pages(client: TestClient) -> None:
    from PIL import Image

    picture = io.BytesIO()
    scan, unknown = Image.new("RGB", (827, 1170), "white"), Image.new("L", (500, 600))
    scan.save(picture, "TIFF", save_all=True, append_images=[unknown], dpi=(100, 100))
    sent = submit(client, ("a.tif", picture.getvalue()))
    document = sent["documents"][0]["id"]
    first = client.get(f"/v1/documents/{document}/pages/1.png", params={"dpi": 72})
    assert Image.open(io.BytesIO(first.content)).size == (595, 842)
    second = client.get(f"/v1/documents/{document}/pages/2.png")
    assert Image.open(io.BytesIO(second.content)).size == (720, 864)
    assert is_problem(client.get(f"/v1/documents/{document}/pages/3.png"), 404, "no_such_thing")


def test_a_source_comes_back_as_it_was_and_never_as_a_page(client: TestClient) -> None:
    sent = submit(client, ("a.html", b"<script>alert(1)</script>"))
    answer = client.get(f"/v1/documents/{sent['documents'][0]['id']}/source")
    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["content-type"] == "application/octet-stream"


def test_everything_is_exported_with_its_decisions(client: TestClient, services: Services, doubtful: int) -> None:
    submit(client, ("坏.pdf", b"%PDF-1.7 cut"), name="c")
    read_all(services)
    correct = {"action": "correct", "version": 0, "state": "number", "value": 4711}
    client.patch(f"/v1/documents/{doubtful}/cells/requests.new.total", json=correct)
    lines = [json.loads(line) for line in client.get("/v1/export").text.splitlines()]
    assert [line["schema"] for line in lines] == ["gouji.report/1", "gouji.error/1"]
    assert lines[0]["cells"]["requests.new.total"]["value"] == 4711
    one = client.get("/v1/export", params={"batch": 2}).text.splitlines()
    assert len(one) == 1
    packed = client.get("/v1/export", params={"format": "csv", "batch": 1})
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert {"panel.csv", "cells.csv", "codebook.csv", "datapackage.json"} <= set(archive.namelist())
        assert "4711" in archive.read("cells.csv").decode("utf-8-sig")
        decided = list(csv.DictReader(io.StringIO(archive.read("corrections.csv").decode("utf-8-sig"))))
    assert [(one["action"], one["value"], one["who"]) for one in decided] == [("corrected", "4711", "local")]
    told = [json.loads(line) for line in client.get("/v1/export", params={"format": "corrections"}).text.splitlines()]
    assert [(one["cell"], one["after"]["value"]) for one in told] == [("requests.new.total", 4711)]
    assert told[0]["read"]["value"] == told[0]["before"]["value"] != 4711
    assert is_problem(client.get("/v1/export", params={"batch": 99}), 404, "no_such_thing")
    assert is_problem(client.get("/v1/export", params={"format": "ods"}), 400, "invalid_request")


def test_progress_is_told_until_the_end(client: TestClient, services: Services) -> None:
    sent = submit(client, ("a.txt", TEXT))
    read_all(services)
    with client.stream("GET", f"/v1/batches/{sent['batch']['id']}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = stream.read().decode().split("\n\n")
    assert [event.partition("\n")[0] for event in events if event] == ["event: progress", "event: finished"]
    assert json.loads(events[1].partition("data: ")[2])["done"] == 1
    assert is_problem(client.get("/v1/batches/99/events"), 404, "no_such_thing")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/batches/99", 404, "no_such_thing"),
        ("/v1/documents/99", 404, "no_such_thing"),
        ("/v1/batches/99/documents", 404, "no_such_thing"),
        ("/v1/nothing", 404, "no_such_thing"),
        ("/v1/batches?cursor=!!", 400, "invalid_request"),
        ("/v1/review?cursor=MQ", 400, "invalid_request"),
        ("/v1/batches?limit=0", 400, "invalid_request"),
        ("/v1/documents/abc", 400, "invalid_request"),
    ],
)
def test_what_is_not_there_or_not_meant_is_a_problem_with_a_code(
    client: TestClient, path: str, status: int, code: str
) -> None:
    assert is_problem(client.get(path), status, code)


def test_without_a_key_nobody_gets_in(guarded: tuple[TestClient, str]) -> None:
    client, key = guarded
    assert is_problem(client.get("/v1/batches"), 401, "unauthorized")
    for wrong in ("Bearer nonsense", f"Basic {key}", f"Bearer {key}x", "Bearer "):
        assert is_problem(client.get("/v1/batches", headers={"Authorization": wrong}), 401, "unauthorized")
    assert client.get("/v1/batches", headers={"Authorization": f"bearer {key}"}).status_code == 200
    assert is_problem(client.get("/metrics"), 401, "unauthorized")
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200


def test_who_calls_too_often_is_told_when_to_come_back(guarded: tuple[TestClient, str]) -> None:
    client, key = guarded
    answers = [client.get("/v1/batches", headers={"Authorization": f"Bearer {key}"}) for _ in range(31)]
    assert [answer.status_code for answer in answers[:30]] == [200] * 30
    assert is_problem(answers[30], 429, "rate_limited")
    assert int(answers[30].headers["retry-after"]) >= 1


def test_pages_of_other_sites_get_nothing_done(client: TestClient) -> None:
    for origin, host in (("https://evil.example", "localhost"), ("null", "localhost")):
        answer = client.post("/v1/batches", headers={"Origin": origin, "Host": host, "Content-Length": "0"})
        assert is_problem(answer, 403, "forbidden")
    assert client.post("/v1/batches", headers={"Origin": HOST}).status_code == 202
    assert is_problem(client.get("/v1/batches", headers={"Host": "evil.example"}), 403, "forbidden")


def test_a_request_id_is_kept_when_it_is_harmless(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == "abc-1"
    assert client.get("/healthz", headers={"X-Request-Id": "a b"}).headers["x-request-id"] != "a b"


def test_readiness_names_the_part_that_does_not_answer(client: TestClient, redis_server: RedisServer) -> None:
    assert client.get("/readyz").json()["status"] == "ok"
    redis_server.kill()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"] == {"database": "ok", "broker": "Redis does not answer", "sources": "ok"}
    assert client.get("/healthz").status_code == 200
    assert submit(client, ("a.txt", TEXT))["documents"][0]["status"] == "received", "recorded all the same"
    assert 'gouji_part_up{part="broker"} 0.0' in client.get("/metrics").text


def test_metrics_tell_of_requests_documents_and_queues(client: TestClient) -> None:
    submit(client, ("a.txt", TEXT))
    client.get("/v1/documents/1")
    text = client.get("/metrics").text
    assert 'gouji_documents{status="queued"} 1.0' in text
    assert 'gouji_queue_messages{queue="digital"} 1.0' in text
    assert 'gouji_http_requests_total{method="GET",route="/v1/documents/{document_id}",status="200"} 1.0' in text


def test_the_contract_is_in_the_openapi_document(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    promised = {
        ("post", "/v1/batches"), ("get", "/v1/batches/{batch_id}"), ("get", "/v1/batches/{batch_id}/events"),
        ("get", "/v1/documents/{document_id}"), ("get", "/v1/documents/{document_id}/pages/{page}.png"),
        ("get", "/v1/review"), ("patch", "/v1/documents/{document_id}/cells/{cell}"), ("get", "/v1/export"),
        ("get", "/healthz"), ("get", "/readyz"), ("get", "/metrics"),
    }  # fmt: skip
    assert promised <= {(method, path) for path, methods in paths.items() for method in methods}


def test_every_route_is_documented(client: TestClient) -> None:
    text = (SAMPLES.parent / "docs" / "service.md").read_text("utf-8")
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        plain = re.sub(r"\{(document|batch)_id\}", "{id}", path).replace("{page}", "{n}")
        for method in methods:
            assert f"`{method.upper()} {plain}" in text, f"{method} {plain}"


def test_every_status_belongs_to_a_code() -> None:
    assert set(problems.STATUSES) <= set(CODES)


@pytest.mark.parametrize(
    ("host", "keys", "allowed"),
    [("127.0.0.1", False, True), ("::1", False, True), ("0.0.0.0", False, False), ("0.0.0.0", True, True)],
)
def test_beyond_this_machine_there_is_no_service_without_keys(host: str, keys: bool, allowed: bool) -> None:
    settings = ServiceSettings(host=host, api_keys=(make_key("a").entry,) if keys else ())
    if allowed:
        check_exposure(settings)
    else:
        with pytest.raises(UsageError, match="open to the network"):
            check_exposure(settings)


@pytest.mark.parametrize("entry", ["", "a", "a:b", ":" + "0" * 64, "a b:" + "0" * 64, "a:" + "G" * 64])
def test_a_key_entry_that_is_none_is_refused(entry: str) -> None:
    with pytest.raises(UsageError):
        Keys([entry])


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("localhost.evil.example", False),
        ("", False),
    ],
)
def test_what_this_machine_is_called(host: str, local: bool) -> None:
    assert is_loopback(host) is local


@given(st.lists(st.floats(0, 5), max_size=60), st.integers(1, 120))
def test_nobody_gets_more_than_a_full_bucket_and_its_refill(pauses: list[float], per_minute: int) -> None:
    rates, now, allowed = Rates(per_minute), 0.0, 0
    for pause in pauses:
        now += pause
        allowed += rates.wait("a", now) == 0
    assert allowed <= per_minute + now * per_minute / 60 + 1e-6
    assert rates.wait("b", now) == 0, "another caller has a bucket of its own"


def test_callers_are_forgotten_in_the_end() -> None:
    rates = Rates(1)
    for number in range(CALLERS + 1):
        rates.wait(str(number), 0.0)
    assert rates.wait("0", 0.0) == 0
    assert rates.wait(str(CALLERS), 0.0) > 0


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=3))
def test_a_cursor_comes_back_as_it_went(numbers: list[int]) -> None:
    assert numbers_in(cursor_of(*numbers), len(numbers)) == tuple(numbers)


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_a_cursor(text: str) -> None:
    try:
        assert len(numbers_in(text, 2)) == 2
    except ServiceError as error:
        assert error.code == "invalid_request"


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ('filename="青禾县/2024/a.pdf"'.encode(), "青禾县/2024/a.pdf"),
        (b'filename="' + "报告.pdf".encode("gbk") + b'"', "报告.pdf"),
        (b"filename*=UTF-8''%E6%8A%A5%E5%91%8A.pdf", "报告.pdf"),
        (b'filename="../../etc/passwd"', "etc/passwd"),
        (b'filename="C:\\a\\b.pdf"', "b.pdf"),
        (b'filename="a%22b%0A.pdf"', 'a"b .pdf'),
        (b'filename="a\x01b"', "a\ufffdb"),
        (b'filename=""', ""),
        (b"", ""),
    ],
)
def test_names_of_files_are_labels_and_never_paths(given_name: bytes, shown: str) -> None:
    assert file_name(b'form-data; name="files"; ' + given_name) == shown
