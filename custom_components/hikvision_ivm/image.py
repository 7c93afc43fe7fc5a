"""Images: the picture of the last event, or a still of its clip."""

from dataclasses import replace
from datetime import datetime
from typing import override

from homeassistant.components.image import ImageEntity, ImageEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IvmConfigEntry, IvmCoordinator
from .entity import IvmEntity, async_add_features, by_kind
from .stills import still_of
from .systems.kinds import Kind
from .systems.model import ImageFeature, Occurrence, Phase, Picture

PARALLEL_UPDATES = 0

STILL = "image/jpeg"
"""What a clip is shown as."""

IMAGES = by_kind(
    ImageEntityDescription,
    {
        Kind.ACCESS_PICTURE: {},
        Kind.EVENT_PICTURE: {},
        Kind.FACE_PICTURE: {},
        Kind.HEAT_MAP: {},
        Kind.HOURLY_HEAT_MAP: {},
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
    """The picture that came with the last event, or that the system took because of it. Of a clip, its first picture."""

    def __init__(self, coordinator: IvmCoordinator, feature: ImageFeature, description: ImageEntityDescription) -> None:
        """Begin without a picture."""
        ImageEntity.__init__(self, coordinator.hass)
        super().__init__(coordinator, feature, description)
        self._newest = 0

    @callback
    @override
    def occurred(self, occurrence: Occurrence) -> None:
        """Show the picture of an occurrence. One that came without is fetched when somebody looks."""
        if occurrence.picture is None and (occurrence.late or occurrence.phase not in (Phase.START, Phase.PULSE)):
            return
        moment = (occurrence.picture and occurrence.picture.taken) or occurrence.time or occurrence.received
        if occurrence.late and self._attr_image_last_updated and moment < self._attr_image_last_updated:
            return
        self._newest += 1
        if occurrence.picture is not None and is_clip(occurrence.picture):
            self.coordinator.entry.async_create_background_task(
                self.hass, self._show_still(occurrence.picture, moment, self._newest), f"{self.entity_id}: still"
            )
            return
        self._show(occurrence.picture, moment)

    @override
    async def async_image(self) -> bytes | None:
        """Return the picture."""
        picture = self.coordinator.pictures.get(self.feature.id)
        if picture is None:
            picture = await self.command(self.coordinator.system.image(self.feature))
            if picture is not None and is_clip(picture):
                picture = await self._still(picture)
            self._keep(picture)
        return None if picture is None else picture.content

    async def _show_still(self, clip: Picture, moment: datetime, number: int) -> None:
        """Show a clip by its first picture, unless something newer came meanwhile or it has none."""
        still = await self._still(clip)
        if still is not None and number == self._newest:
            self._show(still, moment)

    async def _still(self, clip: Picture) -> Picture | None:
        """Cut the first picture out of a clip, in a thread; None if it has none."""
        content = await self.hass.async_add_executor_job(still_of, clip.content)
        return None if content is None else replace(clip, content=content, content_type=STILL)

    def _show(self, picture: Picture | None, moment: datetime) -> None:
        """Show a picture, or that there is a newer one."""
        self._keep(picture)
        self._attr_image_last_updated = moment
        self.async_write_ha_state()

    def _keep(self, picture: Picture | None) -> None:
        """Hold a picture, or forget the last one."""
        self.coordinator.pictures.put(self.feature.id, picture)
        if picture is not None:
            self._attr_content_type = picture.content_type


def is_clip(picture: Picture) -> bool:
    """Whether it moves, which no image entity can show."""
    return picture.content_type.startswith("video/")
