"""``gouji worker``: reads what is queued, in processes that may die without taking anything with them."""

from __future__ import annotations

import argparse
import os


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which queues, with how many processes."""
    parser.add_argument(
        "--queues", default="digital,ocr,maintenance", metavar="NAMES", help="queues to serve (default: all three)"
    )
    parser.add_argument("--processes", type=int, metavar="N", help="documents read at a time (default: GOUJI_WORKERS)")


def run(args: argparse.Namespace) -> int:
    """Work until a signal comes: SIGTERM or Ctrl-C lets what is being read come to its end first."""
    from api.cli.arguments import at_least_one, names_among
    from api.settings import extract_options
    from worker.queues import MAINTENANCE, QUEUES
    from worker.settings import service_settings

    queues = names_among(args.queues, QUEUES, "--queues")
    settings, options = service_settings(), extract_options(os.environ)
    processes = at_least_one(args.processes, "--processes") or settings.processes

    from worker.services import open_services
    from worker.tasks import prepare_processes, sweeping, worker_app

    open_services(settings, options).close()  # what is wrong with a setting is said now and not by each process
    prepare_processes(settings)
    app = worker_app(settings, options)
    if MAINTENANCE in queues:
        sweeping(app, settings.sweep_seconds)
    worker = app.Worker(
        concurrency=processes,
        queues=queues,
        pool="prefork",
        loglevel="INFO",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)
