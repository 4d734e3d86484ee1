"""Batches: submit, list, follow."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.http.context import Caller, ServicesOf, cursor_of, numbers_in
from api.http.uploads import receive_files
from api.http.wire import BatchOut, BatchPage, DocumentOut, DocumentPage, FileList, Missing, ProgressOut, SubmittedOut
from models.errors import ServiceError
from worker.pictures import gathered
from worker.services import Services
from worker.store import batches, documents, replies
from worker.store.documents import Arrival
from worker.store.records import Status

router = APIRouter(prefix="/v1/batches", tags=["batches"])

#: Seconds between two looks at a batch that somebody follows, and between two signs that the line is still open.
LOOK_SECONDS = 1.0
SIGN_SECONDS = 15.0
_UPLOAD = {
    "requestBody": {
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            }
        }
    }
}
Limit = Annotated[int, Query(ge=1, le=1000)]
Name = Annotated[str | None, Query(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]+$")]
Tag = Annotated[str, Query(max_length=100)]


@router.post("", status_code=202, response_model=SubmittedOut, openapi_extra=_UPLOAD)
async def submit(
    request: Request,
    services: ServicesOf,
    caller: Caller,
    name: Name = None,
    tag: Annotated[list[str], Query(max_length=50)] = [],  # noqa: B006 - FastAPI copies it
    urgent: bool = False,
    join: bool = True,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Submit files and archives, or (with an empty body) make a batch.

    A name joins the batch of that name. A file that the batch has already, by name and content, is not taken again.
    Pictures whose names differ in the last number alone are the pages of one document, unless ``join`` is false.
    """
    key = replies.key_of(caller, idempotency_key) if idempotency_key else None
    if key is not None:
        known = await run_in_threadpool(_begin, services, key, _fingerprint(request))
        if known is not None:
            return Response(known.body, status_code=known.status, media_type="application/json")
    try:
        files = await _files(request, services)
        if join:
            files = await run_in_threadpool(gathered, services.blobs, files)
        answer = await run_in_threadpool(_take, services, name or _new_name(), tag, urgent, files)
    except BaseException:
        if key is not None:
            await run_in_threadpool(_forget, services, key)
        raise
    body = answer.model_dump_json()
    if key is not None:
        await run_in_threadpool(_end, services, key, body)
    return Response(body, status_code=202, media_type="application/json")


async def _files(request: Request, services: Services) -> list[Arrival]:
    if request.headers.get("content-length") == "0" or "content-type" not in request.headers:
        return []
    limit = services.settings.max_upload_mb
    try:
        return await receive_files(
            request.stream(), request.headers["content-type"], services.blobs, most_megabytes=limit
        )
    except ClientDisconnect as error:
        raise ServiceError("the connection broke off") from error


def _take(services: Services, name: str, tags: list[str], urgent: bool, files: list[Arrival]) -> SubmittedOut:
    with services.database.write() as session:
        batch = batches.ensure(session, name, tags=tags, interactive=urgent, now=time.time())
    taken = services.intake.take(batch.id, files, interactive=urgent) if files else []
    return SubmittedOut(batch=BatchOut.of(batch), documents=[DocumentOut.of(document) for document in taken])


def _new_name() -> str:
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def _fingerprint(request: Request) -> str:
    """What makes two requests the same, as far as it can be known before the body: where it goes and how long it is."""
    kind = request.headers.get("content-type", "").partition(";")[0]
    length = request.headers.get("content-length", "")
    return hashlib.sha256(f"{request.url.path}?{request.url.query} {kind} {length}".encode()).hexdigest()


def _begin(services: Services, key: str, fingerprint: str) -> replies.Reply | None:
    with services.database.write() as session:
        return replies.begin(session, key, fingerprint, now=time.time())


def _end(services: Services, key: str, body: str) -> None:
    with services.database.write() as session:
        replies.end(session, key, replies.Reply(202, body))


def _forget(services: Services, key: str) -> None:
    with services.database.write() as session:
        replies.forget(session, key)


@router.get("")
def listed(services: ServicesOf, name: Name = None, cursor: str | None = None, limit: Limit = 50) -> BatchPage:
    """Batches, the newest first, or the one of a name."""
    with services.database.read() as session:
        if name is not None:
            found = [batches.by_name(session, name)]
            return BatchPage(items=[BatchOut.of(batch) for batch in found], next=None)
        before = numbers_in(cursor, 1)[0] if cursor else None
        found = list(batches.page(session, before=before, limit=limit))
    last = cursor_of(found[-1].id) if len(found) == limit else None
    return BatchPage(items=[BatchOut.of(batch) for batch in found], next=last)


@router.get("/{batch_id}")
def one(services: ServicesOf, batch_id: int) -> BatchOut:
    """A batch and how far it is."""
    with services.database.read() as session:
        return BatchOut.of(batches.get(session, batch_id), batches.progress(session, batch_id))


@router.get("/{batch_id}/documents")
def members(
    services: ServicesOf,
    batch_id: int,
    status: Annotated[list[Status] | None, Query()] = None,
    cursor: str | None = None,
    limit: Limit = 100,
) -> DocumentPage:
    """Documents of a batch in order of arrival."""
    after = numbers_in(cursor, 1)[0] if cursor else 0
    with services.database.read() as session:
        batches.get(session, batch_id)
        found = documents.page(session, batch_id, after=after, limit=limit, status=status or ())
    last = cursor_of(found[-1].id) if len(found) == limit else None
    return DocumentPage(items=[DocumentOut.of(document) for document in found], next=last)


@router.post("/{batch_id}/missing")
def missing(services: ServicesOf, batch_id: int, given: FileList) -> Missing:
    """Which of these files the batch does not have yet, so that a broken submission sends no file twice."""
    keys = [documents.key_of(file.name, file.sha256) for file in given.files]
    with services.database.read() as session:
        batches.get(session, batch_id)
        known = documents.known_keys(session, batch_id, keys)
    return Missing(missing=[number for number, key in enumerate(keys) if key not in known])


@router.get("/{batch_id}/events", response_class=StreamingResponse)
async def events(request: Request, services: ServicesOf, batch_id: int) -> Response:
    """Progress as server-sent events: ``progress`` at each change, ``finished`` at the end."""
    await run_in_threadpool(one, services, batch_id)  # an unknown batch is a 404 and no stream
    return StreamingResponse(_follow(request, services, batch_id), media_type="text/event-stream")


async def _follow(request: Request, services: Services, batch_id: int) -> AsyncIterator[str]:
    before, silent = None, 0.0
    while not await request.is_disconnected():
        progress = await run_in_threadpool(_progress, services, batch_id)
        if progress != before:
            before, silent = progress, 0.0
            yield f"event: progress\ndata: {progress.model_dump_json()}\n\n"
        if progress.finished:
            yield f"event: finished\ndata: {progress.model_dump_json()}\n\n"
            return
        if silent >= SIGN_SECONDS:
            silent = 0.0
            yield ": still here\n\n"
        silent += LOOK_SECONDS
        await asyncio.sleep(LOOK_SECONDS)


def _progress(services: Services, batch_id: int) -> ProgressOut:
    with services.database.read() as session:
        return ProgressOut.of(batches.progress(session, batch_id))
