"""The older media calls (ivm §3.12)."""

from typing import Any
from uuid import UUID

from simulators.ivm.checks import RECORD_PAGE, SPAN, STREAM, array, integer, text, word
from simulators.ivm.errors import RefusedError, result
from simulators.ivm.routes import DC, Call, operation
from simulators.ivm.times import stamp

from .media import (
    LIFE,
    TEXT_LIFE,
    TEXT_USES,
    USES,
    check_live,
    describe,
    live_channel,
    p2p,
    playback_url,
    record_channel,
    record_page,
    recordings,
)

KIND = word("record_type", "NORMAL_RECORD", "MOTION_RECORD", code="IVM.10026002")
TRANSPORT = word("trans_protocol", "TCP", "UDP")
NEW_NAMES = {
    "HLS": "HTTP_HLS", "HLS_HTTPS": "HTTPS_HLS", "HLS_DEV": "HTTP_HLS", "HLS_DEV_HTTPS": "HTTPS_HLS",
    "RTSP_DEV": "RTSP", "HTTP_FLV_DEV": "HTTP_FLV", "HTTPS_FLV_DEV": "HTTPS_FLV",
}  # fmt: skip
WEB_PROTOCOLS = ("HLS_DEV", "HLS_DEV_HTTPS", "RTSP_DEV", "HTTP_FLV_DEV", "HTTPS_FLV_DEV")
ADDRESS = (
    text("device_id", required=True, code="IVM.10022000"), text("channel_id", required=True, code="IVM.10022001"),
    text("stream_type", required=True, code="IVM.10026000"),
)  # fmt: skip


@operation("9.5", "GET", f"{DC}/cloud-records", query=(*SPAN, *RECORD_PAGE, KIND))
def cloud_records(call: Call) -> Any:
    """The kind of an alarm recording is one text here."""
    start, end = call.span()
    channel = record_channel(call, "CLOUD")
    kind = call.query["record_type"] or "ALL_RECORD"
    found = recordings(call, channel, start, end, position="CLOUD", kind=kind)
    rows = []
    for item in record_page(call, found):
        told = describe(item)
        del told["storage_state"]
        rows.append({**told, "alarm_rec_type": next(iter(item.alarm_types), None)})
    return {"total": len(found), "device_id": channel.device.id, "channel_id": channel.id, "records": rows}


def _flat(call: Call, protocol: str, *, on_device: bool, kind: str = "ALL_RECORD") -> Any:
    channel, url = playback_url(
        call, NEW_NAMES.get(protocol, protocol), on_device=on_device, kind=kind,
        stream_type=call.query.get("stream_type") or "PRIMARY_STREAM",
    )  # fmt: skip
    return {"device_id": channel.device.id, "channel_id": channel.id, "playback_url": url}


@operation("9.6", "GET", f"{DC}/cloud-records/playback-url", query=(
    *SPAN, word("playback_protocol", "HOLO", "HLS", "HLS_HTTPS", "RTSP", default="HOLO", code="IVM.10026001"), KIND,
    TEXT_LIFE, TEXT_USES,
))  # fmt: skip
def cloud_playback(call: Call) -> Any:
    """A flat answer."""
    return _flat(call, call.query["playback_protocol"], on_device=False, kind=call.query["record_type"] or "ALL_RECORD")


@operation("9.7", "GET", f"{DC}/device-records", query=(*SPAN, *RECORD_PAGE, KIND, STREAM))
def device_records(call: Call) -> Any:
    """No sizes and no ids."""
    start, end = call.span()
    channel = record_channel(call, "DEVICE")
    kind = call.query["record_type"] or "ALL_RECORD"
    found = recordings(call, channel, start, end, position="DEVICE", kind=kind)
    rows = [
        {
            "record_name": item.name,
            "record_type": item.kind,
            "start_time": stamp(item.start),
            "end_time": stamp(item.end),
        }
        for item in record_page(call, found)
    ]
    return {"total": len(found), "records": rows}


@operation("9.8", "GET", f"{DC}/device-records/playback-url", query=(
    *SPAN, word("playback_protocol", "HOLO", default="HOLO", code="IVM.10026001"), TEXT_LIFE, TEXT_USES, TRANSPORT,
    STREAM,
))  # fmt: skip
def device_playback(call: Call) -> Any:
    """GB devices, for the vendor's SDK only."""
    if not call.device().is_gb:
        raise RefusedError("IVM.20020010")
    told = _flat(call, "HOLO", on_device=True)
    return {**told, "playback_url": told["playback_url"].replace("jvmp://", "holo://")}


@operation("9.9", "GET", f"{DC}/device-records/web-playback-url", query=(
    word("protocol", *WEB_PROTOCOLS, code="IVM.10026001"), word("playback_protocol", *WEB_PROTOCOLS, code="IVM.10026001"),
    *SPAN, TEXT_LIFE, TEXT_USES, TRANSPORT, STREAM,
))  # fmt: skip
def web_playback(call: Call) -> Any:
    """The table calls it `protocol`, the samples `playback_protocol` (L3538, L3574)."""
    protocol = call.query["protocol"] or call.query["playback_protocol"]
    if protocol is None or ("FLV" in protocol and not call.device().is_gb):
        raise RefusedError("IVM.10026001")
    return _flat(call, protocol, on_device=True)


@operation("9.10", "POST", "devices/channels/cloud-live/url", body=(
    array("channels", 1, required=True, missing="IVM.10024002", fields=(
        *ADDRESS, text("live_protocol", required=True, code="IVM.10026003"),
        integer("forbid_audio", 0, 1, default=0), TRANSPORT,
    )), LIFE, USES,
))  # fmt: skip
def live_urls(call: Call) -> Any:
    """The one call with `forbid_audio`."""
    told = []
    for item in call.body["channels"]:
        entry = {"device_id": item["device_id"], "channel_id": item["channel_id"], "live_url": ""}
        protocol = NEW_NAMES.get(item["live_protocol"], item["live_protocol"])
        try:
            channel = live_channel(call, item["device_id"], item["channel_id"], item["stream_type"])
            check_live(call, "" if item["live_protocol"] in {"HTTP_HLS", "HTTPS_HLS"} else protocol)
        except RefusedError as error:
            told.append({**entry, "result": result(error.code)})
            continue
        more = "&forbid_audio=1" if item["forbid_audio"] and protocol.endswith("HLS") else ""
        url = call.cloud.addresses.issue(
            channel, protocol, item["stream_type"], seconds=call.body["expire_time"],
            reusable=call.body["use_times"] == 1, more=more,
        )  # fmt: skip
        told.append({**entry, "live_url": url, "result": result()})
    failed = sum(item["result"] != result() for item in told)
    return {"fail_num": failed, "channels": told, "request_id": str(UUID(int=call.cloud.chance.getrandbits(128)))}


@operation("9.11", "POST", "devices/channels/p2p-connect/live", body=(
    array("channels", 1, required=True, missing="IVM.10024002", fields=ADDRESS), LIFE, USES,
))  # fmt: skip
def p2p_live(call: Call) -> Any:
    """HOLO devices, for the vendor's SDK only."""
    connections, urls = [], []
    for item in call.body["channels"]:
        code, url = "IVM.0", ""
        try:
            channel = live_channel(call, item["device_id"], item["channel_id"], item["stream_type"])
            channel.need_holo()
        except RefusedError as error:
            code = error.code
            connections.append({"device_id": item["device_id"], "result": result(code)})
        else:
            connections.append(p2p(call, channel))
            url = call.cloud.addresses.issue(
                channel, "HOLO", item["stream_type"], seconds=call.body["expire_time"],
                reusable=call.body["use_times"] == 1,
            )  # fmt: skip
        urls.append(
            {"device_id": item["device_id"], "channel_id": item["channel_id"], "live_url": url, "result": result(code)}
        )
    failed = sum(item["result"] != result() for item in urls)
    return {
        "fail_num": failed, "p2p_connections": connections, "live_urls": urls,
        "request_id": str(UUID(int=call.cloud.chance.getrandbits(128))),
    }  # fmt: skip


def _check_span(call: Call, item: dict[str, Any]) -> None:
    """Both times or none."""
    if (item["start_time"] is None) is not (item["end_time"] is None):
        raise RefusedError("IVM.10020017" if item["start_time"] is None else "IVM.10020018")
    if item["start_time"] is not None:
        call.span(item)


@operation("9.12", "POST", "devices/channels/p2p-connect/playback", body=(
    array("channels", 1, 1000, required=True, missing="IVM.10024002", fields=(
        *ADDRESS, text("start_time", code="IVM.10020005"), text("end_time", code="IVM.10020006"),
    )),
))  # fmt: skip
def p2p_playback(call: Call) -> Any:
    """HOLO devices, for the vendor's SDK only; the counter has another name (L3995)."""
    told = []
    for item in call.body["channels"]:
        try:
            _check_span(call, item)
            channel = live_channel(call, item["device_id"], item["channel_id"], item["stream_type"])
            channel.need_holo()
        except RefusedError as error:
            told.append({"device_id": item["device_id"], "result": result(error.code)})
            continue
        entry = p2p(call, channel)
        if item["start_time"] is not None:
            entry |= {"start_time": item["start_time"], "end_time": item["end_time"]}
        told.append(entry)
    return {"failNum": sum(item["result"] != result() for item in told), "p2p_connections": told}
