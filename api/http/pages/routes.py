"""The pages: batches, one batch, the queue, a document, the way in."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from api.http.context import Caller, ServicesOf, cursor_of, decided_by, numbers_in
from api.http.pages.access import KEY_COOKIE, LANGUAGE_COOKIE, LOGIN, WHO_COOKIE
from api.http.pages.catalog import catalog, language_of
from api.http.pages.document_view import view_of
from api.http.pages.failures import failure, remedy
from api.http.pages.form_view import labels
from api.http.pages.phrases import said
from api.http.pages.rules import kind_name
from api.http.pages.summary import summary_of
from api.http.rendering import content
from extractors.formats.text import editor_lines
from models.errors import GoujiError, NotFound
from models.report import ErrorReport, Report
from worker.store import batches, decisions, documents, results, review
from worker.store.records import ReviewItemRecord, Status
from worker.store.review import Place, ReviewFilter, Stop

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(directory=Path(__file__).parents[1] / "templates")

ROWS = 50
FAILURES = (Status.FAILED, Status.QUARANTINED)
#: Batches and organs that the queue can be narrowed down to by choosing.
MOST_LISTED = 200
TEXTS = ("text/plain", "text/markdown")
#: Bytes of a text that are shown.
MOST_TEXT = 2 << 20
#: A choice of language or name is kept for a year.
_YEAR = 365 * 24 * 3600


def _page(request: Request, name: str, **values: Any) -> Response:
    language = language_of(request.cookies.get(LANGUAGE_COOKIE))
    common = {
        "t": catalog(language),
        "language": language,
        "who": _name(request),
        "has_key": bool(request.cookies.get(KEY_COOKIE)),
        "said": partial(said, language=language),
        "kind_name": partial(kind_name, language=language),
        "failure": partial(failure, language=language),
        "remedy": partial(remedy, language=language),
        "labels": labels(),
    }
    return templates.TemplateResponse(request, name, {**common, **values})


def _name(request: Request) -> str:
    """What the person calls themselves; cookies hold no Chinese, so it stands there in percent signs."""
    return unquote(request.cookies.get(WHO_COOKIE, ""))


def _reader(request: Request, caller: str) -> str:
    """Who looks at the page, as their decisions are kept."""
    return decided_by(_name(request), caller)


@router.get("/")
def home(request: Request, services: ServicesOf, before: int | None = None) -> Response:
    """Batches, the newest first, and where to drop files."""
    with services.database.read() as session:
        found = batches.page(session, before=before, limit=ROWS)
        rows = [(batch, batches.progress(session, batch.id)) for batch in found]
        waiting = review.count(session, ReviewFilter())
        left = review.left(session, batch_ids=[batch.id for batch in found])
    older = found[-1].id if len(found) == ROWS else None
    return _page(request, "home.html", rows=rows, older=older, waiting=waiting, left=left)


@router.get("/batches/{batch_id}")
def batch(request: Request, services: ServicesOf, batch_id: int, after: int = 0, failed: int = 0) -> Response:
    """A batch: its progress, failures, documents, and what is known of its quality."""
    with services.database.read() as session:
        record = batches.get(session, batch_id)
        failures = documents.page(session, batch_id, after=failed, limit=ROWS, status=FAILURES)
        listed = documents.page(session, batch_id, after=after, limit=ROWS)
        summary = summary_of(session, batch_id, services.settings.audit_share)
        values = {
            "batch": record,
            "progress": batches.progress(session, batch_id),
            "waiting": review.count(session, ReviewFilter(batch_id)),
            "left": review.left(session, document_ids=[one.id for one in listed]),
            "more": listed[-1].id if len(listed) == ROWS else None,
            "more_failures": failures[-1].id if len(failures) == ROWS else None,
        }
    return _page(request, "batch.html", failures=failures, documents=listed, summary=summary, **values)


@router.get("/review")
def queue(
    request: Request,
    services: ServicesOf,
    caller: Caller,
    batch: str = "",
    organ: str | None = None,
    code: str | None = None,
    cursor: str | None = None,
) -> Response:
    """The queue, the worst first. ``batch`` is empty where the form asks for all."""
    after = Place(*numbers_in(cursor, 2)) if cursor else None
    number = int(batch) if batch.isascii() and batch.isdigit() else None
    wanted = ReviewFilter(number, organ or None, code or None, _reader(request, caller))
    with services.database.read() as session:
        items = list(review.page(session, wanted, after=after, limit=ROWS))
        values = {
            "codes": review.codes(session, number),
            "total": review.count(session, wanted),
            "listed": batches.page(session, limit=MOST_LISTED),
            "organs": review.organs(session, number, limit=MOST_LISTED),
        }
    more = cursor_of(items[-1].rank, items[-1].id) if len(items) == ROWS else None
    return _page(request, "queue.html", items=items, wanted=wanted, more=more, place_of=_place, **values)


def _place(item: ReviewItemRecord) -> str:
    """Where in the queue somebody set out, to go on from there."""
    return cursor_of(item.rank, item.document_id, item.part)


@router.get("/review/next")
def next_doubt(
    request: Request,
    services: ServicesOf,
    caller: Caller,
    after: int,
    part: int = 1,
    batch: int | None = None,
    place: str | None = None,
) -> Response:
    """On to the next report down the queue from where this one stood, at its end from the top; to the queue if there is none."""
    wanted = ReviewFilter(batch, reader=_reader(request, caller))
    start = Stop(*numbers_in(place, 3)) if place else None
    target = "/review"
    with services.database.read() as session:
        item = review.next_report(session, wanted, document_id=after, part=part, after=start)
        if item is None and start is not None:
            item = review.next_report(session, wanted, document_id=after, part=part)
        if item is not None:
            within = f"&batch={batch}" if batch is not None else ""
            cell = item.cell or f"report.{item.code.removeprefix('heading_')}"
            target = f"/documents/{item.document_id}?part={item.part}{within}&place={_place(item)}#{cell}"
    return RedirectResponse(target, status_code=303)


@router.get("/documents/{document_id}")
def document(
    request: Request,
    services: ServicesOf,
    caller: Caller,
    document_id: int,
    part: Annotated[int, Query(ge=1)] = 1,
    batch: int | None = None,
    place: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """A report beside its page, to settle what is in doubt."""
    with services.database.read() as session:
        record = documents.get(session, document_id)
        found = results.of_document(session, record)
        kept = decisions.of_part(session, record.sha256, part) if record.sha256 else []
    report = next((one for one in found if isinstance(one, Report) and one.source.part == part), None)
    if report is None:
        error = next((one for one in found if isinstance(one, ErrorReport)), None)
        return _page(request, "unread.html", document=record, error=error)
    parts = [one.source.part for one in found if isinstance(one, Report)]
    language = language_of(request.cookies.get(LANGUAGE_COOKIE))
    audited = review.audited(report, services.settings.audit_share)
    view = view_of(report, kept, audited, who=_reader(request, caller), language=language)
    told = {"document": document_id, "part": part, "readers": services.settings.readers}
    values = {
        "document": record,
        "report": report,
        "view": view,
        "parts": parts,
        "batch": batch,
        "place": place,
        "data": _json({**view.data, **told, "words": dict(catalog(language))}),
        "lines": _lines(services, report),
    }
    return _page(request, "document.html", **values)


@router.get("/documents/{document_id}/content")
def document_content(request: Request, services: ServicesOf, document_id: int) -> Response:
    """A source without page images as its lines and tables, for the page of a document to put in."""
    with services.database.read() as session:
        record = documents.get(session, document_id)
    if record.sha256 is None:
        raise NotFound("the bytes of this document were never had")
    with services.blobs.open(record.sha256) as stream:
        blocks = content(stream, record.name)
    return _page(request, "content.html", blocks=blocks)


def _lines(services: ServicesOf, report: Report) -> list[str]:
    """The lines of a source that is plain text, which the places of its cells count."""
    if report.source.media_type not in TEXTS or report.source.sha256 is None:
        return []
    with services.blobs.open(report.source.sha256) as stream:
        return editor_lines(stream.read(MOST_TEXT))


@router.get("/login")
def ask_for_key(request: Request) -> Response:
    """Where a key is asked for."""
    return _page(request, "login.html", refused=False)


@router.post("/login")
def log_in(request: Request, key: Annotated[str, Form(max_length=200)]) -> Response:
    """Keep a valid key in a cookie that scripts and other sites cannot use."""
    if not request.app.state.keys.name_of(key.strip()):
        answer = _page(request, "login.html", refused=True)
        answer.status_code = 401
        return answer
    answer = RedirectResponse("/", status_code=303)
    secure = request.url.scheme == "https"
    answer.set_cookie(KEY_COOKIE, key.strip(), httponly=True, samesite="strict", secure=secure)
    return answer


@router.post("/logout")
def log_out() -> Response:
    """Forget the key."""
    answer = RedirectResponse(LOGIN, status_code=303)
    answer.delete_cookie(KEY_COOKIE, httponly=True, samesite="strict")
    return answer


@router.post("/preferences")
def prefer(
    request: Request,
    language: Annotated[str, Form(max_length=5)] = "",
    who: Annotated[str, Form(max_length=60)] = "",
    back: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Keep a language, or the name under which decisions are kept, and go back."""
    is_here = back.startswith("/") and not back.startswith(("//", "/\\"))
    answer = RedirectResponse(back if is_here else "/", status_code=303)
    for name, value in ((LANGUAGE_COOKIE, language), (WHO_COOKIE, quote(who.strip(), safe=""))):
        if value:
            answer.set_cookie(name, value, max_age=_YEAR, samesite="strict")
    return answer


def refused(request: Request, error: GoujiError, status: int) -> Response:
    """What a person sees where there is nothing to see."""
    answer = _page(request, "refused.html", error=error)
    answer.status_code = status
    return answer


def _json(data: Any) -> str:
    """JSON that can stand in a page: no ``<`` ends its element."""
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028")
