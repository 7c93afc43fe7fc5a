"""Organisations (ivm §3.1 and §3.2)."""

from collections.abc import Iterable
from typing import Any

from simulators.ivm.checks import (
    DEVICE_KIND,
    DEVICE_STATE,
    DEVICE_SYSTEM,
    DIRECTION,
    ORG_ID,
    PACKAGES,
    PROTOCOL,
    array,
    integer,
    text,
    word,
)
from simulators.ivm.describe import org_device
from simulators.ivm.errors import RefusedError, result
from simulators.ivm.routes import Call, operation, page
from simulators.ivm.state import ROOT, Device, Org

NAME = text("device_org_name", 1, 50, required=True, code="IVM.20001005")
DEEPEST = 10
LARGEST_BATCH = 100


def org_of(call: Call, org_id: str | None = None) -> Org:
    """Return an organisation. Raises RefusedError."""
    wanted = call.path["device_org_id"] if org_id is None else org_id
    if not wanted.isdecimal() or len(wanted) > 25:
        raise RefusedError("IVM.10022026")
    if wanted not in call.cloud.world.orgs:
        raise RefusedError("IVM.20001001")
    return call.cloud.world.orgs[wanted]


@operation("5.1", "GET", "device-orgs/{device_org_id}/sub-orgs", cached=True)
def sub_orgs(call: Call) -> Any:
    """One level below an organisation."""
    world = call.cloud.world
    counts = world.counts()
    told = []
    for org in world.children(org_of(call).id):
        row = counts[org.id]
        told.append(
            {
                "device_org_id": org.id,
                "device_org_name": org.name,
                "device_org_level": org.level,
                "camera_count": row.devices,
                "camera_online_count": row.online,
                "is_leaf": int(not world.children(org.id)),
                "channel_count": row.channels,
                "channel_online_count": row.channels_online,
                "channel_offline_count": row.channels - row.channels_online,
            }
        )
    return {"orgs": told}


@operation("5.2", "GET", "device-orgs/{device_org_id}/devices", cached=True, query=(
    integer("limit", 0, 1000, default=10, code="IVM.10020009"),
    integer("offset", 0, 2_147_483_646, default=0, code="IVM.10020010"),
    word("is_current_org", "0", "1", "2", code="IVM.10024014"),
    text("group_ids", code="IVM.10022026"),
    PROTOCOL, DEVICE_STATE, DEVICE_SYSTEM, DEVICE_KIND, PACKAGES,
    text("manufactures", code="IVM.10022025"), word("ability", "algorithm", "ptz", code="IVM.20110012"),
    text("device_id", code="IVM.10022000"), text("device_name", 0, 128, code="IVM.10022012"),
    word("sort_by", "create_time", "update_time", "operator_total", default="create_time", code="IVM.10020012"),
    DIRECTION, integer("user_order"),
))  # fmt: skip
def org_devices(call: Call) -> Any:
    """Devices with their channels; `offset` is a page index (L662)."""
    query = call.query
    found = [device for device in _of_org(call) if _wanted(device, query)]
    found = sort_devices(found, query["sort_by"], query["direction"] or "DESC")
    rows = page(found, query["limit"], query["offset"], by_item=False, largest=call.cloud.largest_page)
    everything = call.cloud.world.devices.values()
    return {
        "devices": [org_device(device) for device in rows],
        "total": len(found),
        "device_total": len(everything),
        "admin_total": len(everything),
        "online_total": sum(device.state == "ONLINE" for device in everything),
    }


def _of_org(call: Call) -> list[Device]:
    """Return the devices that `is_current_org` means: 0 below, 1 here, 2 both; absent is a knob (L661)."""
    world, query = call.cloud.world, call.query
    org = org_of(call)
    here = world.subtree(org.id)
    if query["is_current_org"] == "0":
        here.discard(org.id)
    elif query["is_current_org"] == "1":
        here = {org.id}
    elif query["is_current_org"] is None and not call.cloud.subtree_only:
        here = set(world.orgs)
    if query["group_ids"] is not None:
        here &= set(query["group_ids"].split(","))
    return [device for device in world.devices.values() if device.org_id in here]


def _wanted(device: Device, query: dict[str, Any]) -> bool:
    packages = {state for channel in device.channels.values() for state in channel.resource_states}
    return (
        matches(device.protocol, query["access_protocol"])
        and matches(device.state, query["device_state"])
        and matches(device.system_state, query["device_system_state"])
        and matches(device.kind, query["device_type"])
        and matches(device.manufacture, query["manufactures"])
        and (query["ability"] is None or query["ability"] in device.abilities)
        and (
            query["channel_resource_state"] is None
            or not packages.isdisjoint(query["channel_resource_state"].split(","))
        )
        and query["device_id"] in {None, device.id}
        and (query["device_name"] or "") in device.name
    )


def matches(value: str, wanted: str | None) -> bool:
    """Tell whether a value is one of a comma-separated text."""
    return wanted is None or value in wanted.split(",")


def sort_devices(devices: Iterable[Device], by: str, direction: str) -> list[Device]:
    """Sort by one of the two times, newest first unless asked otherwise."""
    return sorted(
        devices, key=lambda device: (device.updated if by == "update_time" else device.created, device.id),
        reverse=direction == "DESC",
    )  # fmt: skip


@operation("5.3", "PUT", "device-orgs/{device_org_id}", body=(NAME,))
def rename_org(call: Call) -> Any:
    """The root has no name of its own."""
    org = org_of(call)
    if org.id == ROOT:
        raise RefusedError("IVM.20001003")
    _unused(call, org.parent, call.body["device_org_name"])
    org.name = call.body["device_org_name"]
    return {"device_org_id": org.id, "device_org_name": org.name}


@operation("5.4", "POST", "device-orgs", body=(
    NAME, text("parent_org_id", required=True, pattern=ORG_ID, code="IVM.10022026"),
))  # fmt: skip
def create_org(call: Call) -> Any:
    """Below the root only if that is arranged (L892)."""
    world, name = call.cloud.world, call.body["device_org_name"]
    if call.body["parent_org_id"] not in world.orgs:
        raise RefusedError("IVM.20001006")
    parent = org_of(call, call.body["parent_org_id"])
    if parent.id == ROOT and not call.cloud.root_is_parent:
        raise RefusedError("IVM.20001003")
    if parent.level >= DEEPEST:
        raise RefusedError("IVM.20001007")
    _unused(call, parent.id, name)
    org_id = str(max((int(key) for key in world.orgs), default=0) + 1)
    world.orgs[org_id] = Org(world, org_id, name, parent.id, parent.level + 1)
    world.touch()
    return {"device_org_id": org_id}


def _unused(call: Call, parent: str, name: str) -> None:
    if any(org.name == name for org in call.cloud.world.children(parent)):
        raise RefusedError("IVM.20001004")


@operation("5.5", "DELETE", "device-orgs/{device_org_id}")
def delete_org(call: Call) -> Any:
    """Empty ones only."""
    world, org = call.cloud.world, org_of(call)
    if org.id == ROOT:
        raise RefusedError("IVM.20001009")
    if len(world.subtree(org.id)) > 1 or any(device.org_id == org.id for device in world.devices.values()):
        raise RefusedError("IVM.20001008")
    del world.orgs[org.id]
    world.touch()
    return {"device_org_id": org.id}


@operation("5.6", "POST", "device-orgs/{device_org_id}/move-devices", body=(
    array("device_ids", 1, LARGEST_BATCH, required=True, items="text", code="IVM.10022034"),
))  # fmt: skip
def move_devices(call: Call) -> Any:
    """The root holds no devices (L1010)."""
    org = org_of(call)
    if org.id == ROOT:
        raise RefusedError("IVM.20001003")
    told = []
    for device_id in call.body["device_ids"]:
        code = "IVM.0"
        device = call.cloud.world.devices.get(device_id)
        if device is None:
            code = "IVM.10022035"
        elif device.org_id == org.id:
            code = "IVM.20000050"
        else:
            device.org_id, device.updated = org.id, call.now
        told.append({"device_id": device_id, "result": result(code)})
    return {"failed_num": sum(item["result"]["code"] != "IVM.0" for item in told), "results": told}


@operation("5.7", "GET", "device-orgs/tree", query=(
    text("device_org_name", 1, 50, required=True, code="IVM.20001005"),
))  # fmt: skip
def find_orgs(call: Call) -> Any:
    """Return a tree of what is named so, with all above it (L1095-L1207)."""
    world, name = call.cloud.world, call.query["device_org_name"]
    hits = {org.id for org in world.orgs.values() if org.id != ROOT and name in org.name}
    kept = {above.id for org_id in hits for above in world.orgs[org_id].ancestry()}
    counts = world.counts()

    def told(org: Org) -> dict[str, Any]:
        return {
            "enterprise_id": call.cloud.user_id if org.parent == ROOT else int(call.cloud.user_id),
            "device_org_id": org.id,
            "device_org_name": org.name,
            "parent_id": org.parent,
            "device_org_level": org.level,
            "is_leaf": int(not world.children(org.id)),
            "is_result": int(org.id in hits),
            "camera_count": counts[org.id].devices,
            "camera_online_count": counts[org.id].online,
            "children": [told(child) for child in world.children(org.id) if child.id in kept],
        }

    return {"result": [told(org) for org in world.children(ROOT) if org.id in kept]}
