"""What a PUT does to a document (isapi-core §1.3, isapi-events §4.1).

Absent elements keep their value, unknown ones are ignored, lists are replaced as sent; in most smart rules an empty
list erases what was there. Values are checked, and some are kept within limits although the answer says OK.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Protocol

from lxml import etree

from simulators.wire.xml import Element, MalformedXmlError, child, children, local, parse, parse_text, serialize, text

from .answers import Answer, RefusedError, Speech
from .smart import DETECTIONS

READ_ONLY = frozenset({"id", "regionType", "rowGranularity", "columnGranularity", "videoInputChannelID", "httpBroken"})
ERASING = frozenset(row.root for row in DETECTIONS.values() if row.erasing)


class Writable(Protocol):
    """A device whose documents can be written."""

    documents: dict[str, str]
    speech: Speech
    strict: bool
    """A PUT that leaves something out, or changes the namespace, is refused."""
    stubborn: set[str]
    """Paths whose writes are answered with OK and change nothing."""

    def excluded_by(self, path: str, /) -> bool:
        """Tell whether another function keeps a rule from being enabled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Values a setting accepts: words, or whole numbers that are refused or silently kept within limits."""

    words: tuple[str, ...] = ()
    low: int = 0
    high: int = 100
    clamps: bool = False
    step: int = 1
    """Numbers are rounded to multiples of it."""

    def keep(self, value: str) -> str:
        """Return what the device keeps; raises `ValueError` for what it refuses."""
        if self.words:
            if not value or any(word not in self.words for word in value.split(",")):
                raise ValueError(value)
            return value
        number = int(value)
        if not self.clamps and not self.low <= number <= self.high:
            raise ValueError(value)
        number = min(max(number, self.low), self.high)
        return str(min(round(number / self.step) * self.step, self.high))


TRUTH = Limit(words=("true", "false"))
BITRATE = Limit(low=32, high=16384, clamps=True)
LIMITS: Mapping[str, Limit] = {
    "enabled": TRUTH,
    "enableHighlight": TRUTH,
    "noisereduce": TRUTH,
    "sensitivityLevel": Limit(),
    "MotionDetection/sensitivityLevel": Limit(step=20),
    "timeThreshold": Limit(),
    "objectOccupation": Limit(low=1),
    "detectionTarget": Limit(words=("all", "human", "vehicle")),
    "directionSensitivity": Limit(words=("any", "left-right", "right-left")),
    "triggering": Limit(words=("high", "low")),
    "outputState": Limit(words=("high", "low", "pulse")),
    "defaultState": Limit(words=("high", "low")),
    "pulseDuration": Limit(low=1000, high=600_000, clamps=True),
    "speakerVolume": Limit(clamps=True),
    "microphoneVolume": Limit(clamps=True),
    "mode": Limit(words=("open", "close", "auto", "schedule", "manual")),
    "videoCodecType": Limit(words=("H.264", "H.265", "MJPEG")),
    "constantBitRate": BITRATE,
    "vbrUpperCap": BITRATE,
    "maxFrameRate": Limit(high=3000, clamps=True, step=100),
    "GovLength": Limit(low=1, high=400, clamps=True),
    "portNo": Limit(low=0, high=65535),
    "openDuration": Limit(low=1, high=255),
}
"""By element, or by root and element where a document has its own."""
ADDABLE: Mapping[str, frozenset[str]] = {
    "HttpHostNotification": frozenset({"hostName", "ipAddress", "ipv6Address", "portNo", "userName", "password"}),
    "EventTrigger": frozenset({"EventTriggerNotificationList"}),
}
"""Elements that a document gets by a write although it does not have them yet, by root."""
REBOOTING = ("Video/videoCodecType", "Video/SmartCodec/enabled")
"""Settings that take effect after a reboot only."""


def read_body(device: Writable, path: str, body: bytes, roots: tuple[str, ...]) -> Element:
    """Read what a client sent; raises `RefusedError` for a missing, a malformed or another document."""
    if not body.strip():
        raise RefusedError(device.speech.status(path, 5, "badXmlFormat"))
    try:
        root = parse(body)
    except MalformedXmlError:
        raise RefusedError(device.speech.status(path, 5, "badXmlFormat")) from None
    if local(root).casefold() not in {name.casefold() for name in roots}:
        raise RefusedError(device.speech.status(path, 6, "badXmlContent"))
    return root


class Merge:
    """Applies one sent document to a stored one; `root` decides about its own limits and its list rule."""

    def __init__(self, root: str) -> None:
        """Remember the kind of document."""
        self.root = root
        self.erasing = root in ERASING

    def apply(self, stored: Element, sent: Element) -> None:
        """Take over what was sent; raises `ValueError` for a refused value."""
        for element in children(sent):
            name = local(element)
            old = child(stored, name)
            if old is None and name in ADDABLE.get(self.root, ()):
                stored.append(deepcopy(element))
            if old is None or name in READ_ONLY:
                continue
            if name.endswith("List"):
                self._list(stored, old, element)
            elif children(old):
                self.apply(old, element)
            else:
                value = (element.text or "").strip()
                limit = LIMITS.get(f"{self.root}/{name}") or LIMITS.get(name)
                old.text = limit.keep(value) if limit else value or None

    def _list(self, stored: Element, old: Element, sent: Element) -> None:
        items = children(sent)
        size = old.get("size")
        if size is not None and len(items) > int(size):
            raise ValueError(local(old))
        if not items and local(old) == "RegionCoordinatesList" and self.erasing:
            # The coordinates take the region's sensitivity with them.
            sensitivity = child(stored, "sensitivityLevel")
            if sensitivity is not None:
                sensitivity.text = None
        known = {identifier: item for item in children(old) if (identifier := text(item, "id"))}
        fresh = []
        for item in items:
            before = known.get(text(item, "id") or "")
            if before is None:
                fresh.append(deepcopy(item))
            else:
                self.apply(before, item)
                fresh.append(before)
        for item in list(old):
            old.remove(item)
        old.extend(fresh)
        if not fresh:
            old.text = None


def missing(stored: Element, sent: Element) -> str | None:
    """Name of an element of the stored document that was not sent, as strict firmware looks for it."""
    for element in children(stored):
        name = local(element)
        if name.endswith("List"):
            continue
        found = child(sent, name)
        if found is None:
            return name
        if inner := missing(element, found):
            return inner
    return None


def put_document(device: Writable, path: str, body: bytes) -> Answer:
    """Apply a PUT to a stored document and answer as the device would."""
    stored = parse_text(device.documents[path])
    sent = read_body(device, path, body, (local(stored),))
    refuse = device.speech.status(path, 6, "badXmlContent")
    if text(sent, "id") not in (None, text(stored, "id")):
        raise RefusedError(refuse)
    if device.strict and (missing(stored, sent) or etree.QName(sent).namespace != etree.QName(stored).namespace):
        raise RefusedError(refuse)
    before = [text(stored, name) for name in REBOOTING]
    was_on = text(stored, "enabled") == "true"
    try:
        Merge(local(stored)).apply(stored, sent)
    except ValueError:
        raise RefusedError(device.speech.status(path, 6, "badParameters")) from None
    if not was_on and text(stored, "enabled") == "true" and device.excluded_by(path):
        raise RefusedError(device.speech.status(path, 4, "invalidOperation"))
    if path in device.stubborn:
        return device.speech.status(path)
    device.documents[path] = serialize(stored)
    if [text(stored, name) for name in REBOOTING] != before:
        return device.speech.status(path, 7, "rebootRequired")
    return device.speech.status(path)


def capability_document(source: str) -> str:
    """Describe a document by itself: every element with the limits of its value as attributes (isapi-core §1.9)."""
    root = parse_text(source)
    kind = local(root)
    for element in root.iter("*"):
        name = local(element)
        limit = LIMITS.get(f"{kind}/{name}") or LIMITS.get(name)
        if limit is None or children(element):
            continue
        if limit.words:
            element.set("opt", ",".join(limit.words))
        else:
            element.set("min", str(limit.low))
            element.set("max", str(limit.high))
    return serialize(root)
