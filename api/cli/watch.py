"""``gouji watch DIR``: takes in what falls into a folder, and puts it away when it has been read."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from pathlib import Path
from types import FrameType

from models.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which folder, and whether it can tell of events."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the inbox")
    parser.add_argument("--poll", action="store_true", help="look by the clock alone (network folders); GOUJI_POLL")


def run(args: argparse.Namespace) -> int:
    """Watch until SIGTERM or Ctrl-C. Raises UsageError when there is no such folder."""
    from api.settings import extract_options
    from worker.services import open_services
    from worker.settings import service_settings
    from worker.telemetry import set_up_logs
    from worker.watcher import Watcher, wake_on_events

    folder = args.folder.absolute()
    if not folder.is_dir():
        raise UsageError(f"No such folder: {folder}", hint="Make it, or name another.")
    settings = service_settings()
    if args.poll:
        settings = settings.model_copy(update={"poll": True})
    set_up_logs()
    stop, wake = threading.Event(), threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()
        wake.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    services = open_services(settings, extract_options(os.environ))
    if not settings.poll:
        threading.Thread(target=wake_on_events, args=(folder, stop, wake), daemon=True).start()
    try:
        Watcher(services, folder).run(stop, wake)
    finally:
        services.close()
    return 0
