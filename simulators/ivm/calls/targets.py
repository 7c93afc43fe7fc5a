"""Libraries of targets on HOLO devices (chapter 14); the simulator has neither faces nor people of its own."""

from typing import Any

from simulators.ivm.checks import DEVICE_ID, Field, array, integer, text, truth, word
from simulators.ivm.errors import PARAMETER, RefusedError, result
from simulators.ivm.routes import Call, Handler, operation
from simulators.ivm.state import Device, TargetGroup

LARGEST = 128
GROUP_ID = integer("group_id", 0, required=True, code="IVM.20090001")
GROUP_NAME = text("group_name", 1, 63, required=True)
GROUP_KINDS = {
    "IPC": ("OTHER", "DEFAULT", "WHITE"), "NVR": ("WHITE", "STRANGE", "BLACK"), "MEdge": ("WHITE", "STRANGE", "RED"),
}  # fmt: skip
GROUP_KIND = word("group_type", "WHITE", "STRANGE", "BLACK", "OTHER", "DEFAULT", "RED")
RANGE = (
    DEVICE_ID, GROUP_ID, integer("start", 0, 5000, default=0, code="IVM.10027003"),
    integer("count", 1, 5000, default=10, code="IVM.10027004"),
)  # fmt: skip
IDS = array("target_ids", 1, 100, required=True, items="text", code="IVM.20090002")
PERSON = (
    text("name", 1, 128, required=True), word("gender", "male", "female", required=True, code="IVM.20090003"),
    integer("age", 1, 255, code="IVM.20090004"), text("country", 1, 128), text("nation", 1, 32),
    text("native", 1, 128), text("occupation", 1, 128), text("work_no", 1, 64),
    text("phone", pattern=r"\d{11}", code="IVM.20090006"), text("email", pattern=r".+@.+", code="IVM.20090005"),
    text("domicile", 1, 256), text("remark", 1, 512), text("jpegBase64", 1, required=True),
    text("external_target_id", 1, 64),
)  # fmt: skip
BATCHES = {"IPC": 1, "NVR": 20, "MEdge": 20}


def _device(call: Call, device_id: str) -> Device:
    device = call.device(device_id)
    if device.is_gb:
        raise RefusedError("IVM.20090017")
    if not device.online:
        raise RefusedError("IVM.20000036")
    return device


def _group(device: Device, group_id: int) -> TargetGroup:
    if group_id not in device.groups:
        raise RefusedError("IVM.20090018")
    return device.groups[group_id]


def _kind(call: Call, device: Device) -> str:
    allowed = GROUP_KINDS[device.kind]
    wanted: str | None = call.body["group_type"]
    if wanted is not None and wanted not in allowed:
        raise RefusedError(PARAMETER)
    return wanted or allowed[0]


@operation("14.1", "GET", "target-groups", query=(DEVICE_ID,))
def groups(call: Call) -> Any:
    """Libraries of a device."""
    device = _device(call, call.query["device_id"])
    rows = []
    for group in device.groups.values():
        row: dict[str, Any] = {
            "group_id": group.id, "name": group.name, "is_fixed": group.fixed, "is_hidden": False,
        }  # fmt: skip
        if device.kind != "MEdge":
            row["enable"] = "OPEN" if group.enabled else "CLOSE"
        rows.append(row)
    return {"groups": rows, "device_id": device.id, "group_max_count": str(LARGEST)}


def _create(call: Call) -> tuple[Device, int]:
    device = _device(call, call.body["device_id"])
    kind = _kind(call, device)
    if len(device.groups) >= LARGEST:
        raise RefusedError("IVM.20090023")
    if device.kind != "NVR" and any(group.name == call.body["group_name"] for group in device.groups.values()):
        raise RefusedError("IVM.20090025")
    number = max(device.groups, default=0) + 1
    device.groups[number] = TargetGroup(number, call.body["group_name"], kind)
    return device, number


def _edit(call: Call) -> tuple[Device, int]:
    device = _device(call, call.body["device_id"])
    group = _group(device, call.body["group_id"])
    if group.fixed:
        raise RefusedError("IVM.20090024")
    kind = _kind(call, device)
    if call.body["enable"] is None and device.kind != "MEdge":
        raise RefusedError(PARAMETER, "enable is needed")
    if call.body["enable"] == "OPEN" and not group.targets:
        raise RefusedError("IVM.20090028")
    group.name, group.kind, group.enabled = call.body["group_name"], kind, call.body["enable"] == "OPEN"
    return device, group.id


def _delete(call: Call) -> tuple[Device, int]:
    device = _device(call, call.body["device_id"])
    group = _group(device, call.body["group_id"])
    if group.fixed:
        raise RefusedError("IVM.20090024")
    if group.targets:
        raise RefusedError("IVM.20090026")
    del device.groups[group.id]
    return device, group.id


def _both(numbers: tuple[str, str], method: str, fields: tuple[Field, ...], act: Any) -> None:
    """Register both versions of a call; the second answers with a number instead of text."""
    for section, version, kind in zip(numbers, ("v1", "v2"), (str, int), strict=True):

        def handler(call: Call, kind: Any = kind) -> Any:
            device, number = act(call)
            return {"device_id": device.id, "group_id": kind(number)}

        made: Handler = handler
        operation(section, method, "target-groups", version=version, body=fields)(made)


_both(("14.2", "14.3"), "POST", (GROUP_NAME, DEVICE_ID, GROUP_KIND), _create)
_both(("14.4", "14.5"), "PUT", (DEVICE_ID, GROUP_ID, GROUP_NAME, GROUP_KIND, word("enable", "OPEN", "CLOSE")), _edit)
_both(("14.6", "14.7"), "DELETE", (GROUP_ID, DEVICE_ID), _delete)


def _told(target: dict[str, Any], *, picture: bool) -> dict[str, Any]:
    return {key: value for key, value in target.items() if value is not None and (picture or key != "jpegBase64")}


@operation("14.8", "POST", "targets", body=(DEVICE_ID, IDS))
def by_id(call: Call) -> Any:
    """Targets by id, of all libraries of a device."""
    device = _device(call, call.body["device_id"])
    known = {key: target for group in device.groups.values() for key, target in group.targets.items()}
    rows = [_told(known[target_id], picture=True) for target_id in call.body["target_ids"] if target_id in known]
    if not rows:
        raise RefusedError("IVM.20090027")
    return {"targets": rows}


def _range(call: Call) -> tuple[Device, list[dict[str, Any]]]:
    device = _device(call, call.query["device_id"])
    rows = list(_group(device, call.query["group_id"]).targets.values())
    start = call.query["start"] * call.query["count"]
    return device, rows[start : start + call.query["count"]]


@operation("14.9", "GET", "targets/ids", query=RANGE)
def ids(call: Call) -> Any:
    """`start` is a page."""
    device, rows = _range(call)
    return {"device_id": device.id, "target_ids": [row["target_id"] for row in rows]}


@operation("14.10", "GET", "targets", query=RANGE)
def targets(call: Call) -> Any:
    """Directly connected cameras send no pictures."""
    device, rows = _range(call)
    return {"device_id": device.id, "targets": [_told(row, picture=not device.is_direct) for row in rows]}


@operation("14.11", "GET", "targets/count", query=(DEVICE_ID, GROUP_ID))
def count(call: Call) -> Any:
    """How many there are."""
    device = _device(call, call.query["device_id"])
    return {"device_id": device.id, "target_count": len(_group(device, call.query["group_id"]).targets)}


def _batch(call: Call) -> tuple[Device, TargetGroup, list[dict[str, Any]]]:
    device = _device(call, call.body["device_id"])
    rows: list[dict[str, Any]] = call.body["targets"]
    if len(rows) > BATCHES[device.kind]:
        raise RefusedError("IVM.10027006")
    return device, _group(device, call.body["group_id"]), rows


@operation("14.12", "POST", "targets/batch-add", body=(
    DEVICE_ID, GROUP_ID, array("targets", 1, required=True, code="IVM.20090007", fields=PERSON),
    truth("storage", default=True),
))  # fmt: skip
def add(call: Call) -> Any:
    """One at a time on cameras, twenty on recorders."""
    device, group, rows = _batch(call)
    told = []
    for row in rows:
        number = str(max((int(key.rpartition("_")[2]) for key in group.targets), default=0) + 1)
        target_id = f"{group.id}_{number}" if device.is_direct else number
        group.targets[target_id] = {"target_id": target_id, **row}
        told.append({
            "target_id": target_id, "name": row["name"], "external_target_id": row["external_target_id"],
            "result": result(),
        })  # fmt: skip
    return {"targets": told}


@operation("14.13", "PUT", "targets", body=(
    DEVICE_ID, GROUP_ID, array("targets", 1, required=True, code="IVM.20090007", fields=(
        text("target_id", 1, 20, required=True, code="IVM.20090002"), *PERSON,
    )), truth("storage", default=True),
))  # fmt: skip
def edit(call: Call) -> Any:
    """Change targets that are there."""
    _, group, rows = _batch(call)
    told = []
    for row in rows:
        known = row["target_id"] in group.targets
        if known:
            group.targets[row["target_id"]] = row
        told.append({"target_id": row["target_id"], "result": result("IVM.0" if known else "IVM.20090027")})
    return {"group_id": group.id, "target_ids": told}


@operation("14.14", "POST", "target/batch-delete", body=(DEVICE_ID, GROUP_ID, IDS))
def delete(call: Call) -> Any:
    """The path has `target` in the singular."""
    group = _group(_device(call, call.body["device_id"]), call.body["group_id"])
    told = []
    for target_id in call.body["target_ids"]:
        known = group.targets.pop(target_id, None) is not None
        told.append({"target_id": target_id, "result": result("IVM.0" if known else "IVM.20090027")})
    return {"group_id": group.id, "target_ids": told}
