"""What a user can send us of an account: counts and causes, never what it is about (ivm §9, "diagnostics")."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import SystemFailure
from .client import IvmClient
from .licences import Licence
from .records import Facts


def facts_report(facts: Facts) -> Mapping[str, Any]:
    """Count what exists, in which states it is, and what channels can."""
    devices, channels = facts.devices.values(), facts.channels.values()
    return {
        "organisations": len(facts.orgs),
        "devices": len(facts.devices),
        "channels": len(facts.channels),
        "types": _counts(device.type for device in devices),
        "protocols": _counts(device.protocol for device in devices),
        "models": _counts(device.model for device in devices),
        "device_states": _counts(device.state for device in devices),
        "device_system_states": _counts(device.system_state for device in devices),
        "channel_states": _counts(channel.state for channel in channels),
        "channel_system_states": _counts(channel.system_state for channel in channels),
        "channel_types": _counts(channel.type for channel in channels),
        "packages": _sets(channel.packages for channel in channels),
        "abilities": _sets(channel.abilities for channel in channels),
        "storage_cards": _counts(channel.storage_card for channel in channels),
    }


def client_report(client: IvmClient) -> Mapping[str, Any]:
    """Tell what was asked and what came back, by code."""
    return {
        "requests": client.requests,
        "answers": dict(client.answers),
        "quota_hits": client.quota_hits,
        "tokens": client.tokens.fetched,
        "wire": client.http.counters.as_dict(),
    }


def licences_report(licences: Iterable[Licence]) -> list[Mapping[str, Any]]:
    """Tell what is booked, without its ids and names."""
    return [
        {
            "type": one.type, "mode": one.mode, "version": one.version, "state": one.state, "total": one.total,
            "used": one.used, "ends": None if one.ends is None else one.ends.isoformat(),
        }
        for one in licences
    ]  # fmt: skip


def failed_report(failed: Mapping[str, SystemFailure]) -> Mapping[str, str]:
    """Tell which lists could not be read, and why: key and code."""
    return {name: f"{error.key} ({error.code})" if error.code else error.key for name, error in failed.items()}


def _counts(words: Iterable[str | None]) -> Mapping[str, int]:
    """Count words; what was not told counts as `none`."""
    return dict(sorted(Counter("none" if word is None else str(word) for word in words).items()))


def _sets(every: Iterable[frozenset[str] | None]) -> Mapping[str, int]:
    """Count the words of sets; those that were not told count as `none`."""
    found: Counter[str] = Counter()
    for words in every:
        found.update(["none"] if words is None else words)
    return dict(sorted(found.items()))
