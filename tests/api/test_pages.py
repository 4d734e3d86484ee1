"""The pages for people, as the server gives them; ``test_pages_browser`` drives them in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.http.app import make_app
from api.http.keys import make_key
from api.http.pages.catalog import catalog
from api.http.pages.summary import summary_of
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


def keys_in(data: object) -> set[str]:
    """All keys of plain data, however deep."""
    if isinstance(data, dict):
        return set(data).union(*map(keys_in, data.values()))
    return set().union(*map(keys_in, data)) if isinstance(data, list) else set()


def decided(client: TestClient, document: int, cell: str, **said: object) -> Any:
    """Decide on a cell as it is now."""
    version = client.get(f"/v1/documents/{document}/decisions").json()["version"]
    return client.patch(f"/v1/documents/{document}/cells/{cell}", json={"version": version, **said})


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
        page = client.get(f"/documents/{document}").text
        assert audited[0] in str(data_of(page)["reasons"])
        assert not {"confidence", "p"} & keys_in(data_of(page)["cells"])
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
        chosen = client.post("/preferences", data={"language": "en", "back": "/login"}, follow_redirects=False)
        assert chosen.headers["location"] == "/login" and "gouji_language=en" in chosen.headers["set-cookie"]
        client.cookies.delete("gouji_language")
        assert "HttpOnly" in entered.headers["set-cookie"] and "SameSite=strict" in entered.headers["set-cookie"]
        assert "批次" in client.get("/", headers={"Accept": "text/html"}).text
        assert client.post("/logout", follow_redirects=False).headers["location"] == "/login"
        assert client.get("/").status_code == 401


def test_an_organ_can_be_named_and_the_queue_knows_it(client: TestClient, services: Services) -> None:
    nameless = WRONG.replace("临溪区民政局".encode(), "本单位".encode())
    document = read(client, services, "a.html", nameless)
    asked = client.get("/v1/review").json()["items"]
    assert (asked[0]["code"], asked[0]["organ"]) == ("heading_organ", None)
    assert "#report.organ" in client.get("/review").text
    page = client.get(f"/documents/{document}").text
    assert 'data-cell="report.organ"' in page
    organ = {"action": "correct", "state": "text", "text": "临溪区<script>局"}
    assert decided(client, document, "report.organ", **organ, state_is="wrong").status_code == 400
    answer = decided(client, document, "report.organ", **organ).json()
    assert answer["report"]["organ"]["value"] == "临溪区<script>局"
    now = client.get("/v1/review").json()["items"]
    assert {item["organ"] for item in now} == {"临溪区<script>局"}
    assert "heading_organ" not in {item["code"] for item in now}
    assert "<script>局" not in client.get(f"/documents/{document}").text
    assert decided(client, document, "report.year", action="correct", state="number", value="22").status_code == 400
    assert decided(client, document, "report.nothing", action="confirm").status_code == 404
    assert decided(client, document, "report.organ", action="undo").status_code == 200
    assert client.get("/v1/review").json()["items"][0]["code"] == "heading_organ"


def test_a_source_without_pages_is_shown_with_the_place_of_each_cell(client: TestClient, services: Services) -> None:
    evil = WRONG.replace("一、总体情况".encode(), "一、总体情况&lt;script&gt;x()&lt;/script&gt;".encode())
    document = read(client, services, "a.html", evil)
    data = data_of(client.get(f"/documents/{document}").text)
    cell = data["cells"]["requests.granted.total"]  # type: ignore[index]
    content = client.get(f"/documents/{document}/content").text
    assert "<script>x()" not in content
    found = re.findall(f'data-at="{cell["at"]}"[^>]*>([^<]*)<', content)
    assert found == [cell["printed"]]
    assert client.get("/documents/99/content").status_code == 404


def test_whoever_goes_on_comes_to_every_report_once(client: TestClient, services: Services) -> None:
    read_ones = {read(client, services, f"{name}.html", WRONG + name.encode()) for name in "abc"}
    first = client.get("/v1/review").json()["items"][0]["document"]
    url, seen = f"/review/next?after={first}", [first]
    for _ in range(2):
        target = client.get(url, follow_redirects=False).headers["location"]
        found = re.match(r"/documents/(\d+)\?part=1&place=(\w+)#", target)
        assert found
        seen.append(int(found[1]))
        url = f"/review/next?after={found[1]}&place={found[2]}"
    assert set(seen) == read_ones
    again = client.get(url, follow_redirects=False).headers["location"]
    assert again.startswith(f"/documents/{first}?")


def test_the_quality_of_a_batch_follows_what_people_decide(client: TestClient, services: Services) -> None:
    document = read(client, services, "a.html", WRONG)
    client.cookies.set("gouji_language", "en")
    before = client.get("/batches/1").text
    assert "Nobody has checked" in before and "applicants add up to the total" in before
    cells = client.get(f"/v1/documents/{document}").json()["results"][0]["cells"]
    right, wrong = [name for name, cell in cells.items() if cell["status"] == "accepted"][:2]
    decided(client, document, right, action="confirm")
    decided(client, document, wrong, action="correct", state="number", value="4711")
    decided(client, document, "requests.granted.total", action="correct", state="number", value="4")
    with services.database.read() as session:
        summary = summary_of(session, 1, 1.0)
    assert (summary.audit.seen, summary.audit.wrong) == (2, 1)
    assert sum(one.seen for one in summary.bins) == 3 and sum(one.right for one in summary.bins) == 1
    assert summary.failing == []
    assert dict(summary.outcomes)["（一）予以公开"] == {2022: 4}
    assert (summary.panel.organs, summary.panel.gaps, summary.panel.rows) == (1, 0, [("临溪区民政局", [True])])


def test_a_figure_of_the_prose_is_checked_anew(client: TestClient, services: Services) -> None:
    """126 requests, says the text; who makes the cell say otherwise is told so, and told again when it is mended."""
    document = read(client, services, "a.html", WRONG)

    def check() -> dict[str, Any]:
        checks = client.get(f"/v1/documents/{document}").json()["results"][0]["checks"]
        return dict(next(one for one in checks if one["rule"] == "facts.requests_received"))

    assert check()["status"] == "pass"
    decided(client, document, "requests.new.total", action="correct", state="number", value="127")
    assert (check()["status"], check()["left"], check()["right"]) == ("fail", 126, 127)
    decided(client, document, "requests.new.total", action="correct", state="number", value="126")
    assert check()["status"] == "pass"


def test_the_queue_is_narrowed_down_by_batch_organ_and_kind(client: TestClient, services: Services) -> None:
    read(client, services, "a.html", WRONG)
    for wanted in ({"batch": "1"}, {"batch": "", "organ": "临溪区民政局"}, {"code": "failing"}):
        assert "#requests." in client.get("/review", params=wanted).text
    for wanted in ({"batch": "7"}, {"organ": "甲局"}, {"code": "series"}):
        assert "#requests." not in client.get("/review", params=wanted).text


def test_a_page_that_is_not_there_is_said_in_a_page(client: TestClient) -> None:
    answer = client.get("/documents/99", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "no_such_thing" in answer.text and "批次" in answer.text
    assert client.get("/documents/99").json()["code"] == "no_such_thing"
