"""The envelope of an answer (§1.6), and what the profiles make of it."""

import json
from typing import Any

from .registry import NO_DATA

MESSAGES = {
    "0": "Success",
    "0x02401000": "AppKey is missing",
    "0x02401001": "The partner of this AppKey does not exist",
    "0x02401002": "Signature is missing",
    "0x02401003": "Invalid signature",
    "0x02401007": "No permission for this API",
    "0x02401009": "The API call quota is reached",
    "0x00072001": "Required parameter is missing",
    "0x00072002": "Parameter value is out of range",
    "0x00072003": "Parameter format is wrong",
    "0x00072004": "The response is too long",
    "0x00052101": "The service is overloaded",
    "0x00052104": "The service is not available",
    "0x00072201": "No permission for this resource",
    "0x00072202": "The resource does not exist",
    "0x00072203": "The license maximum is reached",
    "0x00072204": "The function is not licensed",
    "0x00052301": "Unknown error",
    "1": "Unknown error",
    "2": "Incorrect request parameter",
    "8": "The product version is not supported",
    "11": "The HTTP is not supported",
    "12": "The URL is not supported",
    "14": "The WAN information of OpenAPI is not configured",
    "17": "No permission for OpenAPI access",
    "66": "The user does not exist",
    "128": "The resource does not exist",
    "129": "The resource is offline",
    "130": "No permission for the resource",
    "131": "The resource already exists",
    "132": "The maximum number is reached",
    "133": "The resource is occupied",
    "140": "The recording schedule does not exist",
    "192": "Control failed",
    "195": "The device does not support it",
}


def dump(value: Any) -> bytes:
    """Write JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def refusal(code: str, msg: str | None = None) -> bytes:
    """Return the envelope of an error."""
    return dump({"code": code, "msg": msg or MESSAGES.get(code, "Failed"), "data": ""})


def success(data: Any, *, code: str | int = "0", msg: str = "Success") -> bytes:
    """Return the envelope of data; `NO_DATA` leaves it out."""
    envelope: dict[str, Any] = {"code": code, "msg": msg}
    if data is not NO_DATA:
        envelope["data"] = data
    return dump(envelope)
