"""Triggers with their linkage, event capabilities and push slots (isapi-events §2, §1.5)."""

from dataclasses import dataclass, field

from simulators.isapi.smart import DETECTIONS, smart_capabilities
from simulators.wire.xml import Value, document

from .setup import Setup

EXCEPTIONS = ("diskfull", "diskerror", "nicbroken", "ipconflict", "illaccess", "badvideo")
"""Triggers of the device itself; cameras put channel 1 into them all the same."""
SILENT = frozenset({"nicbroken", "ipconflict"})
"""Triggers that are not linked to the surveillance centre when a device is new."""
BASIC = {
    "motionDetection": ("VMD", "VMD"),
    "tamperDetection": ("tamper", "tamperdetection"),
    "videoLoss": ("videoloss", "videoloss"),
}


@dataclass(slots=True, kw_only=True)
class Trigger:
    """A trigger before it is printed."""

    id: str
    type: str
    channel: int | None = None
    port: int | None = None
    soft: bool = False
    hidden: bool = False
    methods: list[str] = field(default_factory=lambda: ["center"])


def channel_triggers(setup: Setup, channel: int) -> list[Trigger]:
    """Triggers of one channel; those of a second lens are in no list but answer one by one."""
    if channel in setup.dead:
        return []
    second = setup.has("channel_caps") and channel != setup.local[0]
    rows = [Trigger(id=f"{prefix}-{channel}", type=kind, channel=channel, hidden=second)
            for prefix, kind in (BASIC[name] for name in setup.profile.basic)]  # fmt: skip
    for key in setup.profile.smart:
        detection = DETECTIONS[key]
        # Some devices leave scene change out of the list although the trigger exists (isapi-events §2.5).
        unlisted = second or (key == "SceneChangeDetection" and not setup.profile.is_recorder)
        rows.append(Trigger(id=f"{detection.prefix}-{channel}", type=detection.alert, channel=channel, hidden=unlisted))
    if setup.profile.is_recorder:
        for row in rows:
            row.methods = [f"record-{channel}", "center"]
    return rows


def device_triggers(setup: Setup) -> list[Trigger]:
    """Triggers of terminals and of the device itself."""
    profile = setup.profile
    rows = [Trigger(id=f"IO-{port}", type="IO", port=port) for port in range(1, (profile.inputs or 0) + 1)]
    rows += [Trigger(id=f"softIO-{port}", type="softIO", port=port, soft=True, methods=[])
             for port in range(1, profile.soft_inputs + 1)]  # fmt: skip
    rows += [Trigger(id=f"IO-{port}", type="IO", port=port) for port in setup.proxy_ports]
    rows += [Trigger(id=kind, type=kind, channel=None if profile.is_recorder else 1,
                     methods=[] if kind in SILENT else ["center"]) for kind in EXCEPTIONS]  # fmt: skip
    if setup.has("pir"):
        rows.append(Trigger(id="PIR", type="PIR", channel=1))
    if setup.has("thermal"):
        rows += [
            Trigger(id=f"{kind}-2", type=kind, channel=2) for kind in ("thermometry", "temperature", "fireDetection")
        ]
    return rows


def notification(setup: Setup, method: str) -> dict[str, Value]:
    """One linkage of a trigger, by its id: `center`, `record-4`."""
    name, _, channel = method.partition("-")
    body: dict[str, Value] = {"id": method, "notificationMethod": name}
    if setup.profile.recurrence:
        body["notificationRecurrence"] = setup.profile.recurrence
    if channel:
        body["dynVideoInputID" if int(channel) in setup.proxied else "videoInputID"] = channel
    return body


def trigger_document(setup: Setup, trigger: Trigger) -> str:
    """One trigger (isapi-events §2.2)."""
    body: dict[str, Value] = {"id": trigger.id, "eventType": trigger.type}
    if not setup.profile.is_recorder:
        body["eventDescription"] = f"{trigger.type} Event trigger Information"
    if trigger.channel is not None:
        element = "dynVideoInputChannelID" if trigger.channel in setup.proxied else "videoInputChannelID"
        body[element] = trigger.channel
    if trigger.port is not None:
        body["dynInputIOPortID" if trigger.port > 100 else "inputIOPortID"] = trigger.port
    methods = [method for method in trigger.methods if method != "center" or trigger.id not in setup.missing_center]
    linked: Value = {"EventTriggerNotification": [notification(setup, method) for method in methods]}
    body["EventTriggerNotificationList"] = linked if methods else None
    return setup.render("EventTrigger", body)


def triggers(setup: Setup) -> dict[str, str]:
    """Every trigger; the hidden ones are left out of the list."""
    rows = device_triggers(setup)
    for channel in setup.channels:
        rows += channel_triggers(setup, channel)
    documents = {}
    for row in rows:
        path = f"Event/triggers/{row.id}"
        documents[path] = trigger_document(setup, row)
        if row.hidden:
            setup.hidden.add(path)
    return documents


LINKAGE: Value = {"isSupportCenter": True, "isSupportRecord": True, "isSupportEmail": True, "isSupportIO": False}
TRIGGER_CAPS = {
    "diskfull": "DiskfullTriggerCap", "diskerror": "DiskerrorTriggerCap", "nicbroken": "NicbrokenTriggerCap",
    "ipconflict": "IpconflictTriggerCap", "illaccess": "IllaccesTriggerCap", "badvideo": "BadvideoTriggerCap",
    "IO": "IOTriggerCap", "VMD": "MotionDetectionTriggerCap", "videoloss": "VideoLossTriggerCap",
    "tamperdetection": "TamperDetectionTriggerCap", "fielddetection": "FiledDetectTriggerCap",
    "linedetection": "LineDetectTriggerCap", "regionEntrance": "RegionEntranceTriggerCap",
    "regionExiting": "RegionExitingTriggerCap", "facedetection": "FaceDetectionTriggerCap",
    "scenechangedetection": "SceneChangeDetectionTriggerCap", "audioexception": "AudioExceptionCap",
    "PIR": "PIRAlarmCap",
    "thermometry": "ThermometryCap", "temperature": "TemperatureCap", "fireDetection": "FireDetectionTriggerCap",
}  # fmt: skip
"""Event type to its element in `Event/triggersCap`, with the misspellings of the document."""


def triggers_capability(setup: Setup) -> dict[str, Value]:
    """What can be linked to what (isapi-events §2.1)."""
    rows = device_triggers(setup)
    for channel in setup.channels:
        rows += channel_triggers(setup, channel)
    kinds = {row.type for row in rows}
    return {element: LINKAGE for kind, element in TRIGGER_CAPS.items() if kind in kinds}


def event_capabilities(setup: Setup) -> dict[str, str]:
    """`Event/capabilities`, `Smart/capabilities` and, where offered, the types of each channel in one list."""
    profile = setup.profile
    documents = {
        "Event/capabilities": setup.render(
            "EventCap",
            {"isSupportHDFull": bool(profile.disks), "isSupportIllAccess": True,
             "isSupportMotionDetection": "motionDetection" in profile.basic,
             "isSupportTamperDetection": "tamperDetection" in profile.basic,
             "isSupportVideoLoss": "videoLoss" in profile.basic},
        )
    }  # fmt: skip
    documents["Event/triggersCap"] = setup.render("EventTriggersCap", triggers_capability(setup))
    if profile.smart:
        documents["Smart/capabilities"] = setup.render("SmartCap", smart_capabilities(profile.smart))
    if setup.has("channel_caps"):
        for channel in setup.channels:
            kinds = [BASIC[name][1] for name in profile.basic]
            kinds += [kind for key in profile.smart for kind in (DETECTIONS[key].root, DETECTIONS[key].alert)]
            kinds += [*EXCEPTIONS, "ROI"]
            documents[f"Event/channels/{channel}/capabilities"] = setup.render(
                "ChannelEventCap",
                {"id": channel, "channelID": channel, "eventType": {"@opt": ",".join(kinds)},
                 "shieldEventType": {"@opt": ""}},
            )  # fmt: skip
    return documents


def push_slots(setup: Setup) -> dict[str, str]:
    """`Event/notification/httpHosts`: fixed slots, empty when new (isapi-events §1.5)."""
    namespace = setup.profile.hosts_namespace or setup.profile.speech.namespace
    return {
        f"Event/notification/httpHosts/{number}": document(
            "HttpHostNotification",
            {"id": number, "url": "/", "protocolType": "HTTP", "parameterFormatType": "XML",
             "addressingFormatType": "ipaddress", "ipAddress": "0.0.0.0", "portNo": 80, "userName": None,
             "httpAuthenticationMethod": "none",
             "Extensions": {"@xmlns": "urn:selfextension:psiaext-ver10-xsd", "intervalBetweenEvents": 0},
             "httpBroken": False},
            namespace=namespace, version=setup.profile.speech.version,
        )
        for number in range(1, setup.profile.hosts + 1)
    }  # fmt: skip


BUILDERS = (triggers, event_capabilities, push_slots)
