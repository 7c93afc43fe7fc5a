"""Prove address, certificate and credentials of a system with a single login, and put failures into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .failures import told
from .flow_forms import FORMS
from .systems import SYSTEMS, settings
from .systems.base import Runtime, System
from .systems.errors import (
    BasicOnlyError,
    ConnectionFailedError,
    InvalidAddressError,
    ResponseTimeoutError,
    SystemFailure,
    TlsError,
)
from .systems.model import Identity

_LOGGER: Final = logging.getLogger(__name__)

DETAILS: Final = {
    "account_locked": "minutes",
    "insufficient_rights": "right",
    "invalid_address": "reason",
    "invalid_auth": "attempts_left",
}
"""Error key → placeholder. Where it is known, the text `<key>_<placeholder>` is shown instead of `<key>`."""

OWN_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "hikcentral": frozenset(
        {
            "cannot_connect",
            "insufficient_rights",
            "insufficient_rights_right",
            "invalid_auth",
            "protocol_error",
            "secret_missing",
            "timeout",
            "tls_error",
            "unsupported",
        }
    ),
    "ip_receiver": frozenset(
        {
            "account_locked",
            "account_locked_minutes",
            "cannot_connect",
            "device_busy",
            "device_failure",
            "insufficient_rights",
            "insufficient_rights_right",
            "invalid_auth",
            "invalid_auth_attempts_left",
            "not_activated",
            "protocol_error",
            "timeout",
            "tls_error",
            "unsupported",
        }
    ),
    "ivm": frozenset(
        {
            "cannot_connect",
            "device_busy",
            "invalid_auth",
            "invalid_user_id",
            "protocol_error",
            "secret_missing",
            "timeout",
            "tls_error",
            "unlicensed",
            "unsupported",
        }
    ),
}
"""System id → errors that have a text of its own: the key, and the word of `WORDS` behind it."""

WORDS: Final[Mapping[str, str]] = {"hikcentral": "platform", "ip_receiver": "receiver", "ivm": "cloud"}
"""System id → what it is called in the keys of its own texts."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Who answered, and the settings that reach it."""

    identity: Identity
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that nobody vouches for; `fingerprint` is its SHA-256 in lower-case hex, `url` where it was shown."""

    url: str
    fingerprint: str

    @property
    def readable(self) -> str:
        """The fingerprint as browsers show it."""
        digits = self.fingerprint.upper()
        return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


@dataclass(frozen=True, slots=True)
class Unencrypted:
    """A system at `url` that takes the password only in a form that anybody on the way can read."""

    url: str


@dataclass(frozen=True, slots=True)
class Consent:
    """What the user agreed to: certificates by their `fingerprints`, base `addresses` that get the password readable."""

    fingerprints: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)


def _make_system(hass: HomeAssistant, system_id: str, data: Mapping[str, Any]) -> System:
    """Make a system that is asked once and then closed."""
    session = async_get_clientsession(hass, verify_ssl=data.get(settings.VERIFY_SSL, True))
    return SYSTEMS[system_id].create(session, data, {settings.CONFIRM_LOGIN: False}, Runtime())


async def _async_login(hass: HomeAssistant, system_id: str, data: Mapping[str, Any]) -> Proof:
    """Log in once. Raises `SystemFailure`.

    Where a system was given its identity at set-up, the proof holds that and what it is recognised by.
    """
    system = _make_system(hass, system_id, data)
    try:
        identity = await system.identify()
    finally:
        await system.close()
    if not (FORMS[system_id].given or identity.marks):
        return Proof(identity, data)
    return Proof(identity, {**data, settings.IDENTITY: identity.unique_id, settings.MARKS: [*identity.marks]})


async def async_offer(hass: HomeAssistant, system_id: str, data: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """Ask a system that was proved what there is to choose from; nothing if it does not say so."""
    system = _make_system(hass, system_id, data)
    try:
        return await system.offer()
    except SystemFailure as failure:
        _LOGGER.info("There is nothing to choose from at set-up, everything is imported: %s", failure)
    except Exception:
        _LOGGER.exception("Unexpected error while asking what there is to choose from")
    finally:
        await system.close()
    return {}


async def async_prove(
    hass: HomeAssistant, system_id: str, typed: Mapping[str, Any], consent: Consent
) -> Proof | Certificate | Unencrypted:
    """Find the address that answers and log in there, once.

    Where the scheme was left open, the next candidate is tried only if no connection came about at the one before: an
    answer of any kind, above all a refused login, is final, and so is silence after a request was sent. A certificate
    that is neither valid nor covered by `consent`, and an address that would get the password readable without it, are
    returned for the user to decide; no login was made then. Raises `SystemFailure`.
    """
    failures: list[ConnectionFailedError] = []
    for url in SYSTEMS[system_id].addresses(typed[settings.URL]):
        allowed = url in consent.addresses
        data = {**typed, settings.URL: url, settings.FINGERPRINT: None}
        if settings.PASSWORD in typed:
            data[settings.ALLOW_BASIC] = allowed
        try:
            return await _async_login(hass, system_id, data)
        except BasicOnlyError:
            return Unencrypted(url)
        except ConnectionFailedError as failure:
            fingerprint = failure.fingerprint if isinstance(failure, TlsError) else None
            if fingerprint is None:
                if failure.answered:
                    raise
                failures.append(failure)
                continue
            if fingerprint not in consent.fingerprints:
                return Certificate(url, fingerprint)
            data[settings.FINGERPRINT] = fingerprint
        return await _async_login(hass, system_id, data)
    raise max(failures, key=_weight)


def _weight(failure: ConnectionFailedError) -> int:
    """How much a failure tells: a failed handshake more than silence, silence more than a closed port."""
    if isinstance(failure, TlsError):
        return 2
    return 1 if isinstance(failure, ResponseTimeoutError) else 0


def worded(system_id: str, key: str) -> str:
    """Return the key of an error in the words of a system."""
    return f"{key}_{WORDS[system_id]}" if key in OWN_WORDS.get(system_id, ()) else key


def explain(system_id: str, failure: SystemFailure) -> tuple[dict[str, str], dict[str, str]]:
    """Return the errors of a form and the placeholders of their texts."""
    key = failure.key
    detail = DETAILS.get(key, "")
    if failure.placeholders.get(detail):
        key = f"{key}_{detail}"
    field = settings.URL if isinstance(failure, InvalidAddressError) else "base"
    return {field: worded(system_id, key)}, told(failure)
