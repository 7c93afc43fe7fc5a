"""The simulated ISAPI devices of the demonstration: a home with a recorder, and cameras that stand alone."""

from collections.abc import Mapping, Sequence
from functools import partial
import re

from simulators.control import Action
from simulators.rtsp import RtspServer
from simulators.video import VideoSpec

from .device import IsapiSimulator
from .pictures import channel_hue
from .profiles import channel_name

USERNAME = "admin"
PASSWORD = "Demo-1234"
DEMO: Sequence[tuple[str, str, int | None]] = (
    ("Home recorder", "nvr", 6),
    ("Porch camera", "ipc", None),
    ("Corner dome", "dome", None),
    ("Boiler thermal camera", "thermal", None),
    ("Shop recorder", "dvr", None),
    ("Street door station", "door", None),
)
"""Name, profile and number of attached cameras."""
DETECTIONS = (
    "VMD",
    "linedetection",
    "fielddetection",
    "regionEntrance",
    "scenechangedetection",
    "shelteralarm",
    "ANPR",
)
STREAM_PATH = re.compile(r"/Streaming/Channels/(\d+)(\d\d)", re.IGNORECASE)


class IsapiMember:
    """One device with its RTSP server, living by itself if asked to."""

    system = "isapi"

    def __init__(
        self, name: str, profile: str, channels: int | None, *, number: int, port: int, seed: int, living: bool
    ) -> None:
        """`port` 0 takes a free one; `number` makes the serial number its own."""
        self.name = name
        self.profile = profile
        self._make = partial(
            IsapiSimulator, profile=profile, channels=channels, number=number, name=name, port=port,
            username=USERNAME, password=PASSWORD,
        )  # fmt: skip
        self._seed = seed
        self._living = living
        self._rtsp = RtspServer(self._stream, username=USERNAME, password=PASSWORD)
        self.device: IsapiSimulator | None = None

    @property
    def running(self) -> IsapiSimulator:
        """The device. Raises RuntimeError before it is started."""
        if self.device is None:
            raise RuntimeError(f"{self.name} is not started")
        return self.device

    @property
    def login(self) -> Mapping[str, str | bool]:
        """What a user types to add it."""
        return {"url": self.running.url, "username": USERNAME, "password": PASSWORD}

    async def start(self) -> None:
        """Serve the streams, then the device that points to them."""
        await self._rtsp.start()
        self.device = self._make(rtsp_port=self._rtsp.port)
        await self.device.start()
        if self._living:
            self.device.live(seed=self._seed)

    async def stop(self) -> None:
        """End both."""
        if self.device is not None:
            await self.device.stop()
        await self._rtsp.stop()

    def _stream(self, path: str) -> VideoSpec | None:
        """What a stream shows; None where the device has none."""
        match = STREAM_PATH.fullmatch(path)
        if match is None or int(match[1]) not in self._channels or int(match[2]) not in (1, 2):
            return None
        channel, width = int(match[1]), 1280 if match[2] == "01" else 640
        return VideoSpec(f"{self.name}: {channel_name(channel)}", channel_hue(channel), width, width * 9 // 16)

    @property
    def _channels(self) -> Sequence[int]:
        return [*self.running.local, *self.running.proxied]

    @property
    def actions(self) -> Sequence[Action]:
        """What can be done by hand."""
        device = self.running
        channels = [str(channel) for channel in self._channels]
        states, onoff = ("active", "inactive"), ("on", "off")
        return [
            Action(
                name="event", title="Send event", run=self._event,
                fields={"type": DETECTIONS, "channel": channels, "state": states, "target": ("human", "vehicle")},
            ),
            *([Action(name="input", title="Set input", run=self._input,
                      fields={"input": list(device.inputs), "state": onoff})] if device.inputs else ()),
            *([Action(name="online", title="Camera", run=self._online,
                      fields={"channel": [str(c) for c in device.proxied], "state": onoff})] if device.proxied else ()),
            Action(name="unknown", title="Send an event nobody knows", run=lambda _: self._send("moonlanding", None)),
            Action(name="cut", title="Cut the event stream", run=lambda _: device.close_streams()),
            Action(name="reboot", title="Reboot", run=lambda _: device.reboot()),
        ]  # fmt: skip

    def _send(self, event: str, channel: int | None) -> None:
        self.running.emit(type=event, channel=channel, state="active")

    def _event(self, fields: Mapping[str, str]) -> None:
        self.running.emit(
            type=fields["type"], channel=int(fields["channel"]), state=fields["state"], target=fields["target"],
            region="1", plate="B AB 123" if fields["type"] == "ANPR" else None,
        )  # fmt: skip

    def _input(self, fields: Mapping[str, str]) -> None:
        self.running.set_input(fields["input"], fields["state"] == "on")

    def _online(self, fields: Mapping[str, str]) -> None:
        self.running.set_online(int(fields["channel"]), fields["state"] == "on")


def demo(base_port: int, seed: int, *, living: bool) -> list[IsapiMember]:
    """Make the devices of the demonstration; `base_port` 0 takes free ports."""
    return [
        IsapiMember(
            name, profile, channels, number=number, port=base_port and base_port + number, seed=seed + number,
            living=living,
        )
        for number, (name, profile, channels) in enumerate(DEMO, 1)
    ]  # fmt: skip
