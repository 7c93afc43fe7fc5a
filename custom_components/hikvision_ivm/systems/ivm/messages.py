"""What the cloud pushes, read message by message (ivm §4.3-§4.6).

Bodies are decoded by the standard `json`: ids of messages may be longer than 64 bits, and other decoders make floats of
such numbers, so that different ids become equal. Ids are text from here on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from hashlib import sha256
import json
import re
from typing import Any, Final

from ..transport.json import EMPTY, Fields, as_text, fields
from .times import parse_time

DEVICE_ALARM: Final = "device_alarm"
DEVICE_STATUS: Final = "device_status"
DEVICE_UNBIND: Final = "device_unbind"
TARGET_DATA: Final = "target_data"
THIRD_DATA: Final = "third_data"
VEHICLE_DATA: Final = "vehicle_data"
HEAD_SHOULDER_DATA: Final = "head_shoulder_data"
BEHAVIOUR_DATA: Final = "behavior_analysis_data"
CHECKPOINT_DATA: Final = "micro_checkpoint_data"
_OTHER_SPELLINGS: Final = {"head_should_data": HEAD_SHOULDER_DATA}
"""Once printed so (L4805)."""

LONGEST_ID: Final = 128
LONGEST_TEXT: Final = 255
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]+")


class UnusableMessageError(Exception):
    """A body that is no message; `reason`: one word."""

    def __init__(self, reason: str) -> None:
        """Keep the word."""
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True, kw_only=True)
class Message:
    """A message. `id`: digits, or a hash of one that came without. `type`: in lower case, empty if it was not told."""

    id: str
    type: str
    data: Fields = field(default_factory=lambda: EMPTY, repr=False)
    test: bool = False


def parse(body: bytes) -> Message:
    """Read a body. Raises `UnusableMessageError`: `empty`, `not_json`, `not_a_message`."""
    if not body or body.isspace():
        raise UnusableMessageError("empty")
    root = _decode(body)
    if not isinstance(root, dict):
        raise UnusableMessageError("not_a_message")
    message = Fields(root)
    word = (message.text("message_type") or "").lower()
    return Message(
        id=message.text("message_id") or sha256(body).hexdigest(),
        type=_OTHER_SPELLINGS.get(word, word)[:LONGEST_TEXT],
        data=_object(message.get("data")),
        test=message.flag("test") is True,
    )


def _decode(body: bytes) -> Any:
    """Decode JSON; what is no UTF-8 costs a character and not the message. Raises `UnusableMessageError`."""
    try:
        return json.loads(body)
    except UnicodeDecodeError:
        try:
            return json.loads(body.decode("utf-8", "replace"))
        except (ValueError, RecursionError) as error:
            raise UnusableMessageError("not_json") from error
    except (ValueError, RecursionError) as error:
        raise UnusableMessageError("not_json") from error


def _object(value: Any) -> Fields:
    """Return an object, also one that lies in a list of one."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return fields(value)


def clean(text: str | None) -> str | None:
    """Return a text of a device fit for showing: without control characters, and not endless."""
    if text is None:
        return None
    return _CONTROLS.sub(" ", text).strip()[:LONGEST_TEXT] or None


def moment(text: str | None, zone: tzinfo) -> datetime | None:
    """Return a moment in any of the forms of §1.11; `zone` for those that come without one."""
    if text is None:
        return None
    try:
        # The usual forms; the tolerant reader costs ten times as much.
        found = datetime.fromisoformat(text)
    except ValueError:
        return parse_time(text, zone)
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


# alarms


@dataclass(slots=True, kw_only=True)
class Alarm:
    """`device_alarm`. `channel` is empty for what is about the device. `name`: free text of an algorithm or input."""

    device: str
    channel: str
    code: str
    classification: str | None
    name: str | None
    status: str
    time: datetime | None
    uuid: str | None
    device_name: str | None
    channel_name: str | None
    target: Fields = field(repr=False)
    data: Fields = field(repr=False)


def alarm_of(data: Fields, zone: tzinfo) -> Alarm | None:
    """Read the data of an alarm; None if it does not say of which device."""
    device = device_of(data)
    if device is None:
        return None
    uuid = data.text("alarm_uuid")
    return Alarm(
        device=device,
        channel=channel_of(data),
        code=(data.text("alarm_type") or "")[:LONGEST_TEXT],
        classification=clean(data.text("classification")),
        name=clean(data.text("alarm_type_name")),
        status=(data.text("alarm_status") or "").lower()[:LONGEST_ID],
        time=moment(data.text("alarm_time"), zone),
        uuid=uuid if uuid is not None and len(uuid) <= LONGEST_ID else None,
        device_name=clean(data.text("device_name")),
        channel_name=clean(data.text("channel_name")),
        target=data.child("target"),
        data=data,
    )


def device_of(data: Fields) -> str | None:
    """Return the id of a device, None if there is none that can be one."""
    found = data.text("device_id")
    return found if found is not None and len(found) <= LONGEST_ID else None


def channel_of(data: Fields) -> str:
    """Return the id of a channel, empty if there is none."""
    return (data.text("channel_id") or "")[:LONGEST_ID]


# states


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """A channel in a message about a device. `online` None: not told, or in a word that nobody knows."""

    id: str
    name: str | None
    online: bool | None
    firmware: str | None
    upgrades: tuple[tuple[str, str], ...] = ()
    """Package or file, and what became of it."""


@dataclass(slots=True, kw_only=True)
class Status:
    """`device_status`. `online_seconds`: how long the device was online. `quality`, `delay`, `loss`: None if not told."""

    device: str
    method: str
    name: str | None
    time: datetime | None
    channels: tuple[ChannelState, ...]
    online_seconds: int | None
    last_login: datetime | None
    upgrade: str | None
    reason: str | None
    quality: float | None
    delay: float | None
    loss: float | None


def status_of(data: Fields, zone: tzinfo) -> Status | None:
    """Read the data of a status; None if it does not say of which device.

    The printed login has what follows its channels beside `param` instead of inside it (L4626-L4643).
    """
    inside = data.child("param")
    device = device_of(inside) or device_of(data)
    if device is None:
        return None

    def text(name: str) -> str | None:
        return inside.text(name) or data.text(name)

    def number(name: str) -> float | None:
        found = inside.number(name)
        return data.number(name) if found is None else found

    seconds = number("online_time")
    rows = inside.children("video_channel") or data.children("video_channel")
    return Status(
        device=device,
        method=(data.text("method") or inside.text("method") or "").lower()[:LONGEST_TEXT],
        name=clean(text("device_name")),
        time=moment(text("time"), zone),
        channels=tuple(_channels(rows)),
        online_seconds=None if seconds is None else int(seconds),
        last_login=moment(text("last_login_time"), zone),
        upgrade=clean(text("overall_upgrade_status")),
        reason=clean(text("offline_reason_type")),
        quality=number("qos"),
        delay=number("time_delay"),
        loss=number("packet_loss_rate"),
    )


def _channels(rows: list[Fields]) -> Iterator[ChannelState]:
    """Yield the channels that have an id."""
    for row in rows:
        if (id_ := channel_of(row)) == "":
            continue
        state = (row.text("channel_state") or "").upper()
        yield ChannelState(
            id=id_,
            name=clean(row.text("channel_name")),
            online=_STATES.get(state),
            firmware=clean(row.text("firmware")),
            upgrades=tuple(_upgrades(row)),
        )


_STATES: Final = {"1": True, "0": False, "ONLINE": True, "OFFLINE": False}


def _upgrades(row: Fields) -> Iterator[tuple[str, str]]:
    """Yield what became of each file."""
    for entry in row.children("status_list"):
        name = entry.text("package_name", "file_name") or f"file type {entry.text('file_type') or '?'}"
        if (status := entry.text("status")) is not None:
            yield clean(name) or name[:LONGEST_TEXT], status[:LONGEST_TEXT]


# what was taken away


@dataclass(frozen=True, slots=True)
class Unbound:
    """A device (`channel` empty) or channel that something was taken from."""

    device: str
    channel: str
    resource: str | None


def unbound_of(data: Fields) -> tuple[str, list[Unbound]]:
    """Read the data of `device_unbind`: what happened, in upper case, and to whom."""
    found = []
    for row in data.children("devices"):
        if (device := device_of(row)) is not None:
            resource = as_text(row.child("message").get("resource_id"))
            found.append(Unbound(device, channel_of(row), resource))
    return (data.text("message_type") or "").upper()[:LONGEST_TEXT], found
