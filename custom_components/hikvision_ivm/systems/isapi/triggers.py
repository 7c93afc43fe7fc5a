"""Which events a device can tell, and whether it tells them to us (isapi-events §2.1 to §2.3)."""

from collections.abc import Collection, Iterable
import re
from typing import Final

from lxml import etree

from ..transport.xml import find, find_all
from .documents import descendants, number, word
from .event_types import EVENT_TYPES, canonical
from .records import Trigger

_LAST_NUMBER: Final = re.compile(r"-(\d{1,9})$")


def _number_of_id(trigger_id: str) -> int | None:
    """Return the number behind the last dash of an id, as in `VMD-1`."""
    match = _LAST_NUMBER.search(trigger_id)
    return int(match.group(1)) if match else None


def _place(element: etree._Element, trigger_id: str, event_type: str) -> tuple[int | None, str | None, bool]:
    """Return channel, port and whether it is a digital one."""
    row = EVENT_TYPES.get(event_type)
    scope = row.scope if row is not None else "channel"
    if scope == "device":
        # Cameras write channel 1 into what concerns the whole device.
        return None, None, False
    names = ("inputIOPortID", "dynInputIOPortID")
    if scope == "channel":
        names = ("videoInputChannelID", "dynVideoInputChannelID")
    own, digital = number(element, names[0]), number(element, names[1])
    found = own or digital or _number_of_id(trigger_id)
    proxied = not own and bool(digital)
    if not found:
        return None, None, False
    return (None, str(found), proxied) if scope == "port" else (found, None, proxied)


def _trigger(element: etree._Element) -> Trigger | None:
    """Read one trigger, or None if it does not say of what."""
    named = word(element, "eventType")
    if named is None:
        return None
    event_type = canonical(named)
    trigger_id = word(element, "id") or named
    channel, port, proxied = _place(element, trigger_id, event_type)
    methods: set[str] = set()
    recurrence: str | None = None
    interval: int | None = None
    listed = find(element, "EventTriggerNotificationList")
    for notification in [] if listed is None else find_all(listed, "EventTriggerNotification"):
        if method := word(notification, "notificationMethod"):
            methods.add(method.casefold())
            recurrence = recurrence or word(notification, "notificationRecurrence")
            interval = interval or number(notification, "notificationInterval")
    return Trigger(
        id=trigger_id,
        type=event_type,
        channel=channel,
        port=port,
        proxied=proxied,
        methods=frozenset(methods),
        recurrence=recurrence,
        interval=interval,
    )


def _merged(triggers: Iterable[Trigger]) -> tuple[Trigger, ...]:
    """Keep one trigger of a type for each place, preferring the one that is delivered."""
    found: dict[tuple[str, int | None, str | None], Trigger] = {}
    for trigger in triggers:
        key = (trigger.type, trigger.channel, trigger.port)
        if key not in found or (trigger.delivered and not found[key].delivered):
            found[key] = trigger
    return tuple(found.values())


def triggers_of(root: etree._Element) -> tuple[Trigger, ...]:
    """Read a list of triggers, wrapped or not, or a single one, in the device's order."""
    return _merged(
        trigger for element in descendants(root, "EventTrigger") if (trigger := _trigger(element)) is not None
    )


def settle(triggers: Iterable[Trigger], channels: Collection[int]) -> tuple[Trigger, ...]:
    """Give triggers without a channel to the only channel there is; with several they stay with the device."""
    only = next(iter(channels)) if len(channels) == 1 else None
    return _merged(
        Trigger(
            id=trigger.id,
            type=trigger.type,
            channel=only,
            methods=trigger.methods,
            recurrence=trigger.recurrence,
            interval=trigger.interval,
            listed=trigger.listed,
        )
        if trigger.channel is None and trigger.port is None and _is_of_channel(trigger.type)
        else trigger
        for trigger in triggers
    )


def _is_of_channel(event_type: str) -> bool:
    """Whether a type belongs to a channel."""
    row = EVENT_TYPES.get(event_type)
    return row is None or row.scope == "channel"


def of_channel_capabilities(root: etree._Element, known: Iterable[Trigger]) -> tuple[Trigger, ...]:
    """Return further triggers that only the capabilities of a channel name (cameras with several lenses).

    The list holds both spellings of one event, exceptions of the device and things that are no events; only known
    events of a channel are taken, and only where no trigger is listed.
    """
    listed = {(trigger.type, trigger.channel) for trigger in known}
    found: dict[tuple[str, int], Trigger] = {}
    for element in descendants(root, "ChannelEventCap"):
        channel = number(element, "channelID", "id")
        types = find(element, "eventType")
        if not channel or types is None:
            continue
        for spelling in (types.get("opt") or types.text or "").split(","):
            event_type = canonical(spelling)
            row = EVENT_TYPES.get(event_type)
            if row is None or row.scope != "channel" or not row.offered or (event_type, channel) in listed:
                continue
            found.setdefault(
                (event_type, channel),
                Trigger(id=f"{spelling.strip()}-{channel}", type=event_type, channel=channel, listed=False),
            )
    return tuple(found.values())
