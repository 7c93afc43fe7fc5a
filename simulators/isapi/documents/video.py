"""Video inputs, attached cameras, streams, the basic and the smart detections, talk and movement."""

from simulators.isapi.smart import DETECTIONS, SCREEN, SQUARE, coordinates, smart_document
from simulators.wire.xml import Value, document

from .setup import Setup

SIZES = {1: (1920, 1080), 2: (640, 360), 3: (1280, 720)}
ALWAYS_ON = frozenset({"LineDetection", "FieldDetection", "regionEntrance"})
"""Smart detections that are enabled when a device is new."""


def inputs(setup: Setup) -> dict[str, str]:
    """Own video inputs (isapi-core §3.4.1)."""
    documents = {}
    for channel in setup.local:
        resolution = "NO VIDEO" if channel in setup.profile.no_video else "2560*1440(4MP)P25"
        body: dict[str, Value] = {
            "id": channel,
            "inputPort": channel,
            "videoInputEnabled": True,
            "name": setup.name_of(channel),
            "videoFormat": "PAL",
        }
        if setup.profile.is_recorder:
            body["resDesc"] = resolution
        documents[f"System/Video/inputs/channels/{channel}"] = setup.render("VideoInputChannel", body)
    return documents


def proxied_camera(setup: Setup, channel: int) -> str:
    """One attached camera (isapi-core X.2); every eighth is ONVIF and says less about itself."""
    onvif = channel % 8 == 0
    silent = onvif or channel in setup.dead
    descriptor: dict[str, Value] = {
        "proxyProtocol": "ONVIF" if onvif else "HIKVISION",
        "addressingFormatType": "ipaddress",
        "ipAddress": f"192.0.2.{channel}",
        "managePortNo": 80 if onvif else 8000,
        "srcInputPort": 1,
        "userName": "admin",
        "connMode": "plugplay",
        "streamType": "auto",
        "model": None if silent else "DS-SIM-CAM",
        "serialNumber": None if silent else f"DS-SIM-CAM20260101AAWR{channel:09d}",
        "firmwareVersion": None if silent else "V5.7.15 build 240201",
        "deviceID": None,
    }
    return setup.render(
        "InputProxyChannel",
        {"id": channel, "name": setup.name_of(channel), "sourceInputPortDescriptor": descriptor,
         "enableAnr": False, "enableTiming": True, "devIndex": f"99547530-e306-4229-97b3-{channel:012d}"},
    )  # fmt: skip


def proxies(setup: Setup) -> dict[str, str]:
    """Every attached camera."""
    return {f"ContentMgmt/InputProxy/channels/{channel}": proxied_camera(setup, channel) for channel in setup.proxied}


def stream(setup: Setup, channel: int, number: int, copy_of: int | None = None) -> str:
    """One stream (isapi-core §3.9.2); a phantom is a copy of another with its own id."""
    width, height = SIZES[copy_of or number]
    talk = setup.has("talk") and channel in setup.local
    recorder = setup.profile.is_recorder
    body: dict[str, Value] = {
        "id": channel * 100 + number,
        "channelName": channel * 100 + number if recorder else setup.name_of(channel),
        "enabled": True,
        "Transport": {
            "maxPacketSize": 1000,
            "ControlProtocolList": {
                "ControlProtocol": [{"streamingTransport": "RTSP"}, {"streamingTransport": "HTTP"}]
            },
            "Security": {"enabled": True, "certificateType": "digest"},
        },
        "Video": {
            "enabled": True,
            "videoInputChannelID": channel,
            "videoCodecType": "H.264",
            "videoScanType": "progressive",
            "videoResolutionWidth": width,
            "videoResolutionHeight": height,
            "videoQualityControlType": "VBR",
            "constantBitRate": 2048,
            "fixedQuality": 60,
            "vbrUpperCap": 4096,
            "vbrLowerCap": 32,
            "maxFrameRate": 0 if recorder else 2500,
            "GovLength": 50,
            "snapShotImageType": "JPEG",
            "SmartCodec": {"enabled": False},
        },
        "Audio": {"enabled": talk, "audioInputChannelID": channel, "audioCompressionType": "G.711ulaw"},
        "Extensions": {"@xmlns": "urn:simulated:extension", "installer": "keep me"},
    }
    return setup.render("StreamingChannel", body)


def channel_streams(setup: Setup, channel: int) -> dict[str, str]:
    """Listed and phantom streams of one channel."""
    documents: dict[str, str] = {}
    if channel in setup.dead:
        return documents
    for number in setup.profile.streams:
        documents[f"Streaming/channels/{channel * 100 + number}"] = stream(setup, channel, number)
    for number in setup.profile.phantoms:
        path = f"Streaming/channels/{channel * 100 + number}"
        documents[path] = stream(setup, channel, number, copy_of=1)
        setup.hidden.add(path)
    return documents


def streams(setup: Setup) -> dict[str, str]:
    """Every stream."""
    return {path: text for channel in setup.channels for path, text in channel_streams(setup, channel).items()}


def motion(setup: Setup) -> str:
    """Motion detection with a grid of 18 rows of 22 columns (isapi-core §3.4.5)."""
    grid_map = "fffffc" * 18
    speech = setup.profile.detection_speech or setup.profile.speech
    body: dict[str, Value] = {
        "enabled": True,
        "enableHighlight": True,
        "samplingInterval": 2,
        "startTriggerTime": 500,
        "endTriggerTime": 500,
        "regionType": "grid",
        "Grid": {"rowGranularity": 18, "columnGranularity": 22},
        "MotionDetectionLayout": {
            "sensitivityLevel": 60,
            "layout": {"gridMap": grid_map, "RegionList": None},
            "targetType": "human,vehicle",
        },
    }
    return speech.document("MotionDetection", body)


def tamper(setup: Setup) -> str:
    """Tamper detection (isapi-core §3.4.4)."""
    size: Value = {"normalizedScreenWidth": 704, "normalizedScreenHeight": 576}
    region: Value = {
        "id": 1,
        "enabled": True,
        "sensitivityLevel": 0,
        "RegionCoordinatesList": coordinates(((0, 0), (704, 0), (704, 576), (0, 576))),
    }
    return setup.render(
        "TamperDetection",
        {"enabled": False, "normalizedScreenSize": size,
         "TamperDetectionRegionList": {"TamperDetectionRegion": region}},
    )  # fmt: skip


def video_loss(setup: Setup, channel: int) -> str:
    """Video loss; attached cameras' answers carry no namespace."""
    if channel in setup.proxied:
        return document("VideoLoss", {"enabled": True}, namespace=None, version=None)
    return setup.render("VideoLoss", {"enabled": True})


def privacy_mask(setup: Setup) -> str:
    """Privacy mask with one region, off (isapi-core §3.4.3)."""
    region: Value = {"id": 1, "enabled": True, "RegionCoordinatesList": coordinates(SQUARE),
                     "privacymaskName": "Neighbour", "maskType": "gray"}  # fmt: skip
    return setup.render(
        "PrivacyMask",
        {"enabled": False, "normalizedScreenSize": SCREEN,
         "PrivacyMaskRegionList": {"PrivacyMaskRegion": region}},
    )  # fmt: skip


def channel_detections(setup: Setup, channel: int) -> dict[str, str]:
    """Basic and smart detections of one channel."""
    profile, speech = setup.profile, setup.profile.speech
    if channel in setup.dead:
        return {}
    basic = {
        "motionDetection": lambda: motion(setup),
        "tamperDetection": lambda: tamper(setup),
        "videoLoss": lambda: video_loss(setup, channel),
    }
    documents = {setup.base_of(channel, name): basic[name]() for name in profile.basic}
    for key in profile.smart:
        documents[f"Smart/{key}/{channel}"] = smart_document(
            DETECTIONS[key], channel, namespace=speech.namespace, version=speech.version, enabled=key in ALWAYS_ON
        )
    if setup.has("privacy") and channel in setup.local:
        documents[f"System/Video/inputs/channels/{channel}/privacyMask"] = privacy_mask(setup)
    if setup.has("counting") and channel in setup.local:
        documents[f"System/Video/inputs/channels/{channel}/counting"] = setup.render(
            "Counting", {"enabled": False, "normalizedScreenSize": SCREEN, "dataUploadCycle": 15}
        )
    return documents


def detections(setup: Setup) -> dict[str, str]:
    """Every detection of every channel."""
    return {path: text for channel in setup.channels for path, text in channel_detections(setup, channel).items()}


def talk(setup: Setup) -> dict[str, str]:
    """Two-way audio channel (isapi-core §3.5)."""
    if not setup.has("talk"):
        return {}
    body: dict[str, Value] = {
        "id": 1,
        "enabled": False,
        "audioCompressionType": "G.711ulaw",
        "speakerVolume": 50,
        "microphoneVolume": 50,
        "noisereduce": True,
        "audioInputType": "MicIn",
    }
    return {"System/TwoWayAudio/channels/1": setup.render("TwoWayAudioChannel", body)}


BUILDERS = (inputs, proxies, streams, detections, talk)
