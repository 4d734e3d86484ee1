"""A person reviews: a real Chromium, a real service with its worker, and nothing but keys."""

from __future__ import annotations

import json
import os
import shutil
import struct
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Literal

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

from tests.api.test_cli_service import address
from tests.conftest import Processes, RedisServer, settings_for

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
PDF = SAMPLES / "青禾县人民政府2024年年报.pdf"
WRONG = SAMPLES / "临溪区民政局2022（合计有误）.html"
BROKEN = SAMPLES / "损坏的文件.pdf"
CHROMIUM = shutil.which("chromium")
#: Chromium is not to call anybody, and as root it has no sandbox of its own.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENS = os.environ.get("GOUJI_TEST_SCREENS")
PATIENCE = 60_000
GRAVE = ("serious", "critical")
LANGUAGES = ("zh", "en")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
http = httpx.Client(timeout=PATIENCE / 1000)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (apt-get install chromium)")


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        opened = browser.new_page(viewport={"width": 1280, "height": 800})
        opened.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        complaints: list[str] = []
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        yield opened
        browser.close()
        assert complaints == []


@pytest.fixture
def served(redis_server: RedisServer, processes: Processes, tmp_path: Path) -> str:
    """A service that asks about many accepted cells, so that there is something to do."""
    settings = settings_for("", redis_server.url, tmp_path, audit_share=0.2)
    processes.start(settings, "api", "--port", "0")
    processes.start(settings, "worker")
    return address(processes)


def picture(page: Page, name: str) -> None:
    """Keep what is seen, where somebody wants to look at it."""
    if SCREENS:
        page.screenshot(path=f"{SCREENS}/{name}.png")


def test_a_report_is_uploaded_reviewed_by_keys_and_exported(served: str, page: Page) -> None:
    page.goto(served)
    page.fill("#name", "档案")
    picture(page, "home")
    page.set_input_files("#files", str(PDF))
    page.wait_for_url("**/batches/1")
    expect(page.locator(".figures [data-of=done]")).to_have_text("1")
    picture(page, "batch")
    page.click("text=核对本批")
    expect(page.locator("#queue tbody tr").first).to_be_visible()
    picture(page, "queue")
    page.locator("#queue tbody a").first.click()
    expect(page.locator("figure img[src]").first).to_be_visible()
    expect(page.locator("#crop")).to_be_visible()
    picture(page, "document")

    cells = []
    for number in range(10):
        cells.append(page.locator(".cell.here").get_attribute("data-cell"))
        if number == 2:
            page.keyboard.press("e")
            page.keyboard.type("4711")
            page.keyboard.press("Enter")
        elif number == 3:
            page.keyboard.press("b")
        else:
            page.keyboard.press("Enter")
        expect(page.locator(".cell.confirmed, .cell.corrected")).to_have_count(number + 1)
        expect(page.locator("#said")).to_have_text("记下了")
        page.evaluate("document.getElementById('said').textContent = ''")
    assert len(set(cells)) == 10
    picture(page, "settled")
    page.keyboard.press("z")
    expect(page.locator(".cell.confirmed, .cell.corrected")).to_have_count(9)
    corrected = page.locator(f"[data-cell='{cells[2]}']")
    expect(corrected).to_have_text("4711")
    corrected.click()
    expect(page.locator("#history li")).to_contain_text("4711")
    picture(page, "corrected")

    exported = json.loads(http.get(f"{served}/v1/export", params={"batch": 1}).text.splitlines()[0])["cells"]
    assert (exported[cells[2]]["value"], exported[cells[2]]["status"]) == (4711, "corrected")
    assert (exported[cells[3]]["state"], exported[cells[3]]["value"]) == ("blank", None)
    assert exported[cells[9]]["status"] == "accepted"
    history = http.get(f"{served}/v1/documents/1/decisions").json()["decisions"]
    assert [one["action"] for one in history].count("undo") == 1


def test_who_comes_second_is_told_and_overwrites_nothing(served: str, page: Page) -> None:
    with PDF.open("rb") as file:
        http.post(f"{served}/v1/batches", files={"files": (PDF.name, file)})
    page.goto(f"{served}/batches/1")
    expect(page.locator(".figures [data-of=done]")).to_have_text("1")
    page.goto(f"{served}/documents/1")
    cell = page.locator(".cell.here").get_attribute("data-cell")
    other = {"action": "correct", "version": 0, "state": "number", "value": "77", "who": "another"}
    assert http.patch(f"{served}/v1/documents/1/cells/{cell}", json=other).status_code == 200
    page.keyboard.press("Enter")
    expect(page.locator("#said.bad")).to_contain_text("another 刚在这份报告上作了判断")
    expect(page.locator(f"[data-cell='{cell}']")).to_have_text("77")
    assert len(http.get(f"{served}/v1/documents/1/decisions").json()["decisions"]) == 1


def test_a_text_is_shown_with_the_place_marked(served: str, page: Page) -> None:
    text = SAMPLES / "白石县统计局2020.txt"
    with text.open("rb") as file:
        http.post(f"{served}/v1/batches", files={"files": (text.name, file)})
    page.goto(f"{served}/batches/1")
    expect(page.locator(".figures [data-of=done]")).to_have_text("1")
    cell = http.get(f"{served}/v1/documents/1").json()["results"][0]["cells"]["requests.new.total"]
    page.goto(f"{served}/documents/1#requests.new.total")
    expect(page.locator(".lines .here")).to_contain_text(cell["printed"])
    picture(page, "text")


def submit(served: str, page: Page, *samples: Path) -> None:
    """Have samples read, as documents 1, 2 and so on."""
    http.post(f"{served}/v1/batches", files=[("files", (path.name, path.read_bytes())) for path in samples])
    page.goto(f"{served}/batches/1")
    expect(page.locator(".figures [data-of=waiting]")).to_have_text("0")
    expect(page.locator(".figures [data-of=done]")).not_to_have_text("0")


def test_boxes_lie_on_the_figures_however_the_page_is_cut(served: str, page: Page) -> None:
    submit(served, page, PDF)
    page.goto(f"{served}/documents/1#requests.new.total")
    expect(page.locator("rect.here")).to_be_attached()
    evidence = http.get(f"{served}/v1/documents/1").json()["results"][0]["cells"]["requests.new.total"]["evidence"]
    points = struct.unpack(">II", http.get(f"{served}/v1/documents/1/pages/1.png?dpi=72").content[16:24])
    x0, y0, x1, y1 = evidence["bbox"]
    for _ in range(3):
        sheet = page.locator("figure[data-page='1'] img").bounding_box()
        box = page.locator("rect.here").bounding_box()
        assert sheet and box
        across = (box["x"] + box["width"] / 2 - sheet["x"]) / sheet["width"] * points[0]
        down = (box["y"] + box["height"] / 2 - sheet["y"]) / sheet["height"] * points[1]
        assert (across, down) == (pytest.approx((x0 + x1) / 2, abs=1.5), pytest.approx((y0 + y1) / 2, abs=1.5))
        page.keyboard.press("+")


def test_a_web_page_is_shown_with_the_cell_marked(served: str, page: Page) -> None:
    submit(served, page, WRONG)
    page.goto(f"{served}/documents/1#requests.granted.total")
    expect(page.locator(".read td.here")).to_have_text("5")
    expect(page.locator(".identity.fail").first).to_contain_text("0 + 2 + 0 + 0 + 2 + 0 [= 4] ≠ 5")
    picture(page, "web_page")


def test_a_key_that_is_held_down_decides_once(served: str, page: Page) -> None:
    submit(served, page, WRONG)
    page.goto(f"{served}/documents/1")
    expect(page.locator("#focus-label")).not_to_be_empty()
    for _ in range(20):
        page.keyboard.down("Enter")
        page.wait_for_timeout(20)
    page.keyboard.up("Enter")
    expect(page.locator("#said")).to_have_text("记下了")
    assert len(http.get(f"{served}/v1/documents/1/decisions").json()["decisions"]) == 1


def test_nobody_takes_back_what_somebody_else_decided(served: str, page: Page) -> None:
    submit(served, page, WRONG)
    other = {"action": "confirm", "version": 0, "who": "another"}
    http.patch(f"{served}/v1/documents/1/cells/requests.granted.total", json=other)
    page.goto(f"{served}/documents/1")
    page.keyboard.press("z")
    expect(page.locator("#said.bad")).to_contain_text("没有你自己的判断")
    assert len(http.get(f"{served}/v1/documents/1/decisions").json()["decisions"]) == 1


def test_every_page_can_be_used_by_everybody(served: str, page: Page) -> None:
    """axe-core knows of no serious fault, in either language, light or dark."""
    submit(served, page, PDF, WRONG, BROKEN)
    for language, scheme in product(LANGUAGES, SCHEMES):
        page.context.add_cookies([{"name": "gouji_language", "value": language, "url": served}])
        page.emulate_media(color_scheme=scheme)
        for path in ("/", "/batches/1", "/review", "/documents/1", "/documents/2", "/documents/3", "/login"):
            page.goto(f"{served}{path}")
            page.wait_for_load_state("networkidle")
            found = Axe().run(page).response["violations"]
            serious = [
                (one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found if one["impact"] in GRAVE
            ]
            assert serious == [], (path, language, scheme)
            picture(page, f"{language}_{scheme}{path.replace('/', '_')}")


def test_english_and_dark(served: str, page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(served)
    page.click("text=English")
    expect(page.locator("h1")).to_have_text("Batches")
    page.click("#theme")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    picture(page, "english")
