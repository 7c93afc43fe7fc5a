"""Calls that command: arming, disarming, alarms, bypass, deactivation, relays (ip-receiver §3.5-3.8, §3.11)."""

from collections.abc import Mapping
from typing import Any

from .answers import RefusedError, envelope
from .calls import MODES, Call, is_number, objects
from .state import Record

SWITCHED: Mapping[str, str] = {"open": "on", "close": "off"}
"""`open` switches a relay on (L4629, L962)."""


def arm(call: Call) -> dict[str, Any]:
    """E5."""
    if call.query["ways"] not in {"stay", "away"}:
        raise RefusedError("badParameters")
    numbers = call.partitions()
    acts = call.receiver.acts(call.panel)
    if call.receiver.refuse_open and acts.blocking(numbers):
        acts.arming_failed(numbers, call.user)
        raise RefusedError("setArmingError")
    acts.begin_arming(numbers, call.query["ways"], call.user)
    return envelope(url=call.path)


def disarm(call: Call) -> dict[str, Any]:
    """E10."""
    call.receiver.acts(call.panel).end_arming(call.partitions(), call.user)
    return envelope(url=call.path)


def clear_alarm(call: Call) -> dict[str, Any]:
    """E9."""
    call.receiver.acts(call.panel).clear(call.partitions(), call.user)
    return envelope(url=call.path)


def bypass(call: Call) -> dict[str, Any]:
    """E6."""
    return _bypass(call, on=True)


def bypass_recover(call: Call) -> dict[str, Any]:
    """E7."""
    return _bypass(call, on=False)


def _bypass(call: Call, *, on: bool) -> dict[str, Any]:
    """Bypass all of the listed zones or none of them."""
    chosen = []
    for item in call.items():
        if set(item) != {"id"}:
            raise RefusedError("badParameters")
        zone = call.zone(item["id"])
        if not zone.fields.get("isBypassedAvailable", True):
            raise RefusedError("interfaceOperationError")
        chosen.append(zone)
    call.receiver.acts(call.panel).set_bypass(chosen, on=on)
    return envelope(url=call.path)


def deactivation(call: Call) -> dict[str, Any]:
    """E8."""
    if not call.panel.can_deactivate:
        raise RefusedError("notSupport")
    chosen = []
    for item in call.items():
        modes = {name: mode for name, mode in item.items() if name != "id"}
        if not modes or not set(modes) <= {"oneTimeDeactivationMode", "deactivationMode"} or "id" not in item:
            raise RefusedError("badParameters")
        if not all(isinstance(mode, str) and mode in MODES for mode in modes.values()):
            raise RefusedError("badParameters")
        chosen.append((call.zone(item["id"]), modes))
    for zone, modes in chosen:
        call.receiver.acts(call.panel).deactivate(zone, modes)
    return envelope(url=call.path)


def outputs(call: Call) -> Any:
    """E11: every relay that can be switched is; the others are listed with the reason."""
    wanted = call.inner("OutputsCtrl", required=frozenset({"switch", "List"}))
    if wanted["switch"] not in SWITCHED:
        raise RefusedError("badParameters")
    failed, switched = [], []
    for item in objects(wanted["List"]):
        if not item or not set(item) <= {"id", "seq"}:
            raise RefusedError("badParameters")
        relay = _relay(call.panel.outputs, item)
        name = str(item.get("id", item.get("seq")))
        if relay is None:
            failed.append({"id": name, **envelope("invalidContent")})
        elif relay.fields.get("status") in {"offline", "notRelated"}:
            failed.append({"id": name, **envelope("deviceError")})
        else:
            switched.append((name, relay))
    for _, relay in switched:
        if not call.receiver.deaf:
            relay.fields["status"] = SWITCHED[wanted["switch"]]
    if not failed:
        return envelope(url=call.path)
    listed = [{"id": name} for name, _ in switched] if call.receiver.all_listed else []
    return call.receiver.respond(
        {"requestURL": call.path, "ErrorList": [*listed, *failed]}, 500 if call.receiver.http_errors else 200
    )


def _relay(relays: list[Record], item: Mapping[str, Any]) -> Record | None:
    """Return the relay that an item names by number or, if it has none, by serial (L4632-4635)."""
    if "id" in item and not is_number(item["id"]):
        raise RefusedError("badParameters")
    for relay in relays:
        if all(relay.fields.get(key) == value for key, value in item.items()):
            return relay
    return None
