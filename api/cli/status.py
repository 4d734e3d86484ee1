"""``gouji status BATCH``: how far a batch is, and what was not read."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING, Any

from api.exits import Exit

if TYPE_CHECKING:
    from api.client import Client

SHOWN_FAILURES = 20
LOOK_SECONDS = 1.0
LINE_SECONDS = 15.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which batch, and in what form."""
    parser.add_argument("batch", metavar="BATCH", help="name or id of a batch")
    parser.add_argument("--wait", action="store_true", help="follow it until all of it has been read")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Print the state; 1 when a document of the batch was not read."""
    from api.client import Client
    from worker.settings import service_settings

    settings = service_settings()
    with Client(settings.url, settings.key) as client:
        batch = client.find(args.batch)
        if args.wait:
            batch = wait_for(client, batch["id"], quiet=args.json)
        if args.json:
            print(json.dumps(batch, ensure_ascii=False, indent=2))
        else:
            show(client, batch)
    return _status(batch)


def follow(client: Client, batch_id: int, *, quiet: bool) -> int:
    """Wait for a batch, then print it; the exit status."""
    batch = wait_for(client, batch_id, quiet=quiet)
    show(client, batch)
    return _status(batch)


def wait_for(client: Client, batch_id: int, *, quiet: bool) -> dict[str, Any]:
    """The batch once nothing of it is left to do; says now and then how far it is."""
    said = time.monotonic()
    while not (batch := client.progress(batch_id))["progress"]["finished"]:
        if not quiet and time.monotonic() - said > LINE_SECONDS:
            said = time.monotonic()
            print(f"gouji: {line(batch)}", file=sys.stderr, flush=True)
        time.sleep(LOOK_SECONDS)
    return batch


def show(client: Client, batch: dict[str, Any]) -> None:
    """Print a batch and the first of its failures."""
    print(line(batch))
    progress = batch["progress"]
    print(f"  cells: {progress['cells_accepted']} accepted, {progress['cells_review']} to review")
    failed = progress["failed"] + progress["quarantined"]
    for document in client.failures(batch["id"], SHOWN_FAILURES) if failed else []:
        error = document["error"] or {}
        print(f"  {document['status']}: {document['name']}: {error.get('code')}: {error.get('message')}")
    if failed > SHOWN_FAILURES:
        print(f"  … and {failed - SHOWN_FAILURES} more")


def line(batch: dict[str, Any]) -> str:
    """A batch in one line."""
    progress = batch["progress"]
    waiting = progress["received"] + progress["queued"]
    failed = progress["failed"] + progress["quarantined"]
    state = "finished" if progress["finished"] else f"{waiting} waiting, {progress['running']} being read"
    counts = f"{progress['done']} of {progress['total']} documents read, {failed} failed, {progress['reports']} reports"
    return f"batch {batch['name']} (id {batch['id']}): {counts}; {state}"


def _status(batch: dict[str, Any]) -> int:
    progress = batch["progress"]
    return Exit.SOME_FAILED if progress["failed"] + progress["quarantined"] else Exit.OK
