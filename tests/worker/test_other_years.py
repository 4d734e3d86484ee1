"""Checks across years and documents in the service: the same whatever came first, and gone when a person has settled them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from models.events import Answer
from models.forms import load_forms
from models.readings import CellState
from models.report import Cell, Claim, Pipeline, Report, ReportInfo, Review, SourceInfo
from worker.deciding import Verdict, decide
from worker.services import Services
from worker.store import batches, documents, leases, results, review, series
from worker.store.database import Database
from worker.store.documents import Arrival
from worker.store.leases import Claimed
from worker.store.records import DocumentRecord
from worker.store.results import Reading
from worker.store.review import ReviewFilter
from worker.store.series import MOST
from worker.sweep import compare_years

ORGAN = "云桥县水利局"
NOW = 1.0


@dataclass(frozen=True)
class Doc:
    """A document to be read: its year, the figures that are not 0, and whose it is."""

    name: str
    year: int
    values: tuple[tuple[str, int], ...] = ()
    region: str | None = "320800"
    version: str = "1"

    @property
    def sha256(self) -> str:
        return self.name.encode().hex().ljust(64, "0")

    def report(self) -> Report:
        given = dict(self.values)
        cells = {
            cell: Cell(
                value=given.get(cell, 0), state=CellState.NUMBER, printed=str(given.get(cell, 0)), confidence=1,
                status="accepted",
            )
            for cell in load_forms()["2021"].cell_ids()
        }  # fmt: skip
        info = ReportInfo(
            organ=Claim(value=ORGAN),
            region=Claim(code=self.region),
            year=Claim(value=self.year),
            period=Claim(),
            form=Claim(value="2021"),
            published=Claim(),
        )
        source = SourceInfo(name=self.name, sha256=self.sha256)
        return Report(
            id=self.name, source=source, report=info, cells=cells, review=Review(needed=False),
            pipeline=Pipeline(version=self.version),
        )  # fmt: skip


OPENING = Doc("2022", 2022, (("requests.carried_out.total", 4), ("requests.new.total", 900)))
CLOSING = Doc("2023", 2023, (("requests.carried_in.total", 3), ("requests.new.total", 9)))
SCAN = replace(CLOSING, name="2023 again", values=(("requests.carried_in.total", 3), ("requests.new.total", 8)))


def read(database: Database, doc: Doc) -> int:
    """What a worker does with a document, with this report as what it read."""
    with database.write() as session:
        batch = batches.ensure(session, "b", now=NOW)
        (record,) = documents.record(session, batch.id, [Arrival(doc.name, doc.sha256, 1)], now=NOW)
        if record.status == "done":
            documents_again(record)
            session.flush()
        claimed = leases.claim(session, record.id, lease=doc.name, now=NOW, seconds=60, most_attempts=99)
        assert isinstance(claimed, Claimed)
    found = [doc.report()]
    with database.write() as session:
        results.write(session, Reading(doc.sha256, doc.name, doc.version), found, now=NOW)
        leases.finish(session, claimed, results.outcome(found, doc.version), now=NOW)
        series.note(session, review.remake(session, documents.get(session, claimed.id)))
        return claimed.id


def documents_again(record: DocumentRecord) -> None:
    """As if it were to be read by a later version of the pipeline."""
    record.status = "received"


def queue(database: Database) -> list[tuple[str, str | None, str]]:
    with database.read() as session:
        items = review.page(session, ReviewFilter(), limit=1000)
        names = {d.id: d.name for d in documents.page(session, 1, limit=1000)}
    return sorted((names[item.document_id], item.cell, item.code) for item in items)


def compare(database: Database) -> None:
    """What the sweep does."""
    while True:
        with database.write() as session:
            organ = series.noted(session)
            if organ is None:
                return
            review.remake_years(session, series.take_noted(session, organ))


EXPECTED = [
    ("2022", "requests.carried_out.total", "series"),
    ("2022", "requests.new.total", "jump"),
    ("2023", "requests.carried_in.total", "series"),
    ("2023", "requests.new.total", "duplicate"),
    ("2023", "requests.new.total", "jump"),
    ("2023 again", "requests.carried_in.total", "series"),
    ("2023 again", "requests.new.total", "duplicate"),
    ("2023 again", "requests.new.total", "jump"),
]


@pytest.mark.parametrize("order", list(itertools.permutations((OPENING, CLOSING, SCAN))), ids=range(6))
def test_the_queue_is_the_same_whatever_came_first(database: Database, order: Sequence[Doc]) -> None:
    for doc in order:
        read(database, doc)
    compare(database)
    assert queue(database) == EXPECTED
    compare(database)
    assert queue(database) == EXPECTED


def test_a_report_is_handed_out_with_its_neighbours_and_stored_without(database: Database) -> None:
    first, second = read(database, OPENING), read(database, CLOSING)
    with database.read() as session:
        for number, cell in ((first, "requests.carried_out.total"), (second, "requests.carried_in.total")):
            (report,) = results.of_document(session, documents.get(session, number))
            assert isinstance(report, Report)
            assert report.cells[cell].status == "review"
            assert {check.rule for check in report.checks if check.status == "fail"} == {"series.carried_over.total"}
        assert results.find(session, Reading(CLOSING.sha256, CLOSING.name, "1")) == [CLOSING.report()]


def test_a_correction_mends_the_report_beside_it(database: Database) -> None:
    read(database, OPENING)
    second = read(database, CLOSING)
    compare(database)
    verdict = Verdict(
        second, "requests.carried_in.total", "correct", "李", 0, answer=Answer(state=CellState.NUMBER, value=4)
    )
    decide(database, verdict)
    compare(database)
    assert not [item for item in queue(database) if item[2] == "series"]


def test_an_office_of_the_same_name_elsewhere_is_another(database: Database) -> None:
    read(database, OPENING)
    read(database, replace(CLOSING, region="440100"))
    compare(database)
    assert queue(database) == []


def test_what_an_earlier_pipeline_read_counts_no_longer(database: Database) -> None:
    read(database, OPENING)
    read(database, CLOSING)
    read(
        database, replace(CLOSING, values=(("requests.carried_in.total", 4), ("requests.new.total", 900)), version="2")
    )
    compare(database)
    assert queue(database) == []


def test_too_many_documents_of_one_organ_and_year_are_compared_with_nothing(database: Database) -> None:
    read(database, OPENING)
    for number in range(MOST + 1):
        read(database, replace(CLOSING, name=f"2023 {number}"))
        if number == 1:
            compare(database)
            assert queue(database)
    compare(database)
    assert queue(database) == []


def test_the_sweep_compares(services: Services) -> None:
    for doc in (OPENING, CLOSING):
        read(services.database, doc)
    compare_years(services)
    assert [item for item in queue(services.database) if item[2] == "series"] == [EXPECTED[0], EXPECTED[2]]
    with services.database.read() as session:
        assert series.noted(session) is None
