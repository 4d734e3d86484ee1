"""The pages for people, as the server gives them; ``test_pages_browser`` drives them in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.http.app import make_app
from api.http.keys import make_key
from api.http.pages.catalog import catalog
from extractors.options import ExtractOptions
from tests.conftest import RedisServer, settings_for
from worker import jobs
from worker.services import Services, open_services
from worker.store import documents
from worker.store.records import Status

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
WRONG = (SAMPLES / "临溪区民政局2022（合计有误）.html").read_bytes()
HOST = "http://localhost"


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(make_app(services), base_url=HOST) as made:
        yield made


def read(client: TestClient, services: Services, name: str, data: bytes) -> int:
    """Submit a document and read it as a worker would; its id."""
    answer = client.post("/v1/batches", files=[("files", (name, data))])
    document = int(answer.json()["documents"][0]["id"])
    jobs.read_document(services, document)
    with services.database.read() as session:
        assert documents.get(session, document).status == Status.DONE
    return document


def data_of(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    data: dict[str, object] = json.loads(found[1])
    return data


def test_both_languages_say_the_same_things() -> None:
    chinese, english = catalog("zh"), catalog("en")
    assert list(chinese) == list(english)
    assert all(chinese.values()) and all(english.values())


def test_pages_are_chinese_until_english_is_chosen(client: TestClient) -> None:
    assert "批次" in client.get("/").text
    answer = client.post(
        "/preferences", data={"language": "en", "back": "//elsewhere.example/"}, follow_redirects=False
    )
    assert answer.headers["location"] == "/"
    assert "Batches" in client.get("/").text


def test_a_document_shows_its_form_its_doubts_and_the_sum_that_fails(client: TestClient, services: Services) -> None:
    document = read(client, services, "临溪区民政局2022.html", WRONG)
    page = client.get(f"/documents/{document}").text
    data = data_of(page)
    assert 'data-cell="requests.new.total"' in page
    failing = [check for check in data["checks"] if check["status"] == "fail"]  # type: ignore[attr-defined]
    assert failing and failing[0]["left"] and failing[0]["right"]
    assert "临溪区民政局" in client.get("/review").text


def test_a_name_that_is_a_script_is_shown_and_not_run(client: TestClient, services: Services) -> None:
    evil = "</script><script>alert(1)</script>"
    document = read(client, services, f"{evil}.html", WRONG)
    for path in (f"/documents/{document}", "/", "/review", "/batches/1"):
        answer = client.get(path)
        assert "<script>alert(1)" not in answer.text
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
    assert "&lt;script&gt;alert(1)" in client.get("/batches/1").text


def test_another_site_can_not_write(client: TestClient, services: Services) -> None:
    document = read(client, services, "a.html", WRONG)
    url = f"/v1/documents/{document}/cells/requests.new.total"
    body = {"action": "confirm", "version": 0}
    assert client.patch(url, json=body, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert client.post("/preferences", data={}, headers={"Origin": "null"}).status_code == 403
    assert client.patch(url, json=body, headers={"Origin": HOST}).status_code == 200


def test_a_correction_settles_the_cells_that_were_doubted_for_its_sum(client: TestClient, services: Services) -> None:
    document = read(client, services, "a.html", WRONG)
    report = client.get(f"/v1/documents/{document}").json()["results"][0]
    failing = next(check for check in report["checks"] if check["status"] == "fail")
    assert report["review"]["reasons"]
    cell, right = failing["cells"][0], failing["right"]
    others = sum(
        report["cells"][name]["value"] or 0 for name in failing["cells"] if name not in (cell, failing["cells"][-1])
    )
    total = report["cells"][failing["cells"][-1]]["value"]
    value = total - others if failing["right"] == total else right
    body = {"action": "correct", "version": 0, "state": "number", "value": str(value)}
    after = client.patch(f"/v1/documents/{document}/cells/{cell}", json=body).json()
    settled = next(check for check in after["checks"] if check["rule"] == failing["rule"])
    assert settled["status"] == "pass"
    now = client.get(f"/v1/documents/{document}").json()["results"][0]
    doubted = {reason["cell"] for reason in now["review"]["reasons"]}
    assert all(now["cells"][name]["status"] != "review" for name in failing["cells"] if name not in doubted)


def test_a_share_of_accepted_cells_is_asked_about(redis_server: RedisServer, tmp_path: Path) -> None:
    settings = settings_for("", redis_server.url, tmp_path, audit_share=0.2)
    with (
        closing(open_services(settings, ExtractOptions())) as services,
        TestClient(make_app(services), base_url=HOST) as client,
    ):
        text = next(SAMPLES.glob("*.txt")).read_bytes()
        document = read(client, services, "a.txt", text)
        cells = client.get(f"/v1/documents/{document}").json()["results"][0]["cells"]
        asked = [item["cell"] for item in client.get("/v1/review", params={"limit": 1000}).json()["items"]]
        audited = [cell for cell in asked if cell and cells[cell]["status"] == "accepted"]
        assert 0.1 * len(cells) < len(audited) < 0.3 * len(cells)
        assert audited[0] in str(data_of(client.get(f"/documents/{document}").text)["reasons"])
        body = {"action": "confirm", "version": 0}
        client.patch(f"/v1/documents/{document}/cells/{audited[0]}", json=body)
        client.cookies.set("gouji_language", "en")
        assert "1 accepted cells checked at random, 0 wrong" in client.get("/batches/1").text


def test_beyond_this_machine_a_key_is_asked_for_once(redis_server: RedisServer, tmp_path: Path) -> None:
    key = make_key("archive")
    settings = settings_for("", redis_server.url, tmp_path, api_keys=(key.entry,))
    with closing(open_services(settings, ExtractOptions())) as services, TestClient(make_app(services)) as client:
        asked = client.get("/", headers={"Accept": "text/html"}, follow_redirects=False)
        assert (asked.status_code, asked.headers["location"]) == (303, "/login")
        assert client.get("/", headers={"Accept": "application/json"}).status_code == 401
        assert client.get("/static/app.css").status_code == 200
        assert client.post("/login", data={"key": "gouji_wrong"}).status_code == 401
        entered = client.post("/login", data={"key": key.key}, follow_redirects=False)
        assert "HttpOnly" in entered.headers["set-cookie"] and "SameSite=strict" in entered.headers["set-cookie"]
        assert "批次" in client.get("/", headers={"Accept": "text/html"}).text
