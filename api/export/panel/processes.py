"""A function over many items in several processes, results in the order of the items."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from importlib.abc import MetaPathFinder
from itertools import chain, islice
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

#: Fewer items than this are done here: a process takes a second or two to start.
FEW = 8
# Items on their way for each process: enough to keep it busy, few enough that memory does not grow with their number.
AHEAD = 3
#: New objects after which Python looks for cycles.
OBJECTS = 200_000


def in_order(work: Callable[[Item], Made], items: Iterable[Item], jobs: int) -> Generator[Made]:
    """What ``work`` makes of the items, in their order; in this process for one job or few items.

    ``work`` must be importable and items and results picklable. An exception of ``work`` is raised here, in its turn.
    """
    coming = iter(items)
    first = list(islice(coming, FEW))
    if jobs <= 1 or len(first) < FEW:
        yield from map(work, chain(first, coming))
        return
    context = multiprocessing.get_context("spawn")  # forking a process that has threads may hang
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin) as pool:
        waiting: deque[Future[Made]] = deque()
        try:
            for item in chain(first, coming):
                waiting.append(pool.submit(work, item))
                if len(waiting) >= jobs * AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _begin() -> None:
    """Ctrl-C is for the process that has these started; it ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    collect_seldom()
    sys.meta_path.insert(0, _WithoutPandas())


class _WithoutPandas(MetaPathFinder):
    """Arrow imports pandas at the first list that it is given, only to see whether the list is one of pandas' own.

    That costs every process half a second and 40 MiB, and nothing here is of pandas.
    """

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        """Raises ModuleNotFoundError for pandas, as where it is not installed."""
        if name == "pandas":
            raise ModuleNotFoundError("not needed here", name=name)


def collect_seldom() -> None:
    """Millions of small objects come and go, none of them in a cycle; looking for cycles after every 700 costs a tenth."""
    gc.set_threshold(max(gc.get_threshold()[0], OBJECTS), *gc.get_threshold()[1:])
