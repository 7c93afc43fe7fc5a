"""What events make appear, and what they say (hikcentral §3.7, §7.3)."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.hikcentral.records import Camera
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Phase
from custom_components.hikvision_ivm.systems.values import PositionValue

from .event_bench import PERSONAL, START, UID, RouterBench, at, event, facts, words

# what appears when first seen


async def test_sensors_appear_when_first_seen() -> None:
    """Only motion is there from the beginning; others come with their first event, and stay."""
    made = RouterBench()
    name = "_cam_1_binary_sensor_line_crossing"
    assert f"{UID}{name}" not in made.sink.current.features
    made.push(event(131585))
    assert made.state(name) is True
    feature = made.sink.current.features[f"{UID}{name}"]
    assert isinstance(feature.address, Camera)
    assert made.memory["seen"] == [[f"{UID}_cam_1", "line_crossing"]]
    again = RouterBench(seen=made.memory["seen"])
    assert f"{UID}{name}" in again.sink.current.features


async def test_growing_is_rare() -> None:
    """A storm of new things costs one inventory now and one a little later; nothing of it is lost."""
    known = facts(cameras={str(number): Camera(id=str(number), name="c") for number in range(40)})
    made = RouterBench(known)
    made.push(*(event(131585, srcIndex=str(number), eventId=str(number)) for number in range(40)))
    made.push(event(131585, 2, srcIndex="39", eventId="39", happenTime=at(1)))
    made.push(event(131588, 3, srcIndex="38", eventId="z", happenTime=at(1)))
    assert len(made.sink.inventories) == 1
    await made.wait(6)
    assert len(made.sink.inventories) == 2
    assert made.state("_cam_0_binary_sensor_line_crossing") is True
    assert made.state("_cam_38_binary_sensor_line_crossing") is True
    assert made.state("_cam_39_binary_sensor_line_crossing") is UNKNOWN
    assert made.state("_cam_38_binary_sensor_intrusion") is True
    await made.wait(5)
    assert made.state("_cam_38_binary_sensor_intrusion") is False
    assert len(made.sink.told("line_crossing")) == 40


async def test_values_wait_for_their_sensor() -> None:
    """A pair that comes while the inventory grows is told when its sensor is there."""
    made = RouterBench()
    made.push(event(131585))
    made.push(event(385052, 3))
    assert made.state("_cam_1_binary_sensor_recording_failure") is UNKNOWN
    await made.wait(5)
    assert made.state("_cam_1_binary_sensor_recording_failure") is True


def test_faces_appear_when_first_compared() -> None:
    """No capability tells which cameras compare faces."""
    made = RouterBench(options=PERSONAL)
    assert f"{UID}_cam_1_sensor_last_face" not in made.sink.current.features
    made.push(event(131659, 3, data=FACE))
    assert f"{UID}_cam_1_sensor_last_face" in made.sink.current.features
    made.push(event(131659, 3, data=FACE, happenTime=at(1)))
    assert made.state("_cam_1_sensor_last_face") == "Ada"
    assert made.state("_cam_1_sensor_face_similarity") == 93.0


def test_images_appear_when_there_are_pictures() -> None:
    """A door's alarm with a picture gets an image of its own."""
    made = RouterBench()
    made.push(event(198657, 5, srcType="door"))
    assert f"{UID}_door_1_image_event_picture" in made.sink.current.features


def test_memory_of_what_was_seen_is_bounded_and_checked() -> None:
    """Rows that make no sense are left out."""
    rows: list[Any] = [[f"{UID}_cam_1", "line_crossing"], [f"{UID}_cam_1", "nonsense"], ["gone", "motion"], 5, ["x"],
                       [f"{UID}_cam_1", "heart_rate"]]  # fmt: skip
    made = RouterBench(seen=rows)
    kinds = {each.kind for each in made.sink.current.features.values() if each.device_id == f"{UID}_cam_1"}
    assert Kind.LINE_CROSSING in kinds
    assert Kind.HEART_RATE not in kinds
    full = [[f"gone_{number}", "line_crossing"] for number in range(5000)]
    made = RouterBench(seen=full)
    made.push(event(131588))
    assert made.memory["seen"] == [[f"{UID}_cam_1", "intrusion"]]


# what an event says

ACCESS = {
    "personId": "17", "personCode": "E17", "cardNo": "123", "checkInAndOutType": 1, "picUri": "pic",
    "temperatureData": "36.4", "temperatureStatus": 1, "wearMaskStatus": 2, "readerIndexCode": "4",
    "readerName": "Outside",
}  # fmt: skip
FACE = {
    "alarmResult": {
        "faces": [
            {
                "URL": "Vsm://1", "snap_pic_data": "", "age": {"ageGroup": "MIDDLE"}, "gender": {"value": "2"},
                "temperature": {"temperatureData": 36.5, "temperatureStatus": 1}, "mask": {"wearMaskStatus": 1},
                "identify": {
                    "candidate": [
                        {"human_id": "2", "similarity": 0.2, "reserve_field": {"name": "Eve"}},
                        {"human_id": "1", "similarity": 0.93, "blacklist_id": "3", "reserve_field": {"name": "Ada"}},
                    ]
                },
            }
        ],
        "targetAttrs": {"cameraIndexCode": "1", "faceTime": at(0)},
    },
    "dataType": "faceMatch",
}  # fmt: skip
BUS = {
    "gps": {"longitude": "43272000", "latitude": "10864800", "direction": 45, "speed": 30, "speedUnit": 1,
            "displayInfo": "", "directionInfo": "Northeast"},
    "vehicle": {"plateNo": "B MV 1", "ownerName": "Ada", "phoneNo": "555", "vehicleColor": 1, "vehicleType": "2"},
    "urlList": {"format": "0", "url": "Vsm://2", "expandInfo": {"mediaType": "Image"}},
}  # fmt: skip


def test_access_with_everything_allowed() -> None:
    """Who, by which card, through which reader."""
    made = RouterBench(options=PERSONAL)
    (told,) = made.push(event(198914, 3, srcType="door", data=ACCESS))
    assert told.kind is Kind.ACCESS_GRANTED
    assert told.person == "E17"
    wanted = {
        "event": "access_granted_by_card", "person_id": "17", "person_code": "E17", "card": "123",
        "attendance": "check_in", "reader": "Outside", "reader_id": "4", "temperature": 36.4,
        "temperature_status": "normal", "mask": False,
    }  # fmt: skip
    assert wanted.items() <= told.details.items()
    assert made.state("_door_1_sensor_last_person") == "E17"
    assert made.state("_door_1_sensor_skin_temperature") == 36.4


@pytest.mark.parametrize(
    ("code", "source_type", "data"),
    [(198914, "door", ACCESS), (131622, "camera", {"plateNo": "B MV 1"}), (131659, "camera", FACE),
     (643, "mobileVehicle", BUS), (500048, "livefeatureRadar", {"RoomNo": "101", "PersonName": "Ada"}),
     (330203, "camera", {"plateNo2": "B MV 1", "cardHolder": "123", "personTag": "E17"})],
)  # fmt: skip
def test_nothing_personal_unless_chosen(code: int, source_type: str, data: dict[str, Any]) -> None:
    """Names, cards, plates, faces and health stay out of everything that is told."""
    made = RouterBench()
    told = made.push(event(code, 3, srcType=source_type, data=data))[-1]
    assert told.person is told.plate is None
    shown = repr((dict(told.details), made.sink.values))
    for secret in ("E17", "123'", "B MV 1", "Ada", "555", "36.4", "36.5", "93", "female", "middle", "'17'"):
        assert secret not in shown, secret


def test_readings_for_who_looks() -> None:
    """A feature that was enabled by hand is told, though the rest stays out."""
    made = RouterBench()
    made.router.wanted = {f"{UID}_cam_1_sensor_last_plate"}
    (told,) = made.push(event(131622, 3, data={"plateNo": "B MV 1"}))
    assert made.state("_cam_1_sensor_last_plate") == "B MV 1"
    assert told.plate is None


async def test_plates() -> None:
    """Read, matched, not matched."""
    made = RouterBench(options=PERSONAL)
    for code, kind in ((131622, Kind.PLATE), (130, Kind.PLATE_MATCHED), (131, Kind.PLATE_MISMATCHED)):
        told = made.push(
            event(code, 3, eventId=str(code), data={"plateNo": f"B {code}", "vehicleGroupIndexCode": "4"})
        )[-1]
        assert told.kind is kind
        assert told.plate == f"B {code}"
        assert told.details["vehicle_group"] == "4"
        assert made.state("_cam_1_sensor_last_plate") == f"B {code}"
    await made.wait(6)


def test_faces() -> None:
    """The best candidate counts; objects and lists are the same."""
    made = RouterBench(options=PERSONAL)
    (told,) = made.push(event(131659, 3, data=FACE))
    assert told.person == "Ada"
    wanted = {"person": "Ada", "person_id": "1", "face_group": "3", "similarity": 93.0, "age_group": "middle",
              "gender": "female", "mask": True, "temperature": 36.5}  # fmt: skip
    assert wanted.items() <= told.details.items()


def test_positions() -> None:
    """Event 643 brings a vehicle's place, speed and heading; miles are told in kilometres."""
    made = RouterBench(options=PERSONAL)
    told = made.push(event(643, 3, srcType="mobileVehicle", data=BUS))[-1]
    position = made.state("_mveh_1_device_tracker_position")
    assert isinstance(position, PositionValue)
    assert (position.latitude, position.longitude) == (30.18, 120.2)
    assert made.state("_mveh_1_sensor_speed") == 48.3
    assert made.state("_mveh_1_sensor_heading") == 45
    assert told.plate == "B MV 1"
    assert {"owner": "Ada", "phone": "555", "vehicle_colour": "white", "vehicle_type": "large"}.items() <= (
        told.details.items()
    )


def test_opaque_facts_are_kept() -> None:
    """What is documented nowhere stays, if it is short and sounds harmless."""
    made = RouterBench()
    (told,) = made.push(
        event(330203, 3, data={"zone": 4, "ok": True, "long": "x" * 300, "list": [1], "note": "text", "half": "\ud800"})
    )
    data = {name: value for name, value in told.details.items() if name.startswith("data_")}
    assert data == {"data_zone": 4, "data_ok": True, "data_note": "text", "data_half": "?"}


def test_last_event_and_last_alarm() -> None:
    """The hub shows when something happened last; who passed a door is no alarm."""
    made = RouterBench()
    made.push(event(happenTime=at(-3)))
    assert made.state("_sensor_last_event") == START - timedelta(seconds=3)
    assert made.router.last_alarm == "c929d9f873eb48439bd2c59df358bbeb"
    made.push(event(198914, 3, srcType="door", eventId="x"))
    assert made.router.last_alarm == "c929d9f873eb48439bd2c59df358bbeb"
    made.push(event(195, 3, srcType="generalEventRule", eventId="y"))
    assert made.router.last_alarm == "y"


def test_words_are_those_of_the_table() -> None:
    """The word tells the code apart that the kind does not."""
    made = RouterBench()
    made.push(event(197151, 3, srcType="door", eventId="a"), event(197634, 3, srcType="door", eventId="b"))
    assert list(words(made.sink.occurrences)) == [
        ("access_denied_by_face", Phase.PULSE),
        ("card_not_found", Phase.PULSE),
    ]
    assert {each.kind for each in made.sink.occurrences} == {Kind.ACCESS_DENIED}
