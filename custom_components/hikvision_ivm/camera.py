"""Cameras: one per stream, with a still picture."""

from asyncio import timeout
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import override

from homeassistant.components.camera import DEFAULT_CONTENT_TYPE, Camera, CameraEntityDescription, CameraEntityFeature
from homeassistant.components.stream import CONF_RTSP_TRANSPORT, CONF_USE_WALLCLOCK_AS_TIMESTAMPS, Stream
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later

from .const import LOGGER
from .coordinator import IvmConfigEntry, IvmCoordinator
from .entity import IvmEntity, async_add_features, by_kind
from .stills import first_picture
from .systems.errors import BusyError, UnlicensedError, UnsupportedError
from .systems.kinds import Kind
from .systems.model import CameraFeature
from .systems.values import CameraValue

PARALLEL_UPDATES = 0

FRAME_SECONDS = 9.0
"""How long a still picture waits for the first frame of a stream; Home Assistant waits a second longer for us."""

LEAST_LIFE = 60.0
"""Seconds between two renewals of the address of a stream that runs."""

ANY_ADDRESS = "rtsp://"
"""Stands for the address of a stream where only its scheme matters."""

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
        self._looking = False
        self._renewal: CALLBACK_TYPE | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Renew no address any more when the entity goes."""
        await super().async_added_to_hass()
        self.async_on_remove(self._plan_no_renewal)

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

    @override
    async def async_camera_image(self, width: int | None = None, height: int | None = None) -> bytes | None:
        """Take a still picture; `width` and `height` in pixels are hints."""
        return await self.command(self._async_still(width, height))

    async def _async_still(self, width: int | None, height: int | None) -> bytes | None:
        """Ask the system for a picture, and the stream if it has none. Raises any `SystemFailure`."""
        if self._stills:
            try:
                picture = await self.coordinator.system.camera_image(self.feature, width, height)
            except UnsupportedError as error:
                if not self.feature.streams:
                    raise
                # What is not booked or paid for now may be tomorrow.
                self._stills = isinstance(error, UnlicensedError)
            except BusyError:
                # The next one may not be taken yet; a stream that runs has one.
                if self.stream is None or not self.stream.outputs():
                    raise
            else:
                self.content_type = picture.content_type
                return picture.content
        self.content_type = DEFAULT_CONTENT_TYPE
        return await self._async_frame(width, height)

    async def _async_frame(self, width: int | None, height: int | None) -> bytes | None:
        """Cut a picture out of the stream; one that only begins has none before its first key frame."""
        try:
            async with timeout(FRAME_SECONDS):
                if (provider := self.webrtc_provider) and (
                    image := await provider.async_get_image(self, width=width, height=height)
                ):
                    return image
                begins = self.stream is None or not self.stream.outputs()
                if (stream := await self.async_create_stream()) is None:
                    return None
                if image := await stream.async_get_image(width, height, wait_for_next_keyframe=begins):
                    return image
                return await self.hass.async_add_executor_job(first_picture, stream.source, width, height)
        except TimeoutError:
            return None

    # the live stream; its address may hold for one session only

    @override
    async def stream_source(self) -> str | None:
        """Return the address of the live stream, with credentials: never to be shown or logged."""
        if self._looking:
            return ANY_ADDRESS
        return await self.command(self.coordinator.system.stream_source(self.feature))

    @override
    async def async_create_stream(self) -> Stream | None:
        """Return the stream, with a new address if nobody watches it at the moment."""
        if (stream := self.stream) is None:
            if (stream := await super().async_create_stream()) is not None:
                stream.set_update_callback(self._stream_turned)
                self._plan_renewal()
        elif not stream.outputs():
            await self._async_renew(stream)
        return stream

    @callback
    def _stream_turned(self) -> None:
        """Show whether the stream runs; when it broke, let the next attempt have a new address."""
        self.async_write_ha_state()
        if self.stream is not None and not self.stream.available:
            self.coordinator.entry.async_create_background_task(
                self.hass, self._async_renew(self.stream), f"{self.entity_id}: new address of the stream"
            )

    async def _async_renew(self, stream: Stream) -> None:
        """Ask for the address of a stream again. A failure leaves it to the old one, which may still hold."""
        try:
            source = await self.stream_source()
        except HomeAssistantError as error:
            LOGGER.debug("%s: no new address of the stream: %s", self.entity_id, error)
            return
        if source is not None:
            # Not `update_source`: while the stream waits for its next attempt, that would end it.
            stream.source = source
            self._plan_renewal()

    @callback
    def _plan_renewal(self) -> None:
        """Let the stream have another address before the one it has ends."""
        self._plan_no_renewal()
        if (life := self.coordinator.system.stream_life(self.feature)) is not None:
            self._renewal = async_call_later(self.hass, max(life, LEAST_LIFE), self._renewal_due)

    @callback
    def _plan_no_renewal(self) -> None:
        """Leave the stream to the address it has."""
        if self._renewal is not None:
            self._renewal()
            self._renewal = None

    @callback
    def _renewal_due(self, now: datetime) -> None:
        """Replace the address of a stream that runs; one that nobody watches gets another when it is opened."""
        self._renewal = None
        if (stream := self.stream) is not None and stream.outputs():
            self.coordinator.entry.async_create_background_task(
                self.hass, self._async_replace(stream), f"{self.entity_id}: next address of the stream"
            )

    async def _async_replace(self, stream: Stream) -> None:
        """Go on with a new address; the player notices a jump at most. A failure is tried again."""
        before = stream.source
        await self._async_renew(stream)
        if stream.source == before:
            self._plan_renewal()
        elif stream.available and stream.outputs():
            stream.update_source(stream.source)

    @override
    async def _async_get_supported_webrtc_provider[T](
        self, fn: Callable[[HomeAssistant, Camera], Coroutine[None, None, T | None]]
    ) -> T | None:
        """Let Home Assistant look who plays such a stream, for which it takes the address of every camera it adds.

        Only the scheme matters, so the system is not asked: it would be thousands of times.
        """
        self._looking = True
        try:
            return await super()._async_get_supported_webrtc_provider(fn)
        finally:
            self._looking = False
