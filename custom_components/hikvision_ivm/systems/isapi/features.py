"""From facts to devices and features: what an ISAPI device becomes in Home Assistant (isapi-events §2.5)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from ..kinds import Kind
from ..model import (
    BinarySensorFeature,
    ButtonFeature,
    CameraFeature,
    Device,
    DeviceKind,
    EventFeature,
    Feature,
    Inventory,
    SensorFeature,
    Source,
)
from ..settings import (
    CHANNELS,
    EXTRA_STREAMS,
    HOLD_AUDIO,
    HOLD_DEFAULT,
    HOLD_MAXIMUM,
    HOLD_MINIMUM,
    HOLD_MOTION,
    HOLD_OTHER,
    HOLD_PIR,
    HOLD_SMART,
    PUSH,
    STREAMS,
)
from . import detections
from .event_types import EVENT_TYPES, EventType
from .identity import device_kind, is_intercom, stated
from .records import Channel, ChannelOrigin, Facts, IoPort, Setting, Stream, Trigger, UnitKind

MANUFACTURER: Final = "Hikvision"
_STREAM_KINDS: Final[Mapping[int, tuple[Kind, str]]] = {
    1: (Kind.MAIN_STREAM, ""),
    2: (Kind.SUB_STREAM, EXTRA_STREAMS[0]),
    3: (Kind.THIRD_STREAM, EXTRA_STREAMS[1]),
    4: (Kind.TRANSCODED_STREAM, EXTRA_STREAMS[2]),
}
_AUDIO: Final = frozenset({Kind.AUDIO_EXCEPTION})
_PATIENT: Final = 600.0
"""Seconds after which an event whose end the device promised to tell counts as over all the same."""
_PIR_FLAG: Final = "WLAlarmCap/isSupportPIR"


def _hold_option(row: EventType) -> str:
    """Return the option that holds a kind of event."""
    if row.kind is Kind.MOTION:
        return HOLD_MOTION
    if row.kind is Kind.PIR:
        return HOLD_PIR
    if row.kind in _AUDIO:
        return HOLD_AUDIO
    return HOLD_SMART if row.has_region or row.kind in (Kind.FACE, Kind.SCENE_CHANGE) else HOLD_OTHER


def hold_seconds(row: EventType, options: Mapping[str, Any], trigger: Trigger | None = None) -> float:
    """Return the seconds after which an event that was not ended counts as over (isapi-events §1.3).

    The user's choice counts. What the trigger says about repetitions can only prolong it: devices promise an end, or
    repeat in long intervals.
    """
    chosen = options.get(_hold_option(row), HOLD_DEFAULT)
    usable = isinstance(chosen, int | float) and not isinstance(chosen, bool)
    hold = min(max(float(chosen), HOLD_MINIMUM), HOLD_MAXIMUM) if usable else float(HOLD_DEFAULT)
    recurrence = (trigger.recurrence or "").casefold() if trigger is not None else ""
    if recurrence == "beginningandend":
        return max(hold, _PATIENT)
    if recurrence == "recurring" and trigger is not None and trigger.interval:
        return min(max(hold, 2 * trigger.interval / 1000 + 2), _PATIENT)
    return hold


def detection_sensor(
    device_id: str, row: EventType, options: Mapping[str, Any], *, part: str = "", trigger: Trigger | None = None
) -> BinarySensorFeature:
    """Return the sensor that an event type switches on a device; without a trigger, for an event nobody announced."""
    return BinarySensorFeature(
        device_id=device_id,
        kind=row.kind,
        part=part,
        source=Source.PUSH,
        hold=hold_seconds(row, options, trigger),
        enabled=trigger is None or trigger.delivered,
    )


def owner_of(facts: Facts, channel: int | None) -> str:
    """Return the id of the device that a channel number stands for; the device itself if it stands for none."""
    found = facts.channels.get(channel) if channel is not None else None
    return facts.device_id if found is None else found.device_id


def _placed(facts: Facts) -> Iterator[Trigger]:
    """Yield the triggers that something can come of.

    Recorders list triggers for all the channels they could have. Without a camera these never fire, and would look like
    detections of the recorder itself.
    """
    apart = any(facts.device_id != channel.device_id for channel in facts.channels.values())
    for trigger in facts.triggers:
        if trigger.channel is None or trigger.channel in facts.channels or not apart:
            yield trigger


def imported(facts: Facts, options: Mapping[str, Any]) -> Mapping[int, Channel]:
    """Return the channels the user wants; without a choice all of them."""
    chosen = options.get(CHANNELS)
    if not chosen or not isinstance(chosen, Collection) or isinstance(chosen, str):
        return facts.channels
    wanted = {str(number) for number in chosen}
    return {number: channel for number, channel in facts.channels.items() if str(number) in wanted}


def _devices(facts: Facts, channels: Iterable[Channel]) -> Iterator[Device]:
    """Make the device itself and those below it."""
    unit = facts.identity
    yield Device(
        id=facts.device_id,
        name=unit.name,
        kind=device_kind(facts.device_type, facts.kind),
        manufacturer=facts.manufacturer or MANUFACTURER,
        model=unit.model,
        serial=unit.serial,
        firmware=unit.firmware,
        hardware=facts.hardware,
        mac=unit.mac,
        url=facts.url,
    )
    for channel in channels:
        if channel.device_id != facts.device_id:
            sensor = facts.kind is UnitKind.CAMERA
            name = f"{unit.name} - {channel.name or f'Channel {channel.number}'}" if sensor else channel.name
            yield Device(
                id=channel.device_id,
                name=name or f"{unit.name} - Channel {channel.number}",
                kind=DeviceKind.CAMERA,
                parent=facts.device_id,
                manufacturer=_maker(facts, channel),
                model=unit.model if sensor else channel.model,
                serial=channel.serial,
                firmware=channel.firmware,
                mac=channel.mac,
            )


def _maker(facts: Facts, channel: Channel) -> str | None:
    """Return who made a channel's camera: known for our own sensors and for cameras that speak our protocol."""
    if channel.origin is ChannelOrigin.LOCAL:
        return facts.manufacturer or MANUFACTURER if facts.kind is UnitKind.CAMERA else None
    return MANUFACTURER if (channel.protocol or "").casefold() == "hikvision" else None


def _camera(facts: Facts, channel: Channel, stream: Stream, kind: Kind) -> CameraFeature:
    """Make the camera of one stream."""
    talk = channel.origin is ChannelOrigin.LOCAL and stated(facts.capabilities, "voicetalkNums") > 0
    return CameraFeature(
        device_id=channel.device_id,
        kind=kind,
        part=stream.id,
        address=stream,
        enabled=stream.number == 1,
        codec=stream.codec,
        width=stream.width,
        height=stream.height,
        rate=stream.rate,
        two_way_audio=talk and facts.kind is UnitKind.CAMERA,
    )


def _cameras(facts: Facts, channels: Iterable[Channel], options: Mapping[str, Any]) -> Iterator[Feature]:
    """Make a camera for every stream that is switched on and wanted."""
    chosen = options.get(STREAMS)
    wanted = frozenset(chosen) if isinstance(chosen, (list, tuple, set, frozenset)) else frozenset(EXTRA_STREAMS)
    for channel in channels:
        seen: set[Kind] = set()
        for stream in channel.streams:
            kind, option = _STREAM_KINDS.get(stream.number, (None, ""))
            if kind is None or kind in seen or not stream.enabled or (option and option not in wanted):
                continue
            seen.add(kind)
            yield _camera(facts, channel, stream, kind)


def _detections(facts: Facts, options: Mapping[str, Any]) -> Iterator[Feature]:
    """Make the sensors that events switch."""
    delivered = {trigger.type for trigger in facts.triggers if trigger.delivered}
    sensors: dict[str, BinarySensorFeature] = {}
    for trigger in _placed(facts):
        row = EVENT_TYPES.get(trigger.type)
        if row is None or not row.binary or row.type == "io":
            continue
        sensor = detection_sensor(
            owner_of(facts, trigger.channel), row, options, part=trigger.port or "", trigger=trigger
        )
        if not trigger.listed and trigger.type in delivered:
            sensor = detection_sensor(owner_of(facts, trigger.channel), row, options, part=trigger.port or "")
        if sensor.id not in sensors or (sensor.enabled and not sensors[sensor.id].enabled):
            sensors[sensor.id] = sensor
    if _flag(facts, _PIR_FLAG) and not any(sensor.kind is Kind.PIR for sensor in sensors.values()):
        row = EVENT_TYPES["pir"]
        silent = Trigger(id="PIR", type=row.type, listed=False)
        only = next(iter(facts.channels)) if len(facts.channels) == 1 else None
        sensor = detection_sensor(owner_of(facts, only), row, options, trigger=silent)
        sensors[sensor.id] = sensor
    yield from sensors.values()


def _flag(facts: Facts, *paths: str) -> bool:
    """Whether a capability is set."""
    return any(facts.capabilities.get(path, "").casefold() in ("true", "1") for path in paths)


def doorbell(device_id: str) -> EventFeature:
    """Return the bell of a device: an entity of its own, which tells nothing but that somebody rings."""
    return EventFeature(device_id=device_id, kind=Kind.DOORBELL, source=Source.PUSH, event_types=(Kind.DOORBELL,))


def _events(facts: Facts, channels: Iterable[Channel]) -> Iterator[Feature]:
    """Make the entities that tell events: one for each channel, one for the device, one for its bell."""
    kinds: dict[tuple[str, Kind], set[Kind]] = {}
    for channel in channels:
        kinds[channel.device_id, Kind.DETECTION] = set()
    own = kinds[facts.device_id, Kind.DEVICE_EVENT] = set()
    for trigger in _placed(facts):
        row = EVENT_TYPES.get(trigger.type)
        if row is None or not row.offered:
            continue
        if row.scope == "channel":
            kinds.get((owner_of(facts, trigger.channel), Kind.DETECTION), own).add(row.kind)
        else:
            own.add(row.kind)
    if any(not port.output for port in facts.ports):
        own.add(Kind.ALARM_INPUT)
    if Kind.DOORBELL in own or is_intercom(facts.device_type, facts.capabilities):
        own.discard(Kind.DOORBELL)
        yield doorbell(facts.device_id)
    for (device_id, kind), found in kinds.items():
        yield EventFeature(
            device_id=device_id,
            kind=kind,
            source=Source.PUSH,
            event_types=(*sorted(found), Kind.UNKNOWN_EVENT),
        )
    for device_id in dict.fromkeys(device_id for device_id, _ in kinds):
        yield SensorFeature(device_id=device_id, kind=Kind.LAST_EVENT, source=Source.PUSH)


def _port(facts: Facts, port: IoPort) -> Feature:
    """Make the feature of a terminal."""
    device_id = owner_of(facts, port.channel)
    use = (port.use or "").casefold()
    enabled = use != "disable"
    if not port.output:
        return BinarySensorFeature(
            device_id=device_id,
            kind=Kind.ALARM_INPUT,
            part=port.id,
            label=port.name,
            address=port,
            enabled=enabled,
            source=Source.BOTH,
        )
    if use == "electriclock" or port.pulse is not None:
        kind = Kind.ELECTRIC_LOCK if use == "electriclock" else Kind.OUTPUT_PULSE
        return ButtonFeature(
            device_id=device_id, kind=kind, part=port.id, label=port.name, address=port, enabled=enabled
        )
    return detections.output_switch(device_id, port, enabled=enabled)


def _condition(facts: Facts, channels: Iterable[Channel], options: Mapping[str, Any]) -> Iterator[Feature]:
    """Make what tells how the device is."""
    unit = facts.device_id
    if options.get(PUSH, True):
        yield BinarySensorFeature(device_id=unit, kind=Kind.EVENT_STREAM, source=Source.ALWAYS)
    for channel in channels:
        if channel.origin is ChannelOrigin.PROXIED:
            yield BinarySensorFeature(device_id=channel.device_id, kind=Kind.ONLINE, address=channel)
        elif facts.kind is UnitKind.RECORDER and channel.number in facts.video_signal:
            yield BinarySensorFeature(device_id=channel.device_id, kind=Kind.VIDEO_SIGNAL, address=channel)
    health = facts.health
    if health.cpu is not None:
        yield SensorFeature(device_id=unit, kind=Kind.CPU_USAGE, unit="%", enabled=False)
    if health.memory is not None:
        yield SensorFeature(device_id=unit, kind=Kind.MEMORY_USAGE, unit="%", enabled=False)
    if health.uptime is not None:
        yield SensorFeature(device_id=unit, kind=Kind.UPTIME)
    for name in health.temperatures:
        label = None if len(health.temperatures) == 1 else name
        yield SensorFeature(device_id=unit, kind=Kind.TEMPERATURE, part=name, label=label, unit="°C", enabled=False)
    for disk in facts.disks:
        yield BinarySensorFeature(device_id=unit, kind=Kind.DISK_PROBLEM, part=disk.id, label=disk.name, address=disk)
        yield SensorFeature(device_id=unit, kind=Kind.DISK_STATE, part=disk.id, label=disk.name, address=disk)
        for kind, size in ((Kind.DISK_FREE, disk.free), (Kind.DISK_CAPACITY, disk.capacity)):
            if size is not None:
                yield SensorFeature(device_id=unit, kind=kind, part=disk.id, label=disk.name, unit="MB", address=disk)
    yield ButtonFeature(device_id=unit, kind=Kind.REBOOT)


def _refused(facts: Facts, feature: Feature) -> bool:
    """Whether the device turned out not to have the document of a setting; a missing right is another matter."""
    if not isinstance(feature.address, Setting):
        return False
    reason = facts.refused.get(feature.address.path)
    return reason is not None and "lowprivilege" not in reason.casefold()


def build(facts: Facts, options: Mapping[str, Any]) -> Inventory:
    """Make the inventory of what the user wants of a device. A feature exists only if the device said so."""
    channels = list(imported(facts, options).values())
    devices = list(_devices(facts, channels))
    wanted = {device.id for device in devices}
    features: dict[str, Feature] = {}
    for feature in (
        *_cameras(facts, channels, options),
        *_detections(facts, options),
        *_events(facts, channels),
        *(_port(facts, port) for port in facts.ports),
        *_condition(facts, channels, options),
        *detections.offered(facts),
    ):
        if feature.device_id in wanted and not _refused(facts, feature):
            features.setdefault(feature.id, feature)
    return Inventory.build(devices, features.values())
