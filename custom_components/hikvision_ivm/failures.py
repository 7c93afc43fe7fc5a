"""How a failure of a system is shown to the user."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .systems.errors import (
    AccessDisabledError,
    AccountFrozenError,
    AccountLockedError,
    InvalidArgumentError,
    PlatformUserError,
    RejectedError,
    SystemFailure,
    UnlicensedError,
)
from .systems.model import Problem

LOGIN = "login"
"""Topic of the problems with logging in."""

MISTAKES = (RejectedError, InvalidArgumentError)
"""Failures that are the caller's own: Home Assistant shows them without a line in the log."""


def login_problems(error: BaseException | None) -> list[Problem]:
    """Return the problem behind a refusal that new credentials do not solve: it is somewhere else that one must act."""
    match error:
        case AccountLockedError(pending=True):
            return [Problem(key="receiver_locked", severe=True)]
        case AccountLockedError():
            minutes = error.placeholders["minutes"]
            return [Problem(key="account_locked", placeholders={"minutes": minutes}, severe=True)]
        case AccessDisabledError():
            return [Problem(key="access_disabled", severe=True)]
        case AccountFrozenError():
            return [Problem(key="account_frozen", placeholders={"reason": error.placeholders["reason"]}, severe=True)]
        case PlatformUserError():
            return [Problem(key="platform_user", placeholders={"reason": error.placeholders["reason"]}, severe=True)]
        case UnlicensedError():
            return [Problem(key="unlicensed", placeholders={"function": error.placeholders["function"]}, severe=True)]
        case _:
            return []


def shown(error: SystemFailure) -> HomeAssistantError:
    """Turn a failed command into what Home Assistant shows: the user's mistake, or a failure."""
    kind = ServiceValidationError if isinstance(error, MISTAKES) else HomeAssistantError
    return kind(translation_domain=DOMAIN, translation_key=error.key, translation_placeholders=dict(error.placeholders))
