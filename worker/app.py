"""The Celery application. It is made from settings; there is none at module level."""

from __future__ import annotations

from celery import Celery
from kombu.entity import Queue

from worker import queues
from worker.settings import ServiceSettings

#: A reader that does not stop when its time is up is killed after so much more of it, and at least so many seconds.
GRACE_SHARE = 0.1
GRACE_SECONDS = 5
#: Least seconds after which Redis gives an unacknowledged message to another worker; no task comes near it.
VISIBILITY_SECONDS = 3600
#: A process is replaced after so many documents, whatever foreign libraries leak.
TASKS_PER_PROCESS = 1000


def make_app(settings: ServiceSettings) -> Celery:
    """The application for sending; a worker adds the tasks (``worker.tasks.register``)."""
    app = Celery("gouji", broker=settings.broker)
    app.conf.update(
        **_broker(settings),
        **_work(settings),
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        enable_utc=True,
    )
    return app


def longest_run(settings: ServiceSettings) -> float:
    """Seconds after which a process that still reads one document is killed."""
    return settings.task_seconds + max(GRACE_SECONDS, GRACE_SHARE * settings.task_seconds)


def _broker(settings: ServiceSettings) -> dict[str, object]:
    return {
        "task_queues": [Queue(name) for name in queues.QUEUES],  # type: ignore[no-untyped-call]
        "task_default_queue": queues.DIGITAL,
        "task_default_priority": queues.BULK,
        "task_create_missing_queues": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": {
            "priority_steps": list(queues.PRIORITIES),
            "sep": queues.SEPARATOR,
            "queue_order_strategy": "priority",
            "visibility_timeout": max(VISIBILITY_SECONDS, 4 * settings.task_seconds),
            "socket_connect_timeout": 5,
            "socket_timeout": 30,
            "socket_keepalive": True,
        },
        "worker_enable_remote_control": False,
    }


def _work(settings: ServiceSettings) -> dict[str, object]:
    return {
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "task_time_limit": longest_run(settings),
        "worker_max_memory_per_child": settings.memory_mb * 1024 // 2,
        "worker_max_tasks_per_child": TASKS_PER_PROCESS,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
    }
