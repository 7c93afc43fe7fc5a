"""The data of intelligent analysis (ivm §4.7): what is worth telling of it, whoever may be told.

Tables and samples disagree on where targets lie and how fields are called, and numbers below zero come as such near
2^64. What is beyond every bound is unknown.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Final

from ..kinds import Kind
from ..model import Target
from ..transport.json import Fields, as_text
from .alarm_types import OBJECT_WORDS, RECORD_WORDS, RULE_WORDS, status_words
from .messages import (
    BEHAVIOUR_DATA,
    CHECKPOINT_DATA,
    HEAD_SHOULDER_DATA,
    LONGEST_ID,
    TARGET_DATA,
    THIRD_DATA,
    VEHICLE_DATA,
    channel_of,
    clean,
    device_of,
    moment,
)

type Fact = str | int | float | bool

LARGEST: Final = 1 << 48
"""A count beyond is one that wrapped around, or a mask (L6174, L6210)."""
KEEP_ALIVE: Final = 8
"""Bit of `meta_type_mask`: nothing happened."""
LONGEST_BLOB: Final = 2048
"""Characters of foreign data that are handed on."""

DENSITY: Final = 12
QUEUE: Final = 13
LINE: Final = 15
CHECKPOINT: Final = 51
TRAFFIC: Final = 52

PLATE_COLOURS: Final = (
    "", "white_on_blue", "black_on_yellow", "black_on_white", "white_on_black", "on_green", "black_on_gradient_green",
    "black_on_yellow_green", "white_on_red", "red_on_white", "white_on_blue", "blue_on_white", "yellow_on_white",
    "green_on_white", "grey_on_white", "black_on_grey",
)  # fmt: skip
VEHICLE_COLOURS: Final = (
    "", "white", "grey", "yellow", "pink", "red", "green", "blue", "brown", "black", "purple", "orange", "cyan", "gold",
    "silver",
)  # fmt: skip
DIRECTIONS: Final = ("", "left", "right", "up", "down")
VEHICLE_TYPES: Final = (
    "", "car", "truck", "van", "coach", "small_truck", "suv", "medium_coach", "motorcycle", "pedestrian", "school_bus",
    "dump_truck", "dangerous_goods", "rider", "mini_car", "small_car", "compact_car", "hatchback", "saloon",
    "light_bus", "small_suv", "compact_suv", "medium_suv", "large_medium_suv", "large_suv", "minivan", "mpv", "coupe",
    "micro_truck", "pickup", "medium_truck", "light_truck", "heavy_truck", "taxi", "tanker", "crane",
    "foreign_motorcycle", "bus", "bicycle", "tricycle", "electric_bicycle",
)  # fmt: skip
"""Words of numbers (appendix 20); 0 is unknown."""

_SCENES: Final[Mapping[str, Mapping[int, str]]] = MappingProxyType(
    {
        TARGET_DATA: {1: "attributes", 2: "recognition", 20: "one_to_many", 22: "collaboration"},
        VEHICLE_DATA: {6: "pedestrian", 7: "motor_vehicle", 8: "non_motor_vehicle", 53: "rider"},
        HEAD_SHOULDER_DATA: {DENSITY: "density", QUEUE: "queue", LINE: "line_crossing"},
        BEHAVIOUR_DATA: {21: "behaviour"},
        CHECKPOINT_DATA: {CHECKPOINT: "checkpoint", TRAFFIC: "traffic"},
    }
)
_KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        TARGET_DATA: Kind.FACE, VEHICLE_DATA: Kind.VEHICLE, HEAD_SHOULDER_DATA: Kind.PEOPLE_COUNTING,
        BEHAVIOUR_DATA: Kind.BEHAVIOUR, CHECKPOINT_DATA: Kind.CHECKPOINT, THIRD_DATA: Kind.THIRD_PARTY,
    }
)  # fmt: skip
_SCENE_KINDS: Final[Mapping[tuple[str, int], Kind]] = MappingProxyType(
    {
        (VEHICLE_DATA, 6): Kind.PEDESTRIAN, (VEHICLE_DATA, 8): Kind.MIXED_VEHICLE, (VEHICLE_DATA, 53): Kind.MIXED_VEHICLE,
        (HEAD_SHOULDER_DATA, DENSITY): Kind.PEOPLE_DENSITY, (HEAD_SHOULDER_DATA, QUEUE): Kind.PEOPLE_QUEUE,
        (CHECKPOINT_DATA, TRAFFIC): Kind.TRAFFIC,
    }
)  # fmt: skip
ANALYSES: Final = frozenset(_KINDS)
"""Types of the messages that are read here."""
PICTURE_CLASSES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        TARGET_DATA: ("TARGET", ("BACKGROUND", "BODY", "TARGET")),
        VEHICLE_DATA: ("VEHICLE", ("BACKGROUND", "VEHICLE", "BODY")),
    }
)
"""Type of message → what its pictures are asked for as, and which of them are worth showing, the best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A sensor's value. `part` tells several of one kind apart: the number of a lane."""

    kind: Kind
    value: float | int
    part: str = ""


@dataclass(slots=True, kw_only=True)
class Analysis:
    """What a message of analysis tells. `code`: type of message and scene. `quiet`: only a sign of life.

    `picture_url` names a picture at the cloud; `data_id` is what pictures are asked for with.
    """

    device: str
    channel: str
    type: str
    code: str
    kind: Kind
    time: datetime | None
    data_id: str | None
    quiet: bool = False
    target: Target | None = None
    plate: str | None = None
    picture_url: str | None = None
    details: dict[str, Fact] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)


def analysis_of(type_: str, data: Fields, zone: tzinfo, *, plates: bool, faces: bool) -> Analysis | None:
    """Read the data of a message; None if it does not say of which device.

    `plates`, `faces`: what is about people may be told.
    """
    device = device_of(data)
    if device is None:
        return None
    inner = data.child("data") or data
    common = inner.child("common") or data.child("common")
    targets = inner.children("targets", "target") or data.children("targets", "target")
    scene = _scene(type_, (*targets, common, inner, data))
    words = _SCENES.get(type_, {})
    found = Analysis(
        device=device,
        channel=channel_of(data),
        type=type_,
        code=type_ if scene is None else f"{type_}/{scene}",
        kind=_SCENE_KINDS.get((type_, scene or 0), _KINDS.get(type_, Kind.UNKNOWN_EVENT)),
        time=moment(data.text("report_time"), zone),
        data_id=_id(data.text("data_id")),
        quiet=_mask(common) & KEEP_ALIVE != 0,
    )
    if scene is not None:
        found.details["scene"] = words.get(scene, str(scene))
    for source in (*targets, data):
        if (word := _word(source, "trecord_type", RECORD_WORDS)) is not None:
            found.details.setdefault("record", word)
    if (rule := _rule(inner, data)) is not None:
        found.details["rule"] = rule
    everything = [*targets, data]
    if type_ == THIRD_DATA:
        _third(found, data)
    elif type_ == HEAD_SHOULDER_DATA:
        _people(found, scene, targets)
    elif type_ == BEHAVIOUR_DATA:
        _behaviour(found, targets)
    elif type_ == CHECKPOINT_DATA and scene == TRAFFIC:
        _traffic(found, targets)
    elif type_ in {CHECKPOINT_DATA, VEHICLE_DATA}:
        _vehicle(found, everything, plates=plates)
    elif type_ == TARGET_DATA and faces:
        _person(found, everything)
    found.picture_url = _url(everything)
    return found


# where things lie


def _scene(type_: str, places: Iterable[Fields]) -> int | None:
    """Return the number of the scene; one that this type of message does not have counts only if there is no other."""
    known = _SCENES.get(type_, {})
    others = None
    for place in places:
        for name in ("target_type", "itgt_type"):
            number = _count(place, name)
            if number in known:
                return number
            others = number if others is None else others
    return others


def _rule(*places: Fields) -> str | None:
    """Return the word of the rule, wherever it lies."""
    for place in (*(place.child("rule") for place in places), *places):
        if (word := _word(place, "rule_type", RULE_WORDS)) is not None:
            return word
    return None


def _mask(common: Fields) -> int:
    """Return the bits of what a message holds."""
    return _count(common, "meta_type_mask") or 0


def _count(place: Fields, *names: str) -> int | None:
    """Return a whole number that can be one."""
    for name in names:
        found = place.integer(name)
        if found is not None and 0 <= found < LARGEST:
            return found
    return None


def _word(place: Fields, name: str, words: Mapping[int, str]) -> str | None:
    """Return the word of a number, the number itself as text for one without."""
    number = _count(place, name)
    return None if number is None else words.get(number, str(number))


def _listed(place: Fields, name: str, words: tuple[str, ...]) -> str | None:
    """Return the word of a number of a list, None for unknown."""
    number = _count(place, name)
    if not number:
        return None
    return words[number] if number < len(words) else str(number)


def _id(text: str | None) -> str | None:
    """Return an id that can be one."""
    return text if text is not None and len(text) <= LONGEST_ID else None


def _url(places: Iterable[Fields]) -> str | None:
    """Return the address of the whole picture."""
    for place in places:
        for name in ("panorama_url", "panorama_pic", "target_panorama"):
            url = "".join((place.text(name) or "").split())
            if url.startswith(("http://", "https://")) and len(url) <= 2048:
                return url
    return None


# what each tells


def _third(found: Analysis, data: Fields) -> None:
    """Hand on what nobody here understands."""
    blob = as_text(data.get("tlv_data"))
    if blob is not None:
        found.details["size"] = len(blob)
        if len(blob) <= LONGEST_BLOB:
            found.details["tlv_data"] = blob


def _sum(targets: Iterable[Fields], name: str) -> int | None:
    """Add up what several areas or lines tell; None if none does."""
    told = [number for target in targets if (number := _count(target, name)) is not None]
    return sum(told) if told else None


def _largest(targets: Iterable[Fields], name: str) -> int | None:
    """Return the largest of what several areas tell."""
    return max((number for target in targets if (number := _count(target, name)) is not None), default=None)


type _Taking = Callable[[Iterable[Fields], str], int | None]

_PEOPLE: Final[Mapping[int, tuple[tuple[str, str, Kind, _Taking], ...]]] = MappingProxyType(
    {
        DENSITY: (
            ("people", "people_num", Kind.PEOPLE_IN_AREA, _sum),
            ("density", "area_ratio", Kind.PEOPLE_DENSITY, _largest),
        ),
        QUEUE: (
            ("people", "shoulder_num", Kind.QUEUE_LENGTH, _sum),
            ("queue_time", "queue_time", Kind.QUEUE_TIME, _largest),
        ),
        LINE: (
            ("entered_total", "human_count_all_in_num", Kind.PEOPLE_ENTERED_TOTAL, _sum),
            ("exited_total", "human_count_all_out_num", Kind.PEOPLE_EXITED_TOTAL, _sum),
        ),
    }
)
"""Scene → name of the detail, field, sensor, what several targets make together.

A message carries the fields of the other scenes, too, with whatever in them.
"""


def _people(found: Analysis, scene: int | None, targets: list[Fields]) -> None:
    """Take in counts of people."""
    found.target = Target.HUMAN
    for name, source, kind, together in _PEOPLE.get(scene or 0, ()):
        if (number := together(targets, source)) is not None:
            found.details[name] = number
            found.readings.append(Reading(kind=kind, value=number))
    if scene == LINE:
        for name, source in (("entered", "human_count_in"), ("exited", "human_count_out")):
            if (number := _sum(targets, source)) is not None:
                found.details[name] = number


_TARGETS: Final[Mapping[int, Target]] = MappingProxyType(
    {1: Target.VEHICLE, 2: Target.HUMAN, 96: Target.VEHICLE, 97: Target.VEHICLE, 98: Target.HUMAN}
)


_OF_OBJECTS: Final = ("obj_type", "obj_id", "obj_status", "obj_pos", "obj_pos_r")
"""What tells an object. The picture of the whole scene comes as one of the targets, too, and has none of it (L6594)."""


def _behaviour(found: Analysis, targets: list[Fields]) -> None:
    """Take in what things did."""
    objects: Counter[str] = Counter()
    done: dict[str, None] = {}
    for target in targets:
        number = _count(target, "obj_type")
        if number is not None:
            objects[OBJECT_WORDS.get(number, str(number))] += 1
            found.target = found.target or _TARGETS.get(number)
        if words := status_words(_count(target, "obj_status") or 0):
            done.update(dict.fromkeys(words.split(", ")))
    if objects:
        found.details["object"] = ", ".join(objects)
    if done:
        found.details["behaviour"] = ", ".join(done)
    if number := sum(any(name in target for name in _OF_OBJECTS) for target in targets):
        found.details["objects"] = number


_LANE: Final = (
    ("vehicles", "statistics_vehicle_count", Kind.VEHICLE_COUNT),
    ("average_speed", "statistics_average_speed", Kind.VEHICLE_SPEED),
    ("vehicle_density", "statistics_vehicle_density", Kind.VEHICLE_DENSITY),
    ("congestion", "statistics_congestion_degree", Kind.CONGESTION),
    ("queue_length", "statistics_queue_length", Kind.VEHICLE_QUEUE),
)
_LANE_DETAILS: Final = (
    ("lanes", "statistics_lane_count"),
    ("small_vehicles", "statistics_vehicle_car_small_count"),
    ("medium_vehicles", "statistics_vehicle_car_med_count"),
    ("large_vehicles", "statistics_vehicle_car_large_count"),
    ("space_used", "statistics_lane_space_used_ratio"),
    ("time_used", "statistics_lane_time_used_ratio"),
    ("headway_time", "statistics_vehicle_head_interval"),
    ("headway_space", "statistics_vehicle_head_space_interval"),
    ("cycle", "traffic_statistics_cycle"),
)


def _traffic(found: Analysis, targets: list[Fields]) -> None:
    """Take in the traffic of lanes; the details are those of the first one."""
    for target in targets:
        lane = _count(target, "statistics_lane_index")
        part = "" if lane is None else str(lane)
        for name, source, kind in _LANE:
            if (number := _count(target, source)) is not None:
                found.details.setdefault(name, number)
                found.readings.append(Reading(kind=kind, value=number, part=part))
        if lane is not None:
            found.details.setdefault("lane", lane)
        for name, source in _LANE_DETAILS:
            if (number := _count(target, source)) is not None:
                found.details.setdefault(name, number)
    found.target = Target.VEHICLE


_MANNERS: Final = (
    ("driver_belt", ("mfr_main_belt",)),
    ("driver_phone", ("mfr_main_call",)),
    ("driver_visor", ("mfr_main_sunvisor", "mfr_main_sun_visior")),
    ("passenger", ("mfr_vice_exist",)),
    ("passenger_belt", ("mfr_vice_belt",)),
    ("passenger_visor", ("mfr_vice_sunvisor", "mfr_vice_sun_visior")),
)


def _vehicle(found: Analysis, places: list[Fields], *, plates: bool) -> None:
    """Take in a vehicle, a rider or somebody on foot."""
    found.target = Target.HUMAN if found.kind is Kind.PEDESTRIAN else Target.VEHICLE
    facts = (
        ("vehicle_type", VEHICLE_TYPES), ("vehicle_color", VEHICLE_COLOURS), ("vehicle_direction", DIRECTIONS),
    )  # fmt: skip
    for name, words in facts:
        if (word := next((word for place in places if (word := _listed(place, name, words))), None)) is not None:
            found.details[name] = word
    lane = next((lane for place in places if (lane := _count(place, "lane_id")) is not None), None)
    if lane is not None:
        found.details["lane"] = lane
    if not plates or found.kind is Kind.PEDESTRIAN:
        return
    found.plate = next((clean(text) for place in places if (text := place.text("plate_char"))), None)
    colour = next((word for place in places if (word := _listed(place, "plate_color", PLATE_COLOURS))), None)
    if colour is not None:
        found.details["plate_color"] = colour
    for name, names in _MANNERS:
        # 1: yes, 0: no, -1: not to be seen.
        number = next((number for place in places if (number := _count(place, *names)) is not None), None)
        if number is not None and number <= 1:
            found.details[name] = number == 1


_PERSON: Final = (
    ("age_group", ("age_group", "target_age_group")),
    ("age", ("target_age", "taget_age", "age")),
    ("gender", ("gender", "target_gender")),
    ("glasses", ("glasses", "target_glass")),
    ("hat", ("hat", "target_hat")),
    ("hair", ("hair", "target_hair")),
    ("mask", ("mouth_mask", "target_mouth_mask")),
    ("match", ("match_type",)),
)


def _person(found: Analysis, places: list[Fields]) -> None:
    """Take in what somebody looks like, in the cloud's own words: its tables and samples contradict each other."""
    found.target = Target.HUMAN
    for name, names in _PERSON:
        # The outer fields, which come last, are the ones that the cloud has put into words.
        word = next((word for place in reversed(places) if (word := place.text(*names)) is not None), None)
        if word is not None:
            found.details[name] = clean(word) or ""
