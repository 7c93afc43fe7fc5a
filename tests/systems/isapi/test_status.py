"""What an answer means: every documented code, every form of it, and what no document tells."""

from multidict import CIMultiDict
import pytest

from custom_components.hikvision_ivm.systems.errors import (
    AccountLockedError,
    AuthenticationError,
    BusyError,
    DeviceFailureError,
    InsufficientRightsError,
    NotActivatedError,
    RejectedError,
    SystemFailure,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.isapi.status import (
    STATUS_LIMIT,
    Outcome,
    Status,
    failure,
    read_refusal,
    read_status,
)
from custom_components.hikvision_ivm.systems.transport.http import Response

OK = "ok riskPassword"
BUSY = "noMemory serviceUnavailable upgrading deviceBusy reConnectIpc configOperating"
FAILED = "deviceError badFlash 28181Uninitialized"
REJECTED = (
    "badParameters badHostAddress badXmlContent badIPv4Address badIPv6Address conflictIPv4Address conflictIPv6Address "
    "badDomainName connectSreverFail conflictDomainName badPort portError importErrorData badNetMask badVersion "
    "badDevType badLanguage incorrentUserNameOrPassword invalidStoragePoolOfCloudServer noFreeSpaceOfStoragePool "
    "riskPassword fileFormatError fileContentError UnSupportCapture unableCalibrate pleaseCalibrate SNMPv3PasswordNone "
    "SNMPv3NameDifferent notSupportDeicing notMeetDeicing alarmInputOccupied notSupportWithAPMode"
)
DOCUMENTED = [
    *((1, sub, None) for sub in OK.split()),
    *((2, sub, BusyError) for sub in BUSY.split()),
    (2, "importFail", DeviceFailureError),
    *((3, sub, DeviceFailureError) for sub in FAILED.split()),
    (4, "notSupport", UnsupportedError),
    (4, "methodNotAllowed", UnsupportedError),
    (4, "lowPrivilege", InsufficientRightsError),
    (4, "badAuthorization", AuthenticationError),
    (4, "notSetHdiskRedund", RejectedError),
    (4, "invalidOperation", RejectedError),
    (4, "notActivated", NotActivatedError),
    (4, "hasActivated", RejectedError),
    (5, "badXmlFormat", RejectedError),
    *((6, sub, RejectedError) for sub in REJECTED.split()),
    (7, "rebootRequired", None),
]


def answer(body: bytes | str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return an answer."""
    content = body.encode() if isinstance(body, str) else body
    return Response(status, CIMultiDict(headers or {}), content)


def xml(code: object, sub: str = "", text: str = "Text", extra: str = "") -> str:
    """Return a ResponseStatus."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ResponseStatus version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">'
        f"<requestURL>/ISAPI/x</requestURL><statusCode>{code}</statusCode><statusString>{text}</statusString>"
        f"<subStatusCode>{sub}</subStatusCode>{extra}</ResponseStatus>"
    )


def judged(response: Response) -> SystemFailure | None:
    """Return the error an answer stands for."""
    return failure(response, read_status(response.body), "x")


def test_there_are_54_documented_codes() -> None:
    """The table below is complete."""
    assert len(DOCUMENTED) == 54


@pytest.mark.parametrize(("code", "sub", "expected"), DOCUMENTED)
@pytest.mark.parametrize("status", [200, 403])
def test_documented_codes(code: int, sub: str, expected: type[SystemFailure] | None, status: int) -> None:
    """Every sub code has its meaning, in any letter case, with 200 and with an error; 403 does not become a success."""
    for spelling in (sub, sub.upper()):
        error = judged(answer(xml(code, spelling), status))
        if expected is None:
            assert error is None if status == 200 else isinstance(error, UnsupportedError)
        else:
            assert type(error) is expected
            assert "password" not in str(error).casefold() or "password" in sub.casefold()


@pytest.mark.parametrize(
    ("code", "expected"),
    [(0, None), (1, None), (2, BusyError), (3, DeviceFailureError), (4, UnsupportedError), (5, RejectedError),
     (6, RejectedError), (7, None), (99, None), ("", None), ("x", None)],
)  # fmt: skip
def test_unknown_sub_codes_fall_back_to_their_class(code: object, expected: type[SystemFailure] | None) -> None:
    """A sub code nobody knows is judged by its class; without a class the HTTP status decides."""
    assert type(judged(answer(xml(code, "somethingNew")))) is (expected or type(None))


def test_a_known_sub_code_without_a_usable_class() -> None:
    """The sub code alone is enough."""
    assert type(judged(answer(xml("", "lowPrivilege"), 403))) is InsufficientRightsError
    assert type(judged(answer(xml(3, "notSupport")))) is UnsupportedError


@pytest.mark.parametrize(
    ("status", "expected"),
    [(200, None), (201, None), (204, None), (400, UnsupportedError), (403, UnsupportedError), (404, UnsupportedError),
     (405, UnsupportedError), (500, DeviceFailureError), (502, BusyError), (503, BusyError), (429, BusyError),
     (401, AuthenticationError), (302, DeviceFailureError), (418, DeviceFailureError)],
)  # fmt: skip
@pytest.mark.parametrize("body", ["", "<html><body>nothing here</body></html>", "<broken", "{broken", "text"])
def test_http_alone(status: int, expected: type[SystemFailure] | None, body: str) -> None:
    """Without a status in the body the HTTP status decides; garbage is never a status."""
    assert type(judged(answer(body, status))) is (expected or type(None))


def test_retry_after() -> None:
    """The seconds a device asks us to wait are kept, a date or garbage is not."""
    for value, seconds in (("30", 30.0), ("-1", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("nan", None)):
        error = judged(answer("", 503, {"Retry-After": value}))
        assert isinstance(error, BusyError)
        assert error.retry_after == seconds


def test_json_forms() -> None:
    """JSON numbers may be text, and one more level may lie around them."""
    plain = '{"statusCode": 4, "statusString": "Invalid Operation", "subStatusCode": "notSupport", "errorMsg": "no"}'
    assert type(judged(answer(plain))) is UnsupportedError
    wrapped = '\ufeff {"ResponseStatus": {"statusCode": "6", "subStatusCode": "badParameters"}}'
    assert type(judged(answer(wrapped))) is RejectedError
    assert judged(answer('{"statusCode": "1", "statusString": "OK"}')) is None
    for other in ("[1]", '{"a": 1}', "null", '"x"', '{"statusCode": {}}', "{" * 100_000):
        read = read_status(other.encode())
        assert read is None or read.outcome is None


def test_fields_of_every_form() -> None:
    """Both names of the path, the id of what was created, the sentence of later firmware."""
    uri = xml(1, "ok", extra="<id>3</id><description>Fine</description>").replace("requestURL", "requestURI")
    status = read_status(uri.encode())
    assert status is not None
    assert (status.url, status.id, status.detail, status.outcome) == ("/ISAPI/x", "3", "Fine", Outcome.OK)
    assert not status.risk_password
    assert Status(code=1, sub="riskPassword").risk_password
    assert not Status(code=6, sub="riskPassword").risk_password
    error = judged(answer(xml(6, "badParameters", extra="<description>regionNum</description>")))
    assert error is not None
    assert error.placeholders["reason"] == "Text: badParameters: regionNum"


def test_namespaces_and_letter_case() -> None:
    """A status is found in any namespace and with any root spelling."""
    other = xml(4, "notActivated").replace("isapi.org", "std-cgi.org").replace("ResponseStatus", "responseStatus")
    assert type(judged(answer(other, 403))) is NotActivatedError
    assert read_status(b"<DeviceInfo><statusCode>4</statusCode></DeviceInfo>") is None
    assert read_status(xml(4, "x" * STATUS_LIMIT).encode()) is None


LOCKS = [
    (xml(4, "badAuthorization", extra="<lockStatus>unlock</lockStatus><retryTimes>5</retryTimes>"), 5, None),
    (xml(4, "badAuthorization", extra="<lockStatus>locked</lockStatus><retryTimes>0</retryTimes><resLockTime>1700"
         "</resLockTime>"), 0, 1700.0),
    ("<userCheck><lockStatus>unlock</lockStatus><retryLoginTime>3</retryLoginTime><unlockTime>0</unlockTime></userCheck>",
     3, None),
    ("<userCheck><statusValue>401</statusValue><lockStatus>lock</lockStatus><unlockTime>600</unlockTime></userCheck>",
     0, 600.0),
    ('{"userCheck": {"statusValue": 401, "lockStatus": "lock", "unlockTime": "60", "retryLoginTime": 0}}', 0, 60.0),
    ("<userCheck><statusValue>401</statusValue><retryLoginTime>0</retryLoginTime></userCheck>", 0, None),
    ("<userCheck><statusValue>401</statusValue><statusString>Unauthorized</statusString></userCheck>", None, None),
    ("<userCheck><retryLoginTime>-1</retryLoginTime><lockStatus>maybe</lockStatus></userCheck>", None, None),
    ("<html>401</html>", None, None),
    ("", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("body", "attempts", "seconds"), LOCKS)
def test_lock_fields(body: str, attempts: int | None, seconds: float | None) -> None:
    """Attempts left and seconds of lock, in both forms; what is not said is unknown."""
    refusal = read_refusal(answer(body, 401))
    assert (refusal.attempts_left, refusal.unlock_seconds) == (attempts, seconds)


def test_login_refused_within_an_answer() -> None:
    """`badAuthorization` is about credentials, with the lock if there is one."""
    locked = judged(answer(LOCKS[1][0], 403))
    assert isinstance(locked, AccountLockedError)
    assert locked.unlock_seconds == 1700
    wrong = judged(answer(LOCKS[0][0]))
    assert type(wrong) is AuthenticationError
    assert wrong.attempts_left == 5
    fresh = judged(answer("<userCheck><statusValue>200</statusValue><isActivated>false</isActivated></userCheck>"))
    assert type(fresh) is NotActivatedError
    assert (
        judged(answer("<userCheck><statusValue>200</statusValue><isActivated>true</isActivated></userCheck>")) is None
    )


def test_half_a_character_in_json() -> None:
    """A reason is kept and shown, so it must be a text that can be."""
    status = read_status(b'{"statusCode": 4, "subStatusCode": "not\\ud800Support", "errorMsg": "\\udfff"}')
    assert status is not None
    assert (status.sub, status.detail) == ("not?Support", "?")
