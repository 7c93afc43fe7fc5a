"""Recordings of devices that nobody owns: in the form of a recorder's file, put together from what such devices answer.

Each function returns the table `data.ISAPI` of one file. What is not in it was never asked, and is answered with 404.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

type Table = dict[str, Any]
type Fields = Mapping[str, Any]

ISAPI: Final = "http://www.isapi.org/ver20/XMLSchema"
VER20: Final = "http://www.hikvision.com/ver20/XMLSchema"
VER10: Final = "http://www.hikvision.com/ver10/XMLSchema"
PSIA: Final = "urn:psialliance-org"
REFUSED: Final = {"status_code": 403}


def answer(root: str, fields: Fields, space: str | None = ISAPI) -> Table:
    """Return an answered document."""
    head = {} if space is None else {"@version": "2.0", "@xmlns": space}
    return {"response": {root: {**head, **fields}}}


def collapsed(items: Sequence[Any]) -> Any:
    """Return a list as recorders write it: one item stands alone, none is nothing."""
    return None if not items else items[0] if len(items) == 1 else list(items)


def info(kind: str, model: str, serial: str, mac: str, *, space: str | None = ISAPI, **more: Any) -> Table:
    """Return who a device is."""
    fields = {"deviceName": model, "deviceID": "484a3831-0000", "model": model, "serialNumber": serial}
    fields |= {"macAddress": mac, "firmwareVersion": "V5.7.3", "firmwareReleasedDate": "build 220112"}
    return answer("DeviceInfo", {**fields, "deviceType": kind, **more}, space)


def capabilities(
    *, inputs: object = "0", ports: tuple[object, object] | None = ("0", "0"), proxied: object = None, **more: Any
) -> Table:
    """Return what a device says that it can."""
    terminals: Table = {} if ports is None else {"IOInputPortNums": ports[0], "IOOutputPortNums": ports[1]}
    video = {"videoInputPortNums": inputs, "videoOutputPortNums": "0"}
    racm = {} if proxied is None else {"RacmCap": {"inputProxyNums": proxied, **more.pop("RacmCap", {})}}
    return answer("DeviceCap", {"SysCap": {"IOCap": terminals, "VideoCap": video}, **racm, **more})


def stream(number: int, *, source: int | None = -1, enabled: str = "true", **more: Any) -> Table:
    """Return one stream; `source` None leaves the input out."""
    fields: Table = {} if source is None else {"videoInputChannelID": str(number // 100 if source == -1 else source)}
    wide = number % 100 != 2
    size = {"videoResolutionWidth": "2688" if wide else "640", "videoResolutionHeight": "1520" if wide else "360"}
    video = {"enabled": enabled, **fields, "videoCodecType": "H.265", **size, "maxFrameRate": "2500", **more}
    return {"id": str(number), "channelName": "Camera 01", "enabled": enabled, "Video": video}


def streams(numbers: Iterable[int], *, listed: bool = True, phantoms: Iterable[int] = (), **more: Any) -> Table:
    """Return streams, in a list if the recorder asked for it, and one by one as it always does."""
    rows = [stream(number, **more) for number in numbers]
    table = {"Streaming/channels": answer("StreamingChannelList", {"StreamingChannel": collapsed(rows)})}
    table = table if listed else {}
    shown = [*rows, *(stream(number) for number in phantoms)]
    return table | {f"Streaming/channels/{row['id']}": answer("StreamingChannel", row) for row in shown}


def trigger(
    event: str,
    place: object = 1,
    *,
    name: str | None = None,
    methods: Iterable[str] = ("center",),
    key: str = "videoInputChannelID",
) -> Table:
    """Return one trigger; `place` None leaves channel and port out."""
    rows = [{"id": method, "notificationMethod": method, "notificationRecurrence": "beginning"} for method in methods]
    fields = {} if place is None else {key: str(place)}
    listed = None if not rows else {"EventTriggerNotification": collapsed(rows)}
    trigger_id = name or (event if place is None else f"{event}-{place}")
    return {"id": trigger_id, "eventType": event, **fields, "EventTriggerNotificationList": listed}


def triggers(rows: Sequence[Table], *, space: str | None = ISAPI) -> Table:
    """Return the list of triggers."""
    return {"Event/triggers": answer("EventTriggerList", {"EventTrigger": collapsed(rows)}, space)}


def disks(count: int = 1, **changed: Any) -> Table:
    """Return disks."""
    rows = [
        {"id": str(one), "hddName": f"hdd{one}", "status": "ok", "capacity": "3815447", "freeSpace": "0", **changed}
        for one in range(1, count + 1)
    ]
    lists = {"hddList": {"hdd": collapsed(rows)} if rows else None, "nasList": None}
    return {"ContentMgmt/Storage": answer("storage", lists)}


def inputs(names: Iterable[str], **more: Any) -> Table:
    """Return local video inputs."""
    rows = [
        {"id": str(one), "inputPort": str(one), "name": name, "videoFormat": "PAL", **more}
        for one, name in enumerate(names, 1)
    ]
    return {"System/Video/inputs/channels": answer("VideoInputChannelList", {"VideoInputChannel": collapsed(rows)})}


def proxied(number: int, *, serial: str | None = "-", source: bool = True, **more: Any) -> Table:
    """Return a network camera behind a recorder; the serial `-` stands for one of its own."""
    own = f"DS-2CD2143G0-I20200101AAWRE{number:08d}" if serial == "-" else serial
    port: Table = {
        "proxyProtocol": "HIKVISION",
        "ipAddress": f"192.0.2.{number}",
        "managePortNo": "8000",
        "srcInputPort": "1",
    }
    port |= {"userName": "admin", "streamType": "auto", "model": "DS-2CD2143G0-I", "serialNumber": own, **more}
    described = {"sourceInputPortDescriptor": port} if source else {}
    return {"id": str(number), "name": f"Camera {number:02d}", **described, "enableAnr": "false"}


def cameras(rows: Sequence[Table]) -> Table:
    """Return the network cameras of a recorder."""
    fields = {"@size": str(len(rows)), "InputProxyChannel": collapsed(rows)}
    return {"ContentMgmt/InputProxy/channels": answer("InputProxyChannelList", fields)}


def rtsp(port: str = "554") -> Table:
    """Return the ports of a device."""
    row = {"id": "2", "enabled": "true", "protocol": "RTSP", "portNo": port}
    return {"Security/adminAccesses": answer("AdminAccessProtocolList", {"AdminAccessProtocol": row})}


def terminal(kind: str, state: str = "inactive", number: str = "1") -> Table:
    """Return the state of a terminal."""
    return answer("IOPortStatus", {"ioPortID": number, "ioPortType": kind, "ioState": state})


def switch_of(root: str, **more: Any) -> Table:
    """Return a setting that can be switched."""
    return answer(root, {"id": "1", "enabled": "true", **more})


DEVICE_EVENTS: Final = ("diskfull", "diskerror", "nicbroken", "ipconflict", "illaccess")


def of_device(*, place: object = None) -> list[Table]:
    """Return triggers of what concerns the device itself; cameras write channel 1 into them."""
    return [trigger(event, place, name=event) for event in DEVICE_EVENTS]


def turret() -> Table:
    """Return a camera with terminals and sound; its list holds two of the four streams that answer."""
    rows = [trigger("VMD"), trigger("tamperdetection", name="tamper-1"), trigger("linedetection", methods=())]
    rows += [trigger("fielddetection", methods=("center", "beep", "record")), trigger("audioexception")]
    rows += [trigger("IO", 1, key="inputIOPortID"), *of_device(place=1)]
    return {
        "System/deviceInfo": info(
            "IPCamera", "DS-2CD2146G2-ISU", "DS-2CD2146G2-ISU20210101AAWRF1", "44:a6:42:00:00:01"
        ),
        "System/capabilities": capabilities(ports=("1", "1"), SmartCap={"isSupportSceneChangeDetection": "true"}),
        "System/IO/inputs/1/status": terminal("input"),
        "System/IO/outputs/1/status": terminal("output"),
        "System/Holidays": {"status_code": 404},
        "ContentMgmt/InputProxy/channels": REFUSED,
        **inputs(["Garage"]),
        **streams((101, 102), phantoms=(103, 104)),
        **triggers(rows),
        "Event/triggers/scenechangedetection-1": answer("EventTrigger", trigger("scenechangedetection")),
        **disks(0),
        **rtsp(),
        "System/Video/inputs/channels/1/motionDetection": switch_of("MotionDetection", sensitivityLevel="60"),
        "Smart/FieldDetection/1": switch_of("FieldDetection"),
        "Smart/SceneChangeDetection/1": switch_of("SceneChangeDetection"),
    }


def turret_unlisted() -> Table:
    """Return a camera whose streams were only asked one by one."""
    rows = [trigger("VMD"), trigger("shelteralarm"), trigger("faceSnap", methods=()), *of_device(place=1)]
    return {
        "System/deviceInfo": info(
            "IPCamera", "DS-2CD2346G2-ISU/SL", "DS-2CD2346G2-ISU/SL20220101AAWRJ2", "", space=VER20
        ),
        "System/capabilities": capabilities(ports=("1", "1")),
        "System/IO/inputs/1/status": terminal("input", "active"),
        "System/IO/outputs/1/status": terminal("output"),
        **streams((101, 102), listed=False, phantoms=(103, 104)),
        **triggers(rows),
        **disks(1, capacity="60906", freeSpace="1024"),
        **rtsp("10554"),
    }


def cube_old() -> Table:
    """Return an old camera: wrapped triggers, two namespaces, no streams behind the second, no list of disks."""
    rows = [trigger("VMD", name="VMD-1"), trigger("PIR", name="PIR"), *of_device(place=1)]
    wrapped = {"EventTriggerList": {"@version": "2.0", "EventTrigger": rows}}
    return {
        "System/deviceInfo": info(
            "IPCamera", "DS-2CD2532F-IWS", "DS-2CD2532F-IWS20140101CCWR3", "c0:56:e3:00:00:03", space=VER10
        ),
        "System/capabilities": capabilities(ports=("1", "1")),
        "System/IO/inputs/1/status": terminal("input"),
        "System/IO/outputs/1/status": terminal("output"),
        "System/Video/inputs/channels": answer(
            "VideoInputChannelList", {"VideoInputChannel": {"id": "1", "inputPort": "1", "name": "IPCamera 01"}}, VER10
        ),
        "ContentMgmt/InputProxy/channels": {"status_code": 404},
        "Streaming/channels/101": answer("StreamingChannel", stream(101), VER10),
        "Streaming/channels/102": answer("StreamingChannel", stream(102), VER10),
        "Streaming/channels/103": {"status_code": 500},
        "Streaming/channels/104": {"status_code": 500},
        "Event/triggers": answer("EventNotification", wrapped, VER20),
        "ContentMgmt/Storage": {"status_code": 500},
        "WLAlarm/PIR": switch_of("PIRAlarm", name="pir"),
    }


def bullet() -> Table:
    """Return a camera whose every list holds one item, and which says nothing twice."""
    return {
        "System/deviceInfo": info(
            "IPCamera", "DS-2CD2T46G2-ISU/SL", "DS-2CD2T46G2-ISU/SL20230101AAWRK4", "00-11-22-33-44-55"
        ),
        "System/capabilities": capabilities(ports=("2", "1")),
        **inputs([" Drive  way "]),
        **streams((101,)),
        **triggers([trigger("fielddetection", methods=("HTTP",))]),
        **disks(1, status="error"),
    }


def bullet_smart() -> Table:
    """Return a camera with every rule there is, some named in other words, and streams without an input."""
    smart: tuple[str, ...] = (
        "linedetection",
        "fielddetection",
        "regionEntrance",
        "regionExiting",
        "loitering",
        "group",
        "rapidMove",
    )
    smart += ("parking", "unattendedBaggage", "attendedBaggage", "facedetection", "defocus", "audioexception")
    rows = [trigger("vmdHumanVehicle", name="VMDHumanVehicle-1"), *(trigger(event) for event in smart)]
    rows += [
        trigger("storageDetection", methods=("beep",)),
        trigger("futureEvent"),
        trigger("IO", "01", key="inputIOPortID"),
    ]
    return {
        "System/deviceInfo": info(
            "IPCamera", "DS-2CD2T86G2-ISU/SL", "DS-2CD2T86G2-ISU/SL20230301AAWRL5", "0:0:0:0:0:0"
        ),
        "System/capabilities": capabilities(ports=("1", "1"), WLAlarmCap={"isSupportPIR": "false"}),
        "System/IO/inputs/1/status": terminal("input", "active"),
        "System/IO/outputs/1/status": terminal("output", "active"),
        **inputs(["Yard"]),
        **streams((101, 102, 103), source=None),
        **triggers(rows),
        **disks(1, freeSpace=None, capacity=None),
        **rtsp(),
    }


def dome_two_lenses() -> Table:
    """Return a dome with two lenses; only the first is in its triggers, the second in the capabilities of channels."""
    kinds = "VMD,shelteralarm,tamperdetection,linedetection,fielddetection,regionEntrance,illaccess,diskfull"
    caps = [{"eventType": {"@opt": kinds}, "channelID": str(one)} for one in (1, 2)]
    rows = [trigger("VMD"), trigger("tamperdetection", name="tamper-1"), trigger("linedetection"), *of_device(place=1)]
    return {
        "System/deviceInfo": info("IPDome", "DS-2SE4C425MWG-E", "DS-2SE4C425MWG-E20220101CCWRG6", "e8:a0:ed:00:00:06"),
        "System/capabilities": capabilities(ports=("1", "1"), isSupportChannelEventCap="true"),
        "System/IO/inputs/1/status": terminal("input"),
        "System/IO/outputs/1/status": terminal("output"),
        **inputs(["Overview", "Zoom"]),
        **streams((101, 102, 201, 202), phantoms=(103, 203)),
        **triggers(rows),
        "Event/channels/capabilities": answer("ChannelEventCapList", {"ChannelEventCap": caps}),
        **disks(1),
        **rtsp(),
        "Smart/LineDetection/1": switch_of("LineDetection"),
        "Smart/LineDetection/2": switch_of("LineDetection"),
    }


def _recorder_rows(numbers: Iterable[int], *events: str) -> list[Table]:
    """Return the triggers of a recorder's network cameras."""
    return [trigger(event, number, key="dynVideoInputChannelID") for event in events for number in numbers]


def nvr_small() -> Table:
    """Return a recorder with four terminals and six cameras, two of them of other makers."""
    rows = [proxied(one) for one in range(1, 5)]
    rows += [proxied(5, serial=None, model=None, firmwareVersion=None, proxyProtocol="ONVIF")]
    rows += [proxied(6, serial="", model="IPC", proxyProtocol="ONVIF")]
    events = _recorder_rows(range(1, 7), "VMD", "videoloss", "fielddetection", "linedetection")
    events += [trigger("IO", one, key="inputIOPortID", methods=()) for one in range(1, 5)]
    events += [trigger("IO", 301, key="dynInputIOPortID"), *of_device(), trigger("recordingfailure", None)]
    return {
        "System/deviceInfo": info(
            "NVR", "DS-7616NI-K2/16P", "DS-7616NI-K2/16P1620190101CCRRD7WCVU", "94:e1:ac:00:00:07"
        ),
        "System/capabilities": capabilities(
            ports=("4", "1"), proxied="16", RacmCap={"isSupportIOInputProxy": "true", "isSupportIOOutputProxy": "true"}
        ),
        "System/IO/inputs/1/status": terminal("input"),
        "System/IO/outputs/1/status": terminal("output"),
        "ContentMgmt/IOProxy/inputs/301": answer(
            "IOProxyInputPort", {"id": "301", "triggering": "low", "name": "Remote 301"}
        ),
        "System/Video/inputs/channels": REFUSED,
        **cameras(rows),
        **streams(100 * one + kind for one in range(1, 7) for kind in (1, 2)),
        **triggers(events),
        **disks(2),
        **rtsp(),
        "System/Holidays": answer("HolidayList", {"holiday": {"id": "1", "enabled": "false", "holidayName": "Eve"}}),
        "ContentMgmt/InputProxy/channels/1/video/motionDetection": switch_of("MotionDetection"),
        "Smart/FieldDetection/1": switch_of("FieldDetection"),
    }


def nvr_doubles() -> Table:
    """Return a recorder of cameras that share a serial number, with numbers that leave gaps, and no list of streams."""
    same = "DS-2CD2385FWD-I20180101AAWRC88888888"
    rows = [proxied(1, serial=same), proxied(2, serial=same), proxied(7, serial=None), proxied(16)]
    return {
        "System/deviceInfo": info("NVR", "DS-7616NI-Q2", "DS-7616NI-Q21620200101CCRRE8WCVU", "98:df:82:00:00:08"),
        "System/capabilities": capabilities(ports=("0", "0"), proxied="16"),
        "System/IO/inputs/1/status": REFUSED,
        "System/IO/outputs/1/status": REFUSED,
        "System/Video/inputs/channels": REFUSED,
        **cameras(rows),
        **streams((101, 102, 201, 202, 701, 1601, 1602), listed=False),
        "Streaming/channels/702": REFUSED,
        **triggers([*_recorder_rows((1, 2, 7, 16), "VMD", "tamperdetection", "videoloss"), *of_device()]),
        **disks(1),
    }


def nvr_large() -> Table:
    """Return a recorder of 32 channels, of which some are not configured, with 16 inputs and 4 outputs."""
    rows = [proxied(one, serial="-" if one % 3 else None) for one in range(1, 29)]
    rows += [proxied(one, source=False) for one in range(29, 33)]
    names = (
        "VMD",
        "videoloss",
        "tamperdetection",
        "fielddetection",
        "linedetection",
        "regionEntrance",
        "regionExiting",
    )
    events = _recorder_rows(range(1, 33), *names, "facedetection", "unattendedBaggage", "faceContrast")
    events += [trigger("IO", one, key="inputIOPortID") for one in range(1, 17)]
    events += [trigger("softIO", one, key="inputIOPortID", methods=()) for one in range(1, 9)]
    events += [*of_device(), trigger("poePowerException", None), trigger("raidfailure", None, name="radiFailure")]
    return {
        "System/deviceInfo": info("NVR", "DS-7732NI-M4", "DS-7732NI-M41620230101CCRRM9WCVU", "ac:b9:2f:00:00:09"),
        "System/capabilities": capabilities(ports=("16", "4"), proxied="32"),
        "System/IO/inputs/1/status": terminal("input"),
        "System/IO/outputs/1/status": terminal("output"),
        "System/Video/inputs/channels": REFUSED,
        **cameras(rows),
        **streams(100 * one + kind for one in range(1, 29) for kind in (1, 2, 4)),
        **triggers(events),
        **disks(4),
        **rtsp(),
    }


def dvr_hybrid() -> Table:
    """Return a recorder with eight analogue inputs, one without a picture, and two network cameras behind them."""
    events = [trigger(event, one) for event in ("VMD", "videoloss", "tamperdetection") for one in range(1, 9)]
    events += [*_recorder_rows((9, 10), "VMD", "videoloss"), *of_device(), trigger("badvideo", None)]
    table = {
        "System/deviceInfo": info(
            "DVR", "DS-7208HQHI-M1/S", "DS-7208HQHI-M1/S0820230101CCWRN0WCVU", "bc:ba:c2:00:00:10"
        ),
        "System/capabilities": capabilities(inputs="8", ports=("0", "0"), proxied="4"),
        "System/IO/inputs/1/status": REFUSED,
        "System/IO/outputs/1/status": REFUSED,
        **inputs([f"Camera {one:02d}" for one in range(1, 9)], resDesc="1080P25"),
        **cameras([proxied(9), proxied(10)]),
        **streams(100 * one + kind for one in range(1, 11) for kind in (1, 2)),
        "Streaming/channels/103": {"status_code": 400},
        **triggers(events),
        **disks(1),
        "System/Holidays": answer("HolidayList", {"holiday": None}),
    }
    table["System/Video/inputs/channels"]["response"]["VideoInputChannelList"]["VideoInputChannel"][7]["resDesc"] = (
        "NO VIDEO"
    )
    return table


def door_station() -> Table:
    """Return a door station: no triggers at all, a type of its own, more terminals than a camera."""
    return {
        "System/deviceInfo": info("VIS", "DS-KV6113-WPE1(C)", "DS-KV6113-WPE1(C)0120230101CRRQ11", "24:0f:9b:00:00:11"),
        "System/capabilities": capabilities(inputs="1", ports=("2", "2"), isSupportVideoIntercom="true"),
        **streams((101, 102)),
        "Event/triggers": REFUSED,
    }


def psia_camera() -> Table:
    """Return a camera of the time before, which knows no capabilities and numbers its streams from one."""
    rows = [trigger("VMD", 1, name="1"), trigger("IO", 1, key="inputIOPortID", name="2")]
    listed = [{**stream(1), "id": "1"}, {**stream(2), "id": "2"}]
    for row in listed:
        row["Video"]["videoInputChannelID"] = "1"
    return {
        "System/deviceInfo": info(
            "IPCamera", "DS-2CD752MF-E", "DS-2CD752MF-E0120100101CCCH12", "00:40:48:00:00:12", space=PSIA
        ),
        "Streaming/channels": answer("StreamingChannelList", {"StreamingChannel": listed}, PSIA),
        **triggers(rows, space=PSIA),
    }


def nothing_else() -> Table:
    """Return a device of which nothing is recorded but its name."""
    return {
        "System/deviceInfo": answer("DeviceInfo", {"deviceName": "Lonely", "macAddress": "02:00:00:00:00:13"}, None)
    }


def nvr_without_capabilities() -> Table:
    """Return a recorder that refuses to say what it can; its cameras and one stream each are known."""
    return {
        "System/deviceInfo": info(
            "NVR", "DS-7604NI-E1", "DS-7604NI-E10420150101CCRR14WCVU", "c0:51:7e:00:00:14", space=VER10
        ),
        "System/capabilities": {"status_code": 404},
        **cameras([proxied(1), proxied(2)]),
        **streams((101, 201), listed=False),
        **triggers(_recorder_rows((1, 2), "VMD")),
    }


def encoder() -> Table:
    """Return a video server with four analogue inputs and no place for network cameras."""
    return {
        "System/deviceInfo": info(
            "DVS", "DS-6704HQHI", "DS-6704HQHI0420170101CCWR15WCVU", "28:57:be:00:00:15", space=VER20
        ),
        "System/capabilities": capabilities(inputs="4", ports=("4", "1")),
        **inputs(["A", "B", "C", "D"], videoInputEnabled="true"),
        **streams(100 * one + 1 for one in range(1, 5)),
        **triggers([trigger("VMD", one) for one in range(1, 5)]),
    }


def thermal_single_input() -> Table:
    """Return a thermal camera with two kinds of picture whose list has no names, and temperature rules."""
    rows = [
        trigger("VMD", 1),
        trigger("TMA", 2),
        trigger("TMPA", 2),
        trigger("fireDetection", 2),
        trigger("IO", 1, key="inputIOPortID"),
    ]
    return {
        "System/deviceInfo": info("IPCamera", "DS-2TD2617-3/PA", "DS-2TD2617-3/PA20210101CCRR16", "54:8c:81:00:00:16"),
        "System/capabilities": capabilities(ports=("2", "2"), isSupportChannelEventCap="true"),
        "System/IO/inputs/1/status": {"error": {"repr": "dropped"}},
        **streams((101, 102, 201, 202)),
        **triggers(rows),
        "Event/channels/capabilities": REFUSED,
    }


def fisheye() -> Table:
    """Return a fisheye camera: one lens, five channels of streams, switched off ones among them."""
    rows = [stream(100 * one + 1, enabled="true" if one < 4 else "false") for one in range(1, 6)]
    return {
        "System/deviceInfo": info(
            "IPCamera", "DS-2CD63C5G0-IVS", "DS-2CD63C5G0-IVS20190101AAWR17", "58:03:fb:00:00:17"
        ),
        "System/capabilities": capabilities(ports=("1", "1")),
        **inputs(["Fisheye"]),
        "Streaming/channels": answer("StreamingChannelList", {"StreamingChannel": rows}),
        **triggers([trigger("VMD"), trigger("heatmap"), trigger("counting"), *of_device(place=1)]),
    }


SYNTHETIC: Final[Mapping[str, Callable[[], Table]]] = {
    made.__name__: made
    for made in (
        turret, turret_unlisted, cube_old, bullet, bullet_smart, dome_two_lenses, nvr_small, nvr_doubles, nvr_large,
        dvr_hybrid, door_station, psia_camera, nothing_else, nvr_without_capabilities, encoder, thermal_single_input,
        fisheye,
    )
}  # fmt: skip
"""Name → maker of the table."""


def recording(name: str) -> dict[str, Any]:
    """Return a whole file."""
    return {"data": {"ISAPI": SYNTHETIC[name]()}}
