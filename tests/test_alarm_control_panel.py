"""Tests of alarm control panels: states, codes, and what is said when arming is refused."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from homeassistant.components.alarm_control_panel import (
    DOMAIN as ALARM_DOMAIN,
    AlarmControlPanelEntityFeature as Ability,
)
from homeassistant.const import (
    ATTR_ENTITY_ID,
    SERVICE_ALARM_ARM_AWAY,
    SERVICE_ALARM_ARM_HOME,
    SERVICE_ALARM_ARM_NIGHT,
    SERVICE_ALARM_DISARM,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError, ServiceNotSupported, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, AlarmPanelFeature, Report, Source
from custom_components.hikvision_ivm.systems.values import AlarmPanelValue, ArmMode, ArmState, LockValue

from .fake_system import HUB, FakeSystem

type SetUp = Callable[[], Awaitable[FakeSystem]]

HOUSE = AlarmPanelFeature(device_id=HUB, kind=Kind.PANEL, source=Source.BOTH)
FIRST = AlarmPanelFeature(device_id=HUB, kind=Kind.PARTITION, part="1", source=Source.BOTH)
SECOND = AlarmPanelFeature(
    device_id=HUB, kind=Kind.PARTITION, part="2", modes=frozenset({ArmMode.AWAY, ArmMode.NIGHT}), source=Source.BOTH
)
WHOLE = AlarmPanelFeature(device_id=HUB, kind=Kind.PARTITION, part="all", source=Source.BOTH)
HOUSE_ID = "alarm_control_panel.recorder"
FIRST_ID = "alarm_control_panel.recorder_partition_1"
SECOND_ID = "alarm_control_panel.recorder_partition_2"
WAYS = {SERVICE_ALARM_ARM_HOME: ArmMode.HOME, SERVICE_ALARM_ARM_AWAY: ArmMode.AWAY}


def shown(hass: HomeAssistant, entity_id: str = FIRST_ID) -> State:
    """Return what a partition shows."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state


async def act(hass: HomeAssistant, service: str, entity_id: str = FIRST_ID, **data: Any) -> None:
    """Arm or disarm."""
    await hass.services.async_call(ALARM_DOMAIN, service, {ATTR_ENTITY_ID: entity_id, **data}, blocking=True)


def commands(system: FakeSystem) -> list[tuple[object, ...]]:
    """Return what was sent."""
    return [call for call in system.calls if call[0] in {"arm", "disarm"}]


def options(hass: HomeAssistant, entry: MockConfigEntry, data: Mapping[str, Any]) -> None:
    """Choose options before the entry is set up."""
    hass.config_entries.async_update_entry(entry, options=data)


# states


@pytest.mark.parametrize("state", ArmState)
async def test_states(hass: HomeAssistant, system: FakeSystem, set_up: SetUp, state: ArmState) -> None:
    """A partition shows what its system says, in Home Assistant's words."""
    system.has(FIRST)
    await set_up()
    system.report({FIRST.id: AlarmPanelValue(state=state)})
    assert shown(hass).state == state.value


@pytest.mark.parametrize(
    "value", [None, AlarmPanelValue(open_zones=("Door",)), LockValue(locked=False), False, "disarmed"]
)
async def test_what_is_not_known_is_not_disarmed(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, value: Any
) -> None:
    """Nothing known, no state known, and values that are none: all of them are unknown."""
    system.has(FIRST)
    await set_up()
    assert shown(hass).state == "unknown"
    system.report({FIRST.id: AlarmPanelValue(state=ArmState.ARMED_AWAY)})
    assert shown(hass).state == "armed_away"
    system.sink.report(Report(values={FIRST.id: UNKNOWN if value is None else value}))
    assert shown(hass).state == "unknown"


async def test_attributes(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """Who did it and which zones it is about; nothing of it while nothing is known."""
    system.has(FIRST)
    await set_up()
    assert not shown(hass).attributes.keys() & {"open_zones", "alarm_zones", "bypassed_zones"}
    value = AlarmPanelValue(
        state=ArmState.TRIGGERED,
        changed_by="Ann",
        open_zones=("Front door", "Hall"),
        alarm_zones=("Front door",),
        bypassed_zones=("Cellar",),
    )
    system.report({FIRST.id: value})
    attributes = shown(hass).attributes
    assert attributes["changed_by"] == "Ann"
    assert attributes["open_zones"] == ["Front door", "Hall"]
    assert (attributes["alarm_zones"], attributes["bypassed_zones"]) == (["Front door"], ["Cellar"])
    system.report({FIRST.id: AlarmPanelValue(state=ArmState.DISARMED)})
    assert (shown(hass).attributes["changed_by"], shown(hass).attributes["open_zones"]) == (None, [])


async def test_names_and_abilities(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """The whole panel bears the name of its device; every partition offers what it can."""
    system.has(HOUSE, FIRST, SECOND)
    await set_up()
    assert [shown(hass, entity_id).name for entity_id in (HOUSE_ID, FIRST_ID, SECOND_ID)] == [
        "Recorder", "Recorder Partition 1", "Recorder Partition 2",
    ]  # fmt: skip
    assert shown(hass).attributes["supported_features"] == Ability.ARM_HOME | Ability.ARM_AWAY
    assert shown(hass, SECOND_ID).attributes["supported_features"] == Ability.ARM_AWAY | Ability.ARM_NIGHT
    await act(hass, SERVICE_ALARM_ARM_NIGHT, SECOND_ID)
    with pytest.raises(ServiceNotSupported):
        await act(hass, SERVICE_ALARM_ARM_NIGHT)
    assert commands(system) == [("arm", SECOND.id, ArmMode.NIGHT)]


async def test_a_panel_that_does_not_number_its_partitions(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp
) -> None:
    """Its only partition is the panel."""
    system.has(WHOLE)
    await set_up()
    assert shown(hass, HOUSE_ID).name == "Recorder"


async def test_a_partition_with_a_name(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """Where the panel tells one."""
    system.has(AlarmPanelFeature(device_id=HUB, kind=Kind.PARTITION, part="1", label="Ground floor"))
    await set_up()
    assert shown(hass, "alarm_control_panel.recorder_partition_ground_floor").name == "Recorder Partition Ground floor"


# commands


@pytest.mark.parametrize(("service", "mode"), WAYS.items())
async def test_arm(hass: HomeAssistant, system: FakeSystem, set_up: SetUp, service: str, mode: ArmMode) -> None:
    """Without a code in the options, none is asked for. What is shown is what the system says afterwards."""
    system.has(FIRST)
    await set_up()
    attributes = shown(hass).attributes
    assert (attributes["code_format"], attributes["code_arm_required"]) == (None, False)
    await act(hass, service)
    assert commands(system) == [("arm", FIRST.id, mode)]
    assert shown(hass).state == "arming"
    await act(hass, SERVICE_ALARM_DISARM, code="whatever")
    assert commands(system)[1:] == [("disarm", FIRST.id)]
    assert shown(hass).state == "disarmed"


@pytest.mark.parametrize("failure", ["arm", "disarm"])
async def test_refused(hass: HomeAssistant, system: FakeSystem, set_up: SetUp, failure: str) -> None:
    """A refusal names the zones that stand against it, and changes nothing."""
    system.has(FIRST)
    await set_up()
    system.report({FIRST.id: AlarmPanelValue(state=ArmState.DISARMED)})
    zones = "Front door (open), Hall (offline)"
    system.failures[failure] = errors.ArmingRefusedError(partition="Partition 1", zones=zones, reason="setArmingError")
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, SERVICE_ALARM_ARM_AWAY if failure == "arm" else SERVICE_ALARM_DISARM)
    assert (refused.value.translation_domain, refused.value.translation_key) == (DOMAIN, "arming_refused")
    assert zones in str(refused.value)
    assert "Partition 1" in str(refused.value)
    assert shown(hass).state == "disarmed"


async def test_out_of_reach(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """A failure that is nobody's mistake is one, and what is offline shows nothing."""
    system.has(FIRST)
    await set_up()
    system.failures["arm"] = errors.DeviceOfflineError()
    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, SERVICE_ALARM_ARM_AWAY)
    assert (type(failed.value), failed.value.translation_key) == (HomeAssistantError, "device_offline")
    system.report({FIRST.id: AlarmPanelValue(state=ArmState.ARMED_AWAY)}, available={HUB: False})
    assert shown(hass).state == "unavailable"
    system.report(available={HUB: True})
    assert shown(hass).state == "armed_away"


async def test_one_partition_does_not_keep_another_waiting(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order of commands is the system's to keep, for each panel: all of them reach it at once."""
    under_way: list[str] = []

    async def arm(feature: AlarmPanelFeature, mode: ArmMode, sink: object) -> None:
        under_way.append(feature.part)
        while len(under_way) < 2:
            await hass.async_add_executor_job(int)

    monkeypatch.setattr(system, "arm", arm)
    system.has(FIRST, SECOND)
    await set_up()
    await hass.services.async_call(
        ALARM_DOMAIN, SERVICE_ALARM_ARM_AWAY, {ATTR_ENTITY_ID: [FIRST_ID, SECOND_ID]}, blocking=True
    )
    assert sorted(under_way) == ["1", "2"]


# the code


@pytest.mark.parametrize(
    ("code", "form"), [("1234", "number"), ("0", "number"), ("12a4", "text"), ("²³", "text"), ("sésame", "text")]
)
async def test_code_to_disarm(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry, code: str, form: str
) -> None:
    """Without the code nothing is sent; digits are entered by keypad. Arming does not ask for it."""
    options(hass, entry, {"alarm_code": code})
    system.has(FIRST)
    await set_up()
    attributes = shown(hass).attributes
    assert (attributes["code_format"], attributes["code_arm_required"]) == (form, False)
    for wrong in ({}, {"code": ""}, {"code": f"{code}0"}, {"code": code[:-1]}, {"code": f" {code}"}):
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, SERVICE_ALARM_DISARM, **wrong)
        assert (refused.value.translation_domain, refused.value.translation_key) == (DOMAIN, "wrong_code")
    assert commands(system) == []
    await act(hass, SERVICE_ALARM_ARM_HOME)
    await act(hass, SERVICE_ALARM_DISARM, code=code)
    assert [call[0] for call in commands(system)] == ["arm", "disarm"]


@pytest.mark.parametrize("service", WAYS)
async def test_code_to_arm(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry, service: str
) -> None:
    """Where the user wants it, arming asks for the code, too."""
    options(hass, entry, {"alarm_code": "1234", "code_to_arm": True})
    system.has(FIRST)
    await set_up()
    assert shown(hass).attributes["code_arm_required"] is True
    with pytest.raises(ServiceValidationError):
        await act(hass, service)
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, service, code="4321")
    assert refused.value.translation_key == "wrong_code"
    assert commands(system) == []
    await act(hass, service, code="1234")
    assert commands(system) == [("arm", FIRST.id, WAYS[service])]


@pytest.mark.parametrize("data", [{"alarm_code": "", "code_to_arm": True}, {"code_to_arm": True}, {"alarm_code": None}])
async def test_no_code(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry, data: Mapping[str, Any]
) -> None:
    """No code is no code, whatever else is chosen: nobody is locked out."""
    options(hass, entry, data)
    system.has(FIRST)
    await set_up()
    attributes = shown(hass).attributes
    assert (attributes["code_format"], attributes["code_arm_required"]) == (None, False)
    await act(hass, SERVICE_ALARM_ARM_AWAY)
    await act(hass, SERVICE_ALARM_DISARM)
    assert len(commands(system)) == 2


async def test_the_code_is_kept_to_itself(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """It is in no state, in no error and in no line of ours in the log."""
    caplog.set_level("DEBUG", "custom_components.hikvision_ivm")
    options(hass, entry, {"alarm_code": "sesame77"})
    system.has(HOUSE, FIRST)
    await set_up()
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, SERVICE_ALARM_DISARM, code="sesame76")
    await act(hass, SERVICE_ALARM_DISARM, code="sesame77")
    ours = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("custom_components"))
    states = str([state.as_dict() for state in hass.states.async_all()])
    for text in (str(refused.value), repr(refused.value.translation_placeholders), ours, states, repr(system.calls)):
        assert "sesame7" not in text
