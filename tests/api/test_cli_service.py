"""``gouji up``, ``api``, ``submit`` and ``status`` as a user runs them: real processes, real sockets."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from api.client import TRIES, Client, LocalFile
from api.exits import Exit
from api.http.keys import make_key
from models.errors import GoujiError, ServiceUnavailable, UsageError
from tests.conftest import PATIENCE, Processes, eventually
from worker.settings import ServiceSettings

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = REPOSITORY / "samples"
TEXT = (SAMPLES / "白石县统计局2020.txt").read_bytes()


def gouji(*args: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-m", "api.cli", *map(str, args)]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=REPOSITORY, env={**os.environ, **variables}, check=False
    )


def address(processes: Processes) -> str:
    """Where the API says that it listens."""
    found = eventually(lambda: re.findall(r"^gouji: (http://\S+?)(?: |$)", processes.logs(), re.MULTILINE), "the API")
    return str(found[-1])


@pytest.fixture
def served(settings: ServiceSettings, processes: Processes) -> str:
    """A running service with one worker; its address."""
    processes.start(settings, "api", "--port", "0")
    processes.start(settings, "worker")
    return address(processes)


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A folder of reports, one in a name that is not UTF-8, one that cannot be read."""
    folder = tmp_path / "reports"
    (folder / "县").mkdir(parents=True)
    for number in range(12):
        (folder / "县" / f"{number}.txt").write_bytes(TEXT + b"\n" * number)
    (folder / os.fsdecode("审计局.txt".encode("gbk"))).write_bytes(TEXT)
    (folder / "坏.pdf").write_bytes(b"%PDF-1.7 cut")
    return folder


def test_a_folder_is_submitted_read_and_told_about(served: str, reports: Path) -> None:
    sent = gouji("submit", reports, "--wait", GOUJI_URL=served)
    assert sent.returncode == Exit.SOME_FAILED, sent.stderr
    assert "14 sent, 0 known already, 0 not read" in sent.stdout
    status = gouji("status", "reports", GOUJI_URL=served)
    assert status.returncode == Exit.SOME_FAILED
    assert "13 of 14 documents read, 1 failed, 13 reports; finished" in status.stdout
    assert "failed: reports/坏.pdf: truncated: the end of the PDF is missing" in status.stdout
    batch = json.loads(gouji("status", "1", "--json", GOUJI_URL=served).stdout)
    assert (batch["name"], batch["progress"]["total"]) == ("reports", 14)
    names = [d["name"] for d in httpx.get(f"{served}/v1/batches/1/documents").json()["items"]]
    assert "reports/审计局.txt" in names


def test_a_second_call_sends_only_what_is_missing(served: str, reports: Path) -> None:
    first = gouji("submit", reports / "县", "--batch", "b", GOUJI_URL=served)
    assert "12 sent" in first.stdout, first.stderr
    (reports / "县" / "new.txt").write_bytes(TEXT + b"new")
    assert "1 sent, 12 known already" in gouji("submit", reports / "县", "--batch", "b", GOUJI_URL=served).stdout


def test_pictures_of_pages_are_sent_as_one_document_and_not_again(served: str, tmp_path: Path) -> None:
    folder = tmp_path / "扫描"
    folder.mkdir()
    for number in (1, 2, 10):
        Image.new("L", (300 + number, 400), "white").save(folder / f"页{number}.png")
    Image.new("L", (400, 400), "white").save(folder / "封面.png")
    (folder / "页01.txt").write_bytes(TEXT)
    first = gouji("submit", folder, GOUJI_URL=served)
    assert "3 sent, 0 known already" in first.stdout, first.stderr
    found = httpx.get(f"{served}/v1/batches/1/documents").json()["items"]
    assert sorted((d["name"], d["files"]) for d in found) == [
        ("扫描/封面.png", []),
        ("扫描/页01.txt", []),
        ("扫描/页1.png", ["扫描/页1.png", "扫描/页2.png", "扫描/页10.png"]),
    ]
    assert "0 sent, 3 known already" in gouji("submit", folder, GOUJI_URL=served).stdout


def test_a_file_that_cannot_be_read_here_is_named_and_the_others_go(served: str, reports: Path) -> None:
    (reports / "gone.txt").symlink_to(reports / "nowhere")
    sent = gouji("submit", reports, GOUJI_URL=served)
    assert sent.returncode == Exit.SOME_FAILED
    assert "reports/gone.txt: No such file or directory" in sent.stderr
    assert "14 sent, 0 known already, 1 not read" in sent.stdout


def test_a_service_that_comes_up_late_is_waited_for(
    settings: ServiceSettings, processes: Processes, reports: Path
) -> None:
    port = free_port()
    sending = threading.Thread(
        target=lambda: done.append(gouji("submit", reports, GOUJI_URL=f"http://127.0.0.1:{port}"))
    )
    done: list[subprocess.CompletedProcess[str]] = []
    sending.start()
    processes.start(settings, "api", "--port", str(port))
    sending.join(90)
    assert "14 sent" in done[0].stdout, done[0].stderr


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def test_a_service_that_is_not_there_is_named_after_all_tries() -> None:
    pauses: list[float] = []
    with Client(f"http://127.0.0.1:{free_port()}", "", pause=pauses.append) as client:
        with pytest.raises(ServiceUnavailable, match="does not answer") as raised:
            client.batch("b")
        assert "gouji up" in raised.value.hint
    assert len(pauses) == TRIES - 1
    assert pauses == sorted(pauses)


def test_a_key_is_shown_and_a_wrong_one_is_no_reason_to_try_again(
    settings: ServiceSettings, processes: Processes
) -> None:
    key = make_key("archive")
    processes.start(settings.model_copy(update={"api_keys": (key.entry,)}), "api", "--port", "0")
    url = address(processes)
    with Client(url, key.key) as client:
        assert client.batch("b") == 1
    with Client(url, "wrong", pause=lambda _: pytest.fail("tried again")) as client:
        with pytest.raises(GoujiError) as raised:
            client.batch("b")
        assert raised.value.code == "unauthorized"


@pytest.mark.parametrize("url", ["http://[", "localhost:8321", "ftp://localhost", ""])
def test_an_address_that_cannot_be_is_wrong_usage(url: str) -> None:
    with pytest.raises(UsageError, match="GOUJI_URL"):
        Client(url, "")


def test_a_file_that_goes_away_while_it_is_sent_is_the_callers_to_hear(served: str, tmp_path: Path) -> None:
    gone = LocalFile("gone", "0" * 64, 1, ((tmp_path / "gone", "gone"),))
    with Client(served, "") as client, pytest.raises(FileNotFoundError):
        client.send("b", [gone])


def test_a_new_key_fits_its_entry() -> None:
    printed = gouji("api", "--new-key", "archive").stdout
    key, entry = re.findall(r"^(?:key|entry) +(\S+)$", printed, re.MULTILINE)
    from api.http.keys import Keys

    assert Keys([entry]).name_of(key) == "archive"
    assert Keys([entry]).name_of(key + "x") is None
    assert gouji("api", "--new-key", "a:b").returncode == Exit.USAGE


@pytest.mark.parametrize("command", ["api", "up"])
def test_the_network_is_refused_without_a_key(command: str, tmp_path: Path) -> None:
    done = gouji(command, "--host", "0.0.0.0", GOUJI_DATA_DIR=str(tmp_path))
    assert done.returncode == Exit.USAGE
    assert "open to the network" in done.stderr


@pytest.fixture
def alone(tmp_path: Path) -> ServiceSettings:
    """Settings of a machine without a Redis."""
    return ServiceSettings.model_validate(
        {"data_dir": tmp_path / "data", "settle_seconds": 0.3, "sweep_seconds": 0.5, "resend_seconds": 1, "workers": 2}
    )


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "inbox"
    folder.mkdir()
    yield folder


def children(pid: int) -> dict[str, int]:
    """Processes below one, by the part that they are."""
    found: dict[str, int] = {}
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            try:
                words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            name = "redis" if b"redis-server" in words[0] else words[4].decode() if len(words) > 4 else ""
            found[name] = int(child)
    return found


def gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() and "Z" not in state(pid) for pid in pids)


def state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"


def test_everything_in_the_inbox_is_read_and_the_summary_ends_it(
    alone: ServiceSettings, inbox: Path, processes: Processes
) -> None:
    for sample in SAMPLES.iterdir():
        (inbox / sample.name).write_bytes(sample.read_bytes())
    up = processes.start(alone, "up", "--inbox", str(inbox), "--port", "0", "--once")
    assert up.wait(PATIENCE) == Exit.OK, processes.logs()
    assert re.search(r"9 reports, 1 error; \d{4} cells accepted, \d+ to review", processes.logs())
    assert len(list((inbox / "done").glob("*.json"))) == 7
    assert [path.name for path in (inbox / "failed").glob("*.json")] == ["损坏的文件.pdf.json"]


def test_what_lies_in_the_current_folder_is_not_run(tmp_path: Path) -> None:
    from api.own import own_command, own_environment

    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    done = subprocess.run(
        own_command("api.cli", "--version"), cwd=tmp_path, env={**os.environ, **own_environment()},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.startswith("gouji "), done.stderr


def test_an_empty_inbox_is_soon_read(alone: ServiceSettings, inbox: Path, processes: Processes) -> None:
    up = processes.start(alone, "up", "--inbox", str(inbox), "--port", "0", "--once")
    assert up.wait(PATIENCE) == Exit.OK, processes.logs()


def test_a_part_that_dies_is_started_again_and_one_signal_stops_all(
    alone: ServiceSettings, inbox: Path, processes: Processes
) -> None:
    up = processes.start(alone, "up", "--inbox", str(inbox), "--port", "0")
    url = address(processes)
    eventually(lambda: len(children(up.pid)) == 4, "four parts")
    before = children(up.pid)
    assert set(before) == {"redis", "api", "worker", "watch"}
    for name in ("worker", "watch", "redis"):
        os.kill(before[name], signal.SIGKILL)
    eventually(
        lambda: all(children(up.pid).get(name, pid) != pid for name, pid in before.items() if name != "api"),
        "new ones",
    )
    (inbox / "a.txt").write_bytes(TEXT)
    eventually((inbox / "done" / "a.txt.json").exists, "the new parts to work")
    assert httpx.get(f"{url}/readyz").status_code == 200
    running = list(children(up.pid).values())
    up.send_signal(signal.SIGINT)
    assert up.wait(PATIENCE) == Exit.OK, processes.logs()
    assert gone(running)


def test_nothing_is_left_over_when_it_is_killed(alone: ServiceSettings, inbox: Path, processes: Processes) -> None:
    up = processes.start(alone, "up", "--inbox", str(inbox), "--port", "0")
    address(processes)
    running = list(children(up.pid).values())
    assert len(running) == 4
    up.kill()
    eventually(lambda: gone(running), "its parts to go too")


def test_a_port_that_is_taken_is_named(alone: ServiceSettings, inbox: Path, processes: Processes) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        up = processes.start(alone, "up", "--inbox", str(inbox), "--port", port)
        assert up.wait(PATIENCE) == Exit.USAGE
    assert "is the port taken?" in processes.logs()


def test_what_was_queued_when_it_stopped_is_read_when_it_starts_again(
    alone: ServiceSettings, inbox: Path, processes: Processes
) -> None:
    for number in range(60):
        (inbox / f"{number}.txt").write_bytes(TEXT + b"\n" * number)
    up = processes.start(alone, "up", "--inbox", str(inbox), "--port", "0")
    eventually(lambda: any((inbox / "done").glob("*.json")), "some to be read")
    up.send_signal(signal.SIGTERM)
    up.wait(PATIENCE)
    assert len(list((inbox / "done").glob("*.json"))) < 60
    again = processes.start(alone, "up", "--inbox", str(inbox), "--port", "0", "--once")
    assert again.wait(PATIENCE) == Exit.OK, processes.logs()
    assert len(list((inbox / "done").glob("*.json"))) == 60


def test_a_part_that_cannot_live_ends_it_with_the_place_to_look(tmp_path: Path) -> None:
    from api.up.parts import HOPELESS, Part

    part = Part("short", ["/bin/false"], {}, tmp_path)
    now, deaths = 0.0, 0
    while not part.is_hopeless:
        now += 60
        if part.process is not None:
            part.process.wait(30)
            part.began = now
        deaths += part.keep_alive(now)
    assert deaths == HOPELESS
    part = Part("long", ["/bin/sleep", "100"], {"A": "1"}, tmp_path)
    part.start()
    assert not part.keep_alive(now)
    part.kill()
    assert part.keep_alive(part.began + 1000)
    assert part.deaths == 1
    assert part.said() == b""
