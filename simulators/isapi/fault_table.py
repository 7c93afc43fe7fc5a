"""Everything that can go wrong with a device, by name (isapi-core §7, isapi-events §7)."""

from collections.abc import Mapping

from .answers import JSON
from .faults import (
    ALERT_STREAM,
    PICTURE,
    Area,
    FaultRow,
    after_reboot,
    answered,
    assign,
    changed,
    do,
    empty_list,
    entities,
    framed,
    gbk,
    junk_numbers,
    mixed_namespaces,
    other_case_root,
    padded,
    password,
    plain,
    row,
    single_item,
    stream_head,
    stubborn,
    twice_error,
    without_content,
    without_optional,
)
from .framing import FRAMINGS

ANY = "*"
HTML = b"<html><head><title>Login</title></head><body>Please log in</body></html>"
FAULTS: Mapping[str, FaultRow] = {
    # Documents
    "service_unavailable": row(
        "document", ANY, plain(status=503, headers={"Retry-After": "3"}), "503 with Retry-After"
    ),
    "server_error": row("document", ANY, answered(3, "deviceError", http=500), "500 with a ResponseStatus"),
    "bad_request": row("document", ANY, answered(4, "notSupport", http=400), "400 where others say 403"),
    "forbidden": row("document", ANY, answered(4, "notSupport", http=403), "403 notSupport"),
    "not_found": row("document", ANY, answered(4, "notSupport", http=404), "404"),
    "low_privilege": row("document", ANY, answered(4, "lowPrivilege", http=403), "403 lowPrivilege"),
    "refusal_with_200": row("document", ANY, answered(4, "notSupport", http=200), "a refusal inside an OK"),
    "empty_body": row("document", ANY, plain(status=200, body=b""), "200 with nothing in it"),
    "truncated_xml": row(
        "document", ANY, changed(lambda body: body[: len(body) // 2]), "half a document, rightly announced"
    ),
    "cut_answer": row("document", ANY, plain(cut=40), "the connection breaks inside the body"),
    "dropped": row("document", ANY, plain(drop=True), "the connection breaks instead of an answer"),
    "dropped_before_login": row(
        "document", ANY, plain(drop=True, before_login=True), "the same already before the login"
    ),
    "gbk_name": row("document", ANY, changed(gbk), "a name in another encoding than declared"),
    "mixed_namespaces": row("document", ANY, changed(mixed_namespaces), "several namespaces in one document"),
    "missing_optional": row("document", ANY, changed(without_optional), "optional elements left out"),
    "single_item": row("document", ANY, changed(single_item), "a list with one item"),
    "empty_list": row("document", ANY, changed(empty_list), "a root without children"),
    "padded_values": row("document", ANY, changed(padded), "blanks around every value"),
    "other_case_root": row("document", ANY, changed(other_case_root), "first letter of the root in the other case"),
    "junk_numbers": row("document", ANY, changed(junk_numbers), "words where numbers belong"),
    "entities": row("document", ANY, changed(entities), "a document type with entities"),
    "html_page": row(
        "document", ANY, plain(status=200, body=HTML, content_type="text/html"), "a web page instead of a document"
    ),
    "wrong_content_type": row("document", ANY, plain(content_type="text/html"), "the right document named wrongly"),
    "json_instead": row(
        "document",
        ANY,
        plain(status=200, body=b'{"statusCode": "4", "errorMsg": "notSupport"}', content_type=JSON),
        "JSON instead of XML",
    ),
    "huge_body": row("document", ANY, changed(lambda body: body + b" " * (12 * 1024 * 1024)), "12 MB"),
    "redirect": row(
        "document",
        ANY,
        plain(status=302, headers={"Location": "http://127.0.0.1:1/elsewhere"}),
        "a redirection to another host",
    ),
    "silence": row("document", ANY, plain(delay=3600.0), "no answer at all"),
    # Pictures
    "picture_device_error": row("picture", PICTURE, twice_error, "3/deviceError with 200 twice, then the picture"),
    "picture_bad_xml_content": row(
        "picture", PICTURE, answered(6, "badXmlContent", http=200), "6/badXmlContent with 200"
    ),
    "picture_unsupported": row(
        "picture", PICTURE, answered(6, "UnSupportCapture", http=200), "6/UnSupportCapture with 200"
    ),
    "picture_invalid_operation": row("picture", PICTURE, answered(4, "invalidOperation", http=200), "4 with 200"),
    "picture_truncated": row("picture", PICTURE, changed(lambda body: body[: len(body) // 2]), "half a JPEG"),
    "picture_cut": row("picture", PICTURE, plain(cut=2000), "the connection breaks inside the JPEG"),
    "picture_empty": row("picture", PICTURE, plain(status=200, body=b""), "no bytes"),
    # Writes
    "slow_put": row("write", ANY, plain(method="PUT", delay=20.0), "a PUT takes 20 s"),
    "reboot_required": row("write", ANY, after_reboot, "7 after a write"),
    "upgrading": row("write", ANY, answered(2, "upgrading", method="PUT"), "2/upgrading"),
    "device_busy": row("write", ANY, answered(2, "deviceBusy", method="PUT"), "2/deviceBusy"),
    "put_low_privilege": row("write", ANY, answered(4, "lowPrivilege", method="PUT"), "4/lowPrivilege"),
    "put_bad_content": row("write", ANY, answered(6, "badXmlContent", method="PUT"), "6/badXmlContent"),
    "put_refused_with_200": row(
        "write", ANY, answered(4, "invalidOperation", http=200, method="PUT"), "a refusal inside an OK"
    ),
    "put_no_content": row("write", ANY, without_content, "204 without a body; the write counts"),
    "put_dropped": row("write", ANY, plain(method="PUT", drop=True), "the connection breaks"),
    "ignored_write": row("write", "System/IO/outputs/1/trigger", stubborn, "answered OK, nothing changes"),
    # Streams
    "stream_forbidden": row(
        "stream",
        ALERT_STREAM,
        answered(4, "lowPrivilege", http=403),
        "403 with a ResponseStatus",
    ),
    "stream_not_found": row("stream", ALERT_STREAM, plain(status=404), "404"),
    "stream_busy": row("stream", ALERT_STREAM, plain(status=503, headers={"Retry-After": "1"}), "503 with Retry-After"),
    "stream_not_a_stream": row(
        "stream", ALERT_STREAM, plain(status=200, body=HTML, content_type="text/html"), "a web page"
    ),
    **{
        f"stream_{name}": row("stream", ALERT_STREAM, framed(name), f"alerts framed: {name.replace('_', ' ')}")
        for name in FRAMINGS
        if name != "right"
    },
    "stream_hostile": row("stream", ALERT_STREAM, framed("hostile"), "another wrong framing for each alert"),
    "stream_no_inactive": row(
        "stream", ALERT_STREAM, assign("drops_inactive", True), "the end of an event is never told"
    ),
    "stream_half_part": row(
        "stream", ALERT_STREAM, do(lambda device: device.emit_half(type="VMD")), "half a part, then the end"
    ),
    "stream_end": row("stream", ALERT_STREAM, do(lambda device: device.close_streams()), "a clean end"),
    "stream_reset": row(
        "stream", ALERT_STREAM, do(lambda device: device.close_streams(abort=True)), "the connection breaks"
    ),
    "stream_garbage": row(
        "stream",
        ALERT_STREAM,
        do(lambda device: device.emit_raw(b"\x00\xff--boundar\r\n\r\n" * 500)),
        "bytes that are no parts",
    ),
    "stream_no_content_type": row("stream", ALERT_STREAM, stream_head(None), "a head without Content-Type"),
    "stream_no_boundary": row("stream", ALERT_STREAM, stream_head("multipart/mixed"), "a head without boundary"),
    "stream_curly_boundary": row(
        "stream",
        ALERT_STREAM,
        stream_head("multipart/mixed; boundary=”BOUNDARY”"),
        "typographic quotes around the boundary",
    ),
    "stream_byte_by_byte": row("stream", ALERT_STREAM, assign("stream_chunk", 1), "one byte per write"),
    "stream_silent": row("stream", ALERT_STREAM, assign("heartbeat_period", None), "no heartbeat"),
    "stream_short_life": row("stream", ALERT_STREAM, assign("lifetime", 0.2), "streams end after a fifth of a second"),
    # Login and device
    "locked": row("login", ANY, do(lambda device: device.lock_account(1800)), "the account is locked for half an hour"),
    "password_changed": row(
        "login", ANY, do(lambda device: device.change_password("changed-by-someone")), "the password is another one"
    ),
    "stale_nonces": row(
        "login", ANY, do(lambda device: setattr(device.authority, "rotate_after", 1)), "every nonce is good once"
    ),
    "default_password": row("login", ANY, password(isDefaultPassword=True), "the factory's password"),
    "risk_password": row("login", ANY, password(isRiskPassword=True), "a weak password"),
    "not_activated": row("device", ANY, password(isActivated=False), "no password was ever set"),
    "reboot": row("device", ANY, do(lambda device: device.reboot()), "gone for a while, uptime starts again"),
    "clock_off": row("device", ANY, assign("clock_offset", 600.0), "the clock is ten minutes fast"),
}
"""All faults by name."""


def fault_names(*areas: Area) -> list[str]:
    """Names of the faults of some areas, or all."""
    return [name for name, fault in FAULTS.items() if not areas or fault.area in areas]
