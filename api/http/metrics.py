"""What Prometheus may ask. The state of documents is read from the database when it asks, so it is never stale."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from models.errors import ServiceUnavailable
from worker import queues
from worker.services import Services
from worker.store import batches

_BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15, 60)


class Metrics:
    """Counts of one API process, and gauges of the whole service."""

    def __init__(self, services: Services) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("gouji_http_requests", "Requests answered", labels, registry=self._registry)
        self._seconds = Histogram(
            "gouji_http_request_seconds", "Time to answer", ("route",), buckets=_BUCKETS, registry=self._registry
        )
        self._received = Counter("gouji_http_received_bytes", "Bytes of request bodies", registry=self._registry)
        self._registry.register(_State(services))

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered; ``route`` is the pattern and not the path, so that there are few."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def received(self, size: int) -> None:
        """A piece of a body came in."""
        self._received.inc(size)

    def text(self) -> bytes:
        """All of it, in the format of Prometheus."""
        return generate_latest(self._registry)


class _State(Collector):
    def __init__(self, services: Services) -> None:
        self._services = services

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing is asked of the database only to learn the names."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Documents by status, messages by queue. A part that does not answer leaves its gauge out."""
        up = GaugeMetricFamily("gouji_part_up", "Whether a part of the service answers", labels=["part"])
        try:
            with self._services.database.read() as session:
                counts = batches.counts_of_all(session)
            documents = GaugeMetricFamily("gouji_documents", "Documents by status", labels=["status"])
            for status, count in counts.items():
                documents.add_metric([str(status)], count)
            yield documents
            up.add_metric(["database"], 1)
        except ServiceUnavailable:
            up.add_metric(["database"], 0)
        try:
            lengths = {queue: self._services.dispatcher.length(queue) for queue in queues.QUEUES}
            messages = GaugeMetricFamily("gouji_queue_messages", "Messages that wait", labels=["queue"])
            for queue, length in lengths.items():
                messages.add_metric([queue], length)
            yield messages
            up.add_metric(["broker"], 1)
        except ServiceUnavailable:
            up.add_metric(["broker"], 0)
        yield up
