"""Many commands at once to a simulated receiver, from Home Assistant to the wire."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems.kinds import Kind
from simulators.ip_receiver import IpReceiverSimulator, PanelPlan

UID = "ip_receiver_0011223344556677"


async def bypass_switches(hass: HomeAssistant, receiver: IpReceiverSimulator) -> tuple[MockConfigEntry, list[str]]:
    """Set a receiver up, without its stream, and return the switches that bypass zones."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=UID,
        data={
            "system": "ip_receiver",
            "url": receiver.url,
            "username": "admin",
            "password": "Abc12345",
            "verify_ssl": True,
            "identity": UID,
            "marks": [],
        },
        options={"push": False},
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return entry, [one.entity_id for one in registered if one.translation_key == Kind.ZONE_BYPASS]


@pytest.mark.parametrize("panels", [1, 2])
async def test_bypassing_whole_houses(hass: HomeAssistant, socket_enabled: None, panels: int) -> None:
    """32 switches of a panel are one request to it, when they are turned on and when they are turned off."""
    plans = [
        PanelPlan(name=f"House {number}", zones=32, serial=f"Q1111111{number}", peripherals=False)
        for number in range(panels)
    ]
    async with IpReceiverSimulator(plans) as receiver:
        entry, switches = await bypass_switches(hass, receiver)
        assert len(switches) == 32 * panels
        for service, path, state in (("turn_on", "control/bypass", "on"), ("turn_off", "control/bypassRecover", "off")):
            receiver.requests.clear()
            await hass.services.async_call("switch", service, {"entity_id": switches}, blocking=True)
            assert {found.state for one in switches if (found := hass.states.get(one))} == {state}
            sent = [one.path for one in receiver.requests if "/control/" in one.path]
            assert len(sent) == panels
            assert all(one.endswith(path) for one in sent)
        assert await hass.config_entries.async_unload(entry.entry_id)
