"""Generic event rules over real sockets (hikcentral §3.10, T17, T24)."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    ConnectionFailedError,
    InvalidArgumentError,
    NotFoundError,
    RejectedError,
)
from custom_components.hikvision_ivm.systems.hikcentral.rules import ADD, DELETE, LIST, TRIGGER, read_rules
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import CameraFeature, SwitchFeature
from simulators.hikcentral.plan import SitePlan

from .command_bench import bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

RULE: dict[str, Any] = {
    "name": "Fire in the hall",
    "transport": "udp",
    "match": "exact",
    "expression": '"fire" AND "hall"',
    "regular_expression": "(fire.*hall|hall.*fire)",
}


async def test_a_rule_is_added_used_and_deleted() -> None:
    """The platform does not say which id it got; the list does."""
    async with bench() as made:
        added = await made.act("add_generic_event_rule", **RULE)
        rule = made.platform.state.rules[added["rule"]]
        assert (rule.name, rule.transport, rule.match) == ("Fire in the hall", 1, 1)
        assert (rule.expression, rule.pattern) == ('"fire" AND "hall"', "(fire.*hall|hall.*fire)")
        found = await made.act(
            "trigger_generic_event", rule="Fire in the hall", priority="high", description=" Smoke ", cameras=["2", "1", "2"],
            popup=True,
        )  # fmt: skip
        assert found == {"rule": rule.id}
        trigger = made.platform.state.triggers[0]
        assert (trigger.rule, trigger.description, trigger.priority) == (rule.id, "Smoke", 1)
        assert (trigger.popup, trigger.cameras) == (True, ("2", "1"))
        assert await made.act("delete_generic_event_rule", rule=rule.id) == {"rule": rule.id}
        assert rule.id not in made.platform.state.rules
        for path in (ADD, TRIGGER, DELETE):
            assert made.platform.count(path) == 1


async def test_what_is_left_out_has_a_sensible_value() -> None:
    """A known rule is not looked up; the description is its name; high is 1 and low is 3."""
    async with bench() as made:
        for priority, number in (("medium", 2), ("low", 3), (None, 2)):
            await made.act("trigger_generic_event", rule="1", priority=priority)
            assert made.bodies(TRIGGER)[-1]["alarmPriority"] == number
        assert made.bodies(TRIGGER)[0] == {
            "generalEventRuleIndexCodes": "1", "description": made.platform.state.rules["1"].name, "alarmPriority": 2,
            "triggerPopupWindows": 0, "defaultPlayType": 0,
        }  # fmt: skip
        assert made.platform.count(LIST) == 0
        added = await made.act("add_generic_event_rule", name="x", expression="x", regular_expression="x")
        rule = made.platform.state.rules[added["rule"]]
        assert (rule.transport, rule.match) == (0, 0)


async def test_cameras_may_be_entities() -> None:
    """Of whatever stream, each camera once; something else is none."""
    async with bench() as made:
        main, sub = (made.feature(CameraFeature, kind, "2") for kind in (Kind.MAIN_STREAM, Kind.SUB_STREAM))
        await made.act("trigger_generic_event", [main, sub], rule="1", cameras=["1", "2"])
        assert made.platform.state.triggers[0].cameras == ("2", "1")
        with pytest.raises(InvalidArgumentError):
            await made.act("trigger_generic_event", [SwitchFeature(device_id="d", kind=Kind.ALARM_OUTPUT)], rule="1")
        assert len(made.platform.state.triggers) == 1


async def test_the_recording_of_a_camera_is_the_one_it_has() -> None:
    """Main or auxiliary."""
    async with bench() as made:
        object.__setattr__(made.context.facts().cameras["1"], "record_type", "1")
        await made.act("trigger_generic_event", rule="1", cameras=["1", "2"])
        assert made.bodies(TRIGGER)[0]["linkCameraList"] == [
            {"cameraIndexCode": "1", "recordType": 1},
            {"cameraIndexCode": "2", "recordType": 0},
        ]


@pytest.mark.parametrize("profile", ["table", "sample", "hostile"])
async def test_rules_are_listed(profile: Any) -> None:
    """In every shape."""
    async with bench(profile=profile, site=SitePlan(rules=3)) as made:
        assert [rule.id for rule in await read_rules(made.client)] == ["1", "2", "3"]


async def test_a_rule_that_is_not_one_rule() -> None:
    """Unknown, or a name of two: nothing is changed."""
    async with bench(site=SitePlan(rules=3)) as made:
        made.platform.state.rules["3"].name = made.platform.state.rules["2"].name
        for rule in ("Nothing", made.platform.state.rules["2"].name, "", None, "x" * 65, True):
            for action in ("trigger_generic_event", "delete_generic_event_rule"):
                with pytest.raises(InvalidArgumentError) as raised:
                    await made.act(action, rule=rule)
                assert raised.value.placeholders["field"] == "rule"
        assert {request.path for request in made.platform.requests} == {LIST}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 33}, "name"),
        ({"transport": "sctp"}, "transport"),
        ({"match": "maybe"}, "match"),
        ({"match": 1}, "match"),
        ({"expression": ""}, "expression"),
        ({"expression": "x" * 257}, "expression"),
        ({"regular_expression": None}, "regular_expression"),
        ({"regular_expression": ["x"]}, "regular_expression"),
    ],
)
async def test_bad_rules_are_found_before_anything_is_sent(change: dict[str, Any], field: str) -> None:
    """With the name of the field."""
    async with bench() as made:
        with pytest.raises(InvalidArgumentError) as raised:
            await made.act("add_generic_event_rule", **{**RULE, **change})
        assert raised.value.placeholders["field"] == field
        assert not made.platform.requests


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"priority": "urgent"}, "priority"),
        ({"description": "x" * 129}, "description"),
        ({"popup": "yes"}, "popup"),
        ({"cameras": ["1", "99"]}, "cameras"),
        ({"cameras": [True]}, "cameras"),
        ({"cameras": [" "]}, "cameras"),
        ({"cameras": [str(number) for number in range(1, 19)]}, "cameras"),
    ],
)
async def test_bad_triggers_are_found_before_anything_is_sent(change: dict[str, Any], field: str) -> None:
    """With the name of the field."""
    async with bench(site=SitePlan(cameras=18)) as made:
        with pytest.raises(InvalidArgumentError) as raised:
            await made.act("trigger_generic_event", **{"rule": "1", **change})
        assert raised.value.placeholders["field"] == field
        assert not made.platform.requests


async def test_errors_of_the_platform_are_passed_on() -> None:
    """A name in use, a rule that is gone; a lost answer is not repeated, and a list that fails afterwards is no failure."""
    async with bench() as made:
        with pytest.raises(RejectedError):
            await made.act("add_generic_event_rule", **{**RULE, "name": made.platform.state.rules["1"].name})
        made.platform.fault(ADD, drop=True, times=1)
        with pytest.raises(ConnectionFailedError):
            await made.act("add_generic_event_rule", **RULE)
        assert made.platform.count(ADD) == 2
        del made.platform.state.rules["1"]
        with pytest.raises(NotFoundError):
            await made.act("trigger_generic_event", rule="1")


async def test_a_list_that_fails_after_a_rule_was_added() -> None:
    """It was added; which id it got is not known."""
    async with bench() as made:
        made.platform.fault(ADD, data="")
        assert await made.act("add_generic_event_rule", **RULE) == {"rule": None}
        made.platform.heal()
        made.platform.fault(LIST, data={"list": [{"generalEventRuleIndexCode": "1"}]}, times=1)
        made.platform.fault(LIST, code="0x00072201")
        assert await made.act("add_generic_event_rule", **RULE) == {"rule": None}
        assert len(made.platform.state.rules) == 2


async def test_a_rule_of_the_same_name_is_not_taken_for_the_new_one() -> None:
    """It was there before."""
    async with bench() as made:
        made.platform.state.rules["1"].name = RULE["name"]
        made.platform.fault(ADD, data="")
        assert await made.act("add_generic_event_rule", **RULE) == {"rule": None}
