"""The service as its own commands see it: over HTTP, with patience."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from models.errors import CODES, GoujiError, NotFound, ServiceError, ServiceUnavailable, UsageError

#: A server that is being started again answers within about a minute.
TRIES = 8
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 20.0
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A document on this machine, what it is called in the batch, and its content.

    ``files`` are its paths and names: several where pictures are the pages of one document, whose hash and size are of all.
    """

    name: str
    sha256: str
    size: int
    files: tuple[tuple[Path, str], ...]


class Client:
    """A line to the service that threads share. Every call may be made twice without harm, so all are tried again.

    Raises UsageError when the address is none.
    """

    def __init__(self, url: str, key: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._url, self._pause = url, pause
        if not _is_address(url):
            raise UsageError(f"GOUJI_URL={url!r} is no address.", hint="It begins with http:// or https://.")
        self._http = httpx.Client(base_url=url, headers=headers, timeout=_TIMEOUT)

    def batch(self, name: str) -> int:
        """The id of the batch of this name, which is made if need be."""
        return int(self._call("POST", "/v1/batches", params={"name": name})["batch"]["id"])

    def find(self, name_or_id: str) -> dict[str, Any]:
        """A batch with its progress, by its name or else by its id. Raises NotFound."""
        try:
            found = self._call("GET", "/v1/batches", params={"name": name_or_id})["items"][0]["id"]
        except NotFound:
            if not name_or_id.isdigit():
                raise
            found = int(name_or_id)
        return self.progress(found)

    def progress(self, batch_id: int) -> dict[str, Any]:
        """A batch with its progress."""
        return self._call("GET", f"/v1/batches/{batch_id}")

    def failures(self, batch_id: int, limit: int) -> list[dict[str, Any]]:
        """Some documents of a batch that were not read."""
        params = {"status": ["failed", "quarantined"], "limit": limit}
        found: list[dict[str, Any]] = self._call("GET", f"/v1/batches/{batch_id}/documents", params=params)["items"]
        return found

    def missing(self, batch_id: int, files: Sequence[LocalFile]) -> list[LocalFile]:
        """Those of the files that the batch does not have yet."""
        asked = {"files": [{"name": file.name, "sha256": file.sha256} for file in files]}
        answer = self._call("POST", f"/v1/batches/{batch_id}/missing", json=asked)
        return [files[number] for number in answer["missing"]]

    def send(self, batch: str, files: Sequence[LocalFile]) -> None:
        """Send documents; they are read from the disk as they go. Raises OSError when one cannot be read any more.

        Which pictures belong together has been found out here, where all of them are seen: those of one document are to be
        sent by themselves.
        """
        join = any(len(file.files) > 1 for file in files)
        assert not join or len(files) == 1

        def parts(stack: ExitStack) -> list[tuple[str, tuple[str, Any]]]:
            every = [one for file in files for one in file.files]
            return [("files", (name, stack.enter_context(path.open("rb")))) for path, name in every]

        self._call("POST", "/v1/batches", params={"name": batch, "join": join}, parts=parts)

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, Any] | None = None,
        json: Any = None,
        parts: Callable[[ExitStack], Any] | None = None,
    ) -> dict[str, Any]:
        for attempt in range(TRIES):
            try:
                with ExitStack() as stack:
                    files = parts(stack) if parts is not None else None
                    answer = self._http.request(method, path, params=params, json=json, files=files)
                if answer.is_success:
                    found: dict[str, Any] = answer.json()
                    return found
                error, wait = _failure(answer)
            except httpx.TransportError as fault:
                error, wait = self._silence(fault), 0.0
            if not error.retryable or attempt == TRIES - 1:
                raise error
            self._pause(max(wait, min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE)))
        raise AssertionError("the last try returns or raises")

    def _silence(self, fault: httpx.TransportError) -> GoujiError:
        hint = "Is the service running there? `gouji up` starts one; GOUJI_URL says where it is."
        return ServiceUnavailable(f"{self._url} does not answer", hint=hint, detail=repr(fault))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _failure(answer: httpx.Response) -> tuple[GoujiError, float]:
    """What an answer that is no success means, and after how many seconds it is worth another try."""
    try:
        body = answer.json()
    except ValueError:
        body = {}
    code, detail = str(body.get("code", "")), str(body.get("detail", f"HTTP status {answer.status_code}"))
    if code == "no_such_thing":
        return NotFound(detail), 0.0
    if answer.status_code in (429, 502, 503, 504):
        wait = answer.headers.get("Retry-After", "0")
        return ServiceUnavailable(detail, hint=str(body.get("hint", ""))), float(wait) if wait.isdigit() else 0.0
    known = code if code in CODES else None
    return ServiceError(detail, code=known, hint=str(body.get("hint", ""))), 0.0
