"""What happens to every request before and after its route: an id, who calls, how often, and a line in the log."""

from __future__ import annotations

import ipaddress
import logging
import re
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.keys import Keys
from api.http.metrics import Metrics
from api.http.pages.access import KEY_COOKIE, LOGIN, POLICY, cookie, is_open
from api.http.problems import problem
from api.http.rates import Rates
from worker.telemetry import current_id

_log = logging.getLogger("api.http")
_GIVEN_ID = re.compile(r"[\w.-]{1,64}")
#: Who watches over the service asks these, without a key.
OPEN_PATHS = frozenset({"/healthz", "/readyz"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Door:
    """Who is let in: holders of keys; without any keys, programs of this machine."""

    keys: Keys
    rates: Rates
    metrics: Metrics


class Guard:
    """ASGI middleware. Whoever is let in is found as ``request.state.caller``."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        token = current_id.set(given if _GIVEN_ID.fullmatch(given) else _new_id())
        watched = _Watched(send, current_id.get())
        began = time.perf_counter()
        try:
            refused = self._refusal(scope, headers)
            if refused is None:
                await self._app(scope, self._counting(receive), watched)
            else:
                await refused(scope, receive, watched)
        except Exception:
            _log.exception("a defect while answering", extra={"path": scope["path"]})
            if not watched.status:
                await problem("internal", "the request hit a defect of gouji")(scope, receive, watched)
        finally:
            self._tell(scope, watched.status, time.perf_counter() - began)
            current_id.reset(token)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Why the request is not answered; None when it is."""
        if not self._is_for_us(headers):
            return problem("forbidden", "the service does not go by this name", "Call it by localhost or 127.0.0.1.")
        if scope["method"] not in _SAFE_METHODS and not _is_from_here(headers):
            return problem("forbidden", "the request comes from a page of another site")
        caller = self._caller(headers)
        is_open_to_all = scope["path"] in OPEN_PATHS or is_open(scope["path"])
        if caller is None and not is_open_to_all:
            if "text/html" in headers.get("accept", ""):
                return RedirectResponse(LOGIN, status_code=303)
            return problem("unauthorized", "no valid key", headers={"WWW-Authenticate": "Bearer"})
        client = scope.get("client") or ("",)
        wait = self._door.rates.wait(caller or str(client[0]), time.monotonic())
        if wait and not is_open_to_all:
            return problem("rate_limited", "too many requests", headers={"Retry-After": str(int(wait) + 1)})
        scope.setdefault("state", {})["caller"] = caller
        return None

    def _is_for_us(self, headers: Headers) -> bool:
        """Without keys only this machine is served, and a page elsewhere must not get in by a name that it controls."""
        return bool(self._door.keys) or is_loopback(urlsplit(f"//{headers.get('host', '')}").hostname or "")

    def _caller(self, headers: Headers) -> str | None:
        if not self._door.keys:
            return LOCAL
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if not scheme:
            kept = cookie(headers.get("cookie", ""), KEY_COOKIE)
            return self._door.keys.name_of(kept) if kept else None
        return self._door.keys.name_of(key.strip()) if scheme.lower() == "bearer" else None

    def _counting(self, receive: Receive) -> Receive:
        async def counted() -> Message:
            message = await receive()
            self._door.metrics.received(len(message.get("body", b"")))
            return message

        return counted

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        self._door.metrics.answered(scope["method"], route, status, seconds)
        facts = {"method": scope["method"], "path": scope["path"], "status": status, "seconds": round(seconds, 4)}
        _log.info("answered", extra={**facts, "caller": scope.get("state", {}).get("caller")})


class _Watched:
    """Sends on, and notes the status; every answer carries the id and says that it is not to be guessed at."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send, self._id = send, request_id
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._id
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("Cache-Control", "no-store")
            headers.setdefault("Content-Security-Policy", POLICY)
            headers.setdefault("Referrer-Policy", "same-origin")
        await self._send(message)


def is_loopback(host: str) -> bool:
    """Whether a name or address means this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_from_here(headers: Headers) -> bool:
    """Browsers name the page that a request comes from; programs do not."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _new_id() -> str:
    return secrets.token_hex(8)
