"""Identity, capabilities, terminals, holidays, accounts and ports."""

from simulators.isapi.smart import smart_capabilities
from simulators.wire.xml import Value

from .setup import Setup


def device_info(setup: Setup) -> dict[str, str]:
    """`System/deviceInfo` (isapi-core §3.1.1)."""
    profile = setup.profile
    body: dict[str, Value] = {
        "deviceName": setup.device_name,
        "deviceID": f"11112222-3333-4444-5555-{setup.mac.replace(':', '')}",
    }
    if profile.description:
        body["deviceDescription"] = profile.description
    body |= {
        "deviceLocation": "simulated",
        "systemContact": None,
        "model": profile.model,
        "serialNumber": setup.serial,
        "macAddress": setup.mac,
        "firmwareVersion": profile.firmware,
        "firmwareReleasedDate": profile.released,
        "bootVersion": "V1.3.4",
        "hardwareVersion": "0x0",
        "deviceType": profile.device_type,
        "telecontrolID": 88,
        "supportBeep": profile.is_recorder,
        "manufacturer": None,
    }
    return {"System/deviceInfo": setup.render("DeviceInfo", body)}


def _io_capability(setup: Setup) -> dict[str, Value]:
    profile = setup.profile
    body: dict[str, Value] = {"isSupportStrobeLamp": False}
    if profile.inputs is not None:
        body["IOInputPortNums"] = profile.inputs
    if profile.outputs is not None:
        body["IOOutputPortNums"] = profile.outputs
    if profile.soft_inputs:
        body["SoftIOInputPortNums"] = profile.soft_inputs
    return body


def capabilities(setup: Setup) -> dict[str, str]:
    """`System/capabilities` with the sub trees that gate the rest (isapi-core §3.1.3)."""
    profile = setup.profile
    video: dict[str, Value] = {
        "videoInputPortNums": profile.stated_inputs,
        "videoOutputPortNums": 3 if profile.is_recorder else 0,
        "isSupportHeatmap": False,
        "isSupportCounting": setup.has("counting"),
        "isSupportPrivacyMask": setup.has("privacy"),
    }
    system: dict[str, Value] = {
        "isSupportDst": True,
        "NetworkCap": {"isSupportWireless": False, "isSupportNtp": True, "isSupportHttps": True},
        "IOCap": _io_capability(setup),
        "SerialCap": {"rs485PortNums": 0, "supportRS232Config": False},
        "VideoCap": video,
        "AudioCap": {"audioInputNums": int(setup.has("talk")), "audioOutputNums": int(setup.has("talk"))},
        "isSupportHolidy": profile.holidays > 0,
    }
    racm: dict[str, Value] = {"isSupportRaid": False}
    if profile.max_proxied is not None:
        racm["inputProxyNums"] = max(profile.max_proxied, len(setup.proxied))
        racm["isSupportIOInputProxy"] = racm["isSupportIOOutputProxy"] = profile.proxy_ports
    motion = "motionDetection" in profile.basic
    body: dict[str, Value] = {
        "SysCap": system,
        "voicetalkNums": int(setup.has("talk")),
        "isSupportSnapshot": not profile.is_recorder,
        "SecurityCap": {"supportUserNums": 32, "isSupportUserCheck": True, "issupIllegalLoginLock": True},
        "EventCap": {
            "isSupportHDFull": bool(profile.disks),
            "isSupportHDError": bool(profile.disks),
            "isSupportMotionDetection": motion,
            "isSupportTamperDetection": "tamperDetection" in profile.basic,
            "isSupportVideoLoss": "videoLoss" in profile.basic,
            "isSupportChannelEventCap": setup.has("channel_caps"),
        },
        "RacmCap": racm,
    }
    if setup.has("ptz") or setup.has("thermal"):
        body["PTZCtrlCap"] = {"isSupportPatrols": setup.has("ptz"), "isSupportCombinedPath": False}
    if profile.smart:
        body["SmartCap"] = smart_capabilities(profile.smart)
    if setup.has("pir"):
        body["WLAlarmCap"] = {"isSupportPIR": True}
    if setup.has("thermal"):
        body["ThermalCap"] = {"isSupportFireDetection": True, "isSupportThermometry": True}
    if setup.has("intercom"):
        body["VideoIntercomCap"] = {"isSupportRemoteOpenDoor": True, "isSupportCallStatus": True}
    body["isSupportGetmutexFuncErrMsg"] = setup.has("mutex")
    return {"System/capabilities": setup.render("DeviceCap", body)}


def terminals(setup: Setup) -> dict[str, str]:
    """Alarm inputs and outputs, also of attached cameras (isapi-core §3.3, X.2)."""
    documents = {}
    for number in range(1, (setup.profile.inputs or 0) + 1):
        body: dict[str, Value] = {"id": number, "enabled": True, "triggering": "high", "name": f"Input {number}"}
        if setup.has("intercom"):
            body["IOUseType"] = "doorStatus"
        documents[f"System/IO/inputs/{number}"] = setup.render("IOInputPort", body)
    for number in range(1, (setup.profile.outputs or 0) + 1):
        body = {
            "id": number,
            "PowerOnState": {"defaultState": "low", "outputState": "high", "pulseDuration": 5000},
            "name": f"Output {number}",
        }
        if setup.has("intercom"):
            body["IOUseType"] = "electricLock"
        documents[f"System/IO/outputs/{number}"] = setup.render("IOOutputPort", body)
    for port in setup.proxy_ports:
        descriptor: dict[str, Value] = {"proxyProtocol": "HIKVISION", "innerIOPortID": port % 100}
        documents[f"ContentMgmt/IOProxy/inputs/{port}"] = setup.render(
            "IOProxyInputPort",
            {"id": port, "enabled": True, "IODescriptor": descriptor, "triggering": "high", "name": f"Remote {port}"},
        )
        documents[f"ContentMgmt/IOProxy/outputs/{port}"] = setup.render(
            "IOProxyOutputPort",
            {"id": port, "IODescriptor": descriptor,
             "PowerOnState": {"defaultState": "low", "outputState": "high", "pulseDuration": 5000},
             "name": f"Remote {port}"},
        )  # fmt: skip
    if documents:
        documents["System/IO/capabilities"] = setup.render("IOCap", _io_capability(setup))
    return documents


def holidays(setup: Setup) -> dict[str, str]:
    """`System/Holidays` of recorders: every slot has all three forms of a date in use somewhere."""
    documents = {}
    for number in range(1, setup.profile.holidays + 1):
        body: dict[str, Value] = {
            "id": number,
            "enabled": {"@opt": "true,false", "#text": False},
            "holidayName": f"Holiday{number}",
            "holidayMode": {"@opt": "date,week,month", "#text": "date" if number == 1 else "month"},
        }
        if number == 1:
            body["holidayDate"] = {"startDate": "2026-12-24", "endDate": "2026-12-26"}
        else:
            body["holidayMonth"] = {
                "startMonth": {"monthOfYear": 1, "dayOfMonth": 1},
                "endMonth": {"monthOfYear": 1, "dayOfMonth": 1},
            }
        documents[f"System/Holidays/{number}"] = setup.render("holiday", body)
    return documents


def ports(setup: Setup) -> dict[str, str]:
    """`Security/adminAccesses`: the way to the RTSP port (isapi-core §3.8.3)."""
    rows: tuple[tuple[str, int | None, bool], ...] = (
        ("HTTP", 80, True), ("HTTPS", 443, True), ("DEV_MANAGE", 8000, True),
        ("RTSP", setup.rtsp_port, setup.rtsp_enabled), ("SDK_OVER_TLS", 8443, True), ("WebSocket", 7681, False),
        ("SRTP", 322, True), ("Bonjour", None, True),
    )  # fmt: skip
    return {
        f"Security/adminAccesses/{number}": setup.render(
            "AdminAccessProtocol",
            {"id": number, "enabled": enabled, "protocol": protocol, **({} if port is None else {"portNo": port})},
        )
        for number, (protocol, port, enabled) in enumerate(rows, 1)
    }


def hardware(setup: Setup) -> dict[str, str]:
    """Infrared light and status LED of cameras (isapi-core §3.6)."""
    if setup.profile.is_recorder or setup.has("intercom"):
        return {}
    return {
        "System/Hardware": setup.render(
            "HardwareService", {"IrLightSwitch": {"mode": "open"}, "LED": {"enabled": True}}
        )
    }


BUILDERS = (device_info, capabilities, terminals, holidays, ports, hardware)
