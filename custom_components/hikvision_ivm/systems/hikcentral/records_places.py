"""Records of groups, parking, vehicles, rooms and rules (hikcentral §3.10, 3.14, 3.15, 3.18, 3.19). See `records`."""

from dataclasses import dataclass, field
from typing import Self

from ..transport.json import Fields
from .record_fields import NO_ID, count, personal, state


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A vehicle with a device on board. `device` is the id of that device; `status`: 0 unknown, 1 online, 2 offline.

    `plate`, `owner` and `phone` are personal data.
    """

    id: str
    name: str
    device: str | None = None
    region: str | None = None
    plate: str | None = personal()
    owner: str | None = personal()
    phone: str | None = personal()
    colour: int | None = None
    type: int | None = None
    brand: int | None = None
    status: int | None = state()

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read a MobilevehivleInfo (sic)."""
        if (id_ := fields.text("mobilevehicleIndexCode")) is None:
            return None
        device = fields.text("devIndexCode")
        return cls(
            id=id_,
            name=fields.text("mobilevehicleName") or id_,
            device=None if device in NO_ID else device,
            region=fields.text("regionIndexCode"),
            plate=fields.text("plateNo"),
            owner=fields.text("personName"),
            phone=fields.text("phoneNo"),
            colour=count(fields, "vehicleColor"),
            type=count(fields, "vehicleType"),
            brand=count(fields, "vehicleBrand"),
            status=fields.integer("status"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a people counting group counts at.

    `kind`: 1 camera, 2 door. `entering`: its entry direction counts as entering the group; False: as leaving.
    """

    id: str
    kind: int | None = None
    entering: bool | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read a member of `relatedResourceInfoList`."""
        if (id_ := fields.text("resourceIndexCode")) is None:
            return None
        entering = {1: True, 2: False}.get(fields.integer("entryExitConfig") or 0)
        return cls(id=id_, kind=fields.integer("resourceType"), entering=entering)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingGroup:
    """A people counting group."""

    id: str
    name: str
    site: str | None = None
    counted: tuple[Counted, ...] = ()

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read a ResourceGroupInfo."""
        if (id_ := fields.text("resourceGroupIndexCode")) is None:
            return None
        related = fields.child("peopleCountingParam").children("relatedResourceInfoList")
        return cls(
            id=id_,
            name=fields.text("resourceGroupName") or id_,
            site=fields.text("siteIndexCode"),
            counted=tuple(found for each in related if (found := Counted.read(each)) is not None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkingLot:
    """A parking lot. Numbers of spaces and `max_hours` are None where they are not configured."""

    id: str
    name: str
    parent: str | None = None
    total: int | None = state()
    free: int | None = state()
    registered: int | None = state()
    registered_free: int | None = state()
    max_hours: int | None = state()

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read a ParkingLotInfo."""
        if (id_ := fields.text("parkingLotIndexCode")) is None:
            return None
        parent = fields.text("parentParkingLotIndexCode")
        return cls(
            id=id_,
            name=fields.text("parkingLotName") or id_,
            parent=None if parent in NO_ID else parent,
            total=count(fields, "totalSpaceNum"),
            free=count(fields, "freeSpaceNum"),
            registered=count(fields, "totalPermanentSpaceNum"),
            registered_free=count(fields, "freePermanentSpaceNum"),
            max_hours=count(fields, "maxParkingTime"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceType:
    """A type of parking spaces on a floor."""

    id: str
    name: str
    total: int | None = state()
    free: int | None = state()

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read a member of `spaceTypeOverView`."""
        if (id_ := fields.text("typeIndexCode")) is None:
            return None
        return cls(
            id=id_,
            name=fields.text("typeName") or id_,
            total=count(fields, "totalSpaceNum"),
            free=count(fields, "freeSpaceNum"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A floor of a parking lot. `types` is empty when it was read from the list of floors."""

    id: str
    name: str
    lot: str | None = None
    total: int | None = state()
    free: int | None = state()
    types: tuple[SpaceType, ...] = ()

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read a member of `floor/list` or a FloorOverViewInfo."""
        if (id_ := fields.text("floorIndexCode")) is None:
            return None
        types = (SpaceType.read(each) for each in fields.children("spaceTypeOverView"))
        return cls(
            id=id_,
            name=fields.text("floorName") or id_,
            lot=fields.text("parkingLotIndexCode"),
            total=count(fields, "totalSpaceNum"),
            free=count(fields, "freeSpaceNum"),
            types=tuple(found for found in types if found is not None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """A parking space. `status`: 0 unknown, 1 vacant, 2 occupied, 3 overtime, 4 violation. `name` is its serial number.

    `since` as the platform wrote it, `duration` in seconds; `plate` and the pictures are personal data.
    """

    id: str
    name: str
    floor: str
    type: int | None = None
    status: int | None = state()
    since: str | None = state()
    duration: float | None = state()
    plate: str | None = field(default=None, compare=False, repr=False)
    picture: str | None = field(default=None, compare=False, repr=False)

    @classmethod
    def read(cls, fields: Fields, floor: str = "") -> Self | None:
        """Read a ParkingSpaceInfo; `floor` is the one that was asked for."""
        if (id_ := fields.text("spaceIndexCode")) is None:
            return None
        return cls(
            id=id_,
            name=fields.text("serial") or id_,
            floor=fields.text("floorIndexCode") or floor,
            type=fields.integer("spaceType"),
            status=fields.integer("status"),
            since=fields.text("creatTime", "createTime"),
            duration=fields.number("duration"),
            plate=fields.text("plateNumber"),
            picture=fields.text("parkingImageUrl"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bed:
    """A bed watched by a radar. `room` is the id of its room; `id` is `<room>_<number>`; `person` is personal data."""

    id: str
    name: str
    room: str
    number: str
    person_id: str | None = field(default=None, compare=False, repr=False)
    person: str | None = field(default=None, compare=False, repr=False)

    @classmethod
    def read(cls, fields: Fields, room: str) -> Self | None:
        """Read a member of the `bedlist` of a room."""
        if (number := fields.text("bedNo")) is None:
            return None
        return cls(
            id=f"{room}_{number}",
            name=number,
            room=room,
            number=number,
            person_id=fields.text("personID"),
            person=fields.text("personName"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room with radars. `id` is the number by which calls name it, `number` the text on its door, as in pushes."""

    id: str
    name: str
    number: str | None = None
    description: str | None = None
    beds: tuple[Bed, ...] = ()

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read a member of `roomlist`."""
        if (id_ := fields.text("roomID")) is None:
            return None
        number = fields.text("roomNo")
        beds = (Bed.read(each, id_) for each in fields.children("bedlist"))
        return cls(
            id=id_,
            name=number or id_,
            number=number,
            description=fields.text("description"),
            beds=tuple(found for found in beds if found is not None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A generic event rule. `transport`: 0 TCP, 1 UDP; `match`: 0 contains, 1 is exactly."""

    id: str
    name: str
    transport: int | None = None
    match: int | None = None
    expression: str | None = None
    regular_expression: str | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read a GeneralEventRule."""
        if (id_ := fields.text("generalEventRuleIndexCode")) is None:
            return None
        return cls(
            id=id_,
            name=fields.text("generalEventRuleName") or id_,
            transport=fields.integer("transportType"),
            match=fields.integer("matchType"),
            expression=fields.text("expression"),
            regular_expression=fields.text("regularExpression"),
        )
