"""The error codes of the cloud and what follows from each (ivm §1.9).

Names and numbers of all 652 codes, with what they mean in English and Chinese, lie in `error_meanings.json`. What is not
in a table here is judged by its HTTP status.
"""

from collections.abc import Callable, Mapping
import json
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ..errors import (
    AccountFrozenError,
    AuthenticationError,
    BusyError,
    DeviceFailureError,
    DeviceOfflineError,
    NotFoundError,
    QuotaError,
    RejectedError,
    SystemFailure,
    UnlicensedError,
    UnsupportedError,
)

SUCCESS: Final = frozenset({"", "0", "IVM.0"})
QUOTA_SECONDS: Final = 60.0
"""How long nothing is read after the cloud said that it is called too often."""


class TokenError(BusyError):
    """The access token is not accepted: a new one is fetched and the request sent again, once."""


class CloudRejectedError(RejectedError):
    """The cloud refused; its code is told with what it means."""

    key = "cloud_error"


class CloudFailureError(DeviceFailureError):
    """The cloud or a device tried and failed; its code is told with what it means."""

    key = "cloud_error"


class NoDataError(NotFoundError):
    """There is nothing to be found: an answer, and no failure."""


class UnpaidError(UnlicensedError):
    """A service rests because a bill is open: it is there, and comes back once that is paid."""

    key = "cloud_error"


class StreamRefusedError(CloudRejectedError):
    """The channel does not offer this protocol or this stream; another one may work."""


class LockLostError(BusyError):
    """The token for pan, tilt and zoom is not valid any more; another one is to be had."""


class OccupiedError(BusyError):
    """Somebody else moves the camera."""

    key = "ptz_occupied"


class TooSoonError(BusyError):
    """A still picture was asked for too early: one in ten seconds is allowed."""


class FrozenError(DeviceOfflineError):
    """The device or channel is frozen by the cloud."""

    key = "device_frozen"


class PrivacyError(RejectedError):
    """Refused while the privacy mask is on."""

    key = "privacy_mask_on"


class UnreachableCallbackError(CloudRejectedError):
    """The cloud does not reach the callback address, or does not take it."""


type Maker = Callable[[str, str], SystemFailure]
"""Makes an error of the reason in words and of what was asked for."""


def _by_reason(kind: Callable[..., SystemFailure]) -> Maker:
    return lambda reason, function: kind(reason=reason)


def _by_message(kind: Callable[..., SystemFailure]) -> Maker:
    return lambda reason, function: kind(reason)


def _by_function(kind: Callable[..., SystemFailure]) -> Maker:
    return lambda reason, function: kind(reason, function=function)


def _by_subject(kind: Callable[..., SystemFailure]) -> Maker:
    return lambda reason, function: kind(reason, subject=function)


def _quota(reason: str, function: str) -> SystemFailure:
    return QuotaError(reason, retry_after=QUOTA_SECONDS)


def _rows(maker: Maker, *numbers: str) -> dict[str, Maker]:
    return {f"IVM.{number}": maker for number in numbers}


CODES: Final[Mapping[str, Maker]] = MappingProxyType(
    {
        **_rows(
            _by_message(TokenError),
            "10000001", "10000002", "10000003", "10000004", "10000005", "10020049", "20040003",
        ),
        **_rows(_by_message(AuthenticationError), "10020020", "10020021", "10020022", "10000013", "10020048"),
        **_rows(_by_reason(AccountFrozenError), "10000006", "10000007", "10000008", "10000012"),
        **_rows(_by_subject(NoDataError), "20020012", "20020014", "10020019"),
        **_rows(
            _by_subject(NotFoundError),
            "10022002", "10022036", "20000014", "10022007", "20000010", "20040004", "10027007", "10027008", "20040011",
            "20050004",
        ),
        **_rows(
            _by_function(UnsupportedError),
            "10022027", "20020010", "20000041", "20020011", "20002008", "20040010", "20160001", "20180025",
        ),
        **_rows(
            _by_function(UnlicensedError),
            "20020008", "20060026", "20090016", "20010011", "20010013", "20010015", "20010017", "20010024", "20010026",
            "20010030",
        ),
        **_rows(_by_function(UnpaidError), "20000049", "20020009", "20060054"),
        **_rows(_by_message(DeviceOfflineError), "20000036", "20000037", "20000043"),
        **_rows(_by_message(FrozenError), "20000011", "20000015", "20000035", "20000048", "20020007"),
        **_rows(_by_reason(StreamRefusedError), "10026003", "10026004"),
        **_rows(_by_message(LockLostError), "20002001", "20002009"),
        **_rows(_by_message(OccupiedError), "20000029"),
        **_rows(_by_reason(PrivacyError), "20070006"),
        **_rows(_by_message(TooSoonError), "20040009"),
        **_rows(_by_reason(UnreachableCallbackError), "20050005", "20050003"),
        **_rows(_by_reason(CloudFailureError), "90000001", "20040002", "90000010"),
        **_rows(_quota, "90000011"),
    }
)  # fmt: skip
"""Code → the error it becomes."""

TRANSIENT: Final = frozenset({"IVM.90000001", "IVM.20040002"})
"""Faults of the cloud itself: reading again makes sense."""
ACCOUNT_CODES: Final = frozenset(
    f"IVM.{number}" for number in ("10020020", "10020021", "10020022", "10000013", "10020048")
)
"""Codes for credentials that only the user can mend."""

MEANINGS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        code: (english, chinese)
        for code, (english, chinese) in json.loads(
            Path(__file__).with_name("error_meanings.json").read_text(encoding="utf-8")
        ).items()
    }
)
"""Code → what it means, in English and in Chinese."""


def failure(code: str, status: int, function: str, said: str = "") -> SystemFailure:
    """Make the error of an answer: `code` (empty: none), HTTP `status`, `function` in words, and what the cloud `said`."""
    english, chinese = MEANINGS.get(code, (said, said))
    reason, reason_zh = (
        f"{code}: {meaning}" if code and meaning else code or said or f"HTTP {status}" for meaning in (english, chinese)
    )
    maker = CODES.get(code)
    error = _by_status(status, reason, function, named=bool(code)) if maker is None else maker(reason, function)
    error.code = code
    error.placeholders = {
        **error.placeholders,
        "code": code or f"HTTP {status}",
        "meaning": english or said or "–",
        "meaning_zh": chinese or english or said or "–",
        **({"reason_zh": reason_zh} if "reason" in error.placeholders else {}),
    }
    return error


def _by_status(status: int, reason: str, function: str, *, named: bool) -> SystemFailure:
    """Make the error of an HTTP status; `named`: a code came with it, so the interface exists."""
    if status == 401 and not named:
        return TokenError(reason)
    if status in {404, 405} and not named:
        return UnsupportedError(reason, function=function)
    if status == 429:
        return QuotaError(reason, retry_after=QUOTA_SECONDS)
    if status in {408, 502, 503, 504}:
        return BusyError(reason)
    if status >= 500:
        return CloudFailureError(reason=reason)
    return CloudRejectedError(reason=reason)
