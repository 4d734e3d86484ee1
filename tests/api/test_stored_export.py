"""``gouji export`` from the store of the service: the panel of what was read and decided there."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from api.cli.main import main
from api.exits import Exit
from api.export.panel.export import Options, export_panel
from api.export.panel.source import Given
from api.stored.reports import StoredPacket, StoredReports
from models.by_column import by_column
from models.forms import load_forms
from models.light import heavy, light
from models.report import ErrorInfo, ErrorReport, Report, Result, SourceInfo
from tests.api.test_pages import HOST, SAMPLES, read
from tests.models.test_by_column import report
from tests.worker.test_bulk import decide, fill, put
from worker.services import Services
from worker.store import documents, results
from worker.store.database import Database
from worker.store.records import ResultRecord

Run = Callable[..., int]


@pytest.fixture
def run(services: Services, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("GOUJI_DATABASE_URL", services.settings.database)

    def call(*args: str | Path) -> int:
        return main(["export", *map(str, args)])

    return call


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def filled(services: Services) -> Services:
    """Two batches of one report each; somebody corrected a cell of the first and confirmed another."""
    from api.http.app import make_app

    with TestClient(make_app(services), base_url=HOST) as client:
        for name in ("白石县统计局2020.txt", "柳湾镇人民政府2024.md"):
            read(client, services, name, (SAMPLES / name).read_bytes())
        url = "/v1/documents/1/cells/requests."
        said = {"action": "correct", "version": 0, "state": "number", "value": 4711, "who": "王", "why": "看清了"}
        assert client.patch(f"{url}new.total", json=said).status_code == 200
        assert client.patch(f"{url}new.other", json={"action": "confirm", "version": 1}).status_code == 200
    return services


@pytest.mark.usefixtures("filled")
def test_the_store_becomes_a_panel_with_decisions_and_who_made_them(run: Run, tmp_path: Path) -> None:
    assert run("-o", tmp_path / "one", "-q") == Exit.OK
    panel = {row["organ"]: row for row in rows(tmp_path / "one" / "panel.csv")}
    assert len(panel) == 2
    assert panel["白石县统计局"]["requests.new.total"] == "4711"
    decided = {row["cell"]: row for row in rows(tmp_path / "one" / "corrections.csv")}
    corrected = decided["requests.new.total"]
    assert (corrected["action"], corrected["read_value"], corrected["read_status"]) == ("corrected", "122", "accepted")
    assert corrected["who"] == "王@local" and corrected["why"] == "看清了"
    assert decided["requests.new.other"]["action"] == "confirmed"
    assert run("-o", tmp_path / "two", "-q") == Exit.OK
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("name", ["2", None])
def test_one_batch_by_name_or_id(run: Run, tmp_path: Path, filled: Services, name: str | None) -> None:
    from worker.store import batches

    with filled.database.read() as session:
        name = name or batches.get(session, 2).name
    assert run("--batch", name, "-o", tmp_path, "-q") == Exit.OK
    assert [row["organ"] for row in rows(tmp_path / "panel.csv")] == ["柳湾镇人民政府"]


@pytest.mark.usefixtures("filled")
def test_decisions_are_given_as_lines_with_what_had_been_read(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--corrections") == Exit.OK
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["cell"], one["action"]) for one in told] == [
        ("requests.new.total", "correct"),
        ("requests.new.other", "confirm"),
    ]
    assert told[0]["read"]["value"] == 122 and told[0]["after"] == {"state": "number", "value": 4711}


def test_what_is_wrong_with_a_call_is_said(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--batch", "1", "-o", tmp_path) == Exit.USAGE
    assert run("--batch", "1") == Exit.USAGE
    assert run("--batch", "none such", "-o", tmp_path) != Exit.OK
    assert "none such" in capsys.readouterr().err


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(("share", "drawn"), [("1", "1"), ("0", "0")])
def test_only_cells_that_chance_picked_make_the_error_rate(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: str, drawn: str
) -> None:
    monkeypatch.setenv("GOUJI_AUDIT_SHARE", share)
    assert run("-o", tmp_path, "-q") == Exit.OK
    decided = rows(tmp_path / "corrections.csv")
    assert {row["drawn"] for row in decided} == {drawn}
    accepted = sum(row["read_status"] == "accepted" for row in decided)
    text = (tmp_path / "QUALITY.md").read_text("utf-8")
    assert (f"chance picked {accepted} that" in text) == (drawn == "1")
    assert (f"people checked {accepted} accepted cells of their own choice" in text) == (drawn == "0")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("name", ["csv", "parquet", "xlsx", "dta"])
def test_the_service_gives_the_same_files_as_the_command_and_the_same_archive_again(
    run: Run, tmp_path: Path, services: Services, name: str
) -> None:
    from api.http.app import make_app

    assert run("-o", tmp_path / "cli", "--format", name, "--jobs", "2", "-q") == Exit.OK
    with TestClient(make_app(services), base_url=HOST) as client:
        one, two = (client.get("/v1/export", params={"format": name}) for _ in range(2))
    assert one.content == two.content
    with zipfile.ZipFile(io.BytesIO(one.content)) as archive:
        given = {entry: archive.read(entry) for entry in archive.namelist()}
    assert given == {path.name: path.read_bytes() for path in (tmp_path / "cli").iterdir()}


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Results as models, each document asked for alone: what reading many at once must come to."""

    packet: StoredPacket

    def results(self) -> list[Given]:
        with Database(self.packet.database_url).read() as session:
            found = [documents.get(session, number) for number in self.packet.documents]
            given = [one for document in found for one in results.with_history(session, document)]
            return [(by_column(light(one.result)), self.packet.corrections(one.read, one.decisions)) for one in given]


class OneByOneReports(StoredReports):
    def packets(self) -> Iterator[Any]:
        return map(OneByOne, super().packets())


def test_a_store_of_many_packets_gives_the_same_package_read_at_once_or_one_by_one(
    tmp_path: Path, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(services.database)
    monkeypatch.setattr("api.stored.reports.PACKET", 1)  # so that several processes take part
    url = services.settings.database
    for name, source, jobs in (
        ("slow", OneByOneReports(url), 1),
        ("one", StoredReports(url), 1),
        ("two", StoredReports(url), 2),
    ):
        export_panel(source, tmp_path / name, Options(formats=("parquet", "csv"), jobs=jobs))
    slow, one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("slow", "one", "two")
    )
    assert slow.keys() == one.keys() == two.keys()
    assert [name for name in slow if not slow[name] == one[name] == two[name]] == []
    assert {row["form"] for row in rows(tmp_path / "one" / "panel.csv")} >= {"2014", "2021"}
    assert len(rows(tmp_path / "one" / "corrections.csv")) > 2 and len(rows(tmp_path / "one" / "errors.csv")) > 2


def put_odd(database: Database, seed: int) -> None:
    """Documents of one, two or three results each, with everything that may be odd in them; decisions on some."""
    dice = random.Random(seed)
    for at in range(9):
        found: list[Result] = [heavy(report(dice, 10 * at + part)) for part in range(dice.choice((1, 2, 3)))]
        if at % 4 == 3:
            found.append(ErrorReport(source=SourceInfo(name="坏"), error=ErrorInfo(code="no_report", message="无\0\n")))
        parts = [
            one.model_copy(update={"source": one.source.model_copy(update={"part": n})})
            for n, one in enumerate(found, 1)
        ]
        number = put(database, f"{at}.pdf", parts, at=at)
        first = found[0]
        assert isinstance(first, Report)
        sound = [name for name, cell in first.cells.items() if (cell.state == "number") == (cell.value is not None)]
        if at % 3 == 0 and sound and first.report.form.value in load_forms():
            decide(database, number, at, 1, sound[0], 4711)


@pytest.mark.parametrize("seed", range(4))
def test_odd_reports_give_the_same_package_by_column_and_from_their_json(
    tmp_path: Path, services: Services, seed: int
) -> None:
    put_odd(services.database, seed)
    with services.database.read() as session:
        kept = session.scalars(select(ResultRecord.by_column).where(ResultRecord.is_report)).all()
    assert len(kept) > 9 and None not in kept
    source, options = StoredReports(services.settings.database), Options(formats=("parquet", "csv", "jsonl", "dta"))
    export_panel(source, tmp_path / "columns", options)
    with services.database.write() as session:
        # As older versions left them, and as a newer one may.
        session.execute(update(ResultRecord).where(ResultRecord.id % 2 == 0).values(by_column=None))
        session.execute(update(ResultRecord).where(ResultRecord.id % 2 == 1).values(by_column=b"\xff of tomorrow"))
    export_panel(source, tmp_path / "json", options)
    files = {path.name: path.read_bytes() for path in (tmp_path / "columns").iterdir()}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "json").iterdir()}
