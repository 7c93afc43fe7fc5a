"""To whom commands go, and what actions refuse before anything is sent (ip-receiver §5.7, §5.8)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import InvalidArgumentError, NotFoundError, UnsupportedError
from custom_components.hikvision_ivm.systems.ip_receiver.commands import ACTIONS
from custom_components.hikvision_ivm.systems.ip_receiver.refresh import What
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    BinarySensorFeature,
    ButtonFeature,
    Feature,
    SelectFeature,
    SwitchFeature,
)
from simulators.ip_receiver.plans import PanelPlan

from .command_bench import CommandBench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

TWO = (
    PanelPlan(name="House", names=("Front door", "Hall")),
    PanelPlan(name="Barn", serial="Q00000009", zones=1, names=("Gate",)),
)


async def act(house: CommandBench, action: str, features: list[Feature], **arguments: Any) -> Mapping[str, Any]:
    """Give an action."""
    return await house.commands.act(action, features, arguments)


async def test_the_actions() -> None:
    """All of them are known, nothing else is."""
    async with bench() as house:
        for action in ACTIONS:
            with pytest.raises(InvalidArgumentError):
                await act(house, action, [])
        with pytest.raises(UnsupportedError):
            await act(house, "reboot", [house.partition()])
        assert not house.receiver.requests


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("clear_alarm", {}),
        ("arm_with_bypass", {"mode": "away"}),
        ("bypass_zones", {"zones": ["1"]}),
        ("unbypass_zones", {"zones": ["1"]}),
        ("set_zone_deactivation", {"scope": "permanent", "mode": "off"}),
        ("set_outputs", {"state": "on"}),
        ("refresh", {}),
    ],
)
async def test_a_target_of_another_kind(action: str, arguments: dict[str, Any]) -> None:
    """Found before anything is sent."""
    async with bench() as house:
        feature = BinarySensorFeature(device_id="x", kind=Kind.ONLINE)
        with pytest.raises(InvalidArgumentError) as error:
            await act(house, action, [feature], **arguments)
        assert error.value.placeholders["field"] == "entity_id"
        assert not house.receiver.requests


@pytest.mark.parametrize(
    ("action", "arguments", "field"),
    [
        ("arm_with_bypass", {}, "mode"),
        ("arm_with_bypass", {"mode": "night"}, "mode"),
        ("arm_with_bypass", {"mode": 1}, "mode"),
        ("arm_with_bypass", {"mode": "away", "zones": ["Attic"]}, "zones"),
        ("arm_with_bypass", {"mode": "away", "zones": ["1"]}, "zones"),  # of the other partition
        ("arm_with_bypass", {"mode": "away", "zones": ["2"]}, "zones"),  # cannot be bypassed
        ("bypass_zones", {}, "zones"),
        ("bypass_zones", {"zones": []}, "zones"),
        ("bypass_zones", {"zones": [""]}, "zones"),
        ("bypass_zones", {"zones": [True]}, "zones"),
        ("bypass_zones", {"zones": {"a": 1}}, "zones"),
        ("bypass_zones", {"zones": ["0", "99"]}, "zones"),
        ("bypass_zones", {"zones": ["2"]}, "zones"),
        ("bypass_zones", {"zones": ["²"]}, "zones"),
        ("unbypass_zones", {"zones": ["99"]}, "zones"),
    ],
)
async def test_arguments_that_cannot_be_used(action: str, arguments: dict[str, Any], field: str) -> None:
    """Found before anything is sent."""
    async with bench(PanelPlan(partitions=2, fixed=(2,))) as house:
        with pytest.raises(InvalidArgumentError) as error:
            await act(house, action, [house.partition()], **arguments)
        assert error.value.placeholders["field"] == field
        assert not house.receiver.requests


async def test_zones_by_number_name_and_feature() -> None:
    """In any letter case; wherever on the panel they are; each once."""
    async with bench(PanelPlan(partitions=2, zones=12, names=("Front door", "Hall"))) as house:
        switch = house.of(SwitchFeature, "zone_bypass")
        result = await act(
            house, "bypass_zones", [house.partition(1), house.partition(2)],
            zones=["front DOOR", "1", 11, switch[0].id, switch[10].id, "Hall"],
        )  # fmt: skip
        assert result == {}
        (body,) = house.receiver.bodies("control/bypass")
        assert sorted(item["id"] for item in body["List"]) == [0, 1, 10, 11]
        await act(house, "unbypass_zones", [house.partition(None)], zones="Hall")
        assert house.receiver.bodies("bypassRecover") == [{"List": [{"id": 1}]}]


async def test_zones_of_several_panels() -> None:
    """A text goes to the panels that have such a zone; one that none has is refused."""
    async with bench(*TWO) as house:
        both: list[Feature] = [house.partition(1, panel) for panel in house.panels.values()]
        await act(house, "bypass_zones", both, zones=["Gate", "Hall"])
        sent = [(r.query["devIndex"], r.json) for r in house.receiver.requests if "control/bypass" in r.path]
        assert sorted(sent, key=str) == sorted(
            [
                (house.receiver.panel("House").index, {"List": [{"id": 1}]}),
                (house.receiver.panel("Barn").index, {"List": [{"id": 0}]}),
            ],
            key=str,
        )
        with pytest.raises(InvalidArgumentError):
            await act(house, "bypass_zones", both[:1], zones=["Gate"])


async def test_a_name_that_several_zones_have() -> None:
    """It is refused with their numbers; a number goes before a name."""
    async with bench(PanelPlan(zones=3, names=("Door", "door", "0"))) as house:
        with pytest.raises(InvalidArgumentError) as error:
            await act(house, "bypass_zones", [house.partition()], zones=["Door"])
        assert "0, 1" in error.value.placeholders["reason"]
        await act(house, "bypass_zones", [house.partition()], zones=["0"])
        assert house.receiver.bodies("control/bypass") == [{"List": [{"id": 0}]}]


async def test_a_panel_that_does_not_bypass() -> None:
    """Its zones have no such flag."""
    async with bench(PanelPlan(otap=True)) as house:
        with pytest.raises((InvalidArgumentError, UnsupportedError)):
            await act(house, "bypass_zones", [house.partition()], zones=["0"])
        assert not house.sent
    async with bench() as house:
        house.receiver.fault("control/bypass", sub="notSupport")
        for _ in range(2):
            with pytest.raises(UnsupportedError):
                await act(house, "bypass_zones", [house.partition()], zones=["0"])
        assert house.sent == ["bypass"]


async def test_set_zone_deactivation() -> None:
    """Of any feature of a zone, in one request; where the zone has it only."""
    async with bench(PanelPlan(otap=True, zones=4)) as house:
        chosen: list[Feature] = [
            *house.of(SelectFeature, "deactivation")[:2],
            *house.of(SelectFeature, "deactivation_once")[:1],
        ]
        await act(house, "set_zone_deactivation", chosen, scope="one_time", mode="lid_only")
        assert house.receiver.bodies("deactivation") == [
            {"List": [{"id": number, "oneTimeDeactivationMode": "lidOnly"} for number in (0, 1)]}
        ]
        for wrong in ({"scope": "weekly", "mode": "off"}, {"scope": "permanent", "mode": "half"}, {"mode": "off"}):
            with pytest.raises(InvalidArgumentError):
                await act(house, "set_zone_deactivation", chosen, **wrong)
    async with bench() as house:
        with pytest.raises(UnsupportedError):
            await act(
                house,
                "set_zone_deactivation",
                list(house.of(SwitchFeature, "zone_bypass")),
                scope="permanent",
                mode="off",
            )
        assert not house.sent


async def test_set_outputs() -> None:
    """Several relays in one request."""
    async with bench() as house:
        relays: list[Feature] = [*house.of(SwitchFeature, "relay")]
        await act(house, "set_outputs", [*relays, relays[0]], state="on")
        (body,) = house.receiver.bodies("control/outputs")
        assert len(body["OutputsCtrl"]["List"]) == 3
        sirens = [one for one in house.features() if one.kind is Kind.SIREN_SOUNDING]
        with pytest.raises(InvalidArgumentError):
            await act(house, "set_outputs", sirens, state="on")
        with pytest.raises(InvalidArgumentError):
            await act(house, "set_outputs", relays, state="open")
        assert house.receiver.count("control/outputs") == 1


async def test_refresh() -> None:
    """Every panel once, whatever of it was named; an OTAP panel has zones only."""
    plans = (PanelPlan(name="House", partitions=2), PanelPlan(name="Shed", otap=True, serial="Q00000007"))
    async with bench(*plans) as house:
        shed = house.panels["Q00000007"]
        zone = house.of(SwitchFeature, "zone_bypass")[0]
        await act(house, "refresh", [house.partition(1), house.partition(2), zone, house.partition(1, shed)])
        assert sorted(house.looked, key=str) == sorted(
            [("Q00000001", frozenset(What)), ("Q00000007", frozenset({What.ZONES}))], key=str
        )
        house.panels.pop("Q00000007")
        with pytest.raises(NotFoundError):
            await act(house, "refresh", [house.partition(1, shed)])


async def test_commands_to_what_takes_none() -> None:
    """A kind that is not ours, or one without an address."""
    async with bench() as house:
        commands = house.commands
        relay = house.of(SwitchFeature, "relay")[0]
        bypass = house.of(SwitchFeature, "zone_bypass")[0]
        button = house.of(ButtonFeature, "clear_alarm")[0]
        select = SelectFeature(device_id="x", kind=Kind.DEACTIVATION, options=("off",), address=bypass.address)
        for command in (
            commands.switch(replace(relay, kind=Kind.HOLIDAY), on=True),
            commands.switch(replace(relay, address=bypass.address), on=True),
            commands.switch(replace(bypass, address=relay.address), on=True),
            commands.press(replace(button, kind=Kind.REBOOT)),
            commands.press(replace(button, address=None)),
            commands.select(replace(select, kind=Kind.DOOR_MODE), "off"),
            commands.select(replace(select, address=None), "off"),
        ):
            with pytest.raises(UnsupportedError):
                await command
        with pytest.raises(InvalidArgumentError):
            await commands.select(select, "half")
        assert not house.receiver.requests
