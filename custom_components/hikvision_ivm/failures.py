"""How a failure of a system is shown to the user."""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant, async_get_hass_or_none, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .systems.errors import (
    AccessDisabledError,
    AccountFrozenError,
    AccountLockedError,
    InvalidArgumentError,
    PlatformUserError,
    QuotaError,
    RejectedError,
    SystemFailure,
    TooManySessionsError,
    UnlicensedError,
)
from .systems.model import Problem

LOGIN = "login"
"""Topic of the problems with logging in."""

BLOCKED = (AccessDisabledError, PlatformUserError)
"""Failures of the account or the interface as a whole: somebody must act elsewhere, new credentials do not help."""

PATIENCE_SECONDS = 600
"""Until something is tried again for which somebody must act elsewhere."""

MISTAKES = (RejectedError, InvalidArgumentError)
"""Failures that are the caller's own: Home Assistant shows them without a line in the log."""


CHINESE = "_zh"
"""What a placeholder ends with that tells in Chinese what the one without this end tells in English."""


@callback
def told(error: SystemFailure) -> dict[str, str]:
    """Return what fills the text of a failure, in Home Assistant's language where that is there."""
    return worded(async_get_hass_or_none(), error.placeholders)


def worded(hass: HomeAssistant | None, placeholders: Mapping[str, str]) -> dict[str, str]:
    """Return placeholders with those in Chinese in the place of English ones, if that is Home Assistant's language."""
    given = dict(placeholders)
    if hass is not None and hass.config.language.startswith("zh"):
        given |= {name.removesuffix(CHINESE): text for name, text in given.items() if name.endswith(CHINESE)}
    return given


def login_problems(error: BaseException | None) -> list[Problem]:
    """Return the problem behind a refusal that new credentials do not solve: it is somewhere else that one must act."""
    match error:
        case AccountLockedError(pending=True) | TooManySessionsError():
            return [Problem(key="receiver_locked", severe=True)]
        case AccountLockedError():
            minutes = error.placeholders["minutes"]
            return [Problem(key="account_locked", placeholders={"minutes": minutes}, severe=True)]
        case AccessDisabledError():
            return [Problem(key="access_disabled", severe=True)]
        case AccountFrozenError():
            return [Problem(key="account_frozen", placeholders={"reason": told(error)["reason"]}, severe=True)]
        case PlatformUserError():
            return [Problem(key="platform_user", placeholders={"reason": told(error)["reason"]}, severe=True)]
        case UnlicensedError():
            return [Problem(key="unlicensed", placeholders={"function": error.placeholders["function"]}, severe=True)]
        case _:
            return []


def pause_after(error: SystemFailure) -> float:
    """Return for how many seconds after a failure it is better not to try again; 0: the usual rhythm is right."""
    if isinstance(error, BLOCKED):
        return PATIENCE_SECONDS
    return (error.retry_after or 0.0) if isinstance(error, QuotaError) else 0.0


def shown(error: SystemFailure) -> HomeAssistantError:
    """Turn a failed command into what Home Assistant shows: the user's mistake, or a failure."""
    kind = ServiceValidationError if isinstance(error, MISTAKES) else HomeAssistantError
    return kind(translation_domain=DOMAIN, translation_key=error.key, translation_placeholders=told(error))
