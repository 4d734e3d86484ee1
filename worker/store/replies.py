"""Answers to requests that carried an idempotency key, so that asking twice does the work once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.errors import Conflict
from worker.store.inserts import insert_if_new
from worker.store.records import ReplyRecord

#: Seconds for which an answer is kept.
KEPT = 7 * 86400.0
#: Seconds after which a request that never ended is taken for dead, and may be sent again.
STALE = 3600.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: HTTP status and JSON."""

    status: int
    body: str


def key_of(owner: str, key: str) -> str:
    """One caller's keys are not another's."""
    return hashlib.sha256(f"{owner}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()


def begin(session: Session, key: str, fingerprint: str, *, now: float) -> Reply | None:
    """Note that a request is being worked on; the answer, if it has been given before.

    Raises Conflict when the same request is being worked on now, or the key was used for another one.
    """
    session.execute(delete(ReplyRecord).where(ReplyRecord.created_at < now - KEPT))
    session.execute(
        delete(ReplyRecord).where(
            ReplyRecord.key == key, ReplyRecord.status.is_(None), ReplyRecord.created_at < now - STALE
        )
    )
    row = {"key": key, "fingerprint": fingerprint, "created_at": now}
    if insert_if_new(session, ReplyRecord, row):
        return None
    before = session.scalars(select(ReplyRecord).where(ReplyRecord.key == key)).one()
    if before.fingerprint != fingerprint:
        raise Conflict("this idempotency key was used for another request", hint="Use a new key for a new request.")
    if before.status is None:
        raise Conflict("the same request is being worked on", hint="Wait for its answer, or ask again later.")
    return Reply(before.status, before.body or "")


def end(session: Session, key: str, reply: Reply) -> None:
    """Keep the answer."""
    session.execute(update(ReplyRecord).where(ReplyRecord.key == key).values(status=reply.status, body=reply.body))


def forget(session: Session, key: str) -> None:
    """The request failed in a way that may pass: the next one with this key does the work."""
    session.execute(delete(ReplyRecord).where(ReplyRecord.key == key))
