"""Which lists tell the state of what, and what a state means for a feature (hikcentral §3.1, §4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ..kinds import Kind
from ..model import UNKNOWN, BinarySensorFeature, Feature, SirenFeature, SwitchFeature, Unknown, Value
from .door_values import CLOSED, OFFLINE, OPEN, REMAIN_CLOSED, REMAIN_OPEN, door_value
from .record_fields import CONTROLLER, ENCODER, MOBILE
from .records import AlarmInput, AlarmOutput, Camera, Controller, Door, Encoder, MobileDevice, Vehicle

ONLINE: Final = 1
GONE: Final = 2
"""`status` of cameras, devices and vehicles, `networkStatus` of inputs."""
_HELD: Final[Mapping[Kind, int]] = {Kind.REMAIN_OPEN: REMAIN_OPEN, Kind.REMAIN_CLOSED: REMAIN_CLOSED}
_ON: Final[Mapping[int, bool]] = {0: False, 1: True}

type Judge = Callable[[Feature, int | None], Value | Unknown | None]
"""Returns the value of a feature in a state; None: the state says nothing about it, whichever it is."""


def _connection(feature: Feature, state: int | None) -> Value | Unknown | None:
    """Judge what is online."""
    if feature.kind is not Kind.ONLINE:
        return None
    return UNKNOWN if state not in (ONLINE, GONE) else state == ONLINE


def _door(feature: Feature, state: int | None) -> Value | Unknown | None:
    """Judge a door. Lock and contact are not told apart in its state, so the sensors of either are left to events."""
    if (value := door_value(feature, state)) is not None:
        return value
    known = state in (REMAIN_OPEN, CLOSED, OPEN, REMAIN_CLOSED)
    if not isinstance(feature, BinarySensorFeature) or feature.kind not in _HELD:
        return None
    return state == _HELD[feature.kind] if known else UNKNOWN


def _output(feature: Feature, state: int | None) -> Value | Unknown | None:
    """Judge an alarm output."""
    return (
        (UNKNOWN if state is None else _ON.get(state, UNKNOWN))
        if isinstance(feature, (SwitchFeature, SirenFeature))
        else None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One sort of things. `key`: as events name it. `facts`: its field in `Facts`, `record` its type, `path` its list.

    `id`, `state`: names of fields. `single`: path of the call about one of them, which takes the id under the same name.
    `prefix`: of the device it is; None for a part of another device. `gone`: the state in which it cannot be reached.
    `sticky`: not knowing a state is no news, for a command told more.
    """

    key: str
    facts: str
    record: type[object]
    path: str
    single: str
    id: str
    state: tuple[str, ...]
    judge: Judge
    prefix: str | None = None
    gone: int | None = GONE
    typed: bool = False
    by_site: bool = False
    sticky: bool = False


WATCHED: Final[tuple[Watched, ...]] = (
    Watched(
        key="camera", facts="cameras", record=Camera, path="resource/v1/cameras", single="resource/v1/cameras/indexCode",
        id="cameraIndexCode", state=("status",), judge=_connection, prefix="cam",
        typed=True, by_site=True,
    ),
    Watched(
        key="door", facts="doors", record=Door, path="resource/v1/acsDoor/acsDoorList",
        single="resource/v1/acsDoor/indexCode/acsDoorInfo", id="doorIndexCode",
        state=("doorState",), judge=_door, prefix="door", gone=OFFLINE,
    ),
    Watched(
        key="ioIn", facts="inputs", record=AlarmInput, path="resource/v1/alarmInputs", single="resource/v1/alarmInputs/indexCode",
        id="alarmInputIndexCode", state=("networkStatus", "status"),
        judge=_connection, typed=True,
    ),
    Watched(
        key="ioOut", facts="outputs", record=AlarmOutput, path="resource/v1/alarmOutputs", single="resource/v1/alarmOutputs/indexCode",
        id="alarmOutputIndexCode", state=("status",), judge=_output, gone=None,
        typed=True, sticky=True,
    ),
    Watched(
        key="encodeDevice", facts="encoders", record=Encoder, path="resource/v1/encodeDevice/encodeDeviceList",
        single="resource/v1/encodeDevice/indexCode/encodeDeviceInfo",
        id="encodeDevIndexCode", state=("status",), judge=_connection, prefix="enc",
    ),
    Watched(
        key="acsDevice", facts="controllers", record=Controller, path="resource/v1/acsDevice/acsDeviceList",
        single="resource/v1/acsDevice/indexCode/acsDeviceInfo", id="acsDevIndexCode",
        state=("status",), judge=_connection, prefix="acs",
    ),
    Watched(
        key="mobileDevice", facts="mobile_devices", record=MobileDevice, path="resource/v1/mobileDevice/mobileDeviceList",
        single="resource/v1/mobileDevice/indexCode/mobileDeviceInfo",
        id="mobileDevIndexCode", state=("status",), judge=_connection, prefix="mob",
    ),
    Watched(
        key="mobileVehicle", facts="vehicles", record=Vehicle, path="resource/v1/mobilevehicle/mobilevehicleList",
        single="resource/v1/mobileVehicle/indexCode/mobileVehicleInfo",
        id="mobilevehicleIndexCode", state=("status",), judge=_connection, prefix="mveh",
    ),
)  # fmt: skip
BY_KEY: Final[Mapping[str, Watched]] = {row.key: row for row in WATCHED}
BY_RECORD: Final[Mapping[type[object], Watched]] = {row.record: row for row in WATCHED}
CAMERAS_OF: Final[Mapping[str, str]] = {f"cameras of {type_}": type_ for type_ in (ENCODER, CONTROLLER, MOBILE)}
"""Keys under which the cameras of a device are doubtful, rather than the device → type of the device."""
CAMERA_KEY: Final = "camera"
