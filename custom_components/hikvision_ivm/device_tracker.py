"""Device trackers: where vehicles are."""

from typing import Any, override

from homeassistant.components.device_tracker import TrackerEntity, TrackerEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IvmConfigEntry
from .entity import IvmEntity, async_add_features, by_kind
from .systems.kinds import Kind
from .systems.model import TrackerFeature
from .systems.values import PositionValue

PARALLEL_UPDATES = 0

TRACKERS = by_kind(TrackerEntityDescription, {Kind.POSITION: {"name": None}})


async def async_setup_entry(
    hass: HomeAssistant, entry: IvmConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the trackers of an entry."""
    async_add_features(entry.runtime_data, TrackerFeature, TRACKERS, IvmTracker, async_add_entities)


class IvmTracker(IvmEntity[TrackerFeature], TrackerEntity):
    """Something that moves. It bears the name of its device."""

    @property
    @override
    def entity_category(self) -> None:
        """Where a vehicle is, is what one wants to know of it; Home Assistant takes trackers for diagnostic."""

    @property
    def _position(self) -> PositionValue | None:
        """Where it is; None if unknown."""
        return known if isinstance(known := self.known, PositionValue) else None

    @property
    @override
    def latitude(self) -> float | None:
        """Degrees north; None if unknown."""
        return position.latitude if (position := self._position) else None

    @property
    @override
    def longitude(self) -> float | None:
        """Degrees east; None if unknown."""
        return position.longitude if (position := self._position) else None

    @property
    @override
    def location_accuracy(self) -> float:
        """Accuracy in metres."""
        return position.accuracy if (position := self._position) else 0.0

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Speed in km/h and heading in degrees, as far as they are known."""
        if (position := self._position) is None:
            return None
        facts = {"speed": position.speed, "heading": position.heading}
        return {name: fact for name, fact in facts.items() if fact is not None}
