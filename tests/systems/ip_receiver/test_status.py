"""The envelope of a receiver's answers (ip-receiver §1.4)."""

import json
from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    AccountLockedError,
    AuthenticationError,
    BusyError,
    DeviceFailureError,
    InsufficientRightsError,
    NotActivatedError,
    NotFoundError,
    ProtocolError,
    RejectedError,
    SystemFailure,
    TooManySessionsError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ip_receiver.status import (
    SUB_CODES,
    FailedItemsError,
    LoginExpiredError,
    judge,
    read_refusal,
)
from custom_components.hikvision_ivm.systems.transport.messages import Response

SPEC = Path(__file__).parents[4] / "shared/specs/ip_receiver_pro.md"


def answer(body: Any, status: int = 200) -> Response:
    """Return an answer."""
    return Response(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def envelope(name: str, code: int, number: object = None, **more: object) -> dict[str, object]:
    """Return an envelope."""
    return {"statusCode": code, "statusString": "text", "subStatusCode": name, "errorCode": number, **more}


EXPECTED: dict[str, type[SystemFailure]] = {
    "noMemory": BusyError, "upgrading": BusyError, "networkError": BusyError, "taskPacking": BusyError,
    "maxSessionUserLink": TooManySessionsError, "deviceError": DeviceFailureError, "internalError": DeviceFailureError,
    "notSupport": UnsupportedError, "methodNotAllowed": UnsupportedError, "lowPrivilege": InsufficientRightsError,
    "badAuthorization": AuthenticationError, "loginPasswordError": AuthenticationError,
    "pwdErrorLoginFailed": AuthenticationError, "MgmtLokedError": AccountLockedError, "notActivated": NotActivatedError,
    "setArmingError": RejectedError, "interfaceOperationError": RejectedError, "theDeviceIdDoesNotExist": NotFoundError,
    "getDeviceInfoFailed": NotFoundError, "taskNoRecFile": NotFoundError, "tokenTimeout": LoginExpiredError,
    "badParameters": RejectedError, "badJsonFormat": RejectedError,
}  # fmt: skip


@pytest.mark.parametrize("http", [200, 400, 500])
@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(("name", "kind"), EXPECTED.items())
def test_what_a_sub_status_means(name: str, kind: type[SystemFailure], wrapped: bool, http: int) -> None:
    """Whatever HTTP says, the body decides; it may lie one level deeper."""
    number = SUB_CODES[name][0]
    body: dict[str, Any] = envelope(name, min(number >> 28, 6) or 1, number)
    with pytest.raises(kind) as caught:
        judge(answer({"ResponseStatus": body} if wrapped else body, http), "arm")
    assert caught.value.code == name
    assert type(caught.value) is kind


@pytest.mark.parametrize("number", [None, "0x40000001", str(0x40000001), 0x40000001])
@pytest.mark.parametrize("name", ["notSupport", "NOTSUPPORT", "somethingElse"])
def test_number_before_name(name: str, number: object) -> None:
    """The number decides, decimal or not, number or text; without it the name does, in any case."""
    if name == "somethingElse" and number is None:
        with pytest.raises(RejectedError):
            judge(answer(envelope(name, 4)), "arm")
        return
    with pytest.raises(UnsupportedError):
        judge(answer(envelope(name, 4, number)), "arm")


@pytest.mark.parametrize("name", ["MgmtLockedError", "MgmtLokedError"])
def test_either_spelling(name: str) -> None:
    """The documentation misspells some."""
    with pytest.raises(AccountLockedError) as caught:
        judge(answer(envelope(name, 4)), "arm")
    assert caught.value.pending


@pytest.mark.parametrize(
    "body",
    [
        {"statusCode": 1, "subStatusCode": "ok"},
        {"statusCode": "1", "statusString": "OK", "errorCode": "1"},
        {"ResponseStatus": {"statusCode": 1, "subStatusCode": "ok"}},
        {"SubSysList": []},
        envelope("riskPassword", 1, 0x10000002),
        envelope("rebootRequired", 7, 0x70000001),
        b"",
        {"ErrorList": [{"id": "1"}, {"id": "2", "statusCode": 1}]},
    ],
)
def test_success(body: Any) -> None:
    """What counts as done."""
    judge(answer(body), "arm")


def test_what_comes_with_success() -> None:
    """A weak password and a restart that is due are told, not raised."""
    _, status = judge(answer(envelope("riskPassword", 1, 0x10000002)), "arm")
    assert status is not None
    assert status.name == "riskPassword"
    _, status = judge(answer({"statusCode": 1, "subStatusCode": "ok", "rebootRequired": "1"}), "arm")
    assert status is not None
    assert status.reboot


def test_failed_items_are_found_first() -> None:
    """Also with HTTP 200, without a status at the root, and beside a status that says OK."""
    entry = {"id": 3, **envelope("deviceError", 3, 0x30000001)}
    for more in ({}, {"statusCode": 1, "subStatusCode": "ok"}):
        with pytest.raises(FailedItemsError) as caught:
            judge(answer({**more, "ErrorList": [{"id": "1"}, entry]}), "outputs")
        assert {id_: type(error) for id_, error in caught.value.failed.items()} == {"3": DeviceFailureError}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, UnsupportedError), (405, UnsupportedError), (501, UnsupportedError), (403, InsufficientRightsError),
        (503, BusyError), (429, BusyError), (500, DeviceFailureError), (400, DeviceFailureError),
    ],
)  # fmt: skip
@pytest.mark.parametrize("body", [b"", b"<html>no</html>", {"statusCode": 1, "subStatusCode": "ok"}, {}])
def test_http_where_the_body_says_nothing(body: Any, status: int, kind: type[SystemFailure]) -> None:
    """An error of HTTP is never a success."""
    with pytest.raises(kind):
        judge(answer(body, status), "zones")


@pytest.mark.parametrize("body", [b"<html>login</html>", b'{"statusCode": 1', b"[]", b'"x"', b"\xff\xfe"])
def test_what_is_no_answer(body: bytes) -> None:
    """A page, half a body and what is no object are told as that."""
    with pytest.raises(ProtocolError):
        judge(answer(body), "zones")


def test_words_for_the_user() -> None:
    """The receiver's own words are kept, each once and not endlessly."""
    said = envelope("setArmingError", 4, 0x40001083, errorMsg="setting arming information failed " + "x" * 500)
    with pytest.raises(RejectedError) as caught:
        judge(answer(said), "arm")
    reason = caught.value.placeholders["reason"]
    assert reason.startswith("text: setArmingError: setting arming information failed")
    assert len(reason) < 300


@pytest.mark.parametrize(
    ("body", "left", "locked"),
    [
        ({"statusCode": 4, "subStatusCode": "badAuthorization", "retryTimes": 3}, 3, False),
        ({"ResponseStatus": {"statusCode": 4, "remainingAttempts": "2"}}, 2, False),
        ({"attemptsLeft": 0}, 0, True),
        (envelope("MgmtLokedError", 4, 0x4000000D), None, True),
        ({"statusCode": 4}, None, False),
        (b"<html>", None, False),
        (b"", None, False),
    ],
)
def test_what_a_refused_login_says(body: Any, left: int | None, locked: bool) -> None:
    """Attempts have no documented name; a locked address is waited for."""
    refusal = read_refusal(answer(body, 401))
    assert refusal.attempts_left == left
    assert refusal.locked is locked
    assert refusal.patient is (locked and left is None)


def test_a_half_body_of_a_refused_login() -> None:
    """It raises what the login takes for silence."""
    with pytest.raises(ProtocolError):
        read_refusal(answer(b'{"statusCode": 4', 401))


@pytest.mark.skipif(not SPEC.exists(), reason="the digest of the documentation is not part of the project")
def test_all_sub_codes() -> None:
    """The table holds what the documentation lists, and nothing else."""
    text = SPEC.read_text(encoding="utf-8").partition("All 64 sub-status codes")[2].partition("Misspellings above")[0]
    listed = dict(re.findall(r"`(\w+)`=(0x[0-9A-Fa-f]+)", text))
    assert len(listed) == 64
    assert {name: int(number, 16) for name, number in listed.items()} == {n: row[0] for n, row in SUB_CODES.items()}
