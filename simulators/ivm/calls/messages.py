"""Subscriptions, pictures of what was pushed, snapshots (ivm §3.13-§3.15)."""

from base64 import b64encode
from datetime import timedelta
import re
from typing import Any

from aiohttp import web

from simulators.ivm.checks import CHANNEL_ID, DEVICE_ID, array, text, word
from simulators.ivm.errors import RefusedError, result
from simulators.ivm.pictures import KEPT_FOR, Picture
from simulators.ivm.push import MESSAGE_TYPES, Callback
from simulators.ivm.routes import Call, operation
from simulators.ivm.times import stamp

SUBSCRIPTION = word("subscription_type", *MESSAGE_TYPES, required=True, code="IVM.10027022")
URL = re.compile(r"https?://[\x21-\x7e]{1,249}")
CLASSES = ("INTELLIGENT", "TARGET", "TARGET_DET", "CROWD", "THIRD_PARTY", "THIRDPARTY_INTELLIGENT")
TYPES = {
    "TARGET": ("BODY", "BACKGROUND", "TARGET"),
    "VEHICLE": ("VEHICLE", "BODY", "BACKGROUND", "PLATE"),
}
SNAPSHOT_LIFE = timedelta(days=1)


@operation("10.1.1", "POST", "messages/callback", body=(
    text("callback_url", 1, 256, required=True, code="IVM.20050003"), SUBSCRIPTION,
    text("auth_key", 6, 18, code="IVM.10027061"),
))  # fmt: skip
async def subscribe(call: Call) -> Any:
    """Create or replace; the address must answer a test request first."""
    body, cloud = call.body, call.cloud
    if URL.fullmatch(body["callback_url"]) is None:
        raise RefusedError("IVM.20050003")
    kind = body["subscription_type"]
    known = cloud.callbacks.get(kind)
    created = known.created if known else call.now
    wanted = Callback(body["callback_url"], body["auth_key"], created, call.now)
    if not await cloud.pusher.probe(kind, wanted):
        raise RefusedError("IVM.20050005")
    cloud.callbacks[kind] = wanted
    cloud.pusher.recover(wanted.url)
    return {"callback_url": wanted.url, "create_time": stamp(created), "subscription_type": kind}


@operation("10.1.2", "DELETE", "messages/callback", query=(SUBSCRIPTION,))
def unsubscribe(call: Call) -> Any:
    """Here the type is in the query (L4225)."""
    if call.cloud.callbacks.pop(call.query["subscription_type"], None) is None:
        raise RefusedError("IVM.20050004")
    return {"subscription_type": call.query["subscription_type"]}


@operation("10.1.3", "GET", "messages/callback", query=(SUBSCRIPTION,))
def subscription(call: Call) -> Any:
    """Nothing is `{}`; the key is in clear (L4309)."""
    found = call.cloud.callbacks.get(call.query["subscription_type"])
    if found is None:
        return {}
    return {
        "callback_url": found.url,
        "create_time": stamp(found.created),
        "update_time": stamp(found.updated),
        "subscription_type": call.query["subscription_type"],
        "auth_key": found.auth_key or "",
    }


def _code(call: Call, picture: Picture | None) -> str:
    if picture is None:
        return "IVM.10027007"
    if call.now - picture.taken >= KEPT_FOR:
        return "IVM.20040004"
    return "IVM.10027008" if picture.failed else "IVM.0"


@operation("10.2.1", "POST", "intelligence-data/pictures", body=(
    word("data_classification", *TYPES, required=True, code="IVM.10027005"),
    word("type", "ALL", *TYPES["TARGET"], *TYPES["VEHICLE"], required=True, code="IVM.10027010"),
    array("data_ids", 1, 100, required=True, items="text", code="IVM.10027006"),
))  # fmt: skip
def data_pictures(call: Call) -> Any:
    """Addresses that live for five minutes."""
    allowed = TYPES[call.body["data_classification"]]
    kinds = allowed if call.body["type"] == "ALL" else (call.body["type"],)
    if not set(kinds) <= set(allowed):
        raise RefusedError("IVM.10027010")
    told = []
    for data_id in call.body["data_ids"]:
        picture = call.cloud.pictures.of_data.get(data_id)
        code = "IVM.10027009" if picture is None else _code(call, picture)
        urls = []
        if code == "IVM.0" and picture is not None:
            urls = [{"type": kind, "url": call.cloud.pictures.secret_url(picture)} for kind in kinds]
        told.append({"data_id": data_id, "urls": urls, "result": result(code)})
    return {"failed_num": sum(item["result"] != result() for item in told), "data": told}


@operation("10.2.2", "POST", "alarms/pictures", body=(
    array("alarm_uuids", 1, 100, required=True, items="text", missing="IVM.10020014", code="IVM.10027006"),
    word("alarm_classification", *CLASSES, code="IVM.10027005"),
))  # fmt: skip
def alarm_pictures(call: Call) -> Any:
    """Addresses that live for five minutes, of pictures that are kept for seven days."""
    told = []
    for uuid in call.body["alarm_uuids"]:
        picture = call.cloud.pictures.of_alarms.get(uuid)
        code = "IVM.10020014" if not 1 <= len(uuid) <= 128 else _code(call, picture)
        url = call.cloud.pictures.secret_url(picture) if code == "IVM.0" and picture is not None else ""
        told.append({"alarm_uuid": uuid, "url": url, "targetgroup_url": "", "result": result(code)})
    return {"failed_num": sum(item["result"] != result() for item in told), "alarms": told}


@operation("10.3.1", "GET", "devices/snap", query=(
    DEVICE_ID, CHANNEL_ID, word("storage", "true", "false", required=True, code="IVM.20040012"),
))  # fmt: skip
def snap(call: Call) -> Any:
    """One in ten seconds of each channel."""
    channel = call.channel(call.query["device_id"], call.query["channel_id"])
    channel.need_managed()
    channel.need_online()
    channel.need_unmasked()
    if not channel.can_snap:
        raise RefusedError("IVM.20040010")
    floor = timedelta(seconds=call.cloud.snapshot_seconds)
    if channel.snapped is not None and call.now - channel.snapped < floor:
        raise RefusedError("IVM.20040009")
    channel.snapped = call.now
    picture = Picture(channel.name, sum(f"{channel.key}".encode()) % 360, call.now)
    told = {"pic_url": "", "pic_data": ""}
    if call.query["storage"] == "true":
        picture.failed = call.cloud.snapshots_fail
        return {
            **told,
            "pic_url": call.cloud.pictures.static_url(picture, f"{channel.device.id}_{channel.id}", life=SNAPSHOT_LIFE),
        }
    if call.cloud.snapshots_fail:
        raise RefusedError("IVM.90000010")
    if "raw_pictures" in call.cloud.dirty:
        return web.Response(body=picture.jpeg(), content_type="image/jpeg")
    return {**told, "pic_data": b64encode(picture.jpeg()).decode()}
