"""Every occurrence as an event of Home Assistant, for who wants to treat all of them alike."""

from collections.abc import Mapping

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .devices import registered_device
from .systems import settings
from .systems.model import EventFeature, Feature, Occurrence

EVENT = f"{DOMAIN}_event"


@callback
def async_fire_occurrence(
    hass: HomeAssistant, entry: ConfigEntry, occurrence: Occurrence, features: Mapping[str, Feature]
) -> None:
    """Fire an occurrence: moments as ISO 8601, facts that are not known left out.

    Nothing is fired of what the user did not agree to see: an event entity of `features` that is about people says so.
    """
    agreed = entry.options.get(settings.PERSONAL) or ()
    tellers = [feature for each in occurrence.features if isinstance(feature := features.get(each), EventFeature)]
    if any(feature.personal and feature.personal not in agreed for feature in tellers):
        return
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
