"""What a receiver says about how a request went (ip-receiver §1.4).

The envelope lies at the root of a JSON body, or in `ResponseStatus`. It decides before the HTTP status does, which the
documentation does not specify save for 401. Names are compared by their numeric twin first, because several are
misspelt in the documentation, and in lower case then, in either spelling.
"""

from collections.abc import Callable, Mapping
from enum import Enum
import re
from types import MappingProxyType
from typing import Final

from ..errors import (
    AccountLockedError,
    AuthenticationError,
    BusyError,
    DeviceFailureError,
    DeviceOfflineError,
    InsufficientRightsError,
    NotActivatedError,
    NotFoundError,
    ProtocolError,
    RejectedError,
    SystemFailure,
    TooManySessionsError,
    UnsupportedError,
)
from ..transport.gate import Refusal
from ..transport.json import EMPTY, Fields, decode, fields
from ..transport.messages import Response

LOCK_SECONDS: Final = 1800.0
"""How long nothing is tried when the receiver has locked our address; it does not say for how long that is."""


class Outcome(Enum):
    """What a sub-status means for whoever asked."""

    OK = "ok"
    BUSY = "busy"
    FAILED = "failed"
    ABSENT = "absent"
    RIGHTS = "rights"
    CREDENTIALS = "credentials"
    LOCKED = "locked"
    SESSIONS = "sessions"
    """Too many are logged in."""
    REJECTED = "rejected"
    NOT_ACTIVATED = "not_activated"
    GONE = "gone"
    """The device that was addressed is not known any more, or cannot be reached."""
    NOT_YET = "not_yet"
    TOKEN = "token"
    """The login is to be renewed."""
    MALFORMED = "malformed"
    REBOOT = "reboot"


_O = Outcome
SUB_CODES: Final[Mapping[str, tuple[int, Outcome]]] = MappingProxyType(
    {
        "ok": (0x1, _O.OK),
        "riskPassword": (0x10000002, _O.OK),
        "noMemory": (0x20000001, _O.BUSY),
        "upgrading": (0x20000003, _O.BUSY),
        "networkError": (0x20000009, _O.BUSY),
        "deviceError": (0x30000001, _O.FAILED),
        "createSocketError": (0x30000004, _O.FAILED),
        "sendRequestError": (0x30000006, _O.FAILED),
        "passwordDecodeError": (0x30000008, _O.FAILED),
        "passwordEncryptError": (0x30000009, _O.FAILED),
        "pictureUploadFailed": (0x3000000B, _O.FAILED),
        "uninitialized": (0x3000000C, _O.FAILED),
        "connecteDatabaseError": (0x3000000E, _O.FAILED),
        "internalError": (0x30000014, _O.FAILED),
        "notSupport": (0x40000001, _O.ABSENT),
        "lowPrivilege": (0x40000002, _O.RIGHTS),
        "badAuthorization": (0x40000003, _O.CREDENTIALS),
        "methodNotAllowed": (0x40000004, _O.ABSENT),
        "notActivated": (0x40000007, _O.NOT_ACTIVATED),
        "hasActivated": (0x40000008, _O.REJECTED),
        "invalidContent": (0x4000000A, _O.REJECTED),
        "maxSessionUserLink": (0x4000000B, _O.SESSIONS),
        "loginPasswordError": (0x4000000C, _O.CREDENTIALS),
        "MgmtLokedError": (0x4000000D, _O.LOCKED),
        "interfaceOperationError": (0x40001002, _O.REJECTED),
        "openFileError": (0x40001014, _O.FAILED),
        "taskPacking": (0x40001034, _O.BUSY),
        "taskNoRecFile": (0x40001039, _O.NOT_YET),
        "updateLangUnmatched": (0x40001042, _O.REJECTED),
        "userMaxNum": (0x40001047, _O.REJECTED),
        "monitorNodeOverLimit": (0x4000104D, _O.REJECTED),
        "deviceExist": (0x40001054, _O.REJECTED),
        "pwdErrorLoginFailed": (0x40001055, _O.CREDENTIALS),
        "setArmingError": (0x40001083, _O.REJECTED),
        "taskModifyFailed": (0x400010B1, _O.FAILED),
        "getDeviceInfoFailed": (0x400010BC, _O.GONE),
        "noDiskSpace": (0x400010E6, _O.FAILED),
        "cannotSameAsOldPassword": (0x400010E8, _O.REJECTED),
        "originalPassError": (0x400010E9, _O.REJECTED),
        "writeFileError": (0x400010EA, _O.FAILED),
        "accessFileDirectoryFailed": (0x40001104, _O.FAILED),
        "unKnownErrorCode": (0x4000111D, _O.FAILED),
        "deviceVervisionNotMatch": (0x40001128, _O.ABSENT),
        "theSessionIdDoesNotExist": (0x40001135, _O.GONE),
        "theCameraIdDoesNotExist": (0x40001137, _O.GONE),
        "theDeviceIdDoesNotExist": (0x4000113B, _O.GONE),
        "gettingResourceNodeInformationFailed": (0x40001176, _O.FAILED),
        "noMoreTasksCanBeAdded": (0x4000118A, _O.BUSY),
        "theZoneAlreadyExists": (0x40001388, _O.REJECTED),
        "thePartitionAlreadyExists": (0x40001389, _O.REJECTED),
        "thePartitionRelatedZone": (0x4000138A, _O.REJECTED),
        "badJsonFormat": (0x50000002, _O.MALFORMED),
        "badURLFormat": (0x50000003, _O.MALFORMED),
        "badParameters": (0x60000001, _O.REJECTED),
        "badXmlContent": (0x60000003, _O.MALFORMED),
        "badPort": (0x6000000B, _O.REJECTED),
        "portError": (0x6000000C, _O.REJECTED),
        "badVersion": (0x6000000F, _O.ABSENT),
        "requestMemoryNULL": (0x6000003F, _O.FAILED),
        # Nine hexadecimal digits in print: it is found by its name.
        "tokenTimeout": (0x600000040, _O.TOKEN),
        "passworLlenNoMoreThan16": (0x6000005F, _O.REJECTED),
        "eventCodeExist": (0x60000060, _O.REJECTED),
        "diskError": (0x60001009, _O.FAILED),
        "rebootRequired": (0x70000001, _O.REBOOT),
    }
)
"""Sub-status → its number and what it means; all 64 of the documentation."""

SPELT_RIGHT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "mgmtlockederror": "MgmtLokedError",
        "connectdatabaseerror": "connecteDatabaseError",
        "deviceversionnotmatch": "deviceVervisionNotMatch",
        "passwordlennomorethan16": "passworLlenNoMoreThan16",
        "unknownerrorcode": "unKnownErrorCode",
    }
)
"""What the documentation may have meant, in lower case → what it prints."""

_BY_NAME: Final = {**{name.lower(): name for name in SUB_CODES}, **SPELT_RIGHT}
_BY_NUMBER: Final = {number: name for name, (number, _) in SUB_CODES.items()}
_CLASSES: Final[Mapping[int, Outcome]] = MappingProxyType(
    {
        0: _O.OK, 1: _O.OK, 2: _O.BUSY, 3: _O.FAILED, 4: _O.REJECTED, 5: _O.MALFORMED, 6: _O.REJECTED, 7: _O.REBOOT,
    }
)  # fmt: skip
"""What a class means where the sub-status is not known."""
_ATTEMPTS: Final = re.compile(r"left|remain|retry|attempt|times", re.IGNORECASE)
_LONGEST: Final = 200


class FailedItemsError(RejectedError):
    """Some items of a batch failed; `failed`: id as text → why."""

    def __init__(self, failed: Mapping[str, SystemFailure]) -> None:
        """`failed` holds one at least."""
        reasons = dict.fromkeys(str(error) for error in failed.values())
        super().__init__(", ".join(reasons), reason=", ".join(reasons))
        self.failed = failed


class Status:
    """An envelope that was found: its class, the documented name of its sub-status if known, and its words."""

    __slots__ = ("code", "name", "reason", "reboot", "said")

    def __init__(self, said: Fields) -> None:
        """`said`: the object that holds it."""
        self.said = said
        self.code = _number(said.text("statusCode"))
        raw = said.text("subStatusCode")
        number = _number(said.text("errorCode"))
        name = _BY_NUMBER.get(number) if number not in (None, 1) else None
        self.name = name or _BY_NAME.get((raw or "").lower())
        self.reboot = said.flag("rebootRequired") is True
        words = (said.text("statusString"), raw or self.name, said.text("errorMsg"))
        self.reason = ": ".join(dict.fromkeys(word[:_LONGEST] for word in words if word))

    @property
    def outcome(self) -> Outcome | None:
        """What it means; None if it says nothing that is known."""
        if self.name is not None:
            return SUB_CODES[self.name][1]
        return _CLASSES.get(self.code, Outcome.FAILED) if self.code is not None else None


def status_of(root: Fields) -> Status | None:
    """Find the envelope of an answer, None if it has none."""
    wrapped = root.child("ResponseStatus")
    said = wrapped if len(wrapped) else root
    return Status(said) if said.text("statusCode", "subStatusCode") is not None else None


def judge(response: Response, function: str) -> tuple[Fields, Status | None]:
    """Return the JSON root of an answer and its envelope, or raise what the answer stands for.

    `function` names what was asked for, without ids. An empty body counts as accepted where HTTP says so.
    """
    good = 200 <= response.status < 300
    if not response.body.strip():
        if good:
            return EMPTY, None
        raise _by_http(response.status, function)
    try:
        decoded = decode(response.body)
    except ProtocolError:
        if good:
            raise
        raise _by_http(response.status, function) from None
    root = fields(decoded)
    if not len(root) and good:
        raise ProtocolError(f"{function}: no JSON object", reason="the answer is not a JSON object")
    if failed := _failed_items(root, function):
        raise FailedItemsError(failed)
    status = status_of(root)
    outcome = None if status is None else status.outcome
    if outcome in {Outcome.OK, Outcome.REBOOT} or (outcome is None and good):
        if not good:
            raise _by_http(response.status, function)
        return root, status
    if status is None or outcome is None:
        raise _by_http(response.status, function)
    raise failure(outcome, status.reason or f"HTTP {response.status}", function, status.name or "")


def _failed_items(root: Fields, function: str) -> dict[str, SystemFailure]:
    """Return what of a batch failed; an entry without a status succeeded (ip-receiver §3.11)."""
    failed: dict[str, SystemFailure] = {}
    for entry in root.children("ErrorList"):
        status = status_of(entry)
        if status is None or status.code is None or (outcome := status.outcome) in {Outcome.OK, None}:
            continue
        failed[entry.text("id", "seq") or ""] = failure(outcome, status.reason, function, status.name or "")
    return failed


_MAKERS: Final[Mapping[Outcome, Callable[[str, str], SystemFailure]]] = MappingProxyType(
    {
        Outcome.BUSY: lambda reason, function: BusyError(f"{function}: {reason}"),
        Outcome.SESSIONS: lambda reason, function: TooManySessionsError(
            f"{function}: {reason}", retry_after=LOCK_SECONDS
        ),
        Outcome.FAILED: lambda reason, function: DeviceFailureError(f"{function}: {reason}", reason=reason),
        Outcome.ABSENT: lambda reason, function: UnsupportedError(f"{function}: {reason}", function=function),
        Outcome.RIGHTS: lambda reason, function: InsufficientRightsError(f"{function}: {reason}", right=reason),
        Outcome.CREDENTIALS: lambda reason, function: AuthenticationError(reason),
        Outcome.LOCKED: lambda reason, function: AccountLockedError(
            reason, unlock_seconds=LOCK_SECONDS, pending=True
        ),
        Outcome.REJECTED: lambda reason, function: RejectedError(f"{function}: {reason}", reason=reason),
        Outcome.MALFORMED: lambda reason, function: RejectedError(f"{function}: {reason}", reason=reason),
        Outcome.NOT_ACTIVATED: lambda reason, function: NotActivatedError(reason),
        Outcome.GONE: lambda reason, function: NotFoundError(f"{function}: {reason}", subject=function),
        Outcome.NOT_YET: lambda reason, function: NotFoundError(f"{function}: {reason}", subject=function),
        Outcome.TOKEN: lambda reason, function: LoginExpiredError(reason),
    }
)  # fmt: skip


class LoginExpiredError(BusyError):
    """The receiver has forgotten our login: it is renewed and the request sent again, once."""


def failure(outcome: Outcome, reason: str, function: str, code: str) -> SystemFailure:
    """Make the error of an outcome that is none of success; `code`: the documented name of the sub-status."""
    error = _MAKERS[outcome](reason, function)
    error.code = code
    return error


def _by_http(status: int, function: str) -> SystemFailure:
    """Make the error of an HTTP status where the body says nothing."""
    reason = f"HTTP {status}"
    if status in {404, 405, 501}:
        return UnsupportedError(f"{function}: {reason}", function=function)
    if status == 403:
        return InsufficientRightsError(f"{function}: {reason}", right=function)
    if status in {429, 502, 503, 504}:
        return DeviceOfflineError(reason) if status == 504 else BusyError(f"{function}: {reason}")
    return DeviceFailureError(f"{function}: {reason}", reason=reason)


def read_refusal(response: Response) -> Refusal:
    """Read a 401 for the credential gate: attempts left under whatever name, and whether our address is locked."""
    if response.body[:64].lstrip()[:1] != b"{":
        return Refusal()
    said = fields(decode(response.body))
    status = status_of(said)
    if status is not None and status.outcome is Outcome.LOCKED:
        return Refusal(unlock_seconds=LOCK_SECONDS, patient=True)
    for place in (said, said.child("ResponseStatus")):
        for name in place:
            if _ATTEMPTS.search(name) and (left := place.integer(name)) is not None and left >= 0:
                return Refusal(attempts_left=left)
    return Refusal()


def _number(text: str | None) -> int | None:
    """Read a whole number, decimal or hexadecimal with its prefix."""
    try:
        return None if text is None else int(text, 0)
    except ValueError:
        return None
