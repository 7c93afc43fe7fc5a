"""Images: the picture of the last event."""

from typing import override

from homeassistant.components.image import ImageEntity, ImageEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IvmConfigEntry, IvmCoordinator
from .entity import IvmEntity, async_add_features, by_kind
from .systems.kinds import Kind
from .systems.model import ImageFeature, Occurrence, Phase, Picture

PARALLEL_UPDATES = 0

IMAGES = by_kind(
    ImageEntityDescription,
    {
        Kind.ACCESS_PICTURE: {},
        Kind.EVENT_PICTURE: {},
        Kind.FACE_PICTURE: {},
        Kind.PLATE_PICTURE: {},
        Kind.SPACE_PICTURE: {},
    },
)


async def async_setup_entry(
    hass: HomeAssistant, entry: IvmConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the images of an entry."""
    async_add_features(entry.runtime_data, ImageFeature, IMAGES, IvmImage, async_add_entities)


class IvmImage(IvmEntity[ImageFeature], ImageEntity):
    """The picture that came with the last event, or that the system took because of it."""

    def __init__(self, coordinator: IvmCoordinator, feature: ImageFeature, description: ImageEntityDescription) -> None:
        """Begin without a picture."""
        ImageEntity.__init__(self, coordinator.hass)
        super().__init__(coordinator, feature, description)

    @callback
    @override
    def occurred(self, occurrence: Occurrence) -> None:
        """Show the picture of an occurrence. One that came without is fetched when somebody looks."""
        if occurrence.picture is None and (occurrence.late or occurrence.phase not in (Phase.START, Phase.PULSE)):
            return
        moment = (occurrence.picture and occurrence.picture.taken) or occurrence.time or occurrence.received
        if occurrence.late and self._attr_image_last_updated and moment < self._attr_image_last_updated:
            return
        self._keep(occurrence.picture)
        self._attr_image_last_updated = moment
        self.async_write_ha_state()

    @override
    async def async_image(self) -> bytes | None:
        """Return the picture."""
        picture = self.coordinator.pictures.get(self.feature.id)
        if picture is None:
            picture = await self.command(self.coordinator.system.image(self.feature))
            self._keep(picture)
        return None if picture is None else picture.content

    def _keep(self, picture: Picture | None) -> None:
        """Hold a picture, or forget the last one."""
        self.coordinator.pictures.put(self.feature.id, picture)
        if picture is not None:
            self._attr_content_type = picture.content_type
