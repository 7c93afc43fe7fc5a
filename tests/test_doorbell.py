"""A door station rings, from its stream to Home Assistant."""

from homeassistant.components.event import DoorbellEventType
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from simulators.isapi import IsapiSimulator

from .living import living, noise, reached, set_up


@pytest.mark.parametrize("profile", ["door", "ipc"])
async def test_ring(hass: HomeAssistant, socket_enabled: None, caplog: pytest.LogCaptureFixture, profile: str) -> None:
    """One press is one ring of the bell; a device that is no door station gets its bell with the first one."""
    async with IsapiSimulator(profile=profile) as device, living(hass, device) as entry:
        await set_up(hass, device, entry)
        before = {state.entity_id for state in hass.states.async_all("event")}
        (teller,) = (entity_id for entity_id in before if entity_id.endswith("_device_event"))
        bell = teller.replace("_device_event", "_doorbell")
        assert (bell in before) is (profile == "door")
        told: list[str] = []

        @callback
        def note(event: Event[EventStateChangedData]) -> None:
            """Keep what the bell and the device tell."""
            state = event.data["new_state"]
            if state is not None and "event_type" in state.attributes and state.state != "unknown":
                told.append(f"{state.entity_id} {state.attributes['event_type']}")

        async_track_state_change_event(hass, [bell, teller], note)
        device.ring()
        await reached(hass, lambda: bool(told))
        device.emit(type="VideoIntercomEvent", extra={"VideoIntercomEvent": {"deviceName": "Gate"}})
        device.emit(type="illAccess")
        await reached(hass, lambda: f"{teller} illegal_login" in told or f"{teller} unknown_event" in told)
        assert told[0] == f"{bell} {DoorbellEventType.RING}"
        assert [line for line in told if line.startswith(bell)] == told[:1]
        state = hass.states.get(bell)
        assert state is not None
        assert state.attributes["device_class"] == "doorbell"
        assert state.attributes["event_types"] == [DoorbellEventType.RING]
        assert not hass.states.get(teller).attributes["event_type"].startswith("door")
    assert noise(caplog) == []
