"""Devices that come and go, and what is taken from them."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Phase

from .push_bench import GATE, RECORDER, Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

DOOR = f"{RECORDER}_1"
YARD = f"{RECORDER}_0"


def online(found: Bench, name: str) -> Any:
    """Return what the connection of something is, as sensor and as availability."""
    return found.value(f"{name}_binary_sensor_online"), found.sink.available.get(f"{found.uid}_{name}")


async def test_a_device_that_goes_takes_its_channels_with_it_and_brings_them_back() -> None:
    """No message of their own is promised for them."""
    async with bench() as found:
        await found.start()
        await found.cloud.go_offline("Recorder")
        assert all(online(found, name) == (False, False) for name in (RECORDER, YARD, DOOR))
        assert found.register.facts.devices[RECORDER].online is False
        told = found.last()
        assert (told.kind, told.code, told.phase) == (Kind.DEVICE_OFFLINE, "logout", Phase.PULSE)
        assert told.features == (f"{found.uid}_{RECORDER}_event_device_event",)
        assert told.details["offline_reason"] == "TMOUT"
        assert told.details["device_name"] == "Recorder"
        await found.cloud.go_online("Recorder")
        assert all(online(found, name) == (True, True) for name in (RECORDER, YARD, DOOR))
        assert found.register.facts.devices[RECORDER].online is True
        assert found.last().kind is Kind.DEVICE_ONLINE
        assert online(found, GATE) == (UNKNOWN, None), "nothing was told of it"
        assert found.stale == [0]


async def test_a_camera_is_its_own_channel() -> None:
    """Its one connection is both."""
    async with bench() as found:
        await found.start()
        await found.cloud.go_offline("Gate")
        assert online(found, GATE) == (False, False)
        await found.cloud.status("Gate", "login", channels=[])
        assert online(found, GATE) == (True, True)
        assert found.register.facts.channels[GATE, "0"].online is True
        await found.cloud.go_offline("Gate", "0")
        assert online(found, GATE) == (False, False)


async def test_channels_that_a_login_does_not_list_are_unknown() -> None:
    """They were gone with their device; whether they are back, only the lists know."""
    async with bench() as found:
        await found.start()
        await found.cloud.go_offline("Recorder")
        found.cloud.device("Recorder").online = True
        await found.cloud.status("Recorder", "login", channels=["Yard"])
        assert online(found, YARD) == (True, True)
        assert online(found, DOOR) == (UNKNOWN, True)
        assert found.stale == [1]


async def test_one_channel_may_go() -> None:
    """The device stays."""
    async with bench() as found:
        await found.start()
        await found.cloud.go_offline("Recorder", "Door")
        assert online(found, DOOR) == (False, False)
        assert online(found, RECORDER) == (UNKNOWN, None)
        told = found.last()
        assert (told.kind, told.channel, told.details["channel_id"]) == (Kind.CHANNEL_OFFLINE, "Door", "1")
        await found.cloud.go_online("Recorder", "Door")
        assert online(found, DOOR) == (True, True)
        assert found.last().kind is Kind.CHANNEL_ONLINE


@pytest.mark.parametrize("state", [0, "0", "OFFLINE", 0.0])
async def test_a_state_may_be_written_in_any_way(state: Any) -> None:
    """A number, text of it, or a word."""
    async with bench() as found:
        await found.start()
        param = {"device_id": RECORDER, "video_channel": {"channel_id": 1, "channel_state": state}}
        await found.raw({"method": "channel_state_notice", "param": param}, "device_status")
        assert online(found, DOOR) == (False, False)


@pytest.mark.parametrize("state", [2, None, "", "ASLEEP", True])
async def test_a_state_that_nobody_knows_is_not_one(state: Any) -> None:
    """It stays as it was."""
    async with bench() as found:
        await found.start()
        param = {"device_id": RECORDER, "video_channel": [{"channel_id": "1", "channel_state": state}, {}, 7]}
        await found.raw({"method": "channel_state_notice", "param": param}, "device_status")
        assert online(found, DOOR) == (UNKNOWN, None)


async def test_messages_that_overtake_each_other_do_not_turn_things_back() -> None:
    """The moment of what happened decides."""
    async with bench() as found:
        await found.start()
        later, earlier = "2026-11-28T20:00:00+08:00", "2026-11-28T19:59:58+08:00"
        rows = [{"channel_id": "0", "channel_state": 1}, {"channel_id": "1", "channel_state": 1}]
        await found.raw(
            {"method": "login", "param": {"device_id": RECORDER, "time": later, "video_channel": rows}}, "device_status"
        )
        await found.raw({"method": "logout", "param": {"device_id": RECORDER, "time": earlier}}, "device_status")
        assert all(online(found, name) == (True, True) for name in (RECORDER, YARD, DOOR))
        assert found.channel.router.counts["reordered"] == 1
        assert found.last().kind is Kind.DEVICE_OFFLINE, "it happened all the same"


async def test_channels_do_not_turn_back_either() -> None:
    """Each has a moment of its own."""
    async with bench() as found:
        await found.start()
        for time, channel, state in (("20:00:00", "1", 1), ("19:59:58", "1", 0), ("19:59:59", "0", 0)):
            rows = [{"channel_id": channel, "channel_state": state}]
            param = {"device_id": RECORDER, "time": f"2026-11-28T{time}+08:00", "video_channel": rows}
            await found.raw({"method": "channel_state_notice", "param": param}, "device_status")
        assert online(found, DOOR) == (True, True)
        assert online(found, YARD) == (False, False)


async def test_names_are_taken_over() -> None:
    """A name with a template in it is none."""
    async with bench() as found:
        await found.start()
        await found.cloud.rename_channel("Recorder", "Door", "Back door")
        assert found.register.facts.channels[RECORDER, "1"].name == "Back door"
        told = found.last()
        assert (told.kind, told.channel) == (Kind.NAME_CHANGED, "Back door")
        assert found.stale == [1]
        found.cloud.set_dirt({"template_names"})
        await found.cloud.rename_channel("Recorder", "1", "ignored")
        assert found.register.facts.channels[RECORDER, "1"].name == "Back door"


async def test_an_update_is_told_with_what_became_of_each_file() -> None:
    """And the firmware is read again."""
    async with bench() as found:
        await found.start()
        await found.cloud.status("Recorder", "upgrade_result", channels=["Door"], result="failure")
        told = found.last()
        assert told.kind is Kind.UPGRADE_RESULT
        assert told.details["upgrade"] == "success"
        assert told.details["upgrades"] == "Door: SDC 10.2.0 failure"
        assert found.stale == [1]


async def test_a_reason_is_told_and_changes_nothing() -> None:
    """It may come long after the device is back."""
    async with bench() as found:
        await found.start()
        await found.cloud.status("Gate", "offline_reason_notice")
        told = found.last()
        assert (told.kind, told.details["offline_reason"]) == (Kind.OFFLINE_REASON, "TMOUT")
        assert online(found, GATE) == (UNKNOWN, None)


async def test_a_method_that_nobody_knows_is_an_event() -> None:
    """Of the device."""
    async with bench() as found:
        await found.start()
        await found.cloud.status("Gate", "moon_landing")
        assert (found.last().kind, found.last().code) == (Kind.UNKNOWN_EVENT, "moon_landing")
        assert found.channel.router.unknown == {"method moon_landing": 1}


async def test_the_login_as_it_is_printed_is_understood() -> None:
    """What follows the channels stands beside `param`."""
    async with bench() as found:
        await found.start()
        found.cloud.set_dirt({"status_nesting", "shapes", "null_lists", "extra"})
        await found.cloud.go_offline("Recorder")
        await found.cloud.go_online("Recorder")
        assert all(online(found, name) == (True, True) for name in (RECORDER, YARD, DOOR))
        await found.raw(
            {
                "method": "login",
                "param": {"device_id": RECORDER},
                "offline_reason_type": "NETWORK",
                "packet_loss_rate": 2,
            },
            "device_status",
        )
        assert found.last().details["offline_reason"] == "NETWORK"
        assert found.value(f"{RECORDER}_sensor_packet_loss") == 2


async def test_the_quality_of_the_network_is_shown_once_it_was_measured() -> None:
    """All zero means that it was not; beside another number a zero is one."""
    async with bench() as found:
        await found.start()
        await found.cloud.status("Gate", "login")
        assert not [name for name in found.sink.current.features if "packet_loss" in name]
        await found.cloud.status("Gate", "login", qos=4.5, time_delay=20.0, packet_loss_rate=0.0)
        await found.wait(6)
        values = [found.value(f"{GATE}_sensor_{name}") for name in ("network_quality", "network_delay", "packet_loss")]
        assert values == [4.5, 20, 0]
        await found.cloud.status("Gate", "login", qos=-1, time_delay="x", packet_loss_rate=18446744073709551615)
        values = [found.value(f"{GATE}_sensor_{name}") for name in ("network_quality", "network_delay", "packet_loss")]
        assert values == [4.5, 20, 0]


async def test_a_status_of_a_stranger_lets_the_lists_be_read() -> None:
    """A device that was added logs in."""
    async with bench() as found:
        await found.start()
        await found.raw({"method": "login", "param": {"device_id": "NEWCAMERA1"}}, "device_status")
        assert found.stale == [1]
        assert found.last().features == (f"{found.uid}_event_device_event",)
        await found.raw({"method": "login", "param": {"device_id": ""}}, "device_status")
        assert found.channel.router.counts["no_device"] == 1


async def test_a_channel_that_is_not_known_is_looked_for() -> None:
    """It was added to its recorder."""
    async with bench() as found:
        await found.start()
        param = {
            "device_id": RECORDER,
            "video_channel": [{"channel_id": "9", "channel_state": 1, "channel_name": "New"}],
        }
        await found.raw({"method": "channel_state_notice", "param": param}, "device_status")
        assert found.stale == [1]
        assert found.last().channel == "New"


# what is taken away


@pytest.mark.parametrize("kind", ["DELETE_DEVICE", "UNBIND_DEVICE"])
async def test_a_device_that_was_removed_is_gone(kind: str) -> None:
    """It is told to its own event entity and to that of the account."""
    async with bench() as found:
        await found.start()
        await found.cloud.unbind("Gate", kind)
        told = found.last()
        assert (told.kind, told.code) == (Kind.DEVICE_REMOVED, kind)
        assert told.features == (f"{found.uid}_{GATE}_event_device_event", f"{found.uid}_event_device_event")
        assert told.details["device_name"] == "Gate"
        assert GATE not in found.register.facts.devices
        assert found.stale == [1]
        assert found.problems() == {}


@pytest.mark.parametrize(
    ("kind", "package", "chinese", "family"),
    [
        ("UNBIND_MANAGE", "access and view", "接入调阅", "MANAGEMENT"),
        ("UNBIND_MOTION", "alarm recording", "报警录像", "EVENT_RECORD"),
        ("UNBIND_NORMAL", "continuous recording", "全量录像", "FULL_RECORD"),
        ("UNBIND_DATAFLOW", "industry data stream", "行业数据流", "INDUSTRY_DATA"),
    ],
)
async def test_a_service_that_ended_is_a_problem_until_it_is_back(
    kind: str, package: str, chinese: str, family: str
) -> None:
    """What a list said before it ended does not count."""
    async with bench() as found:
        await found.start()
        await found.cloud.unbind("Recorder", kind, "Door")
        told = found.last()
        assert (told.kind, told.code, told.channel) == (Kind.PACKAGE_ENDED, kind, "Door")
        key = f"ivm_package_ended_{kind.lower()}"
        assert found.problems() == {key: {"package": package, "package_zh": chinese, "names": "Door", "count": "1"}}
        assert found.stale == [1]
        found.channel.ready()
        assert key in found.problems()
        known = found.register.facts.channels[RECORDER, "1"]
        assert known.packages is not None
        without = frozenset(one for one in known.packages if not one.startswith(family))
        found.register.tell_channel(RECORDER, "1", packages=without | {f"{family}_CLOSED"})
        found.channel.ready()
        assert key in found.problems()
        found.register.tell_channel(RECORDER, "1", packages=without | {f"{family}_GRANT"})
        found.channel.ready()
        assert found.problems() == {}


async def test_a_service_of_a_device_is_one_of_all_its_channels() -> None:
    """Named together, and solved when they are gone."""
    async with bench() as found:
        await found.start()
        await found.cloud.tell_unbound("UNBIND_DATAFLOW", [(RECORDER, "", None), (GATE, "0", "156")])
        problem = found.problems()["ivm_package_ended_unbind_dataflow"]
        assert (problem["package"], problem["names"], problem["count"]) == (
            "industry data stream",
            "Door, Gate, Yard",
            "3",
        )
        assert found.last().details["resource_id"] == "156"
        found.register.drop_device(RECORDER)
        found.channel.ready()
        assert found.problems()["ivm_package_ended_unbind_dataflow"]["names"] == "Gate"


async def test_other_things_that_are_taken_away_are_events() -> None:
    """A new word, a device that is not known, and nothing at all."""
    async with bench() as found:
        await found.start()
        await found.cloud.tell_unbound("UNBIND_MOON", [(GATE, "0", None), ("STRANGER01", "", None)])
        assert (found.last().kind, found.last().code) == (Kind.UNKNOWN_EVENT, "UNBIND_MOON")
        assert found.channel.router.counts["not_imported"] == 1
        assert found.problems() == {}
        await found.cloud.tell_unbound("DELETE_DEVICE", [])
        assert found.channel.router.counts["no_device"] == 1
