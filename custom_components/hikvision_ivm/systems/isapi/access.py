"""What the numbers in an access controller's events mean, as far as they were observed (isapi-events §1.2)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ACCESS_TYPES: Final[Mapping[tuple[int | None, int | None], str]] = MappingProxyType(
    {(3, 1024): "doorbell", (5, 25): "doorbell"}
)
"""Major and minor number → the event type they really are."""

ACCESS_WORDS: Final[Mapping[tuple[int | None, int | None], str]] = MappingProxyType(
    {(5, 22): "door_locked", (5, 38): "fingerprint"}
)
"""Major and minor number → a word for automations; all others are told as numbers only."""
