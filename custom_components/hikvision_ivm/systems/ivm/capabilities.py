"""What a channel can do and what is paid for it: abilities, service packages, protocol (ivm §5).

Every question has three answers: True, False, and None where the cloud did not say. What is not known is offered, and the
refusal is kept (`Learnt.refused`) when it turns out that it is not there.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from ..transport.json import as_text, fields
from .records import ChannelRecord, DeviceRecord, Protocol


class Ability(StrEnum):
    """The capability keys of the appendix (ivm §5.2)."""

    PTZ = "ptz"
    PTZ_SPIN = "ptzspin"
    ZOOM = "zoom"
    AUTOFOCUS = "autofocus"
    IRIS = "iris"
    PRESET = "preset"
    CRUISE = "cruise"
    LOCAL_STORAGE = "localstorage"
    DEVICE_RECORD = "devnormalrecord"
    CLOUD_STORAGE = "cloudstorage"
    PEOPLE_STATISTICS = "flowstatis"
    INTELLIGENT = "intelligent"
    ALGORITHM = "algorithm"
    MASK_MODE = "maskmode"
    TARGET_GRANT = "abilityauth"
    UPGRADE_REPORT = "reportupgrade"
    # no call of the cloud's interface belongs to these
    LOCATE_3D = "ptz3dlocate"
    MOTION_TRACKING = "motionflow"
    FORMAT_CARD = "sdcardformat"
    TALK = "talk"
    MICROPHONE = "microphone"
    VOLUME = "volumnset"
    AUDIO_VIDEO_SWITCH = "audiovideoswitch"
    ALARM_VOICE = "alarmvoice"
    ALARM_SOUND = "alarmsound"
    ALARM_LIGHT = "alarmlight"
    SOUND_LIGHT_ALARM = "soundlightalarm"
    LIGHT_CONTROL = "lightcontrol"
    FILL_LIGHT = "supplement"
    ROTATION = "brotate"
    RESET = "reset"
    BATCH_UPGRADE = "batchupgrade"
    LOGS = "logcollect"
    CERTIFICATES = "certdelive"
    WIFI = "wifiinfo"
    SECURITY_KEY = "securitykey"
    MEDIA_ENCRYPTION = "mediaencryptgcm"
    TLV_FRAME = "tlvframe"


class Package(StrEnum):
    """Paid services of a channel; the cloud appends their state (ivm §5.3)."""

    MANAGEMENT = "MANAGEMENT"
    """Live video, playback, control, pictures."""
    FULL_RECORD = "FULL_RECORD"
    EVENT_RECORD = "EVENT_RECORD"
    INDUSTRY_DATA = "INDUSTRY_DATA"
    """Alarms and analysis that are pushed, statistics."""
    CUSTOMER_GROUP = "CUSTOMER_GROUP"


class PackageState(StrEnum):
    """State of a service."""

    GRANT = "GRANT"
    ARREAR = "ARREAR"
    """Paid too late: it rests."""
    CLOSED = "CLOSED"


class Gate(StrEnum):
    """What a feature needs; also what a refusal that is kept stands for."""

    LIVE = "live"
    ALARMS = "alarms"
    """Being told what is detected."""
    SNAPSHOT = "snapshot"
    PTZ = "ptz"
    MOVE = "move"
    ZOOM = "zoom"
    PRESETS = "presets"
    CRUISES = "cruises"
    RECORDING = "recording"
    """Continuous recording in the cloud."""
    RETENTION = "retention"
    ALARM_RECORDING = "alarm_recording"
    ALARM_RETENTION = "alarm_retention"
    STATISTICS = "statistics"
    HEAT_MAP = "heat_map"
    STREAMS = "streams"
    """Reading how streams are set."""


def normalised(value: Any) -> frozenset[str] | None:
    """Return abilities of any form, in lower case and without underscores; None if nothing is told.

    A text of keys with commas, a list of such, or an object of key → `{"support": …}` or key → flag.
    """
    if isinstance(value, Mapping):
        told = fields(value)
        keys = [
            key
            for key in told
            if (fields(told[key]).flag("support") if isinstance(told[key], Mapping) else told.flag(key))
        ]
    else:
        rows = value if isinstance(value, (list, tuple)) else [value]
        keys = [word for row in rows if (text := as_text(row)) is not None for word in text.split(",")]
    return frozenset(plain for key in keys if (plain := _plain(key))) or None


@lru_cache(maxsize=1024)
def _plain(key: str) -> str:
    """Return a key without what is spelt differently."""
    return key.strip().lower().replace("_", "")


def has(record: ChannelRecord | DeviceRecord, key: str) -> bool | None:
    """Whether a channel or device can do something; None if its abilities are not known."""
    return None if record.abilities is None else _plain(key) in record.abilities


def package_state(channel: ChannelRecord, package: Package) -> PackageState | None:
    """Return how a service of a channel is; None if that is not known."""
    return _state(channel.packages, package)


def granted(channel: ChannelRecord, package: Package) -> bool | None:
    """Whether a service works now; None if that is not known."""
    state = _state(channel.packages, package)
    return None if state is None else state is PackageState.GRANT


def is_unpaid(channel: ChannelRecord) -> bool | None:
    """Whether a service of a channel rests because it was not paid; None if that is not known."""
    if channel.packages is None:
        return None
    return any(word.endswith(_ARREAR) for word in channel.packages)


def is_holo(device: DeviceRecord) -> bool | None:
    """Whether a device speaks the maker's own protocol; None if that is not known."""
    return None if device.protocol is None else device.protocol is Protocol.HOLO


def gates(device: DeviceRecord, channel: ChannelRecord, refused: Collection[Gate] = ()) -> Mapping[Gate, bool | None]:
    """Return what is open to a channel; the answers of a refused gate are False. Channels that are alike share one answer."""
    return answers(is_holo(device), channel.abilities, channel.packages, frozenset(refused))


_ARREAR: Final = f"_{PackageState.ARREAR}"
_HOLO_ONLY: Final = frozenset({Gate.PRESETS, Gate.CRUISES, Gate.STATISTICS, Gate.HEAT_MAP, Gate.STREAMS})
_ABILITIES: Final[Mapping[Gate, tuple[Ability, ...]]] = MappingProxyType(
    {
        Gate.PTZ: (Ability.PTZ, Ability.PTZ_SPIN, Ability.ZOOM),
        Gate.MOVE: (Ability.PTZ_SPIN,),
        Gate.ZOOM: (Ability.ZOOM,),
        Gate.PRESETS: (Ability.PRESET,),
        Gate.CRUISES: (Ability.CRUISE,),
        Gate.STATISTICS: (Ability.PEOPLE_STATISTICS,),
        Gate.HEAT_MAP: (Ability.PEOPLE_STATISTICS,),
    }
)
"""One of these abilities is needed."""
_PARTS_OF_PTZ: Final = frozenset({Ability.PTZ_SPIN, Ability.ZOOM})
"""A camera that tells only that it has pan, tilt and zoom has both."""
_PACKAGES: Final[Mapping[Gate, tuple[Package, ...]]] = MappingProxyType(
    {
        Gate.LIVE: (Package.MANAGEMENT,),
        Gate.ALARMS: (Package.MANAGEMENT, Package.INDUSTRY_DATA),
        Gate.SNAPSHOT: (Package.MANAGEMENT,),
        Gate.PTZ: (Package.MANAGEMENT,),
        Gate.MOVE: (Package.MANAGEMENT,),
        Gate.ZOOM: (Package.MANAGEMENT,),
        Gate.PRESETS: (Package.MANAGEMENT,),
        Gate.CRUISES: (Package.MANAGEMENT,),
        Gate.RECORDING: (Package.FULL_RECORD,),
        Gate.RETENTION: (Package.FULL_RECORD,),
        Gate.ALARM_RECORDING: (Package.EVENT_RECORD,),
        Gate.ALARM_RETENTION: (Package.EVENT_RECORD,),
        Gate.STATISTICS: (Package.MANAGEMENT, Package.INDUSTRY_DATA),
    }
)
"""All of these services are needed. One that rests for lack of payment counts: what it brings comes back."""
_IMPLIED: Final[Mapping[Gate, frozenset[Gate]]] = MappingProxyType(
    {
        Gate.PTZ: frozenset({Gate.MOVE, Gate.ZOOM, Gate.PRESETS, Gate.CRUISES}),
        Gate.RECORDING: frozenset({Gate.RETENTION}),
        Gate.ALARM_RECORDING: frozenset({Gate.ALARM_RETENTION}),
    }
)
"""What a refusal takes along."""


@lru_cache(maxsize=4096)
def answers(
    holo: bool | None,
    abilities: frozenset[str] | None,
    packages: frozenset[str] | None,
    refused: frozenset[Gate],
) -> Mapping[Gate, bool | None]:
    """Answer for all gates at once. `holo`: it speaks the maker's own protocol; `refused`: gates that are known to be shut."""
    if abilities is not None and Ability.PTZ in abilities and abilities.isdisjoint(_PARTS_OF_PTZ):
        abilities |= _PARTS_OF_PTZ
    shut = refused.union(*(_IMPLIED[gate] for gate in refused if gate in _IMPLIED))
    found: dict[Gate, bool | None] = {}
    for gate in Gate:
        needs = [
            gate not in shut,
            holo if gate in _HOLO_ONLY else True,
            _any(abilities, _ABILITIES[gate]) if gate in _ABILITIES else True,
            *(_booked(packages, package) for package in _PACKAGES.get(gate, ())),
        ]
        found[gate] = False if False in needs else None if None in needs else True
    return MappingProxyType(found)


def _any(abilities: frozenset[str] | None, keys: tuple[Ability, ...]) -> bool | None:
    """Whether one of some abilities is there."""
    return None if abilities is None else not abilities.isdisjoint(keys)


def _booked(packages: frozenset[str] | None, package: Package) -> bool | None:
    """Whether a service is booked, paid or not."""
    state = _state(packages, package)
    return None if state is None else state is not PackageState.CLOSED


def _state(packages: frozenset[str] | None, package: Package) -> PackageState | None:
    """Return the state of a service; one that is not mentioned beside others is not booked."""
    if packages is None:
        return None
    return next((state for state in PackageState if f"{package}_{state}" in packages), PackageState.CLOSED)
