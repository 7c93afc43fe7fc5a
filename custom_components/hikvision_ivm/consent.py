"""What may be shown of people: entities follow the option whenever it was changed."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .systems.base import Runtime
from .systems.model import Inventory
from .systems.settings import PERSONAL

MEMORY = "consent"
"""Key in the runtime's memory: the words that were chosen when the entry was set up the last time."""


@callback
def async_follow_consent(hass: HomeAssistant, entry: ConfigEntry, inventory: Inventory, runtime: Runtime) -> None:
    """Enable the entities of what was chosen since the last time, and disable those of what is chosen no more.

    How an entity starts counts only when it is registered first, so without this a word chosen later would show
    nothing, and one taken back would change nothing. What the user disabled stays so; what he enabled by hand, without
    having chosen the word, is left alone. To be called before entities are loaded.
    """
    chosen = sorted({str(word) for word in entry.options.get(PERSONAL, ())})
    before = runtime.memory.get(MEMORY, [])
    if chosen == before:
        return
    runtime.memory[MEMORY] = chosen
    runtime.remember()
    added, removed = {*chosen}.difference(before), {*before}.difference(chosen)
    registry = er.async_get(hass)
    for feature in inventory.features.values():
        if feature.personal not in added and feature.personal not in removed:
            continue
        entity_id = registry.async_get_entity_id(feature.type, entry.domain, feature.id)
        if entity_id is None:
            continue
        disabled_by = registry.entities[entity_id].disabled_by
        if feature.personal in added and disabled_by is er.RegistryEntryDisabler.INTEGRATION:
            registry.async_update_entity(entity_id, disabled_by=None)
        elif feature.personal in removed and disabled_by is None:
            registry.async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.INTEGRATION)
            # What Home Assistant keeps to show of an entity that is not loaded yet.
            hass.states.async_remove(entity_id)
