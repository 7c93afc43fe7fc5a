"""Generic event rules: texts that other programs send to the platform and that become its events (hikcentral §3.10).

`triggerAlarm` is documented in two ways (T24): its name says that it raises the event of a rule, its text that it
configures how the events of a rule are received. Either way it belongs to a rule that exists, and may be called again.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ..arguments import flag, targets, text, texts, word
from ..base import Sink
from ..errors import InvalidArgumentError, SystemFailure
from ..model import Feature
from .client import HikCentralClient
from .records import Camera, Rule

if TYPE_CHECKING:
    from .context import Context

LIST: Final = "eventService/v1/generalEventRule/generalEventRuleList"
ADD: Final = "eventService/v1/generalEventRule/single/add"
DELETE: Final = "eventService/v1/generalEventRule/single/delete"
TRIGGER: Final = "eventService/v1/generalEventRule/triggerAlarm"

LONGEST_NAME: Final = 32
LONGEST_EXPRESSION: Final = 256
LONGEST_DESCRIPTION: Final = 128
LONGEST_ID: Final = 64
MOST_CAMERAS: Final = 16
"""Cameras that are shown with an event; nobody looks at more at once."""

TRANSPORTS: Final[Mapping[str, int]] = MappingProxyType({"tcp": 0, "udp": 1})
MATCHES: Final[Mapping[str, int]] = MappingProxyType({"contains": 0, "exact": 1})
PRIORITIES: Final[Mapping[str, int]] = MappingProxyType({"high": 1, "medium": 2, "low": 3})
"""The other way round than the level of an event (T17)."""


async def read_rules(client: HikCentralClient) -> tuple[Rule, ...]:
    """Read all rules. Raises `SystemFailure`."""
    return tuple(rule for item in await client.pages(LIST) if (rule := Rule.read(item)) is not None)


async def _rule(context: Context, arguments: Mapping[str, Any]) -> Rule:
    """Return the rule that is named by its id or its name; the platform's list is read if it is not a known one."""
    named = text(arguments, "rule", LONGEST_ID)
    if (rule := context.facts().rules.get(named)) is not None:
        return rule
    rules = await read_rules(context.client)
    by_id = [rule for rule in rules if rule.id == named]
    found = by_id or [rule for rule in rules if rule.name == named]
    if len(found) != 1:
        reason = "more than one has this name; give its id" if found else "the platform has no such rule"
        raise InvalidArgumentError(field="rule", reason=reason)
    return found[0]


async def trigger_generic_event(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Raise the event of a `rule`, or configure how its events are received: see above.

    `priority`: a key of `PRIORITIES`; `description`; `features` and `cameras` (ids): cameras shown with it; `popup`:
    whether a window opens on the platform's screens.
    """
    priority = word(arguments, "priority", PRIORITIES, default="medium")
    description = text(arguments, "description", LONGEST_DESCRIPTION, required=False)
    popup = flag(arguments, "popup", default=False)
    linked = [camera.id for camera in targets(features, Camera, "a camera")] if features else []
    cameras = tuple(dict.fromkeys([*linked, *texts(arguments, "cameras")]))
    known = context.facts().cameras
    if unknown := [camera for camera in cameras if camera not in known]:
        raise InvalidArgumentError(field="cameras", reason=f"the platform has no camera {unknown[0]}")
    if len(cameras) > MOST_CAMERAS:
        raise InvalidArgumentError(field="cameras", reason=f"names more than {MOST_CAMERAS}")
    rule = await _rule(context, arguments)
    body: dict[str, Any] = {
        "generalEventRuleIndexCodes": rule.id,
        "description": description or rule.name,
        "alarmPriority": PRIORITIES[priority],
        "triggerPopupWindows": int(popup),
        "defaultPlayType": 0,
    }
    if cameras:
        body["linkCameraList"] = [{"cameraIndexCode": id_, "recordType": _record_type(context, id_)} for id_ in cameras]
    await context.client.call(TRIGGER, body, writes=True)
    return {"rule": rule.id}


def _record_type(context: Context, camera: str) -> int:
    """Return which recording of a camera belongs to an event: 0 main, 1 auxiliary."""
    return 1 if context.facts().cameras[camera].record_type == "1" else 0


async def add_generic_event_rule(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Add a rule and return its id as `rule`: None if the platform does not list it yet.

    `name`, `transport` (`tcp`, `udp`), `match` (`contains`, `exact`), `expression` as people write it
    (`"fire" AND "hall"`), `regular_expression` as the platform applies it.
    """
    name = text(arguments, "name", LONGEST_NAME)
    body = {
        "generalEventRuleName": name,
        "transportType": TRANSPORTS[word(arguments, "transport", TRANSPORTS, default="tcp")],
        "matchType": MATCHES[word(arguments, "match", MATCHES, default="contains")],
        "expression": text(arguments, "expression", LONGEST_EXPRESSION),
        "regularExpression": text(arguments, "regular_expression", LONGEST_EXPRESSION),
    }
    before = {rule.id for rule in await read_rules(context.client)}
    await context.client.call(ADD, body, writes=True)
    # The answer does not say which one it became, so that the list has to.
    try:
        rules = await read_rules(context.client)
    except SystemFailure:
        return {"rule": None}
    return {"rule": next((rule.id for rule in rules if rule.id not in before and rule.name == name), None)}


async def delete_generic_event_rule(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Delete a `rule`, named by its id or its name."""
    rule = await _rule(context, arguments)
    await context.client.call(DELETE, {"generalEventRuleIndexCode": rule.id}, writes=True)
    return {"rule": rule.id}


ACTIONS: Final = MappingProxyType(
    {
        "trigger_generic_event": trigger_generic_event,
        "add_generic_event_rule": add_generic_event_rule,
        "delete_generic_event_rule": delete_generic_event_rule,
    }
)
