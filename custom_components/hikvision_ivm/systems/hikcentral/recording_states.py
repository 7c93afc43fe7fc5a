"""What a recording server says of a camera (hikcentral §4, T14: not what it says of itself)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

STATUS: Final = "resource/v1/recordServer/recordStatus"

RECORDING: Final = 0
NOT_RECORDING: Final = 1
EXCEPTION: Final = 2
SEARCH_FAILED: Final = 3
UNKNOWN: Final = 4

RECORDING_STATES: Final[Mapping[int, str]] = MappingProxyType(
    {RECORDING: "recording", NOT_RECORDING: "not_recording", EXCEPTION: "exception", SEARCH_FAILED: "search_failed"}
)
"""`recordingStatus` of a camera → word; 4 is unknown."""
