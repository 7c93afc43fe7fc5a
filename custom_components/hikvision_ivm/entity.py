"""What all entities share: identity, names, availability and how a command fails."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, cast, override

from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN, LOGGER
from .coordinator import IvmCoordinator
from .devices import registered_device
from .systems.errors import SystemFailure
from .systems.kinds import Kind
from .systems.model import Feature, Occurrence, Value

NO_PART = {"part": ""}


class IvmEntity[F: Feature](Entity):
    """An entity of one feature. What it shows comes from the coordinator; nothing is assumed after a command."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, coordinator: IvmCoordinator, feature: F, description: EntityDescription) -> None:
        """Show a feature as its description says."""
        self.coordinator = coordinator
        self.feature = feature
        self.entity_description = description
        # Not by `device_info`, which would register the device anew for every one of thousands of entities.
        self.device_entry = registered_device(coordinator.hass, coordinator.entry, feature.device_id)
        # A blank and what tells several of one kind apart, or nothing: "Alarm input{part}".
        part = feature.label or feature.part
        self._attr_translation_placeholders = {"part": f" {part}"} if part else NO_PART

    @property
    @override
    def unique_id(self) -> str:
        """The feature's id."""
        return self.feature.id

    @property
    @override
    def entity_registry_enabled_default(self) -> bool:
        """Whether the entity starts enabled: the system offers it so, and there is room."""
        return (
            self.feature.enabled
            and self.feature.id not in self.coordinator.surplus
            and self.entity_description.entity_registry_enabled_default
        )

    @property
    @override
    def available(self) -> bool:
        """Whether what is shown can be trusted."""
        return super().available and self.coordinator.is_available(self.feature)

    @property
    def known(self) -> Value | None:
        """What the feature is now; None is unknown."""
        return self.coordinator.values.get(self.feature.id)

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the feature."""
        await super().async_added_to_hass()
        self.coordinator.async_subscribe(self.feature.id, self)

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Listen no more."""
        self.coordinator.async_unsubscribe(self.feature.id)
        await super().async_will_remove_from_hass()

    @callback
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Take a renaming in place (Home Assistant 2026.11): nothing here depends on the entity id."""

    @callback
    def feature_updated(self) -> None:
        """Write the state."""
        self.async_write_ha_state()

    @callback
    def feature_replaced(self, feature: Feature) -> None:
        """Take over another description of the same feature."""
        self.feature = cast(F, feature)  # the same id means the same type
        self.async_write_ha_state()

    @callback
    def occurred(self, occurrence: Occurrence) -> None:
        """Take in an occurrence; most entities only show values."""

    async def command[T](self, work: Awaitable[T]) -> T:
        """Carry out a command and turn its failure into one that Home Assistant shows, translated."""
        try:
            return await work
        except SystemFailure as error:
            raise self.coordinator.command_failed(error) from error


@callback
def async_add_features[F: Feature, D: EntityDescription](
    coordinator: IvmCoordinator,
    feature_type: type[F],
    descriptions: Mapping[Kind, D],
    make: Callable[[IvmCoordinator, F, D], Entity],
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Make entities of all features of a type that the table knows, now and whenever they appear.

    What is registered and disabled is left out: Home Assistant would look at it only to set it aside again, and sets
    the entry up anew when it is enabled. A large site has more of that than of anything else.
    """
    registry = er.async_get(coordinator.hass)

    def entities(features: Iterable[F]) -> Iterable[Entity]:
        for feature in features:
            entity_id = registry.async_get_entity_id(feature.type, DOMAIN, feature.id)
            if entity_id is not None and registry.entities[entity_id].disabled:
                continue
            if (description := descriptions.get(feature.kind)) is not None:
                yield make(coordinator, feature, description)
            else:
                LOGGER.warning("No %s entity is described for %s; it is left out", feature.type, feature.kind)

    coordinator.async_add_platform(feature_type, lambda features: async_add_entities(entities(features)))


def by_kind[D: EntityDescription](description: type[D], rows: Mapping[Kind, Mapping[str, Any]]) -> dict[Kind, D]:
    """Make the descriptions of a table: the kind is both key and translation key, a row holds the rest."""
    return {kind: description(key=kind.value, translation_key=kind.value, **row) for kind, row in rows.items()}
