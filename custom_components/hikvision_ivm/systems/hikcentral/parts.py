"""What the inventory consists of: a row for each list of the platform (hikcentral §3.1, 3.2, 3.10, 3.14, 3.15, 3.18, 3.19)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..transport.json import Fields
from .records import (
    AlarmInput,
    AlarmOutput,
    Controller,
    CountingGroup,
    Door,
    Encoder,
    Floor,
    IntelligentServer,
    MobileDevice,
    ParkingLot,
    RecordServer,
    Room,
    Rule,
    StreamServer,
    Vehicle,
)

SITES: Final = "resource/v1/site/siteList"
REGIONS: Final = "resource/v1/regions"
CAMERAS: Final = "resource/v1/cameras"
MANAGEMENT: Final = "resource/v1/videoManagementServer"
POOLS: Final = "resource/v1/recordServer/indexCode/recordServerInfo"
OVERVIEW: Final = "vehicle/v1/floor/overview"
SPACES: Final = "vehicle/v1/floor/parkingspace/status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One list. `name` is its field in `Facts`, `words` what a user calls it.

    `key`: where the objects are. `typed`: it takes `deviceType`. `paged`: False for a list that comes whole. `named`:
    it takes a user's name. `essential`: without it the inventory is not worth much and is read again soon.
    """

    name: str
    path: str
    words: str
    read: Callable[[Fields], object | None]
    key: str = "list"
    typed: bool = False
    paged: bool = True
    named: bool = True
    essential: bool = False


PARTS: Final[tuple[Part, ...]] = (
    Part(
        name="encoders",
        path="resource/v1/encodeDevice/encodeDeviceList",
        words="encoding devices",
        read=Encoder.read,
        essential=True,
    ),
    Part(
        name="controllers",
        path="resource/v1/acsDevice/acsDeviceList",
        words="access controllers",
        read=Controller.read,
        essential=True,
    ),
    Part(name="doors", path="resource/v1/acsDoor/acsDoorList", words="doors", read=Door.read, essential=True),
    Part(
        name="inputs",
        path="resource/v1/alarmInputs",
        words="alarm inputs",
        read=AlarmInput.read,
        typed=True,
        essential=True,
    ),
    Part(
        name="outputs",
        path="resource/v1/alarmOutputs",
        words="alarm outputs",
        read=AlarmOutput.read,
        typed=True,
        essential=True,
    ),
    Part(
        name="mobile_devices",
        path="resource/v1/mobileDevice/mobileDeviceList",
        words="devices on board of vehicles",
        read=MobileDevice.read,
    ),
    Part(
        name="vehicles",
        path="resource/v1/mobilevehicle/mobilevehicleList",
        words="vehicles with devices on board",
        read=Vehicle.read,
    ),
    Part(
        name="record_servers",
        path="resource/v1/recordServer/recordServerList",
        words="recording servers",
        read=RecordServer.read,
    ),
    Part(
        name="stream_servers",
        path="resource/v1/streamServer/streamServerList",
        words="streaming servers",
        read=StreamServer.read,
    ),
    Part(
        name="intelligent_servers",
        path="resource/v1/intelligentServer/intelligentServerList",
        words="DeepinMind servers",
        read=IntelligentServer.read,
    ),
    Part(
        name="groups",
        path="aiapplication/v1/people/advance/resourceGroupList",
        words="people counting groups",
        read=CountingGroup.read,
    ),
    Part(name="lots", path="vehicle/v1/parkinglot/list", words="parking lots", read=ParkingLot.read, paged=False),
    Part(name="floors", path="vehicle/v1/floor/list", words="floors", read=Floor.read, paged=False),
    Part(
        name="rooms",
        path="healthcareradar/v1/room",
        words="rooms with radars",
        read=Room.read,
        key="roomlist",
        named=False,
    ),
    Part(
        name="rules",
        path="eventService/v1/generalEventRule/generalEventRuleList",
        words="generic event rules",
        read=Rule.read,
    ),
)
