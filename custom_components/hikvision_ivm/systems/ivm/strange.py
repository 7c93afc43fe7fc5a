"""What lists tell that no table names (ivm §1.12, §3.1-§3.4, §9 "diagnostics").

It changes nothing: a field that nobody knows is left out, and a word that nobody knows is passed on as it is. It is
counted, so that diagnostics tell what a newer cloud says.
"""

from collections.abc import Mapping
from enum import StrEnum
import logging
from types import MappingProxyType
from typing import Any, Final

from ..transport.json import Fields
from ..unknown_words import UnknownWords
from .capabilities import Ability, Package, PackageState, normalised

_LOGGER = logging.getLogger(__name__)

MOST: Final = 100


class Row(StrEnum):
    """Of what a row of a list tells."""

    ORG = "organisation"
    DEVICE = "device"
    CHANNEL = "channel"


_COMMON: Final = frozenset({"access_protocol", "create_time", "update_time", "device_org_name", "device_cloud_ability"})
FIELDS: Final[Mapping[Row, frozenset[str]]] = MappingProxyType(
    {
        Row.ORG: frozenset(
            {
                "device_org_id", "device_org_name", "device_org_level", "camera_count", "camera_online_count", "is_leaf",
                "channel_count", "channel_online_count", "channel_offline_count", "enterprise_id", "parent_id",
                "is_result", "children",
            }
        ),
        Row.DEVICE: _COMMON
        | {
            "device_id", "device_name", "model", "manufacture", "firmware", "device_state", "device_type",
            "device_system_state", "device_ability", "channel_total", "channel_online_count", "channel_online_total",
            "channel_offline_total", "channel_allocated_total", "operator_total", "audio_input_count",
            "audio_output_count", "gb_access_state", "channels", "org_list", "sdk_ability", "mac", "description",
            "stream_total", "protocol_version", "device_ip", "device_port", "device_org_id", "sn",
        },
        Row.CHANNEL: _COMMON
        | {
            "device_id", "device_name", "channel_id", "channel_name", "channel_state", "channel_system_state",
            "channel_resource_state", "channel_ability", "channel_model", "channel_model_e", "model", "invalid_type",
            "storage_card_status", "mask_mode", "channel_firmware", "firmware", "config_state", "channel_type",
            "resolution", "channel_intelligent", "channel_firmware_id", "sn",
        },
    }
)  # fmt: skip
"""Names of fields that the tables know, of any list."""

_STATES: Final = frozenset({"ONLINE", "OFFLINE", "UNREGISTERED", "UNALLOCATED"})
_SYSTEM_STATES: Final = frozenset({"NORMAL", "UNAVAILABLE_FROZEN"})
_TYPES: Final = frozenset({"IPC", "NVR", "MEDGE", "IPC-BULLET", "IPC-BOX", "IPC-CONCH", "IPDOME"})
WORDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "device_state": _STATES,
        "channel_state": _STATES,
        "device_system_state": _SYSTEM_STATES,
        "channel_system_state": _SYSTEM_STATES,
        # A printed sample has a zero for the last letter.
        "access_protocol": frozenset({"HOLO", "HOL0", "GB28181"}),
        "device_type": _TYPES,
        "channel_type": _TYPES,
        "channel_resource_state": frozenset({f"{package}_{state}" for package in Package for state in PackageState}),
        "invalid_type": frozenset({"NORMAL", "CHANNEL_ID_INVALID"}),
        "storage_card_status": frozenset({"0", "1", "2", "3", "-1"}),
        "mask_mode": frozenset({"OPEN", "CLOSE"}),
        "gb_access_state": frozenset(
            {
                "NOT_CONNECTED", "NO_AUTHENTICATION_INFO", "AUTHENTICATION_FAILED", "CATALOG_ERROR", "UNKNOWN_ERROR",
                "CONNECTED",
            }
        ),
    }
)  # fmt: skip
"""Fields that have a fixed set of words, and which, in upper case."""

_ABILITIES: Final[Mapping[Row, tuple[str, ...]]] = {
    Row.ORG: (),
    Row.DEVICE: ("device_ability", "device_cloud_ability"),
    Row.CHANNEL: ("channel_ability", "device_cloud_ability"),
}
_KEYS: Final = frozenset(ability.value for ability in Ability)


class Strange:
    """Counts what is in no table: names of `fields`, and `words` with the field they came in."""

    def __init__(self) -> None:
        """Nothing came yet."""
        self.fields = UnknownWords(_LOGGER, "A list of the cloud has a field that is not known: %s", most=MOST)
        self.words = UnknownWords(_LOGGER, "A list of the cloud holds a word that is not known: %s", most=MOST)

    def look(self, row: Row, told: Fields) -> None:
        """Look at a row of a list."""
        known = FIELDS[row]
        for name, value in told.raw.items():
            plain = name if name in known else str(name).strip().lower()
            if plain not in known:
                self.fields.note(f"{row}.{plain}")
            elif (words := WORDS.get(plain)) is not None and not (isinstance(value, str) and value in words):
                for word in told.items_of(name):
                    if word.upper() not in words:
                        self.words.note(f"{row}.{plain} {word}")
        for field in _ABILITIES[row]:
            for word in sorted((normalised(told.get(field)) or frozenset()) - _KEYS):
                self.words.note(f"{row}.{field} {word}")

    def report(self) -> Mapping[str, Any]:
        """Tell what came, as JSON."""
        return {"fields": dict(self.fields), "words": dict(self.words)}
