"""Commands change what they should, tell it, and are refused where the guide says so."""

import asyncio
from typing import Any

import pytest

from simulators.ip_receiver import PanelPlan

from .conftest import Client, Connect, Stream


@pytest.fixture
async def stream(client: Client) -> Stream:
    """Return an open stream."""
    return await client.subscribe()


async def seen(client: Client, stream: Stream, *codes: str) -> list[dict[str, Any]]:
    """Wait until everything told is here; return the reports. Fails unless their codes are these."""
    await stream.told(client.receiver)
    assert stream.codes == list(codes)
    return [alert["CIDAlarm"] for alert in stream.alerts if "CIDAlarm" in alert]


@pytest.mark.parametrize(("ways", "code"), [("away", "3401"), ("stay", "3441")])
async def test_arm_and_disarm(client: Client, stream: Stream, ways: str, code: str) -> None:
    """One partition, by a network user who is named; zones follow."""
    house = client.receiver.panel("House")
    reply = await client.control("PUT", "arm/1", ways=ways)
    assert (reply.status, reply.sub, reply.json["statusCode"], reply.json["errorCode"]) == (200, "ok", 1, 1)
    assert (house.partitions[1].arming, house.partitions[2].arming) == (ways, "disarm")
    armed = {number: zone.fields["armed"] for number, zone in house.zones.items()}
    assert armed == {number: number % 2 == 0 for number in range(8)}
    assert (await client.control("PUT", "arm/1", ways=ways)).status == 200
    assert (await client.control("PUT", "disarm/1")).status == 200
    assert not any(zone.fields["armed"] for zone in house.zones.values())
    first, last = await seen(client, stream, code, "1401")
    assert (first["subSys"], first["CIDType"], first["CIDParam"]) == (1, 6, "2,2,-1,-1,-1,-1,-1,admin")
    assert "zoneNo" not in last
    assert first["UUID"] != last["UUID"]


async def test_stay_leaves_zones_out(connect: Connect) -> None:
    """Those with `stayAway` are not armed then."""
    client: Client = await connect([PanelPlan(zones=2)])
    await client.control("PUT", "arm/1", ways="stay")
    zones = client.receiver.panel("House").zones
    assert (zones[0].fields["armed"], zones[1].fields["armed"]) == (True, False)


async def test_zone_of_two_partitions(connect: Connect) -> None:
    """It is armed while both are."""
    client: Client = await connect([PanelPlan(partitions=2, zones=1, shared={0: (2,)})])
    zone = client.receiver.panel("House").zones[0]
    await client.control("PUT", "arm/1", ways="away")
    assert not zone.fields["armed"]
    await client.control("PUT", "arm/2", ways="away")
    assert zone.fields["armed"]


@pytest.mark.parametrize("target", ["0xffffffff", "0xFFFFFFFF", "4294967295"])
async def test_all_partitions(connect: Connect, target: str) -> None:
    """All in use, however the number is printed."""
    client: Client = await connect([PanelPlan(partitions=3, disabled_partitions=(2,))])
    assert (await client.control("PUT", f"arm/{target}", ways="away")).status == 200
    partitions = client.receiver.panel("House").partitions
    assert [partition.arming for partition in partitions.values()] == ["away", "disarm", "away"]


@pytest.mark.parametrize(
    ("path", "query", "sub"),
    [
        ("arm/1", {}, "badParameters"),
        ("arm/1", {"ways": "night"}, "badParameters"),
        ("arm/0", {"ways": "away"}, "badParameters"),
        ("arm/one", {"ways": "away"}, "badParameters"),
        ("arm/3", {"ways": "away"}, "invalidContent"),
        ("arm/1/2", {"ways": "away"}, "notSupport"),
        ("arm/", {"ways": "away"}, "notSupport"),
        ("disarm/9", {}, "invalidContent"),
        ("disarm/1", {"ways": "away"}, "badParameters"),
        ("clearAlarm/x", {}, "badParameters"),
    ],
)
async def test_partitions_that_are_wrong(client: Client, path: str, query: dict[str, str], sub: str) -> None:
    """Nothing happens then."""
    assert (await client.control("PUT", path, **query)).sub == sub
    assert {partition.arming for partition in client.receiver.panel("House").partitions.values()} == {"disarm"}


async def test_commands_want_their_method_and_no_body(client: Client) -> None:
    """As printed."""
    assert (await client.control("POST", "arm/1", ways="away")).sub == "methodNotAllowed"
    assert (await client.control("PUT", "arm/1", {}, ways="away")).sub == "invalidContent"


async def test_exit_delay(client: Client, stream: Stream) -> None:
    """Arming takes its time; zones say so; disarming ends it."""
    client.receiver.exit_delay = 0.05
    house = client.receiver.panel("House")
    await client.control("PUT", "arm/1", ways="away")
    assert house.partitions[1].arming == "arming"
    assert house.zones[0].fields["isArming"] is True
    await client.control("PUT", "disarm/1")
    assert house.partitions[1].arming == "disarm"
    await client.control("PUT", "arm/1", ways="stay")
    await stream.read(b'"3441"')
    assert "isArming" not in house.zones[0].fields
    assert house.partitions[1].arming == "stay"
    await seen(client, stream, "1401", "3441")


async def test_open_zone_keeps_from_arming(client: Client, stream: Stream) -> None:
    """Refused at once, told as a failure, and not for a zone that is bypassed."""
    client.receiver.refuse_open = True
    house = client.receiver.panel("House")
    house.open_zone(0)
    reply = await client.control("PUT", "arm/1", ways="away")
    assert (reply.status, reply.sub) == (403, "setArmingError")
    assert (await client.control("PUT", "arm/2", ways="away")).status == 200
    await client.control("PUT", "bypass", {"List": [{"id": 0}]})
    assert (await client.control("PUT", "arm/1", ways="away")).status == 200
    await seen(client, stream, "1822", "3401", "1570", "3401")


async def test_arming_that_fails_late(client: Client, stream: Stream) -> None:
    """It was accepted, and is told as a failure when the delay ends."""
    client.receiver.arming_fails, client.receiver.exit_delay = True, 0.02
    assert (await client.control("PUT", "arm/1", ways="away")).status == 200
    await stream.read(b'"1822"')
    assert client.receiver.panel("House").partitions[1].arming == "disarm"
    await seen(client, stream, "1822")


async def test_alarm_ends_by_clearing(client: Client, stream: Stream) -> None:
    """Disarming alone does not end it, unless this receiver does so."""
    house = client.receiver.panel("House")
    house.trip(0)
    await client.control("PUT", "disarm/1")
    assert house.partitions[1].fields["alarm"]
    assert (await client.control("PUT", "clearAlarm/1")).status == 200
    assert not house.partitions[1].fields["alarm"]
    assert not house.zones[0].fields["alarm"]
    house.trip(0)
    client.receiver.disarm_clears = True
    await client.control("PUT", "disarm/1")
    assert not house.partitions[1].fields["alarm"]
    await seen(client, stream, "1134", "1401", "1406", "1134", "1401")


async def test_bypass(client: Client, stream: Stream) -> None:
    """Several at once; what is so already is not told; disarming ends it unless told otherwise."""
    zones = client.receiver.panel("House").zones
    assert (await client.control("PUT", "bypass", {"List": [{"id": 0}, {"id": 2}]})).status == 200
    assert (await client.control("PUT", "bypass", {"List": [{"id": 0}]})).status == 200
    assert [zones[number].fields["bypassed"] for number in range(3)] == [True, False, True]
    assert (await client.control("PUT", "bypassRecover", {"List": [{"id": 2}]})).status == 200
    assert not zones[2].fields["bypassed"]
    client.receiver.bypass_ends = False
    await client.control("PUT", "disarm/1")
    assert zones[0].fields["bypassed"]
    client.receiver.bypass_ends = True
    await client.control("PUT", "disarm/1")
    assert not zones[0].fields["bypassed"]
    told = await seen(client, stream, "1570", "1570", "3570", "1401", "1401", "3570")
    assert [report.get("zoneNo") for report in told] == [0, 2, 2, None, None, 0]


@pytest.mark.parametrize(
    ("body", "sub"),
    [
        ({"List": []}, "badParameters"),
        ({"List": [{"id": 0}, {"id": 99}]}, "invalidContent"),
        ({"List": [{"id": "0"}]}, "invalidContent"),
        ({"List": [{"id": True}]}, "invalidContent"),
        ({"List": [{"id": 0, "name": "x"}]}, "badParameters"),
        ({"List": [0]}, "badParameters"),
        ({"Zones": [{"id": 0}]}, "badParameters"),
        ({"List": [{"id": 0}, {"id": 3}]}, "interfaceOperationError"),
        ("x", "badJsonFormat"),
    ],
)
async def test_bypass_that_is_wrong(connect: Connect, body: Any, sub: str) -> None:
    """All or none: a zone that is right is not bypassed either."""
    client: Client = await connect([PanelPlan(fixed=(3,))])
    for path in ("bypass", "bypassRecover"):
        assert (await client.control("PUT", path, body)).sub == sub
    assert not any(zone.fields["bypassed"] for zone in client.receiver.panel("House").zones.values())


async def test_otap_panel_refuses(connect: Connect) -> None:
    """Bypass and relays; what is left works (L741, L818)."""
    client: Client = await connect([PanelPlan(name="Cabin", otap=True)])
    for method, path, body in (
        ("PUT", "bypass", {"List": [{"id": 0}]}),
        ("PUT", "bypassRecover", {"List": [{"id": 0}]}),
        ("POST", "outputs", {"OutputsCtrl": {"switch": "open", "List": [{"id": 0}]}}),
    ):
        assert (await client.control(method, path, body, "Cabin")).sub == "notSupport"
    assert (await client.control("PUT", "arm/0xffffffff", panel="Cabin", ways="away")).status == 200
    assert client.receiver.panel("Cabin").zones[0].fields["armed"]
    assert (await client.control("PUT", "clearAlarm/1", panel="Cabin")).status == 200


async def test_deactivation(connect: Connect) -> None:
    """Only what is sent changes; both kinds are told; the kind for once ends with disarming."""
    client: Client = await connect([PanelPlan(otap=True)])
    stream = await client.subscribe()
    fields = client.receiver.panel("House").zones[1].fields
    for item in (
        {"id": 1, "oneTimeDeactivationMode": "entirely"},
        {"id": 1, "deactivationMode": "lidOnly"},
        {"id": 1, "deactivationMode": "entirely"},
    ):
        assert (await client.control("PUT", "deactivation", {"List": [item]})).status == 200
    assert (fields["oneTimeDeactivationMode"], fields["deactivationMode"]) == ("entirely", "entirely")
    await client.control("PUT", "disarm/1")
    assert (fields["oneTimeDeactivationMode"], fields["deactivationMode"]) == ("off", "entirely")
    await seen(client, stream, "1571", "1987", "3987", "1988", "1401", "3571")


@pytest.mark.parametrize(
    "item",
    [
        {"id": 1},
        {"deactivationMode": "off"},
        {"id": 1, "deactivationMode": "on"},
        {"id": 1, "deactivationMode": 1},
        {"id": 1, "mode": "off"},
    ],
)
async def test_deactivation_that_is_wrong(connect: Connect, item: dict[str, Any]) -> None:
    """It needs a zone and at least one of two members with one of three words."""
    client: Client = await connect([PanelPlan(otap=True)])
    assert (await client.control("PUT", "deactivation", {"List": [item]})).sub == "badParameters"


async def test_deactivation_where_there_is_none(client: Client) -> None:
    """Panels without it say so."""
    body = {"List": [{"id": 1, "deactivationMode": "off"}]}
    assert (await client.control("PUT", "deactivation", body)).sub == "notSupport"


def output(switch: str, *items: dict[str, Any]) -> dict[str, Any]:
    """Return the body that switches relays."""
    return {"OutputsCtrl": {"switch": switch, "List": list(items)}}


async def test_relays(client: Client) -> None:
    """By number or serial; `open` switches on."""
    relays = client.receiver.panel("House").outputs
    reply = await client.control("POST", "outputs", output("open", {"id": 0}, {"seq": "R00000003"}))
    assert (reply.status, reply.sub) == (200, "ok")
    assert [relay.fields["status"] for relay in relays] == ["on", "off", "on"]
    await client.control("POST", "outputs", output("close", {"id": 0, "seq": "R00000001"}))
    assert relays[0].fields["status"] == "off"
    client.receiver.deaf = True
    assert (await client.control("POST", "outputs", output("open", {"id": 0}))).status == 200
    assert relays[0].fields["status"] == "off"


@pytest.mark.parametrize(
    ("http_errors", "all_listed", "status", "listed"),
    [(True, False, 500, ["7", "1"]), (False, False, 200, ["7", "1"]), (False, True, 200, ["0", "7", "1"])],
)
async def test_relays_that_fail(
    client: Client, http_errors: bool, all_listed: bool, status: int, listed: list[str]
) -> None:
    """The others are switched; the answer has no code at its root (L893-913)."""
    client.receiver.http_errors, client.receiver.all_listed = http_errors, all_listed
    relays = client.receiver.panel("House").outputs
    relays[1].fields["status"] = "offline"
    reply = await client.control("POST", "outputs", output("open", {"id": 0}, {"id": 7}, {"id": 1}))
    assert reply.status == status
    assert "statusCode" not in reply.json
    assert [entry["id"] for entry in reply.json["ErrorList"]] == listed
    assert [entry["subStatusCode"] for entry in reply.json["ErrorList"] if "statusCode" in entry] == [
        "invalidContent", "deviceError",
    ]  # fmt: skip
    assert relays[0].fields["status"] == "on"


@pytest.mark.parametrize(
    "body",
    [
        {"OutputsCtrl": {"switch": "open"}},
        output("on", {"id": 0}),
        output("open"),
        output("open", {}),
        output("open", {"name": "Gate"}),
        output("open", {"id": "0"}),
    ],
)
async def test_relays_that_are_wrong(client: Client, body: dict[str, Any]) -> None:
    """Refused whole."""
    assert (await client.control("POST", "outputs", body)).sub == "badParameters"


async def test_deaf_and_silent_panels(client: Client, stream: Stream) -> None:
    """Commands that are accepted and do nothing, or are told to nobody."""
    house = client.receiver.panel("House")
    client.receiver.deaf = True
    for path, words in (("arm/1", {"ways": "away"}), ("disarm/1", {}), ("clearAlarm/1", {})):
        assert (await client.control("PUT", path, **words)).status == 200
    assert (await client.control("PUT", "bypass", {"List": [{"id": 0}]})).status == 200
    assert (house.partitions[1].arming, house.zones[0].fields["bypassed"]) == ("disarm", False)
    client.receiver.deaf, client.receiver.silent_commands = False, True
    await client.control("PUT", "arm/1", ways="away")
    assert house.partitions[1].arming == "away"
    await seen(client, stream)


async def test_events_after_the_answer(client: Client, stream: Stream) -> None:
    """What a command causes may be told later; what a keypad does is told at once."""
    client.receiver.late_events = 0.1
    await client.control("PUT", "arm/1", ways="away")
    await client.receiver.panel("House").disarm(1)
    await stream.read(b'"3401"')
    assert stream.codes == ["1401", "3401"]
    assert client.receiver.panel("House").partitions[1].arming == "disarm"


async def test_stopping_ends_exit_delays(connect: Connect) -> None:
    """Nothing goes on after the end."""
    client: Client = await connect(exit_delay=60.0)
    await client.control("PUT", "arm/1", ways="away")
    async with asyncio.timeout(5):
        await client.receiver.stop()
    assert client.receiver.panel("House").partitions[1].arming == "arming"
