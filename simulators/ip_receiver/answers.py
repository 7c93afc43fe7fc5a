"""JSON on the wire: envelopes with the codes of Appendix C, and the ways in which values are printed."""

from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from importlib.util import find_spec
import json
from typing import Any

CLASSES: Mapping[int, str] = {
    1: "OK",
    2: "Device Busy",
    3: "Device Error",
    4: "Invalid Operation",
    5: "Invalid Message Format",
    6: "Invalid Message Content",
    7: "Reboot Required",
}
ERROR_CODES: Mapping[str, int] = {
    "ok": 0x1, "riskPassword": 0x10000002,
    "noMemory": 0x20000001, "upgrading": 0x20000003, "networkError": 0x20000009,
    "deviceError": 0x30000001, "createSocketError": 0x30000004, "sendRequestError": 0x30000006,
    "passwordDecodeError": 0x30000008, "passwordEncryptError": 0x30000009, "pictureUploadFailed": 0x3000000B,
    "uninitialized": 0x3000000C, "connecteDatabaseError": 0x3000000E, "internalError": 0x30000014,
    "notSupport": 0x40000001, "lowPrivilege": 0x40000002, "badAuthorization": 0x40000003,
    "methodNotAllowed": 0x40000004, "notActivated": 0x40000007, "hasActivated": 0x40000008,
    "invalidContent": 0x4000000A, "maxSessionUserLink": 0x4000000B, "loginPasswordError": 0x4000000C,
    "MgmtLokedError": 0x4000000D, "interfaceOperationError": 0x40001002, "openFileError": 0x40001014,
    "taskPacking": 0x40001034, "taskNoRecFile": 0x40001039, "updateLangUnmatched": 0x40001042,
    "userMaxNum": 0x40001047, "monitorNodeOverLimit": 0x4000104D, "deviceExist": 0x40001054,
    "pwdErrorLoginFailed": 0x40001055, "setArmingError": 0x40001083, "taskModifyFailed": 0x400010B1,
    "getDeviceInfoFailed": 0x400010BC, "noDiskSpace": 0x400010E6, "cannotSameAsOldPassword": 0x400010E8,
    "originalPassError": 0x400010E9, "writeFileError": 0x400010EA, "accessFileDirectoryFailed": 0x40001104,
    "unKnownErrorCode": 0x4000111D, "deviceVervisionNotMatch": 0x40001128, "theSessionIdDoesNotExist": 0x40001135,
    "theCameraIdDoesNotExist": 0x40001137, "theDeviceIdDoesNotExist": 0x4000113B,
    "gettingResourceNodeInformationFailed": 0x40001176, "noMoreTasksCanBeAdded": 0x4000118A,
    "theZoneAlreadyExists": 0x40001388, "thePartitionAlreadyExists": 0x40001389, "thePartitionRelatedZone": 0x4000138A,
    "badJsonFormat": 0x50000002, "badURLFormat": 0x50000003,
    "badParameters": 0x60000001, "badXmlContent": 0x60000003, "badPort": 0x6000000B, "portError": 0x6000000C,
    "badVersion": 0x6000000F, "requestMemoryNULL": 0x6000003F, "tokenTimeout": 0x600000040,
    "passworLlenNoMoreThan16": 0x6000005F, "eventCodeExist": 0x60000060, "diskError": 0x60001009,
    "rebootRequired": 0x70000001,
}  # fmt: skip
"""All 64 sub-status codes, names and numbers as printed (L5297-5457)."""
LONGER_CODES: Mapping[str, int] = {"tokenTimeout": 6}
"""Class of a code whose number has a digit too many."""
STATUSES: Mapping[int, int] = {1: 200, 2: 503, 3: 500, 4: 403, 5: 400, 6: 400, 7: 200}
"""HTTP status of a class, where errors have one at all."""
OWN_STATUSES: Mapping[str, int] = {"badAuthorization": 401, "methodNotAllowed": 405, "taskNoRecFile": 404}


class RefusedError(Exception):
    """The receiver says no: a sub-status code, and other members of the envelope."""

    def __init__(self, sub: str, **more: Any) -> None:
        """`sub`: a name of `ERROR_CODES`."""
        super().__init__(sub)
        self.sub = sub
        self.more = more


def class_of(sub: str) -> int:
    """Return the statusCode that a sub-status code belongs to. Raises KeyError for an unknown one."""
    return LONGER_CODES.get(sub) or (ERROR_CODES[sub] >> 28 or 1)


def http_status(sub: str) -> int:
    """Return the HTTP status that goes with a sub-status code."""
    return OWN_STATUSES.get(sub) or STATUSES[class_of(sub)]


def envelope(sub: str = "ok", url: str = "", **more: Any) -> dict[str, Any]:
    """Return JSON_ResponseStatus (L4640-4660)."""
    number = class_of(sub)
    status = {"requestURL": url} if url else {}
    return {
        **status, "statusCode": number, "statusString": CLASSES[number], "subStatusCode": sub,
        "errorCode": ERROR_CODES[sub], "errorMsg": sub, **more,
    }  # fmt: skip


def plain_dump(value: Any) -> bytes:
    """Write JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


# Only speed: a Python without it prints the same.
dump: Callable[[Any], bytes] = import_module("orjson").dumps if find_spec("orjson") else plain_dump


def shaped(value: Any, *, strings: bool, missing: Collection[str]) -> Any:
    """Return a value with every number and truth as text, or without some members; itself if neither is asked for."""
    if not strings and not missing:
        return value
    change: Callable[[Any], Any] = _as_text if strings else lambda leaf: leaf

    def walk(node: Any) -> Any:
        if isinstance(node, Mapping):
            return {key: walk(inner) for key, inner in node.items() if key not in missing}
        if isinstance(node, list):
            return [walk(inner) for inner in node]
        return change(node)

    return walk(value)


def _as_text(leaf: Any) -> Any:
    if isinstance(leaf, bool):
        return "true" if leaf else "false"
    return str(leaf) if isinstance(leaf, int | float) else leaf
