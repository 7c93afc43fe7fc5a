"""The platform's error codes and what follows from each (hikcentral §1.10)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..errors import (
    AccessDisabledError,
    AuthenticationError,
    BusyError,
    DeviceFailureError,
    DeviceOfflineError,
    InsufficientRightsError,
    NotFoundError,
    PlatformUserError,
    ProtocolError,
    QuotaError,
    RejectedError,
    SystemFailure,
    UnlicensedError,
    UnsupportedError,
)

OK: Final = frozenset({"0", "0x0", "0x00000000"})
SIGNATURE: Final = "0x02401003"
UNKNOWN_KEY: Final = "0x02401001"
TOO_LONG: Final = "0x00072004"
QUOTA: Final = "0x02401009"
NAT: Final = frozenset({"14", "15"})
NO_RECORDING: Final = "140"
OCCUPIED: Final = "133"


class TooLongError(ProtocolError):
    """The answer would be too long for the platform; a smaller page is needed."""


type Maker = Callable[[str, str], SystemFailure]
"""Makes the error of a code, from its reason in words and from the path that was called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code: its meaning in words, the error it becomes, and how the client treats it.

    `refusal`: the path is not asked again, remembered under this word. `transient`: a read is worth another try.
    """

    meaning: str
    make: Maker
    refusal: str | None = None
    transient: bool = False


def _by_reason(kind: Callable[..., SystemFailure]) -> Maker:
    return lambda reason, path: kind(reason=reason)


def _busy(reason: str, path: str) -> SystemFailure:
    return BusyError(reason)


def _quota(reason: str, path: str) -> SystemFailure:
    return QuotaError(reason, retry_after=300.0)


def _right(reason: str, path: str) -> SystemFailure:
    return InsufficientRightsError(reason, right=path)


def _unsupported(reason: str, path: str) -> SystemFailure:
    return UnsupportedError(reason, function=path)


def _unlicensed(reason: str, path: str) -> SystemFailure:
    return UnlicensedError(reason, function=path)


def _missing(reason: str, path: str) -> SystemFailure:
    return NotFoundError(reason, subject=path)


def _plain(kind: Callable[[str], SystemFailure]) -> Maker:
    return lambda reason, path: kind(reason)


_FAILED: Final = _by_reason(DeviceFailureError)
_REJECTED: Final = _by_reason(RejectedError)
_PROTOCOL: Final = _by_reason(ProtocolError)
_USER: Final = _by_reason(PlatformUserError)


def _row(meaning: str, make: Maker, **more: Any) -> Code:
    return Code(meaning=meaning, make=make, **more)


CODES: Final[Mapping[str, Code]] = {
    "0x02401000": _row("no AppKey arrived; something between removes the header", _PROTOCOL),
    UNKNOWN_KEY: _row("no partner has this AppKey", _plain(AuthenticationError)),
    "0x02401002": _row("no signature arrived; something between removes the header", _PROTOCOL),
    SIGNATURE: _row("the signature is wrong", _plain(AuthenticationError)),
    "0x02401004": _row("the token is invalid", _FAILED, transient=True),
    "0x02401005": _row("the token is missing", _FAILED, transient=True),
    "0x02401006": _row("the token failed", _FAILED, transient=True),
    "0x02401007": _row("the partner may not use this API", _right, refusal="no_permission"),
    "0x02401008": _row("authentication failed inside the gateway", _FAILED, transient=True),
    QUOTA: _row("the limit of calls is reached", _quota),
    "0x0240100a": _row("a parameter cannot be converted", _REJECTED),
    "0x0240100b": _row("the gateway's statistics failed", _FAILED, transient=True),
    "0x00072001": _row("a required parameter is missing", _REJECTED),
    "0x00072002": _row("a parameter is out of range", _REJECTED),
    "0x00072003": _row("a parameter has a wrong format", _REJECTED),
    TOO_LONG: _row("the answer is too long", _by_reason(TooLongError)),
    "0x00052101": _row("the service is overloaded", _busy, transient=True),
    "0x00052102": _row("the service failed", _FAILED, transient=True),
    "0x00052103": _row("the service did not answer in time", _busy, transient=True),
    "0x00052104": _row("the service is not available", _busy, transient=True),
    "0x00072201": _row("no permission for this resource", _right),
    "0x00072202": _row("the resource does not exist", _missing),
    "0x00072203": _row("the licence allows no more of these", _unlicensed),
    "0x00072204": _row("the licence does not include this function", _unlicensed, refusal="unlicensed"),
    "0x00052301": _row("unknown error", _FAILED, transient=True),
    "1": _row("unknown error", _FAILED, transient=True),
    "2": _row("a parameter is wrong", _REJECTED),
    "3": _row("the platform has no resources left", _busy, transient=True),
    "4": _row("the platform waited too long for its network", _busy, transient=True),
    "5": _row("a service of the platform failed", _FAILED, transient=True),
    "6": _row("the platform is busy", _busy, transient=True),
    "7": _row("invalid network command", _FAILED),
    "8": _row("this version of the platform does not have it", _unsupported, refusal="unsupported"),
    "9": _row("the token is invalid", _FAILED, transient=True),
    "10": _row("a service of the platform answered garbage", _FAILED),
    "11": _row("the platform does not take this request; it has to come by HTTPS", _PROTOCOL),
    "12": _row("the platform does not have this API", _unsupported, refusal="unsupported"),
    "13": _row("the platform's services do not trust each other", _FAILED, transient=True),
    "14": _row("the WAN address of the OpenAPI is not configured", _FAILED),
    "15": _row("the network card of the OpenAPI is not configured", _FAILED),
    "16": _row("the OpenAPI cannot reach the platform's service", _busy, transient=True),
    "17": _row("OpenAPI is switched off, or the partner's user may not use it", _plain(AccessDisabledError)),
    "64": _row("there is something wrong with the partner's user", _USER),
    "65": _row("the partner's user is locked", _USER),
    "66": _row("the user does not exist", _USER),
    "67": _row("the partner's user has never logged in", _USER),
    "128": _row("the resource does not exist", _missing),
    "129": _row("the device is offline", _plain(DeviceOfflineError)),
    "130": _row("no permission for this resource", _right),
    "131": _row("it exists already", _REJECTED),
    "132": _row("there is room for no more", _REJECTED),
    OCCUPIED: _row("somebody else uses it at the moment", _busy),
    NO_RECORDING: _row("there is no recording schedule", _missing),
    "192": _row("the control failed", _FAILED),
    "193": _row("the cloud storage failed", _FAILED),
    "194": _row("the platform cannot connect to the device", _FAILED),
    "195": _row("the device does not support it", _unsupported),
}  # fmt: skip
"""Code as `normal` writes it → its row."""

UNKNOWN: Final = Code(meaning="unknown error", make=_FAILED)


def normal(code: object) -> str:
    """Return a code in the one spelling that is used here: text in lower case, `0` for success."""
    if isinstance(code, bool) or not isinstance(code, (str, int, float)):
        return ""
    text = (str(int(code)) if isinstance(code, float) and code.is_integer() else str(code)).strip().lower()
    return "0" if text in OK else text


def failure(code: str, message: str, path: str) -> SystemFailure:
    """Return the error of a code; `message` is the platform's own text, cleaned of secrets."""
    row = CODES.get(code, UNKNOWN)
    shown = " ".join(message.split())[:160]
    reason = f"{row.meaning} ({code}{': ' + shown if shown else ''})"
    error = row.make(reason, path)
    error.code = code
    return error
