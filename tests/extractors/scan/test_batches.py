"""Which crops a model reads together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extractors.scan.readers.batches import Batching

BATCHING = Batching(step=16, most=8, alone=128)
WIDTHS = st.lists(st.integers(16, 3200), max_size=60)


@given(WIDTHS)
def test_each_crop_is_in_one_batch_of_its_padded_width(widths: list[int]) -> None:
    batches = BATCHING.batches(widths)
    assert sorted(index for batch in batches for index in batch) == list(range(len(widths)))
    for batch in batches:
        assert len({BATCHING.padded(widths[index]) for index in batch}) == 1
        assert len(batch) in ((1,) if widths[batch[0]] > BATCHING.alone else (1, 2, 4, 8))


@given(st.integers(1, 3200))
def test_a_width_is_padded_by_a_step_or_a_sixteenth_at_most(width: int) -> None:
    assert width <= BATCHING.padded(width) < width + max(16, width / 16 + 1)


def test_many_widths_come_in_few_shapes() -> None:
    assert len({BATCHING.padded(width) for width in range(16, 3201)}) < 100


def test_the_widest_are_read_first_for_they_take_longest() -> None:
    assert BATCHING.batches([40, 900, 41, 300]) == [[1], [3], [0, 2]]
