"""Addresses of live pictures, of two-way audio and of recordings (§3.3, §3.4)."""

from base64 import b64encode
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulators.hikcentral.registry import Call, Json, Refuse, endpoint, number, text, time
from simulators.hikcentral.state import OFFLINE, Camera, Search
from simulators.hikcentral.times import stamp

from .cameras import camera_of

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

CAMERA = text("cameraIndexCode", required=True, longest=64)
TRANSPORT = number("transmode", among=(0, 1), lenient=True)
SOCKET = number("requestWebsocketProtocol", among=(0, 1), lenient=True)
PLAYBACK_DAYS = timedelta(days=3)
SEGMENT = timedelta(hours=1)
BYTES_PER_SECOND = 131_072
MAIN, WIDTHS = 0, {0: 1280, 1: 640}
NOT_RECORDING = 1
FIRST_PAGE = ("", "null")
KEPT_SEARCHES = 1000


def public_host(platform: HikCentralSimulator, call: Call) -> str:
    """Return the address for URLs in the network domain of the caller."""
    return platform.options.domains.get(call.headers.get("domainId", ""), None) or call.host


def _secret(platform: HikCentralSimulator) -> str:
    """Return a blob as `authentication` has it."""
    return b64encode(platform.random.randbytes(144)).decode()


def _watched(platform: HikCentralSimulator, call: Call) -> Camera:
    """Return the camera. Raises Refuse for one that is offline or whose web socket is not named."""
    camera = camera_of(platform, call)
    if call.text("protocol") == "websocket" and call.body.get("requestWebsocketProtocol") is None:
        raise Refuse("0x00072001", "requestWebsocketProtocol is required")
    if camera.status == OFFLINE:
        raise Refuse("129")
    return camera


def _address_of_parent(platform: HikCentralSimulator, camera: Camera) -> str:
    devices = {
        "encodeDevice": platform.state.encoders,
        "acsDevice": platform.state.controllers,
        "mobileDevice": platform.state.mobile_devices,
    }
    parent = devices.get(camera.parent_type, {}).get(camera.parent)
    return parent.ip if parent and parent.ip else "10.0.0.1"


def play_url(platform: HikCentralSimulator, call: Call, camera: Camera, caption: str, width: int) -> str:
    """Hand out an address that the platform's RTSP server plays, for a while."""
    hue = (int(camera.id) if camera.id.isdecimal() else len(camera.id)) * 137 % 360
    path = platform.live_paths.add(caption, hue, width, platform.options.live_seconds)
    return f"rtsp://{public_host(platform, call)}:{platform.rtsp.port}{path}"


@endpoint(
    "video/v1/cameras/previewURLs",
    CAMERA,
    number("streamType", among=(0, 1)),
    text("protocol", longest=16),
    TRANSPORT,
    SOCKET,
)
def live(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """Tell where to see a camera (L9651)."""
    camera = _watched(platform, call)
    stream = int(call.body.get("streamType", MAIN))
    answer = _live_answer(platform, call, camera, stream)
    platform.state.viewed.add(camera.id)
    return answer


def _live_answer(platform: HikCentralSimulator, call: Call, camera: Camera, stream: int) -> dict[str, Any]:
    options, host = platform.options, public_host(platform, call)
    protocol = call.text("protocol") or "rtsp"
    own = f"[sms:preview]rtsp://{host}:554/hikvision://{_address_of_parent(platform, camera)}:8001:0:{stream}"
    if protocol == "rtsp" or (protocol == "rtsp_s" and options.rtsp_s == "proprietary"):
        return {"url": own, "authentication": _secret(platform)}
    if protocol == "rtsp_s" and options.rtsp_s != "refused":
        url = play_url(platform, call, camera, camera.name, WIDTHS[stream])
        if options.rtsp_s == "streamURL":
            return {"streamURL": url}
        return {"url": f"[sms:preview]{url} " if options.rtsp_s == "bracketed" else url,
                "authentication": _secret(platform)}  # fmt: skip
    token = f"{platform.random.getrandbits(40):010x}"
    if protocol == "websocket":
        return {"url": _socket_url(platform, call), "authentication": _secret(platform)}
    if protocol == "hls" and options.hls:
        return {"url": f"http://{host}:83/openUrl/{token}/live.m3u8"}
    if protocol == "rtmp" and options.rtmp:
        return {"url": f"rtmp://{host}:1935/live/openUrl/{token}"}
    raise Refuse("2", f"protocol {protocol}")


def _socket_url(platform: HikCentralSimulator, call: Call) -> str:
    scheme = "wss" if int(call.body["requestWebsocketProtocol"]) else "ws"
    return f"{scheme}://{public_host(platform, call)}:559/openUrl/{platform.random.getrandbits(40):010x}"


@endpoint("video/v1/cameras/talkURLs", CAMERA, TRANSPORT)
def talk(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """Tell where to speak to a camera (L9742)."""
    camera = _watched(platform, call)
    address, host = _address_of_parent(platform, camera), public_host(platform, call)
    return {
        "url": f"[sms:voicetalk]rtsp://{host}:554/voicetalk://{address}:8001:0:0",
        "authentication": _secret(platform),
    }


def segments(camera: Camera, begin: datetime, end: datetime, now: datetime) -> list[tuple[datetime, datetime]]:
    """Return what was recorded in a period: whole hours, the first and the last cut; none while recording is off."""
    end = min(end, now)
    found: list[tuple[datetime, datetime]] = []
    at = begin
    while at < end and camera.recording != NOT_RECORDING:
        following = min(end, at.replace(minute=0, second=0, microsecond=0) + SEGMENT)
        found.append((at, following))
        at = following
    return found


def _as_printed(data: Json) -> Json:
    """Print a search for recordings as the sample does: without segments, the place as a number (L9638)."""
    shaped = {key: value for key, value in data.items() if key != "list"}
    return shaped | {"uuid": "", "recordLocation": int(data["recordLocation"])}


@endpoint(
    "video/v1/cameras/playbackURLs",
    CAMERA,
    text("recordType", required=True, among=("0", "1")),
    text("protocol", longest=16),
    TRANSPORT,
    time("beginTime", required=True),
    time("endTime", required=True),
    text("uuid", longest=64),
    SOCKET,
    sample=_as_printed,
)
def playback(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """Tell what was recorded and where to see it, some segments at a time (L9517)."""
    camera, options = _watched(platform, call), platform.options
    begin, end = call.time("beginTime"), call.time("endTime")
    assert begin is not None and end is not None
    if not begin < end <= begin + PLAYBACK_DAYS:
        raise Refuse("0x00072002", "the period is empty or longer than three days")
    protocol = call.text("protocol") or "rtsp"
    if protocol not in ("rtsp", "websocket", *(("rtsp_s",) if options.playback_rtsp_s else ())):
        raise Refuse("2", f"protocol {protocol}")
    if camera.recording == NOT_RECORDING:
        raise Refuse("140")
    start = _start_of(platform, call, camera, begin, end)
    stored = call.text("recordType") == camera.record_type
    found = segments(camera, begin, end, platform.now()) if stored else []
    part = found[start : start + options.segments_per_answer]
    following = ""
    if start + len(part) < len(found):
        following = f"{platform.random.getrandbits(128):032x}"
        while len(platform.searches) >= KEPT_SEARCHES:
            del platform.searches[next(iter(platform.searches))]
        platform.searches[following] = Search(camera.id, begin, end, start + len(part))
    return {
        "list": [_segment(platform, call, camera, *times) for times in part],
        "uuid": following,
        "url": _playback_url(platform, call, camera, begin),
        "authentication": _secret(platform),
        "recordLocation": camera.record_location,
    }


def _start_of(platform: HikCentralSimulator, call: Call, camera: Camera, begin: datetime, end: datetime) -> int:
    """Return where to go on. Raises Refuse for a cursor of nothing, or of another search."""
    uuid = call.text("uuid")
    if uuid in FIRST_PAGE:
        return 0
    search = platform.searches.get(uuid)
    if search is None or (search.camera, search.begin, search.end) != (camera.id, begin, end):
        raise Refuse("2", "uuid is none of this search")
    return search.start


def _segment(platform: HikCentralSimulator, call: Call, camera: Camera, begin: datetime, end: datetime
             ) -> dict[str, Any]:  # fmt: skip
    """Print one segment (L17902)."""
    row: dict[str, Any] = {
        "beginTime": stamp(begin.astimezone(platform.zone)),
        "endTime": stamp(end.astimezone(platform.zone)),
        "size": int((end - begin).total_seconds() * BYTES_PER_SECOND),
    }
    if platform.options.playback_urls:
        row |= {"url": _playback_url(platform, call, camera, begin), "authentication": _secret(platform)}
    return row


def _playback_url(platform: HikCentralSimulator, call: Call, camera: Camera, begin: datetime) -> str:
    host = public_host(platform, call)
    if call.text("protocol") == "rtsp_s":
        return play_url(platform, call, camera, f"{camera.name} {begin:%d.%m. %H:%M}", WIDTHS[MAIN])
    if call.text("protocol") == "websocket":
        return _socket_url(platform, call)
    address = _address_of_parent(platform, camera)
    return f"[sms:playback]rtsp://{host}:554/file/dvr://{address}:8001/0/channels/{camera.id}?tcpport=10000"
