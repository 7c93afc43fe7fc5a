"""Cameras: one per stream, with a still picture."""

from typing import override

from homeassistant.components.camera import Camera, CameraEntityDescription, CameraEntityFeature
from homeassistant.components.stream import CONF_RTSP_TRANSPORT, CONF_USE_WALLCLOCK_AS_TIMESTAMPS
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IvmConfigEntry, IvmCoordinator
from .entity import IvmEntity, async_add_features, by_kind
from .systems.errors import UnsupportedError
from .systems.kinds import Kind
from .systems.model import CameraFeature, CameraValue

PARALLEL_UPDATES = 0

CAMERAS = by_kind(
    CameraEntityDescription,
    {
        Kind.MAIN_STREAM: {"name": None},
        Kind.SUB_STREAM: {},
        Kind.THIRD_STREAM: {},
        Kind.TRANSCODED_STREAM: {},
    },
)


async def async_setup_entry(
    hass: HomeAssistant, entry: IvmConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the cameras of an entry."""
    async_add_features(entry.runtime_data, CameraFeature, CAMERAS, IvmCamera, async_add_entities)


class IvmCamera(IvmEntity[CameraFeature], Camera):
    """One stream of one channel. The main stream bears the name of its device."""

    def __init__(
        self, coordinator: IvmCoordinator, feature: CameraFeature, description: CameraEntityDescription
    ) -> None:
        """Prepare the stream: over TCP, because recorders lose packets, and by our clock, because theirs jump."""
        Camera.__init__(self)
        super().__init__(coordinator, feature, description)
        self.stream_options = {CONF_RTSP_TRANSPORT: "tcp", CONF_USE_WALLCLOCK_AS_TIMESTAMPS: True}
        self._stills = True

    @property
    @override
    def supported_features(self) -> CameraEntityFeature:
        """Streaming, if the system offers it."""
        return CameraEntityFeature.STREAM if self.feature.streams else CameraEntityFeature(0)

    @property
    @override
    def brand(self) -> str:
        """Who made it."""
        device = self.coordinator.inventory.devices.get(self.feature.device_id)
        return (device and device.manufacturer) or self.coordinator.system.manufacturer

    @property
    @override
    def model(self) -> str | None:
        """Which one it is."""
        device = self.coordinator.inventory.devices.get(self.feature.device_id)
        return device.model if device else None

    @property
    @override
    def is_recording(self) -> bool:
        """Whether the device records; Home Assistant has no word for not knowing."""
        return isinstance(known := self.known, CameraValue) and known.recording is True

    @property
    @override
    def motion_detection_enabled(self) -> bool:
        """Whether the device detects motion; Home Assistant has no word for not knowing."""
        return isinstance(known := self.known, CameraValue) and known.motion_detection is True

    @property
    @override
    def use_stream_for_stills(self) -> bool:
        """Whether still pictures are cut out of the stream: where the system has none."""
        return self.feature.streams and not self._stills

    @override
    async def async_camera_image(self, width: int | None = None, height: int | None = None) -> bytes | None:
        """Take a still picture; `width` and `height` in pixels are hints."""
        return await self.command(self._async_still(width, height))

    async def _async_still(self, width: int | None, height: int | None) -> bytes | None:
        """Ask the system for a picture, and the stream if it has none. Raises any `SystemFailure`."""
        try:
            picture = await self.coordinator.system.camera_image(self.feature, width, height)
        except UnsupportedError:
            if not self.feature.streams:
                raise
            self._stills = False
            stream = await self.async_create_stream()
            return await stream.async_get_image(width, height) if stream else None
        self.content_type = picture.content_type
        return picture.content

    @override
    async def stream_source(self) -> str | None:
        """Return the address of the live stream, with credentials: never to be shown or logged."""
        return await self.command(self.coordinator.system.stream_source(self.feature))
