"""The kinds of device that can be simulated, as data (isapi-core §7, isapi-events §7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .answers import HIKVISION, ISAPI, PSIA, Speech

CHANNEL_NAMES = ("Front door", "Driveway", "Garden", "Garage", "Hall", "Terrace", "Gate", "Warehouse")
CAMERA_SMART = (
    "LineDetection", "FieldDetection", "regionEntrance", "regionExiting", "SceneChangeDetection", "FaceDetect",
    "AudioDetection/channels",
)  # fmt: skip
EVERY_SMART = (
    *CAMERA_SMART, "DefocusDetection", "loitering", "group", "rapidMove", "parking", "unattendedBaggage",
    "attendedBaggage", "peopleDetection",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk, card or network share; sizes in MB."""

    id: str
    name: str
    capacity: int
    free: int
    status: str = "ok"
    kind: str = "SATA"
    network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one kind of device is and has."""

    name: str
    model: str
    device_type: str
    description: str | None = None
    firmware: str = "V5.7.15"
    released: str = "build 240201"
    speech: Speech = Speech()  # noqa: RUF009  (frozen)
    detection_speech: Speech | None = None
    """How motion detection is printed when it differs: documents of one device do not agree."""
    hosts_namespace: str | None = None
    """Namespace of the push slots when it differs from the device's."""
    local: int = 1
    """Own video inputs."""
    proxied: int = 0
    """Attached cameras, unless the constructor says how many."""
    stated_inputs: int = 0
    """`videoInputPortNums`, which is 0 on every camera."""
    max_proxied: int | None = None
    no_video: frozenset[int] = frozenset()
    streams: tuple[int, ...] = (1, 2)
    phantoms: tuple[int, ...] = ()
    """Streams that answer although no list names them: copies of the main stream (isapi-core T43)."""
    refused_streams: Mapping[int, int] = field(default_factory=dict)
    """HTTP status for streams that do not exist, by stream number."""
    smart: tuple[str, ...] = ()
    basic: tuple[str, ...] = ("motionDetection", "tamperDetection")
    inputs: int | None = 0
    outputs: int | None = 0
    """Alarm terminals; None = the capabilities do not say, and there are none."""
    soft_inputs: int = 0
    proxy_ports: bool = False
    """Attached cameras may have terminals of their own."""
    features: frozenset[str] = frozenset()
    """Of: pir, ptz, thermal, intercom, counting, talk, privacy, mutex, channel_caps, smart_list."""
    rtsp_port: int = 554
    holidays: int = 0
    disks: tuple[Disk, ...] = ()
    hosts: int = 3
    wrapped_triggers: bool = False
    recurrence: str | None = "beginning"
    style: str = "camera"
    refusals: Mapping[str, int] = field(default_factory=dict)
    """HTTP status by path, for what this kind refuses in its own way; 0 = it drops the connection."""

    standing_faults: tuple[tuple[str, str], ...] = ()
    """Faults that are there from the start, each with its path."""

    @property
    def is_recorder(self) -> bool:
        """Tell whether it records other cameras."""
        return self.device_type in ("NVR", "DVR")


CARD = Disk("1", "hdda", 61440, 30720, kind="SD")
ISAPI_SPEECH = Speech(namespace=ISAPI)
IPC = Profile(
    name="ipc", model="DS-SIM-IPC", device_type="IPCamera", description="IPCamera", phantoms=(3, 4), smart=CAMERA_SMART,
    inputs=1, outputs=1, disks=(CARD, Disk("9", "nasa", 122346, 119296, kind="NFS", network=True)),
    features=frozenset({"pir", "counting", "talk", "privacy", "mutex", "smart_list"}),
    refusals={"System/Holidays": 404, "ContentMgmt/InputProxy/channels": 403},
)  # fmt: skip
PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        IPC,
        Profile(
            name="ipc-noio", model="DS-SIM-NOIO", device_type="IPCamera", description="IPCamera", phantoms=(3, 4),
            smart=CAMERA_SMART[:-1], inputs=None, outputs=None, rtsp_port=10554, disks=(CARD,),
            features=frozenset({"privacy", "smart_list"}),
            refusals={"System/Holidays": 403, "ContentMgmt/InputProxy/channels": 403},
        ),
        Profile(
            name="ipc-old", model="DS-SIM-OLD", device_type="IPCamera", description="IPCamera", firmware="V5.2.0",
            released="build 140721", smart=("LineDetection", "FieldDetection"), inputs=1, outputs=1,
            basic=("motionDetection", "tamperDetection", "videoLoss"), refused_streams={3: 500, 4: 500},
            wrapped_triggers=True, hosts=1,
            refusals={"System/Holidays": 404, "ContentMgmt/InputProxy/channels": 403},
        ),
        Profile(
            name="dome", model="DS-SIM-DOME", device_type="IPDome", description="IPDome", local=2, smart=CAMERA_SMART,
            inputs=2, outputs=1, features=frozenset({"ptz", "talk", "privacy", "channel_caps", "smart_list"}),
            disks=(CARD,), refusals={"System/Holidays": 404, "ContentMgmt/InputProxy/channels": 403},
        ),
        Profile(
            name="thermal", model="DS-SIM-THERMAL", device_type="IPCamera", description="IPCamera", local=2,
            speech=ISAPI_SPEECH, firmware="V5.5.98", phantoms=(3, 4), smart=("SceneChangeDetection",), inputs=1,
            outputs=1, features=frozenset({"thermal", "talk"}), wrapped_triggers=True, style="document",
            disks=(CARD,), refusals={
                "System/Holidays": 0, "ContentMgmt/InputProxy/channels": 0, "Event/channels/capabilities": 403,
            },
        ),
        Profile(
            name="nvr", model="DS-SIM-NVR", device_type="NVR", firmware="V4.74.000", speech=ISAPI_SPEECH, local=0,
            proxied=4, max_proxied=8, refused_streams={3: 403}, smart=CAMERA_SMART[:-1], inputs=4, outputs=1,
            basic=("motionDetection", "tamperDetection", "videoLoss"), soft_inputs=8, proxy_ports=True,
            rtsp_port=10554, holidays=32, disks=(Disk("1", "hdd1", 1907729, 0), Disk("2", "hdd2", 3815447, 204800)),
            hosts=1, recurrence=None, style="recorder_dyn", features=frozenset({"talk", "mutex"}),
            refusals={"System/Video/inputs/channels": 403, "System/Video/inputs": 403},
        ),
        Profile(
            name="dvr", model="DS-SIM-DVR", device_type="DVR", firmware="V4.71.120",
            speech=Speech(namespace=HIKVISION, version="1.0"), hosts_namespace=PSIA,
            detection_speech=ISAPI_SPEECH, local=4, proxied=0,
            stated_inputs=4, max_proxied=6, no_video=frozenset({2, 4}), refused_streams={3: 400, 4: 403},
            smart=("LineDetection", "FieldDetection"), basic=("motionDetection", "tamperDetection", "videoLoss"),
            inputs=None, outputs=None, holidays=32, disks=(Disk("1", "hdd1", 953869, 102400),), hosts=1,
            recurrence=None, style="recorder", features=frozenset({"privacy"}),
        ),
        Profile(
            name="door", model="DS-SIM-DOOR", device_type="VIS", firmware="V2.2.53", basic=("motionDetection",),
            inputs=1, outputs=1, features=frozenset({"intercom", "talk"}), style="door", hosts=2,
            refusals={"System/Holidays": 404, "ContentMgmt/InputProxy/channels": 403},
        ),
        Profile(
            name="hostile", model="DS-SIM-HOSTILE", device_type="IPCamera", description="IPCamera", phantoms=(3, 4),
            smart=EVERY_SMART, inputs=1, outputs=1, disks=(CARD,), style="hostile",
            features=frozenset({"pir", "privacy", "mutex"}),
            standing_faults=(
                ("gbk_name", "System/deviceInfo"), ("mixed_namespaces", "System/capabilities"),
                ("padded_values", "Streaming/channels"), ("missing_optional", "System/status"),
                ("single_item", "Security/adminAccesses"), ("mixed_namespaces", "Event/triggers"),
                ("empty_body", "Event/capabilities"), ("truncated_xml", "Smart/capabilities"),
                ("picture_device_error", "Streaming/channels/*/picture"),
            ),
            refusals={"System/Holidays": 0, "ContentMgmt/InputProxy/channels": 500, "System/IO/outputs": 405},
        ),
    )
}  # fmt: skip


def channel_name(channel: int) -> str:
    """Name of a channel; different for each."""
    name = CHANNEL_NAMES[(channel - 1) % len(CHANNEL_NAMES)]
    turn = (channel - 1) // len(CHANNEL_NAMES)
    return f"{name} {turn + 1}" if turn else name
