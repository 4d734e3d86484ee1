"""All results in one file, decisions included."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response, StreamingResponse
from starlette.background import BackgroundTask

from api.export.jsonl import json_line
from api.export.registry import open_writer
from api.http.context import ServicesOf
from models.report import Result
from worker.services import Services
from worker.store import batches, documents, results
from worker.store.records import FINAL, DocumentRecord, Kind

router = APIRouter(prefix="/v1/export", tags=["export"])

Format = Literal["jsonl", "json", "csv", "parquet", "xlsx", "dta"]
_PAGE = 100


@router.get("", response_class=Response)
def export(services: ServicesOf, batch: int | None = None, format: Format = "jsonl") -> Response:
    """The results of a batch, or of all: JSON lines as they are read, any other format as a zip archive of its files."""
    if batch is not None:
        with services.database.read() as session:
            batches.get(session, batch)
    found = all_results(services, batch)
    headers = {"Content-Disposition": f'attachment; filename="gouji.{"jsonl" if format == "jsonl" else "zip"}"'}
    if format == "jsonl":
        lines = (json_line(result) for result in found)
        return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)
    folder = Path(tempfile.mkdtemp(prefix="gouji-export-"))
    gone = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    try:
        packed = _pack(found, format, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(packed, media_type="application/zip", headers=headers, background=gone)


def all_results(services: Services, batch_id: int | None) -> Iterator[Result]:
    """Results in order of batch and arrival. Each page is a snapshot of its own, so that a long export holds no lock."""
    for number in [batch_id] if batch_id is not None else _all_batches(services):
        after = 0
        while True:
            with services.database.read() as session:
                page = documents.page(session, number, after=after, limit=_PAGE, status=FINAL)
                found = list(results.of_documents(session, (d for d in page if _has_results(d))))
            yield from found
            if len(page) < _PAGE:
                break
            after = page[-1].id


def _has_results(document: DocumentRecord) -> bool:
    return document.kind != Kind.ARCHIVE or document.error_code is not None


def _all_batches(services: Services) -> Iterator[int]:
    last = 0
    while True:
        with services.database.read() as session:
            found = batches.after(session, last, limit=_PAGE)
        yield from (batch.id for batch in found)
        if len(found) < _PAGE:
            return
        last = found[-1].id


def _pack(found: Iterator[Result], format: str, folder: Path) -> Path:
    with closing(_Held(format, folder / "files")) as held:
        for result in found:
            held.writer.write(result)
        held.writer.close()
        held.done = True
    target = folder / "gouji.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((folder / "files").rglob("*")):
            archive.write(path, path.relative_to(folder / "files"))
    return target


class _Held:
    """A writer that cleans up after itself unless it came to its end."""

    def __init__(self, format: str, folder: Path) -> None:
        self.writer = open_writer(format, folder)
        self.done = False

    def close(self) -> None:
        if not self.done:
            self.writer.abort()
