"""What a device is made of before it starts, and the table of builders that turn it into documents."""

from dataclasses import dataclass, field

from simulators.isapi.profiles import Profile, channel_name
from simulators.wire.xml import Body


@dataclass(slots=True, kw_only=True)
class Setup:
    """A device to be built; `hidden` collects paths that answer although no list names them."""

    profile: Profile
    serial: str
    mac: str
    device_name: str
    local: list[int]
    proxied: list[int]
    rtsp_port: int
    rtsp_enabled: bool = True
    missing_center: frozenset[str] = frozenset()
    dead: frozenset[int] = frozenset()
    """Attached cameras that never answered: listed, but without streams, detections and a serial number."""
    hidden: set[str] = field(default_factory=set)

    @property
    def channels(self) -> list[int]:
        """Numbers of all channels: own inputs, then attached cameras."""
        return [*self.local, *self.proxied]

    @property
    def proxy_ports(self) -> list[int]:
        """Terminals of attached cameras: port 1 of every third channel, numbered channel * 100 + port."""
        return [channel * 100 + 1 for channel in self.proxied if channel % 3 == 0] if self.profile.proxy_ports else []

    def has(self, feature: str) -> bool:
        """Tell whether the profile has a feature."""
        return feature in self.profile.features

    def render(self, root: str, body: Body) -> str:
        """Render a document in the device's own namespace."""
        return self.profile.speech.document(root, body)

    def name_of(self, channel: int) -> str:
        """Name of a channel."""
        return channel_name(channel)

    def base_of(self, channel: int, resource: str) -> str:
        """Path of a basic detection of a channel (isapi-core §4.4)."""
        if channel in self.proxied:
            return f"ContentMgmt/InputProxy/channels/{channel}/video/{resource}"
        return f"System/Video/inputs/channels/{channel}/{resource}"


def build_documents(setup: Setup) -> dict[str, str]:
    """Return every document of a device by path, without `/ISAPI/`."""
    from . import events, extras, system, video  # noqa: PLC0415  (they need `Setup`)

    documents: dict[str, str] = {}
    for builder in (*system.BUILDERS, *video.BUILDERS, *events.BUILDERS, *extras.BUILDERS):
        documents |= builder(setup)
    return documents
