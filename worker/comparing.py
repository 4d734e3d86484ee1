"""Makes the queue of doubts anew where reports of an organ came in or changed, since its other years are held against them.

May run anywhere, at any time, in any number. What is slow, reading the reports, is done outside of any write transaction, and each
document has a short one of its own: a SQLite database has one writer at a time, and leases are renewed in between.
"""

from __future__ import annotations

import time

from worker.store import documents, review, series
from worker.store.database import Database

#: Longest time for comparing in one sweep, in seconds; whoever waits for the next sweep must not wait for this.
COMPARE_SECONDS = 20.0
#: Seconds for which one organ is left to whoever took it. Two who compare the same one do no harm but the work twice.
TAKEN_SECONDS = 60.0
#: Organs that are looked up in one go.
ORGANS = 100


def compare_years(database: Database, *, audit_share: float = 0.0) -> None:
    """Compare each organ of which something is noted, until the time is up; what is noted meanwhile waits for the next sweep."""
    end, last = time.monotonic() + COMPARE_SECONDS, ""
    while True:
        with database.read() as session:
            organs = series.noted(session, after=last, now=time.time(), limit=ORGANS)
        if not organs:
            return
        for organ in organs:
            if time.monotonic() > end:
                return
            _compare(database, organ, audit_share)
        last = organs[-1]


def _compare(database: Database, organ: str, audit_share: float) -> None:
    """What is noted is crossed out last, and only as it was seen first: what came in meanwhile is compared next time."""
    with database.write() as session:
        seen = series.take(session, organ, now=time.time(), seconds=TAKEN_SECONDS)
    if not seen:
        return
    places = series.near(organ, seen)
    with database.read() as session:
        found = [document.id for document in series.documents_of(session, places)]
    for document_id in found:
        _remake(database, document_id, audit_share)
    with database.write() as session:
        review.drop_compared(session, places, but=found)
        series.cross_out(session, organ, seen)


def _remake(database: Database, document_id: int, audit_share: float) -> None:
    with database.read() as session:
        made = review.make(session, documents.get(session, document_id), audit_share=audit_share)
    with database.write() as session:
        review.put(session, document_id, made)
