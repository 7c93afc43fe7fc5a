"""What happens to panels by itself or by people in the house: state and reports agree."""

import re
from typing import Any

import pytest

from simulators.ip_receiver import FAULTS, PanelPlan
from simulators.ip_receiver.event_bodies import DESCRIPTIONS

from .conftest import Client, Connect, Stream


@pytest.fixture
async def stream(client: Client) -> Stream:
    """Return an open stream."""
    return await client.subscribe()


async def reports(client: Client, stream: Stream) -> list[tuple[Any, ...]]:
    """Return code, kind, partition and zone of all reports until now."""
    found = [alert["CIDAlarm"] for alert in await stream.told(client.receiver) if "CIDAlarm" in alert]
    return [(report["CIDCode"], report["CIDType"], report.get("subSys"), report.get("zoneNo")) for report in found]


def test_codes() -> None:
    """All of Appendix D are known, the panel's and the others'."""
    assert len(DESCRIPTIONS) == 328
    assert DESCRIPTIONS["1103"] == "Burglary Alarm"


async def test_doors_while_disarmed(client: Client, stream: Stream) -> None:
    """They are open and closed, and nobody is told (§5.9)."""
    house = client.receiver.panel("House")
    await house.open_zone(0)
    assert (house.zones[0].fields["status"], house.zones[0].fields["magnetOpenStatus"]) == ("trigger", True)
    await house.open_zone(5)
    shock = house.zones[5].fields["MagnetShockCurrentStatus"]
    assert shock == {"magnetOpenStatus": True, "magnetShockStatus": False, "magnetTiltStatus": False}
    await house.close_zone(0)
    assert (house.zones[0].fields["status"], house.zones[0].fields["magnetOpenStatus"]) == ("online", False)
    assert await reports(client, stream) == []


async def test_doors_while_armed(client: Client, stream: Stream) -> None:
    """Alarm in zone and partition; closing tells the end for the zone alone."""
    house = client.receiver.panel("House")
    await house.arm(1, "away")
    await house.open_zone(0)
    assert (house.zones[0].fields["alarm"], house.partitions[1].alarm, house.partitions[2].alarm) == (True, True, False)
    await house.close_zone(0)
    assert (house.zones[0].fields["alarm"], house.partitions[1].alarm) == (False, True)
    await house.disarm(1)
    await house.clear_alarm(1)
    assert not house.partitions[1].alarm
    assert await reports(client, stream) == [
        ("3401", 6, 1, None), ("1134", 1, 1, 0), ("3134", 1, 1, 0), ("1401", 6, 1, None), ("1406", 6, 1, None),
    ]  # fmt: skip
    assert {alert["CIDAlarm"]["CIDParam"] for alert in stream.alerts if "CIDAlarm" in alert} == {
        "1,2,-1,-1,-1,-1,-1,Ann", "-1,-1,0,-1,-1,-1,-1,NONE",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arrange", "alarm"),
    [
        ({}, False),
        ({"armed": True}, True),
        ({"armed": True, "bypassed": True}, False),
        ({"armed": True, "deactivationMode": "entirely"}, False),
        ({"armed": True, "oneTimeDeactivationMode": "entirely"}, False),
        ({"armed": True, "deactivationMode": "lidOnly"}, True),
        ({"zoneType": "Fire"}, True),
        ({"zoneType": "24hNoSound"}, True),
        ({"zoneType": "Key", "armed": True}, False),
    ],
)
async def test_which_zones_give_alarm(client: Client, arrange: dict[str, Any], alarm: bool) -> None:
    """By type, arming, bypass and deactivation; a test may decide itself."""
    house = client.receiver.panel("House")
    house.zones[1].fields.update(arrange)
    house.open_zone(1)
    assert house.zones[1].fields["alarm"] is alarm
    house.zones[1].fields["alarm"] = False
    house.open_zone(1, alarm=not alarm)
    assert house.zones[1].fields["alarm"] is not alarm


async def test_smoke_and_water_say_so(client: Client, stream: Stream) -> None:
    """Detectors with a member of their own."""
    house = client.receiver.panel("House")
    await house.trip(3)
    await house.trip(4, code="1125", has_video=2, uuid="u-1")
    assert house.zones[3].fields["smokeDetectedExceed"] == house.zones[4].fields["waterDetectorAlarm"] == "yes"
    await house.restore(3)
    await house.restore(4)
    assert house.zones[3].fields["smokeDetectedExceed"] == house.zones[4].fields["waterDetectorAlarm"] == "no"
    assert [code for code, *_ in await reports(client, stream)] == ["1110", "1125", "3110", "3125"]
    told = stream.alerts[1]["CIDAlarm"]
    assert (told["UUID"], told["isVideo"], told["CIDDescribe"]) == ("u-1", 2, "24H Vibration Alarm")


async def test_duress_is_silent(client: Client, stream: Stream) -> None:
    """It shows nowhere but in the report."""
    house = client.receiver.panel("House")
    await house.duress(user="Bob")
    house.trip(0, "1127", kind=4)
    assert not any(partition.alarm for partition in house.partitions.values())
    assert await reports(client, stream) == [("1121", 4, 0, None), ("1127", 4, 1, 0)]
    assert stream.alerts[0]["CIDAlarm"]["CIDParam"].endswith(",Bob")


async def test_faults_of_zones(client: Client, stream: Stream) -> None:
    """Lid, battery and radio link, each with its end."""
    house = client.receiver.panel("House")
    fields = house.zones[1].fields
    for on in (True, False):
        house.tamper(1, on=on)
        house.battery_low(1, on=on)
        house.zone_offline(1, on=on)
        assert (fields["tamperEvident"], fields["charge"] == "lowPower", fields["status"] == "offline") == (on, on, on)
    told = await reports(client, stream)
    assert [code for code, *_ in told] == ["1383", "1915", "1914", "3383", "3915", "3914"]
    assert {(kind, partition, zone) for _, kind, partition, zone in told} == {(5, 2, 1)}


async def test_faults_of_panels(client: Client, stream: Stream) -> None:
    """All of the table, each with its end; mains power has names of its own."""
    house = client.receiver.panel("House")
    await house.ac_lost()
    await house.ac_back()
    for name in FAULTS:
        house.fault(name)
        house.fault(name, on=False)
    told = await reports(client, stream)
    assert told[:2] == [("1301", 5, 0, None), ("3301", 5, 0, None)]
    assert [code for code, *_ in told[2:]] == [code for pair in FAULTS.values() for code in pair]
    assert all(code in DESCRIPTIONS for code, *_ in told)


async def test_links(client: Client, stream: Stream) -> None:
    """Online, cloud and key, as the list of devices says, too."""
    house = client.receiver.panel("House")
    await house.offline()
    assert (house.fields["devStatus"], house.fields["offlineHint"]) == ("offline", 2)
    await house.online()
    assert house.fields["devStatus"] == "online"
    assert "offlineHint" not in house.fields
    await house.network(normal=False)
    await house.key(normal=False)
    await house.key(normal=True)
    await client.receiver.hpp(normal=True)
    await reports(client, stream)
    assert [(alert["eventType"], alert.get("status")) for alert in stream.alerts] == [
        ("devStatusChanged", "offline"), ("devStatusChanged", "online"), ("deviceHPPNetworkChanged", "abnormal"),
        ("deviceKeyStateChanged", "abnormal"), ("deviceKeyStateChanged", "normal"),
        ("hppConnectionStatusChanged", "normal"),
    ]  # fmt: skip
    assert not {"devIndex", "channelName"} & set(stream.alerts[5])


async def test_added_again_and_removed(client: Client, stream: Stream) -> None:
    """A new devIndex for the same serial number; the old one is unknown."""
    house = client.receiver.panel("House")
    before = house.index
    await house.readd()
    assert house.index != before
    reply = await client.call("GET", "/ISAPI/SecurityCP/status/subSystems", devIndex=before)
    assert reply.sub == "theDeviceIdDoesNotExist"
    assert client.receiver.panel(house.serial).index == client.receiver.panel(house.index).index
    await client.receiver.remove("House")
    await reports(client, stream)
    told = [(alert["eventType"], alert["devIndex"], alert["channelID"]) for alert in stream.alerts]
    assert told == [
        ("devicedeleted", before, house.serial), ("devStatusChanged", house.index, "1"),
        ("devicedeleted", house.index, house.serial),
    ]  # fmt: skip
    assert (await client.devices())["totalMatches"] == 0
    for name in ("House", "nobody"):
        with pytest.raises(KeyError):
            client.receiver.panel(name)


async def test_numbers_in_reports(connect: Connect) -> None:
    """The id, one more, or the number that is reported (T9)."""
    client: Client = await connect([PanelPlan(), PanelPlan(name="Shop", numbers="deviceNo")])
    stream = await client.subscribe()
    client.receiver.zone_base = 1
    client.receiver.cid("House", "1103", zone=0)
    client.receiver.cid("Shop", "1103", zone=0)
    client.receiver.cid("House", "1103", zone=40, partition=2)
    assert await reports(client, stream) == [("1103", 1, 1, 1), ("1103", 1, 1, 101), ("1103", 1, 2, 41)]


async def test_header_of_reports(client: Client, stream: Stream) -> None:
    """With account and serial number, a time with a zone, and what a test adds."""
    await client.receiver.cid("House", "1103", zone=0, user="Eve, the second", user_number=7, colour="red")
    (alert,) = await stream.told(client.receiver)
    assert (alert["deviceID"], alert["deviceSerial"], alert["colour"]) == ("1001", "Q00000001", "red")
    assert alert["CIDAlarm"]["CIDParam"] == "1,7,0,-1,-1,-1,-1,Eve, the second"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", alert["dateTime"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", alert["CIDAlarm"]["triggerTime"])
