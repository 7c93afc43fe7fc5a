"""What a device says about a request: ResponseStatus, lock fields, refusals (isapi-core §1.4 to §1.6).

Three forms of answer carry a status: an XML `ResponseStatus`, an XML `userCheck`, and JSON. All become one `Status`.
The XML decides before the HTTP status does: a refusal may come with 200, and a missing function with 400, 403, 404 or
500, depending on the model.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
import json
from types import MappingProxyType
from typing import Any, Final

from lxml import etree

from ..errors import (
    AccountLockedError,
    AuthenticationError,
    BusyError,
    DeviceFailureError,
    InsufficientRightsError,
    NotActivatedError,
    ProtocolError,
    RejectedError,
    SystemFailure,
    UnsupportedError,
)
from ..transport.gate import Refusal
from ..transport.http import Response
from ..transport.xml import as_bool, as_float, as_int, local_name, parse, text
from .documents import sayable

STATUS_LIMIT: Final = 64 * 1024
"""Bytes of the longest body that is looked at for a status."""
_RISK: Final = "riskpassword"


class Outcome(StrEnum):
    """What a status means to us."""

    OK = "ok"
    REBOOT = "reboot"
    """Done, but only effective after a reboot."""
    BUSY = "busy"
    FAILURE = "failure"
    ABSENT = "absent"
    RIGHTS = "rights"
    CREDENTIALS = "credentials"
    NOT_ACTIVATED = "not_activated"
    REJECTED = "rejected"


_CLASSES: Final[Mapping[int, Outcome]] = MappingProxyType(
    {
        0: Outcome.OK,
        1: Outcome.OK,
        2: Outcome.BUSY,
        3: Outcome.FAILURE,
        4: Outcome.ABSENT,
        5: Outcome.REJECTED,
        6: Outcome.REJECTED,
        7: Outcome.REBOOT,
    }
)
"""statusCode → outcome, for sub codes nobody knows (isapi-core §1.6)."""

_SUB_CODES: Final[Mapping[int, Mapping[str, Outcome]]] = MappingProxyType(
    {
        1: {"ok": Outcome.OK, _RISK: Outcome.OK},
        2: {
            "nomemory": Outcome.BUSY,
            "serviceunavailable": Outcome.BUSY,
            "upgrading": Outcome.BUSY,
            "devicebusy": Outcome.BUSY,
            "reconnectipc": Outcome.BUSY,
            "importfail": Outcome.FAILURE,
            "configoperating": Outcome.BUSY,
        },
        3: {
            "deviceerror": Outcome.FAILURE,
            "badflash": Outcome.FAILURE,
            "28181uninitialized": Outcome.FAILURE,
        },
        4: {
            "notsupport": Outcome.ABSENT,
            "lowprivilege": Outcome.RIGHTS,
            "badauthorization": Outcome.CREDENTIALS,
            "methodnotallowed": Outcome.ABSENT,
            "notsethdiskredund": Outcome.REJECTED,
            "invalidoperation": Outcome.REJECTED,
            "notactivated": Outcome.NOT_ACTIVATED,
            "hasactivated": Outcome.REJECTED,
        },
        5: {"badxmlformat": Outcome.REJECTED},
        6: dict.fromkeys(
            (
                "badparameters",
                "badhostaddress",
                "badxmlcontent",
                "badipv4address",
                "badipv6address",
                "conflictipv4address",
                "conflictipv6address",
                "baddomainname",
                "connectsreverfail",
                "conflictdomainname",
                "badport",
                "porterror",
                "importerrordata",
                "badnetmask",
                "badversion",
                "baddevtype",
                "badlanguage",
                "incorrentusernameorpassword",
                "invalidstoragepoolofcloudserver",
                "nofreespaceofstoragepool",
                _RISK,
                "fileformaterror",
                "filecontenterror",
                "unsupportcapture",
                "unablecalibrate",
                "pleasecalibrate",
                "snmpv3passwordnone",
                "snmpv3namedifferent",
                "notsupportdeicing",
                "notmeetdeicing",
                "alarminputoccupied",
                "notsupportwithapmode",
            ),
            Outcome.REJECTED,
        ),
        7: {"rebootrequired": Outcome.REBOOT},
    }
)
"""statusCode → casefolded subStatusCode → outcome: every documented sub code."""

_ANY_CLASS: Final[Mapping[str, Outcome]] = MappingProxyType(
    {sub: outcome for subs in _SUB_CODES.values() for sub, outcome in subs.items() if sub != _RISK}
)
"""Casefolded subStatusCode → outcome, for answers whose statusCode is missing, unknown or of another class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a device said; every field may be missing.

    `code` statusCode, `text` statusString, `sub` subStatusCode, `url` the path it speaks of, `id` of what was created,
    `detail` a sentence of later firmware, `attempts_left` tries, `locked`, `unlock_seconds` seconds of lock left,
    `activated` False on a device without a password.
    """

    code: int | None = None
    text: str = ""
    sub: str = ""
    url: str = ""
    id: str = ""
    detail: str = ""
    attempts_left: int | None = None
    locked: bool | None = None
    unlock_seconds: float | None = None
    activated: bool | None = None

    @property
    def risk_password(self) -> bool:
        """Whether the device accepted the request but finds the password weak."""
        return self.code in (0, 1) and self.sub.casefold() == _RISK

    @property
    def outcome(self) -> Outcome | None:
        """What it means, or None if it says nothing."""
        if self.activated is False:
            return Outcome.NOT_ACTIVATED
        sub = self.sub.casefold()
        if self.code is not None and sub in (known := _SUB_CODES.get(self.code, {})):
            return known[sub]
        if sub in _ANY_CLASS and self.code not in (0, 1):
            return _ANY_CLASS[sub]
        return _CLASSES.get(self.code) if self.code is not None else None

    @property
    def reason(self) -> str:
        """The device's own words: statusString, subStatusCode and what it added."""
        words = [word for word in (self.text, self.sub, self.detail) if word]
        return ": ".join(dict.fromkeys(words)) or (f"status {self.code}" if self.code is not None else "")


def _short(value: object) -> str:
    """Turn a field into text of a bearable length."""
    return "" if value is None else sayable(str(value).strip()[:200])


def _lock(read: Mapping[str, str | None]) -> dict[str, Any]:
    """Read the lock fields of both forms (isapi-core §1.2): seconds and tries."""
    attempts = as_int(read["retryTimes"] or read["retryLoginTime"])
    state = (read["lockStatus"] or "").casefold()
    return {
        "attempts_left": attempts if attempts is not None and attempts >= 0 else None,
        "locked": {"lock": True, "locked": True, "unlock": False, "unlocked": False}.get(state),
        "unlock_seconds": as_float(read["resLockTime"] or read["unlockTime"]),
    }


_LOCK_FIELDS: Final = ("retryTimes", "retryLoginTime", "lockStatus", "resLockTime", "unlockTime")


def status_of(root: etree._Element) -> Status | None:
    """Read the status out of an XML document, or None if the document is no status."""
    name = local_name(root).casefold()
    if name == "usercheck":
        code = as_int(text(root, "statusValue"))
        activated = as_bool(text(root, "isActivated"))
        return Status(
            code=None if code is None else 1 if code == 200 else 4,
            text=_short(text(root, "statusString")),
            sub="badAuthorization" if code == 401 else "",
            activated=activated,
            **_lock({field: text(root, field) for field in _LOCK_FIELDS}),
        )
    if name != "responsestatus":
        return None
    return Status(
        code=as_int(text(root, "statusCode")),
        text=_short(text(root, "statusString")),
        sub=_short(text(root, "subStatusCode")),
        url=_short(text(root, "requestURL") or text(root, "requestURI")),
        id=_short(text(root, "id")),
        detail=_short(text(root, "description") or text(root, "errorMsg")),
        **_lock({field: text(root, field) for field in _LOCK_FIELDS}),
    )


def _status_of_json(body: bytes) -> Status | None:
    """Read the status out of a JSON body: numbers may be text, and one more level may lie around it."""
    try:
        document = json.loads(body)
    except ValueError, RecursionError:
        return None
    for name in ("ResponseStatus", "userCheck"):
        if isinstance(document, dict) and isinstance(document.get(name), dict):
            document = document[name]
    if not isinstance(document, dict) or not ({"statusCode", "subStatusCode", "statusValue"} & document.keys()):
        return None
    words = {name: _short(value) for name, value in document.items() if isinstance(value, str | int | float)}
    code = as_int(words.get("statusCode"))
    value = as_int(words.get("statusValue"))
    if code is None and value is not None:
        code = 1 if value == 200 else 4
    return Status(
        code=code,
        text=words.get("statusString", ""),
        sub=words.get("subStatusCode", "") or ("badAuthorization" if value == 401 else ""),
        url=words.get("requestURL") or words.get("requestURI", ""),
        id=words.get("id", ""),
        detail=words.get("errorMsg") or words.get("description", ""),
        **_lock({field: words.get(field) for field in _LOCK_FIELDS}),
    )


def read_status(body: bytes) -> Status | None:
    """Find a status in a body of any type, or None: pictures, other documents and garbage are none."""
    start = body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if len(body) > STATUS_LIMIT or start[:1] not in (b"<", b"{"):
        return None
    if start[:1] == b"{":
        return _status_of_json(body)
    try:
        return status_of(parse(body, limit=STATUS_LIMIT))
    except ProtocolError:
        return None


def read_refusal(response: Response) -> Refusal:
    """Read attempts left and seconds of lock from the body of a 401, for the credential gate (isapi-core §1.2)."""
    status = read_status(response.body)
    if status is None:
        return Refusal(attempts_left=None, unlock_seconds=None)
    locked = status.locked or (status.locked is None and status.attempts_left == 0)
    seconds = status.unlock_seconds
    return Refusal(
        attempts_left=0 if locked else status.attempts_left,
        unlock_seconds=seconds if locked and seconds is not None and seconds > 0 else None,
    )


def _outcome_of_http(status: int) -> Outcome:
    """Tell what an HTTP status means without a body that says more (isapi-core §1.4)."""
    if 200 <= status < 300:
        return Outcome.OK
    if status in (429, 502, 503, 504):
        return Outcome.BUSY
    if status == 401:
        return Outcome.CREDENTIALS
    return Outcome.ABSENT if status in (400, 403, 404, 405, 410, 501) else Outcome.FAILURE


def _retry_after(response: Response) -> float | None:
    """Return the seconds the device asks us to wait, if it gave a number."""
    seconds = as_float(response.headers.get("Retry-After"))
    return seconds if seconds is not None and seconds >= 0 else None


def failure(response: Response, status: Status | None, function: str) -> SystemFailure | None:
    """Turn an answer into the error it stands for, or None when it is a success.

    `function` names what was asked for: a path without host and query.
    """
    by_http = _outcome_of_http(response.status)
    outcome = status.outcome if status is not None else None
    if outcome is None or (outcome in (Outcome.OK, Outcome.REBOOT) and by_http is not Outcome.OK):
        outcome = by_http
    reason = (status.reason if status is not None else "") or f"HTTP {response.status}"
    match outcome:
        case Outcome.OK | Outcome.REBOOT:
            return None
        case Outcome.BUSY:
            return BusyError(reason, retry_after=_retry_after(response))
        case Outcome.ABSENT:
            return UnsupportedError(f"{function}: {reason}", function=function)
        case Outcome.RIGHTS:
            return InsufficientRightsError(f"{function}: {reason}", right=status.sub if status is not None else "")
        case Outcome.NOT_ACTIVATED:
            return NotActivatedError(reason)
        case Outcome.REJECTED:
            return RejectedError(f"{function}: {reason}", reason=reason)
        case Outcome.CREDENTIALS:
            if status is not None and status.locked:
                return AccountLockedError(reason, unlock_seconds=status.unlock_seconds)
            return AuthenticationError(reason, attempts_left=status.attempts_left if status is not None else None)
    return DeviceFailureError(f"{function}: {reason}", reason=reason)
