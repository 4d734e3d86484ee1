"""Failures as problem details (RFC 9457): the code is gouji's own and stable, the status follows from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from models.errors import CODES, GoujiError
from worker.telemetry import current_id

MEDIA_TYPE = "application/problem+json"

#: Code → status. What is not listed is a source that cannot be read: the request was well formed all the same.
STATUSES: Mapping[str, HTTPStatus] = {
    "usage": HTTPStatus.BAD_REQUEST,
    "invalid_request": HTTPStatus.BAD_REQUEST,
    "unauthorized": HTTPStatus.UNAUTHORIZED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "no_such_thing": HTTPStatus.NOT_FOUND,
    "not_found": HTTPStatus.NOT_FOUND,
    "conflict": HTTPStatus.CONFLICT,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "rate_limited": HTTPStatus.TOO_MANY_REQUESTS,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "internal": HTTPStatus.INTERNAL_SERVER_ERROR,
}
_CODES = {HTTPStatus.NOT_FOUND: "no_such_thing", HTTPStatus.UNAUTHORIZED: "unauthorized"}


def problem(code: str, detail: str, hint: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a request that failed."""
    return _answer(STATUSES.get(code, HTTPStatus.UNPROCESSABLE_ENTITY), code, detail, hint, headers)


def _answer(
    status: HTTPStatus, code: str, detail: str, hint: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    body = {
        "type": f"urn:gouji:error:{code}",
        "title": status.phrase,
        "status": int(status),
        "code": code,
        "detail": detail,
        "hint": hint or CODES.get(code, ""),
        "request_id": current_id.get(),
    }
    content = json.dumps(body, ensure_ascii=False)
    return Response(content, status_code=int(status), headers=dict(headers or {}), media_type=MEDIA_TYPE)


def of_error(error: GoujiError) -> Response:
    """The answer for an expected failure; its ``detail`` stays in the log."""
    headers = {"Retry-After": "5"} if error.retryable else None
    return problem(error.code, error.message, error.hint, headers)


def install(app: FastAPI, page: Callable[[Request, GoujiError, int], Response]) -> None:
    """Answer every failure of the application in this form; ``page`` makes of an expected one what a person can read."""

    async def expected(request: Request, error: Exception) -> Response:
        assert isinstance(error, GoujiError)
        told = of_error(error)
        is_for_a_person = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")
        return page(request, error, told.status_code) if is_for_a_person else told

    async def invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        return problem("invalid_request", f"{where}: {first['msg']}")

    async def plain(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = HTTPStatus(error.status_code)
        return _answer(status, _CODES.get(status, "invalid_request"), str(error.detail), headers=error.headers)

    app.add_exception_handler(GoujiError, expected)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)
