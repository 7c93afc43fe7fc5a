"""Generic event rules: texts that reach the platform by TCP or UDP and become events (hikcentral §3.10)."""

from dataclasses import dataclass, field
import re
from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import PAGE, Call, Refuse, endpoint, number, text

from .checks import EXISTS, FULL, INCORRECT, NO_SUCH, objects, whole, words

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

GENERIC_EVENT = 195
TCP, UDP = 0, 1
CONTAINS, EXACT = 0, 1
LEVELS = {1: 3, 2: 2, 3: 1}
"""Level of events by alarm priority: both count, in opposite directions."""
MOST_RULES = 256


@dataclass(slots=True)
class Rule:
    """A generic event rule. `level` of its events, 0: none set; `description` and `cameras` come from triggerAlarm."""

    id: str
    name: str
    transport: int = TCP
    match: int = CONTAINS
    expression: str = '"1" AND "2"'
    pattern: str = "(1.*2|2.*1)"
    level: int = 0
    description: str = ""
    cameras: list[str] = field(default_factory=list)

    def fits(self, received: str) -> bool:
        """Tell whether a text makes an event of this rule."""
        find = re.fullmatch if self.match == EXACT else re.search
        return find(self.pattern, received, re.DOTALL) is not None


@dataclass(frozen=True, slots=True)
class Trigger:
    """What triggerAlarm was called with; `event` is the one that it made, empty where it only enables the rule."""

    rule: str
    description: str
    priority: int
    popup: bool
    cameras: tuple[str, ...]
    playback: bool
    event: str = ""


OF_RULE = (
    text("generalEventRuleName", required=True, longest=32),
    number("transportType", required=True, among=(TCP, UDP)),
    number("matchType", required=True, among=(CONTAINS, EXACT)),
    text("expression", required=True, longest=256),
    text("regularExpression", required=True, longest=256),
)
RULE_ID = text("generalEventRuleIndexCode", required=True, longest=64)


def _rule_row(rule: Rule) -> dict[str, Any]:
    return {
        "generalEventRuleIndexCode": rule.id,
        "generalEventRuleName": rule.name,
        "transportType": rule.transport,
        "matchType": rule.match,
        "expression": rule.expression,
        "regularExpression": rule.pattern,
    }


@endpoint("eventService/v1/generalEventRule/generalEventRuleList", *PAGE, since=(2, 0, 0))
def rule_list(platform: HikCentralSimulator, call: Call) -> Any:
    """All rules."""
    return paged(platform, call, list(platform.state.rules.values()), _rule_row)


def _rule(platform: HikCentralSimulator, rule_id: str) -> Rule:
    try:
        return platform.state.rules[rule_id]
    except KeyError:
        raise Refuse(NO_SUCH) from None


def _take(platform: HikCentralSimulator, call: Call, rule: Rule) -> Rule:
    """Write the fields of a request into a rule. Raises Refuse for a name in use and a pattern that is none."""
    name, pattern = call.text("generalEventRuleName"), call.text("regularExpression")
    if any(other.name == name and other.id != rule.id for other in platform.state.rules.values()):
        raise Refuse(EXISTS)
    try:
        re.compile(pattern)
    except re.error as error:
        raise Refuse(INCORRECT, f"regularExpression: {error}") from error
    rule.name, rule.pattern, rule.expression = name, pattern, call.text("expression")
    rule.transport, rule.match = whole(call, "transportType"), whole(call, "matchType")
    return rule


@endpoint("eventService/v1/generalEventRule/single/add", *OF_RULE, since=(2, 0, 0))
def add(platform: HikCentralSimulator, call: Call) -> Any:
    """Add a rule; the answer does not tell its id."""
    state = platform.state
    if len(state.rules) >= MOST_RULES:
        raise Refuse(FULL)
    rule = _take(platform, call, Rule("", ""))
    rule.id = state.next_id("rule", *state.rules)
    state.rules[rule.id] = rule
    return ""


@endpoint("eventService/v1/generalEventRule/single/update", RULE_ID, *OF_RULE, since=(2, 0, 0))
def update(platform: HikCentralSimulator, call: Call) -> Any:
    """Change a rule."""
    _take(platform, call, _rule(platform, call.text("generalEventRuleIndexCode")))
    return ""


@endpoint("eventService/v1/generalEventRule/single/delete", RULE_ID, since=(2, 0, 0))
def delete(platform: HikCentralSimulator, call: Call) -> Any:
    """Delete a rule."""
    del platform.state.rules[_rule(platform, call.text("generalEventRuleIndexCode")).id]
    return ""


@endpoint(
    "eventService/v1/generalEventRule/triggerAlarm",
    words("generalEventRuleIndexCodes", most=1, required=True, longest=32),
    text("description", required=True, longest=128),
    number("alarmPriority", required=True, among=(1, 2, 3)),
    number("triggerPopupWindows", among=(0, 1)),
    objects("linkCameraList", text("cameraIndexCode", required=True, longest=64), number("recordType", among=(0, 1))),
    number("defaultPlayType", among=(0, 1)),
    since=(2, 0, 0),
)
def trigger(platform: HikCentralSimulator, call: Call) -> Any:
    """Set what the rule's alarms are like and, unless `state.trigger_enables_only`, let one happen.

    The name says one thing and the text another (hikcentral T24): both can be had.
    """
    state = platform.state
    rule = _rule(platform, call.words("generalEventRuleIndexCodes")[0])
    cameras = [row["cameraIndexCode"] for row in call.body.get("linkCameraList") or ()]
    if not set(cameras) <= set(state.cameras):
        raise Refuse(NO_SUCH, "no such camera")
    priority = whole(call, "alarmPriority")
    rule.level, rule.description, rule.cameras = LEVELS[priority], call.text("description"), cameras
    event = "" if state.trigger_enables_only else happen(platform, rule)
    state.triggers.append(
        Trigger(
            rule=rule.id,
            description=rule.description,
            priority=priority,
            popup=whole(call, "triggerPopupWindows") == 1,
            cameras=tuple(cameras),
            playback=whole(call, "defaultPlayType") == 1,
            event=event,
        )
    )
    return ""


def happen(platform: HikCentralSimulator, rule: Rule) -> str:
    """Let the event of a rule happen and return its id."""
    return platform.happen(
        GENERIC_EVENT,
        "generalEventRule",
        rule.id,
        level=rule.level,
        source_name=rule.name,
        description=rule.description or rule.name,
        link_cameras=rule.cameras,
    )


def receive(platform: HikCentralSimulator, received: str, transport: int = TCP) -> list[str]:
    """Take a text from the network as the platform's generic event port does; return the ids of the events it made."""
    fitting = [rule for rule in platform.state.rules.values() if rule.transport == transport and rule.fits(received)]
    return [happen(platform, rule) for rule in fitting]
