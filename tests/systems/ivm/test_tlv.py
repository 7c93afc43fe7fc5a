"""Intelligent analysis: what is told of it, and what is not."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.ivm.times import BEIJING
from custom_components.hikvision_ivm.systems.ivm.tlv import (
    PLATE_COLOURS,
    VEHICLE_COLOURS,
    VEHICLE_TYPES,
    Analysis,
    analysis_of,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Phase, Target
from custom_components.hikvision_ivm.systems.transport.json import Fields

from .push_bench import GATE, Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

EVERYTHING = {
    "analytics": ["head_shoulder", "behavior_analysis", "micro_checkpoint", "vehicle", "target", "third"],
    "personal": ["plates", "faces"],
}
WRAPPED = 18446744073696131378


def read(type_: str, data: dict[str, Any], *, plates: bool = True, faces: bool = True) -> Analysis:
    """Read the data of a message."""
    found = analysis_of(
        type_, Fields({"device_id": GATE, "channel_id": "0", **data}), BEIJING, plates=plates, faces=faces
    )
    assert found is not None
    return found


def values(found: Analysis) -> dict[tuple[Kind, str], float]:
    """Return what sensors are told."""
    return {(each.kind, each.part): each.value for each in found.readings}


async def value_of(found: Bench, name: str) -> Any:
    """Return what a sensor of the gate is, once it may have appeared."""
    await found.wait(6)
    return found.value(f"{GATE}_sensor_{name}")


@pytest.mark.parametrize("dirty", [set(), {"tlv_nesting"}, {"big_numbers", "null_lists", "tlv_nesting"}])
async def test_people_are_counted(dirty: set[str]) -> None:
    """In an area, in a queue, over a line; wherever the targets lie."""
    async with bench(options=EVERYTHING) as found:
        found.cloud.set_dirt(dirty)
        await found.start()
        await found.cloud.tlv("head_shoulder_data", "Gate", scene=12)
        told = found.last()
        assert (told.kind, told.phase, told.code) == (Kind.PEOPLE_DENSITY, Phase.PULSE, "head_shoulder_data/12")
        assert told.features == (f"{found.uid}_{GATE}_event_detection",)
        assert told.target is Target.HUMAN
        assert (told.details["people"], told.details["density"], told.details["rule"]) == (4, 0, "people_count")
        assert await value_of(found, "people_in_area") == 4
        assert found.value(f"{GATE}_sensor_people_density") == 0
        await found.cloud.tlv("head_shoulder_data", "Gate", scene=13)
        assert found.last().kind is Kind.PEOPLE_QUEUE
        assert await value_of(found, "queue_length") == 3
        assert found.value(f"{GATE}_sensor_queue_time") == 90
        await found.cloud.tlv("head_shoulder_data", "Gate", scene=15)
        assert found.last().kind is Kind.PEOPLE_COUNTING
        assert found.last().details["entered"] == 1
        assert await value_of(found, "people_entered_total") == 12
        assert found.value(f"{GATE}_sensor_people_exited_total") == 7


def test_a_message_tells_of_its_own_scene_only() -> None:
    """The sample of a density carries counts of a line, too (L6195-L6217)."""
    target = {
        "area_ratio": 0, "people_num": 1, "human_count_all_in_num": 12, "human_count_all_out_num": 0, "queue_time": 0,
        "shoulder_num": 0, "target_type": 12, "human_time_start": WRAPPED,
    }  # fmt: skip
    found = read(
        "head_shoulder_data", {"data": {"common": {"meta_type_mask": None}, "rule_type": 9}, "targets": [target]}
    )
    assert found.kind is Kind.PEOPLE_DENSITY
    assert values(found) == {(Kind.PEOPLE_IN_AREA, ""): 1, (Kind.PEOPLE_DENSITY, ""): 0}


def test_several_areas_are_added_up() -> None:
    """As many people as are in all of them; the longest wait."""
    targets = [{"target_type": 13, "shoulder_num": 2, "queue_time": 5}, {"shoulder_num": "3", "queue_time": 60}, {}]
    found = read("head_shoulder_data", {"data": {"targets": targets}})
    assert values(found) == {(Kind.QUEUE_LENGTH, ""): 5, (Kind.QUEUE_TIME, ""): 60}


@pytest.mark.parametrize("number", [WRAPPED, 9223372036854775808, -1, "x", None, 1.5, True, [1]])
def test_a_number_that_cannot_be_one_is_unknown(number: Any) -> None:
    """What wrapped around was below zero."""
    found = read("head_shoulder_data", {"data": {"targets": [{"target_type": 12, "people_num": number}]}})
    assert values(found) == {}
    assert "people" not in found.details


@pytest.mark.parametrize("mask", [8, 9, "8"])
def test_a_sign_of_life_is_no_event(mask: Any) -> None:
    """But what it counts is shown."""
    data = {"data": {"common": {"meta_type_mask": mask, "target_type": 12}, "targets": {"people_num": 2}}}
    found = read("head_shoulder_data", data)
    assert found.quiet
    assert values(found) == {(Kind.PEOPLE_IN_AREA, ""): 2}


async def test_a_quiet_message_tells_no_event() -> None:
    """It only sets sensors."""
    async with bench(options=EVERYTHING) as found:
        await found.start()
        data = {"common": {"meta_type_mask": 8, "target_type": 12}, "targets": [{"people_num": 2}]}
        await found.raw({"device_id": GATE, "channel_id": "0", "data": data}, "head_should_data")
        assert found.sink.occurrences == []
        assert await value_of(found, "people_in_area") == 2
        assert found.channel.router.counts["head_shoulder_data"] == 1, "however it is spelt"


def test_what_things_did_is_told_in_words() -> None:
    """Bits of a state, kinds of an object, the rule that was met."""
    targets = [{"obj_type": 2, "obj_status": 1 | 16}, {"obj_type": "96", "obj_status": 16}, {"obj_type": 7}]
    found = read("behavior_analysis_data", {"data": {"rule": {"rule_type": 4}, "targets": targets}, "itgt_type": 21})
    assert found.kind is Kind.BEHAVIOUR
    assert found.target is Target.HUMAN
    assert found.details == {
        "scene": "behaviour", "rule": "intrusion", "object": "person, motor_vehicle, 7",
        "behaviour": "loitering, intrusion", "objects": 3,
    }  # fmt: skip


def test_the_picture_of_a_scene_is_no_object() -> None:
    """As in the printed sample: one target with a picture, three with objects (L6592-L6708)."""
    picture = {"data_id": "1", "panorama_pic": "https://www.example.com/a.jpg/static", "target_type": 21}
    person = {"obj_id": 132, "obj_pos": {"x": 169}, "obj_status": 16, "obj_type": 98, "target_type": 21}
    data = {"data": {"rule": {"rule_type": 4}, "targets": [picture, person, person, person]}, "itgt_type": 21}
    assert read("behavior_analysis_data", data).details["objects"] == 3
    only = {"data": {"rule": {"rule_type": 4}, "targets": [picture]}, "itgt_type": 21}
    assert "objects" not in read("behavior_analysis_data", only).details


async def test_traffic_is_told_lane_by_lane() -> None:
    """The sensors start disabled, one of each for each lane."""
    async with bench(options=EVERYTHING) as found:
        await found.start()
        await found.cloud.tlv("micro_checkpoint_data", "Gate", scene=52)
        told = found.last()
        assert (told.kind, told.code) == (Kind.TRAFFIC, "micro_checkpoint_data/52")
        assert (told.details["lane"], told.details["lanes"], told.details["cycle"]) == (1, 2, 60)
        assert told.plate is None
        await found.cloud.tlv("micro_checkpoint_data", "Gate", scene=52, statistics_lane_index=2)
        assert await value_of(found, "vehicle_speed_1") == 41
        assert found.value(f"{GATE}_sensor_vehicle_count_2") == 9
        feature = found.sink.current.features[f"{found.uid}_{GATE}_sensor_congestion_1"]
        assert (feature.part, feature.enabled, feature.rank) == ("1", False, 5)


@pytest.mark.parametrize(
    ("type_", "scene", "kind"),
    [("vehicle_data", 7, Kind.VEHICLE), ("vehicle_data", 8, Kind.MIXED_VEHICLE), ("vehicle_data", 53, Kind.MIXED_VEHICLE),
     ("micro_checkpoint_data", 51, Kind.CHECKPOINT)],
)  # fmt: skip
async def test_vehicles_are_told_with_their_plate(type_: str, scene: int, kind: Kind) -> None:
    """Numbers of the appendix become words."""
    async with bench(options=EVERYTHING) as found:
        await found.start()
        await found.cloud.tlv(
            type_, "Gate", scene=scene, plate_char="浙A12345", plate_color=1, vehicle_type=6, vehicle_color=9,
            vehicle_direction=4, lane_id=2, mfr_main_belt=0, mfr_main_call=1, mfr_main_sunvisor=-1,
            mfr_main_sun_visior=-1,
        )  # fmt: skip
        told = found.last()
        assert (told.kind, told.plate, told.target) == (kind, "浙A12345", Target.VEHICLE)
        wanted = {
            "plate_color": "white_on_blue", "vehicle_type": "suv", "vehicle_color": "black", "vehicle_direction": "down",
            "lane": 2, "driver_belt": False, "driver_phone": True,
        }  # fmt: skip
        assert told.details.items() >= wanted.items()
        assert "driver_visor" not in told.details


@pytest.mark.parametrize("type_", ["vehicle_data", "micro_checkpoint_data"])
def test_plates_are_told_to_nobody_who_did_not_choose_it(type_: str) -> None:
    """The vehicle is, without what points at its owner."""
    target = {"target_type": 7, "plate_char": "浙A12345", "plate_color": 1, "vehicle_type": 1, "mfr_main_belt": 1}
    found = read(type_, {"target": target, "plate_char": "浙A12345"}, plates=False)
    assert found.plate is None
    assert "12345" not in str(found.details)
    assert not found.details.keys() & {"plate_color", "driver_belt"}
    assert found.details["vehicle_type"] == "car"


def test_somebody_on_foot_is_no_vehicle() -> None:
    """And has neither plate nor belt."""
    found = read("vehicle_data", {"itgt_type": 6, "target": {"vehicle_type": 9, "human_gender": 1, "plate_char": "x"}})
    assert (found.kind, found.target, found.plate) == (Kind.PEDESTRIAN, Target.HUMAN, None)
    assert found.details == {"scene": "pedestrian", "vehicle_type": "pedestrian"}


def test_the_scene_is_found_wherever_it_is_told() -> None:
    """The sample of riders says 8 outside and 53 inside; a scene of another message counts for nothing."""
    assert read("vehicle_data", {"itgt_type": 8, "target": {"target_type": 53}}).code == "vehicle_data/53"
    assert read("vehicle_data", {"itgt_type": 8, "target": {"target_type": 34}}).code == "vehicle_data/8"
    assert read("vehicle_data", {"target": {"target_type": 34}}).details["scene"] == "34"
    assert read("vehicle_data", {}).code == "vehicle_data"


def test_what_somebody_looks_like_needs_the_word_for_faces() -> None:
    """The cloud's own words; two tables and two samples contradict each other."""
    data = {
        "itgt_type": 1, "age_group": "2", "gender": "male", "glasses": "false", "target": {
            "target_gender": "x", "taget_age": 30, "mouth_mask": 0, "trecord_type": 4, "target_panorama":
            "https://api-ivm.myhuaweicloud.com/v1/holo/\n a.jpg/static",
        },
    }  # fmt: skip
    found = read("target_data", data)
    assert found.kind is Kind.FACE
    assert found.details == {
        "scene": "attributes", "record": "target_recognition_3559", "age_group": "2", "age": "30", "gender": "male",
        "glasses": "false", "mask": "0",
    }  # fmt: skip
    assert found.picture_url == "https://api-ivm.myhuaweicloud.com/v1/holo/a.jpg/static"
    nothing = read("target_data", data, faces=False)
    assert nothing.details == {"scene": "attributes", "record": "target_recognition_3559"}
    assert nothing.target is None


async def test_foreign_data_is_handed_on() -> None:
    """Undecoded, and only its size if it is long."""
    async with bench(options=EVERYTHING) as found:
        await found.start()
        await found.cloud.tlv("third_data", "Gate")
        told = found.last()
        assert told.kind is Kind.THIRD_PARTY
        assert told.details["tlv_data"]
        await found.cloud.tlv("third_data", "Gate", tlv_data="A" * 100_000)
        await found.settle()
        assert found.last().details == {"size": 100_000}


async def test_all_dirt_at_once_is_survived() -> None:
    """Every message becomes an event."""
    async with bench(options=EVERYTHING, dirty=True) as found:
        await found.start()
        for type_ in ("head_shoulder_data", "behavior_analysis_data", "micro_checkpoint_data", "vehicle_data",
                      "target_data", "third_data"):  # fmt: skip
            assert (await found.cloud.tlv(type_, "Gate")).delivered
        assert len(found.sink.occurrences) == 6
        assert found.channel.receiver.refused == {}


@pytest.mark.parametrize("data", [{}, {"data": 7}, {"data": []}, {"targets": "x"}, {"target": None, "common": 3}])
@pytest.mark.parametrize(
    "type_",
    [
        "head_shoulder_data",
        "behavior_analysis_data",
        "micro_checkpoint_data",
        "vehicle_data",
        "target_data",
        "third_data",
    ],
)
def test_a_message_that_says_nothing_is_an_event_all_the_same(type_: str, data: dict[str, Any]) -> None:
    """Without any value."""
    assert read(type_, data).readings == []


async def test_an_analysis_without_a_device_is_counted() -> None:
    """Or of one that is not known."""
    async with bench(options=EVERYTHING) as found:
        await found.start()
        await found.raw({"data": {}}, "head_shoulder_data")
        assert found.channel.router.counts["no_device"] == 1
        await found.raw({"device_id": "STRANGER01"}, "head_shoulder_data")
        assert found.last().features == (f"{found.uid}_event_device_event",)


async def test_sensors_of_counts_are_unknown_until_told() -> None:
    """There are none before the first message."""
    async with bench(options=EVERYTHING) as found:
        assert found.value(f"{GATE}_sensor_people_in_area") is UNKNOWN


def test_words_of_the_appendix() -> None:
    """As many as there are numbers."""
    assert (len(PLATE_COLOURS), len(VEHICLE_COLOURS), len(VEHICLE_TYPES)) == (16, 15, 41)
    assert (PLATE_COLOURS[10], VEHICLE_COLOURS[14], VEHICLE_TYPES[40]) == (
        "white_on_blue",
        "silver",
        "electric_bicycle",
    )
