"""Lists are put together from their items, so both can never differ."""

from collections.abc import Mapping
from dataclasses import dataclass
import re
from typing import TYPE_CHECKING

from lxml import etree

from simulators.wire.xml import Element, bare, children, document, text

from .smart import DETECTIONS

if TYPE_CHECKING:
    from .device import IsapiSimulator


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list resource: its root, and how its items' paths end behind its own path."""

    root: str
    item: str = r"[^/]+"
    sized: bool = False


LISTS: Mapping[str, ListRow] = {
    "Streaming/channels": ListRow("StreamingChannelList"),
    "System/Video/inputs/channels": ListRow("VideoInputChannelList"),
    "System/IO/inputs": ListRow("IOInputPortList"),
    "System/IO/outputs": ListRow("IOOutputPortList"),
    "System/Holidays": ListRow("HolidayList"),
    "System/TwoWayAudio/channels": ListRow("TwoWayAudioChannelList"),
    "ContentMgmt/IOProxy/inputs": ListRow("IOProxyInputPortList"),
    "ContentMgmt/IOProxy/outputs": ListRow("IOProxyOutputPortList"),
    "ContentMgmt/InputProxy/channels": ListRow("InputProxyChannelList", sized=True),
    "Event/triggers": ListRow("EventTriggerList"),
    "Event/channels/capabilities": ListRow("ChannelEventCapList"),
    "Event/notification/httpHosts": ListRow("HttpHostNotificationList"),
    "Security/adminAccesses": ListRow("AdminAccessProtocolList"),
    "PTZCtrl/channels/1/presets": ListRow("PTZPresetList"),
    **{f"Smart/{row.path}": ListRow(f"{row.root}List") for row in DETECTIONS.values()},
}
ITEMS: Mapping[str, str] = {"Event/channels/capabilities": r"Event/channels/\d+/capabilities"}
"""Items whose path is not the list's path and an id."""


def item_paths(device: IsapiSimulator, path: str) -> list[str]:
    """Paths of the items of a list, without those that no list names."""
    pattern = re.compile(ITEMS.get(path) or re.escape(path) + "/" + LISTS[path].item)
    return [name for name in device.documents if pattern.fullmatch(name) and name not in device.hidden]


def offers_list(device: IsapiSimulator, path: str) -> bool:
    """Tell whether the device has this list, be it empty."""
    if path not in LISTS or path in device.profile.refusals:
        return False
    if path == "ContentMgmt/InputProxy/channels":
        return device.profile.max_proxied is not None
    if path.startswith("Smart/") and "smart_list" not in device.profile.features:
        return False
    return bool(item_paths(device, path))


def compose(device: IsapiSimulator, path: str) -> str:
    """Put a list together from its items."""
    row = LISTS[path]
    paths = item_paths(device, path)
    inner = "".join(bare(device.documents[name]) for name in paths)
    namespace = device.speech.namespace
    if path == "Event/notification/httpHosts" and device.profile.hosts_namespace:
        namespace = device.profile.hosts_namespace
    size = {"@size": device.profile.max_proxied or 0} if row.sized else {}
    shell = document(row.root, {**size, "#text": "\n"}, namespace=namespace, version=device.speech.version)
    opening, _, _ = shell.rpartition("\n</")
    composed = f"{opening}{inner}</{row.root}>\n"
    if path == "Event/triggers" and device.profile.wrapped_triggers:
        declaration, _, rest = composed.partition("\n")
        return (
            f'{declaration}\n<EventNotification version="{device.speech.version}" xmlns="{namespace}">\n{rest}'
            f"</EventNotification>\n"
        )
    return composed


def split(path: str, root: Element) -> dict[str, bytes]:
    """Take the items with an id out of a list that a client wrote; keys are the items' paths."""
    return {
        f"{path}/{identifier}": etree.tostring(element, with_tail=False)
        for element in children(root)
        if (identifier := text(element, "id"))
    }
