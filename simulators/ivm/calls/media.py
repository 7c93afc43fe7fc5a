"""Live streams, recordings and their addresses (ivm §3.8-§3.11)."""

from datetime import datetime
import re
from typing import Any

from simulators.ivm.checks import RECORD_PAGE, SPAN, STREAM, STREAMS, array, integer, text, word
from simulators.ivm.errors import PARAMETER, RefusedError, result
from simulators.ivm.routes import DC, Call, operation, page
from simulators.ivm.state import Channel, Recording
from simulators.ivm.times import stamp

LIVE_PROTOCOLS = frozenset({"HOLO", "HTTP_FLV", "HTTPS_FLV", "HTTP_HLS", "HTTPS_HLS", "RTSP"})
PLAYBACK_PROTOCOLS = ("HOLO", "HTTP_HLS", "HTTPS_HLS", "RTSP")
SHORTEST, LONGEST = 30, 86_400
LIFE = integer("expire_time", SHORTEST, LONGEST, default=SHORTEST)
USES = integer("use_times", 0, 1, default=0)
TEXT_LIFE = text("expire_time", pattern=r"\d{2,5}", default="30")
TEXT_USES = word("use_times", "0", "1", default="0")
POSITION = word("record_position", "CLOUD", "DEVICE", required=True)
RECORD_KINDS = ("ALL_RECORD", "NORMAL_RECORD", "MOTION_RECORD")
CHANNELS = array("channels", 1, required=True, missing="IVM.10024002", fields=(
    text("device_id", required=True, code="IVM.10022000"), text("channel_id", required=True, code="IVM.10022001"),
    text("live_protocol", required=True, code="IVM.10026003"), text("stream_type", required=True, code="IVM.10026000"),
))  # fmt: skip


def seconds_of(sent: str) -> int:
    """Return a life that is sent as text. Raises RefusedError."""
    if re.fullmatch(r"\d{2,5}", sent) is None or not SHORTEST <= int(sent) <= LONGEST:
        raise RefusedError(PARAMETER, "expire_time is out of range")
    return int(sent)


def live_channel(call: Call, device_id: str, channel_id: str, stream_type: str) -> Channel:
    """Return a channel that can be watched now. Raises RefusedError."""
    channel = call.channel(device_id, channel_id)
    if stream_type not in STREAMS:
        raise RefusedError("IVM.10026000")
    channel.need_managed()
    channel.need_online()
    channel.need_unmasked()
    if stream_type not in channel.streams_left:
        raise RefusedError("IVM.10026004")
    return channel


def check_live(call: Call, protocol: str) -> None:
    """Raise RefusedError for a protocol that is not there."""
    if protocol not in LIVE_PROTOCOLS or (protocol.endswith("FLV") and not call.cloud.flv):
        raise RefusedError("IVM.10026003")


def p2p(call: Call, channel: Channel, code: str = "IVM.0") -> dict[str, Any]:
    """Return what a vendor SDK needs (L2637)."""
    return {
        "device_id": channel.device.id,
        "token": f"{call.cloud.chance.getrandbits(64):016x}",
        "device_state": channel.device.state,
        "p2p_nodes": [
            {
                "node_type": "COMMON",
                "address_type": "IPV4",
                "address": ["192.0.2.61", "192.0.2.62"],
                "tcp_port": 0,
                "udp_port": 7050,
            }
        ],
        "result": result(code),
    }


@operation("9.1", "POST", "devices/channels/media/live-connections", version="v2", body=(CHANNELS, LIFE, USES))
def live(call: Call) -> Any:
    """Each channel has a result of its own."""
    told = []
    for item in call.body["channels"]:
        entry: dict[str, Any] = {
            "device_id": item["device_id"], "channel_id": item["channel_id"], "cloud_trans_connections": {},
            "p2p_connections": {},
        }  # fmt: skip
        try:
            channel = live_channel(call, item["device_id"], item["channel_id"], item["stream_type"])
            check_live(call, item["live_protocol"])
        except RefusedError as error:
            entry["result"] = result(error.code)
        else:
            url = call.cloud.addresses.issue(
                channel, item["live_protocol"], item["stream_type"], seconds=call.body["expire_time"],
                reusable=call.body["use_times"] == 1,
            )  # fmt: skip
            entry["cloud_trans_connections"] = {"live_url": url}
            if item["live_protocol"] == "HOLO" and not channel.device.is_gb:
                entry["p2p_connections"] = p2p(call, channel)
            entry["result"] = result()
        told.append(entry)
    return {"fail_num": sum(item["result"]["code"] != "IVM.0" for item in told), "live_connections": told}


def recordings(call: Call, channel: Channel, start: datetime, end: datetime, *, position: str, kind: str
               ) -> list[Recording]:  # fmt: skip
    """Return what was recorded in a time, oldest first."""
    return sorted(
        (
            item
            for item in call.cloud.recordings(channel)
            if item.position == position and item.start < end and item.end > start
            and kind in {"ALL_RECORD", item.kind}
        ),
        key=lambda item: (item.start, item.kind),
    )  # fmt: skip


def record_channel(call: Call, position: str) -> Channel:
    """Return the channel of the path; what is on the device wants it online. Raises RefusedError."""
    channel = call.channel()
    channel.need_managed()
    if position == "DEVICE":
        channel.need_online()
    return channel


def describe(item: Recording) -> dict[str, Any]:
    """Print a recording as §9.2 does."""
    told: dict[str, Any] = {
        "record_name": item.name,
        "record_type": item.kind,
        "storage_state": item.storage_state,
        "start_time": stamp(item.start),
        "end_time": stamp(item.end),
        "alarm_rec_type": list(item.alarm_types) or None,
    }
    if item.position == "CLOUD":
        told |= {"record_id": item.id, "record_size": item.size}
    return told


@operation("9.2", "GET", f"{DC}/media/records", version="v2", query=(
    *SPAN, POSITION, word("record_type", *RECORD_KINDS, default="ALL_RECORD", code="IVM.10026002"), *RECORD_PAGE,
    text("alarm_rec_type"),
))  # fmt: skip
def records(call: Call) -> Any:
    """What was recorded in a time."""
    query = call.query
    start, end = call.span()
    channel = record_channel(call, query["record_position"])
    found = recordings(call, channel, start, end, position=query["record_position"], kind=query["record_type"])
    rows = record_page(call, found)
    return {
        "total": len(found), "device_id": channel.device.id, "channel_id": channel.id,
        "records": [describe(item) for item in rows],
    }  # fmt: skip


def record_page(call: Call, found: list[Recording]) -> list[Recording]:
    """Return the page that is asked; the unit of `offset` is a knob (ivm §1.6)."""
    if not found and call.cloud.empty_records == "error":
        raise RefusedError("IVM.20020014" if call.query.get("record_position") == "DEVICE" else "IVM.20020012")
    by_item = call.cloud.record_paging == "item"
    return list(
        page(found, call.query["limit"], call.query["offset"], by_item=by_item, largest=call.cloud.largest_page)
    )


def playback_url(
    call: Call, protocol: str, *, on_device: bool, kind: str, stream_type: str, more: str = ""
) -> tuple[Channel, str]:
    """Return the channel and an address for the time of a query. Raises RefusedError."""
    start, end = call.span()
    channel = record_channel(call, "DEVICE" if on_device else "CLOUD")
    seconds = seconds_of(call.query["expire_time"])
    found = recordings(call, channel, start, end, position="DEVICE" if on_device else "CLOUD", kind=kind)
    if not found:
        raise RefusedError("IVM.20020014")
    url = call.cloud.addresses.issue(
        channel, protocol, stream_type, seconds=seconds, reusable=call.query["use_times"] == "1",
        span=(max(start, found[0].start), min(end, max(item.end for item in found))), on_device=on_device, more=more,
    )  # fmt: skip
    return channel, url


@operation("9.3", "GET", f"{DC}/media/playback-connections", version="v2", query=(
    word("playback_protocol", *PLAYBACK_PROTOCOLS, required=True, code="IVM.10026001"), *SPAN, POSITION,
    word("record_type", *RECORD_KINDS, default="ALL_RECORD", code="IVM.10026002"), TEXT_LIFE, TEXT_USES, STREAM,
))  # fmt: skip
def playback(call: Call) -> Any:
    """An address for a time."""
    query = call.query
    on_device = query["record_position"] == "DEVICE"
    channel, url = playback_url(
        call, query["playback_protocol"], on_device=on_device, kind=query["record_type"],
        stream_type=query["stream_type"] or "PRIMARY_STREAM",
    )  # fmt: skip
    connection: dict[str, Any] = {
        "device_id": channel.device.id, "channel_id": channel.id, "cloud_trans_connections": {"playback_url": url},
    }  # fmt: skip
    told: dict[str, Any] = {"playback_connections": connection}
    beside: dict[str, Any] = {}
    if query["playback_protocol"] == "HOLO" and on_device and not channel.device.is_gb:
        beside = p2p(call, channel) | {"start_time": query["start_time"], "end_time": query["end_time"]}
    (told if "beside" in call.cloud.dirty else connection)["p2p_connections"] = beside
    return told


@operation("9.4", "POST", "media/urls/batch-delete", body=(
    array("urls", 1, required=True, fields=(text("url", 1, required=True),)),
))  # fmt: skip
def revoke(call: Call) -> Any:
    """A status object with HTTP 200 (shape E)."""
    done = [call.cloud.addresses.revoke(item["url"]) for item in call.body["urls"]]
    if not all(done):
        return {"error_code": PARAMETER, "error_msg": "Request parameters is invalid"}
    return {"error_code": "IVM.0", "error_msg": "Success"}
