"""Many results at once are those that documents give one by one."""

from __future__ import annotations

from pathlib import Path

from extractors import extract_path
from models.by_column import by_column
from models.events import Answer
from models.light import light
from models.readings import CellState
from models.report import Report, Result
from tests.models.test_by_column import plain
from worker.store import batches, bulk, decisions, documents, results
from worker.store.database import Database
from worker.store.documents import Arrival
from worker.store.records import Status
from worker.store.results import Reading

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
NAMES = ("白石县统计局2020.txt", "柳湾镇人民政府2024.md", "石桥县财政局2021.xlsx", "损坏的文件.pdf", "历年年报.zip")
SHA = "".ljust(63, "0")


def put(
    database: Database, name: str, found: list[Result], *, version: str = "2", batch: str = "b", at: int = 0
) -> int:
    """A document whose reading gave these, under an older version of the pipeline too."""
    sha256 = f"{SHA}{at}"
    own = [one.model_copy(update={"source": one.source.model_copy(update={"sha256": sha256})}) for one in found]
    with database.write() as session:
        into = batches.ensure(session, batch, now=1.0)
        (document,) = documents.record(session, into.id, [Arrival(name, sha256, size=1)], now=1.0)
        results.write(session, Reading(sha256, name, "1"), own[:1], now=1.0)
        results.write(session, Reading(sha256, name, version), own, now=1.0)
        document.status, document.pipeline_version = Status.DONE, version
        return document.id


def decide(database: Database, document: int, at: int, part: int, cell: str, value: int, seen: int = 0) -> None:
    before, after = (Answer(state=CellState.NUMBER, value=one) for one in (0, value))
    made = decisions.NewDecision(cell, "correct", before=before, after=after, who="王", seen=seen)
    with database.write() as session:
        decisions.append(session, f"{SHA}{at}", part, made, document_id=document, now=2.0)


def fill(database: Database) -> list[int]:
    """Several forms, parts, names of one content, errors, and decisions, one of them on a cell that there is not."""
    ids = [
        put(database, name, list(extract_path(SAMPLES / name)), at=at)
        for at, name in enumerate(NAMES)
    ]  # fmt: skip
    reports = [one for name in NAMES[:2] for one in extract_path(SAMPLES / name)]
    bound = [
        one.model_copy(update={"source": one.source.model_copy(update={"part": n})}) for n, one in enumerate(reports, 1)
    ]
    ids.append(put(database, "bound.txt", bound, at=7))
    ids.append(put(database, "copy.txt", bound, at=7, batch="c"))
    decide(database, ids[0], 0, 1, "requests.new.total", 4711)
    decide(database, ids[0], 0, 1, "no.such.cell", 1, seen=1)
    decide(database, ids[5], 7, 2, "requests.new.total", 12)
    with database.write() as session:
        into = batches.ensure(session, "b", now=1.0)
        lost = Arrival("lost.pdf", None, error=("unreadable", "its bytes could not be had"))
        ids.append(documents.record(session, into.id, [lost], now=1.0)[0].id)
        (left,) = documents.record(session, into.id, [Arrival("left.pdf", f"{SHA}8", size=1)], now=1.0)
        left.status, left.error_code, left.pipeline_version = Status.QUARANTINED, "quarantined", "2"
        ids.append(left.id)
        (waiting,) = documents.record(session, into.id, [Arrival("waiting.pdf", f"{SHA}9", size=1)], now=1.0)
        ids.append(waiting.id)
    return ids


def test_many_at_once_are_those_of_the_documents_one_by_one(database: Database) -> None:
    ids = fill(database)
    with database.read() as session:
        one_by_one = [
            one for number in ids for one in results.with_history(session, documents.get(session, number))
        ]  # fmt: skip
        at_once = list(bulk.held(session, ids))
    assert [plain(one.result) for one in at_once] == [plain(by_column(light(one.result))) for one in one_by_one]
    assert len(at_once) > len(ids) - 1
    for fast, slow in zip(at_once, one_by_one, strict=True):
        if slow.decisions and isinstance(slow.read, Report):
            assert fast.read == slow.read
        assert list(fast.decisions) == list(slow.decisions)
    assert sum(bool(one.decisions) for one in at_once) == 3  # a decision holds for every name of its bytes
