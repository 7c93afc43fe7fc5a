"""One event message of a device, whatever its form, as one record (isapi-events §1.2).

The same message comes as XML, JSON or a query string. Every field may be missing, empty, mistyped or sit elsewhere than
expected; nothing of that is an error. Only what is no event message at all is refused, with `UnusableAlert`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
import json
from math import isfinite
import re
from types import MappingProxyType
from typing import Final

from lxml import etree

from ..errors import SystemFailure
from ..model import Target
from ..transport.xml import parse_lenient
from .access import ACCESS_TYPES, ACCESS_WORDS
from .alert_words import BLOCKS, COLLECTED, COMMON, DETAILS, SKIPPED, TARGETS, WHOLE
from .documents import sayable
from .event_types import EVENT_TYPES, canonical

ALERT_LIMIT: Final = 1024 * 1024
"""Largest message in bytes that is read; pictures are parts of their own and do not count."""

_DEPTH_LIMIT: Final = 24
_TAGS_LIMIT: Final = 512
_TEXT_LIMIT: Final = 255
_REGION_LIMIT: Final = 16
_WORD_LIMIT: Final = 32
"""Characters of an id that is one of several in a state."""

type Detail = str | int | float | bool


class UnusableAlert(Exception):
    """A message that is no event report; `reason` is one of a few fixed words and is counted."""

    def __init__(self, reason: str) -> None:
        """`reason`: `malformed`, `too_large`, `not_an_alert` or `no_event_type`."""
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True, kw_only=True)
class Alert:
    """What a message says, normalised. None and empty mean that it does not say. Nobody changes one.

    Not frozen: one is made for every message, and freezing costs half as much as parsing its XML.

    `code` is the event type as the device wrote it, `type` its canonical word; both are of the related event if the
    message only prolongs one (`repeat`). `time` is naive if the device told no zone; `time_text` is what it wrote.
    `channel`, `dynamic_channel` may be 0. `mac` is lower case with colons. `serial` is the device's, `number` that of
    the event. `pictures` is how many picture parts follow. `late`: history that is sent again.
    """

    type: str
    code: str
    active: bool = True
    repeat: bool = False
    heartbeat: bool = False
    late: bool = False
    channel: int | None = None
    dynamic_channel: int | None = None
    port: str | None = None
    dynamic_port: str | None = None
    time: datetime | None = None
    time_text: str = ""
    count: str = ""
    mac: str | None = None
    address: str | None = None
    serial: str | None = None
    number: str | None = None
    target: Target | None = None
    regions: tuple[str, ...] = ()
    plate: str | None = None
    person: str | None = None
    pictures: int = 0
    picture_url: str | None = None
    details: Mapping[str, Detail] = MappingProxyType({})

    @property
    def sign_of_life(self) -> bool:
        """Whether this may be nothing but a heartbeat: cameras send the end of a video loss for it, with a channel."""
        return self.heartbeat or (self.type == "videoloss" and not self.active)


_FACES: Final = frozenset({"facecapture", "facesnap", "facedetection"})
_STAGES: Final[Mapping[str, str]] = {"tma": "alarm", "tmpa": "pre_alarm"}
_INACTIVE: Final = frozenset({"inactive", "false", "0", "end", "stop", "ended"})
_TRUE: Final = frozenset({"true", "1", "yes"})
_LOOSE_OFFSET: Final = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?([+-])(\d):?(\d\d)")
_MAC_JUNK: Final = str.maketrans("", "", ":-. ")
_HEX: Final = frozenset("0123456789abcdef")
_DETAIL_SET: Final = frozenset(DETAILS)
_NOTHING: Final[Mapping[str, Detail]] = MappingProxyType({})


class _Draft:
    """Texts collected from a message under our words, before they are given their types."""

    __slots__ = ("regions", "targets", "words")

    def __init__(self) -> None:
        """Start empty."""
        self.words: dict[str, str] = {}
        self.regions: list[str] = []
        self.targets: list[str] = []

    def put(self, word: str, text: str) -> None:
        """Keep `text`, which is not empty, under `word`."""
        if word == "region":
            if len(self.regions) < _REGION_LIMIT and (text := text[:_WORD_LIMIT]) not in self.regions:
                self.regions.append(text)
        elif word == "target":
            self.targets.append(text)
        elif word not in self.words:
            self.words[word] = text


def parse_xml(body: bytes) -> Alert:
    """Read an XML message in any namespace or none. Raises `UnusableAlert`."""
    if len(body) > ALERT_LIMIT:
        raise UnusableAlert("too_large")
    draft = _Draft()
    _walk_xml(_root(body), _COMMON_TAGS, draft, 0)
    return _alert(draft)


def parse_json(body: bytes) -> Alert:
    """Read a JSON message; ids may be numbers. Raises `UnusableAlert`."""
    if len(body) > ALERT_LIMIT:
        raise UnusableAlert("too_large")
    try:
        document = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError) as error:
        raise UnusableAlert("malformed") from error
    if not isinstance(document, (dict, list)):
        raise UnusableAlert("not_an_alert")
    draft = _Draft()
    _walk_json(document, COMMON, draft, 0)
    return _alert(draft)


def parse_query(fields: Mapping[str, str]) -> Alert:
    """Read a message from the parameters of a GET (isapi-events §1.5): `EventType`, `RegionIndex1`, ….

    Raises `UnusableAlert`.
    """
    draft = _Draft()
    for name, text in fields.items():
        lowered = name.lower()
        if lowered.startswith("regionindex"):
            lowered = "regionid"
        word = COMMON.get(lowered)
        if word is not None and (text := text.strip()):
            draft.put(word, text)
    return _alert(draft)


def parse(body: bytes, content_type: str = "") -> Alert:
    """Read a message by its content type, or by its first byte if the type says nothing. Raises `UnusableAlert`."""
    reader = _READERS.get(content_type)
    if reader is None:
        reader = _sniff(body)
    elif reader is parse_xml and body.lstrip()[:1] in (b"{", b"["):
        # some door stations label JSON as XML
        reader = parse_json
    return reader(body)


def _sniff(body: bytes) -> Callable[[bytes], Alert]:
    """Choose a reader by the first byte that is not blank."""
    head = body[:64].lstrip(b"\xef\xbb\xbf \t\r\n\0")
    if head.startswith(b"<"):
        return parse_xml
    if head.startswith((b"{", b"[")):
        return parse_json
    raise UnusableAlert("not_an_alert")


_READERS: Final[Mapping[str, Callable[[bytes], Alert]]] = {
    "application/xml": parse_xml,
    "text/xml": parse_xml,
    "application/json": parse_json,
    "text/json": parse_json,
}


def _root(body: bytes) -> etree._Element:
    """Parse the bytes, without what surrounds the document if that is in the way."""
    try:
        return parse_lenient(body)
    except SystemFailure:
        start, end = body.find(b"<"), body.rfind(b">") + 1
        if start < 0 or end <= start or (start, end) == (0, len(body)):
            raise UnusableAlert("malformed") from None
    try:
        return parse_lenient(body[start:end])
    except SystemFailure:
        raise UnusableAlert("malformed") from None


class _Tags(dict[str, str | None]):
    """The meaning of element names under one table, namespace included, worked out once for each.

    The word of a table; `<name` for a block that has to be looked into; None for what is passed over.
    """

    def __init__(self, table: Mapping[str, str]) -> None:
        """Start empty."""
        super().__init__()
        self._table = table

    def __missing__(self, tag: object) -> str | None:
        """Work out what an element means."""
        if not isinstance(tag, str):  # a comment
            return None
        name = tag.rpartition("}")[2].lower()
        meaning = self._table.get(name) or (None if name in SKIPPED else f"<{name}")
        if len(self) < _TAGS_LIMIT:  # a device can make up any number of names
            self[tag] = meaning
        return meaning


_COMMON_TAGS: Final = _Tags(COMMON)
_BLOCK_TAGS: Final = {f"<{name}": _Tags(table) for name, table in BLOCKS.items()}


def _walk_xml(parent: etree._Element, tags: _Tags, draft: _Draft, depth: int) -> None:
    """Collect the texts below `parent` in one pass."""
    words = draft.words
    for element in parent:
        meaning = tags[element.tag]  # type: ignore[index]  # lxml-stubs know no comments
        if meaning is None:
            continue
        if meaning[0] == "<":
            if depth < _DEPTH_LIMIT and len(element):
                _walk_xml(element, _BLOCK_TAGS.get(meaning, tags), draft, depth + 1)
        elif meaning not in words and (text := element.text) is not None and (text := text.strip()):
            if meaning in COLLECTED:
                draft.put(meaning, text)
            else:
                words[meaning] = text


def _walk_json(node: object, table: Mapping[str, str], draft: _Draft, depth: int) -> None:
    """Collect the texts below `node`, an object or a list, in one pass."""
    if depth > _DEPTH_LIMIT:
        return
    if isinstance(node, list):
        for item in node:
            if isinstance(item, (dict, list)):
                _walk_json(item, table, draft, depth + 1)
        return
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        name = key.lower()
        word = table.get(name)
        if word is not None:
            # an attribute is at times an object of its own: {"age": {"value": 30}}
            if text := _json_text(value.get("value") if isinstance(value, dict) else value):
                draft.put(word, text)
        elif isinstance(value, (dict, list)) and name not in SKIPPED:
            _walk_json(value, BLOCKS.get(name, table), draft, depth + 1)


def _json_text(value: object) -> str:
    """Write a JSON scalar as an element would hold it."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return sayable(str(value).strip())


def _alert(draft: _Draft) -> Alert:
    """Give the collected texts their types. Raises `UnusableAlert` if no event type is among them."""
    words = draft.words
    get = words.get
    code = get("type")
    if code is None:
        raise UnusableAlert("no_event_type")
    repeat = code.lower() == "duration"
    if repeat:
        code = get("relation", code)
    event_type = canonical(code)
    if "major" in words:
        # An intercom's event that is numbered need not be a ring.
        numbered = "accesscontrollerevent" if event_type == "doorbell" else event_type
        event_type = ACCESS_TYPES.get(_access(words), numbered)
    active = get("state", "").lower() not in _INACTIVE
    channel = _number(get("channel"))
    if channel is None:
        channel = _number(get("device_channel"))
    dynamic_channel = _number(get("dynamic_channel"))
    time_text = get("time", "")
    plate = get("plate") or get("plate_original")
    if plate is not None and plate.lower() == "unknown":  # seen, but not read
        plate = None
    return Alert(
        type=event_type,
        code=code[:_TEXT_LIMIT],
        active=active,
        repeat=repeat,
        heartbeat=_is_heartbeat(event_type, active, channel, dynamic_channel, words),
        late=get("late", "").lower() in _TRUE,
        channel=channel,
        dynamic_channel=dynamic_channel,
        port=get("port"),
        dynamic_port=get("dynamic_port"),
        time=parse_time(time_text) if time_text else None,
        time_text=time_text[:_TEXT_LIMIT],
        count=get("count", "")[:_TEXT_LIMIT],
        mac=parse_mac(mac) if (mac := get("mac")) is not None else None,
        address=get("address") or get("address6"),
        serial=get("serial"),
        number=_event_number(words, time_text),
        target=_target(draft.targets, event_type),
        regions=tuple(draft.regions),
        plate=plate[:_TEXT_LIMIT] if plate else None,
        person=(get("person") or get("employee") or "")[:_TEXT_LIMIT] or None,
        pictures=_number(get("pictures")) or 0,
        picture_url=get("picture_url"),
        details=_details(code, event_type, words),
    )


def _access(words: Mapping[str, str]) -> tuple[int | None, int | None]:
    """Return the numbers of an access controller's event."""
    return _number(words.get("major")), _number(words.get("minor"))


def _is_heartbeat(
    event_type: str, active: bool, channel: int | None, dynamic_channel: int | None, words: Mapping[str, str]
) -> bool:
    """Recognise the three heartbeats (isapi-events §1.1). One that names a channel is for the router to judge."""
    if event_type == "videoloss":
        return not active and not channel and not dynamic_channel
    if event_type == "other":
        return not active or "heartbeat" in words.get("description", "").lower()
    return event_type == "heartbeat"


def _event_number(words: Mapping[str, str], time_text: str) -> str | None:
    """Tell one access or Contact-ID event from the next: each of them stands for itself."""
    number = words.get("number")
    if number is None and ("major" in words or "cid_code" in words):
        return time_text or None
    return number


def _target(texts: Iterable[str], event_type: str) -> Target | None:
    """Return the first target that was classified."""
    for text in texts:
        word = text.lower()
        if "," in word:  # the rule's setting, not what was seen
            continue
        target = TARGETS.get(word, Target.OTHER)
        if target is not None:
            return target
    return Target.HUMAN if event_type in _FACES else None


def _details(code: str, event_type: str, words: Mapping[str, str]) -> Mapping[str, Detail]:
    """Collect the further facts; numbers as numbers where they are."""
    details: dict[str, Detail] = {}
    if not _DETAIL_SET.isdisjoint(words):
        for word in DETAILS:
            text = words.get(word)
            if text is None:
                continue
            if word in WHOLE:
                whole = _number(text)
                details[word] = text[:_TEXT_LIMIT] if whole is None else whole
            elif word == "temperature":
                if (degrees := _decimal(text)) is not None:
                    details[word] = degrees
            else:
                details[word] = text[:_TEXT_LIMIT]
        if (meaning := ACCESS_WORDS.get(_access(words))) is not None:
            details["meaning"] = meaning
    lowered = code.lower()
    if lowered in _STAGES:
        details["stage"] = _STAGES[lowered]
    elif lowered == "vmdhumanvehicle":
        details["classified"] = True
    if event_type not in EVENT_TYPES and (text := words.get("description")):
        details["description"] = text[:_TEXT_LIMIT]
    return details or _NOTHING


def parse_time(text: str) -> datetime | None:
    """Read a time with or without seconds and zone; naive if no zone was given, None if it cannot be read."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if (match := _LOOSE_OFFSET.fullmatch(text)) is None:
        return None
    try:
        return datetime.fromisoformat("{}{}0{}:{}".format(*match.groups()))
    except ValueError:
        return None


@lru_cache(maxsize=256)
def parse_mac(text: str) -> str | None:
    """Normalise a hardware address in any notation; zeros and junk are None."""
    digits = text.translate(_MAC_JUNK).lower()
    if len(digits) != 12 or digits == "000000000000" or not set(digits) <= _HEX:
        return None
    return ":".join(digits[index : index + 2] for index in range(0, 12, 2))


def _number(text: str | None) -> int | None:
    """Read a whole number that is not negative; None for anything else."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9:
        return None
    return int(text)


def _decimal(text: str) -> float | None:
    """Read a finite number; None for anything else."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None
