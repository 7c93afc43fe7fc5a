"""What a user can send us of a platform: counts and causes, never what it is about (hikcentral §7.4)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields as fields_of
from typing import Any

from ..errors import SystemFailure
from .client import HikCentralClient
from .inventory import InventoryReader
from .records import Facts


def facts_report(facts: Facts) -> Mapping[str, Any]:
    """Count what exists, and how much of it is in which state; ids, names and addresses are left out."""
    counted = {
        field.name: len(value)
        for field in fields_of(facts)
        if isinstance(value := getattr(facts, field.name), Mapping) and field.name != "missing"
    }
    return {
        "product": facts.product,
        "version": facts.version,
        "counts": counted,
        "missing": dict(facts.missing),
        "capabilities": dict(Counter(word for camera in facts.cameras.values() for word in camera.capabilities)),
    }


def client_report(client: HikCentralClient) -> Mapping[str, Any]:
    """Tell what was asked, what was refused, and how the clocks differ (seconds)."""
    return {
        "requests": client.requests,
        "answers": dict(client.answers),
        "refused": dict(client.refused),
        "clock_skew": client.skew,
        "clock_correction": client.correction,
        "quota_hits": client.quota_hits,
        "addresses_refused": client.is_abroad,
        "gate": client.gate.state.value,
    }


def reader_report(reader: InventoryReader) -> Mapping[str, Any]:
    """Tell which parts of the inventory failed, and what had no id."""
    return {
        "failed": {name: _cause(error) for name, error in reader.failed.items()},
        "skipped": dict(reader.skipped),
        "complete": reader.complete,
    }


def _cause(error: SystemFailure) -> str:
    """Name a failure by its key and the platform's code."""
    return f"{error.key} ({error.code})" if error.code else error.key
