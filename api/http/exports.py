"""All results in one file, decisions included."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response, StreamingResponse
from starlette.background import BackgroundTask

from api.export.atomic import EPOCH
from api.export.jsonl import json_line
from api.export.panel.export import Options, export_panel
from api.http.context import ServicesOf
from api.stored.corrections import decision_lines
from api.stored.reports import StoredReports, final_documents
from models.report import Result
from worker.services import Services
from worker.store import batches, results

router = APIRouter(prefix="/v1/export", tags=["export"])

PackageFormat = Literal["csv", "parquet", "xlsx", "dta"]
LINES = "application/x-ndjson"


@router.get("", response_class=Response)
def export(
    services: ServicesOf, batch: int | None = None, format: PackageFormat | Literal["jsonl", "corrections"] = "jsonl"
) -> Response:
    """The results of a batch, or of all.

    ``jsonl``: one result a line, as it is read. ``csv``, ``parquet``, ``xlsx``, ``dta``: the panel as a data package, zipped.
    ``corrections``: one decision of a person a line, with what the pipeline had read.
    """
    if batch is not None:
        with services.database.read() as session:
            batches.get(session, batch)
    if format == "jsonl":
        lines = (json_line(result) for result in all_results(services, batch))
        return StreamingResponse(lines, media_type=LINES, headers=_named("gouji.jsonl"))
    if format == "corrections":
        decided = decision_lines(services.database, batch)
        return StreamingResponse(decided, media_type=LINES, headers=_named("corrections.jsonl"))
    folder = Path(tempfile.mkdtemp(prefix="gouji-export-"))
    gone = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    try:
        packed = _packed(services, batch, format, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(packed, media_type="application/zip", headers=_named("gouji.zip"), background=gone)


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def all_results(services: Services, batch_id: int | None) -> Iterator[Result]:
    """Results in order of batch and arrival."""
    for page in final_documents(services.database, batch_id):
        with services.database.read() as session:
            found = list(results.of_documents(session, page))
        yield from found


def _packed(services: Services, batch_id: int | None, format: PackageFormat, folder: Path) -> Path:
    """The files that ``gouji export`` writes, in an archive that is the same for the same reports."""
    source = StoredReports(services.settings.database, batch_id, services.settings.audit_share)
    export_panel(source, folder / "files", Options(formats=(format,)))
    target = folder / "gouji.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((folder / "files").iterdir()):
            entry = zipfile.ZipInfo(path.name, EPOCH.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as file, archive.open(entry, "w", force_zip64=True) as packed:
                shutil.copyfileobj(file, packed)
    return target
