"""From the bytes of one part of the stream to messages (ip-receiver §4.1, §4.3, §4.4).

A message is read as JSON; only what is none is read a second time, leniently. Names are found in any letter case and
without blanks around them, and what some types carry at the root and others in `VideoReview` is looked for in both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
import json
from types import MappingProxyType
from typing import Any, Final

from ..transport.json import NOTHING, Fields, listed
from ..transport.json_parts import value_of
from . import lenient
from .device_events import EVENTS
from .places import index_key

ROOT: Final = "EventNotificationAlert"
SUBSCRIBED: Final = "SubscribeDeviceMgmtRsp"
HEART_BEAT: Final = "heartBeat"
CID: Final = "CIDAlarm"
REVIEW: Final = "videoReview"
STATUS: Final = "devStatusChanged"
DELETED: Final = "devicedeleted"
KEY_STATE: Final = "deviceKeyStateChanged"
LINK_STATE: Final = "deviceHPPNetworkChanged"
CLOUD_STATE: Final = "hppConnectionStatusChanged"

_STATES: Final = frozenset({STATUS, KEY_STATE, LINK_STATE, CLOUD_STATE})
"""What says in `status` how something is."""
_TYPES: Final = frozenset({HEART_BEAT, CID, REVIEW, DELETED, *_STATES, *EVENTS})
_BY_LOWER: Final[Mapping[str, str]] = MappingProxyType({name.lower(): name for name in _TYPES})
_ALIASES: Final[Mapping[str, tuple[str, str | None]]] = MappingProxyType(
    {
        "hppconnectstatechanged": (CLOUD_STATE, None),
        "hppconnectabnormal": (CLOUD_STATE, "abnormal"),
        "hppconnectnormal": (CLOUD_STATE, "normal"),
        "deviceoffline": (STATUS, "offline"),
        "deviceonline": (STATUS, "online"),
        "devicekeyabnormal": (KEY_STATE, "abnormal"),
        "devicekeynormal": (KEY_STATE, "normal"),
        "devicehppabnormal": (LINK_STATE, "abnormal"),
        "devicehppnormal": (LINK_STATE, "normal"),
        "fallingdownalarmmsg": ("fallingDown", None),
    }
)
"""Other names in lower case: the type they mean, and the status they say with their name (T19, T38, §4.5)."""

_ACTIVE: Final[Mapping[str, bool]] = {"active": True, "inactive": False}
KEEP_ALIVE: Final = "1602"
_NO_UUID: Final = frozenset({"0", *NOTHING})


class UnusableError(Exception):
    """A part that is no message; `reason` is one of a few fixed words."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Link:
    """Where a picture or clip lies. The address is a secret; `position`: `left` or `right` lens, or the spectrum."""

    url: str = field(repr=False)
    position: str = ""


@dataclass(slots=True, kw_only=True)
class Cid:
    """A report in the words of Contact ID. Numbers as they came; `user`: a name, or `user 3` where there is none.

    Nobody changes it; it is not frozen because that doubles what it costs to make one for every message. `video`: 0 none, 1 AVI, 2 MP4. `told`: the describing text. `triggered`: local time of the panel, as text.
    """

    code: str
    partition: int | None = None
    number: int | None = None
    category: int | None = None
    user: str | None = None
    uuid: str | None = None
    video: int | None = None
    told: str | None = None
    triggered: str | None = None


@dataclass(slots=True, kw_only=True)
class Alert:
    """One message. `index` is comparable (`places.index_key`), empty if no device was named.

    `subscription`: the id in the answer to a subscription, which is no event and has no type. Not frozen, as `Cid`.
    """

    type: str
    index: str = ""
    channel: str | None = None
    status: str | None = None
    time: datetime | None = None
    root: Fields = field(repr=False, compare=False)
    subscription: str | None = None

    @property
    def serial(self) -> str | None:
        """The serial number of the device. Seldom asked for, so it is looked for then."""
        return self.root.text("deviceSerial")

    @property
    def active(self) -> bool | None:
        """Whether it goes on; None where `eventState` says neither. No report is asked for this."""
        state = self.root.text("eventState")
        return None if state is None else _ACTIVE.get(state.lower())

    @property
    def count(self) -> int | None:
        """How often it was told. No report is asked for this."""
        return self.root.integer("activePostCount")

    @property
    def sign_of_life(self) -> bool:
        """Whether it only tells that the receiver still sends."""
        return self.type == HEART_BEAT


def parse(body: bytes, zone: tzinfo) -> tuple[list[Alert], bool]:
    """Return the messages of a part and whether it was read leniently. Raises `UnusableError`.

    `zone`: of times that come without one.
    """
    try:
        value = value_of(body)
    except ValueError:
        documents, sloppy = _documents(body)
    else:
        if type(value) is dict and len(value) == 1 and type(root := value.get(ROOT)) is dict:
            return [_alert(Fields(root), zone)], False  # as nearly all of them are
        documents, sloppy = listed(value), False
    return [alert for document in documents for alert in _alerts(document, zone)], sloppy


def _documents(body: bytes) -> tuple[list[Fields], bool]:
    """Return the objects of a part that is not one JSON document, and whether any was read leniently."""
    text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    at = text.find("{")
    if at < 0:
        raise UnusableError("empty" if not text.strip() else "not_json")
    found: list[Fields] = []
    decoder = json.JSONDecoder(strict=False)
    while at >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except ValueError, RecursionError:
            return found + _sloppy(text[at:], bool(found)), True
        found.extend(listed(value))
        at = text.find("{", end)
    return found, False


def _sloppy(text: str, has_others: bool) -> list[Fields]:
    """Return the objects of what is not valid JSON."""
    try:
        found = [Fields(each) for each in lenient.objects(text)]
    except ValueError as error:
        raise UnusableError(str(error).replace(" ", "_")) from error
    if not found and not has_others:
        raise UnusableError("cut_off")
    return found


def _alerts(document: Fields, zone: tzinfo) -> Iterator[Alert]:
    """Yield the messages of one document."""
    if SUBSCRIBED in document:
        yield Alert(type="", root=document, subscription=document.child(SUBSCRIBED).text("id") or "")
    elif roots := document.children(ROOT):
        for root in roots:
            yield _alert(root, zone)
    elif document.text("eventType") is not None:  # T17
        yield _alert(document, zone)
    else:
        raise UnusableError("no_event")


def _alert(root: Fields, zone: tzinfo) -> Alert:
    """Read the header of a message."""
    type_ = root.text("eventType") or ""
    status = None
    if type_ not in _TYPES:
        lower = type_.lower()
        type_, status = _ALIASES.get(lower) or (_BY_LOWER.get(lower, type_), None)
    if status is None and type_ in _STATES and (told := root.text("status")) is not None:
        status = told.lower()
    index = root.text("devIndex")
    return Alert(
        type=type_,
        index="" if index is None else index_key(index),
        channel=root.text("channelID"),
        status=status,
        time=moment(root.text("dateTime", "dataTime"), zone),  # T15
        root=root,
    )


def moment(text: str | None, zone: tzinfo) -> datetime | None:
    """Return a moment with its time zone; None if there is none, or it is not one."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


# what lies deeper


def searched(alert: Alert) -> tuple[Fields, Fields, Fields]:
    """Return the places where a field may lie, the likeliest first (T41)."""
    review = alert.root.child("VideoReview")
    return review.child("HikCIDParams"), review, alert.root


def cid_of(alert: Alert) -> Cid | None:
    """Return the report in a message of a panel; None if it names no code."""
    said = alert.root.child(CID) if alert.type == CID else _Places(searched(alert))
    if (code := said.text("CIDCode")) is None:
        return None
    parameters = _parameters(said)
    number = said.integer("zoneNo")
    if number is None and len(parameters) > 2 and (told := _whole(parameters[2])) is not None and told > 0:
        number = told
    uuid = (said.text("UUID") or "").lower()
    return Cid(
        code=code,
        partition=said.integer("subSys"),
        number=number if number is None or number >= 0 else None,
        category=said.integer("CIDType"),
        user=_user(parameters),
        uuid=None if uuid in _NO_UUID else uuid,
        video=said.integer("isVideo"),
        told=said.text("CIDDescribe"),
        triggered=said.text("triggerTime"),
    )


def is_keep_alive(alert: Alert, cid: Cid) -> bool:
    """Whether a report only says that an encoding device is still there (T24)."""
    return cid.code == KEEP_ALIVE and cid.partition is None and alert.channel is None


def partition_and_zone(alert: Alert) -> tuple[int | None, int | None]:
    """Return partition and zone number of a message of a camera or an infrared camera."""
    said = _Places(searched(alert))
    return said.integer("subSys"), said.integer("ZoneNo")


def links(alert: Alert) -> tuple[Link, ...]:
    """Return where pictures and clips of a message lie, each once. A place named twice is the one with a position."""
    found: dict[str, str] = {}

    def add(url: str | None, position: str = "") -> None:
        # A row of dots is how the documentation prints an address that it does not print.
        if url is not None and url.strip(".…"):
            found[url] = position or found.get(url, "")

    for place in searched(alert):
        add(place.text("videoURL"))
        for item in place.children("videoInfoList"):
            add(item.text("videoURL"), (item.text("cameraPosition") or "").lower())
    for item in alert.root.children("CaptureList"):
        if (item.text("resourcesContentType") or "url").lower() == "url":
            add(item.text("resourcesContent"))
    add(alert.root.text("visibleLightURL"), "visible")
    add(alert.root.text("thermalURL"), "thermal")
    return tuple(Link(url, position) for url, position in found.items())


def regions(alert: Alert) -> list[Fields]:
    """Return the entries of the detection regions, whatever they are wrapped in (T16)."""
    found: list[Fields] = []
    for item in alert.root.children("DetectionRegionList"):
        found.extend(item.children("DetectionRegionEntry") or [item])
    return found


class _Places:
    """Several objects in which a field may lie."""

    __slots__ = ("_places",)

    def __init__(self, places: tuple[Fields, ...]) -> None:
        """Look in this order."""
        self._places = places

    def text(self, name: str) -> str | None:
        """Return the first text of a name."""
        return next((found for place in self._places if (found := place.text(name)) is not None), None)

    def integer(self, name: str) -> int | None:
        """Return the first whole number of a name."""
        return next((found for place in self._places if (found := place.integer(name)) is not None), None)

    def get(self, name: str) -> list[Any] | None:
        """Return the first list of a name."""
        return next((found for place in self._places if isinstance(found := place.get(name), list)), None)


def _parameters(said: Fields | _Places) -> list[str]:
    """Return the eight values of `CIDParam`; the last one is a name, which may hold commas."""
    if (text := said.text("CIDParam")) is not None:
        return [each.strip() for each in text.split(",", 7)]
    value = said.get("CIDParam")
    return ["" if each is None else str(each).strip() for each in value] if isinstance(value, list) else []


def _user(parameters: list[str]) -> str | None:
    """Return who did it."""
    name = parameters[7] if len(parameters) > 7 else ""
    if name.lower() not in NOTHING:
        return name
    if len(parameters) < 2 or parameters[0] not in {"1", "2"}:
        return None
    number = _whole(parameters[1])
    return f"user {number}" if number is not None and number >= 0 else None


def _whole(text: str) -> int | None:
    """Return a whole number; None for what is none."""
    try:
        return int(text)
    except ValueError:
        return None
