"""Who a device is and of what kind (isapi-core §3.1.1, §4.2)."""

from collections.abc import Mapping
import re
from typing import Final

from lxml import etree

from ..errors import ProtocolError
from ..model import DeviceKind, Identity
from ..transport.xml import as_int
from .documents import is_root, word
from .records import UnitKind

_RECORDERS: Final = frozenset({"nvr", "dvr", "hybirdnvr", "hybridnvr", "hdvr", "hybriddvr", "dvs", "encoder"})
_ENCODERS: Final = frozenset({"dvs", "encoder"})
_CAMERAS: Final = frozenset({"ipcamera", "ipdome", "ipzoom"})
_INTERCOMS: Final = re.compile(r"vis|.*(door(station|phone|bell)|outdoorstation|indoorstation|villa|intercom).*")
_NO: Final = frozenset({"", "false", "0"})
_LOCAL_INPUTS: Final = ("SysCap/VideoCap/videoInputPortNums", "VideoCap/videoInputPortNums")
_PROXIED_INPUTS: Final = ("RacmCap/inputProxyNums",)


def mac_of(text: str | None) -> str | None:
    """Normalise a MAC address to lower case with colons; zeros and garbage are None."""
    digits = re.sub(r"[^0-9a-f]", "", (text or "").casefold())
    if len(digits) != 12 or not digits.strip("0"):
        return None
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def identity_of(root: etree._Element) -> Identity:
    """Read who answers. Raises `ProtocolError` for another document, or one that names nothing stable."""
    if not is_root(root, "DeviceInfo"):
        raise ProtocolError("System/deviceInfo: another document", reason="it is no ISAPI device")
    serial = word(root, "serialNumber")
    mac = mac_of(word(root, "macAddress"))
    unique_id = serial or word(root, "deviceID") or mac
    if unique_id is None:
        raise ProtocolError("System/deviceInfo: no identity", reason="it names no serial number, id or MAC address")
    firmware = " ".join(part for part in (word(root, "firmwareVersion"), word(root, "firmwareReleasedDate")) if part)
    model = word(root, "model")
    return Identity(
        unique_id=unique_id,
        name=word(root, "deviceName") or model or unique_id,
        model=model,
        serial=serial,
        firmware=firmware or None,
        mac=mac,
    )


def stated(capabilities: Mapping[str, str], *paths: str) -> int:
    """Return a number of the capabilities, 0 if the device did not state it."""
    for path in paths:
        found = as_int(capabilities.get(path))
        if found is not None and found > 0:
            return found
    return 0


def local_inputs(capabilities: Mapping[str, str]) -> int:
    """Return the number of video inputs the device states; 0 on every camera, although it has a sensor."""
    return stated(capabilities, *_LOCAL_INPUTS)


def proxied_inputs(capabilities: Mapping[str, str]) -> int:
    """Return the number of network cameras the device can take."""
    return stated(capabilities, *_PROXIED_INPUTS)


def unit_kind(device_type: str, capabilities: Mapping[str, str]) -> UnitKind:
    """Decide between camera and recorder."""
    name = device_type.strip().casefold()
    proxied = proxied_inputs(capabilities)
    if name in _RECORDERS:
        return UnitKind.RECORDER
    if name in _CAMERAS and not proxied:
        # A camera with several sensors may state them as inputs.
        return UnitKind.CAMERA
    return UnitKind.RECORDER if local_inputs(capabilities) + proxied > 1 else UnitKind.CAMERA


def is_intercom(device_type: str, capabilities: Mapping[str, str]) -> bool:
    """Whether a device says that it is a door station, by its type or by what it can (isapi-events §4.7)."""
    name = re.sub(r"[^a-z]", "", device_type.casefold())
    if name in _RECORDERS:
        # What a recorder can do with the door stations behind it makes it none.
        return False
    if _INTERCOMS.fullmatch(name):
        return True
    for path, value in capabilities.items():
        words = path.casefold().split("/")
        if "videointercomcap" in words or words[-1] == "issupportvideointercom":
            if value.strip().casefold() not in _NO:
                return True
    return False


def device_kind(device_type: str, kind: UnitKind) -> DeviceKind:
    """Return the kind for the device registry."""
    if kind is UnitKind.CAMERA:
        return DeviceKind.CAMERA
    return DeviceKind.ENCODER if device_type.strip().casefold() in _ENCODERS else DeviceKind.RECORDER
