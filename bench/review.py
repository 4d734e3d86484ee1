"""``python -m bench.review``: how long a person who reviews waits.

A queue of 100,000 doubtful cells is paged through, and a report whose pages are pictures is opened in Chromium and corrected
cell by cell. Figures are medians and worst of some tries over HTTP on this machine.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import insert

from bench.service.parts import Parts, service, wait_until
from worker import jobs
from worker.services import Services
from worker.store import documents
from worker.store.records import ReviewItemRecord
from worker.store.review import WEIGHTS

SAMPLE = Path("samples/青禾县人民政府2024年年报.pdf")
OTHER = Path("samples/白石县统计局2020.txt")
TRIES = 20
CHROMIUM = ["--no-sandbox", "--disable-gpu"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.review", description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    args = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="gouji-review-") as folder,
        service(Path(folder), audit_share=0.2) as (parts, services),
    ):
        url = serve(parts)
        document = read(services, url, SAMPLE)
        fill(services, read(services, url, OTHER), args.items)
        queue(url, args.items)
        corrections(url, document)
        opened(url, document)


def serve(parts: Parts) -> str:
    api = parts.start("api", "--port", "0")

    def address() -> str | None:
        return next((word for word in parts.log_of(api).split() if word.startswith("http://")), None)

    wait_until(address)
    found = address()
    assert found
    return found


def read(services: Services, url: str, sample: Path) -> int:
    with sample.open("rb") as file:
        answer = httpx.post(f"{url}/v1/batches", files={"files": (sample.name, file)})
    number = int(answer.json()["documents"][0]["id"])
    jobs.read_document(services, number)
    return number


def fill(services: Services, document: int, count: int) -> None:
    """Doubts of every kind, about a report that nobody decides on."""
    kinds = list(WEIGHTS)
    with services.database.write() as session:
        batch = documents.get(session, document).batch_id
        rows = [
            {
                "document_id": document,
                "batch_id": batch,
                "part": 1,
                "cell": "requests.new.total",
                "code": kinds[number % len(kinds)],
                "why": "what is seen supports several values",
                "organ": f"县{number % 3000}局",
                "year": 2019 + number % 6,
                "rank": number * 7919 % 1000,
            }
            for number in range(count)
        ]
        session.execute(insert(ReviewItemRecord), rows)


def queue(url: str, count: int) -> None:
    with httpx.Client(base_url=url) as client:
        deep = cursors(client, 40)
        say(f"first page of a queue of {count:,}", timed(lambda: client.get("/review")))
        say("a page 2,000 items down", timed(lambda: client.get("/review", params={"cursor": deep})))
        say("its page for one kind of doubt", timed(lambda: client.get("/review", params={"code": "series"})))
        say("its page for one organ", timed(lambda: client.get("/review", params={"organ": "县77局"})))


def cursors(client: httpx.Client, pages: int) -> str:
    cursor = None
    for _ in range(pages):
        cursor = client.get("/v1/review", params={"limit": 50, **({"cursor": cursor} if cursor else {})}).json()["next"]
    assert cursor
    return cursor


def corrections(url: str, document: int) -> None:
    with httpx.Client(base_url=url) as client:
        report = client.get(f"/v1/documents/{document}").json()["results"][0]
        cells = iter(list(report["cells"]))

        def correct() -> httpx.Response:
            version = client.get(f"/v1/documents/{document}/decisions").json()["version"]
            body = {"action": "correct", "version": version, "state": "number", "value": 7}
            began = time.perf_counter()
            answer = client.patch(f"/v1/documents/{document}/cells/{next(cells)}", json=body)
            spent.append(time.perf_counter() - began)
            return answer

        spent: list[float] = []
        for _ in range(TRIES):
            assert correct().status_code == 200
        say("a correction, checks made anew", iter(spent))


def opened(url: str, document: int) -> None:
    """From the click to the picture of the page with its boxes and the magnified crop; the page is rendered anew each time."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        say("a report with its picture in Chromium", opening(browser, f"{url}/documents/{document}"))
        browser.close()


def opening(browser: Browser, address: str) -> Iterator[float]:
    for _ in range(TRIES // 2):
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        began = time.perf_counter()
        page.goto(address)
        page.locator("#crop").wait_for(state="visible")
        page.locator("svg rect").first.wait_for(state="attached")
        yield time.perf_counter() - began
        page.context.close()


def timed(ask: Callable[[], httpx.Response]) -> Iterator[float]:
    for _ in range(TRIES):
        began = time.perf_counter()
        assert ask().status_code == 200
        yield time.perf_counter() - began


def say(what: str, seconds: Iterator[float]) -> None:
    found = [1000 * one for one in seconds]
    print(f"{what:<45} {statistics.median(found):6.0f} ms, {max(found):6.0f} ms at most", flush=True)


if __name__ == "__main__":
    main()
