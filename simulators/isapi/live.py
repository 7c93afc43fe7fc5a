"""Resources that are computed or that do something, rather than stored: a table of method, path and handler."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import json
import re
from typing import TYPE_CHECKING

from aiohttp import web

from simulators.wire.xml import Value, children, local, text

from . import lists, snapshots
from .answers import Answer, RefusedError, json_answer, xml_answer
from .server import Exchange
from .state import CALL_SIGNALS
from .writes import put_document, read_body

if TYPE_CHECKING:
    from .device import IsapiSimulator

type Reply = Answer | web.StreamResponse
type Handler = Callable[[IsapiSimulator, Exchange, re.Match[str]], Reply | Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    """A resource: pattern of its whole path, handlers by method, and the feature a profile needs to have it."""

    pattern: re.Pattern[str]
    handlers: Mapping[str, Handler]
    needs: str | None = None


def user_check(device: IsapiSimulator, exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Say that the login is right, and what is wrong with the password (isapi-core §3.8.1)."""
    body: dict[str, Value] = {"statusValue": 200, "statusString": "OK", **device.password_flags}
    return xml_answer(device.speech.document("userCheck", body))


def status(device: IsapiSimulator, _exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Processor, memory, uptime and clock (isapi-core §3.1.2)."""
    body: dict[str, Value] = {
        "currentDeviceTime": device.now().isoformat(timespec="seconds"),
        "deviceUpTime": int(device.uptime),
        "CPUList": {"CPU": {"cpuDescription": "1196", "cpuUtilization": device.cpu}},
        "MemoryList": {
            "Memory": {
                "memoryDescription": "DDR Memory",
                "memoryUsage": round(device.memory_used, 1),
                "memoryAvailable": round(device.memory_total - device.memory_used, 1),
            }
        },
        "openFileHandles": 12,
    }
    return xml_answer(device.speech.document("DeviceStatus", body))


def time_get(device: IsapiSimulator, _exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Clock, its mode and its zone (isapi-core §3.1.4)."""
    moment = device.now()
    hours = (moment.utcoffset() or timedelta()).total_seconds() / 3600
    body: dict[str, Value] = {
        "timeMode": device.time_mode,
        "localTime": moment.isoformat(timespec="seconds"),
        "timeZone": f"CST{-hours:+.0f}:00:00",
    }
    return xml_answer(device.speech.document("Time", body))


def time_put(device: IsapiSimulator, exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Set mode and clock; a time sent in NTP mode has no effect."""
    root = read_body(device, exchange.path, exchange.body, ("Time",))
    mode = text(root, "timeMode") or device.time_mode
    if mode.casefold() not in ("ntp", "manual"):
        raise RefusedError(device.speech.status(exchange.path, 6, "badParameters"))
    device.time_mode = mode
    if mode.casefold() == "manual" and (written := text(root, "localTime")):
        try:
            moment = datetime.fromisoformat(written)
        except ValueError:
            raise RefusedError(device.speech.status(exchange.path, 6, "badParameters")) from None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=device.now().tzinfo)
        device.clock_offset += (aware - device.now()).total_seconds()
    return device.speech.status(exchange.path)


def reboot(device: IsapiSimulator, exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Answer, then go away."""
    device.spawn(device.reboot_soon, "simulated reboot")
    return device.speech.status(exchange.path)


def _port_status(port: str, kind: str, state: bool | None) -> dict[str, Value]:
    word = None if state is None else "active" if state else "inactive"
    return {"ioPortID": port, "ioPortType": kind, "ioState": word}


def io_status(device: IsapiSimulator, _exchange: Exchange, _match: re.Match[str]) -> Reply:
    """State of all own terminals."""
    rows = [_port_status(port, "input", state) for port, state in device.inputs.items() if int(port) < 100]
    rows += [_port_status(port, "output", state) for port, state in device.outputs.items() if int(port) < 100]
    if not rows:
        raise RefusedError(device.speech.status("System/IO/status", 4, "notSupport"))
    return xml_answer(device.speech.document("IOPortStatusList", {"IOPortStatus": rows}))


def io_port_status(device: IsapiSimulator, exchange: Exchange, match: re.Match[str]) -> Reply:
    """State of one terminal, own or of an attached camera."""
    kind, port = match["kind"], match["port"]
    states = device.inputs if kind == "inputs" else device.outputs
    if (port in states) is False or (int(port) > 100) is not exchange.path.startswith("ContentMgmt"):
        raise RefusedError(device.speech.status(exchange.path, 4, "notSupport"))
    return xml_answer(device.speech.document("IOPortStatus", _port_status(port, kind[:-1], states[port])))


def io_trigger(device: IsapiSimulator, exchange: Exchange, match: re.Match[str]) -> Reply:
    """Switch an output; one that is set up for pulses falls back by itself (isapi-core §3.3)."""
    port = match["port"]
    if port not in device.outputs or (int(port) > 100) is not exchange.path.startswith("ContentMgmt"):
        raise RefusedError(device.speech.status(exchange.path, 4, "notSupport"))
    root = read_body(device, exchange.path, exchange.body, ("IOPortData",))
    wanted = text(root, "outputState")
    if wanted not in ("high", "low"):
        raise RefusedError(device.speech.status(exchange.path, 6, "badParameters"))
    if exchange.path not in device.stubborn:
        device.switch_output(port, wanted == "high")
    return device.speech.status(exchange.path)


def io_all(device: IsapiSimulator, _exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Inputs and outputs in one document."""
    body = "".join(
        lists.compose(device, f"System/IO/{kind}").partition("\n")[2]
        for kind in ("inputs", "outputs")
        if lists.offers_list(device, f"System/IO/{kind}")
    )
    if not body:
        raise RefusedError(device.speech.status("System/IO", 4, "notSupport"))
    return xml_answer(device.speech.document("IOPortList", {}).replace("/>", f">\n{body}</IOPortList>", 1))


def storage(device: IsapiSimulator, _exchange: Exchange, match: re.Match[str]) -> Reply:
    """Disks and network shares (isapi-core X.2)."""
    disks: list[Value] = [
        {"id": disk.id, "hddName": disk.name, "hddPath": None, "hddType": disk.kind, "status": disk.status,
         "capacity": disk.capacity, "freeSpace": disk.free, "property": "RW"}
        for disk in device.disks if not disk.network
    ]  # fmt: skip
    shares: list[Value] = [
        {"id": disk.id, "addressingFormatType": "ipaddress", "ipAddress": "192.0.2.200", "portNo": 0,
         "nasType": disk.kind, "path": "/recordings", "status": disk.status, "capacity": disk.capacity,
         "freeSpace": disk.free, "property": "RW"}
        for disk in device.disks if disk.network
    ]  # fmt: skip
    if match["part"]:
        return xml_answer(device.speech.document("hddList", {"hdd": disks}))
    body: dict[str, Value] = {
        "hddList": {"hdd": disks} if disks else None,
        "nasList": {"nas": shares} if shares else None,
        "workMode": {"@opt": "group,quota", "#text": "quota"},
    }
    return xml_answer(device.speech.document("storage", body))


def online_status(device: IsapiSimulator, exchange: Exchange, match: re.Match[str]) -> Reply:
    """Whether attached cameras answer; an unknown state leaves the element out (isapi-core X.2)."""
    rows = []
    for channel in device.proxied:
        online = device.online.get(channel)
        row: dict[str, Value] = {"id": channel}
        if online is not None:
            row["online"] = online
            row["chanDetectResult"] = "connect" if online else "netUnreachable"
        row["streamingProxyChannelIdList"] = {"streamingProxyChannelId": channel * 100 + 1}
        if match["channel"] in (None, str(channel)):
            rows.append(row)
    if match["channel"] is None:
        if device.profile.max_proxied is None:
            raise RefusedError(device.speech.status(exchange.path, 4, "notSupport"))
        return xml_answer(device.speech.document("InputProxyChannelStatusList", {"InputProxyChannelStatus": rows}))
    if not rows:
        raise RefusedError(device.speech.status(exchange.path, 4, "notSupport", http=404))
    return xml_answer(device.speech.document("InputProxyChannelStatus", rows[0]))


def mutex_errors(device: IsapiSimulator, _exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Enabled functions that exclude the one that was refused last (isapi-core §3.1.9)."""
    rows: list[Value] = [{"id": number, "describe": function, "channelNo": channel}
            for number, (function, channel) in enumerate(device.last_exclusion, 1)]  # fmt: skip
    inner: Value = {"@size": 8, "MutexFunction": rows} if rows else {"@size": 8}
    return xml_answer(device.speech.document("MutexFunctionErrorMsg", {"MutexFunctionList": inner}))


def mutex_question(device: IsapiSimulator, exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Tell which enabled functions exclude the asked one, in JSON."""
    try:
        question = json.loads(exchange.body)
        function, channel = str(question["function"]), int(question["channelID"])
    except ValueError, KeyError, TypeError:
        return json_answer({"statusCode": 6, "statusString": "Invalid Content", "subStatusCode": "badJsonContent"}, 400)
    rows = device.excluding(function, channel)
    return json_answer(
        {"MutexFunctionList": [{"mutexFunction": name, "channelID": [int(number)]} for name, number in rows]}
    )


def users(device: IsapiSimulator, _exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Accounts, without passwords."""
    rows: list[Value] = [
        {"id": number, "userName": name, "userLevel": user.level}
        for number, (name, user) in enumerate(device.authority.users.items(), 1)
    ]
    return xml_answer(device.speech.document("UserList", {"User": rows}))


def notifications_get(device: IsapiSimulator, exchange: Exchange, match: re.Match[str]) -> Reply:
    """Linkage of one trigger."""
    return xml_answer(device.linkage_document(_trigger(device, exchange, match["id"])))


def notifications_put(device: IsapiSimulator, exchange: Exchange, match: re.Match[str]) -> Reply:
    """Replace the linkage of one trigger by what was sent."""
    path = _trigger(device, exchange, match["id"])
    root = read_body(device, exchange.path, exchange.body, ("EventTriggerNotificationList",))
    if any(text(item, "notificationMethod") is None for item in children(root)):
        raise RefusedError(device.speech.status(exchange.path, 6, "badXmlContent"))
    if exchange.path not in device.stubborn:
        device.replace_linkage(path, root)
    return device.speech.status(exchange.path)


def _trigger(device: IsapiSimulator, exchange: Exchange, identifier: str) -> str:
    path = f"Event/triggers/{identifier}"
    if path not in device.documents:
        raise RefusedError(device.speech.status(exchange.path, 4, "notSupport", http=404))
    return path


def list_put(device: IsapiSimulator, exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Write several items of a list at once; an item that does not exist is refused."""
    root = read_body(device, exchange.path, exchange.body, (lists.LISTS[exchange.path].root,))
    items = lists.split(exchange.path, root)
    if not items or any(path not in device.documents for path in items):
        raise RefusedError(device.speech.status(exchange.path, 6, "badXmlContent"))
    for path, body in items.items():
        put_document(device, path, body)
    return device.speech.status(exchange.path)


async def test_host(device: IsapiSimulator, exchange: Exchange, match: re.Match[str]) -> Reply:
    """Try to reach a push target (isapi-events §1.5)."""
    path = f"Event/notification/httpHosts/{match['id']}"
    if path not in device.documents:
        raise RefusedError(device.speech.status(exchange.path, 4, "notSupport", http=404))
    reached = await device.push_test(path)
    return xml_answer(device.speech.document("HttpHostTestResult", {"errorDescription": "ok" if reached else "failed"}))


def call_status(device: IsapiSimulator, _exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Tell whether somebody rings (isapi-events §4.7)."""
    return json_answer({"CallStatus": {"status": device.call}})


def call_options(_device: IsapiSimulator, _exchange: Exchange, _match: re.Match[str]) -> Reply:
    """List the words of the call status."""
    return json_answer({"CallStatus": {"status": {"@opt": ["idle", "ring", "onCall"]}}})


def call_signal(device: IsapiSimulator, exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Answer, reject or hang up."""
    try:
        device.call = CALL_SIGNALS[json.loads(exchange.body)["CallSignal"]["cmdType"]]
    except ValueError, KeyError, TypeError:
        return json_answer({"statusCode": 6, "statusString": "Invalid Content", "subStatusCode": "badJsonContent"}, 400)
    return json_answer({"statusCode": 1, "statusString": "OK", "subStatusCode": "ok"})


def open_door(device: IsapiSimulator, exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Open the door; only `unlock` (or `open`) is known."""
    root = read_body(device, exchange.path, exchange.body, ("RemoteOpenDoor", "RemoteControlDoor"))
    command = text(root, "command" if local(root) == "RemoteOpenDoor" else "cmd")
    if command not in ("unlock", "open", "close", "alwaysOpen", "alwaysClose", "resume"):
        raise RefusedError(device.speech.status(exchange.path, 6, "badParameters"))
    device.door_commands.append(command)
    return device.speech.status(exchange.path)


def talk_open(device: IsapiSimulator, exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Begin to talk; one talker at a time."""
    if device.talking:
        raise RefusedError(device.speech.status(exchange.path, 2, "deviceBusy"))
    device.talking = True
    return xml_answer(device.speech.document("TwoWayAudioSession", {"sessionId": 1234567890}))


def talk_close(device: IsapiSimulator, exchange: Exchange, _match: re.Match[str]) -> Reply:
    """End talking; also when nobody talks."""
    device.talking = False
    return device.speech.status(exchange.path)


async def talk_data(device: IsapiSimulator, exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Count the sound that arrives until the client ends its body."""
    if not device.talking:
        raise RefusedError(device.speech.status(exchange.path, 4, "invalidOperation"))
    async for chunk in exchange.request.content.iter_any():
        device.talk_bytes += len(chunk)
    return device.speech.status(exchange.path)


def command(device: IsapiSimulator, exchange: Exchange, _match: re.Match[str]) -> Reply:
    """Accept a command without consequences other than its record."""
    return device.speech.status(exchange.path)


def route(pattern: str, needs: str | None = None, **handlers: Handler) -> Route:
    """One row of the table."""
    return Route(re.compile(pattern), handlers, needs)


ROUTES = (
    route(r"Security/userCheck", GET=user_check),
    route(r"Security/users", GET=users),
    route(r"System/status", GET=status),
    route(r"System/time", GET=time_get, PUT=time_put),
    route(r"System/reboot", PUT=reboot),
    route(r"System/IO", GET=io_all),
    route(r"System/IO/status", GET=io_status),
    route(r"(?:System/IO|ContentMgmt/IOProxy)/(?P<kind>inputs|outputs)/(?P<port>\d+)/status", GET=io_port_status),
    route(r"(?:System/IO|ContentMgmt/IOProxy)/outputs/(?P<port>\d+)/trigger", PUT=io_trigger),
    route(r"System/mutexFunctionErrorMsg", "mutex", GET=mutex_errors),
    route(r"System/mutexFunction", "mutex", POST=mutex_question),
    route(r"ContentMgmt/Storage(?P<part>/hdd)?", GET=storage),
    route(r"ContentMgmt/InputProxy/channels/(?:(?P<channel>\d+)/)?status", GET=online_status),
    route(r"Event/notification/alertStream", GET=lambda device, exchange, _match: device.serve_alerts(exchange)),
    route(r"Event/notification/httpHosts/(?P<id>\w+)/test", POST=test_host, PUT=test_host),
    route(r"Event/notification/httpHosts|System/Holidays", PUT=list_put),
    route(r"Event/triggers/(?P<id>[^/]+)/notifications", GET=notifications_get, PUT=notifications_put),
    route(r"(?:ContentMgmt/StreamingProxy|Streaming)/channels/(?P<sid>\d+)/picture", GET=snapshots.picture),
    route(r"Streaming/channels/(?P<sid>\d+)/httppreview", GET=snapshots.preview),
    route(r"Streaming/channels/(?P<sid>\d+)/requestKeyFrame", PUT=command),
    route(r"PTZCtrl/channels/1/(?:continuous|momentary|absolute|presets/\d+/goto|homeposition/goto)", "ptz",
          PUT=command),
    route(r"VideoIntercom/callStatus", "intercom", GET=call_status),
    route(r"VideoIntercom/callStatus/capabilities", "intercom", GET=call_options),
    route(r"VideoIntercom/callSignal", "intercom", PUT=call_signal),
    route(r"VideoIntercom/remoteOpenDoor|AccessControl/RemoteControl/door/1", "intercom", PUT=open_door),
    route(r"System/TwoWayAudio/channels/1/open", "talk", PUT=talk_open),
    route(r"System/TwoWayAudio/channels/1/close", "talk", PUT=talk_close),
    route(r"System/TwoWayAudio/channels/1/audioData", "talk", PUT=talk_data),
)  # fmt: skip
