"""One error tree for every system.

Every error names itself with `key`, the word under which its text is translated, and carries `placeholders` for that
text. Placeholders never hold secrets, bodies or credentials; they may be shown to a user and written to a log.
"""

from collections.abc import Mapping
from typing import ClassVar


class SystemFailure(Exception):
    """Root of everything a system can report as failed."""

    key: ClassVar[str] = "unknown_error"
    code: str = ""
    """The system's own code for it, where it has one."""

    def __init__(self, message: str = "", **placeholders: object) -> None:
        """Keep `message` for logs and `placeholders` (turned into text) for the translated sentence."""
        super().__init__(message or self.key)
        self.placeholders: Mapping[str, str] = {name: str(value) for name, value in placeholders.items()}


class InvalidAddressError(SystemFailure):
    """The address the user typed is not one; `address` repeats it without credentials."""

    key = "invalid_address"


class ConnectionFailedError(SystemFailure):
    """No usable connection: refused, reset, unreachable, name unknown. `reason` is plain words."""

    key = "cannot_connect"
    answered: bool = True
    """False if it is certain that no request was sent, because no connection came about."""

    def __init__(self, message: str = "", *, reason: str = "") -> None:
        """`reason`: what the operating system or the peer said."""
        super().__init__(message or reason, reason=reason or message)


class ResponseTimeoutError(ConnectionFailedError):
    """The peer did not answer in time."""

    key = "timeout"


class TlsError(ConnectionFailedError):
    """The certificate was not accepted; `fingerprint` is the SHA-256 of what was presented (hex), if it is known."""

    key = "tls_error"

    def __init__(self, message: str = "", *, reason: str = "", fingerprint: str | None = None) -> None:
        """`fingerprint`: lower-case hex without separators, or None when the handshake itself failed."""
        super().__init__(message, reason=reason)
        self.fingerprint = fingerprint


class ProtocolError(SystemFailure):
    """The peer answered, but not in the language of this system: wrong product, garbage, too large, cut off."""

    key = "protocol_error"

    def __init__(self, message: str = "", *, reason: str = "") -> None:
        """`reason`: what was wrong with the answer, in plain words."""
        super().__init__(message or reason, reason=reason or message)


class BasicOnlyError(ProtocolError):
    """The peer takes the password only unencrypted, and nobody agreed to that; the password was not sent."""

    key = "basic_only"


class BodyTooLargeError(ProtocolError):
    """A body passed its limit and was not read further."""

    key = "body_too_large"


class AuthenticationError(SystemFailure):
    """The credentials were refused (HTTP 401 or its equal). Never raised for a missing right."""

    key = "invalid_auth"
    pending: bool = False
    """The refusal still waits for its confirming login, so the user need not act yet."""

    def __init__(self, message: str = "", *, attempts_left: int | None = None) -> None:
        """`attempts_left`: tries before the account is locked, if the device said so."""
        super().__init__(message, attempts_left="" if attempts_left is None else attempts_left)
        self.attempts_left = attempts_left


class AccountLockedError(AuthenticationError):
    """The account or our address is locked for `unlock_seconds` (None: the device did not say how long)."""

    key = "account_locked"

    def __init__(self, message: str = "", *, unlock_seconds: float | None = None, pending: bool = False) -> None:
        """`unlock_seconds`: remaining lock in seconds; `pending`: afterwards it is tried again without the user."""
        super().__init__(message, attempts_left=0)
        self.pending = pending
        self.unlock_seconds = unlock_seconds
        minutes = "" if unlock_seconds is None else max(1, round(unlock_seconds / 60))
        self.placeholders = {**self.placeholders, "minutes": str(minutes)}


class CredentialsBlockedError(AuthenticationError):
    """Not sent: an earlier refusal closed the gate for this account until the user acts."""

    key = "credentials_blocked"

    def __init__(self, message: str = "", *, attempts_left: int | None = None, pending: bool = False) -> None:
        """`pending`: see `AuthenticationError`."""
        super().__init__(message, attempts_left=attempts_left)
        self.pending = pending


class NotActivatedError(SystemFailure):
    """The device has never been activated: it has no administrator password yet."""

    key = "not_activated"


class InsufficientRightsError(SystemFailure):
    """The account may not do this (HTTP 403 / `lowPrivilege`); `right` names what is missing, if known."""

    key = "insufficient_rights"

    def __init__(self, message: str = "", *, right: str = "") -> None:
        """`right`: the device's own word for the missing permission."""
        super().__init__(message, right=right)
        self.right = right


class UnsupportedError(SystemFailure):
    """The device does not have this function."""

    key = "unsupported"

    def __init__(self, message: str = "", *, function: str = "") -> None:
        """`function`: what was asked for, without addresses or credentials."""
        super().__init__(message or function, function=function or message)


class UnlicensedError(UnsupportedError):
    """The system's licence does not cover this function, or no more of it."""

    key = "unlicensed"


class NotPlayableError(UnsupportedError):
    """There is video, but only in a form that nothing but the maker's own programs can play."""

    key = "not_playable"


class AccessDisabledError(SystemFailure):
    """The interface is switched off on the other side, or not open to this client at all; new keys do not help."""

    key = "access_disabled"


class PlatformUserError(SystemFailure):
    """The user of the platform behind the key cannot be used: `reason` says locked, never logged in or unknown."""

    key = "platform_user"

    def __init__(self, message: str = "", *, reason: str = "") -> None:
        """`reason`: in plain words."""
        super().__init__(message or reason, reason=reason or message)


class AccountFrozenError(PlatformUserError):
    """The account of a cloud is frozen, or may not use the interface; new keys do not help."""

    key = "account_frozen"


class NotFoundError(SystemFailure):
    """What was addressed does not exist any more; `subject` names it."""

    key = "not_found"

    def __init__(self, message: str = "", *, subject: str = "") -> None:
        """`subject`: what was asked for."""
        super().__init__(message or subject, subject=subject or message)


class DeviceOfflineError(SystemFailure):
    """The system answers, but the device behind it that was addressed does not."""

    key = "device_offline"


class InvalidArgumentError(SystemFailure):
    """A caller's argument cannot be used, found before anything was sent; `field` names it, `reason` says why."""

    key = "invalid_argument"

    def __init__(self, *, field: str, reason: str) -> None:
        """`field`: name of the argument; `reason`: in plain words."""
        super().__init__(f"{field}: {reason}", field=field, reason=reason)


class BusyError(SystemFailure):
    """The device is busy or upgrading; trying again later makes sense, after `retry_after` seconds if it said so."""

    key = "device_busy"

    def __init__(self, message: str = "", *, retry_after: float | None = None) -> None:
        """`retry_after`: seconds the device asked us to wait."""
        super().__init__(message)
        self.retry_after = retry_after


class QuotaError(BusyError):
    """More calls were made than the system allows."""

    key = "quota_reached"


class TooManySessionsError(BusyError):
    """Too many are logged in with this account, or at all; new credentials do not help."""


class HeldBackError(QuotaError):
    """Not sent: the answer to an earlier call asked for a pause. It tells nothing of whether the system is there."""


class DeviceFailureError(SystemFailure):
    """The device tried and failed; `reason` is its own word for it."""

    key = "device_failure"

    def __init__(self, message: str = "", *, reason: str = "") -> None:
        """`reason`: the device's status and sub status."""
        super().__init__(message or reason, reason=reason or message)


class RejectedError(SystemFailure):
    """The device refused the value or the combination; `reason` says which, in the device's own words."""

    key = "rejected"

    def __init__(self, message: str = "", *, reason: str = "") -> None:
        """`reason`: the device's status and sub status, or the names of the excluding functions."""
        super().__init__(message or reason, reason=reason or message)


class NotConfirmedError(SystemFailure):
    """The device accepted a command but its read-back shows another value."""

    key = "not_confirmed"

    def __init__(self, message: str = "", *, wanted: object = "", found: object = "") -> None:
        """`wanted` and `found`: the value that was sent and the one that was read."""
        super().__init__(message, wanted=wanted, found=found)


class ArmingRefusedError(RejectedError):
    """A partition was not armed; `zones` names what stands against it, `reason` is the system's own word."""

    key = "arming_refused"

    def __init__(self, message: str = "", *, partition: str, zones: str, reason: str = "") -> None:
        """`zones`: names with what is wrong with each, never empty: a refusal without a cause is a `RejectedError`."""
        super().__init__(message or f"{partition}: {zones}", reason=reason)
        self.placeholders = {"partition": partition, "zones": zones, "reason": reason}
