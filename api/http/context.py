"""What routes are given: the parts of the service, the caller, and cursors."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from fastapi import Depends, Request

from api.http.metrics import Metrics
from models.errors import ServiceError
from worker.services import Services


def _services(request: Request) -> Services:
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


def _metrics(request: Request) -> Metrics:
    metrics = request.app.state.metrics
    assert isinstance(metrics, Metrics)
    return metrics


def _caller(request: Request) -> str:
    return str(request.state.caller)


ServicesOf = Annotated[Services, Depends(_services)]
MetricsOf = Annotated[Metrics, Depends(_metrics)]
Caller = Annotated[str, Depends(_caller)]


def decided_by(name: str, caller: str) -> str:
    """Who decides: what the person calls themselves, at the key that they came in with."""
    return f"{name}@{caller}" if name else caller


def cursor_of(*numbers: int) -> str:
    """A place in a list, as text that callers hand back and do not look into."""
    return base64.urlsafe_b64encode(",".join(map(str, numbers)).encode()).decode().rstrip("=")


def numbers_in(cursor: str, count: int) -> tuple[int, ...]:
    """The numbers of a cursor. Raises ServiceError for anything that is none."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        numbers = tuple(int(number) for number in text.split(","))
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise ServiceError("the cursor is none that this service gave", hint="Begin without a cursor.") from error
    if len(numbers) != count or any(abs(number) >= 2**63 for number in numbers):
        raise ServiceError("the cursor is one of another list", hint="Begin without a cursor.")
    return numbers
