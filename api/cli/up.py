"""``gouji up``: the whole service on this machine."""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the inbox is, where the API listens, and whether to end by itself."""
    parser.add_argument(
        "--inbox", type=Path, metavar="DIR", help="folder to watch (GOUJI_INBOX; else in the data folder)"
    )
    parser.add_argument("--host", help="address of the API; beyond this machine only with keys (GOUJI_HOST)")
    parser.add_argument("--port", type=int, metavar="N", help="port of the API; 0 takes any free one (GOUJI_PORT)")
    parser.add_argument("--once", action="store_true", help="end when everything in the inbox has been read")


def run(args: argparse.Namespace) -> int:
    """Start Redis if none is given, workers, watcher and API; stop all of them at Ctrl-C or SIGTERM."""
    from api.http.app import check_exposure
    from api.settings import extract_options
    from api.up.supervisor import Plan, Supervisor
    from worker.settings import service_settings

    given = {name: value for name in ("host", "port") if (value := getattr(args, name)) is not None}
    settings = service_settings().model_copy(update=given)
    check_exposure(settings)
    inbox = (args.inbox or settings.inbox or settings.data / "inbox").expanduser().absolute()
    return Supervisor(Plan(settings, extract_options(os.environ), inbox, once=args.once)).run()
