"""Documents: results with their decisions, page images, decisions about cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import simplejson
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response, StreamingResponse

from api.http.context import Caller, ServicesOf, decided_by
from api.http.rendering import render
from api.http.sources import open_source, place_of_page
from api.http.wire import DecisionOut, DocumentOut, History, VerdictIn
from models.errors import ServiceError
from models.report import to_dict, to_json
from models.whole import is_whole
from worker.deciding import Verdict, decide
from worker.store import decisions, documents, results

router = APIRouter(prefix="/v1/documents", tags=["documents"])

Part = Annotated[int, Query(ge=1)]
#: What was rendered of given bytes never changes.
_FOREVER = "private, max-age=31536000, immutable"


@router.get("/{document_id}", responses={200: {"description": "The document, and `results` as `gouji schema` tells."}})
def one(services: ServicesOf, document_id: int) -> Response:
    """A document with its results, decisions included; ``results`` is empty while it is being worked on."""
    with services.database.read() as session:
        document = documents.get(session, document_id)
        found = results.of_document(session, document)
    head = DocumentOut.of(document).model_dump_json()
    body = f'{head[:-1]},"results":[{",".join(to_json(result) for result in found)}]}}'
    return Response(body, media_type="application/json")


@router.post("/{document_id}/retry", status_code=202)
def retry(services: ServicesOf, document_id: int) -> DocumentOut:
    """Let a document that failed or was quarantined be tried again."""
    with services.database.write() as session:
        document = documents.retry(session, document_id)
    services.intake.send([document])
    return DocumentOut.of(document)


@router.get("/{document_id}/source")
def source(services: ServicesOf, document_id: int) -> Response:
    """The bytes that were submitted, as a download and never as a page of this site; several pictures as a zip."""
    with services.database.read() as session:
        document = documents.get(session, document_id)
    stream = open_source(services.blobs, document)

    def pieces() -> Iterator[bytes]:
        with stream:
            while piece := stream.read(1 << 18):
                yield piece

    headers = {"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox"}
    return StreamingResponse(pieces(), media_type="application/octet-stream", headers=headers)


@router.get("/{document_id}/pages/{page}.png", response_class=Response)
def page_image(
    request: Request,
    services: ServicesOf,
    document_id: int,
    page: Annotated[int, Path(ge=1)],
    dpi: Annotated[int, Query(ge=36, le=300)] = 144,
) -> Response:
    """A page of a PDF or picture as PNG. A point of the evidence is dpi/72 pixels."""
    with services.database.read() as session:
        document = documents.get(session, document_id)
    tag = f'"{(document.sha256 or "")[:32]}-{page}-{dpi}"'
    headers = {"ETag": tag, "Cache-Control": _FOREVER}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    name, sha256, inner = place_of_page(document, page)
    with services.blobs.open(sha256) as stream:
        image = render(stream, name, inner, dpi)
    return Response(image, media_type="image/png", headers=headers)


@router.get("/{document_id}/decisions")
def history(services: ServicesOf, document_id: int, part: Part = 1) -> History:
    """What people decided about a report, the oldest first."""
    with services.database.read() as session:
        document = documents.get(session, document_id)
        kept = decisions.of_part(session, document.sha256, part) if document.sha256 else []
    return History(version=len(kept), decisions=[DecisionOut.of(decision) for decision in kept])


@router.patch("/{document_id}/cells/{cell}")
def decide_cell(services: ServicesOf, caller: Caller, document_id: int, cell: str, given: VerdictIn) -> Response:
    """Confirm or correct a cell, or take the last decision back.

    ``report.organ``, ``report.year`` and ``report.region`` can be decided on as well, and doubts about the whole report
    confirmed under ``report.`` and their code; the answer then tells of ``report`` in place of ``cell``.
    ``version`` is that of the report that was looked at (see ``/decisions``); a 409 says that somebody was faster.
    """
    try:
        answer = given.answer()
    except ValueError as error:
        raise ServiceError("state and value do not go together: a number has a value, and nothing else has") from error
    decided = decide(
        services.database,
        Verdict(
            document_id=document_id,
            cell=cell,
            action=given.action,
            who=decided_by(given.who, caller),
            seen=given.version,
            part=given.part,
            answer=answer,
            why=given.why,
            name=given.who,
        ),
        readers=services.settings.readers,
        audit_share=services.settings.audit_share,
    )
    report = to_dict(decided.report)
    body = {
        "version": decided.decision.version,
        **({"report": report["report"]} if is_whole(cell) else {"cell": report["cells"][cell]}),
        "checks": [check for check in report["checks"] if cell in check["cells"]],
        "review": report["review"],
    }
    return Response(simplejson.dumps(body, use_decimal=True, ensure_ascii=False), media_type="application/json")
