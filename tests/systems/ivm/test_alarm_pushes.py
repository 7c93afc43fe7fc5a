"""Alarms from the cloud to what Home Assistant knows."""

import logging
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.ivm.alarm_types import ALARM_TYPES, SENSOR_KINDS, Effect
from custom_components.hikvision_ivm.systems.ivm.seen import SEEN
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Device, DeviceKind, Occurrence, Phase, Target
from simulators.ivm import DevicePlan, TenantPlan

from .push_bench import GATE, PLAN, RECORDER, Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

TARGET = {
    "target_id": "12", "name": "Ann", "gender": "female", "organization": "Office", "age": 30, "age_group": "YOUTHS",
    "similarity": 93, "targetgroup_name": "Staff", "appear_cnt": 4,
}  # fmt: skip


async def alarm(found: Bench, kind: str, device: str = "Gate", channel: str | None = None, **more: Any) -> Occurrence:
    """Let an alarm happen and return what was told of it."""
    push = await found.cloud.alarm(device, channel, kind, **more)
    assert push.delivered
    return found.last()


async def test_motion_shows_for_the_hold_time_which_begins_anew() -> None:
    """An end is never pushed."""
    async with bench() as found:
        await found.start()
        motion = f"{GATE}_binary_sensor_motion"
        assert found.value(motion) is UNKNOWN, "nobody told that nothing moves"
        told = await alarm(found, "motion_detection")
        assert (told.kind, told.phase, told.code, told.hold) == (Kind.MOTION, Phase.START, "motion_detection", 30.0)
        assert told.device_id == f"{found.uid}_{GATE}"
        assert told.features == (f"{found.uid}_{motion}", f"{found.uid}_{GATE}_event_detection")
        assert told.time == found.clock.now()
        assert found.value(motion) is True
        await found.wait(29)
        await alarm(found, "motion_detection")
        await found.wait(29)
        assert found.value(motion) is True
        await found.wait(2)
        assert found.value(motion) is False


@pytest.mark.parametrize(("option", "seconds"), [(5, 5), (90.0, 90), (0, 30), (True, 30), ("x", 30)])
async def test_the_hold_time_is_an_option(option: Any, seconds: float) -> None:
    """Nonsense is the usual time."""
    async with bench(options={"hold_alarm": option}) as found:
        await found.start()
        assert (await alarm(found, "motion_detection")).hold == seconds


@pytest.mark.parametrize(
    ("status", "phase"), [("start", Phase.START), ("pulse", Phase.PULSE), ("", Phase.PULSE), ("new", Phase.PULSE)]
)
async def test_every_status_shows(status: str, phase: Phase) -> None:
    """One that nobody knows happened at a moment."""
    async with bench() as found:
        await found.start()
        assert (await alarm(found, "over_line_alarm", status=status)).phase is phase
        assert found.value(f"{GATE}_binary_sensor_line_crossing") is True


async def test_a_stop_ends_it_although_none_was_ever_seen() -> None:
    """It is documented."""
    async with bench() as found:
        await found.start()
        await alarm(found, "motion_detection")
        told = await alarm(found, "motion_detection", status="stop")
        assert (told.phase, told.hold) == (Phase.END, None)
        assert found.value(f"{GATE}_binary_sensor_motion") is False


@pytest.mark.parametrize("row", [row for row in ALARM_TYPES.values() if row.callback], ids=lambda row: row.code)
async def test_every_alarm_type_becomes_an_event(row: Any) -> None:
    """With its kind, and a binary sensor where it has one."""
    async with bench() as found:
        await found.start()
        channel = "" if row.device else None
        told = await alarm(found, row.code, channel=channel)
        assert told.kind is row.kind
        assert told.code == row.code
        assert told.target is row.target
        assert told.details["classification"] == row.classification
        entity = "device_event" if row.device else "detection"
        assert f"{found.uid}_{GATE}_event_{entity}" in told.features
        sensor = found.value(f"{GATE}_binary_sensor_{row.kind.value}")
        assert sensor is (True if row.kind in SENSOR_KINDS else UNKNOWN)


async def test_a_sensor_appears_with_the_first_alarm_and_is_remembered() -> None:
    """For the channel it belongs to, and after a restart at once."""
    memory: dict[str, Any] = {}
    async with bench(memory=memory) as found:
        await found.start()
        sensor = f"{found.uid}_{RECORDER}_1_binary_sensor_intrusion"
        assert sensor not in found.sink.current.features
        told = await alarm(found, "region_invasion_alarm", "Recorder", "Door")
        assert sensor in found.sink.current.features
        assert sensor in told.features
        assert told.channel == "Door"
        assert found.sink.inventories, "the other side was told of the inventory that grew"
        assert memory[SEEN] == [[RECORDER, "1", "binary_sensor", "intrusion", ""]]
        async with bench(cloud=found.cloud, clock=found.clock, memory=memory, callback=found.callback) as again:
            assert sensor in again.sink.current.features
            assert again.value(f"{RECORDER}_1_binary_sensor_intrusion") is UNKNOWN


async def test_sensors_that_appear_one_after_the_other_are_not_lost() -> None:
    """The inventory grows every few seconds at most; what is on meanwhile is told then."""
    async with bench() as found:
        await found.start()
        await alarm(found, "region_invasion_alarm")
        await alarm(found, "linger_alarm")
        sensor = f"{GATE}_binary_sensor_loitering"
        assert f"{found.uid}_{sensor}" not in found.sink.current.features
        await found.wait(6)
        assert found.value(sensor) is True
        await found.wait(26)
        assert found.value(sensor) is False, "as long after the alarm as any other"


async def test_an_input_tells_which_one_it_is() -> None:
    """`alarm_type_name` is free text."""
    async with bench() as found:
        await found.start()
        told = await alarm(found, "io_event", alarm_type_name="Local<-3\x00\n")
        assert told.kind is Kind.ALARM_INPUT
        assert told.details["alarm_type_name"] == "Local<-3"


async def test_a_fault_of_a_disk_shows_for_long() -> None:
    """Nothing tells its end."""
    async with bench() as found:
        await found.start()
        told = await alarm(found, "disk_failure", "Recorder", "")
        assert told.features[0] == f"{found.uid}_{RECORDER}_binary_sensor_disk_failure"
        assert told.features[1] == f"{found.uid}_{RECORDER}_event_device_event"
        await found.jump(3000)
        assert found.value(f"{RECORDER}_binary_sensor_disk_failure") is True
        await found.jump(601)
        assert found.value(f"{RECORDER}_binary_sensor_disk_failure") is False


@pytest.mark.parametrize(
    ("device", "channel", "kind", "gone"),
    [
        ("Recorder", "", Kind.DEVICE_OFFLINE, [RECORDER, f"{RECORDER}_0", f"{RECORDER}_1"]),
        ("Recorder", "Yard", Kind.DEVICE_OFFLINE, [RECORDER, f"{RECORDER}_0", f"{RECORDER}_1"]),
        ("Recorder", "Door", Kind.CHANNEL_OFFLINE, [f"{RECORDER}_1"]),
        ("Gate", None, Kind.DEVICE_OFFLINE, [GATE]),
    ],
)
async def test_an_offline_alarm_takes_away_what_it_is_about(
    device: str, channel: str | None, kind: Kind, gone: list[str]
) -> None:
    """A device with all its channels, also where it comes with channel 0, or one channel."""
    async with bench() as found:
        await found.start()
        told = await alarm(found, "device_offline", device, channel)
        assert told.kind is kind
        assert found.stale == [int(channel == "Yard")], "the lists tell what was meant"
        assert {name for name, there in found.sink.available.items() if not there} == {f"{found.uid}_{n}" for n in gone}
        assert all(found.value(f"{name}_binary_sensor_online") is False for name in gone)


async def test_customers_are_counted() -> None:
    """The alarm that carries numbers, under any name."""
    async with bench() as found:
        await found.start()
        counts: dict[str, Any] = {"enter_count": 5, "leave_count": "3", "repeat_count": 18446744073709551615}
        told = await alarm(found, "customer_flow_statistics_alarm", **counts)
        assert told.kind is Kind.CUSTOMER_FLOW
        assert (told.details["entered"], told.details["exited"]) == (5, 3)
        assert "loitered" not in told.details
        await found.wait(6)
        assert found.value(f"{GATE}_sensor_customers_entered") == 5
        assert found.value(f"{GATE}_sensor_customers_exited") == 3
        assert found.value(f"{GATE}_sensor_loitered") is UNKNOWN
        await alarm(found, "customer_flow_statistics_alarm", enter_count=6)
        assert found.value(f"{GATE}_sensor_customers_entered") == 6
        assert found.value(f"{GATE}_sensor_customers_exited") == 3


@pytest.mark.parametrize("options", [{}, {"personal": ["persons", "plates"]}])
async def test_who_was_seen_is_told_to_nobody(options: dict[str, Any]) -> None:
    """Unless the owner chose to be told of faces."""
    async with bench(options=options) as found:
        await found.start()
        told = await alarm(found, "target_alarm", target=TARGET)
        assert told.person is None
        assert "Ann" not in str(told)
        assert not told.details.keys() & {"gender", "age_group", "organization", "similarity", "known", "library"}


async def test_who_was_seen_is_told_who_chose_it() -> None:
    """What stands for unknown is left out."""
    async with bench(options={"personal": ["faces"]}) as found:
        await found.start()
        told = await alarm(found, "target_alarm", target=TARGET)
        assert told.person == "Ann"
        details = {
            name: told.details[name] for name in ("gender", "age", "similarity", "library", "appearances", "known")
        }
        assert details == {
            "gender": "female", "age": 30, "similarity": 93, "library": "Staff", "appearances": 4, "known": True,
        }  # fmt: skip
        told = await alarm(found, "mask_alarm", target={})
        assert told.person is None
        assert told.details["known"] is False
        assert not told.details.keys() & {"age", "age_group", "gender", "similarity"}


@pytest.mark.parametrize("more", [{"alarm_type": "moon_landing"}, {"alarm_type": ""}, {"alarm_type": None}])
async def test_an_alarm_that_nobody_knows_is_an_event(more: dict[str, Any]) -> None:
    """With its word, whatever its classification."""
    async with bench() as found:
        await found.start()
        await found.raw({"device_id": GATE, "channel_id": "0", "classification": "SPACE", **more})
        told = found.last()
        assert told.kind is Kind.UNKNOWN_EVENT
        assert told.code == (more["alarm_type"] or "")
        assert told.features == (f"{found.uid}_{GATE}_event_detection",)
        assert told.details["classification"] == "SPACE"


async def test_a_stranger_is_told_to_the_account_and_looked_for() -> None:
    """A device that was added: the lists are read again, but not for each of its messages."""
    async with bench() as found:
        await found.start()
        for _ in range(3):
            await found.raw({"device_id": "NEWCAMERA1", "channel_id": "0", "alarm_type": "motion_detection"})
        told = found.last()
        assert (told.kind, told.code) == (Kind.UNKNOWN_EVENT, "motion_detection")
        assert told.features == (f"{found.uid}_event_device_event",)
        assert found.stale == [1]
        await found.jump(901)
        await found.raw({"device_id": "NEWCAMERA1", "channel_id": "0", "alarm_type": "motion_detection"})
        assert found.stale == [2]


async def test_what_is_not_imported_is_not_told() -> None:
    """Where only some organisations are."""
    plan = TenantPlan(
        orgs=("Home", "Office"),
        devices=(DevicePlan(name="Gate", serial=GATE, org="Home"), DevicePlan(name="Desk", org="Office")),
    )
    async with bench(plan) as whole:
        home = whole.cloud.org("Home").id
    async with bench(plan, options={"organisations": [home]}) as found:
        await found.start()
        await found.cloud.alarm("Desk")
        assert found.sink.occurrences == []
        assert found.channel.router.counts["not_imported"] == 1
        await found.cloud.alarm("Gate")
        assert len(found.sink.occurrences) == 1


async def test_a_channel_that_is_not_known_counts_as_its_device() -> None:
    """And is looked for."""
    async with bench() as found:
        await found.start()
        await found.raw({"device_id": RECORDER, "channel_id": "77", "alarm_type": "motion_detection"})
        told = found.last()
        assert told.device_id == f"{found.uid}_{RECORDER}"
        assert found.stale == [1]


@pytest.mark.parametrize("data", [{}, {"channel_id": "0"}, {"device_id": "x" * 500}, [], "text", 7, None])
async def test_an_alarm_without_a_device_is_counted(data: Any) -> None:
    """There is nothing to tell it of."""
    async with bench() as found:
        await found.start()
        await found.raw(data)
        assert found.sink.occurrences == []
        assert found.channel.router.counts["no_device"] == 1


@pytest.mark.parametrize(
    ("time", "kept"),
    [
        ("2026-11-28T20:00:00+08:00", True),
        ("2026-11-28 20:00:00", True),
        ("2026-11-28T20:00:00.500+0800", True),
        ("2026-11-28T19:40:00+08:00", True),
        ("2026-11-28T19:00:00+08:00", True),
        ("2026-11-20T20:00:00+08:00", False),
        ("2026-11-28T20:30:00+08:00", False),
        ("yesterday", False),
        (None, False),
    ],
)
async def test_times_are_believed_if_they_can_be_true(time: str | None, kept: bool) -> None:
    """What cannot be is no time. A clock that is slow keeps nothing from showing: what is pushed happens now."""
    async with bench() as found:
        await found.start()
        found.wanted.add(f"{found.uid}_{GATE}_image_event_picture")
        await found.raw(
            {"device_id": GATE, "channel_id": "0", "alarm_type": "motion_detection", "alarm_status": "start",
             "alarm_time": time, "alarm_uuid": "an-alarm"}
        )  # fmt: skip
        told = found.last()
        assert (told.late, told.time is not None) == (False, kept)
        assert found.value(f"{GATE}_binary_sensor_motion") is True
        assert found.channel.pictures.counts["expected"] == 1, "its picture is fetched"


async def test_dirty_alarms_are_understood() -> None:
    """Fields that are missing or new, names with templates, ids of 32 digits."""
    async with bench(PLAN, dirty=True) as found:
        await found.start()
        for _ in range(2):
            await alarm(found, "motion_detection", "Recorder", "1")
        assert len(found.sink.occurrences) == 2
        assert found.value(f"{RECORDER}_1_binary_sensor_motion") is True


async def test_an_unknown_type_of_message_is_an_event() -> None:
    """Of the device if it names one, else of the account."""
    async with bench() as found:
        await found.start()
        await found.raw({"device_id": GATE, "channel_id": "0"}, "smell_data")
        told = found.last()
        assert (told.kind, told.code) == (Kind.UNKNOWN_EVENT, "smell_data")
        assert told.features == (f"{found.uid}_{GATE}_event_detection",)
        await found.raw({}, "smell_data")
        assert found.last().features == (f"{found.uid}_event_device_event",)
        await found.cloud.push_raw("DEVICE_ALARM", {"message_id": 5})
        assert found.last().code == "?"
        assert found.channel.router.unknown == {"message_type smell_data": 2, "message_type ?": 1}


async def test_words_that_nobody_knows_are_kept_in_a_small_number() -> None:
    """Whoever pushes nonsense cannot fill the memory."""
    async with bench() as found:
        await found.start()
        for number in range(210):
            await found.raw({}, f"type_{number}")
        assert len(found.channel.router.unknown) == 201


def test_no_effect_is_left_out() -> None:
    """A new one needs a branch in the router."""
    assert {row.effect for row in ALARM_TYPES.values()} == set(Effect)
    assert ALARM_TYPES["human_detection"].target is Target.HUMAN


async def test_what_lists_told_meanwhile_stays() -> None:
    """A sensor that waits to appear does not bring an older inventory back."""
    async with bench() as found:
        await found.start()
        await alarm(found, "fire_detect_alarm")
        await alarm(found, "linger_alarm")
        new = Device(id=f"{found.uid}_NEW", name="New", kind=DeviceKind.CAMERA)
        found.sink.current = found.sink.current.including(devices=[new])
        await found.wait(6)
        kinds = {one.kind for one in found.sink.current.features.values()}
        assert {Kind.FIRE, Kind.LOITERING} <= kinds
        assert new.id in found.sink.current.devices


async def test_unknown_words_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """However often they come."""
    caplog.set_level(logging.INFO)
    async with bench() as found:
        await found.start()
        for _ in range(3):
            await alarm(found, "brand_new_alarm")
        assert caplog.text.count("not known: alarm_type brand_new_alarm") == 1
