"""What a user can send us: settings, statistics, inventory and raw answers, with every secret removed."""

from base64 import b64encode, urlsafe_b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Set as AbstractSet
from datetime import datetime
from html import escape
import json
import re
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote, urlsplit

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN
from .coordinator import IvmConfigEntry
from .systems import settings
from .systems.model import Device, Feature, Inventory, SelectFeature, SensorFeature

SECRETS: Final = (
    settings.USERNAME,
    settings.PASSWORD,
    settings.FINGERPRINT,
    settings.WEBHOOK_ID,
    settings.APP_KEY,
    settings.APP_SECRET,
    settings.USER_ID,
    settings.IDENTITY,
    settings.MARKS,
    settings.STREAM_TEMPLATE,
    settings.PLAYBACK_TEMPLATE,
    settings.POST_SOURCES,
    settings.ALARM_CODE,
    settings.ACCESS_KEY,
    settings.SECRET_KEY,
)
"""Data and options that are never shown, of any system."""

NEVER: Final = frozenset(
    {
        "access_token", "ak", "alarm_uuid", "auth_key", "callback_url", "control_lock", "control_token", "device_id",
        "device_ip", "device_username", "live_url", "pic_url", "playback_url", "plate_char", "secret", "sip_server_domain",
        "sip_server_host", "sip_server_id", "sk", "sn", "targetgroup_url", "token",
    }
)  # fmt: skip
"""What answers of a cloud call secrets, addresses with tokens, and identities (ivm §6.3): left out wherever it turns up."""

_SHORT: Final = 8
"""Secrets of fewer characters are removed only as whole words: `admin`, but not the middle of `adminAccesses`."""


class Sweep:
    """Removes secrets wherever they appear, in every form in which they travel."""

    def __init__(self, secrets: Iterable[str], logins: Iterable[tuple[str, str]] = ()) -> None:
        """`logins`: pairs of user name and password, for the value of a Basic header."""
        patterns: set[str] = set()
        for secret in secrets:
            patterns |= {_pattern(form) for form in _forms(secret)}
        for username, password in logins:
            patterns |= {re.escape(form) for form in _encoded(f"{username}:{password}")}
        longest_first = sorted(patterns, key=lambda pattern: (-len(pattern), pattern))
        self._pattern = re.compile("|".join(longest_first)) if longest_first else None

    def text(self, text: str) -> str:
        """Return the text without secrets."""
        return text if self._pattern is None else self._pattern.sub(REDACTED, text)

    def __call__(self, value: Any) -> Any:
        """Return a JSON value without secrets; what JSON cannot hold becomes text."""
        if isinstance(value, Mapping):
            return {self.text(str(key)): self(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self(item) for item in value]
        if isinstance(value, AbstractSet):
            return sorted(self.text(str(item)) for item in value)
        if value is None or isinstance(value, (bool, int, float)):
            return value
        return self.text(value.isoformat() if isinstance(value, datetime) else str(value))


def _encoded(text: str) -> set[str]:
    """Both alphabets of Base64, without padding."""
    raw = text.encode()
    return {b64encode(raw).decode().rstrip("="), urlsafe_b64encode(raw).decode().rstrip("=")}


def _forms(secret: str) -> set[str]:
    """Every spelling of a secret: plain, in an address, in XML and JSON, in Base64, as a readable fingerprint."""
    percent = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
    colons = ":".join(secret[at : at + 2] for at in range(0, len(secret), 2))
    forms = {
        secret,
        *percent,
        *(re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), form) for form in percent),
        escape(secret),
        escape(secret, quote=False),
        json.dumps(secret)[1:-1],
        *_encoded(secret),
    }
    if re.fullmatch(r"[0-9a-f]{64}", secret):
        forms |= {secret.upper(), colons, colons.upper()}
    return {form for form in forms if form}


def _pattern(form: str) -> str:
    """Match a form anywhere, a short one only as a whole word."""
    found = re.escape(form)
    return found if len(form) >= _SHORT else rf"(?<![0-9A-Za-z]){found}(?![0-9A-Za-z])"


def sweep_of(entry: IvmConfigEntry) -> Sweep:
    """Make the sweep for everything that is secret or private in an entry."""
    told = {**entry.options, **entry.data}
    secrets = {secret for name in SECRETS for secret in _texts(told.get(name))}
    for name in (settings.URL, settings.POST_URL, settings.STREAM_TEMPLATE, settings.PLAYBACK_TEMPLATE):
        secrets |= _private(str(told.get(name) or ""))
    for source in _texts(told.get(settings.POST_SOURCES)):
        secrets |= set(source.replace(",", " ").split())
    if entry.unique_id:
        secrets.add(entry.unique_id)
    login = (str(told.get(settings.USERNAME, "")), str(told.get(settings.PASSWORD, "")))
    return Sweep(secrets, [login])


def _texts(value: Any) -> list[str]:
    """Return the texts of a setting, which may be a list."""
    return [str(item) for item in (value if isinstance(value, (list, tuple)) else [value]) if item]


def _private(url: str) -> set[str]:
    """Return what is private in an address: host and login, unless something is still to be filled in there."""
    parts = urlsplit(url)
    found = {parts.hostname, *(unquote(word) for word in (parts.username, parts.password) if word)}
    return {word for word in found if word and "{" not in word}


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: IvmConfigEntry) -> dict[str, Any]:
    """Tell of the whole system; `ISAPI` and the like hold raw answers in a form that can be replayed."""
    coordinator = entry.runtime_data
    return _told(
        entry,
        {
            **coordinator.system.diagnostics(),
            "coordinator": coordinator.statistics,
            "inventory": _summary(coordinator.inventory),
        },
    )


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: IvmConfigEntry, device: dr.AnyDeviceEntry
) -> dict[str, Any]:
    """Tell of one device and its features, besides what the coordinator counted."""
    coordinator = entry.runtime_data
    inventory: Inventory = coordinator.inventory
    ids = {identifier for domain, identifier in device.identifiers if domain == DOMAIN}
    found = [inventory.devices[device_id] for device_id in sorted(ids) if device_id in inventory.devices]
    return _told(
        entry,
        {
            "coordinator": coordinator.statistics,
            "devices": [_device(known) for known in found],
            "features": [
                _feature(feature, coordinator.values.get(feature.id))
                for feature in inventory.features.values()
                if feature.device_id in ids
            ],
        },
    )


def _told(entry: IvmConfigEntry, content: Mapping[str, Any]) -> dict[str, Any]:
    """Add the settings, and remove every secret from everything."""
    told: dict[str, Any] = sweep_of(entry)(
        {
            **async_redact_data(dict(content), NEVER),
            "entry": {
                "version": f"{entry.version}.{entry.minor_version}",
                "data": async_redact_data(dict(entry.data), SECRETS),
                "options": async_redact_data(dict(entry.options), SECRETS),
            },
        }
    )
    return told


def _summary(inventory: Inventory) -> dict[str, Any]:
    """Count devices and features; names and ids are not needed to understand a problem."""
    return {
        "devices": Counter(device.kind.value for device in inventory.devices.values()),
        "features": Counter(f"{feature.type} {feature.kind.value}" for feature in inventory.features.values()),
        "disabled_features": sum(not feature.enabled for feature in inventory.features.values()),
    }


def _device(device: Device) -> dict[str, Any]:
    """Describe a device without name, number or address."""
    return {
        "kind": device.kind.value,
        "manufacturer": device.manufacturer,
        "model": device.model,
        "firmware": device.firmware,
        "hardware": device.hardware,
        "has_parent": device.parent is not None,
    }


def _feature(feature: Feature, value: Any) -> dict[str, Any]:
    """Describe a feature; texts that are not one of its options (plates, people, times) are told by their type only."""
    options = feature.options if isinstance(feature, (SelectFeature, SensorFeature)) else ()
    plain = value is None or isinstance(value, (bool, int, float)) or value in options
    return {
        "type": feature.type,
        "kind": feature.kind.value,
        "part": feature.part,
        "source": feature.source.value,
        "enabled": feature.enabled,
        "value": value if plain else type(value).__name__,
    }
