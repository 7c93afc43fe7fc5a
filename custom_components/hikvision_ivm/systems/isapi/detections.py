"""Every setting of a device that can be switched on and off, in one table (isapi-core §3.4, isapi-events §4.1).

A row says where the switch of a detection lies and what proves that a device has it. Proof is a trigger of that type on
the channel; on a camera a capability flag is a hint, so its switch is offered, but not enabled. The flags of a recorder
speak of what it could do for some camera, not of a channel, and prove nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..kinds import Kind
from ..model import SwitchFeature
from .records import Channel, ChannelOrigin, Facts, IoPort, Setting, UnitKind

LOCAL_VIDEO: Final = "System/Video/inputs/channels/{channel}/"
PROXIED_VIDEO: Final = "ContentMgmt/InputProxy/channels/{channel}/video/"
HOLIDAYS: Final = "System/Holidays"
PIR: Final = "WLAlarm/PIR"
_PRIVACY_FLAGS: Final = ("SysCap/VideoCap/isSupportPrivacyMask", "VideoCap/isSupportPrivacyMask")
_HOLIDAY_FLAGS: Final = ("SysCap/isSupportHolidy", "SysCap/isSupportHoliday")
_PIR_FLAGS: Final = ("WLAlarmCap/isSupportPIR",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """One row: a detection and its switch.

    `type` is the canonical event type of its trigger. `flags` are the leaves of `System/capabilities` that hint at it.
    `local` and `proxied` are the documents, with `{channel}`; an empty `proxied` means that the resource is the same.
    `listing` carries the documents of all channels. `enabled`: whether the switch is of interest to most people.
    """

    kind: Kind
    type: str
    flags: tuple[str, ...] = ()
    local: str
    proxied: str = ""
    listing: str | None = None
    leaf: str = "enabled"
    expert: str | None = None
    prune: bool = False
    enabled: bool = True


def _video(kind: Kind, event_type: str, flag: str, name: str, *, expert: bool = False, enabled: bool) -> Detection:
    """Make a row of a basic detection, which lies elsewhere for the cameras of a recorder (isapi-core §4.4)."""
    return Detection(
        kind=kind,
        type=event_type,
        flags=(f"EventCap/{flag}", f"SysCap/VideoCap/{flag}"),
        local=LOCAL_VIDEO + name,
        proxied=PROXIED_VIDEO + name,
        expert=f"{LOCAL_VIDEO}{name}Ext" if expert else None,
        enabled=enabled,
    )


def _smart(kind: Kind, event_type: str, flag: str, name: str, *, prune: bool = False) -> Detection:
    """Make a row of a Smart detection, which has a list of all channels (isapi-events §3.2)."""
    return Detection(
        kind=kind,
        type=event_type,
        flags=(f"SmartCap/isSupport{flag}",),
        local=f"Smart/{name}/{{channel}}",
        listing=f"Smart/{name}",
        prune=prune,
    )


def _audio(kind: Kind, block: str) -> Detection:
    """Make a row of one of the four audio detections that share a document."""
    return Detection(
        kind=kind,
        type="audioexception",
        flags=("SmartCap/isSupportAudioDetection",),
        local="Smart/AudioDetection/channels/{channel}",
        listing="Smart/AudioDetection/channels",
        leaf=f"{block}/enabled",
        enabled=False,
    )


DETECTIONS: Final[tuple[Detection, ...]] = (
    _video(Kind.MOTION, "vmd", "isSupportMotionDetection", "motionDetection", expert=True, enabled=True),
    _video(Kind.TAMPER, "tamperdetection", "isSupportTamperDetection", "tamperDetection", enabled=False),
    _video(Kind.VIDEO_LOSS, "videoloss", "isSupportVideoLoss", "videoLoss", enabled=False),
    _smart(Kind.FACE, "facedetection", "FaceDetect", "FaceDetect"),
    _smart(Kind.AUTO_TRACKING, "intellitrace", "IntelliTrace", "IntelliTrace"),
    _smart(Kind.INTRUSION, "fielddetection", "FieldDetection", "FieldDetection"),
    _smart(Kind.LINE_CROSSING, "linedetection", "LineDetection", "LineDetection"),
    _smart(Kind.DEFOCUS, "defocus", "DefocusDetection", "DefocusDetection"),
    _audio(Kind.AUDIO_INPUT_LOST, "audioInputException"),
    _audio(Kind.AUDIO_LOUD, "soundIntensityMutation"),
    _audio(Kind.AUDIO_SILENT, "SteepFall"),
    _audio(Kind.AUDIO_LOSS, "AudioLoss"),
    _smart(Kind.SCENE_CHANGE, "scenechangedetection", "SceneChangeDetection", "SceneChangeDetection"),
    _smart(Kind.REGION_ENTRANCE, "regionentrance", "RegionEntrance", "regionEntrance", prune=True),
    _smart(Kind.REGION_EXITING, "regionexiting", "RegionExiting", "regionExiting", prune=True),
    _smart(Kind.LOITERING, "loitering", "Loitering", "loitering", prune=True),
    _smart(Kind.PEOPLE_GATHERING, "group", "Group", "group", prune=True),
    _smart(Kind.FAST_MOVING, "rapidmove", "RapidMove", "rapidMove", prune=True),
    _smart(Kind.PARKING, "parking", "Parking", "parking", prune=True),
    _smart(Kind.OBJECT_LEFT, "unattendedbaggage", "UnattendedBaggage", "unattendedBaggage", prune=True),
    _smart(Kind.OBJECT_REMOVED, "attendedbaggage", "AttendedBaggage", "attendedBaggage", prune=True),
    _smart(Kind.PEOPLE_IN_REGION, "peopledetection", "PeopleDetection", "peopleDetection", prune=True),
    _smart(Kind.SHIP, "shipsdetection", "ShipsDetection", "shipsDetection", prune=True),
)
"""Every detection with a switch per channel."""


def flagged(facts: Facts, flags: tuple[str, ...]) -> bool:
    """Whether the device set one of several capability flags."""
    return any(facts.capabilities.get(flag, "").casefold() in ("true", "1") for flag in flags)


def setting(detection: Detection, channel: Channel) -> Setting:
    """Return where the switch of a detection lies for a channel."""
    proxied = channel.origin is ChannelOrigin.PROXIED
    number = str(channel.number)
    template = detection.proxied if proxied and detection.proxied else detection.local
    expert = None if proxied or detection.expert is None else detection.expert.format(channel=number)
    return Setting(
        path=template.format(channel=number),
        leaf=detection.leaf,
        listing=detection.listing,
        key=number if detection.listing else None,
        expert=expert,
        prune=detection.prune,
    )


def _of_channels(facts: Facts) -> Iterator[SwitchFeature]:
    """Offer the detections of every channel."""
    triggered = {(trigger.type, trigger.channel) for trigger in facts.triggers}
    camera = facts.kind is UnitKind.CAMERA
    hinted = {row.kind for row in DETECTIONS if camera and flagged(facts, row.flags)}
    for channel in facts.channels.values():
        for row in DETECTIONS:
            proven = (row.type, channel.number) in triggered
            if proven or row.kind in hinted:
                yield SwitchFeature(
                    device_id=channel.device_id,
                    kind=row.kind,
                    enabled=row.enabled and proven,
                    address=setting(row, channel),
                )


def _of_privacy(facts: Facts) -> Iterator[SwitchFeature]:
    """Offer the privacy mask of the channels whose picture this device makes itself (isapi-core §3.4.3)."""
    if not flagged(facts, _PRIVACY_FLAGS):
        return
    for channel in facts.channels.values():
        if channel.origin is ChannelOrigin.LOCAL:
            path = f"{LOCAL_VIDEO.format(channel=channel.number)}privacyMask"
            yield SwitchFeature(device_id=channel.device_id, kind=Kind.PRIVACY_MASK, address=Setting(path=path))


def _of_device(facts: Facts) -> Iterator[SwitchFeature]:
    """Offer what belongs to the device and to no channel."""
    pir = [trigger for trigger in facts.triggers if trigger.type == "pir" and not trigger.proxied]
    if flagged(facts, _PIR_FLAGS) or (pir and facts.kind is UnitKind.CAMERA):
        numbers = {trigger.channel for trigger in pir}
        owner = next((c.device_id for number, c in facts.channels.items() if number in numbers), facts.device_id)
        yield SwitchFeature(device_id=owner, kind=Kind.PIR, enabled=bool(pir), address=Setting(path=PIR))
    if flagged(facts, _HOLIDAY_FLAGS):
        address = Setting(path=HOLIDAYS)
        yield SwitchFeature(device_id=facts.device_id, kind=Kind.HOLIDAY, enabled=False, address=address)


def output_switch(device_id: str, port: IoPort, *, enabled: bool = True) -> SwitchFeature:
    """Return the switch of an alarm output that stays as it is set; its address is the `IoPort`."""
    return SwitchFeature(
        device_id=device_id,
        kind=Kind.ALARM_OUTPUT,
        part=port.id,
        label=port.name,
        address=port,
        enabled=enabled,
    )


def offered(facts: Facts) -> list[SwitchFeature]:
    """Return a switch for every setting the device said it has; addresses are `Setting` records."""
    return [*_of_channels(facts), *_of_privacy(facts), *_of_device(facts)]
