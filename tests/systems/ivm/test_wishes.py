"""What the owner chose, and what is made of choices that make no sense."""

import pytest

from custom_components.hikvision_ivm.systems.ivm.wishes import status_seconds
from custom_components.hikvision_ivm.systems.settings import POLL_SECONDS


@pytest.mark.parametrize(
    ("chosen", "seconds"), [(None, 60), (30, 30), (90.0, 90), (5, 30), (9999, 600), (True, 60), ("fast", 60)]
)
def test_time_between_two_looks(chosen: object, seconds: float) -> None:
    """Half a minute at least."""
    assert status_seconds({} if chosen is None else {POLL_SECONDS: chosen}) == seconds
