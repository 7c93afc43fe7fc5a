"""Calls that read: devices, partitions, zones, peripherals (ip-receiver §3.2, §3.9, §3.10, §3.12)."""

from collections.abc import Callable, Mapping
from typing import Any

from .answers import RefusedError, dump, shaped
from .build import LISTS
from .calls import Call, is_number
from .state import Device, Record

LINKS: Mapping[str, int] = {"HPP": 1, "Dual-Connection": 2, "ISUP": 3, "OTAP": 4}
KEY_MEMBERS = ("devSerial", "devName", "accountID", "remark")
SORTED_BY: Mapping[int, str] = {1: "devName", 2: "devVersion", 3: "accountID", 4: "devSerial"}
SECRETS = frozenset({"deviceKey", "streamKey"})
"""Never told by default (L4746-4765)."""
KEPT_SEARCHES = 256
LEGACY_NAMES: Mapping[str, str] = {
    "waterDetectorAlarm": "waterDetectorEnabled",
    "smokeDetectedExceed": "smokeDetectedEnabled",
}
LEGACY_LACKS = frozenset({
    "magnetOpenStatus", "MagnetShockCurrentStatus", "humidity", "healthStatus", "oneTimeDeactivationMode",
    "deactivationMode", "deviceNo",
})  # fmt: skip
FILTERS: Mapping[str, Callable[[Mapping[str, Any], Any], bool]] = {
    "key": lambda fields, wanted: any(str(wanted).lower() in str(fields.get(name, "")).lower() for name in KEY_MEMBERS)
    or any(str(wanted) in fields.get(link, {}).get("deviceID", "") for link in ("ISUP", "OTAP")),
    "devStatus": lambda fields, wanted: fields.get("devStatus", "unknown") in _listed(wanted, str),
    "activeStatus": lambda fields, wanted: fields.get("activeStatus") in _listed(wanted, str),
    "connectionMode": lambda fields, wanted: fields["connectionMode"] in {
        LINKS.get(word, -1) for word in _listed(wanted, str)
    },
    "notAddedByUserId": lambda _fields, _wanted: True,
    "devSource": lambda fields, wanted: fields["devSource"] in _listed(wanted, int),
    "devType": lambda fields, wanted: fields.get("devType") in _listed(wanted, int),
    "isNeedUpgrade": lambda fields, wanted: fields.get("isNeedUpgrade") in _listed(wanted, int),
    "orderByColumn": lambda _fields, _wanted: True,
    "order": lambda _fields, _wanted: True,
}  # fmt: skip
"""Members of `Filter` (L4674-4699): whether a device passes."""


def _listed(wanted: Any, kind: type) -> list[Any]:
    if not isinstance(wanted, list) or not all(isinstance(item, kind) for item in wanted):
        raise RefusedError("badParameters")
    return wanted


def device_list(call: Call) -> dict[str, Any]:
    """E2."""
    receiver = call.receiver
    if "security" in call.query or "iv" in call.query:
        # Encryption of the answer is not documented well enough to be played (L588-595).
        raise RefusedError("notSupport" if {"security", "iv"} <= set(call.query) else "badParameters")
    search = call.inner(
        "SearchDescription", required=frozenset({"position", "maxResult"}), optional=frozenset({"Filter"})
    )
    if not is_number(search["position"]) or not is_number(search["maxResult"], 1):
        raise RefusedError("badParameters")
    found = _filtered(receiver.devices, search.get("Filter", {}))
    page = found[search["position"] :][: min(search["maxResult"], receiver.page_size)]
    answer: dict[str, Any] = {
        "numOfDevice": len(receiver.devices),
        "numOfUnAuthorized": 0,
        "numOfNotActivated": 0,
        "numOfMatches": len(page),
        "totalMatches": len(found),
        "existUnauth": False,
    }
    if found:
        answer["MatchList"] = [{"Device": {**_public(device.fields), **receiver.extra}} for device in page]
    return shape(call, {"SearchResult": answer})


def _filtered(devices: list[Device], wanted: Any) -> list[Device]:
    if not isinstance(wanted, dict) or not set(wanted) <= set(FILTERS):
        raise RefusedError("badParameters")
    found = [device for device in devices if all(FILTERS[name](device.fields, value) for name, value in wanted.items())]
    if (column := wanted.get("orderByColumn")) is None:
        return found
    if column not in SORTED_BY or wanted.get("order", 0) not in {0, 1}:
        raise RefusedError("badParameters")
    found.sort(key=lambda device: str(device.fields.get(SORTED_BY[column], "")), reverse=wanted.get("order") == 1)
    return found


def _public(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {key: inner for key, inner in value.items() if key not in SECRETS} if isinstance(value, dict) else value
        for name, value in fields.items()
        if name not in SECRETS
    }


def shape(call: Call, value: dict[str, Any]) -> dict[str, Any]:
    """Return a value as the receiver prints it now."""
    found: dict[str, Any] = shaped(value, strings=call.receiver.stringified, missing=call.receiver.missing_keys)
    return found


def partitions(call: Call) -> bytes:
    """E13."""
    printed = [_print(call, partition, "SubSys") for partition in call.panel.partitions.values()]
    return b'{"SubSysList":[' + b",".join(printed) + b"]}"


def peripherals(call: Call) -> bytes:
    """E12."""
    lists = [
        b'"' + name.encode() + b'":[' + b",".join(_print(call, item, LISTS[name]) for item in items) + b"]"
        for name, items in call.panel.peripherals.items()
        if items
    ]
    return b'{"ExDevStatus":{' + b",".join(lists) + b"}}"


def zones(call: Call) -> bytes | dict[str, Any]:
    """E14."""
    receiver = call.receiver
    if receiver.legacy_zones:
        raise RefusedError(receiver.legacy_refusal)
    condition = call.inner("ZoneCond", required=frozenset({"searchID", "searchResultPosition", "maxResults"}))
    search, start, most = condition["searchID"], condition["searchResultPosition"], condition["maxResults"]
    if not isinstance(search, str) or not search or not is_number(start) or not is_number(most, 1):
        raise RefusedError("badParameters")
    found = _found_zones(call, search)
    page = found[start:][: min(most, receiver.page_size)]
    head = {
        "searchID": search,
        "responseStatusStrg": "MORE" if start + len(page) < len(found) else "OK",
        "numOfMatches": len(page),
        "totalMatches": len(found),
    }
    if not page:
        return shape(call, {"ZoneSearch": {**head, "responseStatusStrg": "NO MATCH"}})
    # What is found is printed already; only the head is new.
    opened = dump(shape(call, head)).removesuffix(b"}")
    return b'{"ZoneSearch":' + opened + b',"ZoneList":[' + b",".join(page) + b"]}}"


def _found_zones(call: Call, search: str) -> list[bytes]:
    """Return all zones as printed when the search began; the same id goes on with the same search (L4852)."""
    kept = call.receiver.searches
    key = (call.panel.index, search)
    if call.receiver.search_cache and key in kept:
        return kept[key]
    kept[key] = [_print(call, zone, "Zone") for zone in call.panel.zones.values()]
    while len(kept) > KEPT_SEARCHES:
        del kept[next(iter(kept))]
    return kept[key]


def legacy_zones(call: Call) -> dict[str, Any]:
    """E14 as chapter 6 prints it: GET, with the older members (L543-547, L5028-5099)."""
    if not call.receiver.legacy_zones:
        raise RefusedError("methodNotAllowed")
    listed = []
    for zone in call.panel.zones.values():
        fields = {
            LEGACY_NAMES.get(name, name): value for name, value in zone.fields.items() if name not in LEGACY_LACKS
        }
        fields |= {name: fields[name] == "yes" for name in LEGACY_NAMES.values() if name in fields}
        listed.append({"Zone": fields | call.receiver.extra})
    return shape(call, {"ZoneList": listed})


def _print(call: Call, record: Record, name: str) -> bytes:
    receiver = call.receiver
    way = (receiver.stringified, tuple(receiver.missing_keys), tuple(receiver.extra.items()))
    return record.print(way, lambda fields: dump({name: shape(call, {**fields, **receiver.extra})}))
