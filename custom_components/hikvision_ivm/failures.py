"""How a failure of a system is shown to the user."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .systems.errors import AccountLockedError, InvalidArgumentError, RejectedError, SystemFailure
from .systems.model import Problem

LOGIN = "login"
"""Topic of the problems with logging in."""

MISTAKES = (RejectedError, InvalidArgumentError)
"""Failures that are the caller's own: Home Assistant shows them without a line in the log."""


def login_problems(error: BaseException | None) -> list[Problem]:
    """Return the problem behind a failed login that new credentials do not solve: a locked account."""
    if not isinstance(error, AccountLockedError):
        return []
    return [Problem(key="account_locked", placeholders={"minutes": error.placeholders["minutes"]}, severe=True)]


def shown(error: SystemFailure) -> HomeAssistantError:
    """Turn a failed command into what Home Assistant shows: the user's mistake, or a failure."""
    kind = ServiceValidationError if isinstance(error, MISTAKES) else HomeAssistantError
    return kind(translation_domain=DOMAIN, translation_key=error.key, translation_placeholders=dict(error.placeholders))
