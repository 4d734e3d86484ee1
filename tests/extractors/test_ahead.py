from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from threading import Event, Semaphore, current_thread

import pytest

from extractors.ahead import AT_ONCE, ahead
from extractors.memory import give_back


def test_results_come_in_the_order_of_the_calls_whichever_ends_first() -> None:
    second_is_done = Event()

    def first() -> int:
        assert second_is_done.wait(10)
        return 1

    def second() -> int:
        second_is_done.set()
        return 2

    assert list(ahead([first, second, lambda: 3])) == [1, 2, 3]


def test_calls_are_taken_by_the_one_who_asks_and_none_further_ahead_than_are_run_at_once() -> None:
    taken: list[int] = []

    def calls() -> Iterator[Callable[[], int]]:
        for number in range(6):
            assert current_thread().name.startswith("MainThread")
            taken.append(number)
            yield partial(int, number)

    for result in ahead(calls()):
        assert len(taken) <= result + AT_ONCE
    assert taken == list(range(6))


def test_only_so_many_run_at_once() -> None:
    free = Semaphore(AT_ONCE)

    def call() -> bool:
        got = free.acquire(blocking=False)
        if got:
            free.release()
        return got

    assert all(ahead([call] * 40))


def test_what_a_call_raises_is_raised_in_its_turn() -> None:
    def fails() -> int:
        raise ValueError("page 2")

    results = ahead([lambda: 1, fails, lambda: 3])
    assert next(results) == 1
    with pytest.raises(ValueError, match="page 2"):
        next(results)


def test_memory_is_given_back_where_the_c_library_can() -> None:
    give_back()  # Of no effect on others, and no error.
