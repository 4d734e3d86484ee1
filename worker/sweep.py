"""Finds what was lost on the way and sends it again. May run anywhere, at any time, in any number."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from worker import queues
from worker.app import longest_run
from worker.bundles import send_woken
from worker.comparing import compare_years
from worker.dispatch import Message
from worker.failures import lost_reason
from worker.holder import is_alive, is_dead
from worker.services import Services
from worker.settings import ServiceSettings
from worker.store import leases, upkeep
from worker.store.records import DocumentRecord

_log = logging.getLogger(__name__)
#: Documents that are sent in one go.
GROUP = 1000

Find = Callable[[Session], Sequence[DocumentRecord]]


@dataclass(frozen=True, slots=True)
class Swept:
    """What was done about how many documents."""

    freed: int
    quarantined: int
    sent: int


def sweep(services: Services) -> Swept:
    """Free documents whose process is dead, send what was never sent, send again what the broker lost.

    A message that waits in a long queue is not lost: a document is sent again only while its queue is empty, or when
    its message is very old. Sent twice, it is read once all the same. Raises StoreUnavailable or BrokerUnavailable.
    """
    freed, quarantined = _free_the_dead(services)
    send_woken(services)
    now = time.time()
    sent = _send(services, lambda session: upkeep.unsent(session, received_before=now - _grace(services), limit=GROUP))
    for queue in queues.READING:
        sent += _send(services, _lost(services, queue, now))
    services.blobs.clean()
    compare_years(services.database, audit_share=services.settings.audit_share)
    swept = Swept(freed, quarantined, sent)
    if freed or quarantined or sent:
        _log.warning("swept", extra={"freed": freed, "quarantined": quarantined, "sent": sent})
    return swept


def _grace(services: Services) -> float:
    """Whoever has just recorded a document is about to send it."""
    return services.settings.sweep_seconds


def _free_the_dead(services: Services) -> tuple[int, int]:
    limit = longest_run(services.settings)
    with services.database.read() as session:
        dead = [document for document in upkeep.running(session) if _is_dead(document, limit)]
    freed = quarantined = 0
    for document in dead:
        with services.database.write() as session:
            if not leases.release(session, document.id, document.lease, until=document.lease_until):
                continue
            if document.attempts < services.settings.attempts:
                freed += 1
                continue
            reason = _reason(document, services.settings)
            leases.quarantine(session, document.id, message=reason, now=time.time())
            quarantined += 1
    return freed, quarantined


def _is_dead(document: DocumentRecord, limit: float) -> bool:
    """Whether nobody works on a document any more.

    A process that lives keeps its document though it did not get to renew its lease, as on a machine that is overloaded:
    it is still at work, unless that takes longer than the ``limit`` at which it would have been killed.
    """
    now = time.time()
    if document.lease is None or is_dead(document.lease):
        return True
    if (document.lease_until or 0) >= now:
        return False
    return not is_alive(document.lease) or (document.started_at or 0) + limit < now


def _reason(document: DocumentRecord, settings: ServiceSettings) -> str:
    last_sign = (document.lease_until or 0) - settings.lease_seconds
    ran = last_sign - (document.started_at or last_sign)
    return lost_reason(document.attempts, ran, settings.task_seconds - settings.lease_seconds / 2)


def _lost(services: Services, queue: str, now: float) -> Find:
    """Which documents of a queue count as lost: it depends on whether anything waits in it."""
    settings = services.settings
    empty = services.dispatcher.length(queue) == 0
    age = settings.resend_seconds if empty else 3600 * settings.resend_always_hours
    return lambda session: upkeep.waiting(session, queue, queued_before=now - age, limit=GROUP)


def _send(services: Services, find: Find) -> int:
    """Send and mark in groups until none is left; marking takes a document out of what is found."""
    sent = 0
    while True:
        with services.database.read() as session:
            found = [Message(document.id, document.queue, document.interactive) for document in find(session)]
        if not found:
            return sent
        services.dispatcher.send(found)
        with services.database.write() as session:
            upkeep.mark_queued(session, [message.document_id for message in found], now=time.time())
        sent += len(found)
