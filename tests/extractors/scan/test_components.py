from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractors.scan.components import components


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.05])
def test_however_many_parts_there_are_each_is_found(share: float) -> None:
    """At the last share there are more than 16 bits can count."""
    mask = (np.random.default_rng(1).random((1500, 1100)) < share).astype(np.uint8)
    labels, stats = components(mask)
    count, wanted, wanted_stats, _ = cv2.connectedComponentsWithStats(mask)
    assert len(stats) == count and (count > 65_536) == (share == 0.05)
    assert (labels == wanted).all() and (stats == wanted_stats).all()


def test_pixels_that_touch_at_a_corner_hang_together() -> None:
    labels, stats = components(np.eye(3, dtype=np.uint8))
    assert labels.max() == 1 and stats[1].tolist() == [0, 0, 3, 3, 3]
