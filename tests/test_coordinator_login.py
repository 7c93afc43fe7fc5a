"""Tests of the coordinator when credentials are refused."""

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.base import PushState

from .fake_system import FakeSystem
from .house import CPU, CPU_ID, MOTION, MOTION_ID, STREAM, STREAM_ID, Later, SetUp, coordinator, state

pytestmark = pytest.mark.usefixtures("even_rhythm")


@pytest.mark.parametrize("where", ["poll", "listen", "prime"])
async def test_refused_credentials_stop_everything_and_ask_once(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    later: Later,
    entry: MockConfigEntry,
    where: str,
) -> None:
    """Wherever a login fails: one question to the user, and not one request more."""
    system.has(CPU, MOTION, STREAM)
    system.failures[where] = errors.AuthenticationError(attempts_left=3)
    system.push_stretch = 1.0
    await set_up()
    await later(61)
    asked = len(system.calls)
    assert state(hass, CPU_ID) == state(hass, MOTION_ID) == STATE_UNAVAILABLE
    assert state(hass, STREAM_ID) == "off"
    for _ in range(5):
        await later(700)
    system.push(PushState.HEALTHY)
    await later(700)
    assert len(system.calls) == asked
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == [SOURCE_REAUTH]
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("where", ["poll", "listen", "prime"])
async def test_a_locked_account_is_a_repair(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    later: Later,
    entry: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    where: str,
) -> None:
    """With the minutes left, also if it is told after another refusal, and gone when the entry is loaded again."""

    def ours() -> list[ir.IssueEntry]:
        return [issue for (domain, _), issue in issue_registry.issues.items() if domain == DOMAIN]

    system.has(CPU, MOTION, STREAM)
    system.failures[where] = errors.AccountLockedError(unlock_seconds=1800)
    system.push_stretch = 1.0
    await set_up()
    await later(61)
    (issue,) = ours()
    assert issue.translation_key == "account_locked"
    assert issue.translation_placeholders == {"device": "Recorder", "minutes": "30"}
    assert issue.severity is ir.IssueSeverity.ERROR
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == [SOURCE_REAUTH]
    coordinator(entry).command_failed(errors.AccountLockedError(unlock_seconds=600))
    (issue,) = ours()
    assert issue.translation_placeholders == {"device": "Recorder", "minutes": "10"}
    system.failures.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    assert not ours()


@pytest.mark.parametrize("where", ["poll", "listen", "prime"])
async def test_a_refusal_still_to_be_confirmed_asks_nobody(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later, where: str
) -> None:
    """A device that starts answers 401 for a moment: that is an outage, not a wrong password."""
    system.has(CPU, MOTION, STREAM)
    system.failures[where] = errors.CredentialsBlockedError(pending=True)
    system.push_stretch = 1.0
    await set_up()
    await later(61)
    assert not hass.config_entries.flow.async_progress()
    del system.failures[where]
    await later(700)
    system.report({CPU.id: 1, MOTION.id: False})
    assert (state(hass, CPU_ID), state(hass, MOTION_ID)) == ("1", "off")
