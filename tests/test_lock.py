"""Tests of locks."""

from collections.abc import Awaitable, Callable

from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN, LockEntityFeature
from homeassistant.const import ATTR_ENTITY_ID, SERVICE_LOCK, SERVICE_OPEN, SERVICE_UNLOCK
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError, ServiceNotSupported, ServiceValidationError
import pytest

from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import LockFeature, Source
from custom_components.hikvision_ivm.systems.values import LockValue

from .fake_system import CHANNEL, HUB, FakeSystem

type SetUp = Callable[[], Awaitable[FakeSystem]]

DOOR = LockFeature(device_id=CHANNEL, kind=Kind.DOOR_LOCK, source=Source.BOTH, can_open=True)
STRIKE = LockFeature(device_id=HUB, kind=Kind.DOOR_LOCK, can_lock=False)


def shown(hass: HomeAssistant, entity_id: str = "lock.gate") -> State:
    """Return what a lock shows."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state


async def act(hass: HomeAssistant, service: str, entity_id: str = "lock.gate") -> None:
    """Lock, unlock or open."""
    await hass.services.async_call(LOCK_DOMAIN, service, {ATTR_ENTITY_ID: entity_id}, blocking=True)


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (LockValue(locked=True), "locked"),
        (LockValue(locked=True, open=False), "locked"),
        (LockValue(locked=False), "unlocked"),
        (LockValue(locked=False, open=False), "unlocked"),
        (LockValue(locked=False, open=True), "open"),
        (LockValue(locked=True, changing="unlocking"), "unlocking"),
        (LockValue(locked=False, changing="locking"), "locking"),
        (LockValue(locked=True, changing="opening"), "opening"),
        (LockValue(), "unknown"),
        (True, "unknown"),
    ],
)
async def test_states(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, value: LockValue | bool, state: str
) -> None:
    """A door shows what is known of it, and what is not known is not unlocked."""
    system.has(DOOR)
    await set_up()
    assert shown(hass).state == "unknown"
    system.report({DOOR.id: value})
    assert shown(hass).state == state


async def test_who_opened_it(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """The door bears the name of its device, and tells who changed it, if that is known."""
    system.has(DOOR)
    await set_up()
    system.report({DOOR.id: LockValue(locked=False, changed_by="Ann")})
    assert (shown(hass).name, shown(hass).attributes["changed_by"]) == ("Gate", "Ann")
    system.report({DOOR.id: LockValue(locked=True)})
    assert "changed_by" not in shown(hass).attributes


@pytest.mark.parametrize(
    ("service", "action", "state"),
    [(SERVICE_LOCK, "lock", "locked"), (SERVICE_UNLOCK, "unlock", "unlocked"), (SERVICE_OPEN, "open", "open")],
)
async def test_commands(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, service: str, action: str, state: str
) -> None:
    """The state is what the system says after the command, which is given once."""
    system.has(DOOR)
    await set_up()
    assert shown(hass).attributes["supported_features"] == LockEntityFeature.OPEN
    await act(hass, service)
    assert [call for call in system.calls if call[0] == "lock"] == [("lock", DOOR.id, action)]
    assert shown(hass).state == state


async def test_a_strike_cannot_be_locked(hass: HomeAssistant, system: FakeSystem, set_up: SetUp) -> None:
    """What only opens says so, and is asked for nothing else."""
    system.has(STRIKE)
    await set_up()
    assert shown(hass, "lock.recorder").attributes["supported_features"] == LockEntityFeature(0)
    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, SERVICE_LOCK, "lock.recorder")
    assert failed.value.translation_key == "unsupported"
    with pytest.raises(ServiceNotSupported):
        await act(hass, SERVICE_OPEN, "lock.recorder")
    assert system.count("lock") == 0
    await act(hass, SERVICE_UNLOCK, "lock.recorder")
    assert system.count("lock", STRIKE.id, "unlock") == 1


@pytest.mark.parametrize(
    ("failure", "shown_as"),
    [
        (errors.RejectedError(reason="interlocked"), ServiceValidationError),
        (errors.InvalidArgumentError(field="mode", reason="unknown"), ServiceValidationError),
        (errors.DeviceOfflineError(), HomeAssistantError),
        (errors.UnlicensedError(function="doors"), HomeAssistantError),
        (errors.QuotaError(), HomeAssistantError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
async def test_a_refused_command(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    failure: errors.SystemFailure,
    shown_as: type[HomeAssistantError],
) -> None:
    """Only what the caller did wrong is his mistake; the state stays what the system last said."""
    system.has(DOOR)
    await set_up()
    system.report({DOOR.id: LockValue(locked=True)})
    system.failures["lock"] = failure
    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, SERVICE_OPEN)
    assert type(failed.value) is shown_as
    assert (failed.value.translation_key, failed.value.translation_placeholders) == (failure.key, failure.placeholders)
    assert shown(hass).state == "locked"
