"""Pages read side by side: while one is being read the next is begun."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from extractors.memory import give_back

Result = TypeVar("Result")

#: Pages in work at once. The recogniser uses two cores by itself; the rest of a page, about a half of its time, one.
AT_ONCE = 2


def ahead(calls: Iterable[Callable[[], Result]]) -> Iterator[Result]:
    """The results of calls in their order, ``AT_ONCE`` of them running at a time and none further ahead.

    The calls are taken from their source in the thread that asks for the results. What a call raises is raised here.
    """
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="page") as pool:
        running: deque[Future[Result]] = deque()
        for call in calls:
            running.append(pool.submit(call))
            if len(running) == AT_ONCE:
                yield _next(running)
        while running:
            yield _next(running)


def _next(running: deque[Future[Result]]) -> Result:
    result = running.popleft().result()
    give_back()
    return result
