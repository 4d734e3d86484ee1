"""Sends messages. A message is an id and nothing else: whoever gets it reads the state of the world anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from models.errors import BrokerUnavailable
from worker import queues
from worker.app import make_app
from worker.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Message:
    """A document to be read, and where."""

    document_id: int
    queue: str
    interactive: bool


class Dispatcher:
    """A connection to the broker for sending and for counting. Each process has its own."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._app = make_app(settings)

    def send(self, messages: Iterable[Message]) -> None:
        """Send; some may have been sent when it raises BrokerUnavailable. Sending twice does no harm."""
        with _translated(), self._app.producer_pool.acquire(block=True) as producer:
            for message in messages:
                self._app.send_task(
                    queues.READ_TASK,
                    args=[message.document_id],
                    queue=message.queue,
                    priority=queues.priority(message.interactive),
                    producer=producer,
                    retry=False,
                )

    def length(self, queue: str) -> int:
        """How many messages wait in a queue. Raises BrokerUnavailable."""
        with _translated(), self._app.pool.acquire(block=True) as connection:
            client = connection.default_channel.client
            return sum(int(client.llen(name)) for name in queues.lists(queue))

    def close(self) -> None:
        """Give the connections back."""
        self._app.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, RedisError, OSError) as error:
        raise BrokerUnavailable("Redis does not answer", detail=repr(error)) from error
