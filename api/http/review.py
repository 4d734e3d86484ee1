"""The queue of what people should look at."""

from __future__ import annotations

from fastapi import APIRouter

from api.http.batches import Limit
from api.http.context import ServicesOf, numbers_in
from api.http.wire import ReviewPage
from worker.store import review
from worker.store.review import Place, ReviewFilter

router = APIRouter(prefix="/v1/review", tags=["review"])


@router.get("")
def queue(
    services: ServicesOf,
    batch: int | None = None,
    organ: str | None = None,
    code: str | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> ReviewPage:
    """What people should look at, the worst first: of a batch, an organ, a kind of doubt."""
    after = Place(*numbers_in(cursor, 2)) if cursor else None
    with services.database.read() as session:
        items = review.page(session, ReviewFilter(batch, organ, code), after=after, limit=limit)
    return ReviewPage.of(list(items), limit)
