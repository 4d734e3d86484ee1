"""The store on both databases: every step names the state it starts from, and nothing is done twice."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, insert, inspect, select

from models.errors import Conflict, NotFound, ServiceError, StoreUnavailable, UsageError
from models.events import Answer
from models.readings import CellState
from models.report import (
    Cell,
    Claim,
    ErrorInfo,
    ErrorReport,
    Pipeline,
    Report,
    ReportInfo,
    Review,
    ReviewReason,
    SourceInfo,
)
from worker.deciding import Verdict
from worker.deciding import decide as decide_now
from worker.store import batches, decisions, documents, leases, replies, results, review, upkeep
from worker.store.database import Database
from worker.store.documents import Arrival
from worker.store.leases import Claimed, Outcome, Refusal
from worker.store.records import Base, DocumentRecord, ResultRecord, ReviewItemRecord, Status
from worker.store.results import Reading

REPOSITORY = Path(__file__).resolve().parents[2]
SHA = "ab" * 32
NOW = 1_000_000.0


def arrival(name: str = "报告.pdf", sha256: str | None = SHA) -> Arrival:
    return Arrival(name, sha256, size=7)


def recorded(database: Database, *arrivals: Arrival, batch: str = "一批") -> list[int]:
    with database.write() as session:
        found = batches.ensure(session, batch, now=NOW)
        return [d.id for d in documents.record(session, found.id, arrivals or [arrival()], now=NOW)]


def claim(database: Database, document: int, lease: str = "a", now: float = NOW, most: int = 3) -> Claimed | Refusal:
    with database.write() as session:
        return leases.claim(session, document, lease=lease, now=now, seconds=60, most_attempts=most)


def release(database: Database, document: int, lease: str) -> None:
    with database.write() as session:
        assert leases.release(session, document, lease)


def status(database: Database, document: int) -> Status:
    with database.read() as session:
        return Status(documents.get(session, document).status)


def a_report(value: int | Decimal = 3001) -> Report:
    cell = Cell(value=value, state=CellState.NUMBER, printed=str(value), confidence=0.6, status="review")
    return Report(
        id="r",
        source=SourceInfo(name="报告.pdf", sha256=SHA),
        report=ReportInfo(
            organ=Claim(value="青禾县人民政府", confidence=1),
            region=Claim(code="320800"),
            year=Claim(value=2024, confidence=1),
            period=Claim(),
            form=Claim(value="2021", confidence=1),
            published=Claim(),
        ),
        cells={"requests.new.total": cell},
        review=Review(needed=True, reasons=(ReviewReason(cell="requests.new.total", why="unsure", code="confidence"),)),
        pipeline=Pipeline(version="1"),
    )


def test_migrations_make_what_the_records_say(database: Database) -> None:
    with database.read() as session:
        connection = session.connection()
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        assert set(Base.metadata.tables) <= set(inspect(connection).get_table_names())


def test_many_processes_may_migrate_at_once(database_url: str) -> None:
    code = f"from worker.store.database import Database; Database({database_url!r}).migrate()"
    started = [subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY) for _ in range(4)]
    assert [process.wait(60) for process in started] == [0] * 4
    with closing(Database(database_url)) as database:
        database.ping()


def test_a_database_without_tables_is_not_ready(database_url: str) -> None:
    with closing(Database(database_url)) as database, pytest.raises(StoreUnavailable):
        database.ping()


def test_a_database_that_is_not_there_is_unavailable_and_a_wrong_url_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        Database(f"sqlite:///{tmp_path}/no/such/folder.db").migrate()
    with pytest.raises(StoreUnavailable):
        Database(f"postgresql://nobody@/nothing?host={tmp_path}").migrate()
    for url in ("mysql://host/db", "nonsense"):
        with pytest.raises(UsageError):
            Database(url)


def test_the_same_document_is_recorded_once(database: Database) -> None:
    first = recorded(database, arrival("a.pdf"), arrival("b.pdf"), arrival("a.pdf"))
    assert len(first) == 2
    again = recorded(database, arrival("c.pdf"), arrival("b.pdf"), arrival("a.pdf", "cd" * 32))
    assert again[1] == first[1]
    assert len({*first, *again}) == 4
    assert recorded(database, arrival("a.pdf"), batch="another") != first[:1]


def test_a_document_whose_bytes_were_lost_is_a_named_failure(database: Database) -> None:
    lost = Arrival("坏.zip/密.pdf", None, error=("encrypted_archive", "the archive needs a password"))
    ids = recorded(database, lost)
    assert recorded(database, lost) == ids
    with database.read() as session:
        (error,) = results.of_document(session, documents.get(session, ids[0]))
    assert isinstance(error, ErrorReport)
    assert (error.error.code, error.source.name) == ("encrypted_archive", "坏.zip/密.pdf")
    assert error.error.hint


def test_of_two_who_claim_one_gets_it(database: Database) -> None:
    (document,) = recorded(database)
    assert isinstance(claim(database, document, "a"), Claimed)
    assert claim(database, document, "b") is Refusal.TAKEN
    assert claim(database, document, "b", now=NOW + 61) is Refusal.TAKEN, "that it is lost is for the sweep to say"
    release(database, document, "a")
    assert isinstance(claim(database, document, "b", now=NOW + 61), Claimed)


def test_many_threads_claim_each_document_once(database: Database) -> None:
    ids = recorded(database, *(arrival(f"{n}.pdf") for n in range(40)))
    got: list[int] = []

    def work(name: str) -> None:
        for document in ids:
            if isinstance(claim(database, document, name), Claimed):
                got.append(document)

    threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == ids


def test_a_lost_lease_can_neither_be_renewed_nor_finish(database: Database) -> None:
    (document,) = recorded(database)
    first = claim(database, document, "a")
    release(database, document, "a")
    second = claim(database, document, "b", now=NOW + 61)
    assert isinstance(first, Claimed)
    assert isinstance(second, Claimed)
    with database.write() as session:
        assert not leases.renew(session, first, now=NOW + 62, seconds=60)
        assert not leases.finish(session, first, Outcome(Status.DONE, reports=1), now=NOW + 62)
        assert leases.renew(session, second, now=NOW + 62, seconds=60)
        assert leases.finish(session, second, Outcome(Status.DONE, reports=1), now=NOW + 63)
    assert status(database, document) is Status.DONE
    assert claim(database, document, "c", now=NOW + 999) is Refusal.OVER


def test_a_document_that_ends_none_of_its_tries_is_worn_out(database: Database) -> None:
    (document,) = recorded(database)
    for attempt in range(3):
        assert isinstance(claim(database, document, str(attempt), now=NOW + 100 * attempt), Claimed)
        release(database, document, str(attempt))
    assert claim(database, document, "x", now=NOW + 1000) is Refusal.WORN_OUT
    with database.write() as session:
        leases.quarantine(session, document, message="three times", now=NOW)
    assert status(database, document) is Status.QUARANTINED
    with database.write() as session:
        assert documents.retry(session, document).status == Status.RECEIVED
    assert isinstance(claim(database, document, "again", now=NOW + 1000), Claimed)


def test_a_claim_that_is_given_back_does_not_count(database: Database) -> None:
    (document,) = recorded(database)
    for _ in range(5):
        claimed = claim(database, document)
        assert isinstance(claimed, Claimed)
        with database.write() as session:
            assert leases.give_back(session, claimed, now=NOW, queue="ocr")
    with database.read() as session:
        found = documents.get(session, document)
        assert (found.attempts, found.queue, found.status) == (0, "ocr", Status.QUEUED)


def test_what_was_left_behind_is_found(database: Database) -> None:
    unsent, waiting, running, done = recorded(database, *(arrival(f"{n}.pdf") for n in range(4)))
    with database.write() as session:
        upkeep.mark_queued(session, [waiting], now=NOW)
    claim(database, running)
    finished = claim(database, done)
    assert isinstance(finished, Claimed)
    with database.write() as session:
        leases.finish(session, finished, Outcome(Status.DONE), now=NOW)
    with database.read() as session:
        later = NOW + 100
        assert [d.id for d in upkeep.unsent(session, received_before=later, limit=9)] == [unsent]
        assert [d.id for d in upkeep.unsent(session, received_before=NOW, limit=9)] == []
        assert [d.id for d in upkeep.waiting(session, "digital", queued_before=later, limit=9)] == [waiting]
        assert [d.id for d in upkeep.running(session)] == [running]
    with database.write() as session:
        assert not leases.release(session, running, "another's")
        assert not leases.release(session, running, "a", until=NOW + 59), "it was renewed since"
        assert leases.release(session, running, "a", until=NOW + 60)
    assert status(database, running) is Status.RECEIVED


def test_an_archive_is_settled_when_its_members_are_over(database: Database) -> None:
    with database.write() as session:
        batch = batches.ensure(session, "b", now=NOW)
        path = "/in/bücher.zip".encode("latin-1")
        (archive,) = documents.record(session, batch.id, [Arrival("z.zip", SHA, 1, inbox_path=path)], now=NOW)
        (member,) = documents.record(session, batch.id, [arrival("z.zip/a")], now=NOW, parent_id=archive.id)
    for document in (archive.id, member.id):
        with database.read() as session:
            assert upkeep.unsettled(session) == []
        claimed = claim(database, document)
        assert isinstance(claimed, Claimed)
        with database.write() as session:
            leases.finish(session, claimed, Outcome(Status.DONE), now=NOW)
    with database.read() as session:
        (found,) = upkeep.unsettled(session)
        assert (found.id, found.inbox_path) == (archive.id, path)
        assert documents.member_counts(session, archive.id) == {Status.DONE: 1}
    with database.write() as session:
        upkeep.mark_settled(session, archive.id, b"/in/done/z.zip")
    with database.read() as session:
        assert upkeep.unsettled(session) == []


def test_the_time_in_a_transaction_is_not_older_than_the_wait_for_it(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/one.db")) as database, ThreadPoolExecutor() as pool:
        database.migrate()

        def second() -> float:
            with database.write():
                return time.monotonic()

        with database.write():
            waiting = pool.submit(second)
            wait([waiting], timeout=0.2)
            before = time.monotonic()
        assert waiting.result() > before


def test_results_are_written_once_and_the_first_ones_stay(database: Database) -> None:
    recorded(database)
    reading = Reading(SHA, "报告.pdf", "1")
    exact = Decimal("25.10")
    for value in (exact, Decimal(7)):
        with database.write() as session:
            results.write(session, reading, [a_report(value)], now=NOW)
    with database.read() as session:
        (found,) = results.find(session, reading)
        assert results.find(session, Reading(SHA, "另一个.pdf", "1")) == []
        assert session.scalars(select(func.count()).select_from(ResultRecord)).one() == 1
        row = session.scalars(select(ResultRecord)).one()
        assert (row.organ, row.region, row.year, row.form) == ("青禾县人民政府", "320800", 2024, "2021")
    assert isinstance(found, Report)
    assert str(found.cells["requests.new.total"].value) == "25.10"


def test_an_error_object_is_kept_until_someone_asks_for_another_try(database: Database) -> None:
    (document,) = recorded(database)
    reading = Reading(SHA, "报告.pdf", "1")
    error = ErrorReport(source=SourceInfo(name="报告.pdf", sha256=SHA), error=ErrorInfo(code="corrupt", message="m"))
    with database.write() as session:
        results.write(session, reading, [error], now=NOW)
    claimed = claim(database, document)
    assert isinstance(claimed, Claimed)
    with database.write() as session:
        leases.finish(session, claimed, results.outcome([error], "1"), now=NOW)
    with database.read() as session:
        assert results.of_document(session, documents.get(session, document)) == [error]
    with database.write() as session:
        documents.retry(session, document)
    with database.read() as session:
        assert results.find(session, reading) == []


@pytest.fixture
def read_document(database: Database) -> int:
    """A document that has been read, with one doubtful cell."""
    (document,) = recorded(database)
    claimed = claim(database, document)
    assert isinstance(claimed, Claimed)
    with database.write() as session:
        results.write(session, Reading(SHA, "报告.pdf", "1"), [a_report()], now=NOW)
        leases.finish(session, claimed, results.outcome([a_report()], "1"), now=NOW)
        found = documents.get(session, document)
        session.refresh(found)
        review.remake(session, found)
    return document


def decision(seen: int, value: int = 3007, action: str = "correct") -> decisions.NewDecision:
    before = Answer(state=CellState.NUMBER, value=3001)
    after = Answer(state=CellState.NUMBER, value=value)
    if action == "undo":
        return decisions.NewDecision("requests.new.total", "undo", before, None, "李", seen)
    return decisions.NewDecision("requests.new.total", "correct", before, after, "李", seen, why="看得清楚")


def decide(database: Database, document: int, new: decisions.NewDecision) -> int:
    with database.write() as session:
        return decisions.append(session, SHA, 1, new, document_id=document, now=NOW).version


def total(database: Database, document: int) -> Cell:
    with database.read() as session:
        (report,) = results.of_document(session, documents.get(session, document))
    assert isinstance(report, Report)
    return report.cells["requests.new.total"]


def test_a_decision_is_replayed_over_the_result_and_can_be_taken_back(database: Database, read_document: int) -> None:
    assert decide(database, read_document, decision(0)) == 1
    cell = total(database, read_document)
    assert (cell.value, cell.status, cell.printed) == (3007, "corrected", "3001")
    assert cell.alternatives[0].value == 3001
    assert decide(database, read_document, decision(1, action="undo")) == 2
    assert total(database, read_document).status == "review"
    with database.read() as session:
        kept = decisions.of_part(session, SHA, 1)
    assert [(d.action, d.who, d.why) for d in kept] == [("correct", "李", "看得清楚"), ("undo", "李", "")]


def test_two_people_do_not_overwrite_each_other(database: Database, read_document: int) -> None:
    decide(database, read_document, decision(0))
    with pytest.raises(Conflict, match="version 1, and you looked at version 0"):
        decide(database, read_document, decision(0, value=1))


def test_two_people_at_the_same_moment_do_not_either(database: Database, read_document: int) -> None:
    outcomes: list[str] = []
    together = threading.Barrier(4)

    def person(number: int) -> None:
        together.wait()
        try:
            decide(database, read_document, decision(0, value=number))
            outcomes.append("kept")
        except Conflict:
            outcomes.append("conflict")

    people = [threading.Thread(target=person, args=(n,)) for n in range(4)]
    for thread in people:
        thread.start()
    for thread in people:
        thread.join()
    assert sorted(outcomes) == ["conflict", "conflict", "conflict", "kept"]


def test_the_queue_forgets_what_was_decided_and_remembers_it_when_that_is_taken_back(
    database: Database, read_document: int
) -> None:
    (copy,) = recorded(database, batch="eine Kopie")
    claimed = claim(database, copy)
    assert isinstance(claimed, Claimed)
    with database.write() as session:
        leases.finish(session, claimed, results.outcome([a_report()], "1"), now=NOW)
    verdict = Verdict(read_document, "requests.new.total", "confirm", "李", seen=0)
    with database.read() as session:
        (item,) = review.page(session, review.ReviewFilter())
        assert (item.cell, item.code, item.organ) == ("requests.new.total", "confidence", "青禾县人民政府")
    decided = decide_now(database, verdict)
    assert (decided.report.cells[verdict.cell].status, decided.decision.version) == ("confirmed", 1)
    with database.read() as session:
        assert review.count(session, review.ReviewFilter()) == 0
        (in_copy,) = results.of_document(session, documents.get(session, copy))
    assert isinstance(in_copy, Report)
    assert in_copy.cells["requests.new.total"].status == "confirmed"
    decide_now(database, replace(verdict, action="undo", seen=1))
    with database.read() as session:
        assert review.count(session, review.ReviewFilter()) == 2, "in both copies"


def test_a_verdict_that_says_nothing_or_is_about_nothing_is_refused(database: Database, read_document: int) -> None:
    verdict = Verdict(read_document, "requests.new.total", "correct", "李", seen=0)
    with pytest.raises(ServiceError, match="needs a state"):
        decide_now(database, verdict)
    with pytest.raises(ServiceError, match="no decision"):
        decide_now(database, replace(verdict, action="undo"))
    for wrong in (replace(verdict, cell="no.such.cell"), replace(verdict, part=2), replace(verdict, document_id=99)):
        with pytest.raises(NotFound):
            decide_now(database, wrong)
    with database.read() as session:
        assert decisions.of_part(session, SHA, 1) == []


def test_progress_counts_documents_reports_and_cells(database: Database, read_document: int) -> None:
    recorded(database, arrival("waiting.pdf"))
    with database.read() as session:
        batch = batches.by_name(session, "一批")
        progress = batches.progress(session, batch.id)
        assert batches.get(session, batch.id).name == "一批"
        with pytest.raises(NotFound):
            batches.get(session, 999)
    assert (progress.counts[Status.DONE], progress.counts[Status.RECEIVED], progress.total) == (1, 1, 2)
    assert (progress.reports, progress.cells_accepted, progress.cells_review) == (1, 0, 1)
    assert not progress.finished


def test_pages_join_without_gap_or_overlap(database: Database) -> None:
    ids = recorded(database, *(arrival(f"{n}.pdf") for n in range(7)))
    with database.write() as session:
        rows = [
            {"document_id": ids[n % 7], "batch_id": 1, "part": 1, "cell": None, "code": "form", "why": "w",
             "organ": None, "year": None, "rank": n % 3} for n in range(20)
        ]  # fmt: skip
        session.execute(insert(ReviewItemRecord), rows)
    seen: list[tuple[int, int]] = []
    after = None
    with database.read() as session:
        while page := review.page(session, review.ReviewFilter(code="form"), after=after, limit=6):
            seen += [(item.rank, item.id) for item in page]
            after = review.Place(page[-1].rank, page[-1].id)
        listed = [d.id for start in (0, ids[3]) for d in documents.page(session, 1, after=start, limit=4)]
    assert seen == sorted(seen)
    assert len(set(seen)) == 20
    assert listed == ids


def test_a_request_with_a_key_is_done_once(database: Database) -> None:
    key = replies.key_of("me", "k")

    def begin(fingerprint: str = "f", now: float = NOW) -> replies.Reply | None:
        with database.write() as session:
            return replies.begin(session, key, fingerprint, now=now)

    assert begin() is None
    with pytest.raises(Conflict, match="being worked on"):
        begin()
    assert begin(now=NOW + replies.STALE + 1) is None
    with database.write() as session:
        replies.end(session, key, replies.Reply(202, "{}"))
    assert begin() == replies.Reply(202, "{}")
    with pytest.raises(Conflict, match="another request"):
        begin("other")
    assert begin("other", now=NOW + replies.STALE + replies.KEPT + 2) is None
    with database.write() as session:
        replies.forget(session, key)
    assert begin() is None


def test_a_transaction_is_all_or_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            batches.ensure(session, "never", now=NOW)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.read() as session:
        assert batches.page(session) == []


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    recorded(database)
    with database.write() as writer:
        batches.ensure(writer, "second", now=NOW)
        with database.read() as reader:
            assert [batch.name for batch in batches.page(reader)] == ["一批"]


def test_a_page_of_a_long_queue_is_quick(database: Database) -> None:
    """100,000 doubts: a page from anywhere is read through an index, which the plan of the database shows."""
    (document,) = recorded(database)
    row = {"document_id": document, "batch_id": 1, "part": 1, "cell": "c", "code": "form", "why": "w"}
    with database.write() as session:
        session.execute(insert(ReviewItemRecord), [{**row, "rank": n % 1000, "organ": None} for n in range(100_000)])
    if not database.is_sqlite:
        with database.write() as session:
            session.connection().exec_driver_sql("ANALYZE review_items")
    place = review.Place(500, 0)
    with database.read() as session:
        found = review.page(session, review.ReviewFilter(batch_id=1), after=place, limit=50)
        assert [item.rank for item in found] == [500] * 50
        plan = session.connection().exec_driver_sql(
            ("EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN ")
            + "SELECT * FROM review_items WHERE batch_id = 1 AND (rank, id) > (500, 0) "
            "ORDER BY rank, id LIMIT 50"
        )
        text = " ".join(str(line) for line in plan)
    assert "ix_review_" in text or "Index" in text
    assert "SCAN review_items" not in text
    assert "Seq Scan" not in text
    with database.read() as session:
        assert session.scalars(select(func.count()).select_from(DocumentRecord)).one() == 1
