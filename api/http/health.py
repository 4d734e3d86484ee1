"""Is the process alive, can it serve, and what does it do."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from api.http.context import MetricsOf, ServicesOf
from models.errors import GoujiError
from worker import queues

router = APIRouter(tags=["health"])


@router.get("/healthz")
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def ready(services: ServicesOf) -> Response:
    """Database, broker and the place of the sources answer; 503 names those that do not."""

    def write() -> None:
        with services.blobs.writer():
            pass

    parts = {
        "database": services.database.ping,
        "broker": lambda: services.dispatcher.length(queues.DIGITAL),
        "sources": write,
    }
    found = {name: _state(ask) for name, ask in parts.items()}
    is_ready = all(state == "ok" for state in found.values())
    status = "ok" if is_ready else "unavailable"
    return JSONResponse({"status": status, "parts": found}, status_code=200 if is_ready else 503)


def _state(ask: Callable[[], object]) -> str:
    try:
        ask()
    except GoujiError as error:
        return error.message
    return "ok"


@router.get("/metrics", response_class=Response)
def metrics(metrics: MetricsOf) -> Response:
    """For Prometheus."""
    return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
