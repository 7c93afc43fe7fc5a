"""The field `deviceType`, and others that choose rows of lists."""

from typing import TYPE_CHECKING

from simulators.hikcentral.registry import Call, Refuse, text
from simulators.hikcentral.state import AlarmInput, AlarmOutput, Camera

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

DEVICE_TYPES = ("encodeDevice", "acsDevice", "mobileDevice")
DEFAULT_TYPE = "encodeDevice"
UNFILTERED = "alarmDevice"
"""Has no value of the filter; its inputs are always listed."""
DEVICE_TYPE = text("deviceType", longest=64)


def wanted_types(platform: HikCentralSimulator, call: Call) -> frozenset[str]:
    """Return the types of parents asked for: encoders alone unless said otherwise (L3750).

    Raises Refuse (0x00072002) for an unknown type, and for a form the platform's version does not know.
    """
    words = call.words("deviceType")
    known = platform.options.device_types
    if words and (known == "none" or (known == "single" and len(words) > 1)):
        raise Refuse("0x00072002", "deviceType")
    if unknown := set(words) - set(DEVICE_TYPES):
        raise Refuse("0x00072002", f"deviceType {min(unknown)}")
    return frozenset([*(words or [DEFAULT_TYPE]), UNFILTERED])


def of_types[Part: (Camera, AlarmInput, AlarmOutput)](rows: list[Part], types: frozenset[str]) -> list[Part]:
    """Keep the rows whose parent has one of the types."""
    return [row for row in rows if (row.parent_type if isinstance(row, Camera) else row.device_type) in types]
