"""Checks across years and documents in the service: the same whatever came first, and gone when a person has settled them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

import pytest
from sqlalchemy.orm import Session

from models.events import Answer
from models.forms import load_forms
from models.readings import CellState
from models.report import Cell, Claim, Pipeline, Report, ReportInfo, Review, SourceInfo
from worker.comparing import compare_years
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
from worker.sweep import sweep

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
        series.note(session, review.fill(session, claimed, found))
        return claimed.id


def documents_again(record: DocumentRecord) -> None:
    """As if it were to be read by a later version of the pipeline."""
    record.status = "received"


def queue(database: Database) -> list[tuple[str, str | None, str]]:
    with database.read() as session:
        items = review.page(session, ReviewFilter(), limit=1000)
        names = {d.id: d.name for d in documents.page(session, 1, limit=1000)}
    return sorted((names[item.document_id], item.cell, item.code) for item in items)


def noted(database: Database) -> Sequence[str]:
    """Organs that are still to be compared."""
    with database.read() as session:
        return series.noted(session, now=time.time(), limit=9)


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
    compare_years(database)
    assert queue(database) == EXPECTED
    compare_years(database)
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
    compare_years(database)
    verdict = Verdict(
        second, "requests.carried_in.total", "correct", "李", 0, answer=Answer(state=CellState.NUMBER, value=4)
    )
    decide(database, verdict)
    compare_years(database)
    assert not [item for item in queue(database) if item[2] == "series"]


def test_an_office_of_the_same_name_elsewhere_is_another(database: Database) -> None:
    read(database, OPENING)
    read(database, replace(CLOSING, region="440100"))
    compare_years(database)
    assert queue(database) == []


def test_what_an_earlier_pipeline_read_counts_no_longer(database: Database) -> None:
    read(database, OPENING)
    read(database, CLOSING)
    read(
        database, replace(CLOSING, values=(("requests.carried_in.total", 4), ("requests.new.total", 900)), version="2")
    )
    compare_years(database)
    assert queue(database) == []


def test_too_many_documents_of_one_organ_and_year_are_compared_with_nothing(database: Database) -> None:
    read(database, OPENING)
    for number in range(MOST + 1):
        read(database, replace(CLOSING, name=f"2023 {number}"))
        if number == 1:
            compare_years(database)
            assert queue(database)
    compare_years(database)
    assert queue(database) == []


class Meanwhile(Database):
    """Somebody else does something just before this or that one of the write transactions, which are counted from 0."""

    def __init__(self, url: str, at: int, does: Callable[[], object]) -> None:
        super().__init__(url)
        self._at, self._does = at, does
        #: The documents that were changed in each transaction.
        self.changed: list[list[int]] = []

    @contextmanager
    def write(self) -> Iterator[Session]:
        if len(self.changed) == self._at:
            self._does()
        with super().write() as session:
            yield session
            self.changed.append([one.id for one in session.dirty if isinstance(one, DocumentRecord)])


def test_each_document_has_a_transaction_of_its_own(database: Database, database_url: str) -> None:
    read_ones = [read(database, doc) for doc in (OPENING, CLOSING, SCAN)]
    with closing(Meanwhile(database_url, -1, lambda: None)) as counted:
        compare_years(counted)
    assert counted.changed == [[], *([one] for one in read_ones), []], "taken, each, crossed out"
    assert queue(database) == EXPECTED


@pytest.mark.parametrize("at", range(4))
def test_what_comes_in_during_the_comparison_is_compared_too(database: Database, database_url: str, at: int) -> None:
    read(database, OPENING)
    read(database, CLOSING)
    with closing(Meanwhile(database_url, at, lambda: read(database, SCAN))) as busy:
        compare_years(busy)
    compare_years(database)
    assert queue(database) == EXPECTED
    assert not noted(database)


def test_an_organ_is_compared_by_one_at_a_time(database: Database, database_url: str) -> None:
    read(database, OPENING)
    with (
        closing(Meanwhile(database_url, -1, lambda: None)) as other,
        closing(Meanwhile(database_url, 1, lambda: compare_years(other))) as one,
    ):
        compare_years(one)
        assert other.changed == []
    assert not noted(database)


@pytest.mark.parametrize("at", range(4))
def test_what_is_decided_during_the_comparison_stands(database: Database, database_url: str, at: int) -> None:
    read(database, OPENING)
    second = read(database, CLOSING)
    answer = Answer(state=CellState.NUMBER, value=4)
    verdict = Verdict(second, "requests.carried_in.total", "correct", "李", 0, answer=answer)
    seen: list[list[tuple[str, str | None, str]]] = []

    def look() -> None:
        seen.append([item for item in queue(database) if item[:2] == ("2023", "requests.carried_in.total")])

    class Watched(Meanwhile):
        @contextmanager
        def write(self) -> Iterator[Session]:
            with super().write() as session:
                yield session
            look()

    with closing(Watched(database_url, at, lambda: decide(database, verdict))) as busy:
        compare_years(busy)
    compare_years(database)
    assert not any(seen[at:]), "it does not come back into the queue, not even for a moment"
    assert not [item for item in queue(database) if item[2] == "series"]


def test_the_sweep_compares(services: Services) -> None:
    for doc in (OPENING, CLOSING):
        read(services.database, doc)
    sweep(services)
    assert [item for item in queue(services.database) if item[2] == "series"] == [EXPECTED[0], EXPECTED[2]]
    assert not noted(services.database)
