"""The processes of an export: results in the order of the items, and nothing loaded that none of them needs."""

from __future__ import annotations

import sys

import pyarrow as pa

from api.export.panel.processes import FEW, in_order


def _doubled_by_arrow(number: int) -> tuple[int, bool]:
    (found,) = pa.array([2 * number]).to_pylist()
    return found, "pandas" in sys.modules


def test_results_come_in_the_order_of_the_items_and_no_process_loads_pandas() -> None:
    made = list(in_order(_doubled_by_arrow, range(3 * FEW), 2))
    assert made == [(2 * number, False) for number in range(3 * FEW)]
