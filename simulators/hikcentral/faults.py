"""Answers that go wrong, by name: what real gateways and proxies before them send."""

from collections.abc import Mapping
from typing import Any, Literal, TypedDict


class Trouble(TypedDict, total=False):
    """Arguments of `Gateway.fault`."""

    code: str
    status: int
    raw: bytes
    content_type: str
    data: Any
    drop: bool | Literal["after"]
    delay: float


HTML = b"<!DOCTYPE html><html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>"
HALF = b'{"code":"0","msg":"Success","data":{"total":3,"pageNo":1,"pageSize":500,"list":[{"came'
FAULTS: Mapping[str, Trouble] = {
    "html_page": {"raw": HTML, "content_type": "text/html"},
    "bad_gateway": {"status": 502, "raw": HTML, "content_type": "text/html"},
    "server_error": {"status": 500, "raw": b""},
    "envelope_with_500": {"status": 500, "raw": b'{"code":"0x00052102","msg":"Service error","data":""}'},
    "not_found": {"status": 404, "raw": b"404 page not found", "content_type": "text/plain"},
    "redirect": {"status": 302, "raw": b""},
    "half_json": {"raw": HALF},
    "empty_body": {"raw": b""},
    "json_text": {"raw": b'"Success"'},
    "json_array": {"raw": b"[]"},
    "no_code": {"raw": b'{"msg":"Success","data":{}}'},
    "no_data": {"raw": b'{"code":"0","msg":"Success"}'},
    "data_null": {"data": None},
    "data_text": {"data": ""},
    "data_array": {"data": []},
    "data_number": {"data": 7},
    "list_null": {"data": {"total": 1, "pageNo": 1, "pageSize": 500, "list": None}},
    "list_of_nothing": {"data": {"total": 3, "pageNo": 1, "pageSize": 500, "list": [None, {}, "x"]}},
    "not_utf8": {"raw": b'{"code":"0","msg":"\xff\xfe","data":""}'},
    "dropped": {"drop": True},
    "dropped_after": {"drop": "after"},
    "slow": {"delay": 0.2},
    "quota": {"code": "0x02401009"},
    "overloaded": {"code": "0x00052101"},
    "no_service": {"code": "0x00052104"},
    "no_permission": {"code": "0x02401007"},
    "no_licence": {"code": "0x00072204"},
    "busy": {"code": "6"},
    "not_supported": {"code": "8"},
    "user_locked": {"code": "65"},
}
