"""What the extension of an event says: who, which plate, which face, where (hikcentral §3.7, A.2.1 to A.2.6).

The fields decide, not the code: door alarms carry fields of access, unknown codes those of their family. What is
personal is left out unless the owner chose to show it; readings of that kind are kept apart, for they are told to the
features that stand for them only.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ..kinds import Kind
from ..model import Value
from ..transport.json import Fields
from ..values import PositionValue
from .positions import position_of
from .words import COLOURS, GENDERS, named

type Detail = str | int | float | bool

PERSONS: Final = "persons"
PLATES: Final = "plates"
FACES: Final = "faces"
HEALTH: Final = "health"

MOST_OPAQUE: Final = 20
LONGEST_DETAIL: Final = 255

_ATTENDANCE: Final = {1: "check_in", 2: "check_out", 3: "break_out", 4: "break_in", 5: "overtime_in", 6: "overtime_out"}
_TEMPERATURE: Final = {1: "normal", 2: "abnormal"}
_YES_NO: Final = {1: True, 2: False}
_VEHICLE_TYPES: Final = {0: "other", 1: "small", 2: "large", 3: "motorcycle"}
_PRIVATE: Final[Mapping[str, tuple[str, ...]]] = {
    PLATES: ("plate", "license", "licence"),
    FACES: ("face", "snap", "pic", "age", "gender"),
    HEALTH: ("temperature", "heart", "breath", "sleep", "health"),
    PERSONS: (
        "person",
        "name",
        "card",
        "phone",
        "owner",
        "mail",
        "certificate",
        "employee",
        "visitor",
        "human",
        "user",
    ),
}
"""Parts of names of undocumented fields that may be personal."""


class Store(StrEnum):
    """Where the platform keeps a picture; each has a call of its own (hikcentral §3.9)."""

    EVENT = "event"
    ACCESS = "access"
    PLATE = "plate"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture on the platform."""

    store: Store
    uri: str


@dataclass(slots=True)
class Told:
    """What an extension says.

    `details`: facts for automations, with nothing personal that is not to be shown. `readings`: for the features of
    these kinds, whatever is to be shown elsewhere. `who`: the card, person or plate by which an occurrence is known
    where records have ids of their own; never shown. `room` and `bed`: numbers on their doors. `encoded`: a picture as
    Base64 text, `reference`: where one lies.
    """

    details: dict[str, Detail] = field(default_factory=dict)
    readings: dict[Kind, Value] = field(default_factory=dict)
    plate: str | None = None
    person: str | None = None
    who: str | None = field(default=None, repr=False)
    room: str | None = None
    bed: str | None = None
    encoded: str | None = field(default=None, repr=False)
    reference: Reference | None = None
    picture_kind: Kind = Kind.EVENT_PICTURE

    def note(self, name: str, value: Detail | None) -> None:
        """Keep a fact, if it is one."""
        if value is not None:
            self.details[name] = value[:LONGEST_DETAIL] if isinstance(value, str) else value


def told_of(data: Fields, personal: Collection[str]) -> Told:
    """Read an extension. `personal`: what may be shown of people, as in `settings.PERSONAL`."""
    told = Told()
    if not data:
        return told
    families = {
        found: None
        for name in data.raw
        if (found := _FAMILIES.get(name if name in _FAMILIES else name.strip().lower()))
    }
    for read in families or (_opaque,):
        read(data, told, personal)
    return told


def room_of(data: Fields) -> tuple[str | None, str | None]:
    """Return the numbers of a room and a bed, None for what is not told."""
    return (data.text("RoomNo"), data.text("BedNo")) if data else (None, None)


def _access(data: Fields, told: Told, personal: Collection[str]) -> None:
    """Read who was at a door (A.2.1). The attendance that is not known is -1 here and 0 in records."""
    told.picture_kind = Kind.ACCESS_PICTURE
    who = data.text("personName") or data.text("personCode") or data.text("personId") or data.text("cardNo")
    told.who = data.text("cardNo", "personId")
    if who is not None:
        told.readings[Kind.LAST_PERSON] = who[:LONGEST_DETAIL]
    if PERSONS in personal:
        told.person = who
        for name, key in (("person", "personName"), ("person_id", "personId"), ("person_code", "personCode"),
                          ("card", "cardNo")):  # fmt: skip
            told.note(name, data.text(key))
    told.note("attendance", _ATTENDANCE.get(data.integer("checkInAndOutType") or 0))
    told.note("reader", data.text("readerName"))
    told.note("reader_id", data.text("readerIndexCode"))
    _body(data, data, told, personal)
    if (uri := data.text("picUri")) is not None:
        told.reference = Reference(Store.ACCESS, uri)


def _body(temperature: Fields, mask: Fields, told: Told, personal: Collection[str]) -> None:
    """Read temperature (°C) and mask. A temperature of 0 is none."""
    degrees = temperature.number("temperatureData")
    if degrees:
        told.readings[Kind.SKIN_TEMPERATURE] = round(degrees, 2)
    if HEALTH in personal:
        told.note("temperature", round(degrees, 2) if degrees else None)
        told.note("temperature_status", _TEMPERATURE.get(temperature.integer("temperatureStatus") or 0))
    told.note("mask", _YES_NO.get(mask.integer("wearMaskStatus") or 0))


def _plate(data: Fields, told: Told, personal: Collection[str]) -> None:
    """Read a plate (A.2.2, A.2.3)."""
    told.picture_kind = Kind.PLATE_PICTURE
    if (plate := data.text("plateNo")) is not None:
        told.who = plate
        told.readings[Kind.LAST_PLATE] = plate[:LONGEST_DETAIL]
        if PLATES in personal:
            told.plate = plate[:LONGEST_DETAIL]
    if PERSONS in personal:
        told.note("owner", data.text("ownerName"))
    told.note("vehicle_group", data.text("vehicleGroupIndexCode"))
    told.note("vehicle_colour", named(COLOURS, data.integer("vehicleColor")))
    told.note("vehicle_type", named(_VEHICLE_TYPES, data.integer("vehicleType")))
    if (uri := data.text("vehiclePicUri", "picUri")) is not None:
        told.reference = Reference(Store.PLATE, uri)


def _face(data: Fields, told: Told, personal: Collection[str]) -> None:
    """Read the first face that was compared, and its best candidate (A.2.4)."""
    told.picture_kind = Kind.FACE_PICTURE
    face = data.child("alarmResult").child("faces")
    candidates = [each for found in face.children("identify") for each in found.children("candidate")]
    best = max(candidates, key=lambda each: each.number("similarity") or 0.0, default=Fields({}))
    told.who = best.text("human_id")
    name = best.child("reserve_field").text("name") or told.who
    similarity = best.number("similarity")
    if name is not None:
        told.readings[Kind.LAST_FACE] = name[:LONGEST_DETAIL]
    if similarity is not None:
        told.readings[Kind.FACE_SIMILARITY] = _percent(similarity)
    if FACES in personal:
        told.person = None if name is None else name[:LONGEST_DETAIL]
        told.note("person", best.child("reserve_field").text("name"))
        told.note("person_id", best.text("human_id"))
        told.note("face_group", best.text("blacklist_id"))
        told.note("similarity", None if similarity is None else _percent(similarity))
        age = face.child("age").text("ageGroup")
        told.note("age_group", None if age is None or age.upper() == "UNKNOWN" else age.lower())
        told.note("gender", named(GENDERS, face.child("gender").integer("value")))
    _body(face.child("temperature"), face.child("mask"), told, personal)
    told.encoded = face.text("snap_pic_data")
    if (uri := face.text("URL")) is not None:
        told.reference = Reference(Store.FILE, uri)


def _percent(similarity: float) -> float:
    """Return a similarity in percent: it is told as a fraction or in percent."""
    return round(similarity * 100 if 0 < similarity <= 1 else similarity, 1)


def _mobile(data: Fields, told: Told, personal: Collection[str]) -> None:
    """Read where a vehicle was and whose it is (A.2.5)."""
    place = position_of(data.child("gps"))
    if place is not None:
        _position(place, told)
    vehicle = data.child("vehicle")
    if (plate := vehicle.text("plateNo")) is not None and PLATES in personal:
        told.plate = plate[:LONGEST_DETAIL]
    if PERSONS in personal:
        told.person = owner[:LONGEST_DETAIL] if (owner := vehicle.text("ownerName")) is not None else None
        told.note("owner", vehicle.text("ownerName"))
        told.note("phone", vehicle.text("phoneNo"))
    told.note("vehicle_colour", named(COLOURS, vehicle.integer("vehicleColor")))
    told.note("vehicle_type", named(_VEHICLE_TYPES, vehicle.integer("vehicleType")))
    for each in data.children("urlList"):
        media = each.child("expandInfo").text("mediaType") or "Image"
        url = each.text("url")
        if media.lower() != "image" or url is None:
            continue
        if each.text("format") == "1":
            told.encoded = url
        else:
            told.reference = Reference(Store.FILE, url)
        break


def _position(place: PositionValue, told: Told) -> None:
    """Keep a position; speed in km/h, heading in degrees."""
    told.readings[Kind.POSITION] = place
    told.note("latitude", place.latitude)
    told.note("longitude", place.longitude)
    if place.speed is not None:
        told.readings[Kind.SPEED] = place.speed
        told.note("speed", place.speed)
    if place.heading is not None:
        told.readings[Kind.HEADING] = place.heading
        told.note("heading", place.heading)


def _care(data: Fields, told: Told, personal: Collection[str]) -> None:
    """Read a room, a bed and who lies in it (A.2.6)."""
    told.room, told.bed = room_of(data)
    told.note("room", told.room)
    told.note("bed", told.bed)
    if PERSONS in personal and (person := data.text("PersonName")) is not None:
        told.person = person[:LONGEST_DETAIL]
        told.note("person", person)


def _opaque(data: Fields, told: Told, personal: Collection[str]) -> None:
    """Keep what is documented nowhere as it came: short values, and nothing that sounds personal."""
    for name in data:
        value = data[name]
        if len(told.details) >= MOST_OPAQUE or not isinstance(value, (str, int, float, bool)):
            continue
        word = name.lower()
        if any(part in word for kind, parts in _PRIVATE.items() if kind not in personal for part in parts):
            continue
        shown = value if isinstance(value, bool) else data.text(name) if isinstance(value, str) else data.number(name)
        if shown is not None and not (isinstance(shown, str) and len(shown) > LONGEST_DETAIL) and len(name) <= 64:
            told.details[f"data_{name}"] = value if isinstance(value, int) else shown


type _Read = Callable[[Fields, Told, Collection[str]], None]

_MARKS: Final[dict[str, _Read]] = {
    "alarmResult": _face, "gps": _mobile, "vehicle": _mobile, "RoomNo": _care, "BedNo": _care, "plateNo": _plate, "vehicleGroupIndexCode": _plate,
    "personId": _access, "cardNo": _access, "readerIndexCode": _access, "temperatureData": _access,
}  # fmt: skip
_FAMILIES: Final[Mapping[str, _Read]] = _MARKS | {name.lower(): read for name, read in _MARKS.items()}
"""Names that mark a family, as documented and in lower case → its reader."""
