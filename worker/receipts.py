"""The JSON beside a file that has been read: what became of it, for whoever looks into the folder."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import simplejson
from sqlalchemy.orm import Session

from models.errors import CODES
from models.report import to_json
from worker.store import batches, documents, results
from worker.store.records import DocumentRecord, Kind, Status

SCHEMA = "gouji.receipt/1"
_PAGE = 500


def place_of(path: Path) -> Path:
    """Where the receipt of a file lies."""
    return path.with_name(path.name + ".json")


def is_wholly_read(session: Session, document: DocumentRecord) -> bool:
    """Whether a document, with everything that came out of it, was read."""
    if document.status != Status.DONE:
        return False
    return document.kind != Kind.ARCHIVE or all(
        is_wholly_read(session, member) for member in _members(session, document)
    )


def write(session: Session, document: DocumentRecord, path: Path) -> None:
    """Write the receipt of the file at ``path``, in place of an older one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".receipt-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.writelines(_pieces(session, document))
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, 0o644)
        os.replace(name, place_of(path))
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _pieces(session: Session, document: DocumentRecord) -> Iterator[str]:
    """The JSON in pieces, so that an archive of fifty thousand needs no more memory than one of five."""
    batch = batches.get(session, document.batch_id)
    head = {"schema": SCHEMA, "document": document.id, "batch": batch.name, "tags": batch.tags, **_summary(document)}
    yield _json(head)[:-1]
    yield ',"results":['
    found = results.of_document(session, document) if document.kind == Kind.FILE else []
    yield ",\n".join(to_json(result) for result in found)
    yield '],"members":['
    for number, member in enumerate(_members(session, document)):
        yield (",\n" if number else "\n") + _json({"document": member.id, **_summary(member)})
    yield "]}\n"


def _members(session: Session, document: DocumentRecord) -> Iterator[DocumentRecord]:
    after = 0
    while found := documents.page(session, document.batch_id, after=after, limit=_PAGE, parent_id=document.id):
        yield from found
        after = found[-1].id


def _summary(document: DocumentRecord) -> dict[str, Any]:
    error = None
    if document.error_code:
        error = {
            "code": document.error_code,
            "message": document.error_message,
            "hint": CODES.get(document.error_code, ""),
        }
    return {
        "name": document.name,
        "files": [picture.name for picture in documents.pictures_of(document)],
        "sha256": document.sha256,
        "status": str(document.status),
        "reports": document.reports,
        "error": error,
    }


def _json(data: dict[str, Any]) -> str:
    return str(simplejson.dumps(data, ensure_ascii=False, separators=(",", ":"), use_decimal=True))


def sha256_in(path: Path) -> str | None:
    """The content that the receipt of a file speaks of; None when there is no such receipt."""
    try:
        found = json.loads(place_of(path).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    sha256 = found.get("sha256") if isinstance(found, dict) else None
    return sha256 if isinstance(sha256, str) else None
