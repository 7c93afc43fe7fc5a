"""Paid services, resources, and who may recognise targets (ivm §3.20 and §3.21)."""

from typing import Any

from simulators.ivm.checks import ADDRESS, Field, array, integer, text, word
from simulators.ivm.describe import state_of_list
from simulators.ivm.errors import RefusedError, result
from simulators.ivm.routes import DC, Call, operation, page
from simulators.ivm.state import FAMILY_OF, Channel, Resource
from simulators.ivm.times import stamp

KINDS = ("MANAGE", "NORMAL", "DATAFLOW", "MOTION")
PAGE = (
    integer("limit", 1, 300, default=10, code="IVM.10020009"),
    integer("offset", 0, 2_142_147_483_646, default=0, code="IVM.10020010"),
)
CHANNELS = array("channels", 1, 100, required=True, missing="IVM.10024002", code="IVM.20060015", fields=ADDRESS)
LARGEST_DAYS = 365


def _resource(call: Call, resource_id: str) -> Resource:
    if not resource_id.isalnum() or len(resource_id) > 32:
        raise RefusedError("IVM.20060013")
    if resource_id not in call.cloud.world.resources:
        raise RefusedError("IVM.20060001")
    return call.cloud.world.resources[resource_id]


def _used(call: Call, resource: Resource) -> list[Channel]:
    world = call.cloud.world
    return [channel for channel in world.channels() if channel.bindings.get(resource.kind) == resource.id]


def _check_binding(call: Call, channel: Channel, resource: Resource) -> None:
    if channel.bindings.get(resource.kind) == resource.id:
        raise RefusedError("IVM.20060007")
    if resource.kind != "MANAGE" and not channel.has("MANAGEMENT"):
        raise RefusedError("IVM.20060026")
    if resource.total >= 0 and len(_used(call, resource)) >= resource.total:
        raise RefusedError("IVM.20060004")


def _check_last(channel: Channel, kind: str) -> None:
    """What the other services need goes last."""
    if kind == "MANAGE" and set(channel.bindings) - {"MANAGE"}:
        raise RefusedError("IVM.20060023")


def _unique(call: Call) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = call.body["channels"]
    if len({(item["device_id"], item["channel_id"]) for item in items}) < len(items):
        raise RefusedError("IVM.20060022")
    return items


@operation("12.1", "POST", "devices/channels/resources", body=(
    text("resource_id", 1, 32, required=True, code="IVM.20060013"),
    Field(name="storage_day", kind="number", low=0, high=LARGEST_DAYS, code="IVM.20060017"), CHANNELS,
))  # fmt: skip
def enable(call: Call) -> Any:
    """Bind channels to a resource; it costs money."""
    resource, days = _resource(call, call.body["resource_id"]), call.body["storage_day"]
    if resource.state != "NORMAL":
        raise RefusedError("IVM.20060002")
    needs_days = resource.mode == "ONDEMAND" and resource.kind != "MANAGE"
    if needs_days is not bool(days):
        raise RefusedError("IVM.20060017" if needs_days else "IVM.20060018")
    told = []
    for item in _unique(call):
        code = "IVM.0"
        try:
            channel = call.channel(item["device_id"], item["channel_id"])
            _check_binding(call, channel, resource)
            channel.bindings[resource.kind] = resource.id
            channel.set_package(FAMILY_OF[resource.kind], "GRANT")
            if days and resource.kind in {"NORMAL", "MOTION"}:
                channel.retention["normal" if resource.kind == "NORMAL" else "alarm"] = int(days)
        except RefusedError as error:
            code = error.code
        told.append({**item, "result": result(code)})
    return {"failed_num": sum(item["result"]["code"] != "IVM.0" for item in told), "channels": told}


@operation("12.2", "DELETE", "devices/channels/resources", body=(
    word("resource_type_code", "MANAGE", "RECORD", "DATAFLOW", "MOTION", required=True, code="IVM.20060014"), CHANNELS,
))  # fmt: skip
async def disable(call: Call) -> Any:
    """Here continuous storage is called RECORD (L8829); what is not enabled is no error."""
    kind = call.body["resource_type_code"]
    own = "NORMAL" if kind == "RECORD" else kind
    told, unbound = [], []
    for item in _unique(call):
        code = "IVM.0"
        try:
            channel = call.channel(item["device_id"], item["channel_id"])
            _check_last(channel, own)
            resource_id = channel.bindings.pop(own, None)
            if resource_id is not None:
                channel.set_package(FAMILY_OF[own], "CLOSED")
                unbound.append((channel.device.id, channel.id, resource_id))
        except RefusedError as error:
            code = error.code
        told.append({**item, "result": result(code)})
    if unbound:
        call.cloud.spawn(call.cloud.tell_unbound(f"UNBIND_{own}", unbound))
    return {"failed_num": sum(item["result"]["code"] != "IVM.0" for item in told), "channels": told}


@operation("13.1", "GET", "resources", query=(
    *PAGE, text("resource_id", 1, 32, code="IVM.20060013"),
    word("resource_type_code", *KINDS, code="IVM.20060014"),
))  # fmt: skip
def resources(call: Call) -> Any:
    """Subscriptions and what is paid by use; the unit of `offset` is a knob."""
    query = call.query
    found = [
        item
        for item in call.cloud.world.resources.values()
        if query["resource_id"] in {None, item.id} and query["resource_type_code"] in {None, item.kind}
    ]
    by_item = call.cloud.resource_paging == "item"
    rows = page(found, query["limit"], query["offset"], by_item=by_item, largest=call.cloud.largest_page)
    return {
        "total": len(found),
        "resources": [
            {
                "resource_id": item.id,
                "resource_type_code": item.kind,
                "resource_name": item.name,
                "resource_state": item.state,
                "total_num": item.total,
                "usage_num": len(_used(call, item)),
                "version": item.version,
                "mode": item.mode,
                "Exp_time": stamp(item.expires) if item.expires else "",
            }
            for item in rows
        ],
    }


@operation("13.2", "GET", "resources/{resource_id}/channels", query=PAGE)
def bound(call: Call) -> Any:
    """Channels of a resource."""
    resource = _resource(call, call.path["resource_id"])
    found = _used(call, resource)
    by_item = call.cloud.resource_paging == "item"
    rows = page(found, call.query["limit"], call.query["offset"], by_item=by_item, largest=call.cloud.largest_page)
    days = [{"attr_code": "storage_day", "attr_value": resource.days}] if resource.days else []
    return {
        "channels": [
            {
                "attrs": days,
                "device_name": channel.device.name,
                "device_id": channel.device.id,
                "channel_id": channel.id,
                "channel_state": state_of_list(channel),
                "channel_name": channel.name,
                "bind_state": "NORMAL",
            }
            for channel in rows
        ],
        "resource_type_code": resource.kind,
        "resource_name": resource.name,
        "resource_id": resource.id,
        "resource_state": resource.state,
        "mode": resource.mode,
        "total": len(found),
        "invalid_num": 0,
        "manage_num": 0,
    }


@operation("13.3", "GET", f"{DC}/resources")
def of_channel(call: Call) -> Any:
    """Resources of a channel."""
    channel = call.channel()
    rows = [call.cloud.world.resources[resource_id] for resource_id in channel.bindings.values()]
    return {
        "device_id": channel.device.id,
        "channel_id": channel.id,
        "resources": [
            {
                "resource_id": item.id,
                "resource_name": item.name,
                "resource_type_code": item.kind,
                "resource_state": "ARREARS" if channel.packages.get(FAMILY_OF[item.kind]) == "ARREAR" else item.state,
            }
            for item in rows
        ],
    }


@operation("18.1", "PUT", "devices/{device_id}/channels/targets/authorization", body=(
    word("state", "OPENED", "CLOSED", required=True), array("channels", 1, 65, required=True, items="text"),
))  # fmt: skip
def authorize(call: Call) -> Any:
    """-1 is the device itself; 0 is success and 1 failure."""
    device = call.device()
    if device.is_gb:
        raise RefusedError("IVM.20020011")
    opened = call.body["state"] == "OPENED"
    told = []
    for channel_id in call.body["channels"]:
        if channel_id == "-1":
            device.targets_authorized = opened
            continue
        channel = device.channels.get(channel_id)
        if channel is not None:
            channel.targets_authorized = opened
        told.append({"channel_id": channel_id, "channel_result": "1" if channel is None else "0"})
    return {"device_id": device.id, "device_result": "0", "channels_result": told}


@operation("18.2", "GET", f"{DC}/targets/authorization")
def authorization(call: Call) -> Any:
    """Of device and channel."""
    device = call.device()
    if device.is_gb:
        raise RefusedError("IVM.20020011")
    granted = [device.targets_authorized]
    granted.append(granted[0] if call.path["channel_id"] == "-1" else call.channel().targets_authorized)
    words = ["OPENED" if grant else "CLOSED" for grant in granted]
    return {"device_state": words[0], "channel_state": words[1]}
