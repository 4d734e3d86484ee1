"""The tasks: thin shells around ``jobs`` and ``sweep``, and the processes they run in."""

from __future__ import annotations

import logging
import os
import signal
from typing import Any

from celery import Celery, Task
from celery.bootsteps import StartStopStep
from celery.signals import setup_logging, worker_process_init
from kombu.exceptions import OperationalError

from extractors.options import ExtractOptions
from models.errors import ServiceUnavailable
from worker import queues
from worker.app import make_app
from worker.confine import die_with_parent, limit_memory
from worker.failures import RETRIES, wait_before
from worker.jobs import read_document
from worker.services import PerProcess, open_services
from worker.settings import ServiceSettings
from worker.sweep import sweep
from worker.telemetry import current_id, set_up_logs

logger = logging.getLogger(__name__)


def worker_app(settings: ServiceSettings, options: ExtractOptions) -> Celery:
    """The application with its tasks."""
    app = make_app(settings)
    services = PerProcess(lambda: open_services(settings, options))

    @app.task(name=queues.READ_TASK, bind=True, max_retries=RETRIES)  # type: ignore[untyped-decorator]
    def read(task: Task, document_id: int) -> None:
        current_id.set(str(task.request.id))
        try:
            read_document(services(), document_id)
        except ServiceUnavailable as error:
            raise task.retry(exc=error, countdown=wait_before(task.request.retries)) from error

    @app.task(name=queues.SWEEP_TASK)  # type: ignore[untyped-decorator]
    def look_for_lost() -> None:
        sweep(services())

    return app


def sweeping(app: Celery, seconds: float) -> None:
    """Let the worker's own event loop ask for a sweep every so often.

    Celery's beat would be a process beside it, and one that dies is not started again: then what the broker loses stays lost.
    """

    class Sweeper(StartStopStep):  # type: ignore[misc]
        """A step of the consumer, which is started anew with each connection and loses its timers with it.

        See https://docs.celeryq.dev/en/stable/userguide/extending.html, "Consumer".
        """

        requires = ("celery.worker.consumer.tasks:Tasks",)

        def start(self, consumer: Any) -> None:
            consumer.timer.call_repeatedly(seconds, ask)

    def ask() -> None:
        try:
            app.send_task(
                queues.SWEEP_TASK, queue=queues.MAINTENANCE, priority=queues.URGENT, expires=seconds, retry=False
            )
        except OperationalError as error:
            logger.warning("the broker does not answer: %s", error)

    app.steps["consumer"].add(Sweeper)


def prepare_processes(settings: ServiceSettings) -> None:
    """Hook into the start of Celery's processes: logs, limits, and that none is left over."""

    parent = os.getpid()

    def logs(**_: Any) -> None:
        set_up_logs()

    def child(**_: Any) -> None:
        die_with_parent(signal.SIGKILL, parent)
        limit_memory(settings.memory_mb)

    setup_logging.connect(logs, weak=False)
    worker_process_init.connect(child, weak=False)
