"""Tests of set-up, unloading, removal and what they ask of a system."""

import asyncio
from collections.abc import Awaitable, Callable
import logging
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, flush_store
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components import hikvision_ivm
from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    BinarySensorFeature,
    Identity,
    Problem,
    Report,
    SensorFeature,
    Source,
    SwitchFeature,
)

from .fake_system import CHANNEL, DEVICES, HUB, PASSWORD, FakeSystem, fake_entry

type SetUp = Callable[[], Awaitable[FakeSystem]]
type Locks = Callable[[], list[str]]

MOTION = BinarySensorFeature(device_id=CHANNEL, kind=Kind.MOTION, source=Source.PUSH, hold=5.0)
SWITCH = SwitchFeature(device_id=CHANNEL, kind=Kind.MOTION)
CPU = SensorFeature(device_id=HUB, kind=Kind.CPU_USAGE, unit="%")


@pytest.fixture
def locks(issue_registry: ir.IssueRegistry) -> Locks:
    """Return a function that reads the minutes of every locked account that is shown."""
    return lambda: [
        (issue.translation_placeholders or {})["minutes"]
        for issue in issue_registry.issues.values()
        if issue.translation_key == "account_locked"
    ]


async def test_load_unload_and_load_again(hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp) -> None:
    """An entry comes, goes without a trace and comes again."""
    system = FakeSystem()
    for round_number in (1, 2):
        system = await set_up()
        assert entry.state is ConfigEntryState.LOADED
        assert await hass.config_entries.async_unload(entry.entry_id)
        assert entry.state is ConfigEntryState.NOT_LOADED
        assert system.closed == round_number
    assert system.count("identify") == system.count("inventory") == 2


async def test_three_steps_and_details_know_who_looks(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entity_registry: er.EntityRegistry
) -> None:
    """Identity, inventory and entities come before details, which are read for enabled entities only."""
    disabled = SwitchFeature(device_id=CHANNEL, kind=Kind.TAMPER, enabled=False)
    system.has(MOTION, SWITCH, disabled)
    system.details = Report(values={SWITCH.id: True})
    await set_up()
    assert [call[0] for call in system.calls] == ["identify", "inventory", "listen", "prime"]
    assert set(system.primed_for) == {MOTION.id, SWITCH.id}
    state = hass.states.get("switch.gate_motion_detection")
    assert state is not None and state.state == "on"
    registered = entity_registry.async_get("switch.gate_tampering_detection")
    assert registered is not None and registered.disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_devices_hang_on_their_parents(
    system: FakeSystem, set_up: SetUp, entry: MockConfigEntry, device_registry: dr.DeviceRegistry
) -> None:
    """A recorder's channel points to the recorder; only the recorder can be found by its hardware address."""
    await set_up()
    hub = device_registry.async_get_device_by_identifier((DOMAIN, HUB), entry.entry_id)
    channel = device_registry.async_get_device_by_identifier((DOMAIN, CHANNEL), entry.entry_id)
    assert hub is not None and channel is not None
    assert channel.via_device_id == hub.id
    assert (hub.sw_version, hub.serial_number, hub.manufacturer) == ("V1.0", "SN1", "Acme")
    assert hub.connections == {(dr.CONNECTION_NETWORK_MAC, "aa:bb:cc:dd:ee:ff")}
    assert channel.connections == set()


@pytest.mark.parametrize("step", ["identify", "inventory"])
@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (errors.ConnectionFailedError(reason="refused"), ConfigEntryState.SETUP_RETRY),
        (errors.ResponseTimeoutError(reason="15 s"), ConfigEntryState.SETUP_RETRY),
        (errors.ProtocolError(reason="HTML"), ConfigEntryState.SETUP_RETRY),
        (errors.BasicOnlyError(reason="Basic over HTTP"), ConfigEntryState.SETUP_RETRY),
        (errors.BusyError(retry_after=3), ConfigEntryState.SETUP_RETRY),
        (errors.InsufficientRightsError(right="remote"), ConfigEntryState.SETUP_RETRY),
        (errors.AccessDisabledError(), ConfigEntryState.SETUP_RETRY),
        (errors.PlatformUserError(reason="locked"), ConfigEntryState.SETUP_RETRY),
        (errors.QuotaError(), ConfigEntryState.SETUP_RETRY),
        (errors.UnlicensedError(function="OpenAPI"), ConfigEntryState.SETUP_RETRY),
        (errors.NotActivatedError(), ConfigEntryState.SETUP_ERROR),
        (errors.UnsupportedError(function="ISAPI"), ConfigEntryState.SETUP_ERROR),
        (errors.AuthenticationError(attempts_left=4), ConfigEntryState.SETUP_ERROR),
        (errors.AccountLockedError(unlock_seconds=600), ConfigEntryState.SETUP_ERROR),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
async def test_failed_set_up_says_why_and_closes(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    system: FakeSystem,
    set_up: SetUp,
    step: str,
    failure: errors.SystemFailure,
    state: ConfigEntryState,
    locks: Locks,
) -> None:
    """What fails is told by its translated sentence, and nothing is left open."""
    system.failures[step] = failure
    await set_up()
    assert entry.state is state
    assert entry.error_reason_translation_key == failure.key
    assert entry.error_reason_translation_placeholders == failure.placeholders
    assert system.closed == 1
    asked = [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()]
    assert asked == ([SOURCE_REAUTH] if isinstance(failure, errors.AuthenticationError) else [])
    assert locks() == (["10"] if isinstance(failure, errors.AccountLockedError) else [])
    del system.failures[step]
    if state is ConfigEntryState.SETUP_RETRY:
        await hass.config_entries.async_reload(entry.entry_id)
        assert entry.state is ConfigEntryState.LOADED


async def test_a_lock_is_told_until_it_is_over(
    hass: HomeAssistant, entry: MockConfigEntry, system: FakeSystem, set_up: SetUp, locks: Locks
) -> None:
    """With the minutes of the last try; gone when the entry loads, fails otherwise, or is removed."""
    system.failures["inventory"] = errors.AccountLockedError(unlock_seconds=600)
    await set_up()
    assert locks() == ["10"]
    system.failures["inventory"] = errors.AccountLockedError(unlock_seconds=300)
    await hass.config_entries.async_reload(entry.entry_id)
    assert locks() == ["5"]
    del system.failures["inventory"]
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert locks() == []
    for end in (errors.AuthenticationError(), errors.ConnectionFailedError(reason="refused")):
        system.failures["identify"] = errors.AccountLockedError()
        await hass.config_entries.async_reload(entry.entry_id)
        assert locks() == ["–"]
        system.failures["identify"] = end
        await hass.config_entries.async_reload(entry.entry_id)
        assert locks() == []
    system.failures["identify"] = errors.AccountLockedError()
    await hass.config_entries.async_reload(entry.entry_id)
    assert locks() == ["–"]
    await hass.config_entries.async_remove(entry.entry_id)
    assert locks() == []


@pytest.mark.parametrize(
    ("failure", "key", "placeholders"),
    [
        (errors.AccessDisabledError(), "access_disabled", {}),
        (errors.PlatformUserError(reason="locked"), "platform_user", {"reason": "locked"}),
        (errors.UnlicensedError(function="OpenAPI"), "unlicensed", {"function": "OpenAPI"}),
    ],
)
async def test_what_must_be_done_elsewhere_is_told(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    system: FakeSystem,
    set_up: SetUp,
    issue_registry: ir.IssueRegistry,
    failure: errors.SystemFailure,
    key: str,
    placeholders: dict[str, str],
) -> None:
    """A refusal that no new credentials cure becomes a repair, asks for no credentials, and goes with its cause."""

    def told() -> list[tuple[str | None, dict[str, str] | None, ir.IssueSeverity | None]]:
        ours = [issue for (domain, _), issue in issue_registry.issues.items() if domain == DOMAIN]
        return [(issue.translation_key, issue.translation_placeholders, issue.severity) for issue in ours]

    system.failures["identify"] = failure
    await set_up()
    assert told() == [(key, {"device": "Recorder", **placeholders}, ir.IssueSeverity.ERROR)]
    assert hass.config_entries.flow.async_progress() == []
    del system.failures["identify"]
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert told() == []


@pytest.mark.parametrize("able", [True, False])
@pytest.mark.parametrize("patient", [True, False])
def test_trying_again_seldom(able: bool, patient: bool) -> None:
    """What gets worse by trying is tried seldom, where Home Assistant can wait longer (2026.11)."""
    failure = errors.PlatformUserError(reason="locked") if patient else errors.ConnectionFailedError(reason="refused")
    with (
        patch.object(hikvision_ivm, "ConfigEntryNotReady") as refusal,
        patch.object(hikvision_ivm, "_CAN_WAIT", able),
    ):
        hikvision_ivm._refusal(failure)  # noqa: SLF001
    expected = hikvision_ivm.PATIENCE_SECONDS if able and patient else None
    assert refusal.call_args.kwargs.get("retry_after") == expected


@pytest.mark.no_fail_on_log_exception
@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (None, ""),
        (errors.ConnectionFailedError(reason="gone"), "Recorder may still post to Home Assistant: gone"),
        (ZeroDivisionError("oops"), "unexpected error while taking back"),
    ],
)
async def test_removal_says_farewell(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    failure: Exception | None,
    told: str,
) -> None:
    """A removed entry takes back what its system was asked to do, and goes whatever comes of that; a reload does not."""
    caplog.set_level(logging.INFO)
    system = await set_up()
    await hass.config_entries.async_reload(entry.entry_id)
    assert system.count("leave") == 0
    if failure is not None:
        system.failures["leave"] = failure
    await hass.config_entries.async_remove(entry.entry_id)
    assert system.count("leave") == 1
    assert system.calls[-1] == ("close",)
    assert told in caplog.text
    assert hass.config_entries.async_entries(DOMAIN) == []


async def test_removal_does_not_wait_for_ever(
    hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """A system that does not answer does not keep an entry."""
    caplog.set_level(logging.INFO)
    await set_up()

    async def silent(system: FakeSystem) -> None:
        await asyncio.Event().wait()

    with patch.object(FakeSystem, "leave", silent), patch.object(hikvision_ivm, "FAREWELL_SECONDS", 0.01):
        await hass.config_entries.async_remove(entry.entry_id)
    assert "may still post to Home Assistant: no answer" in caplog.text
    assert hass.config_entries.async_entries(DOMAIN) == []


async def test_another_device_at_the_address(entry: MockConfigEntry, system: FakeSystem, set_up: SetUp) -> None:
    """Entities of one device must never show another one."""
    system.identity = Identity(unique_id="SN2", name="Garage")
    await set_up()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "wrong_device"
    assert system.count("inventory") == 0
    assert system.closed == 1


async def test_an_unknown_system(hass: HomeAssistant, system: FakeSystem) -> None:
    """An entry of a newer version says so."""
    other = fake_entry(DOMAIN, system="tomorrow")
    other.add_to_hass(hass)
    await hass.config_entries.async_setup(other.entry_id)
    assert other.state is ConfigEntryState.SETUP_ERROR
    assert other.error_reason_translation_key == "unknown_system"


async def test_a_platform_that_breaks_closes_the_system(
    hass: HomeAssistant, entry: MockConfigEntry, system: FakeSystem, set_up: SetUp
) -> None:
    """Also an error that nobody foresaw leaves nothing open."""
    with patch.object(hass.config_entries, "async_forward_entry_setups", side_effect=ValueError("broken")):
        await set_up()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert system.closed == 1


async def test_problems_become_repairs_and_go_with_the_entry(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    set_up: SetUp,
    issue_registry: ir.IssueRegistry,
) -> None:
    """A system's problems are shown while they last."""
    system = await set_up()
    system.sink.problems("clock", [Problem(key="clock_off", placeholders={"seconds": "90"})])
    assert [issue.translation_key for issue in issue_registry.issues.values()] == ["clock_off"]
    system.sink.problems("clock", [])
    assert not issue_registry.issues
    system.sink.problems("clock", [Problem(key="clock_off", placeholders={"seconds": "90"})])
    await hass.config_entries.async_unload(entry.entry_id)
    assert not issue_registry.issues


async def test_memory_outlives_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp, hass_storage: dict[str, object]
) -> None:
    """What a system remembers is there again after a reload, and gone with the entry."""
    system = await set_up()
    assert system.runtime.memory == {}
    system.runtime.memory["refused"] = ["Smart/capabilities"]
    system.runtime.remember()
    await hass.config_entries.async_reload(entry.entry_id)
    assert system.runtime.memory == {"refused": ["Smart/capabilities"]}
    assert f"{DOMAIN}.entry" in hass_storage
    await hass.config_entries.async_remove(entry.entry_id)
    assert f"{DOMAIN}.entry" not in hass_storage


async def test_memory_is_saved_while_running(
    hass: HomeAssistant, set_up: SetUp, hass_storage: dict[str, dict[str, object]]
) -> None:
    """A crash of Home Assistant costs seconds of memory, not all of it."""
    system = await set_up()
    store = system.runtime.remember.__self__._store  # type: ignore[attr-defined]  # noqa: SLF001
    system.runtime.memory["seen"] = 1
    system.runtime.remember()
    await flush_store(store)
    assert hass_storage[f"{DOMAIN}.entry"]["data"] == {"seen": 1}


async def test_stop_of_home_assistant_closes_the_system(hass: HomeAssistant, set_up: SetUp) -> None:
    """Entries are not unloaded at a stop; what the device holds for us must be given back all the same."""
    system = await set_up()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert system.closed == 1


async def test_only_vanished_devices_can_be_removed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    system: FakeSystem,
    set_up: SetUp,
    device_registry: dr.DeviceRegistry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """A device that its system has stays; one that is gone can be removed by the user, and nobody else."""
    await async_setup_component(hass, "config", {})
    system.tiers[Tier.INVENTORY] = 3600.0
    system.has(MOTION, CPU)
    await set_up()
    client = await hass_ws_client(hass)
    channel = device_registry.async_get_device_by_identifier((DOMAIN, CHANNEL), entry.entry_id)
    assert channel is not None
    assert not (await client.remove_device(channel.id))["success"]

    del system.devices[1]
    system.has(CPU)
    await system.poll(Tier.INVENTORY, system.sink, ())
    await hass.async_block_till_done()
    state = hass.states.get("binary_sensor.gate_motion")
    assert state is not None and state.state == STATE_UNAVAILABLE
    assert device_registry.async_get(channel.id) is not None
    assert (await client.remove_device(channel.id))["success"]
    await hass.async_block_till_done()
    assert hass.states.get("binary_sensor.gate_motion") is None

    system.devices.append(DEVICES[1])
    system.has(CPU, MOTION)
    await system.poll(Tier.INVENTORY, system.sink, ())
    await hass.async_block_till_done()
    assert hass.states.get("binary_sensor.gate_motion") is not None


async def test_the_system_gets_settings_and_a_session(system: FakeSystem, set_up: SetUp) -> None:
    """Data, options and a session of Home Assistant's own are handed over."""
    await set_up()
    assert system.created["data"]["password"] == PASSWORD
    assert system.created["options"] == {}
    assert not system.created["session"].closed
