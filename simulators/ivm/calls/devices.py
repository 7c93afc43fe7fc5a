"""Devices (ivm §3.3)."""

from dataclasses import replace
import re
from typing import Any

from simulators.ivm.build import make_device
from simulators.ivm.checks import (
    DETAIL,
    DEVICE_ID,
    DEVICE_KIND,
    DEVICE_STATE,
    DEVICE_SYSTEM,
    DIRECTION,
    PROTOCOL,
    array,
    integer,
    text,
    word,
)
from simulators.ivm.describe import device_detail, listed_device
from simulators.ivm.errors import RefusedError, result
from simulators.ivm.plans import DevicePlan, Kind
from simulators.ivm.routes import Call, operation, page
from simulators.ivm.state import ROOT, Device

from .orgs import matches, sort_devices

GB_ID = re.compile(r"\d{10}(132|111|118)\d{7}")
USERNAME = r"[A-Za-z-][A-Za-z0-9-]{4,31}"
SIP = {
    "sip_server_id": "34020000002000000001", "sip_server_domain": "3402000000", "sip_server_host": "192.0.2.60",
    "sip_server_port": "5060",
}  # fmt: skip
HIGHEST = 2_147_483_646


@operation("6.1", "GET", "devices/{device_id}", query=DETAIL)
def detail(call: Call) -> Any:
    """One device."""
    return device_detail(call.device(), cloud=call.query["need_cloud_ability"])


@operation("6.2", "GET", "devices", cached=True, query=(
    PROTOCOL, text("device_name", 0, 128, code="IVM.10022012"), DEVICE_STATE, DEVICE_SYSTEM, DEVICE_KIND, *DETAIL,
    DIRECTION, integer("limit", 0, 1000, default=10, code="IVM.10020009"),
    integer("offset", 0, HIGHEST, default=0, code="IVM.10020010"),
    word("sort_by", "create_time", "update_time", default="create_time", code="IVM.10020012"),
))  # fmt: skip
def devices(call: Call) -> Any:
    """All devices; `offset` is a page index (L1373)."""
    query = call.query
    if query["offset"] * query["limit"] >= HIGHEST:
        raise RefusedError("IVM.10020010")
    found = [
        device
        for device in call.cloud.world.devices.values()
        if matches(device.protocol, query["access_protocol"])
        and matches(device.state, query["device_state"])
        and matches(device.system_state, query["device_system_state"])
        and matches(device.kind, query["device_type"])
        and (query["device_name"] or "") in device.name
    ]
    found = sort_devices(found, query["sort_by"], query["direction"] or "DESC")
    rows = page(found, query["limit"], query["offset"], by_item=False, largest=call.cloud.largest_page)
    cloud = query["need_cloud_ability"]
    return {"devices": [listed_device(device, cloud=cloud) for device in rows], "total": len(found)}


@operation("6.3", "GET", "devices/{device_id}/gateway")
def gateway(call: Call) -> Any:
    """GB devices only."""
    device = gb_device(call)
    return {"device_username": device.gb_username, **SIP, "device_id": device.id}


def gb_device(call: Call) -> Device:
    """Return the device of the path if it speaks GB28181. Raises RefusedError."""
    device = call.device()
    if not device.is_gb:
        raise RefusedError("IVM.10022027")
    return device


@operation("6.4", "PUT", "devices/{device_id}", body=(
    text("device_name", 1, 128, code="IVM.10022012"), text("description", 1, 128, code="IVM.10020004"),
    word("modify_type", "DEFAULT", "OSD", "DEVICE_NAME", "ALL", default="DEFAULT"), text("osd", 1, 63),
))  # fmt: skip
def edit(call: Call) -> Any:
    """A HOLO device has no `modify_type`; what goes to the device needs it online (L1605)."""
    device, body = call.device(), call.body
    kind = "DEVICE_NAME" if device.is_gb is False else body["modify_type"]
    if (not device.is_gb or kind != "DEVICE_NAME") and not device.online:
        raise RefusedError("IVM.20000036")
    if body["device_name"] is None and (
        kind in {"DEFAULT", "ALL"} or (not device.is_gb and body["description"] is None)
    ):
        raise RefusedError("IVM.10022010")
    if kind in {"OSD", "ALL"}:
        if body["osd"] is None or len(body["osd"].encode()) > 63:
            raise RefusedError("IVM.10022010")
        device.osd = body["osd"]
    if kind != "OSD" and body["device_name"] is not None:
        device.name = body["device_name"]
        device.osd = device.name if kind == "DEFAULT" else device.osd
    if body["description"] is not None:
        device.description = body["description"]
    return {"device_id": device.id, "device_name": device.name, "description": device.description, "osd": device.osd}


@operation("6.5", "PUT", "devices/{device_id}/gb-account", body=(
    text("device_username", pattern=USERNAME, code="IVM.10022008"),
    text("device_password", 8, 32, code="IVM.10022009"),
))  # fmt: skip
def account(call: Call) -> Any:
    """Only while the device is not online (§6.5)."""
    device = gb_device(call)
    name, password = call.body["device_username"], call.body["device_password"]
    if name is None and password is None:
        raise RefusedError("IVM.10022010")
    if password is not None and not is_strong(password):
        raise RefusedError("IVM.10022032")
    if device.online:
        raise RefusedError("IVM.20000031")
    if name is not None:
        device.gb_username = name
    return {"device_username": device.gb_username, "device_id": device.id}


def is_strong(password: str, kinds: int = 3) -> bool:
    """Tell whether a password has enough kinds of characters."""
    found = [re.search(kind, password) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")]
    return sum(hit is not None for hit in found) >= kinds


@operation("6.6", "POST", "devices/holosens", body=(
    DEVICE_ID, text("verification_code", required=True, pattern=r"[A-Za-z0-9]{8}", code="IVM.10022033"),
    text("description", 0, 128, code="IVM.10020004"),
))  # fmt: skip
def add_holo(call: Call) -> Any:
    """The code of a device that waits in `cloud.waiting` is checked; any other device is a new camera."""
    body = call.body
    if body["device_id"] in call.cloud.world.devices:
        raise RefusedError("IVM.20000001")
    plan, wanted = call.cloud.waiting.pop(body["device_id"], (DevicePlan(name="HoloSens SDC"), None))
    if wanted is not None and wanted != body["verification_code"]:
        call.cloud.waiting[body["device_id"]] = (plan, wanted)
        raise RefusedError("IVM.20000003")
    device = _add(call, replace(plan, serial=body["device_id"]))
    device.description = body["description"] or ""
    return {
        "device_id": device.id, "device_name": device.name, "device_type": device.kind, "device_state": device.state,
        "manufacture": device.manufacture,
    }  # fmt: skip


def _add(call: Call, plan: DevicePlan) -> Device:
    world = call.cloud.world
    first = next((org.id for org in world.children(ROOT)), ROOT)
    device = make_device(world, plan, len(world.devices), first, call.now, set())
    device.created = device.updated = call.now
    world.gone.discard(device.id)
    world.touch()
    return device


@operation("6.7", "POST", "devices/gb/batch-add", body=(
    array("devices", 1, 100, required=True, missing="IVM.10022003", code="IVM.10022004", fields=(
        text("device_id", required=True, code="IVM.10022024"),
        text("device_name", 1, 128, required=True, code="IVM.10022012"),
        text("device_username", pattern=USERNAME, code="IVM.10022008"),
        text("device_password", 8, 32, required=True, code="IVM.10022009"),
        text("description", 0, 128, code="IVM.10020004"),
        word("algorithm", "MD5", "SHA256", required=True, code="IVM.10020051"),
    )),
))  # fmt: skip
def add_gb(call: Call) -> Any:
    """Devices that register later: until then they are offline."""
    ids = [item["device_id"] for item in call.body["devices"]]
    if len(set(ids)) < len(ids):
        raise RefusedError("IVM.20000051")
    told = []
    for item in call.body["devices"]:
        code = "IVM.0"
        if GB_ID.fullmatch(item["device_id"]) is None:
            code = "IVM.10022024"
        elif item["device_id"] in call.cloud.world.devices:
            code = "IVM.20000001"
        elif not is_strong(item["device_password"]):
            code = "IVM.10022032"
        else:
            kind: Kind = "IPC" if item["device_id"][10:13] == "132" else "NVR"
            plan = DevicePlan(
                protocol="GB28181", kind=kind, name=item["device_name"], serial=item["device_id"], online=False,
                packages={},
            )  # fmt: skip
            _add(call, plan).gb_username = item["device_username"] or "admin"
        told.append({"device_id": item["device_id"], **SIP, "result": result(code)})
    return {"failed_num": sum(item["result"]["code"] != "IVM.0" for item in told), "devices": told}


@operation("6.8", "POST", "devices/batch-delete", body=(
    array("devices", 1, 100, required=True, items="text", missing="IVM.10022017", code="IVM.10022016"),
))  # fmt: skip
async def delete(call: Call) -> Any:
    """Delete, and tell those who subscribed."""
    told, gone = [], []
    for device_id in call.body["devices"]:
        device = call.cloud.world.devices.get(device_id)
        if device is None:
            told.append({"device_id": device_id, "result": result("IVM.10022002")})
            continue
        call.cloud.world.remove(device)
        gone.append(device_id)
        told.append({"device_id": device_id, "result": result()})
    if gone:
        call.cloud.spawn(call.cloud.tell_unbound("DELETE_DEVICE", [(device_id, "", None) for device_id in gone]))
    return {"failed_num": len(told) - len(gone), "devices": told}
