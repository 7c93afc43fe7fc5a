"""What changes while a device runs, beside its documents."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from lxml import etree

from simulators.wire.xml import Element, child, children, parse_text, serialize, text

from .documents import Setup, build_documents
from .documents.events import Trigger, channel_triggers, notification, trigger_document
from .documents.video import channel_detections, channel_streams, proxied_camera
from .smart import DETECTIONS

type Call = Literal["idle", "ring", "onCall"]
CALL_SIGNALS: Mapping[str, Call] = {"answer": "onCall", "reject": "idle", "cancel": "idle", "hangUp": "idle"}
EXCLUSIONS: Mapping[str, frozenset[str]] = {
    "fieldDetection": frozenset({"counting"}),
    "lineDetection": frozenset({"counting"}),
    "sceneChangeDetection": frozenset({"counting"}),
    "counting": frozenset({"fieldDetection", "lineDetection", "sceneChangeDetection"}),
}
"""Functions that cannot run together on one channel, as some cameras have it."""


def function_path(function: str, channel: str) -> str | None:
    """Path of the rule of a function that takes part in exclusions."""
    if function == "counting":
        return f"System/Video/inputs/channels/{channel}/counting"
    row = next(
        (row for row in DETECTIONS.values() if row.function and row.function.casefold() == function.casefold()), None
    )
    return f"Smart/{row.path}/{channel}" if row else None


def function_of(path: str) -> tuple[str, str] | None:
    """Function and channel that a rule's path stands for."""
    parts = path.split("/")
    if parts[-1] == "counting":
        return "counting", parts[-2]
    row = DETECTIONS.get(parts[1]) if len(parts) == 3 and parts[0] == "Smart" else None
    return (row.function, parts[2]) if row and row.function else None


class DeviceState:
    """Documents, terminals, disks, attached cameras and what excludes what."""

    def __init__(self, setup: Setup, *, exclusions: Mapping[str, frozenset[str]] | None = None) -> None:
        """Begin with everything quiet: inputs inactive, outputs low, all cameras online."""
        self.setup = setup
        self.profile = setup.profile
        self.documents = build_documents(setup)
        self.hidden = setup.hidden
        self.local = setup.local
        self.proxied = setup.proxied
        profile = setup.profile
        ports = [str(port) for port in setup.proxy_ports]
        self.inputs: dict[str, bool | None] = dict.fromkeys(
            [*map(str, range(1, (profile.inputs or 0) + 1)), *ports], False
        )
        self.outputs: dict[str, bool | None] = dict.fromkeys(
            [*map(str, range(1, (profile.outputs or 0) + 1)), *ports], False
        )
        self.disks = list(profile.disks)
        self.online: dict[int, bool | None] = {channel: channel not in setup.dead for channel in setup.proxied}
        self.cpu = 20
        """Percent."""
        self.memory_total = 512.0
        """MB."""
        self.memory_used = 250.0
        self.time_mode = "NTP"
        self.call: Call = "idle"
        self.door_commands: list[str] = []
        self.talking = False
        self.talk_bytes = 0
        self.password_flags = {"isDefaultPassword": False, "isRiskPassword": False, "isActivated": True}
        self.exclusions = dict(EXCLUSIONS if exclusions is None else exclusions)
        self.last_exclusion: list[tuple[str, str]] = []
        self.stubborn: set[str] = set()
        """Paths whose writes are answered with OK and change nothing."""

    # Rules

    def is_enabled(self, path: str) -> bool | None:
        """`enabled` of a rule; None when there is no such document or element."""
        source = self.documents.get(path)
        word = text(parse_text(source), "enabled") if source is not None else None
        return None if word is None else word == "true"

    def excluding(self, function: str, channel: int | str) -> list[tuple[str, str]]:
        """Enabled functions that exclude one, each with its channel."""
        others = next((names for name, names in self.exclusions.items() if name.casefold() == function.casefold()), ())
        return [
            (other, str(channel))
            for other in sorted(others)
            if (path := function_path(other, str(channel))) and self.is_enabled(path)
        ]

    def excluded_by(self, path: str) -> bool:
        """Tell whether enabling a rule is refused, and remember by what."""
        found = function_of(path)
        if found is None or "mutex" not in self.profile.features:
            return False
        self.last_exclusion = self.excluding(*found)
        return bool(self.last_exclusion)

    # Linkage

    def linkage_document(self, path: str) -> str:
        """Notification list of a trigger as a document of its own."""
        found = child(parse_text(self.documents[path]), "EventTriggerNotificationList")
        if found is None:
            return self.setup.render("EventTriggerNotificationList", {})
        return serialize(found)

    def replace_linkage(self, path: str, sent: Element) -> None:
        """Put another notification list into a trigger."""
        root = parse_text(self.documents[path])
        for old in children(root, "EventTriggerNotificationList"):
            root.remove(old)
        root.append(sent)
        self.documents[path] = serialize(root)

    def set_notifications(self, trigger: str, methods: list[str]) -> None:
        """Link a trigger to notifications by their ids, such as `center` or `record-1`."""
        body = self.setup.render(
            "EventTriggerNotificationList",
            {"EventTriggerNotification": [notification(self.setup, method) for method in methods]},
        )
        self.replace_linkage(f"Event/triggers/{trigger}", parse_text(body))

    def methods_of(self, trigger: str) -> list[str]:
        """Notification methods of a trigger; empty when there is no such trigger."""
        source = self.documents.get(f"Event/triggers/{trigger}")
        if source is None:
            return []
        found = parse_text(source).iter("{*}notificationMethod")
        return [(element.text or "").strip() for element in found]

    # Inventory

    def set_disk(
        self, identifier: str, *, status: str | None = None, free: int | None = None, capacity: int | None = None
    ) -> None:
        """Change what is given of a disk, sizes in MB; raises `KeyError` for an unknown one."""
        for index, disk in enumerate(self.disks):
            if disk.id == identifier:
                self.disks[index] = replace(
                    disk,
                    status=disk.status if status is None else status,
                    free=disk.free if free is None else free,
                    capacity=disk.capacity if capacity is None else capacity,
                )
                return
        raise KeyError(identifier)

    def remove_channel(self, channel: int) -> None:
        """Take a camera or an input away, with everything that belongs to it."""
        gone = {*channel_streams(self.setup, channel), *channel_detections(self.setup, channel)}
        gone |= {f"ContentMgmt/InputProxy/channels/{channel}", f"System/Video/inputs/channels/{channel}"}
        gone |= {f"Event/triggers/{row.id}" for row in channel_triggers(self.setup, channel)}
        for path in gone:
            self.documents.pop(path, None)
        for numbers in (self.proxied, self.local):
            if channel in numbers:
                numbers.remove(channel)
        self.online.pop(channel, None)

    def add_channel(self, channel: int) -> None:
        """Attach a camera to a recorder; raises `ValueError` on another kind or a taken number."""
        if self.profile.max_proxied is None or channel in self.setup.channels:
            raise ValueError(channel)
        self.proxied.append(channel)
        self.proxied.sort()
        self.online[channel] = True
        fresh = {f"ContentMgmt/InputProxy/channels/{channel}": proxied_camera(self.setup, channel)}
        fresh |= channel_streams(self.setup, channel) | channel_detections(self.setup, channel)
        rows: list[Trigger] = channel_triggers(self.setup, channel)
        fresh |= {f"Event/triggers/{row.id}": trigger_document(self.setup, row) for row in rows}
        self.documents |= fresh

    def rename_channel(self, channel: int, name: str) -> None:
        """Change the name of a camera or an input in its own document."""
        kind = "ContentMgmt/InputProxy" if channel in self.proxied else "System/Video/inputs"
        path = f"{kind}/channels/{channel}"
        root = parse_text(self.documents[path])
        element = child(root, "name")
        if element is None:
            element = etree.SubElement(root, "name")
        element.text = name
        self.documents[path] = serialize(root)
