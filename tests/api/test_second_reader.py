"""Two people read the same cells without seeing each other's answer; where they differ, a third decides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.http.app import make_app
from extractors.options import ExtractOptions
from tests.api.test_pages import HOST, WRONG, data_of, read
from tests.conftest import RedisServer, settings_for
from worker.services import open_services


class Desk:
    """A client with a document that has doubtful cells, at which people sit down in turn."""

    def __init__(self, client: TestClient, document: int) -> None:
        self.client, self.document = client, document
        self.cell = str(client.get("/v1/review").json()["items"][0]["cell"])

    def says(self, who: str, value: int | None, **more: object) -> Any:
        """Somebody gives the value of the cell (``None``: takes the last answer back)."""
        version = self.client.get(f"/v1/documents/{self.document}/decisions").json()["version"]
        said: dict[str, object] = {"action": "correct", "state": "number", "value": str(value)}
        body = {"version": version, "who": who, **(said if value is not None else {"action": "undo"}), **more}
        return self.client.patch(f"/v1/documents/{self.document}/cells/{self.cell}", json=body)

    def state(self) -> tuple[object, object]:
        """Value and status of the cell."""
        cell = self.client.get(f"/v1/documents/{self.document}").json()["results"][0]["cells"][self.cell]
        return cell["value"], cell["status"]

    def asked(self, who: str) -> bool:
        """Whether somebody is asked about the cell, in the queue and on the page of the document."""
        self.client.cookies.set("gouji_who", who)
        page = data_of(self.client.get(f"/documents/{self.document}").text)
        on_page = any(reason["cell"] == self.cell for reason in page["reasons"])  # type: ignore[attr-defined]
        assert on_page == (f"#{self.cell}" in self.client.get("/review").text)
        return on_page

    def page(self, who: str) -> str:
        """The page as somebody sees it."""
        self.client.cookies.set("gouji_who", who)
        return self.client.get(f"/documents/{self.document}").text


@pytest.fixture
def desk(redis_server: RedisServer, tmp_path: Path) -> Iterator[Desk]:
    settings = settings_for("", redis_server.url, tmp_path, readers=2)
    with (
        closing(open_services(settings, ExtractOptions())) as services,
        TestClient(make_app(services), base_url=HOST) as client,
    ):
        yield Desk(client, read(client, services, "a.html", WRONG))


def test_two_who_agree_settle_a_cell(desk: Desk) -> None:
    before = desk.state()
    assert desk.says("甲", 4711).status_code == 200
    assert desk.state() == before
    assert (desk.asked("%E7%94%B2"), desk.asked("%E4%B9%99")) == (False, True)
    assert "4711" in desk.page("%E7%94%B2") and "4711" not in desk.page("%E4%B9%99")
    assert desk.says("乙", 4711).status_code == 200
    assert desk.state() == (4711, "corrected")
    assert not desk.asked("%E4%B9%99")


def test_one_who_says_it_twice_settles_nothing(desk: Desk) -> None:
    before = desk.state()
    desk.says("a", 4711)
    desk.says("a", 4711)
    assert desk.state() == before


def test_a_third_decides_where_two_differ(desk: Desk) -> None:
    before = desk.state()
    desk.says("a", 4711)
    desk.says("b", 4712)
    assert desk.state() == before
    queue = desk.client.get("/v1/review").json()["items"]
    assert any(item["code"] == "readers_differ" and "4711, 4712" in item["why"] for item in queue)
    assert desk.says("c", 4713).status_code == 200
    assert desk.state() == (4713, "corrected")


def test_nobody_takes_back_what_another_proposed(desk: Desk) -> None:
    before = desk.state()
    desk.says("a", 4711)
    assert desk.says("b", None).status_code == 400
    assert desk.says("a", None).status_code == 200
    desk.says("b", 4711)
    assert desk.state() == before


def test_a_nameless_person_is_asked_for_a_name(desk: Desk) -> None:
    answer = desk.says("", 4711)
    assert answer.status_code == 400
    assert "name" in answer.json()["detail"]
