"""From events to values and occurrences (hikcentral §3.7, §7.3)."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.hikcentral.records import Camera
from custom_components.hikvision_ivm.systems.hikcentral.running import BOUND_SECONDS
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Phase

from .event_bench import PERSONAL, START, UID, RouterBench, at, event, facts

MOTION = "_cam_1_binary_sensor_motion"
TELLER = f"{UID}_cam_1_event_detection"


# status


def test_start_and_end() -> None:
    """Status 1 switches on until status 2; both are told to the event entity."""
    made = RouterBench()
    assert made.state(MOTION) is UNKNOWN
    (began,) = made.push(event(status=1, happenTime=at(-1)))
    assert made.state(MOTION) is True
    assert began.phase is Phase.START
    assert began.kind is Kind.MOTION
    assert began.code == "131331"
    assert began.features == (f"{UID}{MOTION}", TELLER)
    assert began.time == START - timedelta(seconds=1)
    assert began.received == START
    assert began.details == {
        "event": "motion_detection", "event_id": "c929d9f873eb48439bd2c59df358bbeb", "status": "started",
        "level": "medium", "source": "1", "source_type": "camera", "source_name": "Gate", "parent": "85",
    }  # fmt: skip
    (ended,) = made.push(event(status=2, happenTime=at(5)))
    assert ended.phase is Phase.END
    assert made.state(MOTION) is False


@pytest.mark.parametrize("status", [0, 3])
async def test_pulses_show_for_a_while(status: int) -> None:
    """Status 0 and 3 are on for the time the owner chose."""
    made = RouterBench(options={"hold_pulse": 4})
    (told,) = made.push(event(status=status))
    assert told.phase is Phase.PULSE
    assert told.hold == 4
    assert made.state(MOTION) is True
    await made.wait(4)
    assert made.state(MOTION) is False


async def test_pulse_does_not_shorten_a_start() -> None:
    """What began stays on until its end, whatever else happens meanwhile."""
    made = RouterBench()
    made.push(event(status=1), event(status=3, eventId="b", happenTime=at(1)))
    await made.wait(60)
    assert made.state(MOTION) is True


def test_linkage_changes_attributes_only() -> None:
    """Status 4 neither switches nor counts as another event."""
    made = RouterBench()
    made.push(event(status=1))
    (told,) = made.push(event(status=4, data={"plateNo": "x"}, happenTime=at(1)))
    assert told.phase is Phase.ONGOING
    assert told.features == (TELLER,)
    assert told.details["status"] == "updated"
    assert made.state(MOTION) is True
    assert len(made.sink.told()) == 1


def test_unknown_status_tells_but_switches_nothing() -> None:
    """A status that is not documented says that something is, not whether it is on."""
    made = RouterBench()
    (told,) = made.push(event(status=9))
    assert told.phase is Phase.PULSE
    assert told.details["status"] == "unknown"
    assert made.state(MOTION) is UNKNOWN
    made.push(event(198913, 9, srcType="door"))
    assert made.state("_door_1_binary_sensor_door") is UNKNOWN


# overlapping and disorder


def test_overlapping_starts_do_not_end_early() -> None:
    """The end of one of two leaves the sensor on; that of the other switches it off."""
    made = RouterBench()
    made.push(event(eventId="a"), event(eventId="b", happenTime=at(1)))
    ended, goes_on = sorted(
        made.push(event(status=2, eventId="a", happenTime=at(2))), key=lambda each: each.phase != "end"
    )
    assert ended.features == (TELLER,)
    assert goes_on.phase is Phase.ONGOING
    assert goes_on.hold == BOUND_SECONDS
    assert made.state(MOTION) is True
    made.push(event(status=2, eventId="b", happenTime=at(3)))
    assert made.state(MOTION) is False


async def test_lost_end_of_an_overlap_does_not_leave_it_on() -> None:
    """If the other end never comes, it is off after a while."""
    made = RouterBench()
    made.push(event(eventId="a"), event(eventId="b", happenTime=at(1)), event(status=2, eventId="a", happenTime=at(2)))
    await made.wait(BOUND_SECONDS - 1)
    assert made.state(MOTION) is True
    await made.wait(1)
    assert made.state(MOTION) is False


def test_end_under_another_id_ends() -> None:
    """Ids never keep a sensor on."""
    made = RouterBench()
    made.push(event(eventId="a"))
    made.push(event(status=2, eventId="z", happenTime=at(2)))
    assert made.state(MOTION) is False


def test_end_of_what_came_before_does_not_end_what_came_after() -> None:
    """A late end of an earlier event under an unknown id leaves the newer one on, for a while."""
    made = RouterBench()
    made.push(event(eventId="b", happenTime=at(0)))
    made.push(event(status=2, eventId="a", happenTime=at(-5)))
    assert made.state(MOTION) is True
    assert made.sink.occurrences[-1].phase is Phase.END


def test_end_before_its_start() -> None:
    """Posted in the wrong order, a happening that is over is not on."""
    made = RouterBench()
    made.push(event(status=2, happenTime=at(2)))
    (told,) = made.push(event(status=1, happenTime=at(0)))
    assert made.state(MOTION) is False
    assert told.features == (TELLER,)


def test_id_comes_again() -> None:
    """A later occurrence may carry the same id: it is another one."""
    made = RouterBench()
    for second in (0, 10, 20):
        made.push(event(status=1, happenTime=at(second)))
        assert made.state(MOTION) is True
        made.push(event(status=2, happenTime=at(second + 5)))
        assert made.state(MOTION) is False
    assert len(made.sink.told()) == 3


def test_on_and_off_in_one_message_is_seen() -> None:
    """What began and ended in one message was on: two reports, not one that hides it."""
    made = RouterBench()
    made.push(event(status=1), event(status=2, happenTime=at(1)))
    assert [each.occurrences[0].phase for each in made.sink.reports] == [Phase.START, Phase.END]
    made.push(event(198913, 3, srcType="door", happenTime=at(2)), event(199169, 3, srcType="door", happenTime=at(3)))
    doors = [each.values.get(f"{UID}_door_1_binary_sensor_door") for each in made.sink.reports]
    assert [value for value in doors if value is not None] == [True, False]


def test_many_events_are_one_report() -> None:
    """Whatever hides nothing is reported together."""
    known = facts(cameras={str(number): Camera(id=str(number), name="c") for number in range(50)})
    made = RouterBench(known)
    made.push(*(event(srcIndex=str(number), eventId=str(number)) for number in range(50)))
    assert len(made.sink.reports) == 1
    assert len(made.sink.reports[0].occurrences) == 50


def test_doubles_are_told_once() -> None:
    """The same push again tells nothing; another moment under the same id does."""
    made = RouterBench()
    made.push(event(status=3))
    assert made.push(event(status=3)) == []
    assert made.router.delivered.counts["replays"] == 1
    assert len(made.push(event(status=3, happenTime=at(0.2)))) == 1


# pairs


@pytest.mark.parametrize(
    ("code", "other", "source_type", "name", "value"),
    [
        (198913, 199169, "door", "_door_1_binary_sensor_door", True),
        (199941, 199942, "door", "_door_1_binary_sensor_unlatched", True),
        (198401, 198402, "door", "_door_1_binary_sensor_remain_open", True),
        (198148, 198150, "door", "_door_1_binary_sensor_remain_closed", True),
        (199708, 199709, "acsDevice", "_acs_1_binary_sensor_tamper", True),
        (66306, 66311, "encodeDevice", "_enc_1_binary_sensor_online", False),
        (385050, 385051, "encodeDevice", "_enc_1_binary_sensor_recording_failure", True),
        (385052, 385053, "camera", "_cam_1_binary_sensor_recording_failure", True),
    ],
)
@pytest.mark.parametrize("status", [0, 1, 3])
async def test_pairs_set_values(code: int, other: int, source_type: str, name: str, value: bool, status: int) -> None:
    """One of a pair sets its value and leaves it; the other one sets the opposite. Each is told."""
    made = RouterBench()
    (told,) = made.push(event(code, status, srcType=source_type))
    assert made.state(name) is value
    assert not any(each.endswith(name) for each in told.features)
    await made.wait(3600)
    assert made.state(name) is value
    (told,) = made.push(event(other, status, srcType=source_type, happenTime=at(3600)))
    assert made.state(name) is (not value)
    assert told.kind is not Kind.UNKNOWN_EVENT


def test_end_of_one_of_a_pair() -> None:
    """The end of an alarm is the end of what it tells; the end of its opposite says nothing."""
    made = RouterBench()
    made.push(event(198913, 1, srcType="door"), event(198913, 2, srcType="door", happenTime=at(3)))
    assert made.state("_door_1_binary_sensor_door") is False
    made.push(event(199169, 2, srcType="door", happenTime=at(4)))
    assert made.state("_door_1_binary_sensor_door") is False
    made.push(event(66306, 1, srcType="encodeDevice"), event(66306, 2, srcType="encodeDevice", happenTime=at(1)))
    assert made.state("_enc_1_binary_sensor_online") is True


def test_pairs_in_the_wrong_order() -> None:
    """The newest decides, not the last one to arrive; what is much older came from a clock that was set."""
    made = RouterBench()
    made.push(event(199169, 3, srcType="door", happenTime=at(0)))
    made.push(event(198913, 3, srcType="door", happenTime=at(-2)))
    assert made.state("_door_1_binary_sensor_door") is False
    made.push(event(198913, 3, srcType="door", happenTime=at(-400)))
    assert made.state("_door_1_binary_sensor_door") is True


def test_devices_on_and_off_line() -> None:
    """An encoder that is off line takes what hangs on it with it; a mobile device also its vehicle."""
    made = RouterBench()
    made.push(event(66306, 3, srcType="encodeDevice"))
    assert made.sink.available == {f"{UID}_enc_1": False}
    made.push(event(641, 3, srcType="mobileDevice"))
    assert made.state("_mob_1_binary_sensor_online") is made.state("_mveh_1_binary_sensor_online") is True
    made.push(event(642, 3, srcType="mobileDevice", happenTime=at(1)))
    assert made.state("_mob_1_binary_sensor_online") is made.state("_mveh_1_binary_sensor_online") is False
    assert made.sink.available[f"{UID}_mveh_1"] is False
    # Telling that a device is back does not make those known that were not named.
    assert f"{UID}_acs_1" not in made.sink.available


def test_doors_that_move_are_read() -> None:
    """Events of doors, locks and remote commands let the state be read, once for each door and message."""
    made = RouterBench()
    made.push(event(198919, 3, srcType="door"), event(199941, 3, srcType="door", happenTime=at(1)))
    assert made.stale == [("door", "1")]
    made.stale.clear()
    made.push(event(199608, 1, srcType="door"), event(196893, 3, srcType="door"), event())
    assert made.stale == []


# where things go


async def test_ids_of_different_types_do_not_mix() -> None:
    """Everything has the id 1; the type of the source decides."""
    made = RouterBench()
    places = {
        ("camera", 131331): ("_cam_1", "_cam_1_event_detection"),
        ("door", 198657): ("_door_1", "_door_1_event_access"),
        ("encodeDevice", 66053): ("_enc_1", "_enc_1_event_device_event"),
        ("acsDevice", 199708): ("_acs_1", "_acs_1_event_device_event"),
        ("mobileDevice", 641): ("_mob_1", "_mob_1_event_device_event"),
        ("mobileVehicle", 656): ("_mveh_1", "_mveh_1_event_vehicle_event"),
        ("ioIn", 589825): ("_enc_1", "_enc_1_event_alarm_input_1"),
        ("generalEventRule", 195): ("", "_event_generic_event_1"),
    }
    for (source_type, code), (device, teller) in places.items():
        told = made.push(event(code, 3, srcType=source_type, eventId=source_type))[-1]
        assert told.device_id == f"{UID}{device}", source_type
        assert f"{UID}{teller}" in told.features, source_type
    assert made.state("_enc_1_binary_sensor_alarm_input_1") is True
    assert made.strangers == 0
    await made.wait(6)


def test_types_of_source_in_other_words() -> None:
    """Letter case does not matter, and a type that is not told follows from the code."""
    made = RouterBench()
    (told,) = made.push(event(srcType="CAMERA"))
    assert told.device_id == f"{UID}_cam_1"
    (told,) = made.push(event(198657, srcType=None))
    assert told.device_id == f"{UID}_door_1"


@pytest.mark.parametrize(
    ("code", "source_type", "data", "device"),
    [
        (500041, "fallRadar", {"RoomNo": "101", "BedNo": "2"}, "_bed_7_2"),
        (500043, "camera", {"RoomNo": "101"}, "_room_7"),
        (500046, "alarminput", {"roomno": "101", "bedno ": "2"}, "_bed_7_2"),
        (500045, "camera", {"RoomNo": "101", "BedNo": "9"}, "_room_7"),
        (500044, "camera", {"RoomNo": "7"}, "_room_7"),
    ],
)
async def test_care_goes_to_beds_and_rooms(code: int, source_type: str, data: dict[str, Any], device: str) -> None:
    """Radars are in no inventory: the numbers on the doors decide."""
    made = RouterBench()
    told = made.push(event(code, 3, srcType=source_type, srcIndex="radar-9", data=data))[-1]
    assert told.device_id == f"{UID}{device}"
    assert f"{UID}{device}_event_care_event" in told.features
    assert told.kind is not Kind.UNKNOWN_EVENT


def test_radar_that_speaks_is_back() -> None:
    """No code tells it, so any other one does."""
    made = RouterBench()
    bed = {"RoomNo": "101", "BedNo": "2"}
    made.push(event(500016, 3, srcType="livefeatureRadar", data=bed))
    assert made.state("_bed_7_2_binary_sensor_radar_offline") is True
    made.push(event(500050, 3, srcType="livefeatureRadar", data=bed, happenTime=at(1)))
    assert made.state("_bed_7_2_binary_sensor_radar_offline") is False


def test_in_bed_is_shown_where_it_may_be() -> None:
    """What the body does is personal."""
    bed = {"RoomNo": "101", "BedNo": "2"}
    for options, value in (({}, UNKNOWN), (PERSONAL, True)):
        made = RouterBench(options=options)
        made.push(event(500048, 3, srcType="livefeatureRadar", data=bed))
        assert made.state("_bed_7_2_binary_sensor_in_bed") is value


def test_unknown_codes_are_kept() -> None:
    """A code nobody documented is an event of its source."""
    made = RouterBench()
    (told,) = made.push(event(330203, 3, data={"x": 1}))
    assert told.kind is Kind.UNKNOWN_EVENT
    assert told.code == "330203"
    assert told.details["event"] == "unknown_330203"
    assert told.features == (TELLER,)
    for number in range(100):
        made.push(event(900000 + number, 3))
    assert made.router.counts["unknown_codes"] == 101
    assert len(made.router.strangers.codes) <= 51


def test_unknown_sources_go_to_the_hub() -> None:
    """They are told, and the inventory is read again; not for each of many, nor for the same one soon again."""
    made = RouterBench()
    (told,) = made.push(event(srcIndex="99", eventId="a"))
    assert told.device_id == UID
    assert told.features == (f"{UID}_event_device_event",)
    assert told.details["source"] == "99"
    assert made.strangers == 1
    made.push(event(srcIndex="98", eventId="b"), event(srcType="nobody", srcIndex="1", eventId="c"))
    assert made.strangers == 1
    made.clock.move(61)
    made.push(event(srcIndex="99", eventId="d", happenTime=at(61)))
    assert made.strangers == 1
    made.push(event(srcIndex="98", eventId="e", happenTime=at(61)))
    assert made.strangers == 2
    assert made.router.counts["unknown_sources"] == 5


def test_what_is_not_imported_is_left_out() -> None:
    """It is known, and nobody wants to see it."""
    known = facts(cameras={"1": Camera(id="1", name="Gate", site="5")})
    made = RouterBench(known, {"sites": ["0"]})
    assert made.push(event()) == []
    assert made.strangers == 0
    assert made.router.counts["not_imported"] == 1


# times


@pytest.mark.parametrize(
    ("seconds", "late"), [(-599, False), (-601, True), (-86_300, True), (0, False), (3_000, False)]
)
def test_old_pushes_are_late(seconds: float, late: bool) -> None:
    """What happened more than ten minutes ago tells nothing of now."""
    made = RouterBench()
    (told,) = made.push(event(status=1, happenTime=at(seconds)))
    assert told.late is late
    assert told.time == START + timedelta(seconds=seconds)
    assert made.state(MOTION) is (UNKNOWN if late else True)


@pytest.mark.parametrize("time", [at(-86_500), at(86_500), "1970-01-01T00:00:00Z", "soon", None])
def test_implausible_times(time: str | None) -> None:
    """A clock that is off by more than a day is no clock: what it tells happens now."""
    made = RouterBench()
    (told,) = made.push(event(status=1, happenTime=time))
    assert told.time is None
    assert not told.late
    assert made.state(MOTION) is True


def test_platform_with_a_wrong_clock() -> None:
    """Where the clocks are known to differ, that is no delay."""
    made = RouterBench()
    made.skew = -3600
    (told,) = made.push(event(status=1, happenTime=at(-3600)))
    assert not told.late
    made.skew = None
    (told,) = made.push(event(status=1, eventId="b", happenTime=at(-3600)))
    assert told.late


def test_late_end_ends_what_it_belongs_to_only() -> None:
    """An end that is told afterwards ends nothing that began since."""
    made = RouterBench()
    made.push(event(status=1, eventId="new"))
    made.push(event(status=2, eventId="old", happenTime=at(-900)))
    assert made.state(MOTION) is True
    made = RouterBench()
    made.push(event(status=3, eventId="new"))
    made.push(event(status=2, eventId="old", happenTime=at(-900)))
    assert made.state(MOTION) is True
    made = RouterBench()
    made.push(event(status=1, happenTime=at(-500)))
    made.clock.move(2000)
    made.push(event(status=2, happenTime=at(100)))
    assert made.state(MOTION) is False


def test_late_pairs() -> None:
    """The last of what was missed tells how a door is; what is polled is known better."""
    made = RouterBench()
    made.push(event(198913, 3, srcType="door", happenTime=at(-1000)))
    assert made.state("_door_1_binary_sensor_door") is True
    made.push(event(66306, 3, srcType="encodeDevice", happenTime=at(-1000)))
    assert made.state("_enc_1_binary_sensor_online") is UNKNOWN
    assert made.sink.available == {}
    assert made.stale == []
