"""Every occurrence as an event of Home Assistant, for who wants to treat all of them alike."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .devices import registered_device
from .systems.model import Occurrence

EVENT = f"{DOMAIN}_event"


@callback
def async_fire_occurrence(hass: HomeAssistant, entry: ConfigEntry, occurrence: Occurrence) -> None:
    """Fire an occurrence: moments as ISO 8601, facts that are not known left out."""
    device = registered_device(hass, entry, occurrence.device_id)
    facts = {
        "entry_id": entry.entry_id,
        "device_id": device and device.id,
        "kind": occurrence.kind.value,
        "phase": occurrence.phase.value,
        "code": occurrence.code,
        "received": occurrence.received.isoformat(),
        "device_time": occurrence.time and occurrence.time.isoformat(),
        "late": occurrence.late,
        "channel": occurrence.channel,
        "region": occurrence.region,
        "target": occurrence.target and occurrence.target.value,
        "plate": occurrence.plate,
        "person": occurrence.person,
        "details": dict(occurrence.details),
    }
    hass.bus.async_fire(EVENT, {name: fact for name, fact in facts.items() if fact is not None})
