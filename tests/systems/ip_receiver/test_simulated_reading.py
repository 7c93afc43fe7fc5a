"""Reading a simulated receiver over real sockets, as documented and as badly as it can answer (ip-receiver §8)."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import ProtocolError, RejectedError, UnsupportedError
from custom_components.hikvision_ivm.systems.ip_receiver.client import Endpoint
from custom_components.hikvision_ivm.systems.ip_receiver.features import assemble, device_part, hub_part, panel_part
from custom_components.hikvision_ivm.systems.ip_receiver.known import KnownDevices
from custom_components.hikvision_ivm.systems.ip_receiver.peripheral_values import peripheral_values
from custom_components.hikvision_ivm.systems.ip_receiver.reading import Reader
from custom_components.hikvision_ivm.systems.ip_receiver.records import (
    ConnectionMode,
    OnlineBy,
    PanelFacts,
    PeripheralKind,
)
from custom_components.hikvision_ivm.systems.ip_receiver.zone_values import zone_values
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN
from simulators.ip_receiver import IpReceiverSimulator, OtherPlan, PanelPlan

from .receiver import connected, record

pytestmark = pytest.mark.usefixtures("socket_enabled")

ZONES = "status/zones"
UID = "ip_receiver_0123456789abcdef"


@pytest.mark.parametrize("page_size", [1, 7, 200])
@pytest.mark.parametrize("stringified", [False, True])
async def test_devices(page_size: int, stringified: bool) -> None:
    """Panels and others, over however many pages, with numbers as text."""
    panels = [
        PanelPlan(name="House", serial="Q00000001", site="North"),
        PanelPlan(name="Barn", link="Dual-Connection", online_by=2, online=True),
        PanelPlan(name="Shed", otap=True),
        PanelPlan(name="Mill", serial="", online=False),
    ]
    others = [OtherPlan(kind="video", name="Camera"), OtherPlan(kind="access", name="Gate")]
    async with (
        IpReceiverSimulator(panels, others, page_size=page_size, stringified=stringified) as receiver,
        connected(receiver) as client,
    ):
        found = {one.name: one for one in await Reader(client).devices()}
        indexes = {name: receiver.panel(name).index for name in ("House", "Mill")}
    assert list(found) == ["House", "Barn", "Shed", "Mill", "Camera", "Gate"]
    house, barn, mill = found["House"], found["Barn"], found["Mill"]
    assert (house.serial, house.site, house.online, house.index) == ("Q00000001", "North", True, indexes["House"])
    assert (barn.mode, barn.online_by, barn.is_otap) == (ConnectionMode.DUAL, OnlineBy.OTAP, True)
    assert (mill.serial, mill.online, mill.index) == (None, False, indexes["Mill"])
    assert [one.is_panel for one in found.values()] == [True] * 4 + [False] * 2
    assert found["Shed"].is_otap and not house.is_otap


@pytest.mark.parametrize("page_size", [3, 30, 200])
@pytest.mark.parametrize("stringified", [False, True])
@pytest.mark.parametrize("legacy", [False, True])
async def test_zones(page_size: int, stringified: bool, legacy: bool) -> None:
    """By POST and by GET, as numbers and as text, over however many pages."""
    plan = PanelPlan(zones=40, first_zone=1)
    async with (
        IpReceiverSimulator([plan], page_size=page_size, stringified=stringified, legacy_zones=legacy) as receiver,
        connected(receiver) as client,
    ):
        reader = Reader(client)
        found = await reader.zones(record(receiver))
        assert [zone.id for zone in found] == list(range(1, 41))
        told = {number: zone.fields for number, zone in receiver.panel("House").zones.items()}
        for zone in found:
            assert (zone.name, zone.detector, zone.type) == tuple(
                told[zone.id].get(name) for name in ("name", "detectorType", "zoneType")
            )
            assert zone.battery_level == told[zone.id].get("chargeValue")
        before = receiver.count(ZONES)
        assert await reader.zones(record(receiver)) == found
        assert receiver.count(ZONES) - before == (1 if legacy else -(-40 // page_size))


async def test_zone_that_changes_between_two_sweeps() -> None:
    """Each sweep is a search of its own: a receiver answers the same one from its memory."""
    async with IpReceiverSimulator([PanelPlan(zones=4)]) as receiver, connected(receiver) as client:
        reader, panel = Reader(client), receiver.panel("House")
        before = await reader.zones(record(receiver))
        await panel.open_zone(0)
        after = await reader.zones(record(receiver))
    opened = zone_values(UID, "Q1", after[0])[f"{UID}_Q1_zone_0_binary_sensor_zone"]
    assert zone_values(UID, "Q1", before[0])[f"{UID}_Q1_zone_0_binary_sensor_zone"] is False
    assert opened is True
    assert before[1:] == after[1:]


async def test_members_that_are_left_out() -> None:
    """Everything optional is missing: zones are there, and nothing of them is known."""
    optional = {
        "name", "status", "alarm", "armed", "tamperEvident", "bypassed", "charge", "chargeValue", "signal", "temperature",
        "magnetOpenStatus", "MagnetShockCurrentStatus", "shielded", "healthStatus", "detectorType", "zoneType", "humidity",
        "responseStatusStrg", "numOfMatches", "totalMatches", "smokeDetectedExceed", "waterDetectorAlarm",
        "temperatureExceed", "oneTimeDeactivationMode", "deactivationMode", "pirCamConnected",
    }  # fmt: skip
    async with (
        IpReceiverSimulator([PanelPlan(zones=64)], missing_keys=optional, page_size=30) as receiver,
        connected(receiver) as client,
    ):
        found = await Reader(client).zones(record(receiver))
    assert [zone.id for zone in found] == list(range(64))
    for zone in found:
        assert set(zone_values(UID, "Q1", zone).values()) == {UNKNOWN}


async def test_members_nobody_documented() -> None:
    """They are passed over."""
    extra: dict[str, Any] = {"newThing": {"deep": [1, {"a": None}]}, "other": "x"}
    async with IpReceiverSimulator([PanelPlan(partitions=2)], extra=extra) as receiver, connected(receiver) as client:
        reader, panel = Reader(client), record(receiver)
        assert len(await reader.devices()) == 1
        assert len(await reader.zones(panel)) == 8
        assert len(await reader.partitions(panel)) == 2


async def test_panel_by_otap() -> None:
    """It lists zones only; what it does not have is asked for once."""
    async with IpReceiverSimulator([PanelPlan(otap=True)]) as receiver, connected(receiver) as client:
        reader, panel = Reader(client), record(receiver)
        assert len(await reader.zones(panel)) == 8
        for _ in range(2):
            with pytest.raises(UnsupportedError):
                await reader.partitions(panel)
            with pytest.raises(UnsupportedError):
                await reader.peripherals(panel)
        assert receiver.count("status/subSystems") == receiver.count("status/exDevStatus") == 1


async def test_everything_of_a_panel() -> None:
    """From the wire to an inventory, and to values of features that exist."""
    async with (
        IpReceiverSimulator([PanelPlan(partitions=2, zones=20)], [OtherPlan(kind="radar")]) as receiver,
        connected(receiver) as client,
    ):
        reader = Reader(client)
        devices = KnownDevices(client.runtime).assign(await reader.devices())
        panel = next(device for device in devices.values() if device.is_panel)
        facts = PanelFacts(
            device=panel,
            partitions=await reader.partitions(panel),
            zones=await reader.zones(panel),
            peripherals=await reader.peripherals(panel),
        )
        others = [device_part(UID, device, ()) for device in devices.values() if not device.is_panel]
        await receiver.panel("House").open_zone(0)
    assert reader.left_out == {}
    assert facts.partitions is not None and facts.zones is not None and facts.peripherals is not None
    assert {one.kind for one in facts.peripherals} == set(PeripheralKind)
    inventory = assemble([hub_part(UID, {}), panel_part(UID, facts, bypass=True), *others])
    assert len(inventory.devices) == 2 + len(others) + len(facts.zones) + len(facts.peripherals)
    values = {
        **{key: value for zone in facts.zones for key, value in zone_values(UID, panel.id, zone).items()},
        **{key: value for one in facts.peripherals for key, value in peripheral_values(UID, panel.id, one).items()},
    }
    valued = {"binary_sensor", "sensor", "switch", "select"}
    own = [one for one in inventory.features.values() if one.type in valued and ("_zone_" in one.device_id)]
    unknown = [one.id for one in own if values[one.id] == UNKNOWN]
    assert own and not unknown
    relays = [one for one in inventory.features.values() if one.kind is Kind.RELAY]
    assert relays and all(values[one.id] is False for one in relays)


async def test_larger_pages_than_the_receiver_takes() -> None:
    """The first page is refused, once for all panels."""
    async with IpReceiverSimulator([PanelPlan(zones=40)]) as receiver, connected(receiver) as client:
        reader, panel = Reader(client), record(receiver)
        receiver.fault(ZONES, sub="badParameters", times=1)
        assert len(await reader.zones(panel)) == 40
        receiver.fault(ZONES, sub="badParameters", times=2)
        with pytest.raises(RejectedError):
            await reader.zones(panel)


@pytest.mark.parametrize("raw", [b"{}", b'{"ZoneSearch":', b"<html>", b"[]", b'{"statusCode":1,"subStatusCode":"ok"}'])
async def test_answer_that_is_none(raw: bytes) -> None:
    """It is a failure, not a panel without zones."""
    async with IpReceiverSimulator([PanelPlan()]) as receiver, connected(receiver) as client:
        receiver.fault(ZONES, raw=raw, times=None)
        with pytest.raises(ProtocolError):
            await Reader(client).zones(record(receiver))
        assert not client.is_refused(Endpoint.ZONES, record(receiver).id)
